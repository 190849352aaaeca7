"""The verbs of entitlements: assess and keep, grant, change, end, hold. Each is one transaction.

A change never overwrites: the old row ends the month before and a successor opens (`previous`), or, when the change
reaches back to the very first month, the old row becomes void. Rows are locked and versions compared, and what the
database refuses (two live entitlements) comes back as a sentence.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from benefits.assessing import assess, policies_for
from benefits.conflicts import conflicts_for
from benefits.ending import check_death_month, end_entitlement, locked
from benefits.models import (
    Assessment,
    Entitlement,
    EntitlementMember,
    Hold,
    Programme,
)
from benefits.policy import PolicyTable, freeze, parameter
from benefits.queries import overlapping
from benefits.refusals import refusals
from benefits.replacing import make_way
from core.errors import NotAllowed, UserError
from core.months import add_months, format_month, last_day, parse_month
from district.models import Role
from registry.models import Household, Institution, Person

__all__ = [
    "HOLDERS",
    "KEEP",
    "build_assessment",
    "carry_holds",
    "change_entitlement",
    "check_death_month",
    "end_entitlement",
    "grant",
    "grant_bulk",
    "lift_hold",
    "locked",
    "place_hold",
    "record_assessment",
    "review_due",
]
KEEP: Any = object()  # "as it was", where None has a meaning of its own
HOLDERS = {Role.BUREAU_OFFICER, Role.FINANCE}


# — assessment —————————————————————————————————————————————


def build_assessment(
    facts: Mapping[str, Any],
    *,
    household: Household | None = None,
    person: Person | None = None,
    actor: Any = None,
    table: PolicyTable | None = None,
    in_force: date | None = None,
) -> Assessment:
    """The answer for these facts as a row not yet saved, with the facts and the policy used. UserError when facts are
    missing. `table`: policies read once for many; `in_force`: the month whose policy counts, if not the facts' own."""
    policies = policies_for(facts, table, in_force)
    answer = assess(facts, policies=policies)
    if "error" in answer:
        raise UserError(answer["error"])
    return Assessment(
        programme_id=facts["programme"],
        month=parse_month(str(facts["month"])),
        facts=freeze(facts),
        policy=freeze(policies),
        eligible=answer["eligible"],
        monthly_amount=answer["monthly_amount"],
        persons=answer["persons"],
        first_month=parse_month(answer["first_month"]) if answer["first_month"] else None,
        lines=answer["lines"],
        reasons=answer["reasons"],
        conflicts=answer["conflicts"],
        household=household,
        person=person,
        made_by=actor,
    )


def record_assessment(
    facts: Mapping[str, Any],
    *,
    household: Household | None = None,
    person: Person | None = None,
    actor: Any = None,
    table: PolicyTable | None = None,
) -> Assessment:
    """Assess and keep: facts, policy used and breakdown are frozen together. UserError when facts are missing."""
    assessment = build_assessment(facts, household=household, person=person, actor=actor, table=table)
    assessment.save()
    assessment.refresh_from_db()
    return assessment


# — granting ———————————————————————————————————————————————


def review_due(programme_code: str, care_class: str, month: date) -> date | None:
    """The day by which the household must be reviewed, for one granted or reviewed in `month`: the last day of the
    class's interval (dated parameter). None without a class."""
    if not care_class:
        return None
    try:
        months = int(parameter(f"review_months.{care_class}", month, programme_code))
    except UserError:
        return None
    return last_day(add_months(month, months - 1))


def grant(
    assessment: Assessment,
    *,
    programme: Programme,
    household: Household | None,
    person: Person,
    members: Iterable[Person],
    first_month: date | None = None,
    decided_by: Any = None,
    care_class: str = "",
    payee: Person | None = None,
    payee_institution: Institution | None = None,
    actor: Any = None,
) -> Entitlement:
    """Open an entitlement of the assessed amount from `first_month` (the assessment's own when not given).

    `payee` or `payee_institution`: who receives the money when not the person. `members`: the persons covered, as many
    as the assessment counted. What the matrix says is replaced or ended by it ends with the month before, in the same
    transaction (`benefits.replacing`), if the assessment named it. UserError when the assessment refused, or when the
    household or one of the persons holds what bars it in those months.
    """
    people = list(members)
    first = _first_month(assessment, programme, len(people), first_month)
    row = Entitlement(
        programme=programme,
        household=household,
        person=person,
        beneficiary_id=household.pk if household else person.pk,
        payee=payee,
        payee_institution=open_home(payee_institution),
        division_id=household.division_id if household else person.division_id,
        persons=assessment.persons,
        monthly_amount=assessment.monthly_amount,
        first_month=first,
        is_one_off=programme.is_one_off,
        last_month=first if programme.is_one_off else None,
        assessment=assessment,
        decided_by=decided_by,
        care_class=care_class,
        review_due=review_due(programme.pk, care_class, first),
    )
    keys = [one.pk for one in people]
    with refusals([row], {row.beneficiary_id: keys}):
        _in_turn(keys)
        make_way(
            conflicts_for(keys, programme, first),
            programme,
            first,
            amount=assessment.monthly_amount,
            known={conflict["held"] for conflict in assessment.conflicts},
            actor=actor,
            event=decided_by,
        )
        row.save()
        _cover(row, keys)
    return row


def _first_month(assessment: Assessment, programme: Programme, persons: int, wanted: date | None) -> date:
    """From when it is paid; refuses what the assessment or the programme doesn't carry."""
    first = wanted or assessment.first_month
    if not assessment.eligible or first is None:
        raise UserError("测算结果不符合条件，不能批准待遇。")
    if persons != assessment.persons:
        raise UserError(f"保障对象 {persons} 人，与测算的 {assessment.persons} 人不一致。")
    if not programme.is_active:
        raise UserError(f"项目“{programme}”已停用。")
    return first


def _in_turn(people: Iterable[int]) -> None:
    """Two who grant something to one person do it one after the other, and the second sees what the first did."""
    rows = Person.objects.filter(pk__in=list(people)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def grant_bulk(
    rows: Iterable[tuple[Entitlement, Iterable[int]]], batch_size: int = 2000
) -> list[Entitlement]:
    """Many entitlements at once: unsaved rows, each with the keys of the persons it covers; three statements a batch.

    All columns must be filled in but `beneficiary_id`; unsaved assessments are saved with them. All or nothing:
    UserError names a holder who stands in the way.
    """
    pairs = [(row, list(people)) for row, people in rows]
    copied = {one.pk: one for one in Programme.objects.only("group", "exclusions")}
    for row, _ in pairs:
        row.beneficiary_id = row.household_id or row.person_id
    entitlements = [row for row, _ in pairs]
    covered = {row.beneficiary_id: people for row, people in pairs}
    with refusals(entitlements, covered):
        fresh: list[Any] = [
            row.assessment for row in entitlements if row.assessment and row.assessment.pk is None
        ]
        Assessment.objects.bulk_create(fresh, batch_size=batch_size)
        for row in entitlements:
            row.assessment = row.assessment
        Entitlement.objects.bulk_create(entitlements, batch_size=batch_size)
        EntitlementMember.objects.bulk_create(
            (
                _member(row, person, copied[row.programme_id])
                for row, people in pairs
                for person in dict.fromkeys(people)
            ),
            batch_size=batch_size * 2,
        )
    return entitlements


def _member(row: Entitlement, person_id: int, programme: Programme) -> EntitlementMember:
    return EntitlementMember(
        entitlement=row,
        person_id=person_id,
        group=programme.group,
        exclusions=programme.exclusions,
        first_month=row.first_month,
        last_month=row.last_month,
        is_void=row.is_void,
    )


def _cover(row: Entitlement, people: Iterable[int]) -> None:
    programme = row.programme
    EntitlementMember.objects.bulk_create(_member(row, person, programme) for person in dict.fromkeys(people))


# — change and end —————————————————————————————————————————


def change_entitlement(
    entitlement: Entitlement,
    assessment: Assessment,
    from_month: date,
    reason: str,
    actor: Any,
    event: Any = None,
    version: int | None = None,
    members: Iterable[Person] | None = None,
    care_class: str | None = None,
    payee: Any = KEEP,
    payee_institution: Any = KEEP,
) -> Entitlement:
    """Another amount from `from_month` on: the old row ends the month before (or is void from the start), its successor
    carries the new assessment, the holds and, unless they are given, the same persons (`members`) and payee. A
    `payee_institution` takes the place of a payee; None for both: the person again.

    UserError when the month lies outside the entitlement, or the new assessment refuses.
    """
    if not reason.strip():
        raise UserError("请写明变更原因。", field="reason")
    if not assessment.eligible:
        raise UserError("新的测算结果不符合条件，应当停发而不是变更。")
    with transaction.atomic():
        old = locked(entitlement, version)
        _inside(old, from_month)
        people = (
            [one.pk for one in members]
            if members is not None
            else list(old.members.values_list("person_id", flat=True))
        )
        successor = _successor(old, assessment, from_month, reason.strip(), event)
        if care_class is not None:
            successor.care_class = care_class
        _pay_to(successor, payee, payee_institution)
        successor.review_due = (
            review_due(old.programme_id, successor.care_class, from_month)
            if successor.care_class
            else old.review_due
        )
        if from_month == old.first_month:
            old.is_void = True
        else:
            old.last_month = add_months(from_month, -1)
        old.end_reason, old.end_note = "", ""
        old.version += 1
        with refusals([successor], {successor.beneficiary_id: people}):
            old.save(update_fields=["is_void", "last_month", "end_reason", "end_note", "version"])
            successor.save()
            _cover(successor, people)
            carry_holds(old, successor)
    return successor


def _pay_to(row: Entitlement, payee: Any, institution: Any) -> None:
    """Another payee for a row not yet saved; KEEP leaves what it has."""
    if institution is not KEEP:
        row.payee_institution = open_home(institution)
        if institution is not None:
            row.payee = None
    if payee is not KEEP:
        row.payee = payee
        if payee is not None:
            row.payee_institution = None


def open_home(institution: Institution | None) -> Institution | None:
    """The institution, unless it is closed: UserError."""
    if institution is not None and institution.until and institution.until <= timezone.localdate():
        raise UserError(f"{institution.name}已停用，不能作为收款机构。", "institution")
    return institution


def _inside(row: Entitlement, month: date) -> None:
    if month < row.first_month:
        raise UserError(
            f"{format_month(month)} 早于本次认定的起始月份 {format_month(row.first_month)}，"
            "请从当月适用的那次认定办理。"
        )
    if row.last_month and month > row.last_month:
        raise UserError(
            f"这份待遇已于 {format_month(row.last_month)} 止，不能从 {format_month(month)} 变更。"
        )


def _successor(
    old: Entitlement, assessment: Assessment, from_month: date, reason: str, event: Any
) -> Entitlement:
    return Entitlement(
        programme=old.programme,
        household_id=old.household_id,
        person_id=old.person_id,
        beneficiary_id=old.beneficiary_id,
        payee_id=old.payee_id,
        payee_institution_id=old.payee_institution_id,
        division_id=old.division_id,
        persons=assessment.persons,
        monthly_amount=assessment.monthly_amount,
        first_month=from_month,
        last_month=old.last_month,
        is_one_off=old.is_one_off,
        assessment=assessment,
        decided_by=event,
        previous=old,
        change_reason=reason[:300],
        care_class=old.care_class,
        certificate_number=old.certificate_number,
        end_reason=old.end_reason,
        end_note=old.end_note,
        ended_by_id=old.ended_by_id,
        ended_at=old.ended_at,
    )


def carry_holds(old: Entitlement, successor: Entitlement) -> None:
    """Holds that are in force from the successor's first month go on there; the months before stay with the old row."""
    start = successor.first_month
    later = old.holds.filter(lifted_at__isnull=True).filter(
        Q(last_month__isnull=True) | Q(last_month__gte=start)
    )
    hold: Any
    for hold in list(later):
        if hold.first_month >= start:
            hold.entitlement = successor
            hold.save(update_fields=["entitlement"])
            continue
        Hold.objects.create(
            entitlement=successor,
            first_month=start,
            last_month=hold.last_month,
            reason=hold.reason,
            placed_by_id=hold.placed_by_id,
            placed_at=hold.placed_at,
        )
        hold.last_month = add_months(start, -1)
        hold.save(update_fields=["last_month"])


# — holds ——————————————————————————————————————————————————


def place_hold(
    entitlement: Entitlement, first_month: date, last_month: date | None, reason: str, actor: Any
) -> Hold:
    """暂缓发放 from a month, open-ended without `last_month`. The months stay owed and are paid after lifting."""
    _holder(actor)
    if not reason.strip():
        raise UserError("请写明暂缓原因。", field="reason")
    if last_month and last_month < first_month:
        raise UserError("末月早于起始月份。", field="last_month")
    with transaction.atomic():
        row = locked(entitlement)
        if row.last_month and first_month > row.last_month:
            raise UserError(
                f"这份待遇已于 {format_month(row.last_month)} 止，无须暂缓。", field="first_month"
            )
        overlap = overlapping(row.holds.filter(lifted_at__isnull=True), first_month, last_month).first()
        if overlap:
            until = format_month(overlap.last_month) or "至今"
            raise UserError(
                f"这些月份已在暂缓之中（{format_month(overlap.first_month)} 起，{until}）。",
                field="first_month",
            )
        return Hold.objects.create(
            entitlement=row,
            first_month=max(first_month, row.first_month),
            last_month=last_month,
            reason=reason.strip()[:300],
            placed_by=actor,
        )


def lift_hold(hold: Hold, reason: str, actor: Any) -> Hold:
    """Lift a hold: all months that it held are owed again. UserError when it is lifted already."""
    _holder(actor)
    if not reason.strip():
        raise UserError("请写明解除原因。", field="reason")
    with transaction.atomic():
        row = Hold.objects.select_for_update().get(pk=hold.pk)
        if row.lifted_at:
            raise UserError(f"这次暂缓已由{row.lifted_by or '系统'}解除。")
        row.lifted_at, row.lifted_by, row.lift_reason = timezone.now(), actor, reason.strip()[:300]
        row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    return row


def _holder(actor: Any) -> None:
    if actor is not None and actor.role not in HOLDERS:
        raise NotAllowed("暂缓和解除暂缓由业务股室或财务办理。")
