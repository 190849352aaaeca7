"""From a finding to the case that ends or changes a holding: which service line opens it, and how.

A recheck never edits an amount: it opens the line's own case in the name of the clerk who verified, sends it to the
bureau, and hears when it is closed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from benefits.models import EndReason, Entitlement
from core.errors import UserError
from elderly.services import applying as elderly
from registry.models import Person
from registry.services import record_death
from relief.dibao import services as dibao
from relief.tekun import services as tekun

Opener = Callable[[Entitlement, Any, str, date, str, str], Any]


@dataclass(frozen=True)
class Way:
    """How a line's case begins (`entitlement, actor, kind "end"|"adjust", from_month, end_reason, note` → the case,
    still with the clerk) and the step that sends it to the bureau."""

    opener: Opener
    submit: str


def _by_change(open_change: Callable[..., Any]) -> Opener:
    """A line of relief ends and changes by the same kind of case."""

    def opener(
        entitlement: Entitlement, actor: Any, kind: str, from_month: date, end_reason: str, note: str
    ) -> Any:
        ending = {"end_reason": end_reason, "end_note": note[:500]} if kind == "end" else {}
        reason = f"回头看：{note}"[:500]
        return open_change(entitlement, actor, kind, from_month=from_month, reason=reason, **ending)

    return opener


def _elderly(
    entitlement: Entitlement, actor: Any, kind: str, from_month: date, end_reason: str, note: str
) -> Any:
    if kind != "end":
        raise UserError("高龄津贴和长寿金的金额由年龄决定，不能变更；不应享受的请办理停发。", field="outcome")
    return elderly.open_ending(entitlement, actor, reason=end_reason, from_month=from_month, note=note[:500])


_DIBAO = Way(_by_change(dibao.open_change), "submit")
_TEKUN = Way(_by_change(tekun.open_change), "submit")
WAYS = {
    "dibao_urban": _DIBAO,
    "dibao_rural": _DIBAO,
    "tekun_basic": _TEKUN,
    "tekun_care": _TEKUN,
    "elderly_allowance": Way(_elderly, "confirm"),
    "longevity": Way(_elderly, "confirm"),
}


def way_of(entitlement: Entitlement) -> Way:
    """UserError for a programme whose line has no ending case."""
    found = WAYS.get(entitlement.programme_id)
    if found is None:
        raise UserError(f"{entitlement.programme}还不能由疑点直接办理停发，请在该项目的页面办理。")
    return found


def register_death(person: Person, day: date | None, reason: str, actor: Any) -> None:
    """A confirmed death is known to the registry before the case is opened."""
    if reason == EndReason.DEATH and day and person.death_date is None:
        record_death(person, day, actor)
        person.refresh_from_db()
