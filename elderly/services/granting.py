"""What an approval does: assess and freeze, end what is replaced, open the entitlements; for one case or thousands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from benefits.models import Assessment, EndReason, Entitlement, EntitlementMember
from benefits.queries import holds_in
from benefits.services import build_assessment, end_entitlement, grant_bulk
from casework.models import CaseEvent
from core.errors import UserError
from core.months import add_months, format_month
from elderly import finding
from elderly.facts import GROUP, facts_of, table
from elderly.models import AllowanceApplication
from elderly.rules import LONGEVITY
from elderly.services.proofs import next_due
from elderly.services.rows import (
    UNPROVEN,
    WAITING_END,
    WAITING_LONGEVITY,
    hold_by_system,
    lift_by_system,
)
from registry.models import Person


@dataclass
class Ready:
    """Rows that can be granted, with their assessments; and why others can't."""

    cases: list[AllowanceApplication] = field(default_factory=list)
    assessments: dict[int, Assessment] = field(default_factory=dict)
    problems: list[tuple[AllowanceApplication, str]] = field(default_factory=list)


def check_rows(cases: Sequence[AllowanceApplication], actor: Any = None) -> Ready:
    """Look at rows as they would be granted now: alive, here, old enough, not holding; nothing is written."""
    ready, policies = Ready(), table()
    here = set(
        Person.objects.filter(finding.now_here(), pk__in=[one.person_id for one in cases]).values_list(
            "pk", flat=True
        )
    )
    holds: dict[date, dict[int, list[str]]] = {}
    for case in cases:
        month, person = case.first_month, case.person
        assert month is not None and person is not None
        if month not in holds:
            same = [one.person_id for one in cases if one.first_month == month and one.person_id]
            holds[month] = holds_in(same, month)
        facts = facts_of(person, case.programme_id, month, holds[month].get(person.pk, []))
        try:
            found = build_assessment(facts, person=person, actor=actor, table=policies)
        except UserError as error:
            ready.problems.append((case, error.message))
            continue
        ready.assessments[case.pk] = found
        why = _why_not(person, person.pk in here, found)
        if why:
            ready.problems.append((case, why))
        else:
            ready.cases.append(case)
    _holders(ready)
    return ready


def _why_not(person: Person, here: bool, found: Assessment) -> str:
    if person.death_date:
        return f"已登记死亡（{person.death_date:%Y-%m-%d}）"
    if not here:
        return "已不在本地家庭（户籍迁出或销户）"
    return "；".join(one["text"] for one in found.reasons)


def _holders(ready: Ready) -> None:
    """Move out those who hold one of the two already, apart from the allowance that is being replaced."""
    people = {case.person_id: case for case in ready.cases}
    held = EntitlementMember.objects.filter(
        person__in=list(people), group=GROUP, is_void=False
    ).select_related("entitlement__programme")
    for one in held:
        case = people.get(one.person_id)
        if case is None or one.entitlement_id == case.replaces_id:
            continue
        if case.first_month and (one.last_month is None or one.last_month >= case.first_month):
            until = f"至 {format_month(one.last_month)}" if one.last_month else "起"
            words = f"已享受{one.entitlement.programme}（{format_month(one.first_month)} {until}）"
            ready.problems.append((case, words))
            ready.cases.remove(case)
            del people[one.person_id]


def grant_rows(ready: Ready, events: dict[int, CaseEvent], actor: Any, day: date) -> None:
    """Open the entitlements of the rows that are ready and write the outcome onto the cases, which the caller saves."""
    policies, rows = table(), []
    for case in ready.cases:
        assert case.person is not None
        replaced = _replace(case, events[case.pk], actor)
        base = replaced.review_due if replaced and replaced.review_due else None
        assessment = ready.assessments[case.pk]
        row = Entitlement(
            programme_id=case.programme_id,
            person=case.person,
            division_id=case.division_id,
            persons=1,
            monthly_amount=assessment.monthly_amount,
            first_month=case.first_month,
            assessment=assessment,
            decided_by=events[case.pk],
            review_due=base or next_due(case.programme_id, day, policies),
        )
        case.entitlement, case.decision, case.decided_on = row, assessment, day
        case.monthly_amount = row.monthly_amount
        rows.append((row, [case.person.pk]))
    grant_bulk(rows)
    for case in ready.cases:
        # Assigned before they had keys.
        case.entitlement, case.decision = case.entitlement, case.decision
        if case.replaces:
            _carry_unproven(case)


def _replace(case: AllowanceApplication, event: CaseEvent, actor: Any) -> Entitlement | None:
    """长寿金 takes the place of 高龄津贴: that ends the month before, and the hold that waited for this is lifted."""
    if case.programme_id != LONGEVITY or case.replaces is None:
        return None
    assert case.first_month is not None
    last = add_months(case.first_month, -1)
    held: Any = case.replaces
    held.refresh_from_db()
    if held.last_month is None or held.last_month > last:
        held = end_entitlement(held, last, EndReason.REPLACED, "满100周岁转发长寿金", actor, event)
    lift_by_system([case.replaces_id, held.pk], WAITING_LONGEVITY, "已转发长寿金")
    return held


def _carry_unproven(case: AllowanceApplication) -> None:
    """Who was held for want of a proof of life is held on: turning a hundred proves nothing."""
    assert case.replaces is not None and case.entitlement is not None and case.first_month is not None
    hold = case.replaces.holds.filter(lifted_at__isnull=True, reason__startswith=UNPROVEN).first()
    if hold is not None:
        hold_by_system(case.entitlement, case.first_month, hold.reason)


def end_rows(
    cases: Sequence[AllowanceApplication], events: dict[int, CaseEvent], actor: Any, day: date
) -> None:
    """End the entitlements of the rows; the case keeps the row that now carries the end."""
    for case in cases:
        assert case.entitlement is not None and case.first_month is not None
        waiting = case.entitlement_id
        last = add_months(case.first_month, -1)
        ended = end_entitlement(
            newest(case.entitlement), last, case.end_reason, case.end_note, actor, events[case.pk]
        )
        lift_by_system([waiting, ended.pk], WAITING_END, "已停发")
        case.entitlement, case.decided_on = ended, day


def newest(held: Entitlement) -> Entitlement:
    """The decision in force about this holding: a band change meanwhile has made a successor."""
    while True:
        later = held.successors.filter(is_void=False).first()
        if later is None:
            return held
        held = later
