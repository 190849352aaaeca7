"""The amount changes by itself in the month in which another age band is reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from benefits.models import Assessment, Entitlement
from benefits.policy import PolicyTable
from benefits.services import build_assessment, change_entitlement
from casework.services import today
from core.errors import UserError
from core.months import month_of
from district.models import Division
from elderly import finding
from elderly.bands import Band, bands_of, crossing
from elderly.facts import facts_of, table
from elderly.rules import ALLOWANCE
from elderly.services.rows import lock_township

REASON = "年龄段变化"


@dataclass(frozen=True)
class Crossing:
    """A holder who came (or comes) into another band: from which month, with which new assessment."""

    held: Entitlement
    month: date
    band: Band
    assessment: Assessment

    @property
    def before(self) -> Any:
        return self.held.monthly_amount

    @property
    def after(self) -> Any:
        return self.assessment.monthly_amount


def crossings(month: date, scope: str = "", user: Any = None) -> Iterator[Crossing]:
    """Whose amount is to change because a band was reached in or before the month and nobody has reckoned with it yet.

    A band that the bureau laid out anew is no crossing for those already in it: that is 调标, with its approval.
    """
    policies = table()
    rows = finding.live(user, month).filter(programme=ALLOWANCE, first_month__lte=month)
    rows = rows.select_related("person", "assessment", "programme", "division")
    bands: dict[str, list[Band]] = {}
    for held in (rows.within(scope) if scope else rows).order_by("division_id", "pk"):
        if held.division_id not in bands:
            bands[held.division_id] = bands_of(policies.get(ALLOWANCE, month, held.division_id))
        found = _crossing(held, month, bands[held.division_id], policies)
        if found is not None:
            yield found


def _crossing(held: Entitlement, month: date, bands: list[Band], policies: PolicyTable) -> Crossing | None:
    place = crossing(held.person.birth_date, month, bands)
    if place is None:
        return None
    reached, band = place
    reckoned = held.assessment.month if held.assessment else held.first_month
    if reached <= reckoned or reached < held.first_month or (band.since and reached < band.since):
        return None
    if band.amount == held.monthly_amount or not band.amount:
        return None
    try:
        assessment = build_assessment(
            facts_of(held.person, ALLOWANCE, reached), person=held.person, table=policies
        )
    except UserError:
        return None
    if not assessment.eligible:
        return None
    return Crossing(held, reached, band, assessment)


def apply_crossings(
    township: Division | str, month: date | None = None, actor: Any = None
) -> list[Entitlement]:
    """Change the amounts of a township's holders who reached another band by the month; the successors.

    The change begins in the month of the age, however late it is noticed; what was paid meanwhile is settled by the
    next run. Run twice it changes nothing.
    """
    code = township if isinstance(township, str) else township.pk
    with transaction.atomic():
        lock_township(code)
        found = list(crossings(month or month_of(today()), code))
        return [_change(one, actor) for one in found]


def _change(one: Crossing, actor: Any) -> Entitlement:
    one.assessment.save()
    one.assessment.refresh_from_db()
    reason = f"{REASON}：{one.month:%Y-%m} 起进入{one.band.name}"
    return change_entitlement(one.held, one.assessment, one.month, reason, actor, version=one.held.version)


def upcoming_crossings(month: date, user: Any) -> list[Crossing]:
    """Whose amount the job will change in that month, for the clerk to see beforehand."""
    return list(crossings(month, user.division_id, user))
