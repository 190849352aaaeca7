"""What the exclusion constraints refuse, in words: who holds what since when, which cell says so, what can be done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, transaction

from benefits.compatibility import forbidden, ruling
from benefits.conflicts import conflict, coverage
from benefits.models import Entitlement
from benefits.queries import overlapping
from core.errors import Conflict, UserError
from core.months import format_month
from registry.models import Person

APART = "entitlementmember_programmes_apart"
CONSTRAINTS = ("entitlement_one_live", "entitlementmember_one_group_at_a_time", APART)
DEADLOCK = "40P01"


@contextmanager
def refusals(rows: list[Entitlement], covered: Mapping[int, list[int]]) -> Iterator[None]:
    """A transaction whose refusal by an exclusion constraint names who holds what since when, and why that bars it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name not in CONSTRAINTS:
            raise
        raise UserError(_who_holds(rows, covered)) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != DEADLOCK:
            raise
        raise Conflict("另一位同事正在办理同一对象的待遇，请稍候刷新后再办。") from error


def _who_holds(rows: list[Entitlement], covered: Mapping[int, list[int]]) -> str:
    """The first holding in the way of these rows, in words."""
    for row in rows:
        people = covered.get(row.beneficiary_id, [])
        found = _same_holder(row) or _held_by_person(row, people) or _barred(row, people)
        if found:
            return found
    return "同一对象在同一时期只能享受一份，批次中有重复，没有写入。"


def _same_holder(row: Entitlement) -> str:
    live = Entitlement.objects.filter(is_void=False, is_one_off=False).exclude(pk=row.pk)
    same = live.filter(programme=row.programme_id, beneficiary_id=row.beneficiary_id)
    found = overlapping(same, row.first_month, row.last_month).exclude(pk=row.previous_id).first()
    return _already(found.person, found) if found else ""


def _in_the_way(row: Entitlement, people: list[int]) -> list:
    """Living coverage of the persons in those months, but for the row's own and that of the row it replaces."""
    own = [pk for pk in (row.pk, row.previous_id) if pk]
    return list(coverage(people, row.first_month, row.last_month).exclude(entitlement__in=own))


def _held_by_person(row: Entitlement, people: list[int]) -> str:
    for member in _in_the_way(row, people):
        if member.group and member.group == row.programme.group:
            return _already(member.person, member.entitlement)
    return ""


def _barred(row: Entitlement, people: list[int]) -> str:
    for member in _in_the_way(row, people):
        code = member.entitlement.programme_id
        rule = ruling(code, row.programme_id)
        if rule and forbidden(code, row.programme_id):
            return conflict(member, row.programme, rule, row.first_month).sentence
    return ""


def _already(person: Person, held: Entitlement) -> str:
    home = f"（户编号 {held.household.number}）" if held.household else ""
    until = f"，至 {format_month(held.last_month)}" if held.last_month else ""
    return (
        f"{person} 自 {format_month(held.first_month)} 起{until}已享受{held.programme}{home}，不能重复享受。"
    )
