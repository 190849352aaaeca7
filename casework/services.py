"""The verbs of a case: open it, move it, correct it. Each is one transaction that leaves a CaseEvent.

Rights are checked here and not by which button shows: area and line by `.visible_to`, role and stage by the flow,
maker ≠ checker by the events, and a stale version is a Conflict that names who changed what.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from casework.limits import HARD, WHOLE, due_date, limit_for
from casework.models import Case, CaseEvent, CaseState
from casework.workflow import Flow, Transition, flow_of
from core.errors import Conflict, NotAllowed, UserError
from core.series import take_number
from core.trail import hide_number
from district.models import Division, Office, User
from registry.models import Household, Person

Change = tuple[str, str, str]
LINE_ROLES = ("bureau_officer", "registrar")


@dataclass
class Step:
    """What a guard or an effect knows: who acts, on which day, with what words and further facts."""

    actor: User
    on: date
    opinion: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    flow: Flow | None = None
    event: CaseEvent | None = None
    changes: list[Change] = field(default_factory=list)


def today() -> date:
    """The working day that the offices write on their papers (Asia/Shanghai)."""
    return timezone.localdate()


def moment(on: date | None) -> datetime:
    """The time of an event: now, or the morning of an earlier day that is entered later."""
    if on is None or on == today():
        return timezone.now()
    return timezone.make_aware(datetime.combine(on, time(9)))


@transaction.atomic
def open_case(
    flow: str,
    *,
    division: Division,
    actor: User,
    person: Person | None = None,
    household: Household | None = None,
    subject: str = "",
    office: Office | None = None,
    on: date | None = None,
    **facts: Any,
) -> Any:
    """Open a case of a flow in its first stage. `on`: the day of the application; `facts`: fields of the line's model.

    `subject` says what it is about where that is not one `person`; with an `office`, only its registrars see the case.

    The number (DB-2020-00001: prefix, year of the case, order in that year) is taken in this transaction: no gap and no
    double. NotAllowed outside the actor's area or role.
    """
    known = flow_of(flow)
    day = on or today()
    _check_area(actor, division, known)
    if actor.role not in known.openers:
        raise NotAllowed(f"您的角色不能登记{known.name}。")
    first = known.stages[0]
    case = known.model()(
        flow=known.code,
        line=known.line,
        subject=subject or (person.name if person else ""),
        person=person,
        household=household,
        office=office,
        division=division,
        stage=first.code,
        actor_role=first.role,
        stage_since=day,
        due_on=due_date(limit_for(known, first.code, day), day),
        opened_by=actor,
        opened_at=moment(on),
        **facts,
    )
    # Last, so that the row lock on the series is held as briefly as can be.
    case.number = f"{known.prefix}-{day.year}-{take_number(f'{known.prefix}-{day.year}'):05d}"
    case.save()
    write_event(case, actor, "open", f"登记{known.name}", on=on, to_stage=first.code)
    return case


def move(
    case: Case,
    action: str,
    actor: User,
    version: int | None = None,
    opinion: str = "",
    on: date | None = None,
    **data: Any,
) -> Any:
    """Take a step of the case's flow. Returns the case as it is afterwards.

    Errors: NotAllowed (role, area, maker = checker), Conflict (someone was faster), UserError (a condition of the step,
    an opinion that is missing).
    """
    with transaction.atomic():
        case, flow = locked(case, version), flow_of(case)
        step = flow.step(action)
        check_right(case, step, actor)
        _check_step(case, flow, step, opinion)
        context = Step(actor, on or today(), opinion.strip(), data, flow)
        if step.guard:
            step.guard(case, context)
        source = case.stage
        if step.target:
            enter(case, flow, step.target, context.on)
        case.version += 1
        context.event = write_event(
            case,
            actor,
            step.action,
            step.label,
            on=on,
            opinion=opinion,
            from_stage=source,
            to_stage=case.stage,
        )
        if step.effect:
            step.effect(case, context)
        case.save()
        if context.changes:
            CaseEvent.objects.filter(pk=context.event.pk).update(changes=context.changes)
        if case.state != CaseState.OPEN:
            for listener in _closing_heard:
                listener(case)
        return case


_closing_heard: list[Callable[[Any], None]] = []


def hear_closing(listener: Callable[[Any], None]) -> None:
    """Have an upper room told, in the same transaction, of every case that is closed."""
    if listener not in _closing_heard:
        _closing_heard.append(listener)


def enter(case: Case, flow: Flow, code: str, day: date) -> None:
    """Put the case at a stage: who must act, since when, until when. The caller saves."""
    stage = flow.stage(code)
    case.stage, case.actor_role, case.stage_since = code, stage.role, day
    case.due_on = due_date(limit_for(flow, code, day), day) if not stage.closes else None
    if stage.closes:
        case.state, case.closed_at = stage.closes, moment(day)


def accept(case: Case, day: date) -> None:
    """受理: the whole time limit begins."""
    case.accepted_on = day
    set_whole_limit(case)


def set_whole_limit(case: Case) -> None:
    """The day by which the whole case must be decided, from the day of acceptance; longer for hard cases."""
    if case.accepted_on is None:
        return
    flow = flow_of(case)
    limit = limit_for(flow, HARD if case.is_hard else WHOLE, case.accepted_on)
    case.whole_due_on = due_date(limit, case.accepted_on)


def correct(
    case: Case, changes: dict[str, Any], actor: User, version: int | None = None, reason: str = ""
) -> Any:
    """Put fields of the case right (更正): `changes` maps field names to new values; before and after are kept.

    Only whoever must act at the present stage may do it. Nothing changed → nothing written.
    """
    with transaction.atomic():
        case = locked(case, version)
        check_editor(case, actor)
        seen: list[Change] = []
        for name, value in changes.items():
            model_field: Any = case._meta.get_field(name)
            before = getattr(case, name)
            if before == value:
                continue
            setattr(case, name, value)
            seen.append((str(model_field.verbose_name), shown(case, name, before), shown(case, name, value)))
        if "is_hard" in changes:
            set_whole_limit(case)
        return record_change(case, actor, seen, reason=reason) if seen else case


def record_change(
    case: Case,
    actor: User,
    changes: list[Change],
    *,
    label: str = "更正",
    action: str = "correct",
    reason: str = "",
    on: date | None = None,
) -> Any:
    """Leave the trace of a change that the caller has just made on a locked case in a transaction; a new version."""
    case.version += 1
    case.save()
    write_event(
        case,
        actor,
        action,
        label,
        on=on,
        opinion=reason,
        from_stage=case.stage,
        to_stage=case.stage,
        changes=changes,
    )
    return case


def write_event(
    case: Case,
    actor: User | None,
    action: str,
    label: str,
    *,
    on: date | None = None,
    opinion: str = "",
    from_stage: str = "",
    to_stage: str = "",
    changes: Iterable[Change] = (),
) -> CaseEvent:
    """One row of the case's record."""
    return CaseEvent.objects.create(
        case_id=case.pk,
        at=moment(on),
        actor=actor,
        action=action,
        label=label,
        from_stage=from_stage,
        to_stage=to_stage,
        opinion=opinion.strip(),
        changes=[list(change) for change in changes],
        version=case.version,
    )


def locked(case: Case, version: int | None = None) -> Any:
    """The case as it is now (the service line's child), its row locked until the transaction ends.

    Conflict when `version` is not the newest; its `changes` say who did what since.
    """
    flow = flow_of(case)
    Case.objects.select_for_update().filter(pk=case.pk).values_list("pk").get()
    fresh = (
        flow.model().objects.select_related("person", "household", "division", "opened_by").get(pk=case.pk)
    )
    if version is not None and int(version) != fresh.version:
        raise Conflict("这个案件刚刚被别人改动过，您的内容还没有保存。", changes_since(fresh, int(version)))
    return fresh


def changes_since(case: Case, version: int) -> list[str]:
    """Who did what to the case after that version, oldest first, in words."""
    lines = []
    for event in case.events.filter(version__gt=version).select_related("actor").order_by("id"):
        who = event.actor.full_name if event.actor else "系统"
        when = timezone.localtime(event.at).strftime("%m-%d %H:%M")
        details = "；".join(
            f"{label} {before or '空'} → {after or '空'}" for label, before, after in event.changes
        )
        lines.append(f"{when} {who} {event.label}" + (f"：{details}" if details else ""))
    return lines


def check_right(case: Case, step: Transition, actor: User) -> None:
    """NotAllowed unless this account may take the step: in its area and line, in the role, and not its own checker."""
    why = why_not(case, step, actor)
    if why:
        raise NotAllowed(why)


def why_not(case: Case, step: Transition, actor: User) -> str:
    """The reason why the account may not take the step, in Chinese; empty when it may."""
    if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        return "这个案件不在您的辖区或业务范围内。"
    if actor.role not in step.roles:
        return f"“{step.label}”不由您的角色办理。"
    if step.checker and made_by(case, step, actor):
        return "您经办过本案的前面环节，审核须由另一人办理。"
    if step.apart_from and case.events.filter(actor=actor, action__in=step.apart_from).exists():
        return "您经办过本案的前面环节，审核须由另一人办理。"
    return ""


def made_by(case: Case, step: Transition, actor: User) -> bool:
    """Whether the account opened the case or pushed it forward in another pair of hands than the step's.

    A leader who agreed, had the case back and agrees again checks twice; that does not make him its maker.
    """
    if case.opened_by_id == actor.pk:
        return True
    maker = [
        one.action
        for one in flow_of(case).transitions
        if one.kind == "forward" and not set(one.roles) & set(step.roles)
    ]
    return case.events.filter(actor=actor, action__in=maker).exists()


def check_editor(case: Case, actor: User) -> None:
    """NotAllowed unless this account may change the facts of the case at its present stage."""
    why = why_not_edit(case, actor)
    if why:
        raise NotAllowed(why)


def why_not_edit(case: Case, actor: User) -> str:
    """The reason why the account may not change the facts now; empty when it may."""
    if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        return "这个案件不在您的辖区或业务范围内。"
    if case.state != CaseState.OPEN:
        return "案件已办结，内容不再改动。"
    stage = flow_of(case).stage(case.stage)
    if not stage.editable:
        return f"“{stage.label}”环节不改动案件内容；需要更正的，请退回补正。"
    if actor.role != stage.role:
        return f"现在由{case.get_actor_role_display()}办理。"
    return ""


def shown(case: Case, name: str, value: Any) -> str:
    """A field's value as its reader knows it."""
    model_field: Any = case._meta.get_field(name)
    if value in (None, ""):
        return ""
    if model_field.choices:
        return str(dict(model_field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return hide_number(str(value))


def _check_step(case: Case, flow: Flow, step: Transition, opinion: str) -> None:
    if case.state != CaseState.OPEN:
        raise UserError(f"案件{case.get_state_display()}，不能再办理。")
    if case.stage not in step.sources:
        raise UserError(f"案件现在在“{flow.stage(case.stage).label}”环节，不能“{step.label}”。")
    if step.needs_opinion and len(opinion.strip()) < 2:
        raise UserError(f"请填写“{step.label}”的意见。", field="opinion")


def _check_area(actor: User, division: Division, flow: Flow) -> None:
    if not Division.objects.visible_to(actor).filter(pk=division.pk).exists():
        raise NotAllowed("这个村（社区）不在您的辖区内。")
    if actor.role in LINE_ROLES and flow.line not in actor.lines:
        raise NotAllowed(f"您不办理{flow.name}。")
