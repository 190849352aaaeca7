"""The verbs of registration: open an act, put its facts right, take its papers, give code and certificate.

What the steps of the flows check and do stands in `orgs.steps`; the yearly inspection in `orgs.inspection`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from casework import services as casework
from casework.models import Case, CaseState
from casework.workflow import flow_of
from core.errors import UserError
from core.importing import take_lock
from district.models import User
from district.services import district
from orgs import certificates, rules
from orgs.models import (
    LIVE,
    CertificateState,
    GivenPaper,
    Organisation,
    OrgApplication,
    OrgFlow,
    OrgKind,
)
from orgs.policy import policy_on
from registry.models import Person

NAME_PARTS = ("name_area", "name_style", "name_field", "name_form")
# What an application states and a registered body has, under the same names.
FACTS = (
    "name",
    "supervisor",
    "direct_kind",
    "representative_name",
    "representative_id",
    "address",
    "phone",
    "capital",
    "scope",
    "individuals",
    "units",
    "staff",
    "term_years",
)
ON_CERTIFICATE = (
    "name",
    "supervisor",
    "direct_kind",
    "representative_name",
    "representative_id",
    "address",
    "capital",
    "scope",
)
# Held while a name, a code or a representative is taken, so that what was checked still holds when it is written.
REGISTER_LOCK = "orgs.register"


# -- opening ----------------------------------------------------------------------


def open_establish(actor: User, facts: Mapping[str, Any], on: date | None = None) -> OrgApplication:
    """成立登记: taken down with its name in parts; the name is checked first, papers come afterwards."""
    filled = _with_name(facts)
    if not filled["name"]:
        raise UserError("请填写名称。", field="name_form")
    return casework.open_case(
        OrgFlow.ESTABLISH,
        division=district(),
        actor=actor,
        subject=filled["name"],
        person=person_of(filled.get("representative_id", "")),
        on=on,
        **filled,
    )


def open_change(
    organisation: Organisation,
    actor: User,
    facts: Mapping[str, Any],
    reason: str = "",
    on: date | None = None,
) -> OrgApplication:
    """变更登记: `facts` are the wished-for values; what is not named stays as it is. UserError when nothing changes."""
    with transaction.atomic():
        organisation = _no_other_act(organisation)
        wished = {name: facts.get(name, getattr(organisation, name)) for name in FACTS}
        wished["capital"] = wished["capital"] or 0
        if not differences(organisation, wished):
            raise UserError("没有改动任何登记事项。")
        return casework.open_case(
            OrgFlow.CHANGE,
            division=organisation.division,
            actor=actor,
            subject=organisation.name,
            person=person_of(wished["representative_id"]),
            on=on,
            organisation=organisation,
            kind=organisation.kind,
            reason=reason,
            paid_in=True,
            **{name: facts[name] for name in NAME_PARTS if name in facts},
            **wished,
        )


def open_cancel(
    organisation: Organisation, actor: User, reason: str, on: date | None = None
) -> OrgApplication:
    """注销登记: opens with what is registered, for the paper."""
    if len(reason.strip()) < 2:
        raise UserError("请填写注销事由。", field="reason")
    with transaction.atomic():
        organisation = _no_other_act(organisation)
        known = {name: getattr(organisation, name) for name in FACTS}
        known["capital"] = known["capital"] or 0
        return casework.open_case(
            OrgFlow.CANCEL,
            division=organisation.division,
            actor=actor,
            subject=organisation.name,
            person=organisation.person,
            on=on,
            organisation=organisation,
            kind=organisation.kind,
            reason=reason.strip(),
            **known,
        )


def _no_other_act(organisation: Organisation) -> Organisation:
    """The body locked; UserError when it is ended or another act about it is in hand."""
    organisation = (
        Organisation.objects.select_for_update(of=("self",))
        .select_related("division", "person")
        .get(pk=organisation.pk)
    )
    if not organisation.is_live:
        raise UserError(f"{organisation}{organisation.get_state_display()}，不能再办理登记事项。")
    other = organisation.acts.filter(state=CaseState.OPEN).first()
    if other:
        raise UserError(f"{organisation}的{flow_of(other).name} {other.number} 还在办理，请先办结。")
    return organisation


def _with_name(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with the name put together from its parts, where those are given."""
    filled = dict(facts)
    if any(filled.get(part) for part in NAME_PARTS):
        filled["name"] = name_parts(filled).whole
    filled["name"] = rules.tidy_name(filled.get("name", ""))
    return filled


def name_parts(facts: Mapping[str, Any]) -> rules.NameParts:
    return rules.NameParts(*(rules.tidy_name(facts.get(part) or "") for part in NAME_PARTS))


def person_of(id_number: str) -> Person | None:
    """The registered resident with that number, if there is one."""
    return Person.objects.filter(id_number=id_number).first() if id_number else None


# -- facts and papers of an act in hand ----------------------------------------------------------------------


@transaction.atomic
def save_facts(
    case: OrgApplication, facts: Mapping[str, Any], actor: User, version: int | None = None
) -> OrgApplication:
    """Put what the application states right. An approved name is changed only after the step 退回更改名称."""
    filled = _with_name({"name": case.name, **facts})
    if filled["name"] != case.name and case.flow == OrgFlow.ESTABLISH and case.stage != "name":
        raise UserError("名称已经核准；需要改名的，请先“退回更改名称”。", field="name_style")
    fresh = casework.correct(case, filled, actor, version)
    now = {}
    if fresh.flow == OrgFlow.ESTABLISH and fresh.subject != fresh.name:
        now["subject"] = fresh.name
    person = person_of(fresh.representative_id)
    if fresh.person_id != (person.pk if person else None):
        now["person"] = person
    if now:
        for name, value in now.items():
            setattr(fresh, name, value)
        Case.objects.filter(pk=fresh.pk).update(**now)
    return fresh


@transaction.atomic
def save_papers(
    case: OrgApplication,
    codes: Iterable[str],
    actor: User,
    version: int | None = None,
    on: date | None = None,
) -> OrgApplication:
    """Which papers lie here now: new ones are taken in, others given back. Nothing changed → nothing written."""
    case, day = casework.locked(case, version), on or casework.today()
    casework.check_editor(case, actor)
    wanted = {paper.code: paper.title for paper in wanted_papers(case)}
    there = {one.code: one for one in case.given.filter(returned_on__isnull=True)}
    chosen = set(codes) & set(wanted)
    changes = []
    for code, title in wanted.items():
        if code in chosen and code not in there:
            GivenPaper.objects.create(application=case, code=code, given_on=day, received_by=actor)
            changes.append((title, "缺", "已收"))
        elif code not in chosen and code in there:
            GivenPaper.objects.filter(pk=there[code].pk).update(returned_on=day)
            changes.append((title, "已收", "退回"))
    if not changes:
        return case
    return casework.record_change(case, actor, changes, label="登记材料", action="papers", on=on)


def wanted_papers(case: OrgApplication) -> list[rules.Paper]:
    """The papers that this act needs."""
    act = {OrgFlow.ESTABLISH: "establish", OrgFlow.CHANGE: "change", OrgFlow.CANCEL: "cancel"}[
        OrgFlow(case.flow)
    ]
    return rules.papers(act, case.kind, bool(case.direct_kind), case.licensed)


def missing_papers(case: OrgApplication) -> list[rules.Paper]:
    there = set(case.given.filter(returned_on__isnull=True).values_list("code", flat=True))
    return [paper for paper in wanted_papers(case) if paper.code not in there]


# -- what the law says about an act ----------------------------------------------------------------------


def plan_of(case: OrgApplication) -> rules.Plan:
    return rules.Plan(
        kind=case.kind,
        individuals=case.individuals,
        units=case.units,
        staff=case.staff,
        capital=case.capital,
        address=case.address,
        supervisor=case.supervisor,
        direct_kind=case.direct_kind,
        public_raising=case.public_raising,
        paid_in=case.paid_in,
        term_years=case.term_years,
    )


def problems_of(case: OrgApplication, day: date) -> list[rules.Problem]:
    """Everything that stands in the way of registering what the act asks for, as the law is on that day."""
    if case.flow == OrgFlow.CANCEL:
        return liquidation_problems(case, day)
    policy = policy_on(day)
    found = [] if case.flow == OrgFlow.CHANGE else rules.problems(plan_of(case), policy)
    if case.flow == OrgFlow.CHANGE:
        found += changed_problems(case, policy)
    return [*name_problems(case, day), *found, *representative_problems(case)]


def changed_problems(case: OrgApplication, policy: Any) -> list[rules.Problem]:
    """Of the conditions only those count that the change touches: an old body is not refused for what it always was."""
    assert case.organisation is not None
    touched = {name for name in FACTS if getattr(case, name) != getattr(case.organisation, name)}
    if touched & {"supervisor", "direct_kind"}:
        touched |= {"supervisor", "direct_kind"}
    if touched & {"individuals", "units"}:
        touched |= {"individuals", "units"}
    return [one for one in rules.problems(plan_of(case), policy) if one.field in touched]


def name_problems(case: OrgApplication, day: date) -> list[rules.Problem]:
    """Form of the name and whether it is free; a change that keeps the name asks nothing."""
    if case.flow == OrgFlow.CHANGE and case.organisation and case.name == case.organisation.name:
        return []
    found, policy = [], policy_on(day)
    parts = rules.NameParts(case.name_area, case.name_style, case.name_field, case.name_form)
    if parts.whole:
        found += rules.name_problems(parts, case.kind, case.division.name, policy)
    return [*found, *taken_names(case.name, day, policy, case.organisation_id, case.pk)]


def taken_names(
    name: str, day: date, policy: Any, besides: int | None = None, besides_case: int | None = None
) -> list[rules.Problem]:
    """Who has the name: a registered body, one ended too short ago, or an application whose name was approved."""
    found = []
    others = Organisation.objects.filter(name=rules.tidy_name(name)).exclude(pk=besides)
    for one in others:
        if one.is_live:
            words = f"与已登记的{one}（{one.credit_code}）同名"
            found.append(rules.Problem(words, rules.NAME_LAW, "name_style"))
        elif one.ended_on and day < rules.name_free_from(one.ended_on, policy):
            free = rules.name_free_from(one.ended_on, policy)
            words = f"与 {one.ended_on} {one.get_state_display()}的社会组织同名，{free} 起才可使用"
            found.append(rules.Problem(words, "登记管理惯例", "name_style"))
    approved = OrgApplication.objects.filter(
        name=rules.tidy_name(name), state=CaseState.OPEN, name_approved_on__isnull=False
    ).exclude(pk=besides_case)
    return found + [
        rules.Problem(f"该名称已核准给 {one.number}", rules.NAME_LAW, "name_style") for one in approved
    ]


def representative_problems(case: OrgApplication) -> list[rules.Problem]:
    """Whoever represents an association may represent no other one (社会团体登记管理条例第十四条)."""
    if not case.representative_name or not case.representative_id:
        return [rules.Problem("没有填写法定代表人姓名和身份证号", rules.LAW[case.kind], "representative_id")]
    if case.kind != OrgKind.ASSOCIATION:
        return []
    others = Organisation.objects.filter(
        kind=OrgKind.ASSOCIATION, state__in=LIVE, representative_id=case.representative_id
    ).exclude(pk=case.organisation_id)
    return [
        rules.Problem(
            f"{case.representative_name}已是{one}的法定代表人，不得同时担任其他社会团体的法定代表人",
            f"{rules.LAW[OrgKind.ASSOCIATION]}第十四条",
            "representative_id",
        )
        for one in others
    ]


def liquidation_problems(case: OrgApplication, day: date) -> list[rules.Problem]:
    """注销: liquidators, creditors told long enough ago, audit and report (社会团体登记管理条例第二十条), seal and
    certificate handed in."""
    law = f"{rules.LAW[case.kind]}关于清算和注销的规定"
    found = []
    if not case.liquidators or case.liquidation_from is None:
        found.append(rules.Problem("还没有登记清算组", law, "liquidators"))
    if case.creditors_noticed_on is None:
        found.append(rules.Problem("还没有登记债权人公告", law, "creditors_noticed_on"))
    else:
        days = int(policy_on(day)["cancel.notice_days"])
        over = rules.notice_over(case.creditors_noticed_on, days)
        if day < over:
            words = f"债权人公告未满 {days} 日，{over} 起方可报送决定"
            found.append(rules.Problem(words, law, "creditors_noticed_on"))
    if case.audited_on is None or not case.auditor:
        found.append(rules.Problem("还没有清算审计报告", law, "audited_on"))
    if case.liquidation_reported_on is None:
        found.append(rules.Problem("还没有清算报告书", law, "liquidation_reported_on"))
    if case.remaining is None:
        found.append(rules.Problem("还没有登记剩余财产（没有填 0）", law, "remaining"))
    elif case.remaining and not case.remaining_use:
        found.append(rules.Problem("还没有登记剩余财产的处理", law, "remaining_use"))
    if case.seal_returned_on is None:
        found.append(rules.Problem("印章还没有收缴", law, "seal_returned_on"))
    if case.certificate_returned_on is None:
        found.append(rules.Problem("登记证书还没有收缴", law, "certificate_returned_on"))
    return found


def differences(organisation: Organisation, wished: Mapping[str, Any]) -> list[list[str]]:
    """[label, before, after] of every registered fact that the wish changes."""
    found = []
    for name in FACTS:
        before, after = getattr(organisation, name), wished[name]
        if (before or "") != (after or ""):
            field: Any = Organisation._meta.get_field(name)
            found.append([str(field.verbose_name), _words(field, before), _words(field, after)])
    return found


def _words(field: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)


# -- effects of a decision ----------------------------------------------------------------------


def register(case: OrgApplication, actor: User, on: date) -> Organisation:
    """The body comes into being: code and certificate. In the decision's transaction, under the register lock."""
    organisation = Organisation.objects.create(
        division=case.division,
        kind=case.kind,
        credit_code=certificates.give_code(case.kind, case.division_id, on),
        person=person_of(case.representative_id),
        founded_on=on,
        term_until=rules.years_after(on, case.term_years) if case.term_years else None,
        **{name: getattr(case, name) for name in FACTS},
    )
    certificates.issue_certificate(organisation, actor, on, case)
    return organisation


def apply_change(case: OrgApplication, actor: User, on: date) -> list[list[str]]:
    """The registered facts become those asked for; a new certificate where one of its lines changed."""
    organisation = Organisation.objects.select_for_update().get(pk=case.organisation_id)
    wished = {name: getattr(case, name) for name in FACTS}
    changed = differences(organisation, wished)
    printed = any((getattr(organisation, name) or "") != (wished[name] or "") for name in ON_CERTIFICATE)
    for name, value in wished.items():
        setattr(organisation, name, value)
    organisation.person = person_of(organisation.representative_id)
    organisation.save()
    if printed:
        certificates.issue_certificate(organisation, actor, on, case)
    return changed


def end_organisation(organisation: Organisation, state: str, on: date) -> Organisation:
    """Cancelled or revoked: the certificate is no longer valid, the name rests."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    organisation.state, organisation.ended_on = state, on
    organisation.save()
    organisation.certificates.filter(state=CertificateState.VALID).update(
        state=CertificateState.RETURNED, closed_on=on
    )
    return organisation


def lock_register() -> None:
    """Wait for whoever is giving a name, a code or a representative away."""
    take_lock(REGISTER_LOCK)
