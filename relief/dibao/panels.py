"""What relief shows on other rooms' pages, and how much waits for review."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from benefits.models import Entitlement
from casework.services import today
from core.months import month_of
from relief.dibao.models import DibaoApplication

CODES = ("dibao_urban", "dibao_rural")
SEEING = {"township_clerk", "township_leader", "bureau_officer", "leader", "auditor", "finance"}


def live_dibao(user: Any) -> Any:
    """低保 in force this month or later that the account may see."""
    month = month_of(today())
    return (
        Entitlement.objects.visible_to(user)
        .filter(programme__in=CODES, is_void=False)
        .filter(Q(last_month__isnull=True) | Q(last_month__gte=month))
    )


def due_soon(user: Any) -> Any:
    """Reviews due within thirty days or late."""
    return live_dibao(user).filter(review_due__lte=today() + timedelta(days=30))


def reviews_due(user: Any) -> int:
    return due_soon(user).count()


def reviews_late(user: Any) -> bool:
    return live_dibao(user).filter(review_due__lt=today()).exists()


def holdings(request: Any, obj: Any) -> Any:
    """低保 of a household or person with what may be done with it."""
    kind = obj._meta.model_name
    field = {"household": "household", "person": "members__person", "entitlement": "pk"}[kind]
    rows = list(
        live_dibao(request.user)
        .filter(**{field: obj.pk})
        .select_related("programme")
        .order_by("-first_month")
    )
    may_apply = (
        kind == "household"
        and request.user.role == "township_clerk"
        and not rows
        and not DibaoApplication.objects.filter(household=obj, state="open").exists()
    )
    if not rows and not may_apply:
        return None
    return "relief/dibao/holdings.html", {
        "rows": rows,
        "may_apply": may_apply,
        "may_change": request.user.role == "township_clerk",
    }


def progress(request: Any, user: Any) -> Any:
    """定期核查 by village: of those who hold 低保, whose review is not late."""
    villages = list(
        live_dibao(request.user)
        .values("division__code", "division__name")
        .annotate(total=Count("pk"), late=Count("pk", filter=Q(review_due__lt=today())))
        .order_by("division__code")[:40]
    )
    if not villages:
        return None
    for one in villages:
        one["done"] = one["total"] - one["late"]
    return "relief/dibao/progress.html", {"villages": villages, "late": sum(one["late"] for one in villages)}
