"""The verbs of 回头看. Each is one transaction."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from benefits.policy import parameter
from benefits.services import place_hold
from core.errors import NotAllowed, UserError
from core.jobs import start_job
from core.models import Job
from core.months import add_months, format_month, last_day, month_of
from core.workdays import Calendar
from district.models import Division, DivisionLevel, Line, Role
from rechecks import findings, matching
from rechecks.kinds import KINDS, matched
from rechecks.models import (
    CLEARED,
    Finding,
    FindingState,
    OutsideList,
    Recheck,
)

RECHECK, FIND_MISSING = "rechecks.recheck", "rechecks.missing"
STARTERS = (Role.BUREAU_OFFICER,)
# What counts as found: neither cleared by a person nor no longer there.
NOT_COUNTED = (*CLEARED, FindingState.GONE)


def newest_lists(has_numbers: bool = True) -> dict[str, OutsideList | None]:
    """The list of each kind that counts now: the newest by its day.

    Lists without ID numbers stand beside those with, and never in their place: they say less.
    """
    newest = OutsideList.objects.filter(has_numbers=has_numbers).order_by("kind", "-as_of", "-id")
    there = {one.kind: one for one in newest.distinct("kind")}
    return {kind: there.get(kind) for kind in KINDS}


def is_stale(one: OutsideList, day: date) -> bool:
    """Whether the list is older on that day than its kind may be."""
    return one.as_of + timedelta(days=int(parameter(f"recheck.max_age.{one.kind}", month_of(day)))) < day


def lists_now(month: date) -> dict[str, Any]:
    """What a recheck of the month made now rests on, as it keeps it: kind → list, day, rows, or None.

    A list without ID numbers is marked `no_numbers`, and stands `beside` one with numbers where there are both.
    """
    day = min(timezone.localdate(), last_day(month))
    by_number, by_name = newest_lists(), newest_lists(has_numbers=False)
    found: dict[str, Any] = {}
    for kind in KINDS:
        used = [_used(one, day) for one in (by_number[kind], by_name[kind]) if one]
        found[kind] = used[0] if used else None
        if len(used) > 1:
            used[0]["beside"] = used[1]
    return found


def _used(one: OutsideList, day: date) -> dict[str, Any]:
    return {
        "list": one.pk,
        "as_of": one.as_of.isoformat(),
        "rows": one.loaded,
        **({"stale": True} if is_stale(one, day) else {}),
        **({} if one.has_numbers else {"no_numbers": True}),
        **({"refused": one.rejected} if one.rejected else {}),
    }


def used_lists(recheck: Recheck) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """(kind, list as the recheck keeps it) for every list that it rests on; None where there was none."""
    for kind in (one for one in KINDS if one in recheck.lists):
        used = recheck.lists[kind]
        yield kind, used
        if used and "beside" in used:
            yield kind, used["beside"]


def is_compared(recheck: Recheck, kind: str) -> bool:
    """Whether a list with ID numbers was there: only then nothing found is a 0."""
    used = recheck.lists.get(kind)
    return bool(used) and not used.get("no_numbers")


def lists_of(recheck: Recheck, kind: str) -> list[OutsideList]:
    """The lists of a kind that the recheck rests on: one with ID numbers, one without, or either."""
    keys = [used["list"] for one, used in used_lists(recheck) if one == kind and used]
    return list(OutsideList.objects.filter(pk__in=keys).order_by("-has_numbers"))


def missing_kinds() -> list[str]:
    """The names of the kinds that can't be compared because no list is there, or only one without ID numbers."""
    there, named = newest_lists(), newest_lists(has_numbers=False)
    return [
        f"{kind.name}（只有无身份证号的，只能提示疑似）" if named[kind.code] else kind.name
        for kind in matched()
        if there[kind.code] is None
    ]


def stale_kinds() -> list[str]:
    """The names of the kinds whose newest list is older than it may be."""
    today, there = timezone.localdate(), newest_lists()
    return [kind.name for kind in matched() if (one := there[kind.code]) and is_stale(one, today)]


def preview(month: date, values: dict[str, Any]) -> list[dict[str, Any]]:
    """How many holdings each list would hit now and under other lines or words (`tax_line`, `vehicle_exempt` …).

    Nothing is written. Kinds that the change does not touch are left out; `alike_least` touches those that have a list
    without ID numbers.
    """
    touched: dict[str, tuple[str, ...]] = {
        "tax": ("tax_line",),
        "property": ("max_houses", "property_counted", "property_not_counted"),
        "vehicle": ("vehicle_exempt",),
        "business": ("business_states", "business_ended"),
    }
    rules = matching.Rules.in_force(month)
    changed = rules.changed(values)
    found: list[dict[str, Any]] = []
    named = newest_lists(has_numbers=False)
    for kind, by_number in newest_lists().items():
        keys = touched.get(kind, ())
        if named[kind] and KINDS[kind].is_matched:
            keys = (*keys, "alike_least")
        if all(rules.values[key] == changed.values[key] for key in keys):
            continue
        used = [one for one in (by_number, named[kind]) if one]
        found.append({"kind": KINDS[kind], "list": used[0] if used else None})
        if used:
            with transaction.atomic():
                matching.begin()
                for name, each in (("before", rules), ("after", changed)):
                    matching.match(kind, used, each)
                    found[-1][name] = matching.count_holdings()
    return found


def start_recheck(month: date, user: Any = None, enqueue: bool = True) -> Recheck:
    """Compare a month's holdings with the newest lists: a job with one part a kind. One that runs is gone on with.

    NotAllowed for others than officers of the bureau; UserError for a month that has not come.
    """
    if user is not None and (user.role not in STARTERS or Line.RELIEF not in user.lines):
        raise NotAllowed("回头看由区局社会救助股室发起。")
    month = month_of(month)
    if month > month_of(timezone.localdate()):
        raise UserError(f"{format_month(month)} 还没有到，不能回头看。")
    with transaction.atomic():
        district = Division.objects.get(level=DivisionLevel.DISTRICT)
        recheck, _ = Recheck.objects.get_or_create(
            month=month, defaults={"division": district, "started_by": user, "state": "done"}
        )
        recheck = Recheck.objects.select_for_update().get(pk=recheck.pk)
        if recheck.state == "running" and recheck.job and recheck.job.state in ("queued", "running"):
            return recheck
        recheck.lists, recheck.state = lists_now(month), "running"
        recheck.started_by, recheck.started_at, recheck.finished_at = user, timezone.now(), None
        recheck.checked = recheck.findings = recheck.new = 0
        recheck.save()
        recheck.job = start_job(
            RECHECK,
            f"{format_month(month)} 回头看",
            {"recheck": recheck.pk},
            user,
            district.pk,
            enqueue=enqueue,
        )
        recheck.save(update_fields=["job"])
    return recheck


def compare(recheck: Recheck, kind: str) -> dict[str, int]:
    """One kind of list against all holdings of the month, in the caller's transaction."""
    used = lists_of(recheck, kind)
    if not used:
        return {}
    rules = matching.Rules.in_force(recheck.month)
    matching.begin()
    hits = matching.match(kind, used, rules)
    new, back = findings.write(recheck, kind, due_day())
    return {"hits": hits, "new": new + back}


def due_day() -> date:
    """By when the township answers, for findings made today (working days, dated parameter)."""
    today = timezone.localdate()
    return Calendar().add(today, int(parameter("recheck.due_days", month_of(today))))


def finish(recheck: Recheck, new: int) -> None:
    """All kinds are compared: payments to the dead are held, and the recheck's figures taken."""
    hold_the_dead(recheck)
    recheck.checked = matching.checked(recheck.month)
    recheck.findings = counted(recheck).count()
    recheck.new = new
    recheck.state, recheck.finished_at = "done", timezone.now()
    recheck.save()


def hold_the_dead(recheck: Recheck) -> int:
    """A dated hold on what the only covered person would get after the month of death, by a confirmed list alone.

    Visible and reversible: decided otherwise, it is lifted and paid back. Gives how many were placed.
    """
    used = recheck.lists.get("death")
    if not used or not OutsideList.objects.filter(pk=used["list"], confirmed_at__isnull=False).exists():
        return 0
    clear = Finding.objects.select_for_update(of=("self",)).filter(
        recheck=recheck, kind="death", state=FindingState.OPEN, name_mismatch=False, score=None, hold=None
    )
    placed = 0
    for one in clear.filter(entitlement__persons=1).select_related("entitlement"):
        days = [row["day"] for row in one.evidence if row["day"]]
        if not days:
            continue
        month = max(add_months(month_of(date.fromisoformat(max(days))), 1), one.entitlement.first_month)
        reason = f"死亡名单（截至 {used['as_of']}）列明 {max(days)} 死亡，待核查"
        try:
            one.hold = place_hold(one.entitlement, month, None, reason, None)
        except UserError:
            # Held already, or ended before that month.
            continue
        one.save(update_fields=["hold"])
        placed += 1
    return placed


def counted(recheck: Recheck) -> Any:
    """The findings of a recheck: those found by it that no person has cleared."""
    return Finding.objects.filter(recheck=recheck).exclude(state__in=NOT_COUNTED)


def summary(recheck: Recheck) -> dict[str, Any]:
    """The recheck as the contract prints it (§3). A kind without a list is absent in `by_kind`: it is not clear."""
    by_kind = dict(counted(recheck).order_by().values_list("kind").annotate(Count("pk")))
    items = (
        counted(recheck).select_related("person", "household").order_by("division_id", "household_id", "pk")
    )
    return {
        "month": format_month(recheck.month),
        "checked": recheck.checked,
        "findings": recheck.findings,
        "new": recheck.new,
        "by_kind": {
            kind.code: by_kind.get(kind.code, 0)
            for kind in matched()
            if is_compared(recheck, kind.code) or kind.code in by_kind
        },
        "lists": {kind: used and _shown(used) for kind, used in recheck.lists.items()},
        "items": list(_items(items)),
    }


def _shown(used: dict[str, Any]) -> dict[str, Any]:
    """A list that was used, without what is ours (its key, the rows that were refused when it was loaded)."""
    return {
        key: _shown(value) if key == "beside" else value
        for key, value in used.items()
        if key not in ("list", "refused")
    }


def _items(rows: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    for one in rows:
        yield {
            "id_number": one.person.id_number,
            "name": one.person.name,
            "household_no": one.household.number if one.household else "",
            "programme": one.programme_id,
            "kind": one.kind,
            "name_mismatch": one.name_mismatch,
            "state": one.state,
        }


def start_finding(month: date, user: Any = None, enqueue: bool = True) -> Job:
    """Look for people who qualify and do not receive, as a job."""
    if user is not None and (user.role not in STARTERS or Line.RELIEF not in user.lines):
        raise NotAllowed("应保未保由区局社会救助股室查找。")
    area = Division.objects.get(level=DivisionLevel.DISTRICT).pk
    return start_job(
        FIND_MISSING,
        f"{format_month(month)} 查找应保未保",
        {"month": format_month(month)},
        user,
        area,
        enqueue=enqueue,
    )
