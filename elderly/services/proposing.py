"""The month's proposals: who begins, who turns a hundred, who ends. Run twice they add nothing."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from benefits.models import EndReason, Entitlement, Programme
from casework.services import today
from casework.workflow import flow_of
from core.errors import UserError
from core.months import add_months, format_month, month_of, month_range
from district.models import Division, DivisionLevel, Role
from elderly import finding
from elderly.facts import Dues, programmes
from elderly.models import AllowanceList, ListKind, Origin
from elderly.rules import CODES, LONGEVITY
from elderly.services.rows import (
    WAITING_END,
    WAITING_LONGEVITY,
    check_actor,
    hold_by_system,
    lock_township,
    refresh,
    write_rows,
)
from registry.models import Membership, Person

PROPOSERS = (Role.TOWNSHIP_CLERK, Role.BUREAU_OFFICER)
# So many months are made good when the servers were off; what is older shows as 应享未享 on the month's list.
MOST_MONTHS_BACK = 3


def propose(
    programme: Programme, month: date, township: Division, actor: Any = None, on: date | None = None
) -> int:
    """Put everyone of the township who has reached the age by the month onto the month's list; gives how many are new.

    Who reached it earlier and never had it comes onto the same list, marked 应享未享. A holder of 高龄津贴 who is a
    hundred is put on the list of 长寿金, and the allowance is held from that month so that nothing is paid double.
    `on`: the day that the papers carry (late entry). UserError for a month that has not begun.
    """
    check_actor(actor, township.pk, *PROPOSERS)
    month, day = month_of(month), on or today()
    if month > month_of(today()):
        raise UserError(f"{format_month(month)} 还没有到，不能生成名单。", field="month")
    with transaction.atomic():
        lock_township(township.pk)
        dues = Dues(month)
        known = AllowanceList.objects.filter(
            programme=programme, division=township, month=month, kind=ListKind.GRANT
        ).first()
        people = list(finding.candidates(programme.pk, month, township.pk, dues.policies, known))
        rows = _grant_rows(people, programme.pk, dues)
        if not rows:
            return 0
        batch = known or AllowanceList.objects.create(
            programme=programme, division=township, month=month, kind=ListKind.GRANT, made_by=actor
        )
        write_rows(flow_of(finding.GRANT), batch, rows, actor, day, "列入名单")
        refresh(batch)
        for _, facts in rows:
            if facts["origin"] == Origin.TRANSITION:
                hold_by_system(facts["replaces"], facts["age_month"], WAITING_LONGEVITY)
    return len(rows)


def _grant_rows(people: list[Person], programme: str, dues: Dues) -> list[tuple[Person, dict[str, Any]]]:
    """Each person with age, the month owed from, what will be paid from when. Who isn't owed after all is left out."""
    held = finding.held_allowances([one.pk for one in people], dues.month) if programme == LONGEVITY else {}
    rows = []
    for person in people:
        since = dues.since(person, programme)
        if since is None:
            continue
        old = held.get(person.pk)
        origin = Origin.TRANSITION if old else Origin.REACHED if since == dues.month else Origin.OVERDUE
        first = paid_from(programme, since, dues, automatic=old is not None)
        rows.append(
            (
                person,
                {
                    "origin": origin,
                    "age": dues.age(person),
                    "age_month": since,
                    "first_month": first,
                    "monthly_amount": dues.answer(person, programme, first)["monthly_amount"],
                    "replaces": old,
                },
            )
        )
    return rows


def paid_from(programme: str, since: date, dues: Dues, automatic: bool = False) -> date:
    """The first month paid: the one of the proposal or application, the one of the age where arrears are paid.

    What the law changes by itself (`automatic`: 高龄 → 长寿) is paid from the age in any case.
    """
    arrears = dues.policies.get(programme, dues.month).get("arrears")
    return since if automatic or arrears else dues.month


def townships(actor: Any = None) -> list[Division]:
    """The townships of an account's area; all of them for the system."""
    found = Division.objects.filter(level=DivisionLevel.TOWNSHIP, until=None).order_by("code")
    if actor is not None:
        found = found.filter(code__startswith=actor.division_id)
    return list(found)


def propose_all(month: date, actor: Any = None, on: date | None = None) -> int:
    """The lists of both programmes and the endings, in all townships of the account's area; gives how many rows are
    new."""
    count = 0
    for township in townships(actor):
        count += propose_township(month, township, actor, on)
    return count


def propose_township(month: date, township: Division, actor: Any = None, on: date | None = None) -> int:
    """All that a township's month begins with: both programmes' lists and the endings."""
    count = propose_endings(township, actor, on)
    for programme in programmes().values():
        count += propose(programme, month, township, actor, on)
    return count


def months_due(now: date) -> list[date]:
    """The months whose lists are to be there on that day: this one, and those left out since the newest list."""
    month = month_of(now)
    newest = AllowanceList.objects.filter(kind=ListKind.GRANT).aggregate(month=Max("month"))["month"]
    if newest is None or newest >= month:
        return [month]
    return month_range(max(add_months(newest, 1), add_months(month, -MOST_MONTHS_BACK)), month)


def catch_up(township: Division, now: date | None = None) -> int:
    """What the daily job does for a township: every month due, oldest first, so that nobody loses the month of an age
    because the servers were off."""
    return sum(propose_township(month, township) for month in months_due(now or today()))


# -- endings -------------------------------------------------------------------------------------------------


def propose_endings(township: Division, actor: Any = None, on: date | None = None) -> int:
    """Put the holders who have died or moved away onto the month's list of endings; gives how many are new.

    The payment is held from the month after, until the ending is decided or the row is taken off.
    """
    check_actor(actor, township.pk, *PROPOSERS)
    day = on or today()
    with transaction.atomic():
        lock_township(township.pk)
        count = 0
        for code in CODES:
            found = finding.to_end(township.pk).filter(programme=code).select_related("person", "programme")
            count += _propose_ends(list(found.order_by("division_id", "pk")), township, actor, day)
    return count


def _propose_ends(found: list[Entitlement], township: Division, actor: Any, day: date) -> int:
    if not found:
        return 0
    left = _left_on([one.person_id for one in found])
    about = {
        "programme": found[0].programme,
        "division": township,
        "month": month_of(day),
        "kind": ListKind.END,
    }
    batch = AllowanceList.objects.filter(**about).first()
    known = set(batch.rows.values_list("entitlement_id", flat=True)) if batch else set()
    rows: list[tuple[Person, dict[str, Any]]] = []
    for one in found:
        facts = _ending(one, left.get(one.person_id))
        if one.pk not in known and facts is not None:
            rows.append((one.person, facts))
    if rows:
        batch = batch or AllowanceList.objects.create(made_by=actor, **about)
        write_rows(flow_of(finding.END), batch, rows, actor, day, "列入停发名单")
        refresh(batch)
        for _, facts in rows:
            hold_by_system(facts["entitlement"], facts["first_month"], WAITING_END)
    return len(rows)


def _ending(held: Entitlement, left: date | None) -> dict[str, Any] | None:
    """Reason and first month no longer paid: death and moving away are still paid in their own month."""
    death = held.person.death_date
    gone = death or (left - timedelta(days=1) if left else None)
    if gone is None:
        return None
    note = f"{death:%Y-%m-%d} 死亡，次月起停发" if death else f"{left:%Y-%m-%d} 起不在本地家庭"
    return {
        "origin": Origin.FOUND,
        "entitlement": held,
        "first_month": add_months(month_of(gone), 1),
        "monthly_amount": held.monthly_amount,
        "end_reason": EndReason.DEATH if death else EndReason.MOVED,
        "end_note": note,
    }


def _left_on(people: list[int]) -> dict[int, date]:
    """The last day on which a membership of theirs ended; for a closed household its closing."""
    rows = Membership.objects.filter(person__in=people).select_related("household")
    found: dict[int, date] = {}
    for one in rows:
        ends = [day for day in (one.until, one.household.until) if day]
        if ends:
            found[one.person_id] = max(found.get(one.person_id, date.min), min(ends))
    return found
