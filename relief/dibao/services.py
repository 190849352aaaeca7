"""The verbs of 低保: apply, record what was found, open a change or an ending, review. Each is one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from benefits.assessing import assess
from benefits.models import Entitlement, Programme
from benefits.services import review_due
from casework.services import (
    Change,
    check_editor,
    correct,
    locked,
    open_case,
    record_change,
    today,
)
from core.errors import Conflict, UserError
from core.months import add_months, age_in_month, month_of
from district.models import AreaKind, User
from registry.models import Household, Person
from relief.dibao.facts import facts_of, members_of, snapshot
from relief.dibao.models import (
    ApplicationMember,
    AssetItem,
    AssetKind,
    ChangeKind,
    DibaoApplication,
    IncomeItem,
    Review,
    ReviewResult,
)
from relief.shared.economy import own_rows, recognise_rest, record_economy, update_row
from relief.shared.reviews import check_reviewer, keep_review

__all__ = [
    "apply",
    "assess_now",
    "facts_of",
    "open_change",
    "recognise_rest",
    "record_economy",
    "record_members",
    "review",
]
ADULT = 18
PROGRAMMES = {AreaKind.URBAN: "dibao_urban", AreaKind.RURAL: "dibao_rural"}


@dataclass
class MemberEntry:
    """What the form says of one member; what it leaves out comes from the registry."""

    person: Person
    relation: str = ""
    covered: bool = True
    authorised: bool = False
    serious_illness: bool = False
    student: bool = False
    labour: str | None = None
    disability_kind: str | None = None
    disability_grade: int | None = None
    incomes: dict[str, Decimal] = field(default_factory=dict)


def area_kind_of(household: Household) -> str:
    """城乡: by the household's registration where it is known, else by its village."""
    return household.hukou_kind or household.division.area_kind


@transaction.atomic
def apply(
    household: Household,
    actor: User,
    *,
    members: Sequence[MemberEntry] = (),
    household_income: dict[str, Decimal] | None = None,
    assets: dict[str, Decimal] | None = None,
    on: date | None = None,
    **fields: Any,
) -> DibaoApplication:
    """登记低保申请 of a registered household. Without `members` everyone who belongs to it that day is taken down.

    `fields`: single, single_parent, reason, staff_relative. UserError when the household holds 低保 or applies already.
    """
    day = on or today()
    present = {one.person_id: one for one in members_of(household, day)}
    entries = list(members) or [MemberEntry(one.person) for one in present.values()]
    head = next((one.person for one in present.values() if one.relation == "head"), None)
    if head is None:
        raise UserError("这户没有户主，请先在家庭页登记户主。")
    _check_none_open(household, day)
    area = area_kind_of(household)
    case = open_case(
        "dibao",
        person=head,
        household=household,
        division=household.division,
        actor=actor,
        on=on,
        programme=Programme.objects.get(code=PROGRAMMES[AreaKind(area)]),
        area_kind=area,
        **fields,
    )
    for place, entry in enumerate(entries):
        membership = present.get(entry.person.pk)
        if membership is None:
            raise UserError(f"{entry.person.name}不是这户的成员。")
        _write_member(case, entry, entry.relation or membership.relation, place, day)
    _write_home(case, household_income or {}, assets or {})
    return case


def _write_home(
    case: DibaoApplication, incomes: Mapping[str, Decimal], assets: Mapping[str, Decimal]
) -> None:
    """What the household declares as a whole; a row of every kind of asset, so that a zero can be verified."""
    for kind, amount in incomes.items():
        IncomeItem.objects.create(application=case, kind=kind, declared=amount)
    owned = {AssetKind(kind).value: amount for kind, amount in assets.items()}
    for known in AssetKind.values:
        AssetItem.objects.create(application=case, kind=known, declared=owned.get(known, Decimal(0)))


def _check_none_open(household: Household, day: date) -> None:
    # The household's row makes two clerks who open the same family's case one after the other.
    Household.objects.select_for_update().get(pk=household.pk)
    other = DibaoApplication.objects.filter(household=household, state="open").first()
    if other:
        raise UserError(f"这户已有在办的低保案件 {other.number}。")
    month = add_months(month_of(day), 1)
    live = Entitlement.objects.filter(
        household=household, programme__in=list(PROGRAMMES.values()), is_void=False, first_month__lte=month
    ).exclude(last_month__lt=month)
    if live.exists():
        raise UserError("这户正在享受低保，请办理“变更”或“停发”，不需要重新申请。")


def _write_member(case: DibaoApplication, entry: MemberEntry, relation: str, place: int, day: date) -> None:
    known = snapshot(entry.person, day)
    for name in known:
        stated = getattr(entry, name)
        if stated is not None:
            known[name] = stated
    if not known["disability_kind"]:
        known["disability_grade"] = None
    member = ApplicationMember.objects.create(
        application=case,
        person=entry.person,
        relation=relation,
        covered=entry.covered,
        authorised=entry.authorised,
        serious_illness=entry.serious_illness,
        student=entry.student,
        position=place,
        **known,
    )
    for kind, amount in entry.incomes.items():
        IncomeItem.objects.create(application=case, member=member, kind=kind, declared=amount)


def assess_now(case: DibaoApplication, month: date | None = None) -> dict[str, Any]:
    """The formula's answer on the case's facts, for a decision in `month` (default: this month). Writes nothing."""
    return assess(facts_of(case, month or month_of(today())))


# -- what was found ------------------------------------------------------------------------------------------

MEMBER_FIELDS = (
    "covered",
    "authorised",
    "labour",
    "disability_kind",
    "disability_grade",
    "serious_illness",
    "student",
)


def record_members(
    case: DibaoApplication,
    actor: User,
    rows: Iterable[dict[str, Any]],
    *,
    facts: dict[str, Any] | None = None,
    version: int | None = None,
) -> DibaoApplication:
    """Correct the members' facts (rows with `pk`) and the case's own (`facts`: single, single_parent, reason, …)."""
    with transaction.atomic():
        case = locked(case, version)
        check_editor(case, actor)
        own = own_rows(case.members.select_related("person"))
        changes: list[Change] = []
        for row in rows:
            member = own[row["pk"]]
            changes += update_row(member, row, MEMBER_FIELDS, subject=member.person.name)
        before = case.version
        if facts:
            case = correct(case, facts, actor)
        if changes:
            case = record_change(case, actor, changes, label="更正家庭成员", action="members")
        if case.version == before:
            return case
        if case.single and case.members.filter(covered=True).count() != 1:
            raise UserError("单人保只纳入一名成员，请只勾选这一人“纳入保障”。", field="single")
        return case


# -- change, ending, review ----------------------------------------------------------------------------------


def _changeable(
    entitlement: Entitlement, day: date, kind: str, end_reason: str, end_note: str
) -> Entitlement:
    """The entitlement under its row lock. UserError when it can't be changed now, or the ending lacks its reason."""
    entitlement = (
        Entitlement.objects.select_for_update(of=("self",))
        .select_related("household", "person")
        .get(pk=entitlement.pk)
    )
    if entitlement.household is None:
        raise UserError("这笔待遇没有对应的家庭，不能办理变更。")
    if entitlement.last_month and entitlement.last_month < month_of(day):
        raise UserError("这笔待遇已经停发。")
    if DibaoApplication.objects.filter(entitlement=entitlement, state="open").exists():
        raise Conflict("这笔待遇已有在办的变更或停发。")
    if kind == ChangeKind.END and not end_reason:
        raise UserError("请选择停发原因。", field="end_reason")
    if end_reason == "other" and len(end_note.strip()) < 2:
        raise UserError("停发原因选“其他”时，请写明情况。", field="end_note")
    return entitlement


@transaction.atomic
def open_change(
    entitlement: Entitlement,
    actor: User,
    kind: str,
    *,
    from_month: date | None = None,
    end_reason: str = "",
    end_note: str = "",
    reason: str = "",
    grace: bool = False,
    grace_months_used: int = 0,
    on: date | None = None,
) -> DibaoApplication:
    """Begin the change or ending of a live entitlement: a township clerk proposes, a bureau officer decides.

    `from_month`: the first month of the new amount, or the first month no longer paid. The facts come from the newest
    case of the household, or from the registry where there is none (taken over).
    """
    day = on or today()
    entitlement = _changeable(entitlement, day, kind, end_reason, end_note)
    household = entitlement.household
    assert household is not None
    last = (
        DibaoApplication.objects.filter(household=household)
        .exclude(state__in=["refused", "withdrawn"])
        .order_by("-id")
        .first()
    )
    case = open_case(
        "dibao_change",
        person=entitlement.person,
        household=household,
        division=entitlement.division,
        actor=actor,
        on=on,
        programme_id=entitlement.programme_id,
        area_kind=area_kind_of(household),
        entitlement=entitlement,
        change_kind=kind,
        first_month=from_month or add_months(month_of(day), 1),
        end_reason=end_reason,
        end_note=end_note.strip(),
        reason=reason.strip(),
        grace=grace,
        grace_months_used=grace_months_used,
        care_class=entitlement.care_class,
        single=last.single if last else False,
        single_parent=last.single_parent if last else False,
        accepted_on=day,
    )
    _copy_facts(case, last, household, day)
    return case


def _copy_facts(
    case: DibaoApplication, last: DibaoApplication | None, household: Household, day: date
) -> None:
    """Begin with what was recognised last; members who left the household are left out, new ones come in."""
    known = {one.person_id: one for one in last.members.all()} if last else {}
    now = members_of(household, day)
    for place, membership in enumerate(now):
        old = known.get(membership.person_id)
        facts = snapshot(membership.person, day)
        member = ApplicationMember.objects.create(
            application=case,
            person=membership.person,
            relation=membership.relation,
            position=place,
            covered=old.covered if old else True,
            authorised=old.authorised if old else False,
            serious_illness=old.serious_illness if old else False,
            student=old.student if old else False,
            labour=facts["labour"] or (old.labour if old else ""),
            disability_kind=facts["disability_kind"] or (old.disability_kind if old else ""),
            disability_grade=facts["disability_grade"] or (old.disability_grade if old else None),
        )
        if old:
            for item in old.incomes.all():
                IncomeItem.objects.create(
                    application=case, member=member, kind=item.kind, declared=item.best, basis=item.basis
                )
        elif membership.person.monthly_income:
            IncomeItem.objects.create(
                application=case, member=member, kind="wages", declared=membership.person.monthly_income
            )
    if last:
        for item in last.incomes.filter(member__isnull=True):
            IncomeItem.objects.create(application=case, kind=item.kind, declared=item.best, basis=item.basis)
    owned = {one.kind: one.best for one in last.assets.all()} if last else {}
    for kind in AssetKind.values:
        AssetItem.objects.create(application=case, kind=kind, declared=owned.get(kind, Decimal(0)))


def next_review(entitlement: Entitlement, day: date) -> date | None:
    """By when the next review is due after one on that day: by class and policy in force (no class: as A)."""
    first = add_months(month_of(day), 1)
    return review_due(entitlement.programme_id, entitlement.care_class or "A", first)


@transaction.atomic
def review(
    entitlement: Entitlement,
    actor: User,
    *,
    result: str,
    note: str,
    on: date | None = None,
    end_reason: str = "",
) -> Review:
    """年审: record what was found. `continue` sets the next date; `adjust` and `end` open the change case at once."""
    day = on or today()
    check_reviewer(entitlement, actor, note)
    case = None
    if result != ReviewResult.CONTINUE:
        case = open_change(
            entitlement,
            actor,
            result,
            end_reason=end_reason,
            end_note=note,
            reason=f"定期核查：{note}"[:500],
            on=on,
        )
    entitlement = Entitlement.objects.select_for_update().get(pk=entitlement.pk)
    if entitlement.last_month and entitlement.last_month < month_of(day):
        raise UserError("这笔待遇已经停发，不再核查。")
    entitlement.review_due = next_review(entitlement, day)
    entitlement.save(update_fields=["review_due"])
    return keep_review(entitlement, actor, word="定期核查", result=result, note=note, case=case, on=on)


def suggested_class(case: DibaoApplication, day: date) -> str:
    """保障类别: A without working capacity and income, C where somebody of working age can work, else B."""
    people = [one for one in case.members.select_related("person") if one.covered]
    able = [
        one
        for one in people
        if one.labour in ("full", "partial")
        and not one.student
        and ADULT <= age_in_month(one.person.birth_date, month_of(day)) < 60
    ]
    if any(one.labour == "full" for one in able):
        return "C"
    return "B" if able or any(item.best for item in case.incomes.all()) else "A"
