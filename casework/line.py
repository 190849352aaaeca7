"""How a case reads: its stage line, its record, and what the signed-in account may do with it now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from casework.limits import limit_for
from casework.models import Case, CaseEvent, CaseState
from casework.services import today, why_not
from casework.workflow import Flow, Transition, flow_of
from core.workdays import Calendar


def stage_steps(case: Case) -> list[dict[str, Any]]:
    """The stage line: done with who and when, now with who must act by when; limits beside what was used."""
    flow, calendar = flow_of(case), Calendar()
    left = {event.from_stage: event for event in _moves(case)}
    entered = {event.to_stage: event for event in _moves(case)}
    # A closed case ends where it stands: a refused one was never granted.
    ended = case.state != CaseState.OPEN
    shown = [
        stage
        for stage in flow.stages
        if stage.code == case.stage or (stage.in_line and not (ended and stage.closes))
    ]
    steps, passed = [], True
    for stage in shown:
        is_now = stage.code == case.stage
        passed = passed and not is_now
        step: dict[str, Any] = {"name": stage.label, "state": "done" if passed else "later"}
        if is_now and case.state == CaseState.OPEN:
            step |= _now(case, calendar)
        elif is_now:
            step["state"] = "done" if case.state in (CaseState.GRANTED, CaseState.CLOSED) else "stopped"
            step["who"] = _who(entered.get(stage.code))
        elif passed and stage.code in left:
            step["who"] = _who(left[stage.code])
            step["note"] = _used(flow, stage.code, entered.get(stage.code), left[stage.code], calendar, case)
        elif stage.role:
            limit = limit_for(flow, stage.code, today())
            step["who"] = ROLE_WORDS.get(stage.role, "")
            if limit:
                step["note"] = f"限 {limit.days} {'个工作日' if limit.counted == 'working' else '日'}"
        steps.append(step)
    return steps


ROLE_WORDS = {
    "township_clerk": "乡镇（街道）经办人",
    "township_leader": "乡镇（街道）分管领导",
    "bureau_officer": "区局业务股室",
}


def _now(case: Case, calendar: Calendar) -> dict[str, Any]:
    days = calendar.left(today(), case.due_on)
    found: dict[str, Any] = {"state": "now", "who": f"待{case.get_actor_role_display()}办理"}
    if case.due_on:
        words = (
            "今日到期"
            if days == 0
            else f"剩 {days} 个工作日"
            if days and days > 0
            else f"逾期 {-(days or 0)} 个工作日"
        )
        found |= {"note": f"期限 {case.due_on:%m-%d}", "due": words, "late": days is not None and days < 0}
    return found


def _moves(case: Case) -> list[CaseEvent]:
    """Events that changed the stage, oldest first; read once a page."""
    if not hasattr(case, "_moves"):
        events = case.events.select_related("actor").order_by("id")
        case._moves = [one for one in events if one.from_stage != one.to_stage]  # type: ignore[attr-defined]
    return case._moves  # type: ignore[attr-defined]


def _who(event: CaseEvent | None) -> str:
    if event is None:
        return ""
    name = event.actor.full_name if event.actor else "系统"
    return f"{_day(event):%m-%d} · {name}"


def _day(event: CaseEvent) -> date:
    return timezone.localdate(event.at)


def _used(
    flow: Flow, stage: str, first: CaseEvent | None, last: CaseEvent, calendar: Calendar, case: Case
) -> str:
    limit = limit_for(flow, stage, _day(last))
    if limit is None:
        return ""
    began = _day(first) if first else _day(last)
    meets = flow.stage(stage).meets
    last = next((one for one in case.events.all() if meets and one.action == meets), last)
    used = (_day(last) - began).days if limit.counted == "calendar" else calendar.between(began, _day(last))
    return f"限 {limit.days} 日，用 {max(used, 0)} 日"


def timeline(case: Case) -> list[dict[str, Any]]:
    """The record, newest first: who, role, act, words, before → after."""
    return [
        {
            "at": event.at,
            "who": event.actor.full_name if event.actor else "系统",
            "role": event.actor.get_role_display() if event.actor else "",
            "act": event.label,
            "words": event.opinion,
            "changes": event.changes,
        }
        for event in case.events.select_related("actor")
    ]


@dataclass(frozen=True)
class Bar:
    """The action bar: what is asked, the main step, lesser ones; or why this account may not act."""

    question: str
    primary: Transition | None
    lesser: list[Transition]
    asks: list[str]
    why: str = ""


def action_bar(case: Case, user: Any) -> Bar | None:
    """What this account may do now; None for a closed case."""
    if case.state != CaseState.OPEN:
        return None
    offered = flow_of(case).offered(case, user.role)
    if not offered:
        return Bar("", None, [], [], f"现在由{case.get_actor_role_display()}办理。")
    barred = [why for step in offered if (why := why_not(case, step, user))]
    allowed = [step for step in offered if not why_not(case, step, user)]
    if not allowed:
        return Bar("", None, [], [], barred[0])
    primary = next((one for one in allowed if one.kind == "forward"), None) or next(
        (one for one in allowed if one.kind == "note"), None
    )
    lesser = [one for one in allowed if one is not primary]
    question = (primary.question if primary else "") or (primary.label if primary else "")
    return Bar(question, primary, lesser, list(primary.asks) if primary else [], barred[0] if barred else "")
