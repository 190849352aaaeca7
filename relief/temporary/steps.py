"""临时救助: what each step asks for before it is taken, what it does, and what it says before it is confirmed.

The order of the steps, who takes them and the time limits stand in `workflow`.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from benefits import services as benefits
from benefits.models import Assessment, Programme
from casework import papers
from casework.services import Step, accept, today
from core.errors import Conflict, UserError
from core.money import ZERO
from core.templatetags.ui import money_text
from registry.models import Household
from relief.shared.steps import check_answer, note_refusal, reasons_text
from relief.temporary import reserve
from relief.temporary.facts import facts_of
from relief.temporary.models import Advance, AdvanceState, Kind, TemporaryApplication
from relief.temporary.rules import CODE
from relief.temporary.services import assess_now

SET_OFF = "advance"


def worth_of(lines: list[dict]) -> Decimal:
    """What a decision is worth in all, before what was advanced is set off."""
    return sum((Decimal(one["amount"]) for one in lines if one["rule"] != SET_OFF), ZERO)


# -- conditions ----------------------------------------------------------------------------------------------


def computable(case: TemporaryApplication, step: Step) -> None:
    answer = assess_now(case, step.on)
    check_answer(case, answer)


def eligible(case: TemporaryApplication, step: Step) -> None:
    answer = assess_now(case, step.on)
    check_answer(case, answer)
    if not answer["eligible"]:
        raise UserError(f"测算不符合条件：{reasons_text(answer['reasons'])}。")


def papers_complete(case: TemporaryApplication, step: Step) -> None:
    """手续齐全: visited by two staff, and for expenses the papers are in the file."""
    if not case.visits.exists():
        raise UserError("还没有登记入户调查。")
    has_papers = case.attachments.filter(removed_at__isnull=True).exists()
    if case.kind == Kind.EXPENDITURE and not has_papers:
        raise UserError("支出型要上传费用票据，现在还没有材料。")
    advance = case.advance
    if advance and advance.state == AdvanceState.PROPOSED:
        raise UserError("先行救助还没有审批。")
    if advance and not has_papers:
        raise UserError("先行救助后要补齐手续：请上传申请书、领款签字等材料。")
    computable(case, step)


def may_advance(case: TemporaryApplication, step: Step) -> None:
    """先行救助: only in an emergency, once a case, up to the limit and to what the case is worth."""
    if case.advance:
        raise UserError("本案已经提出过先行救助。")
    eligible(case, step)
    check_amount(case, step.data.get("advance_amount"), step.on)


def check_amount(case: TemporaryApplication, amount: Decimal | None, day: date) -> None:
    if not amount or amount <= 0:
        raise UserError("请填写先行救助金额。", field="advance_amount")
    limit = Decimal(reserve.setting("advance_limit", day))
    if amount > limit:
        raise UserError(f"先行救助每次不超过 {money_text(limit)} 元。", field="advance_amount")
    worth = Decimal(assess_now(case, day).get("monthly_amount") or 0)
    if amount > worth:
        raise UserError(
            f"按现有事实测算为 {money_text(worth)} 元，先行救助不能超过它。", field="advance_amount"
        )
    left = reserve.reserve_of(case.division, day.year).balance
    if amount > left:
        raise UserError(
            f"备用金余额 {money_text(left)} 元，不够支付，请先申请区局追加拨付。", field="advance_amount"
        )


def notice_over(case: TemporaryApplication, step: Step) -> None:
    papers.check_notice_over(case, step)


def within_delegation(case: TemporaryApplication, step: Step) -> None:
    """受委托的乡镇: up to the delegated amount; above it the bureau confirms."""
    eligible(case, step)
    worth = worth_of(assess_now(case, step.on)["lines"])
    limit = delegated(step.on)
    if worth > limit:
        raise UserError(
            f"救助金额 {money_text(worth)} 元，超过委托乡镇（街道）审批的 {money_text(limit)} 元，请报区局确认。"
        )


def delegated(day: date) -> Decimal:
    """Up to how many yuan the township decides itself."""
    return Decimal(reserve.setting("delegated_amount", day))


def as_proposed(case: TemporaryApplication, step: Step) -> None:
    """What is confirmed is what was proposed (and published); what has been granted meanwhile is asked again."""
    eligible(case, step)
    same_as_proposed(case, worth_of(assess_now(case, step.on)["lines"]))


def same_as_proposed(case: TemporaryApplication, worth: Decimal) -> None:
    if case.proposal is None:
        return
    before = worth_of(case.proposal.lines)
    if worth != before:
        raise Conflict(
            f"初审测算 {money_text(before)} 元，按今天的事实和已救助情况为 {money_text(worth)} 元，请退回重新初审。"
        )


# -- effects -------------------------------------------------------------------------------------------------


def do_accept(case: TemporaryApplication, step: Step) -> None:
    accept(case, step.on)


def do_propose_advance(case: TemporaryApplication, step: Step) -> None:
    Advance.objects.create(
        case=case, amount=step.data["advance_amount"], proposed_by=step.actor, proposed_on=step.on
    )


def waiting_advance(case: TemporaryApplication) -> Advance:
    return Advance.objects.select_for_update().get(case=case, state=AdvanceState.PROPOSED)


def do_pay_advance(case: TemporaryApplication, step: Step) -> None:
    """Two persons have agreed: paid at once, and the papers are due within ten working days."""
    lock_household(case)
    advance = waiting_advance(case)
    eligible(case, step)
    check_amount(case, advance.amount, step.on)
    if advance.proposed_by_id == step.actor.pk:
        raise UserError("先行救助由另一人批准。")
    reserve.pay(advance, step.actor, step.on)
    case.due_on = case.whole_due_on = advance.paper_due_on


def do_turn_down_advance(case: TemporaryApplication, step: Step) -> None:
    advance = waiting_advance(case)
    advance.state = AdvanceState.REFUSED
    advance.save(update_fields=["state"])


def do_send_in(case: TemporaryApplication, step: Step) -> None:
    """The papers are complete; where money was paid ahead their day no longer presses."""
    case.papers_done_on = step.on
    keep_paper_limit(case)


def keep_paper_limit(case: TemporaryApplication) -> None:
    """After an advance the 24 hours are met; what is left is the time for the papers."""
    if case.advance_paid and case.whole_due_on and case.due_on and case.due_on < case.whole_due_on:
        case.due_on = case.whole_due_on


def do_return(case: TemporaryApplication, step: Step) -> None:
    """退回: the papers are open again, with the day they always had."""
    case.papers_done_on = None
    advance = case.advance_paid
    if advance:
        case.due_on = advance.paper_due_on


def do_propose(case: TemporaryApplication, step: Step) -> None:
    case.proposal = record(case, step)
    keep_paper_limit(case)


def do_advise_refusal(case: TemporaryApplication, step: Step) -> None:
    do_propose(case, step)


def do_post(case: TemporaryApplication, step: Step) -> None:
    assert case.proposal is not None
    papers.put_up_notice(
        case,
        step,
        place=step.data.get("place") or "",
        head_name=case.subject,
        programme_name="临时救助（一次性）",
        persons=case.proposal.persons,
        amount=worth_of(case.proposal.lines),
    )


def lock_household(case: TemporaryApplication) -> None:
    """Whoever decides money for this household waits here, and then counts what the other has granted."""
    Household.objects.select_for_update(no_key=True).get(pk=case.household_id)


def record(case: TemporaryApplication, step: Step) -> Assessment:
    return benefits.record_assessment(
        facts_of(case, step.on), household=case.household, person=case.person, actor=step.actor
    )


def do_grant(case: TemporaryApplication, step: Step) -> None:
    """批准: what was granted this year and for this cause is counted again under the household's lock; the entitlement
    is what has not been advanced yet."""
    lock_household(case)
    decision = record(case, step)
    if not decision.eligible:
        raise Conflict(f"不再符合条件：{reasons_text(decision.reasons)}。")
    worth = worth_of(decision.lines)
    same_as_proposed(case, worth)
    case.decision, case.decided_on, case.granted_amount = decision, step.on, worth
    settle(case, worth)
    if decision.monthly_amount > 0:
        assert case.person is not None
        case.entitlement = benefits.grant(
            decision,
            programme=Programme.objects.get(code=CODE),
            household=case.household,
            person=case.person,
            members=[one.person for one in case.members.select_related("person")],
            decided_by=step.event,
            actor=step.actor,
        )


def settle(case: TemporaryApplication, worth: Decimal) -> None:
    """The advance is written off against the decision; what it was too much (or all, on refusal) is to be recovered."""
    advance = Advance.objects.select_for_update().filter(case=case, state=AdvanceState.PAID).first()
    if advance is None:
        return
    over = max(advance.amount - worth, ZERO)
    advance.state = AdvanceState.TO_RECOVER if over else AdvanceState.SETTLED
    advance.to_recover = over
    advance.save(update_fields=["state", "to_recover"])


def do_refuse(case: TemporaryApplication, step: Step) -> None:
    """不予批准: the record names every failed condition; what was advanced the township must get back."""
    case.decision, case.decided_on = record(case, step), step.on
    settle(case, ZERO)
    back = case.advance.to_recover if case.advance else None
    note_refusal(
        step, case.decision, *([f"先行救助 {money_text(back)} 元由乡镇（街道）追回。"] if back else [])
    )


def no_money_out(case: TemporaryApplication, step: Step) -> None:
    """What has been paid ahead needs a decision, not a withdrawal."""
    advance = case.advance
    if advance and advance.state == AdvanceState.PAID:
        raise UserError("已付先行救助，不能撤回；请补齐手续报送，由审批决定。")


# -- when a step makes sense, and what it says before it is taken ------------------------------------------


def no_advance(case: TemporaryApplication) -> bool:
    return case.kind == Kind.EMERGENCY and case.advance is None


def posted(case: TemporaryApplication) -> bool:
    notice, proposal = papers.current_notice(case), case.proposal
    return bool(notice and proposal and notice.posted_at >= proposal.made_at)


def not_posted(case: TemporaryApplication) -> bool:
    return not posted(case)


def worth_now(case: TemporaryApplication) -> Decimal | None:
    """What a decision today would be worth; None when it would be none. Counted once for all the steps of a page."""
    if not hasattr(case, "_worth_now"):
        answer: dict[str, Any] = assess_now(case)
        known = "error" not in answer and answer["eligible"]
        case._worth_now = worth_of(answer["lines"]) if known else None  # type: ignore[attr-defined]
    return case._worth_now  # type: ignore[attr-defined]


def small_enough(case: TemporaryApplication) -> bool:
    """The township is entrusted with amounts like this."""
    worth = worth_now(case)
    return worth is not None and worth <= delegated(today())


def too_much(case: TemporaryApplication) -> bool:
    return not small_enough(case)


def notice_needed(case: TemporaryApplication) -> bool:
    """支出型 is published in the village, where the bureau's parameter says so; an emergency never waits for it."""
    return case.kind == Kind.EXPENDITURE and bool(reserve.setting("notice_expenditure", today()))


def no_notice_needed(case: TemporaryApplication) -> bool:
    return not notice_needed(case)


def decided_at_once(case: TemporaryApplication) -> bool:
    """The leader's opinion is the decision: nothing to publish, and within what the township is entrusted with."""
    return case.stage == "delegated" or (no_notice_needed(case) and small_enough(case))


def to_bureau(case: TemporaryApplication) -> bool:
    return no_notice_needed(case) and too_much(case)


def posted_small(case: TemporaryApplication) -> bool:
    return posted(case) and small_enough(case)


def can_grant(case: TemporaryApplication) -> bool:
    return worth_now(case) is not None


def confirm_grant(case: TemporaryApplication) -> str:
    answer = assess_now(case)
    if "error" in answer or not answer["eligible"]:
        return f"批准 {case.subject} 户的临时救助申请。"
    worth, rest = worth_of(answer["lines"]), Decimal(answer["monthly_amount"])
    words = f"批准 {case.subject} 户{case.get_kind_display()}临时救助 {money_text(worth)} 元"
    if case.advance_paid:
        words += f"，其中先行救助已付 {money_text(worth - rest)} 元，本次发放 {money_text(rest)} 元"
    return f"{words}，列入 {answer['first_month']} 一次性发放。"


def confirm_advance(case: TemporaryApplication) -> str:
    advance = case.advance
    amount = money_text(advance.amount) if advance else "—"
    return f"同意从本乡镇（街道）备用金向 {case.subject} 户先行救助 {amount} 元，当即付款。"


def confirm_refusal(case: TemporaryApplication) -> str:
    words = f"不批准 {case.subject} 户的临时救助申请，案件办结，决定书列明全部理由。"
    advance = case.advance_paid
    if advance:
        words += f"已付的先行救助 {money_text(advance.amount)} 元转为待追回。"
    return words
