"""What 特困 shows on other rooms' pages, and what waits: yearly reviews, care gradings, minors who grow up."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from benefits.models import Entitlement
from casework.services import today
from core.months import month_of
from core.places import TodoItem
from core.workdays import Calendar
from relief.tekun.models import TekunApplication, TekunPlacement
from relief.tekun.rules import BASIC, CARE, FUNERAL, TEKUN
from relief.tekun.services import holds_tekun, placement_of

SEEING = {"township_clerk", "township_leader", "bureau_officer", "leader", "auditor", "finance"}
WORDS = {BASIC: "年度核查", CARE: "照料护理等级复评"}
SOON = timedelta(days=30)
LIMIT = 100


def live(user: Any, *codes: str) -> Any:
    """特困 in force this month or later that the account may see."""
    month = month_of(today())
    return (
        Entitlement.objects.visible_to(user)
        .filter(programme__in=codes or TEKUN, is_void=False)
        .filter(Q(last_month__isnull=True) | Q(last_month__gte=month))
    )


def due_soon(user: Any) -> Any:
    """Reviews and gradings due within thirty days, or late."""
    return live(user).filter(review_due__lte=today() + SOON)


def reviews_due(user: Any) -> int:
    return due_soon(user).count()


def reviews_late(user: Any) -> bool:
    return live(user).filter(review_due__lt=today()).exists()


def todo_items(user: Any) -> Iterable[TodoItem]:
    """What the clerk has to review or have graded again, by its day."""
    if user.role != "township_clerk":
        return []
    rows = list(
        due_soon(user).select_related("person", "division", "programme").order_by("review_due", "id")[:LIMIT]
    )
    left = Calendar().left_for(today(), [one.review_due for one in rows])
    return [
        TodoItem(
            subject=one.person.name,
            business="特困供养",
            stage=WORDS[one.programme_id],
            url=reverse("relief:tekun_review", args=[one.pk]),
            next_label="登记核查" if one.programme_id == BASIC else "核查并复评",
            due_on=one.review_due,
            days=left[one.review_due],
            division=one.division.name,
        )
        for one in rows
    ]


def pressing(user: Any) -> int:
    """Reviews that are late or due today."""
    return live(user).filter(review_due__lte=today()).count() if user.role == "township_clerk" else 0


def holdings(request: Any, obj: Any) -> Any:
    """特困 of a person, of a household's members, or around an entitlement, with what may be done."""
    kind = obj._meta.model_name
    if kind == "entitlement" and obj.programme_id not in (*TEKUN, FUNERAL):
        return None
    rows = list(_rows(request.user, kind, obj).select_related("programme", "person").order_by("person", "pk"))
    may_apply = kind == "person" and may_apply_now(request.user, obj)
    placements = _placements(request.user, {one.person_id for one in rows})
    if not rows and not may_apply:
        return None
    for one in rows:
        one.placed = placements.get(one.person_id)
    return "relief/tekun/holdings.html", {
        "rows": rows,
        "may_apply": may_apply,
        "may_change": request.user.role == "township_clerk",
        "several": kind == "household",
    }


def _rows(user: Any, kind: str, obj: Any) -> Any:
    if kind == "household":
        members = obj.memberships.filter(until__isnull=True).values("person")
        return live(user).filter(person__in=members)
    return live(user).filter(person=obj if kind == "person" else obj.person_id)


def _placements(user: Any, people: set[int]) -> dict[int, TekunPlacement]:
    rows = TekunPlacement.objects.visible_to(user).filter(person__in=people)
    rows = rows.filter(Q(last_month__isnull=True) | Q(last_month__gte=month_of(today())))
    return {one.person_id: one for one in rows.select_related("institution").order_by("-first_month")}


def may_apply_now(user: Any, person: Any) -> bool:
    """Whether the clerk may take an application for the person now."""
    return (
        user.role == "township_clerk"
        and person.death_date is None
        and not holds_tekun(person, month_of(today()))
        and not TekunApplication.objects.filter(person=person, state="open").exists()
    )


def institution_panel(request: Any, obj: Any) -> Any:
    """Who is cared for in a home now."""
    month = month_of(today())
    rows = list(
        TekunPlacement.objects.visible_to(request.user)
        .filter(institution=obj, first_month__lte=month)
        .filter(Q(last_month__isnull=True) | Q(last_month__gte=month))
        .select_related("person__division")
        .order_by("person__division", "person__name")[:200]
    )
    return "relief/tekun/residents.html", {"rows": rows} if rows else {"rows": []}


__all__ = ["holdings", "institution_panel", "live", "placement_of", "todo_items"]
