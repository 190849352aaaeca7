"""What the line shows on other rooms' pages, what waits in the to-do list, the counts of its menu."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse

from benefits.models import Entitlement
from casework.models import CaseState
from casework.services import today
from casework.workflow import flow_of
from core.errors import UserError
from core.places import TodoItem
from core.workdays import Calendar
from elderly import finding
from elderly.facts import table
from elderly.models import AllowanceApplication, AllowanceList, LifeProof, ListState
from elderly.rules import CODES
from elderly.services.proofs import due_by, notice_days
from elderly.services.rows import UNPROVEN

SEEING = {"township_clerk", "township_leader", "bureau_officer", "leader", "auditor", "finance"}
CLERK, OFFICER = "township_clerk", "bureau_officer"
SOON = 30


def on_line(user: Any) -> bool:
    """Whether the line is this account's business: all townships, and officers of 老龄."""
    return bool(user.role != OFFICER or "elderly" in user.lines)


def waiting_lists(user: Any) -> Any:
    """Lists that wait for this account's role."""
    state = {CLERK: ListState.OPEN, OFFICER: ListState.SENT}.get(user.role)
    if state is None:
        return AllowanceList.objects.none()
    stage = "listed" if user.role == CLERK else "confirm"
    found = AllowanceList.objects.visible_to(user).filter(rows__state=CaseState.OPEN, rows__stage=stage)
    return found.annotate(waiting=Count("rows"), due=Min("rows__due_on")).select_related(
        "programme", "division"
    )


def single_cases(user: Any) -> Any:
    """Applications and endings outside any list that wait for this role."""
    if user.role not in (CLERK, OFFICER):
        return AllowanceApplication.objects.none()
    shown = AllowanceApplication.objects.visible_to(user)
    return shown.filter(state=CaseState.OPEN, batch__isnull=True, actor_role=user.role)


def overdue_proofs(user: Any) -> Any:
    """Live holders whose proof is overdue and who aren't held for it yet."""
    return due_by(today() - timedelta(days=1), user).filter(person__death_date__isnull=True)


def to_end(user: Any) -> Any:
    """Holders who have died or left, for whom nobody has proposed an ending yet."""
    return finding.to_end(user.division_id).filter(pk__in=Entitlement.objects.visible_to(user).values("pk"))


def todo_items(user: Any) -> Iterable[TodoItem]:
    """Lists, single cases, proofs overdue, deaths: one line each, with the day by which it is due."""
    if user.role not in (CLERK, OFFICER) or not on_line(user):
        return []
    items = [*_lists(user), *_singles(user)]
    if user.role == CLERK:
        items += [*_proofs(user), *_deaths(user)]
    return items


def _lists(user: Any) -> list[TodoItem]:
    lists, day = list(waiting_lists(user)[:100]), today()
    left = Calendar().left_for(day, [one.due for one in lists])
    clerk = user.role == CLERK
    return [
        TodoItem(
            subject=f"{one.month:%Y-%m} {one.get_kind_display()} {one.waiting} 人",
            business=one.programme.name,
            stage="乡镇确认" if clerk else "区局审批",
            url=one.get_absolute_url(),
            next_label="确认名单" if clerk else "审批名单",
            due_on=one.due,
            days=left[one.due],
            division=one.division.name,
        )
        for one in lists
    ]


def _singles(user: Any) -> list[TodoItem]:
    cases, day = list(single_cases(user).select_related("division").order_by("due_on", "pk")[:100]), today()
    left = Calendar().left_for(day, [one.due_on for one in cases])
    return [
        TodoItem(
            subject=one.subject,
            business=flow_of(one).name,
            stage=flow_of(one).stage(one.stage).label,
            url=one.get_absolute_url(),
            next_label=flow_of(one).stage(one.stage).next_label,
            due_on=one.due_on,
            days=left[one.due_on],
            division=one.division.name,
            number=one.number,
        )
        for one in cases
    ]


def _proofs(user: Any) -> list[TodoItem]:
    """Who is in the notice period: the first of them is held when it is over."""
    found, day = overdue_proofs(user).exclude(pk__in=held_unproven(user)), today()
    sums = found.aggregate(count=Count("pk"), first=Min("review_due"))
    if not sums["count"]:
        return []
    try:
        due = sums["first"] + timedelta(days=min(notice_days(table(), day).values()))
    except UserError:
        due = sums["first"]
    return [
        TodoItem(
            subject=f"生存认证到期未认证 {sums['count']} 人",
            business="生存认证",
            stage="催告",
            url=f"{reverse('elderly:proofs')}?state=late",
            next_label="登记认证",
            due_on=due,
            days=Calendar().left(day, due),
        )
    ]


def held_unproven(user: Any) -> Any:
    """Keys of entitlements held for want of a proof."""
    rows = finding.live(user).filter(holds__lifted_at__isnull=True, holds__reason__startswith=UNPROVEN)
    return rows.values("pk")


def _deaths(user: Any) -> list[TodoItem]:
    count = to_end(user).count()
    if not count:
        return []
    return [
        TodoItem(
            subject=f"已登记死亡或迁出、仍在享 {count} 人",
            business="高龄津贴停发",
            stage="待列入停发名单",
            url=reverse("elderly:propose_endings"),
            next_label="列入停发名单",
            due_on=today(),
            days=0,
        )
    ]


def pressing(user: Any) -> int:
    """Lists and cases overdue or due today."""
    if user.role not in (CLERK, OFFICER) or not on_line(user):
        return 0
    day = today()
    lists = waiting_lists(user).filter(due__lte=day).count()
    return lists + single_cases(user).filter(due_on__lte=day).count()


def lists_waiting(user: Any) -> int:
    return waiting_lists(user).count()


def lists_late(user: Any) -> bool:
    return waiting_lists(user).filter(due__lt=today()).exists()


def proofs_waiting(user: Any) -> int:
    return overdue_proofs(user).count()


# -- blocks on pages below -----------------------------------------------------------------------------------


def of_person(request: Any, person: Any) -> Any:
    """高龄津贴 and 长寿金 of a person: what is held, when the next proof is due, what may be done."""
    user = request.user
    rows = list(finding.live(user).filter(person=person).select_related("programme").order_by("-first_month"))
    open_case = (
        AllowanceApplication.objects.visible_to(user)
        .filter(person=person, state=CaseState.OPEN)
        .order_by("-pk")
        .first()
    )
    clerk = user.role == CLERK
    may_apply = clerk and not rows and open_case is None and person.death_date is None and _is_old(person)
    if not rows and open_case is None and not may_apply:
        return None
    proofs = LifeProof.objects.visible_to(user).filter(entitlement__person=person)[:5]
    return "elderly/person.html", {
        "rows": rows,
        "case": open_case,
        "may_apply": may_apply,
        "may_act": clerk,
        "proofs": proofs.select_related("recorded_by"),
        "today": today(),
    }


def _is_old(person: Any) -> bool:
    """Whether it makes sense to offer an application: from the parameter's first age on."""
    low = table().get(CODES[0], today().replace(day=1)).get("min_age")
    return low is not None and today().year - person.birth_date.year >= int(low)


def of_entitlement(request: Any, entitlement: Any) -> Any:
    """Proofs of life of one of the line's entitlements."""
    if entitlement.programme_id not in CODES:
        return None
    proofs = LifeProof.objects.filter(entitlement__person=entitlement.person_id)
    live = not entitlement.is_void and not entitlement.end_reason
    return "elderly/proofs_of.html", {
        "proofs": proofs.select_related("recorded_by")[:10],
        "live": live,
        "may_act": live and request.user.role == CLERK,
        "today": today(),
    }


def by_village(request: Any, user: Any) -> Any:
    """生存认证 by village: of those who hold an allowance, whose proof isn't overdue."""
    rows = (
        finding.live(request.user)
        .values("division__code", "division__name")
        .annotate(total=Count("pk"), late=Count("pk", filter=Q(review_due__lt=today())))
        .order_by("division__code")[:40]
    )
    villages = [{**one, "done": one["total"] - one["late"]} for one in rows]
    if not villages:
        return None
    return "elderly/progress.html", {"villages": villages, "late": sum(one["late"] for one in villages)}
