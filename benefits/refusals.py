"""What the exclusion constraints refuse, in words: who holds what since when."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from benefits.models import Entitlement, EntitlementMember
from core.errors import UserError
from core.months import format_month
from registry.models import Person


def overlapping(queryset: Any, first: date, last: date | None) -> Any:
    found = queryset.filter(Q(last_month__isnull=True) | Q(last_month__gte=first))
    return found.filter(first_month__lte=last) if last else found


@contextmanager
def refusals(rows: list[Entitlement], covered: Mapping[int, list[int]]) -> Iterator[None]:
    """A transaction whose refusal by an exclusion constraint names who holds what since when."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name not in ("entitlement_one_live", "entitlementmember_one_group_at_a_time"):
            raise
        raise UserError(_who_holds(rows, covered)) from error


def _who_holds(rows: list[Entitlement], covered: Mapping[int, list[int]]) -> str:
    for row in rows:
        live = Entitlement.objects.filter(is_void=False, is_one_off=False).exclude(pk=row.pk)
        same = live.filter(programme=row.programme_id, beneficiary_id=row.beneficiary_id)
        found = overlapping(same, row.first_month, row.last_month).exclude(pk=row.previous_id).first()
        if found:
            return _already(found.person, found)
        people = EntitlementMember.objects.filter(
            is_void=False, group=row.programme.group, person__in=covered.get(row.beneficiary_id, [])
        ).exclude(entitlement__in=[pk for pk in (row.pk, row.previous_id) if pk])
        member = (
            overlapping(people, row.first_month, row.last_month)
            .select_related("person", "entitlement__programme")
            .first()
        )
        if member:
            return _already(member.person, member.entitlement)
    return "同一对象在同一时期只能享受一份，批次中有重复，没有写入。"


def _already(person: Person, held: Entitlement) -> str:
    home = f"（户编号 {held.household.number}）" if held.household else ""
    until = f"，至 {format_month(held.last_month)}" if held.last_month else ""
    return (
        f"{person} 自 {format_month(held.first_month)} 起{until}已享受{held.programme}{home}，不能重复享受。"
    )
