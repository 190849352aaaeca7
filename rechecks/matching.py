"""The comparison itself: one set-based statement a kind, from a list's rows to hits on live entitlements.

Each statement fills the temporary table `hits` (entitlement, person, whose row it is, list row, and where the list has
no numbers how much its person resembles this one). A hit is a row that says something against a holding; what it says
is judged by the list's own day, amount and words, never by the row's place. `findings` then are made of the hits, one
an entitlement × person × kind.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
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
from rechecks import resemblance
from rechecks.kinds import KINDS, Kind
from rechecks.models import OutsideList

# Covered members of what is in force in the month. A one-off grant is paid once and has nothing to stop.
LIVE = """
    NOT e.is_void AND NOT e.is_one_off AND e.first_month <= %(month)s
    AND (e.last_month IS NULL OR e.last_month >= %(month)s) AND e.programme_id = ANY(%(programmes)s)
"""
# Who the list's row means: the person of its number, or those that `resemblance` put down for it.
BY_NUMBER = "rechecks_listrow r JOIN registry_person p ON p.id_number = r.id_number"
BY_NAME = "rechecks_listrow r JOIN alike a ON a.row = r.id JOIN registry_person p ON p.id = a.person"
HOLDINGS = f"""
    JOIN benefits_entitlementmember m ON m.person_id = p.id AND NOT m.is_void AND m.first_month <= %(month)s
                                     AND (m.last_month IS NULL OR m.last_month >= %(month)s)
    JOIN benefits_entitlement e ON e.id = m.entitlement_id AND {LIVE}
"""
HOLDERS = BY_NUMBER + HOLDINGS
BY_THEN = "r.list_id = %(list)s AND (r.day IS NULL OR r.day <= %(last_day)s)"
# What a later year says (年度 is the row's words) speaks against no month before it. Asked last: reading words costs.
BY_THAT_YEAR = r"coalesce(substring(label FROM '\d\d\d\d')::int <= extract(year FROM %(month)s::date), true)"
# What counts as one person's standard where the household lives: looked up in an object, since a join with so small a
# table is planned badly while a list just loaded has no statistics. The lowest of all standards is asked first.
STANDARD = "(%(standards)s::jsonb ->> (e.programme_id || ' ' || left(e.division_id, 9)))::numeric"
OVER_STANDARD = f"(r.amount >= %(lowest)s AND r.amount >= {STANDARD})"
# The pension that the family declared, in the facts that the entitlement rests on.
DECLARED = """
    LEFT JOIN LATERAL (
        SELECT (one.value -> 'income' ->> 'pension')::numeric AS pension
          FROM benefits_assessment b CROSS JOIN jsonb_array_elements(b.facts -> 'members') AS one(value)
         WHERE b.id = e.assessment_id AND one.value ->> 'ref' = p.id::text LIMIT 1) declared ON true
"""
# Kind → what else is asked of the holding, and when a row says something against it.
CONDITIONS = {
    # A death without a day is a death.
    "death": ("", "true"),
    "pension": (
        DECLARED,
        f"""(declared.pension IS NULL OR declared.pension = 0 OR r.amount IS NULL OR r.amount > declared.pension
            OR {OVER_STANDARD})""",
    ),
    "business": ("", "r.label LIKE ANY(%(business_states)s) AND NOT r.label LIKE ANY(%(business_ended)s)"),
    "vehicle": ("", "NOT r.label LIKE ANY(%(vehicle_exempt)s)"),
    "shop": ("", "true"),
    "payroll": ("", "true"),
    "insurance": ("", f"r.amount >= %(lowest)s AND CASE WHEN r.amount >= {STANDARD} THEN {BY_THAT_YEAR} END"),
}
INTO = "INSERT INTO hits (entitlement, person, owner, row, score, agreed)"
HITS = """
SELECT e.id, p.id, p.id, r.id, {score}, {agreed} FROM {holders} {further} WHERE {by_then} AND {condition}
"""
# A year's income may come from several payers.
TAX = f"""
SELECT entitlement, person, person, row, score, agreed FROM (
    SELECT e.id AS entitlement, p.id AS person, r.id AS row, r.label, {{score}} AS score, {{agreed}} AS agreed,
           sum(r.amount) OVER (PARTITION BY e.id, p.id, r.label) AS year
      FROM {{holders}} WHERE {{by_then}}) income
 WHERE year > %(tax_line)s AND {BY_THAT_YEAR}
"""
# Dwellings of all members together; one that two of them own is one dwelling. The finding is the head's.
PROPERTY = """
SELECT entitlement, head, owner, row, score, agreed FROM (
    SELECT owned.*, max(place) OVER (PARTITION BY entitlement) AS houses FROM (
        SELECT e.id AS entitlement, e.person_id AS head, p.id AS owner, r.id AS row,
               {score} AS score, {agreed} AS agreed,
               dense_rank() OVER (PARTITION BY e.id
                                  ORDER BY coalesce(nullif(r.data ->> '不动产单元号', ''), r.id::text)) AS place
          FROM {holders} WHERE {by_then} AND r.label LIKE ANY(%(property_counted)s)
                                  AND NOT r.label LIKE ANY(%(property_not_counted)s)) owned) counted
 WHERE houses > %(max_houses)s
"""


def _statement(kind: str, by_number: bool) -> str:
    """Filling `hits` from a list of that kind, with numbers or without."""
    further, condition = CONDITIONS.get(kind, ("", ""))
    shape = {"tax": TAX, "property": PROPERTY}.get(kind, HITS)
    return INTO + shape.format(
        holders=(BY_NUMBER if by_number else BY_NAME) + HOLDINGS,
        score="NULL::int" if by_number else "a.score",
        agreed="NULL::text" if by_number else "a.agreed",
        by_then=BY_THEN,
        further=further,
        condition=condition,
    )


NUMBER_WINS = """
DELETE FROM hits h WHERE score IS NOT NULL AND EXISTS (
    SELECT FROM hits n WHERE n.entitlement = h.entitlement AND n.person = h.person AND n.score IS NULL)
"""
STATEMENTS = {
    (kind, by_number): _statement(kind, by_number)
    for kind in (*CONDITIONS, "tax", "property")
    for by_number in (True, False)
}


# The parameters `recheck.…` that are words, and those that are numbers.
WORDS = ("business_states", "business_ended", "vehicle_exempt", "property_counted", "property_not_counted")
LIMITS = ("tax_line", "max_houses")
# Those that say how much somebody resembles, `recheck.alike.…`.
SCORES = tuple(f"alike_{key}" for key in resemblance.SCORES)


@dataclass(frozen=True)
class Rules:
    """The lines and exemptions in force in a month, and the standards of a person by programme and township."""

    month: date
    values: Mapping[str, Any]
    standards: Mapping[str, Decimal]

    @classmethod
    def in_force(cls, month: date) -> "Rules":
        """UserError when a parameter is missing."""
        values: dict[str, Any] = {key: _patterns(parameter(f"recheck.{key}", month)) for key in WORDS}
        values |= {key: parameter(f"recheck.{key}", month) for key in LIMITS}
        values |= {key: int(parameter(f"recheck.{key.replace('_', '.', 1)}", month)) for key in SCORES}
        return cls(month, values, dict(_standards(month)))

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


def _standards(month: date) -> Iterable[tuple[str, Decimal]]:
    """(programme and township, yuan) of one person's standard: 低保's own; for other programmes 低保's of the place."""
    table = PolicyTable(["dibao_urban", "dibao_rural"])
    codes = Programme.objects.values_list("code", flat=True)
    for place in Division.objects.filter(level=DivisionLevel.TOWNSHIP):
        near = "dibao_urban" if place.area_kind == AreaKind.URBAN else "dibao_rural"
        for code in codes:
            policy = table.get(code if code in ("dibao_urban", "dibao_rural") else near, month, place.pk)
            amount = policy.get("standard")
            if isinstance(amount, Decimal):
                yield f"{code} {place.pk}", amount


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
        cursor.execute(
            """
            DROP TABLE IF EXISTS hits;
            CREATE TEMPORARY TABLE hits (
                entitlement bigint, person bigint, owner bigint, row bigint, score int, agreed text) ON COMMIT DROP
            """
        )


def match(kind: str, lists: Sequence[OutsideList], rules: Rules) -> int:
    """Fill `hits` from lists of that kind, at most one with numbers and one without; gives how many there are.

    Whom a number names is not also put down as somebody who resembles.
    """
    if not KINDS[kind].is_matched:
        raise UserError(f"{KINDS[kind].name}不用于比对。")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE hits")
        for one in lists:
            if not one.has_numbers:
                resemblance.find(one, {key: rules.values[f"alike_{key}"] for key in resemblance.SCORES})
            values = {
                **rules.values,
                "list": one.pk,
                "month": rules.month,
                "last_day": last_day(rules.month),
                "programmes": programmes_of(KINDS[kind]),
                "standards": json.dumps(rules.standards, default=str),
                "lowest": min(rules.standards.values(), default=None),
            }
            cursor.execute(STATEMENTS[kind, one.has_numbers], values)
        if len(lists) > 1:
            cursor.execute(NUMBER_WINS)
        cursor.execute("SELECT count(*) FROM hits")
        return cursor.fetchone()[0]


def count_holdings() -> int:
    """How many entitlements the hits speak against."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT entitlement) FROM hits")
        return cursor.fetchone()[0]
