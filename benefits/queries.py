"""Questions about entitlements that several pages ask."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from benefits.models import Entitlement, EntitlementMember, Hold
from core.months import format_month, month_of


def this_month() -> date:
    return month_of(timezone.localdate())


def live(month: date | None = None) -> Q:
    """Condition: in force in the month (this one when not given) or beginning later, and not void."""
    month = month or this_month()
    return Q(is_void=False) & (Q(last_month__isnull=True) | Q(last_month__gte=month))


def ended(month: date | None = None) -> Q:
    """Condition: ended before the month with a reason; rows replaced by a change are not endings."""
    return Q(is_void=False, last_month__lt=month or this_month()) & ~Q(end_reason="")


def overlapping(queryset: Any, first: date, last: date | None) -> Any:
    """The rows that share a month with `first`…`last` (both included, open when None)."""
    found = queryset.filter(Q(last_month__isnull=True) | Q(last_month__gte=first))
    return found.filter(first_month__lte=last) if last else found


def holds_in(
    people: Iterable[int], month: date, *, without: Iterable[int | None] = ()
) -> dict[int, list[str]]:
    """Programme codes in force in a month, by person's key: the `holds` of an assessment's members.

    One-off money is not held. `without`: keys of entitlements that don't count (the one that a change is about).
    """
    rows = EntitlementMember.objects.filter(
        person__in=list(people), is_void=False, entitlement__is_one_off=False
    ).exclude(entitlement__in=[one for one in without if one])
    found: dict[int, list[str]] = defaultdict(list)
    held = overlapping(rows, month, month).order_by("id")
    for person, code in held.values_list("person_id", "entitlement__programme_id"):
        found[person].append(code)
    return found


def held_now(month: date | None = None) -> Exists:
    """Condition: a hold is in force in the month."""
    month = month or this_month()
    open_holds = Hold.objects.filter(
        entitlement=OuterRef("pk"), lifted_at__isnull=True, first_month__lte=month
    )
    return Exists(open_holds.filter(Q(last_month__isnull=True) | Q(last_month__gte=month)))


def review_soon(days: int = 30) -> Q:
    """Condition: the review is due within so many days, or late."""
    return Q(review_due__lte=timezone.localdate() + timedelta(days=days))


def chain(entitlement: Entitlement) -> list[Entitlement]:
    """All decisions about this holding, oldest first: what came before it and what replaced it."""
    rows = Entitlement.objects.filter(
        programme__group=entitlement.programme.group, beneficiary_id=entitlement.beneficiary_id
    ).select_related("programme", "assessment", "decided_by__actor")
    by_key = {row.pk: row for row in rows.order_by("pk")}
    keys: set[int | None] = {entitlement.pk}
    start = entitlement.previous_id
    while start in by_key and start not in keys:
        keys.add(start)
        start = by_key[start].previous_id
    for row in by_key.values():
        if row.previous_id in keys:
            keys.add(row.pk)
    return [row for key, row in by_key.items() if key in keys]


def state_of(entitlement: Any, held: bool = False) -> tuple[str, str]:
    """The state in words and its tone."""
    month = this_month()
    if entitlement.is_void:
        return "作废", "end"
    if entitlement.is_one_off:
        return ("暂缓发放", "warn") if held else ("一次性", "end")
    if entitlement.last_month and entitlement.last_month < month:
        return ("已停发", "end") if entitlement.end_reason else ("已变更", "end")
    if held:
        return "暂缓发放", "warn"
    if entitlement.first_month > month:
        return f"{format_month(entitlement.first_month)} 起", "go"
    return ("在享，将停", "warn") if entitlement.last_month else ("在享", "ok")
