"""From a finding to the case that ends or changes a holding: which service line opens it, and how.

A recheck never edits an amount: it opens the line's own case in the name of the clerk who verified, sends it to the
bureau, and hears when it is closed.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from benefits.models import Entitlement
from core.errors import UserError
from relief.dibao import services as dibao

# opener(entitlement, actor, kind "end"|"adjust", from_month, end_reason, note) -> the case, still with the clerk
Opener = Callable[..., Any]


def _dibao(
    entitlement: Entitlement, actor: Any, kind: str, from_month: date, end_reason: str, note: str
) -> Any:
    return dibao.open_change(
        entitlement,
        actor,
        kind,
        from_month=from_month,
        end_reason=end_reason if kind == "end" else "",
        end_note=note[:500] if kind == "end" else "",
        reason=f"回头看：{note}"[:500],
    )


OPENERS: dict[str, Opener] = {"dibao_urban": _dibao, "dibao_rural": _dibao}


def opener_of(entitlement: Entitlement) -> Opener:
    """UserError for a programme whose line has no ending case."""
    found = OPENERS.get(entitlement.programme_id)
    if found is None:
        raise UserError(f"{entitlement.programme}还不能由疑点直接办理停发，请在该项目的页面办理。")
    return found
