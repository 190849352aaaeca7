"""低保: what each step asks for before it is taken, what it does, and what it says before it is confirmed.

The order of the steps, who takes them and the time limits stand in `relief.workflow`.
"""

from benefits import services as benefits
from casework import papers
from casework.services import Step
from core.errors import UserError
from core.months import add_months, age_in_month, format_month, month_of
from core.templatetags.ui import money_text
from registry.models import Person
from relief.dibao.documents import formal
from relief.dibao.facts import facts_of
from relief.dibao.models import ChangeKind, DibaoApplication
from relief.dibao.services import ADULT, assess_now, suggested_class
from relief.shared.economy import not_recognised
from relief.shared.steps import check_answer, note_refusal, reasons_text

# -- conditions ----------------------------------------------------------------------------------------------


def ready_to_accept(case: DibaoApplication, step: Step) -> None:
    """Every adult member has signed the authorisation to verify."""
    members = list(case.members.select_related("person"))
    if not any(one.covered for one in members):
        raise UserError("还没有纳入保障的成员。")
    unsigned = [
        one.person.name
        for one in members
        if not one.authorised and age_in_month(one.person.birth_date, month_of(step.on)) >= ADULT
    ]
    if unsigned:
        raise UserError(f"{'、'.join(unsigned)}还没有签署核对授权书，不能受理；请先补正。")
    check_computable(case, step)


def check_computable(case: DibaoApplication, step: Step) -> None:
    """The formula can answer on the facts as they are."""
    answer = assess_now(case, month_of(step.on))
    check_answer(case, answer)


def visited_and_recognised(case: DibaoApplication, step: Step) -> None:
    """A home visit by two staff is recorded, and every figure is recognised."""
    if not case.visits.exists():
        raise UserError("还没有登记入户调查。")
    blank = not_recognised(case)
    if blank:
        raise UserError(f"还没有认定：{'、'.join(blank)}。没有差异的可用“其余按核对结果认定”。")
    check_computable(case, step)


def eligible_now(case: DibaoApplication, step: Step) -> None:
    answer = assess_now(case, month_of(step.on))
    check_answer(case, answer)
    if not answer["eligible"]:
        raise UserError(f"测算不符合条件：{reasons_text(answer['reasons'])}。应选“建议不予批准”。")


def notice_over(case: DibaoApplication, step: Step) -> None:
    papers.check_notice_over(case, step)
    notice, proposal = papers.current_notice(case), case.proposal
    if notice and proposal and (notice.amount, notice.persons) != (proposal.monthly_amount, proposal.persons):
        raise UserError("初审金额或人数已与公示的不同，请重新张贴公示。")


def notice_matches(case: DibaoApplication, step: Step) -> None:
    """What is granted is what was published: another amount needs another notice."""
    eligible_now(case, step)
    answer, notice = assess_now(case, month_of(step.on)), papers.current_notice(case)
    if notice is None:
        raise UserError("这个案件没有公示过，不能批准。")
    if (str(notice.amount), notice.persons) != (answer["monthly_amount"], answer["persons"]):
        raise UserError(
            f"按今天的事实和标准测算为 {answer['persons']} 人 {money_text(answer['monthly_amount'])} 元，与公示的 "
            f"{notice.persons} 人 {money_text(notice.amount)} 元不一致，请退回重新公示。"
        )


# -- effects -------------------------------------------------------------------------------------------------


def do_propose(case: DibaoApplication, step: Step) -> None:
    """The leader's opinion stands on an assessment that is kept with it."""
    case.proposal = benefits.record_assessment(
        facts_of(case, month_of(step.on)), household=case.household, person=case.person, actor=step.actor
    )


def do_post(case: DibaoApplication, step: Step) -> None:
    assert case.proposal is not None
    papers.put_up_notice(
        case,
        step,
        place=step.data.get("place") or "",
        head_name=case.subject,
        programme_name=formal(case.programme),
        persons=case.proposal.persons,
        amount=case.proposal.monthly_amount,
    )


def do_grant(case: DibaoApplication, step: Step) -> None:
    """批准: the assessment of today's facts is kept, and the entitlement rests on it."""
    do_decide(case, step)
    assert case.decision is not None and case.person is not None
    case.care_class = step.data.get("care_class") or suggested_class(case, step.on)
    case.first_month = add_months(month_of(step.on), 1)
    case.entitlement = benefits.grant(
        case.decision,
        programme=case.programme,
        household=case.household,
        person=case.person,
        members=covered_people(case),
        first_month=case.first_month,
        decided_by=step.event,
        care_class=case.care_class,
        actor=step.actor,
    )


def covered_people(case: DibaoApplication) -> list[Person]:
    """Whom the entitlement covers."""
    return [one.person for one in case.members.filter(covered=True).select_related("person")]


def do_decide(case: DibaoApplication, step: Step) -> None:
    case.decision = benefits.record_assessment(
        facts_of(case, month_of(step.on)), household=case.household, person=case.person, actor=step.actor
    )
    case.decided_on = step.on


def do_refuse(case: DibaoApplication, step: Step) -> None:
    do_decide(case, step)
    note_refusal(step, case.decision)


# -- change and ending ---------------------------------------------------------------------------------------


def change_ready(case: DibaoApplication, step: Step) -> None:
    if case.change_kind == ChangeKind.END:
        return
    answer = assess_now(case, add_months(case.first_month, -1))
    check_answer(case, answer)
    if not answer["eligible"]:
        raise UserError(f"测算不再符合条件：{reasons_text(answer['reasons'])}。应办理停发。")


def do_propose_change(case: DibaoApplication, step: Step) -> None:
    if case.change_kind == ChangeKind.ADJUST:
        case.proposal = benefits.record_assessment(
            facts_of(case, add_months(case.first_month, -1)),
            household=case.household,
            person=case.person,
            actor=step.actor,
        )


def do_change(case: DibaoApplication, step: Step) -> None:
    """The old entitlement ends, its successor begins; or it ends for good. Two persons: proposer and officer."""
    entitlement = case.entitlement
    assert entitlement is not None
    case.decided_on = step.on
    if case.change_kind == ChangeKind.END:
        benefits.end_entitlement(
            entitlement,
            add_months(case.first_month, -1),
            case.end_reason,
            case.end_note,
            step.actor,
            event=step.event,
        )
        return
    case.decision = benefits.record_assessment(
        facts_of(case, add_months(case.first_month, -1)),
        household=case.household,
        person=case.person,
        actor=step.actor,
    )
    words = step.opinion or case.reason or f"{format_month(case.first_month)} 起变更"
    case.care_class = step.data.get("care_class") or suggested_class(case, step.on)
    case.entitlement = benefits.change_entitlement(
        entitlement,
        case.decision,
        case.first_month,
        words[:300],
        step.actor,
        event=step.event,
        members=covered_people(case),
        care_class=case.care_class,
    )


# -- when a step makes sense, and what it says before it is taken ------------------------------------------


def posted(case: DibaoApplication) -> bool:
    """A notice hangs that says what the opinion proposed."""
    notice, proposal = papers.current_notice(case), case.proposal
    return bool(
        notice
        and proposal
        and notice.posted_at >= proposal.made_at
        and (notice.amount, notice.persons) == (proposal.monthly_amount, proposal.persons)
    )


def not_posted(case: DibaoApplication) -> bool:
    return not posted(case)


def confirm_grant(case: DibaoApplication) -> str:
    answer = assess_now(case)
    if "error" in answer or not answer["eligible"]:
        return f"批准{case.subject}户的申请。"
    return (
        f"批准 {case.subject} 户享受{case.programme.name}，保障 {answer['persons']} 人，每月 "
        f"{money_text(answer['monthly_amount'])} 元，自 {answer['first_month']} 起发放。"
    )


def confirm_change(case: DibaoApplication) -> str:
    month = format_month(case.first_month)
    if case.change_kind == ChangeKind.END:
        why = case.get_end_reason_display()
        return f"停发 {case.subject} 户{case.programme.name}（{why}），自 {month} 起不再发放。"
    answer = assess_now(case, add_months(case.first_month, -1))
    before = money_text(case.entitlement.monthly_amount) if case.entitlement else "—"
    return (
        f"{case.subject} 户{case.programme.name}由每月 {before} 元变更为 "
        f"{money_text(answer.get('monthly_amount'))} 元，自 {month} 起执行。"
    )


def confirm_refusal(case: DibaoApplication) -> str:
    return f"不批准 {case.subject} 户的{case.programme.name}申请，案件办结，决定书列明全部理由。"
