"""应保尽保, counted: who was found, whom help reaches now, how much a month, and what was paid in the year."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from benefits.models import Entitlement
from benefits.paid import paid_in
from benefits.returned import Holding
from core.money import ZERO
from core.months import month_of
from rechecks.missing import GROUNDS
from rechecks.models import LEAD_SETTLED, Lead, LeadState


@dataclass
class Row:
    """One line of the table. `persons`: covered by what is held; each holding once however many leads led to it."""

    label: str
    found: int = 0
    open: int = 0
    reached: int = 0
    declined: int = 0
    refuted: int = 0
    persons: int = 0
    monthly: Decimal = ZERO
    paid: Decimal = ZERO
    holdings: set[Holding] = field(default_factory=set)


def now(field_name: str) -> Subquery:
    """A field of what the lead's holding is in force as, in this month or from a later one on; null when it is over."""
    live = Entitlement.objects.filter(
        programme=OuterRef("entitlement__programme"),
        beneficiary_id=OuterRef("entitlement__beneficiary_id"),
        is_void=False,
    ).exclude(last_month__lt=month_of(timezone.localdate()))
    return Subquery(live.order_by("first_month").values(field_name)[:1])


def of_year(leads: QuerySet, year: int) -> list[Lead]:
    """The leads first found in the year's months, with what their holding is now."""
    rows = leads.filter(first_month__gte=date(year, 1, 1), first_month__lte=date(year, 12, 1))
    rows = rows.annotate(now_monthly=now("monthly_amount"), now_persons=now("persons"))
    return list(rows.select_related("programme", "division__parent", "entitlement").order_by("pk"))


def paid_on(leads: Iterable[Lead], year: int) -> dict[Holding, Decimal]:
    """Yuan paid in the year on what the leads led to."""
    return paid_in({held for one in leads if (held := holding_of(one))}, year)


def holding_of(lead: Lead) -> Holding | None:
    held = lead.entitlement
    return (held.programme_id, held.beneficiary_id) if held else None


def table(
    leads: Iterable[Lead], key: Callable[[Lead], tuple[str, str]], paid: dict[Holding, Decimal]
) -> list[Row]:
    """Counted by `key` (sort key, label), in the order of the sort keys."""
    found: dict[tuple[str, str], Row] = {}
    for one in leads:
        place = key(one)
        _count(found.setdefault(place, Row(place[1])), one, paid)
    return [found[place] for place in sorted(found)]


def whole(leads: Iterable[Lead], paid: dict[Holding, Decimal]) -> Row:
    rows = table(leads, lambda one: ("", "合计"), paid)
    return rows[0] if rows else Row("合计")


def _count(row: Row, one: Any, paid: dict[Holding, Decimal]) -> None:
    row.found += 1
    row.open += one.state not in LEAD_SETTLED
    row.declined += one.state == LeadState.DECLINED
    row.refuted += one.state in (LeadState.NOT_ELIGIBLE, LeadState.GONE)
    if one.state != LeadState.REACHED:
        return
    row.reached += 1
    holding = holding_of(one)
    if holding is None or holding in row.holdings:
        return
    row.holdings.add(holding)
    row.persons += one.now_persons or 0
    row.monthly += one.now_monthly or ZERO
    row.paid += paid.get(holding, ZERO)


def by_ground(one: Lead) -> tuple[str, str]:
    return f"{list(GROUNDS).index(one.ground) if one.ground in GROUNDS else 9}", GROUNDS.get(
        one.ground, one.ground
    )


def by_programme(one: Lead) -> tuple[str, str]:
    return f"{one.programme.position:04d}", one.programme.name


def by_township(one: Lead) -> tuple[str, str]:
    place = one.division.parent or one.division
    return str(place.pk), place.name
