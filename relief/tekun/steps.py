"""特困: what each step asks for before it is taken, what it does, and what it says before it is confirmed.

The order of the steps, who takes them and the time limits stand in `workflow`.
"""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from benefits import services as benefits
from benefits.assessing import assess
from benefits.models import EndReason, Entitlement, Programme
from casework import papers
from casework.services import Step, today
from core.errors import UserError
from core.months import add_months, age_in_month, format_month, month_of
from core.templatetags.ui import money_text
from registry.models import Person
from relief.shared.economy import not_recognised
from relief.shared.models import ChangeKind
from relief.shared.steps import check_answer, note_refusal, reasons_text
from relief.tekun.facts import facts_of, funeral_facts, supporter_capable
from relief.tekun.models import TekunApplication
from relief.tekun.rules import BASIC, CARE, FUNERAL
from relief.tekun.services import ADULT, assess_now, end_placement, place, set_reviews, total_of

NAME = "特困人员救助供养"


# -- conditions ----------------------------------------------------------------------------------------------


def ready_to_accept(case: TekunApplication, step: Step) -> None:
    """The person (or the proxy) has signed the authorisation, and somebody has said who would have to support him."""
    if not case.authorised:
        raise UserError("还没有签署核对授权书，不能受理；请先补正。")
    if supporter_capable(case) is None:
        raise UserError("还没有填写法定义务人；没有的请勾选“没有法定义务人”。")


def investigated(case: TekunApplication, step: Step) -> None:
    """Checked, visited by two, graded by two, every figure recognised."""
    if case.check_reported_on is None:
        raise UserError("核对报告还没有返回。")
    if not case.visits.exists():
        raise UserError("还没有登记入户调查。")
    if case.grading is None:
        raise UserError("还没有登记自理能力评估。")
    blank = not_recognised(case)
    if blank:
        raise UserError(f"还没有认定：{'、'.join(blank)}。没有差异的可用“其余按核对结果认定”。")
    check_computable(case, step)


def check_computable(case: TekunApplication, step: Step) -> None:
    """The formulas can answer on the facts as they are."""
    for answer in assess_now(case, month_of(step.on)).values():
        check_answer(case, answer)


def eligible_now(case: TekunApplication, step: Step) -> None:
    check_computable(case, step)
    answer = assess_now(case, month_of(step.on))[BASIC]
    if not answer["eligible"]:
        raise UserError(f"测算不符合条件：{reasons_text(answer['reasons'])}。应选“建议不予批准”。")


def notice_over(case: TekunApplication, step: Step) -> None:
    papers.check_notice_over(case, step)
    if not posted(case):
        raise UserError("初审金额已与公示的不同，请重新张贴公示。")


def notice_matches(case: TekunApplication, step: Step) -> None:
    """What is granted is what was published, to a person who lives."""
    if case.person and case.person.death_date:
        raise UserError(f"{case.subject}已于 {case.person.death_date:%Y-%m-%d} 死亡，不能批准。")
    eligible_now(case, step)
    notice, total = papers.current_notice(case), total_of(assess_now(case, month_of(step.on)))
    if notice is None:
        raise UserError("这个案件没有公示过，不能批准。")
    if notice.amount != total:
        raise UserError(
            f"按今天的事实和标准测算为每月 {money_text(total)} 元，与公示的 {money_text(notice.amount)} 元不一致，"
            "请退回重新公示。"
        )


def change_ready(case: TekunApplication, step: Step) -> None:
    if case.change_kind == ChangeKind.END:
        return
    answers = assess_now(case, add_months(case.first_month, -1))
    for answer in answers.values():
        check_answer(case, answer)
    if not answers[BASIC]["eligible"]:
        raise UserError(f"测算不再符合条件：{reasons_text(answers[BASIC]['reasons'])}。应办理停止。")


# -- effects: the application --------------------------------------------------------------------------------


def do_start_check(case: TekunApplication, step: Step) -> None:
    case.check_started_on = step.on


def do_report(case: TekunApplication, step: Step) -> None:
    case.check_reported_on, case.check_result = step.on, step.opinion


def record(case: TekunApplication, step: Step, code: str, month: Any) -> Any:
    return benefits.record_assessment(
        facts_of(case, code, month), household=case.household, person=case.person, actor=step.actor
    )


def do_propose(case: TekunApplication, step: Step) -> None:
    """The leader's opinion stands on assessments that are kept with it."""
    case.basic_proposal = record(case, step, BASIC, month_of(step.on))
    case.care_proposal = record(case, step, CARE, month_of(step.on))


def proposed(case: TekunApplication) -> Decimal:
    """Yuan a month that the township proposed, both programmes together."""
    kept = (case.basic_proposal, case.care_proposal)
    return sum((one.monthly_amount for one in kept if one), Decimal("0.00"))


def public_name(case: TekunApplication) -> str:
    """Whom the notice names: never a minor, but who applies for him."""
    assert case.person is not None
    minor = age_in_month(case.person.birth_date, month_of(timezone.localdate())) < ADULT
    return case.proxy_name if minor else case.person.name


def do_post(case: TekunApplication, step: Step) -> None:
    papers.put_up_notice(
        case,
        step,
        place=step.data.get("place") or "",
        head_name=public_name(case),
        programme_name=NAME,
        persons=1,
        amount=proposed(case),
    )


def do_decide(case: TekunApplication, step: Step) -> None:
    case.basic_decision = record(case, step, BASIC, month_of(step.on))
    case.care_decision = record(case, step, CARE, month_of(step.on))
    case.decided_on = step.on


def do_grant(case: TekunApplication, step: Step) -> None:
    """批准: both entitlements rest on assessments of today's facts and on one event of the case."""
    do_decide(case, step)
    case.first_month = add_months(month_of(step.on), 1)
    case.basic = open_entitlement(case, step, BASIC, case.basic_decision, case.first_month)
    if case.care_decision and case.care_decision.eligible:
        case.care = open_entitlement(case, step, CARE, case.care_decision, case.first_month)
    assert case.person is not None
    set_reviews(case.person, (case.basic, case.care), step.on)
    place(case, case.first_month)


def open_entitlement(case: TekunApplication, step: Step, code: str, decision: Any, first: Any) -> Entitlement:
    assert case.person is not None
    return benefits.grant(
        decision,
        programme=Programme.objects.get(code=code),
        household=None,
        person=case.person,
        members=[case.person],
        first_month=first,
        decided_by=step.event,
        payee_institution=case.institution,
        actor=step.actor,
    )


def do_refuse(case: TekunApplication, step: Step) -> None:
    do_decide(case, step)
    note_refusal(step, case.basic_decision)


# -- effects: change and ending ------------------------------------------------------------------------------


def do_propose_change(case: TekunApplication, step: Step) -> None:
    if case.change_kind == ChangeKind.ADJUST:
        month = add_months(case.first_month, -1)
        case.basic_proposal = record(case, step, BASIC, month)
        case.care_proposal = record(case, step, CARE, month)


def do_change(case: TekunApplication, step: Step) -> None:
    """Both entitlements end, or go on with new amounts and payee, and the placement with them."""
    case.decided_on = step.on
    if case.change_kind == ChangeKind.END:
        _end(case, step)
        return
    month = add_months(case.first_month, -1)
    case.basic_decision = record(case, step, BASIC, month)
    case.care_decision = record(case, step, CARE, month)
    case.basic = _changed(case, step, case.basic, case.basic_decision)
    if case.care is None:
        if case.care_decision.eligible:
            case.care = open_entitlement(case, step, CARE, case.care_decision, case.first_month)
    elif case.care_decision.eligible:
        case.care = _changed(case, step, case.care, case.care_decision)
    else:
        words = reasons_text(case.care_decision.reasons) or "不再发放照料护理费"
        _stop(case, step, case.care, EndReason.RECOVERED, words)
        case.care = None
    assert case.person is not None
    set_reviews(case.person, (case.basic, case.care), step.on)
    place(case, case.first_month)


def _changed(case: TekunApplication, step: Step, held: Any, decision: Any) -> Entitlement:
    """The entitlement with its new amount and payee; where neither changes it stays as it is."""
    same_payee = held.payee_institution_id == case.institution_id
    if held.monthly_amount == decision.monthly_amount and same_payee:
        return held
    words = step.opinion or case.reason or f"{format_month(case.first_month)} 起变更"
    return benefits.change_entitlement(
        held,
        decision,
        case.first_month,
        words[:300],
        step.actor,
        event=step.event,
        payee_institution=case.institution,
    )


def _stop(case: TekunApplication, step: Step, held: Any, reason: str, note: str) -> None:
    last = add_months(case.first_month, -1)
    benefits.end_entitlement(held, last, reason, note, step.actor, event=step.event)


def _end(case: TekunApplication, step: Step) -> None:
    """停止: both programmes and the placement end; on death the funeral is granted in the same transaction, once."""
    person = Person.objects.select_for_update().get(pk=case.person_id)
    for held in (case.basic, case.care):
        if held is not None:
            _stop(case, step, held, case.end_reason, case.end_note)
    end_placement(person, case.first_month)
    if case.end_reason == EndReason.DEATH:
        grant_funeral(case, step, person)


def grant_funeral(case: TekunApplication, step: Step, person: Person) -> None:
    """丧葬补助 by the standard of the month of the decision, paid from that month; at most once for a person."""
    if Entitlement.objects.filter(person=person, programme=FUNERAL, is_void=False).exists():
        raise UserError(f"{person.name}的丧葬补助已经批准过。")
    decision = benefits.record_assessment(
        funeral_facts(case, month_of(step.on)), person=person, actor=step.actor
    )
    case.funeral = benefits.grant(
        decision,
        programme=Programme.objects.get(code=FUNERAL),
        household=None,
        person=person,
        members=[person],
        decided_by=step.event,
        payee=case.funeral_payee,
        payee_institution=None if case.funeral_payee else case.institution,
        actor=step.actor,
    )


# -- when a step makes sense, and what it says before it is taken --------------------------------------------


def posted(case: TekunApplication) -> bool:
    """A notice hangs that says what the opinion proposed."""
    notice, kept = papers.current_notice(case), case.basic_proposal
    return bool(notice and kept and notice.posted_at >= kept.made_at and notice.amount == proposed(case))


def not_posted(case: TekunApplication) -> bool:
    return not posted(case)


def not_reported(case: TekunApplication) -> bool:
    return case.check_started_on is not None and case.check_reported_on is None


def reported(case: TekunApplication) -> bool:
    return case.check_reported_on is not None


def confirm_grant(case: TekunApplication) -> str:
    answers = assess_now(case)
    total = money_text(total_of(answers))
    basic, care = (money_text(answers[code].get("monthly_amount")) for code in (BASIC, CARE))
    to = f"，款项付给{case.institution}" if case.institution else ""
    month = answers[BASIC].get("first_month") or "—"
    return (
        f"批准{case.subject}享受{NAME}（{case.get_placement_display()}），每月 {total} 元：基本生活 {basic} 元、"
        f"照料护理 {care} 元，自 {month} 起发放{to}。"
    )


def funeral_taker(case: TekunApplication) -> str:
    """Who is paid the 丧葬补助: who arranges the funeral, else the home, else the person's own account."""
    if case.funeral_payee:
        return case.funeral_payee.name
    return str(case.institution) if case.institution else "本人账户"


def confirm_change(case: TekunApplication) -> str:
    month = format_month(case.first_month)
    if case.change_kind == ChangeKind.END:
        words = f"停止{case.subject}的{NAME}（{case.get_end_reason_display()}），自 {month} 起不再发放。"
        if case.end_reason == EndReason.DEATH:
            answer = assess(funeral_facts(case, month_of(today())))
            amount = money_text(answer.get("monthly_amount"))
            words += f"同时批准丧葬补助 {amount} 元，一次性发放给{funeral_taker(case)}。"
        return words
    before = sum((one.monthly_amount for one in (case.basic, case.care) if one), Decimal(0))
    after = total_of(assess_now(case, add_months(case.first_month, -1)))
    where = f"{case.get_placement_display()}{f'（{case.institution}）' if case.institution else ''}"
    return (
        f"{case.subject}的{NAME}自 {month} 起变更：{where}，每月由 {money_text(before)} 元变更为 "
        f"{money_text(after)} 元。"
    )


def confirm_refusal(case: TekunApplication) -> str:
    return f"不批准{case.subject}的{NAME}申请，案件办结，决定书列明全部理由。"
