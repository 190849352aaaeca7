"""Pairs that are live although the matrix bars them: asked by every run before it pays.

The database refuses to make such a pair. What can still leave one is a change of the matrix itself while both halves
were being paid; then one of the two is not paid until somebody has ended it, and the run says so.
"""

from datetime import date
from typing import Any

from django.db import connection

from benefits.compatibility import ruling
from benefits.conflicts import HeldConflict, conflict
from benefits.models import Entitlement, EntitlementMember, Programme
from benefits.queries import overlapping

# Both halves are in force in the month; `mine` is of the run's programme and area.
_PAIRS = """
SELECT mine.id, other.id
  FROM benefits_entitlement e
  JOIN benefits_entitlementmember mine ON mine.entitlement_id = e.id
  JOIN benefits_entitlementmember other ON other.person_id = mine.person_id AND other.entitlement_id <> e.id
  JOIN benefits_entitlement held ON held.id = other.entitlement_id AND held.programme_id = ANY(%(partners)s)
 WHERE e.programme_id = %(programme)s AND e.division_id LIKE %(scope)s AND NOT e.is_void AND NOT held.is_void
   AND e.first_month <= %(month)s AND (e.last_month IS NULL OR e.last_month >= %(month)s)
   AND held.first_month <= %(month)s AND (held.last_month IS NULL OR held.last_month >= %(month)s)
 ORDER BY mine.id, other.id
"""


def partners(programme: Programme) -> list[str]:
    """Codes of the programmes that share a number with it; those of its own group are kept apart by the group."""
    if not programme.exclusions:
        return []
    others = Programme.objects.filter(exclusions__overlap=programme.exclusions).exclude(group=programme.group)
    return list(others.values_list("code", flat=True))


def not_payable(programme: str, month: date, scope: str = "%") -> dict[int, HeldConflict]:
    """Entitlements of the programme (in divisions like `scope`) that are not to be paid in the month, because the
    matrix gives way to the other half: by key, with what stands beside it.

    Of a barred pair the later one is not paid; where the cell says that the later replaces or ends the earlier, the
    earlier; where only the higher is paid, the lower. Two short statements, the second only if a partner is live.
    """
    codes = partners(Programme.objects.get(pk=programme))
    live = Entitlement.objects.filter(programme__in=codes, is_void=False, is_one_off=False)
    if not codes or not overlapping(live, month, month).exists():
        return {}
    values: dict[str, Any] = {"programme": programme, "partners": codes, "month": month, "scope": scope}
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, values)
        pairs = cursor.fetchall()
    if not pairs:
        return {}
    rows = EntitlementMember.objects.select_related(
        "person", "entitlement__programme", "entitlement__household", "entitlement__person"
    ).in_bulk({key for pair in pairs for key in pair})
    found: dict[int, HeldConflict] = {}
    for mine, other in pairs:
        one = _judged(rows[mine], rows[other], month)
        if one is not None:
            found.setdefault(rows[mine].entitlement_id, one)
    return found


def _judged(mine: EntitlementMember, other: EntitlementMember, month: date) -> HeldConflict | None:
    """What bars `mine`; None where it is the other half that is not paid."""
    first, later = sorted((mine, other), key=lambda one: (one.first_month, one.entitlement_id))
    rule = ruling(first.entitlement.programme_id, later.entitlement.programme_id)
    if rule is None:
        return None
    unpaid = later
    if rule.verdict in ("replaces", "ends"):
        unpaid = first
    elif rule.verdict == "higher":
        unpaid = min(later, first, key=lambda one: one.entitlement.monthly_amount)
    return conflict(first, later.entitlement.programme, rule, month) if unpaid is mine else None
