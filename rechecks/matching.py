"""The comparison itself: one set-based statement a kind, from a list's rows to hits on live entitlements.

Each statement fills the temporary table `hits` (entitlement, person, list row). A hit is a row that says something
against a holding; what it says is judged by the list's own day, amount and words, never by the row's place. `findings`
then are made of the hits, one an entitlement × person × kind.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from benefits.models import Entitlement, Programme
from benefits.policy import PolicyTable, parameter
from core.errors import UserError
from core.months import last_day
from district.models import AreaKind, Division, DivisionLevel
from rechecks.kinds import KINDS, Kind

# Covered members of what is in force in the month. A one-off grant is paid once and has nothing to stop.
LIVE = """
    NOT e.is_void AND NOT e.is_one_off AND e.first_month <= %(month)s
    AND (e.last_month IS NULL OR e.last_month >= %(month)s) AND e.programme_id = ANY(%(programmes)s)
"""
HOLDERS = f"""
    rechecks_listrow r
    JOIN registry_person p ON p.id_number = r.id_number
    JOIN benefits_entitlementmember m ON m.person_id = p.id AND NOT m.is_void AND m.first_month <= %(month)s
                                     AND (m.last_month IS NULL OR m.last_month >= %(month)s)
    JOIN benefits_entitlement e ON e.id = m.entitlement_id AND {LIVE}
"""
BY_THEN = "r.list_id = %(list)s AND (r.day IS NULL OR r.day <= %(last_day)s)"
# What counts as one person's standard where the household lives.
STANDARD = """
    (SELECT s.amount::numeric
       FROM jsonb_to_recordset(%(standards)s::jsonb) AS s(programme text, place text, amount text)
      WHERE s.programme = e.programme_id AND s.place = left(e.division_id, 9))
"""
# The pension that the family declared, in the facts that the entitlement rests on.
DECLARED = """
    (SELECT (one.value -> 'income' ->> 'pension')::numeric
       FROM benefits_assessment a CROSS JOIN jsonb_array_elements(a.facts -> 'members') AS one(value)
      WHERE a.id = e.assessment_id AND one.value ->> 'ref' = p.id::text)
"""
CONDITIONS = {
    # A death without a day is a death.
    "death": "true",
    "pension": f"""
        ({DECLARED} IS NULL OR {DECLARED} = 0 OR r.amount IS NULL OR r.amount > {DECLARED} OR r.amount >= {STANDARD})
    """,
    "business": """
        r.label LIKE ANY(%(business_states)s) AND NOT r.label LIKE ANY(%(business_ended)s)
    """,
    "vehicle": "NOT r.label LIKE ANY(%(vehicle_exempt)s)",
    "shop": "true",
    "payroll": "true",
    "insurance": f"r.amount >= {STANDARD}",
}
HITS = "INSERT INTO hits SELECT e.id, p.id, r.id FROM {holders} WHERE {by_then} AND {condition}"
# A year's income may come from several payers.
TAX = f"""
INSERT INTO hits
SELECT entitlement, person, row FROM (
    SELECT e.id AS entitlement, p.id AS person, r.id AS row,
           sum(r.amount) OVER (PARTITION BY e.id, p.id, r.label) AS year
      FROM {HOLDERS} WHERE {BY_THEN}) income
 WHERE year > %(tax_line)s
"""
# Dwellings of all members together; one that two of them own is one dwelling. The finding is the head's.
PROPERTY = f"""
INSERT INTO hits
SELECT entitlement, head, row FROM (
    SELECT owned.*, max(place) OVER (PARTITION BY entitlement) AS houses FROM (
        SELECT e.id AS entitlement, e.person_id AS head, r.id AS row,
               dense_rank() OVER (PARTITION BY e.id
                                  ORDER BY coalesce(nullif(r.data ->> '不动产单元号', ''), r.id::text)) AS place
          FROM {HOLDERS} WHERE {BY_THEN} AND r.label LIKE ANY(%(property_counted)s)) owned) counted
 WHERE houses > %(max_houses)s
"""
STATEMENTS = {
    **{
        kind: HITS.format(holders=HOLDERS, by_then=BY_THEN, condition=condition)
        for kind, condition in CONDITIONS.items()
    },
    "tax": TAX,
    "property": PROPERTY,
}


# The parameters `recheck.…` that are words, and those that are numbers.
WORDS = ("business_states", "business_ended", "vehicle_exempt", "property_counted")
LIMITS = ("tax_line", "max_houses")


@dataclass(frozen=True)
class Rules:
    """The lines and exemptions in force in a month, and the standards of a person by programme and township."""

    month: date
    values: Mapping[str, Any]
    standards: str

    @classmethod
    def in_force(cls, month: date) -> "Rules":
        """UserError when a parameter is missing."""
        values: dict[str, Any] = {key: _patterns(parameter(f"recheck.{key}", month)) for key in WORDS}
        values |= {key: parameter(f"recheck.{key}", month) for key in LIMITS}
        return cls(month, values, json.dumps(list(_standards(month))))

    def changed(self, values: Mapping[str, Any]) -> "Rules":
        """The same rules with other lines or words, for a preview."""
        fresh = {key: _patterns(value) if key in WORDS else value for key, value in values.items()}
        return Rules(self.month, {**self.values, **fresh}, self.standards)

    def shown(self) -> dict[str, Any]:
        """Lines and words as a form shows them."""
        return {
            key: "、".join(word.strip("%") for word in value) if key in WORDS else value
            for key, value in self.values.items()
        }


def _patterns(words: Iterable[str]) -> list[str]:
    return [f"%{word}%" for word in words]


def _standards(month: date) -> Iterable[dict[str, str]]:
    """One person's standard: 低保's own; for other programmes that ask for need, 低保's of the place."""
    table = PolicyTable(["dibao_urban", "dibao_rural"])
    codes = Programme.objects.values_list("code", flat=True)
    for place in Division.objects.filter(level=DivisionLevel.TOWNSHIP):
        near = "dibao_urban" if place.area_kind == AreaKind.URBAN else "dibao_rural"
        for code in codes:
            policy = table.get(code if code in ("dibao_urban", "dibao_rural") else near, month, place.pk)
            amount = policy.get("standard")
            if isinstance(amount, Decimal):
                yield {"programme": code, "place": place.pk, "amount": str(amount)}


def programmes_of(kind: Kind) -> list[str]:
    """The programmes that a kind of list may speak against."""
    return list(
        Programme.objects.filter(line__in=kind.lines, is_one_off=False).values_list("code", flat=True)
    )


def checked(month: date) -> int:
    """How many entitlements are in force in the month."""
    found = Entitlement.objects.filter(is_void=False, is_one_off=False, first_month__lte=month)
    return found.exclude(last_month__lt=month).count()


def begin() -> None:
    """The temporary table of hits, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS hits")
        cursor.execute(
            "CREATE TEMPORARY TABLE hits (entitlement bigint, person bigint, row bigint) ON COMMIT DROP"
        )


def match(kind: str, list_id: int, rules: Rules) -> int:
    """Fill `hits` from a list of that kind; gives how many there are."""
    if kind not in STATEMENTS:
        raise UserError(f"{KINDS[kind].name}不用于比对。")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE hits")
        cursor.execute(
            STATEMENTS[kind],
            {
                **rules.values,
                "list": list_id,
                "month": rules.month,
                "last_day": last_day(rules.month),
                "programmes": programmes_of(KINDS[kind]),
                "standards": rules.standards,
            },
        )
        return cursor.rowcount


def count_holdings() -> int:
    """How many entitlements the hits speak against."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT entitlement) FROM hits")
        return cursor.fetchone()[0]
