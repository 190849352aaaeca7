"""The verbs of 特困: apply, record who would support the person, grade care, open a change or an ending, review.

Each is one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from benefits.assessing import assess
from benefits.models import EndReason, Entitlement
from benefits.policy import parameter
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
from core.months import add_months, age_in_month, last_day, month_of
from district.models import User
from registry.models import Institution, Person
from registry.services import record_death
from relief.shared.economy import own_rows, update_row
from relief.shared.models import AssetKind, ChangeKind, Review, ReviewResult
from relief.shared.reviews import check_reviewer, keep_review
from relief.tekun.facts import area_kind_of, certificate_of, facts_of, holds_tekun, home_of
from relief.tekun.models import (
    Ability,
    CareAssessment,
    Placement,
    Supporter,
    TekunApplication,
    TekunPlacement,
)
from relief.tekun.rules import BASIC, CARE, TEKUN

ADULT = 18


# -- application ---------------------------------------------------------------------------------------------


@transaction.atomic
def apply(
    person: Person,
    actor: User,
    *,
    incomes: Mapping[str, Decimal] | None = None,
    assets: Mapping[str, Decimal] | None = None,
    supporters: Sequence[Mapping[str, Any]] = (),
    on: date | None = None,
    **fields: Any,
) -> TekunApplication:
    """登记特困申请 of a registered person; disability comes from the certificate where `fields` don't say.

    `fields`: columns of TekunApplication. UserError when the person is dead, holds 特困 or applies already, when a
    minor has no guardian to apply, or a placed person no home.
    """
    day = on or today()
    person = Person.objects.select_for_update().get(pk=person.pk)
    _check_may_apply(person, day)
    if "disability_kind" not in fields:
        card = certificate_of(person, day)
        fields |= {"disability_kind": card.kind, "disability_grade": card.grade} if card else {}
    check_facts(person, fields, day)
    home = home_of(person)
    case = open_case(
        "tekun",
        person=person,
        household=home.household if home else None,
        division=person.division,
        actor=actor,
        on=on,
        area_kind=fields.pop("area_kind", None) or area_kind_of(person),
        **fields,
    )
    _write_figures(case, incomes or {}, assets or {})
    for one in supporters:
        Supporter.objects.create(application=case, **one)
    return case


def _check_may_apply(person: Person, day: date) -> None:
    if person.death_date and person.death_date <= day:
        raise UserError(f"{person.name}已登记死亡，不能申请。")
    other = TekunApplication.objects.filter(person=person, state="open").first()
    if other:
        raise UserError(f"{person.name}已有在办的特困案件 {other.number}。")
    if holds_tekun(person, add_months(month_of(day), 1)):
        raise UserError(f"{person.name}正在享受特困供养，请办理“变更或停止”，不需要重新申请。")


def check_facts(person: Person, facts: Mapping[str, Any], day: date) -> None:
    """UserError where the facts of a case contradict one another."""
    if age_in_month(person.birth_date, month_of(day)) < ADULT and not facts.get("proxy_name"):
        raise UserError("未成年人由监护人代为申请，请填写代理人。", field="proxy_name")
    if facts.get("proxy_name") and not facts.get("proxy_relation"):
        raise UserError("请填写代理人与本人的关系。", field="proxy_relation")
    if facts.get("placement") == Placement.INSTITUTION and not facts.get("institution"):
        raise UserError("集中供养的，请选择供养机构。", field="institution")
    if bool(facts.get("disability_kind")) != bool(facts.get("disability_grade")):
        raise UserError("残疾类别和等级要一起填。", field="disability_grade")


def _write_figures(
    case: TekunApplication, incomes: Mapping[str, Decimal], assets: Mapping[str, Decimal]
) -> None:
    for kind, amount in incomes.items():
        case.incomes.create(kind=kind, declared=amount)
    for kind in AssetKind.values:
        case.assets.create(kind=kind, declared=assets.get(kind, Decimal(0)))


# -- what was found ------------------------------------------------------------------------------------------

FACTS = (
    "reason",
    "authorised",
    "proxy_name",
    "proxy_relation",
    "proxy_phone",
    "area_kind",
    "disability_kind",
    "disability_grade",
    "in_education",
    "no_supporter",
    "placement",
    "institution",
    "insurer",
    "premium",
    "staff_relative",
    "is_hard",
)
SUPPORTER = ("name", "kin", "income", "capable", "note")


def record_facts(
    case: TekunApplication,
    actor: User,
    facts: Mapping[str, Any],
    supporters: Iterable[Mapping[str, Any]] = (),
    version: int | None = None,
) -> TekunApplication:
    """Correct the case's own facts and who would have to support the person: rows with `pk` are changed (or, with
    `remove`, taken out), rows without are new. Before and after go into the case's record."""
    with transaction.atomic():
        case = locked(case, version)
        check_editor(case, actor)
        assert case.person is not None
        now = {name: getattr(case, name) for name in FACTS}
        check_facts(case.person, {**now, **facts}, today())
        if facts.get("placement") == Placement.DISPERSED:
            facts = {**facts, "institution": None}
        case = correct(case, dict(facts), actor)
        changes = _record_supporters(case, supporters)
        if case.no_supporter and case.supporters.exists():
            raise UserError("已列出法定义务人，请不要勾选“没有法定义务人”。", field="no_supporter")
        if changes:
            case = record_change(case, actor, changes, label="更正法定义务人", action="supporters")
        return case


def _record_supporters(case: TekunApplication, rows: Iterable[Mapping[str, Any]]) -> list[Change]:
    own = own_rows(case.supporters.all())
    changes: list[Change] = []
    for row in rows:
        if not row.get("pk"):
            one = Supporter.objects.create(application=case, **{name: row[name] for name in SUPPORTER})
            changes.append(
                ("法定义务人", "", f"{one} {'有能力' if one.capable else '无能力'} {one.note}".strip())
            )
        elif row.get("remove"):
            changes.append(("法定义务人", str(own[row["pk"]]), ""))
            own[row["pk"]].delete()
        else:
            changes += update_row(own[row["pk"]], dict(row), SUPPORTER)
    return changes


def grade_care(
    case: TekunApplication,
    actor: User,
    *,
    graded_on: date,
    grader: str,
    second_grader: str,
    abilities: Mapping[str, bool],
    note: str = "",
    version: int | None = None,
) -> CareAssessment:
    """自理能力评估 by two people: `abilities` says of each of the six whether it is there; the grade follows."""
    names = [grader.strip(), second_grader.strip()]
    if not all(names) or names[0] == names[1]:
        raise UserError("评估须由两名工作人员进行，请填写两个人的姓名。", field="second_grader")
    if graded_on > today():
        raise UserError("评估日期不能晚于今天。", field="graded_on")
    missing = [str(one.label) for one in Ability if one.value not in abilities]
    if missing:
        raise UserError(f"还没有评估：{'、'.join(missing)}。")
    with transaction.atomic():
        case = locked(case, version)
        check_editor(case, actor)
        before = case.grading
        found = CareAssessment.objects.create(
            application=case,
            graded_on=graded_on,
            grader=names[0],
            second_grader=names[1],
            note=note.strip(),
            recorded_by=actor,
            **{name: bool(abilities[name]) for name in Ability.values},
        )
        lost = "、".join(name for name, there in found.abilities() if not there)
        record_change(
            case,
            actor,
            [("能力档次", before.get_grade_display() if before else "", found.get_grade_display())],
            action="grade",
            label=f"自理能力评估（{'、'.join(names)}）",
            reason=f"不能自主：{lost}" if lost else "六项均能自主完成",
            on=graded_on,
        )
        return found


def assess_now(case: TekunApplication, month: date | None = None) -> dict[str, dict[str, Any]]:
    """The formulas' answers on the case's facts for both programmes, for a decision in `month` (default: this month).

    Writes nothing.
    """
    month = month or month_of(today())
    return {code: assess(facts_of(case, code, month)) for code in TEKUN}


def total_of(answers: Mapping[str, Mapping[str, Any]]) -> Decimal:
    """Yuan a month of both programmes together."""
    return sum((Decimal(one.get("monthly_amount", "0")) for one in answers.values()), Decimal("0.00"))


# -- change, ending, review ----------------------------------------------------------------------------------


def live_tekun(person: Person, month: date) -> tuple[Entitlement | None, Entitlement | None]:
    """The basic and the care entitlement in force in that month or later."""
    rows = Entitlement.objects.filter(person=person, programme__in=TEKUN, is_void=False)
    rows = rows.filter(Q(last_month__isnull=True) | Q(last_month__gte=month)).order_by("first_month")
    found = {one.programme_id: one for one in rows}
    return found.get(BASIC), found.get(CARE)


def placement_of(person: Person, month: date) -> TekunPlacement | None:
    """How the person is cared for in that month; later, where it begins later."""
    rows = TekunPlacement.objects.filter(person=person).select_related("institution")
    return rows.filter(Q(last_month__isnull=True) | Q(last_month__gte=month)).order_by("first_month").first()


@transaction.atomic
def open_change(
    entitlement: Entitlement,
    actor: User,
    kind: str,
    *,
    from_month: date | None = None,
    placement: str = "",
    institution: Institution | None = None,
    end_reason: str = "",
    end_note: str = "",
    death_date: date | None = None,
    funeral_payee: Person | None = None,
    reason: str = "",
    on: date | None = None,
) -> TekunApplication:
    """Begin the change (home, care grade, facts) or ending of a live 特困: a clerk proposes, a bureau officer decides.

    `from_month`: the first month of what is new, or the first no longer paid. A death is registered here and fixes that
    month: the month of death is still paid. The facts come from the person's newest case, or from the registry.
    """
    day = on or today()
    person = Person.objects.select_for_update().get(pk=entitlement.person_id)
    basic, care = _changeable(person, day)
    if kind == ChangeKind.END:
        _check_ending(end_reason, end_note)
        if end_reason == EndReason.DEATH:
            from_month = add_months(_register_death(person, death_date, actor), 1)
    last = TekunApplication.objects.filter(person=person).exclude(state__in=["refused", "withdrawn"]).first()
    case = open_case(
        "tekun_change",
        person=person,
        household=basic.household or (home.household if (home := home_of(person)) else None),
        division=basic.division,
        actor=actor,
        on=on,
        basic=basic,
        care=care,
        change_kind=kind,
        first_month=from_month or add_months(month_of(day), 1),
        end_reason=end_reason,
        end_note=end_note.strip(),
        funeral_payee=funeral_payee,
        accepted_on=day,
        reason=reason.strip(),
        **_facts_known(person, last, day),
        **_placed(person, day, placement, institution),
    )
    _copy_rows(case, last, person)
    return case


def _changeable(person: Person, day: date) -> tuple[Entitlement, Entitlement | None]:
    """Both entitlements of a person whose 特困 can be changed now."""
    basic, care = live_tekun(person, month_of(day))
    if basic is None:
        raise UserError("这名特困人员的待遇已经停止。")
    if TekunApplication.objects.filter(person=person, state="open").exists():
        raise Conflict("这名特困人员已有在办的案件。")
    return basic, care


def _facts_known(person: Person, last: TekunApplication | None, day: date) -> dict[str, Any]:
    """What the newest case said of the person; without one, what the registry says."""
    if last:
        again = ("is_hard", "placement", "institution", "insurer", "premium", "reason")
        return {name: getattr(last, name) for name in FACTS if name not in again}
    card = certificate_of(person, day)
    known: dict[str, Any] = {"area_kind": area_kind_of(person), "no_supporter": True}
    return known | ({"disability_kind": card.kind, "disability_grade": card.grade} if card else {})


def _placed(person: Person, day: date, placement: str, institution: Institution | None) -> dict[str, Any]:
    """How the person will be cared for: as asked for, else as now, insured as now."""
    now = placement_of(person, month_of(day))
    found = {
        "placement": placement or (now.placement if now else Placement.DISPERSED),
        "institution": institution if placement else (now.institution if now else None),
        "insurer": now.insurer if now else "",
        "premium": now.premium if now else None,
    }
    if found["placement"] == Placement.INSTITUTION and not found["institution"]:
        raise UserError("集中供养的，请选择供养机构。", field="institution")
    return found


def _check_ending(end_reason: str, end_note: str) -> None:
    if not end_reason:
        raise UserError("请选择停止原因。", field="end_reason")
    if end_reason == EndReason.OTHER and len(end_note.strip()) < 2:
        raise UserError("停止原因选“其他”时，请写明情况。", field="end_note")


def _register_death(person: Person, death_date: date | None, actor: User) -> date:
    """The month of death; the registry learns of it where it did not know."""
    if death_date is None and person.death_date is None:
        raise UserError("请填写死亡日期。", field="death_date")
    if person.death_date is None:
        assert death_date is not None
        try:
            record_death(person, death_date, actor)
        except UserError as error:
            raise UserError(error.message, field="death_date") from error
        person.refresh_from_db()
    elif death_date and death_date != person.death_date:
        raise UserError(f"登记册中的死亡日期是 {person.death_date:%Y-%m-%d}，请核对。", field="death_date")
    assert person.death_date is not None
    return month_of(person.death_date)


def _copy_rows(case: TekunApplication, last: TekunApplication | None, person: Person) -> None:
    """Begin with what was recognised and graded last; without an earlier case with what the registry says."""
    if last is None:
        income = {"wages": person.monthly_income} if person.monthly_income else {}
        _write_figures(case, income, {})
        return
    for item in last.incomes.all():
        case.incomes.create(kind=item.kind, declared=item.best, basis=item.basis)
    for asset in last.assets.all():
        case.assets.create(kind=asset.kind, declared=asset.best, basis=asset.basis)
    for one in last.supporters.all():
        case.supporters.create(**{name: getattr(one, name) for name in SUPPORTER})
    grading = last.grading
    if grading:
        grading.pk, grading.application = None, case
        grading._state.adding = True
        grading.save()


def next_review(person: Person, programme: str, day: date) -> date:
    """By when who was granted or reviewed on that day is reviewed again: after the programme's interval (dated
    parameter), and a minor by the end of the month in which he reaches 18."""
    first = add_months(month_of(day), 1)
    due = last_day(add_months(first, int(parameter("review_months", first, programme)) - 1))
    if age_in_month(person.birth_date, first) < ADULT:
        grown = last_day(date(person.birth_date.year + ADULT, person.birth_date.month, 1))
        due = min(due, grown)
    return due


def set_reviews(person: Person, entitlements: Iterable[Entitlement | None], day: date) -> None:
    """When the yearly review (basic) and the next care grading (care) are due."""
    for one in entitlements:
        if one is not None:
            one.review_due = next_review(person, one.programme_id, day)
            one.save(update_fields=["review_due"])


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
    """年度核查: what was found. `continue` sets the next date; `adjust` and `end` open the change case at once."""
    day = on or today()
    check_reviewer(entitlement, actor, note)
    if end_reason == EndReason.DEATH:
        raise UserError("死亡的请在“变更或停止”里办理，并填写死亡日期。", field="end_reason")
    case = None
    if result != ReviewResult.CONTINUE:
        case = open_change(
            entitlement,
            actor,
            result,
            end_reason=end_reason,
            end_note=note,
            reason=f"年度核查：{note}"[:500],
            on=on,
        )
    basic, care = live_tekun(entitlement.person, month_of(day))
    if basic is None:
        raise UserError("这名特困人员的待遇已经停止，不再核查。")
    set_reviews(entitlement.person, (basic, care), day)
    return keep_review(basic, actor, word="年度核查", result=result, note=note, case=case, on=on)


def place(case: TekunApplication, first: date) -> None:
    """The case's placement is in force from that month on: what was before ends the month before."""
    grading = case.grading
    assert case.person is not None
    now = end_placement(case.person, first)
    TekunPlacement.objects.create(
        person=case.person,
        placement=case.placement,
        institution=case.institution,
        grade=grading.grade if grading else (now.grade if now else ""),
        insurer=case.insurer,
        premium=case.premium,
        first_month=first,
        case=case,
    )


def end_placement(person: Person, first: date) -> TekunPlacement | None:
    """End what is in force before that month; what would only begin in it or later never was."""
    rows = TekunPlacement.objects.select_for_update(of=("self",)).filter(person=person)
    rows.filter(first_month__gte=first).delete()
    now = rows.filter(Q(last_month__isnull=True) | Q(last_month__gte=first)).first()
    if now:
        now.last_month = add_months(first, -1)
        now.save(update_fields=["last_month"])
    return now
