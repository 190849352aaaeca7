"""特困 in the year's figures: how many live at home and how many in a home, in December."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from benefits.models import Entitlement
from core.places import Figure
from relief.tekun.models import Placement, TekunPlacement
from relief.tekun.rules import BASIC


def year(of: int, user: Any = None) -> Iterable[Figure]:
    """Persons whose basic entitlement is in force in December, by the placement in force then."""
    month = date(of, 12, 1)
    in_force = Q(first_month__lte=month) & (Q(last_month__isnull=True) | Q(last_month__gte=month))
    held = Entitlement.objects.filter(in_force, person=OuterRef("person"), programme=BASIC, is_void=False)
    rows = TekunPlacement.objects.all() if user is None else TekunPlacement.objects.visible_to(user)
    found = rows.filter(in_force).filter(Exists(held)).aggregate(
        dispersed=Count("person", filter=Q(placement=Placement.DISPERSED), distinct=True),
        placed=Count("person", filter=Q(placement=Placement.INSTITUTION), distinct=True),
    )  # fmt: skip
    if not found["dispersed"] and not found["placed"]:
        return []
    address = reverse("relief:tekun")
    return [
        Figure("tekun.dispersed", "分散供养", found["dispersed"], "人", f"{address}?placement=dispersed"),
        Figure("tekun.placed", "集中供养", found["placed"], "人", f"{address}?placement=institution"),
    ]
