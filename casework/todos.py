"""What waits for an account: open cases whose present stage its role acts at, and the workbench's figures."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse

from casework.models import Case, CaseState, PublicNotice
from casework.services import today
from casework.workflow import flow_of, flows
from core.places import Hit, HitGroup, Stat, TodoItem
from core.workdays import Calendar

ACTING = ("township_clerk", "township_leader", "bureau_officer", "registrar")
LIMIT = 200


def waiting(user: Any) -> Any:
    """Open cases that this account's role must move now, one by one; what is done by list the service line tells."""
    mine = Case.objects.visible_to(user).filter(state=CaseState.OPEN, actor_role=user.role)
    return mine.exclude(flow__in=[flow.code for flow in flows() if flow.by_list])


def todo_items(user: Any) -> Iterable[TodoItem]:
    if user.role not in ACTING:
        return []
    day = today()
    cases = list(waiting(user).select_related("division").order_by("due_on", "id")[:LIMIT])
    left = Calendar().left_for(day, [case.due_on for case in cases])
    return [
        TodoItem(
            subject=case.subject,
            business=flow_of(case).name,
            stage=flow_of(case).stage(case.stage).label,
            url=reverse("casework:case", args=[case.pk]),
            next_label=flow_of(case).stage(case.stage).next_label,
            due_on=case.due_on,
            days=left[case.due_on],
            division=case.division.name,
            number=case.number,
        )
        for case in cases
    ]


def pressing(user: Any) -> int:
    """Overdue or due today."""
    return waiting(user).filter(due_on__lte=today()).count() if user.role in ACTING else 0


def open_cases(user: Any) -> int:
    return Case.objects.visible_to(user).filter(state=CaseState.OPEN).count()


def overdue_cases(user: Any) -> bool:
    return Case.objects.visible_to(user).filter(state=CaseState.OPEN, due_on__lt=today()).exists()


def notices_up(user: Any) -> int:
    shown = PublicNotice.objects.visible_to(user).filter(cancelled_at__isnull=True)
    return shown.filter(starts_on__lte=today(), ends_on__gte=today()).count()


def figures(user: Any) -> Iterable[Stat]:
    """Late, today, this week, in hand."""
    day = today()
    week_end = day + timedelta(days=6 - day.weekday())
    mine = waiting(user).aggregate(
        late=Count("pk", filter=Q(due_on__lt=day)),
        today=Count("pk", filter=Q(due_on=day)),
        week=Count("pk", filter=Q(due_on__gt=day, due_on__lte=week_end)),
        oldest=Min("due_on"),
    )
    late_words = f"最早应于 {mine['oldest']:%m-%d} 办结" if mine["late"] else "没有逾期"
    address = reverse("casework:case-list")
    return [
        Stat(
            "已逾期",
            mine["late"],
            "件",
            late_words,
            f"{address}?mine=1&due=late",
            (mine["late"] and "bad") or "",
        ),
        Stat(
            "今日到期",
            mine["today"],
            "件",
            "今日办结",
            f"{address}?mine=1&due=today",
            "warn" if mine["today"] else "",
        ),
        Stat("本周内到期", mine["week"], "件", f"截至 {week_end:%m-%d}", f"{address}?mine=1"),
        Stat("在办案件", open_cases(user), "件", "辖区内全部", address),
    ]


def search(user: Any, text: str) -> HitGroup | None:
    """Cases by number or applicant's name; other texts are the registry's."""
    prefixes = tuple(f"{flow.prefix}-" for flow in flows())
    shown = Case.objects.visible_to(user)
    if text.upper().startswith(prefixes):
        shown = shown.filter(number__istartswith=text)
    elif len(text) >= 2 and not text.isascii():
        shown = shown.filter(subject__startswith=text)
    else:
        return None
    hits = [
        Hit(
            title=f"{case.subject} {flow_of(case).name}",
            url=reverse("casework:case", args=[case.pk]),
            facts=f"{case.number} · {case.division.name}",
            tag=case.get_state_display(),
        )
        for case in shown.select_related("division").order_by("-id")[:20]
    ]
    # The list of all cases is not a registrar's page.
    more = "" if user.role == "registrar" else f"{reverse('casework:case-list')}?state=&q={text}"
    return HitGroup("案件", hits, more)


def panel_for(field: str) -> Any:
    """The cases of a person or household as a panel of their page."""

    def render(request: Any, obj: Any) -> Any:
        cases = list(
            Case.objects.visible_to(request.user)
            .filter(**{field: obj})
            .select_related("division")
            .order_by("-id")[:50]
        )
        for case in cases:
            case.flow_name = flow_of(case).name
            case.stage_label = flow_of(case).stage(case.stage).label
        return "casework/panel.html", {"cases": cases}

    return render


def count_for(field: str) -> Any:
    def count(request: Any, obj: Any) -> int:
        return Case.objects.visible_to(request.user).filter(**{field: obj}).count()

    return count
