"""What benefits shows on the pages of persons and households, and counts in the menu."""

from typing import Any

from benefits import queries
from benefits.models import ChangeState, Entitlement, Hold, StandardChange


def holdings(request: Any, obj: Any) -> Any:
    """What a person or household receives and received; void decisions are left out."""
    rows = of(request.user, obj).select_related("programme", "division").annotate(held=queries.held_now())
    shown = [(row, *queries.state_of(row, row.held)) for row in rows.order_by("-first_month", "-pk")[:20]]
    return ("benefits/holdings.html", {"rows": shown}) if shown else None


def of(user: Any, obj: Any) -> Any:
    """The entitlements of a person (covered or payee) or household that the user may see."""
    rows = Entitlement.objects.visible_to(user).filter(is_void=False)
    if obj._meta.model_name == "household":
        return rows.filter(household=obj)
    return rows.filter(pk__in=obj.coverage.values("entitlement"))


def count(request: Any, obj: Any) -> int:
    return of(request.user, obj).filter(queries.live()).count()


def waiting_changes(user: Any) -> int:
    """Standard changes that wait for this user's decision."""
    return (
        StandardChange.objects.visible_to(user)
        .filter(state=ChangeState.PROPOSED)
        .exclude(made_by=user)
        .count()
    )


def open_holds(user: Any) -> int:
    return Hold.objects.visible_to(user).filter(lifted_at__isnull=True).count()
