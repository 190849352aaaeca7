"""Steps that the flows of 社会救助 have alike: acceptance, the check of the economy, objections, maker and checker."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from casework import papers
from casework.services import Step, accept, made_by
from core.errors import NotAllowed, UserError
from registry.models import Person


def report_is_in(case: Any, step: Step) -> None:
    if case.check_started_on is None:
        raise UserError("还没有发起经济状况核对。")


_NAMES = re.compile(r"成员 (\d+) ")
_KEYS = re.compile(r"（[a-z_]+）")


def spoken(error: str, people: Iterable[Person]) -> str:
    """Why a case can't be assessed, as a clerk says it: names for references, without the keys of the interface."""
    known = {str(one.pk): one.name for one in people}
    words = _NAMES.sub(lambda found: known.get(found[1], f"成员 {found[1]} "), error)
    return _KEYS.sub("", words)


def why_no_answer(case: Any, answer: Mapping[str, Any]) -> str:
    """Why the case can't be assessed yet, in words; empty where it can."""
    if "error" not in answer:
        return ""
    several = hasattr(case, "members")
    people = [one.person for one in case.members.select_related("person")] if several else [case.person]
    return spoken(answer["error"], people)


def check_answer(case: Any, answer: Mapping[str, Any]) -> None:
    """Refuse a step whose formula can't answer yet."""
    why = why_no_answer(case, answer)
    if why:
        raise UserError(f"还不能测算：{why}")


def reasons_text(reasons: list[dict]) -> str:
    """All failed conditions in one sentence."""
    return "；".join(one.get("text") or one["code"] for one in reasons)


def note_refusal(step: Step, assessment: Any, *more: str) -> None:
    """不予批准: the record names every failed condition beside the officer's words, and what else follows (`more`)."""
    assert step.event is not None
    words = [step.opinion]
    if assessment.reasons:
        words.append(f"不符合的条件：{reasons_text(assessment.reasons)}。")
    step.event.opinion = "\n".join([*words, *more])
    step.event.save(update_fields=["opinion"])


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
