"""What this room puts into places of the rooms below: menu, to-do list, panels, figures, tones."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Min, Sum
from django.urls import reverse
from django.utils import timezone

from casework.services import hear_closing
from core import places, tones
from core.places import Figure, TodoItem
from core.workdays import Calendar
from rechecks import deciding, hearing, missing, outcomes, reached
from rechecks.models import (
    LEAD_SETTLED,
    Finding,
    FindingState,
    Hearing,
    Lead,
    LeadState,
    Recheck,
    SpotCheckItem,
)
from rechecks.recovered import of_findings
from rechecks.views import BUREAU, SEEING, may_see_lists

MOST = 100


def register() -> None:
    """Called once, when all rooms are ready."""
    tones.register(
        {
            FindingState.OPEN: "warn",
            FindingState.REPORTED: "go",
            FindingState.IN_CASE: "go",
            FindingState.ENDED: "end",
            FindingState.REDUCED: "end",
            FindingState.SUSPENDED: "warn",
            FindingState.KEPT: "ok",
            FindingState.LIST_WRONG: "end",
            FindingState.GONE: "end",
        }
    )
    # By themselves: two choices with the same value are one key.
    tones.register(
        {
            LeadState.OPEN: "warn",
            LeadState.CONTACTED: "go",
            LeadState.APPLYING: "go",
            LeadState.REACHED: "ok",
            LeadState.DECLINED: "end",
            LeadState.NOT_ELIGIBLE: "end",
            LeadState.GONE: "end",
        }
    )
    add = places.menu.add
    add("核查", "疑点", "rechecks:findings", roles=SEEING, order=320, count=waiting_count, urgent=is_late)
    add("核查", "回头看", "rechecks:rechecks", roles=BUREAU, order=330, when=may_see_lists)
    add("核查", "比对名单", "rechecks:lists", roles=BUREAU, order=340, when=may_see_lists)
    add("核查", "应保未保", "rechecks:leads", roles=SEEING, order=350, count=leads_count)
    add("核查", "抽查", "rechecks:spot_checks", roles=SEEING, order=360, count=spots_count)
    add("查询统计", "核查成效", "rechecks:results", roles=SEEING, order=630)
    places.todos.add(todos, pressing=pressing)
    places.todos.add(lead_todos)
    for place, field in (("person", "person"), ("household", "household"), ("entitlement", "entitlement")):
        places.panels.add(
            place, 45, render=panel_of(field), title="疑点", key="findings", side=True, roles=SEEING,
            count=count_of(field),
        )  # fmt: skip
    places.figures.add("回头看", figures, order=90)
    hear_closing(deciding.case_closed)
    hear_closing(missing.case_closed)


def waiting(user: Any) -> Any:
    """The findings that this account must act on: verify in the township, decide in the bureau."""
    state = {"township_clerk": FindingState.OPEN, "bureau_officer": FindingState.REPORTED}.get(user.role)
    return Finding.objects.visible_to(user).filter(state=state) if state else Finding.objects.none()


def waiting_count(user: Any) -> int:
    return waiting(user).count()


def is_late(user: Any) -> bool:
    return waiting(user).filter(due_on__lte=timezone.localdate()).exists()


def pressing(user: Any) -> int:
    return waiting(user).filter(due_on__lte=timezone.localdate()).count()


def todos(user: Any) -> Iterable[TodoItem]:
    rows = list(waiting(user).select_related("person", "division").order_by("due_on", "pk")[:MOST])
    told = hearing.newest([one for one in rows if one.state == FindingState.OPEN])
    today = timezone.localdate()
    steps = [_step(one, told.get(one.pk), today) for one in rows]
    left = Calendar().left_for(today, [due for _, _, due in steps])
    for one, (stage, label, due) in zip(rows, steps, strict=True):
        yield TodoItem(
            subject=one.person.name,
            business=f"疑点：{one.get_kind_display()}{'（疑似）' if one.score is not None else ''}",
            stage=stage,
            url=one.get_absolute_url(),
            next_label=label,
            due_on=due,
            days=left[due],
            division=one.division.name,
        )


def _step(one: Finding, told: Hearing | None, today: date) -> tuple[str, str, date | None]:
    """Where a finding stands for whoever must act: stage, next verb, until when. While the family may answer, the day
    is theirs."""
    if one.state != FindingState.OPEN:
        return str(one.get_state_display()), "审定疑点", one.due_on
    if told is None or told.evidence_hash != one.evidence_hash:
        return str(one.get_state_display()), "登记核查", one.due_on
    if told.given_on is None:
        return "告知书待送达", "登记送达", one.due_on
    if told.waits_on(today):
        return "待陈述申辩", "登记陈述申辩", told.due_on
    return f"{told.state_on(today)}，待报送", "登记核查", one.due_on


def open_leads(user: Any) -> Any:
    """The people whom this account should call on."""
    if user.role != "township_clerk":
        return Lead.objects.none()
    return Lead.objects.visible_to(user).exclude(state__in=LEAD_SETTLED)


def leads_count(user: Any) -> int:
    return open_leads(user).count()


def spots_count(user: Any) -> int:
    """Sampled holdings that wait for a visit."""
    if user.role != "township_clerk":
        return 0
    return SpotCheckItem.objects.visible_to(user).filter(result="").count()


def lead_todos(user: Any) -> Iterable[TodoItem]:
    """One line for all leads, and one for the sample: they are worked through list by list."""
    leads, spots = leads_count(user), spots_count(user)
    due = open_leads(user).aggregate(first=Min("due_on"))["first"] if leads else None
    if leads:
        yield TodoItem(
            subject=f"应保未保 {leads} 人",
            business="应保尽保",
            stage="待联系",
            url=reverse("rechecks:leads"),
            next_label="登记联系",
            due_on=due,
            days=Calendar().left(timezone.localdate(), due),
        )
    if spots:
        yield TodoItem(
            subject=f"抽查 {spots} 份",
            business="抽查",
            stage="待入户",
            url=reverse("rechecks:spot_checks"),
            next_label="登记抽查结果",
        )


def panel_of(field: str) -> Any:
    def render(request: Any, obj: Any) -> Any:
        rows = (
            Finding.objects.visible_to(request.user)
            .filter(**{field: obj})
            .select_related("person", "programme")
        )
        found = list(rows[:20])
        return ("rechecks/panel.html", {"findings": found}) if found else None

    return render


def count_of(field: str) -> Any:
    def count(request: Any, obj: Any) -> int:
        return Finding.objects.visible_to(request.user).filter(**{field: obj}).count()

    return count


def figures(year: int, user: Any = None) -> Iterable[Figure]:
    """The year's rechecks: compared holdings, findings, and what was ended for them (contract §7)."""
    rechecks, found = Recheck.objects.filter(month__year=year), Finding.objects.filter(first_month__year=year)
    leads = Lead.objects.filter(first_month__year=year)
    if user is not None:
        rechecks, found, leads = (rows.visible_to(user) for rows in (rechecks, found, leads))
    if not rechecks.exists() and not leads.exists():
        return
    rows, results = outcomes.of_year(found, year), reverse("rechecks:results")
    total = outcomes.whole(rows, of_findings(rows))
    page = reverse("rechecks:findings")
    checked = rechecks.aggregate(total=Sum("checked"))["total"] or 0
    yield Figure("recheck.checked", "比对待遇", checked, "份次", reverse("rechecks:rechecks"))
    yield Figure("recheck.findings", "疑点", found.count(), "条", f"{page}?state=")
    yield Figure("recheck.ended_households", "核查停发", total.households, "户", f"{page}?state=ended")
    yield Figure("recheck.ended_persons", "核查停发", total.persons, "人", f"{page}?state=ended")
    yield Figure("recheck.saved", "核查停发每月少发", f"{total.saved:.2f}", "元", results)
    yield Figure("recheck.recovered", "核查追回", f"{total.back:.2f}", "元", results)
    yield from _figures_of_leads(leads, year)


def _figures_of_leads(leads: Any, year: int) -> Iterable[Figure]:
    held = reached.of_year(leads, year)
    total, people = reached.whole(held, reached.paid_on(held, year)), reverse("rechecks:leads")
    yield Figure("recheck.missing_found", "应保未保线索", total.found, "人", f"{people}?state=")
    yield Figure("recheck.missing_reached", "应保未保已享受", total.reached, "人", f"{people}?state=reached")
    yield Figure(
        "recheck.missing_monthly",
        "应保未保现每月发放",
        f"{total.monthly:.2f}",
        "元",
        f"{people}?state=reached",
    )
    yield Figure(
        "recheck.missing_paid", "应保未保本年已发", f"{total.paid:.2f}", "元", f"{people}?state=reached"
    )
