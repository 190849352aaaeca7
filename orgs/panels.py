"""What the room shows elsewhere: to-do list, workbench figures, search, a person's page."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from core.places import Hit, HitGroup, TodoItem
from core.workdays import Calendar
from orgs import inspection
from orgs.models import (
    LIVE,
    InspectionCampaign,
    InspectionReport,
    Measure,
    MeasureState,
    Organisation,
    OrgApplication,
    ReportState,
)

SEEING = ("bureau_officer", "leader", "auditor")
LIMIT = 200


def is_officer(user: Any) -> bool:
    return inspection.may_act(user)


def sees(user: Any) -> bool:
    """Whether the menu of this room is for the account."""
    return user.role != "bureau_officer" or "orgs" in user.lines


def open_acts(user: Any) -> int:
    return OrgApplication.objects.visible_to(user).filter(state=CaseState.OPEN).count()


def overdue_acts(user: Any) -> bool:
    return OrgApplication.objects.visible_to(user).filter(state=CaseState.OPEN, due_on__lt=today()).exists()


def _reports(user: Any) -> Any:
    shown = InspectionReport.objects.visible_to(user).filter(organisation__state__in=LIVE)
    return shown.select_related("organisation", "campaign")


def to_confirm(user: Any) -> int:
    """Conclusions that wait for this account as their second officer."""
    if not is_officer(user):
        return 0
    return _reports(user).filter(state=ReportState.PROPOSED).exclude(proposed_by=user).count()


def todo_items(user: Any) -> Iterable[TodoItem]:
    """Reports that lie here to be judged or confirmed, who must be reminded, measures to decide."""
    if not is_officer(user):
        return []
    day = today()
    return [*_to_judge(user), *_to_confirm(user), *_to_remind(user, day), *_measures(user)]


def _to_judge(user: Any) -> list[TodoItem]:
    waiting = _reports(user).filter(state__in=(ReportState.SUBMITTED, ReportState.COMPLETE))
    words = {ReportState.SUBMITTED: "核对材料", ReportState.COMPLETE: "拟定结论"}
    return [
        _item(one, words[ReportState(one.state)]) for one in waiting.order_by("submitted_on", "pk")[:LIMIT]
    ]


def _to_confirm(user: Any) -> list[TodoItem]:
    waiting = _reports(user).filter(state=ReportState.PROPOSED).exclude(proposed_by=user)
    return [_item(one, "复核结论") for one in waiting.order_by("proposed_on", "pk")[:LIMIT]]


def _item(report: InspectionReport, label: str) -> TodoItem:
    return TodoItem(
        subject=report.organisation.name,
        business=f"{report.campaign.year} 年度检查",
        stage=report.get_state_display(),
        url=report.get_absolute_url(),
        next_label=label,
    )


def not_reminded(user: Any, day: Any) -> Any:
    """Late in the newest campaign and not reminded within the last month."""
    newest = InspectionCampaign.objects.visible_to(user).values("pk")[:1]
    late = inspection.late_ones(_reports(user), day).filter(campaign__in=newest, state=ReportState.DUE)
    return late.filter(Q(reminded_on__isnull=True) | Q(reminded_on__lt=day - timedelta(days=30)))


def pressing(user: Any) -> int:
    """One thing overdue when somebody must be reminded."""
    return int(is_officer(user) and not_reminded(user, today()).exists())


def _to_remind(user: Any, day: Any) -> list[TodoItem]:
    """One line: so many are late and were not reminded within the last month."""
    waiting = not_reminded(user, day)
    found: dict[Any, list[InspectionReport]] = {}
    for one in waiting[:LIMIT]:
        found.setdefault(one.campaign, []).append(one)
    calendar = Calendar()
    return [
        TodoItem(
            subject=f"逾期未报 {len(rows)} 家",
            business=str(campaign),
            stage="催报",
            url=f"{campaign.get_absolute_url()}?state=late",
            next_label="登记催报",
            due_on=min(one.due_on for one in rows),
            days=calendar.left(day, min(one.due_on for one in rows)),
        )
        for campaign, rows in found.items()
    ]


def _measures(user: Any) -> list[TodoItem]:
    waiting = Measure.objects.visible_to(user).filter(state=MeasureState.PROPOSED).exclude(proposed_by=user)
    return [
        TodoItem(
            subject=one.organisation.name,
            business="监管措施",
            stage=one.get_kind_display(),
            url=reverse("orgs:decide-measure", args=[one.pk]),
            next_label="作出决定",
        )
        for one in waiting.select_related("organisation")[:LIMIT]
    ]


def search(user: Any, text: str) -> HitGroup | None:
    """Bodies by name, code or representative."""
    if len(text) < 2 or user.role not in SEEING:
        return None
    shown = Organisation.objects.visible_to(user)
    if text.isascii():
        shown = shown.filter(credit_code__startswith=text.upper())
    else:
        shown = shown.filter(Q(name__contains=text) | Q(representative_name=text))
    hits = [
        Hit(
            title=one.name,
            url=one.get_absolute_url(),
            facts=f"{one.credit_code} · {one.get_kind_display()}",
            tag=one.get_state_display(),
        )
        for one in shown[:20]
    ]
    return HitGroup("社会组织", hits, f"{reverse('orgs:organisations')}?state=&q={text}")


def of_person(request: Any, person: Any) -> Any:
    """Which bodies the person represents, for those who may see the room."""
    bodies = list(Organisation.objects.visible_to(request.user).filter(representative_id=person.id_number))
    return ("orgs/of_person.html", {"bodies": bodies}) if bodies else None


def count_of_person(request: Any, person: Any) -> int:
    return Organisation.objects.visible_to(request.user).filter(representative_id=person.id_number).count()
