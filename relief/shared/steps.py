"""Steps that the flows of 社会救助 have alike: acceptance, the check of the economy, objections, maker and checker."""

from datetime import date
from typing import Any

from casework import papers
from casework.services import Step, accept, made_by
from core.errors import NotAllowed, UserError


def report_is_in(case: Any, step: Step) -> None:
    if case.check_started_on is None:
        raise UserError("还没有发起经济状况核对。")


def reasons_text(reasons: list[dict]) -> str:
    """All failed conditions in one sentence."""
    return "；".join(one.get("text") or one["code"] for one in reasons)


def do_accept(case: Any, step: Step) -> None:
    accept(case, step.on)


def do_start_check(case: Any, step: Step) -> None:
    """The three days were for starting it; what is left is the whole limit."""
    if case.check_started_on:
        raise UserError(f"{case.check_started_on:%m-%d} 已经发起核对。")
    case.check_started_on, case.due_on = step.on, case.whole_due_on


def do_report(case: Any, step: Step) -> None:
    case.check_reported_on = step.on
    case.check_result = step.opinion


def do_object(case: Any, step: Step) -> None:
    papers.record_objection(case, step, content=step.opinion, by=step.data.get("by") or "")


def do_settle(case: Any, step: Step) -> None:
    papers.settle_objections(case, step)
    notice = papers.current_notice(case)
    if notice and case.stage == "notice":
        case.due_on = max(step.on, add_day(notice.ends_on))


def add_day(day: date) -> date:
    return day.fromordinal(day.toordinal() + 1)


def checking(case: Any) -> bool:
    return case.check_started_on is not None


def not_checking(case: Any) -> bool:
    return case.check_started_on is None


def not_own_hand(case: Any, step: Step) -> None:
    """Whoever worked on the case may not decide on it, whatever role the account has since been given."""
    if step.flow and made_by(case, step.flow.step("grant"), step.actor):
        raise NotAllowed("您经办过本案的前面环节，审核须由另一人办理。")
