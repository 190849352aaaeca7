"""Ending what is paid: the row as it stands under its lock, and its last month with the reason."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from benefits.models import EndReason, Entitlement
from core.errors import Conflict, UserError
from core.months import format_month, month_of


def locked(entitlement: Entitlement, version: int | None = None) -> Entitlement:
    """The row as it is now, locked. Conflict when it is no longer the `version` that the user saw."""
    row = (
        Entitlement.objects.select_for_update(of=("self",)).select_related("programme").get(pk=entitlement.pk)
    )
    if version is not None and row.version != version:
        raise Conflict("这份待遇刚被别人改过，请核对后再办。", changes=_differences(entitlement, row))
    if row.is_void:
        raise UserError("这份待遇已被替换，自始无效，不能再变更。")
    return row


def _differences(seen: Entitlement, now: Entitlement) -> list[str]:
    """What the other person changed, in words."""
    changes = []
    for name in ("monthly_amount", "persons", "last_month", "end_reason", "is_void", "care_class"):
        before, after = getattr(seen, name), getattr(now, name)
        if before != after:
            field: Any = Entitlement._meta.get_field(name)
            label = field.verbose_name
            changes.append(f"{label}：{_word(before)} → {_word(after)}")
    return changes or [f"版本：第 {now.version} 版"]


def _word(value: Any) -> str:
    if isinstance(value, date):
        return format_month(value)
    return str(value) if value not in (None, "") else "（空）"


def end_entitlement(
    entitlement: Entitlement,
    last_month: date,
    reason: str,
    note: str,
    actor: Any,
    event: Any = None,
    version: int | None = None,
) -> Entitlement:
    """The last month that is paid, with its reason; gives the row that now carries the end.

    When that month lies before a later change, the later rows become void and the row in force then is ended; before
    the very first month the whole chain is void and was never in force. `other` needs words. On death the month of
    death is still paid, and no later one. UserError when it ended already no later than that.
    """
    if reason not in EndReason.values:
        raise UserError("请选择停发原因。", field="end_reason")
    if reason == EndReason.OTHER and not note.strip():
        raise UserError("停发原因为“其他”时须写明说明。", field="end_note")
    with transaction.atomic():
        row: Any = locked(entitlement, version)
        if row.successors.filter(is_void=False).exists():
            raise UserError("这份待遇后来变更过，请从最近一次认定办理停发。")
        if row.last_month and last_month >= row.last_month and row.end_reason:
            raise UserError(
                f"这份待遇已于 {format_month(row.last_month)} 止（{row.get_end_reason_display()}）。"
            )
        check_death_month(row, last_month, reason)
        while last_month < row.first_month and row.previous_id:
            row = _void(row)
        if last_month < row.first_month:
            row.is_void = True
        else:
            row.last_month = last_month
        row.end_reason, row.end_note = reason, note.strip()[:500]
        row.ended_by, row.ended_at = event, timezone.now()
        row.version += 1
        row.save(
            update_fields=[
                "is_void",
                "last_month",
                "end_reason",
                "end_note",
                "ended_by",
                "ended_at",
                "version",
            ]
        )
    return row


def _void(row: Entitlement) -> Entitlement:
    """Make a later change void and step back to what it replaced."""
    row.is_void = True
    row.version += 1
    row.save(update_fields=["is_void", "version"])
    assert row.previous_id is not None
    before = Entitlement.objects.select_for_update(of=("self",)).get(pk=row.previous_id)
    if before.is_void:
        # It was replaced from its own first month: what stood before it is in force again.
        if before.previous_id and before.first_month == row.first_month:
            return _void(before)
        before.is_void = False
    return before


def last_month_of_life(day: date) -> date:
    """死亡当月照发，次月起停发."""
    return month_of(day)


def check_death_month(row: Entitlement, last_month: date, reason: str) -> None:
    """UserError when a person living alone died before the month that is said to be the last."""
    if reason != EndReason.DEATH or row.persons != 1:
        return
    day = row.person.death_date
    if day and last_month > last_month_of_life(day):
        raise UserError(
            f"{row.person} 于 {day:%Y-%m-%d} 死亡，末月应为 {format_month(last_month_of_life(day))}。",
            field="last_month",
        )
