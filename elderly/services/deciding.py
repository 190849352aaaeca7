"""A list decided in one act: the clerk confirms or takes off, the officer approves or sends back.

Each act locks the list, so that of two who press at once the second finds it done. What is done to many rows leaves the
same record in each case as a single step would.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from casework.limits import due_date, limit_for
from casework.models import Case, CaseEvent, CaseState
from casework.services import moment, today
from casework.workflow import Flow, flow_of
from core.errors import Conflict, NotAllowed, UserError
from district.models import Role
from elderly.models import AllowanceApplication, AllowanceList, ListKind, OutReason
from elderly.services.granting import check_rows, end_rows, grant_rows
from elderly.services.rows import (
    WAITING_END,
    WAITING_LONGEVITY,
    check_actor,
    lift_by_system,
    lock_township,
    refresh,
    write_events,
)

SAVED = ("entitlement", "decision", "decided_on", "monthly_amount")


def confirm_rows(
    batch: AllowanceList,
    actor: Any,
    rows: Iterable[int] | None = None,
    opinion: str = "",
    on: date | None = None,
) -> int:
    """The township's clerk confirms the rows (all that wait when not named): alive, here, the account is right.

    Gives how many. The dead and those who have left are not confirmed; UserError names them. Conflict when nothing
    waits any more.
    """
    check_actor(actor, batch.division_id, Role.TOWNSHIP_CLERK)
    with transaction.atomic():
        batch, cases = _take(batch, "listed", rows)
        if batch.kind == ListKind.GRANT:
            gone = [one for one in cases if one.person and one.person.death_date]
            if gone:
                names = "、".join(one.subject for one in gone[:5])
                raise UserError(f"{names}已登记死亡，请先移出名单再确认。")
        day = on or today()
        _move(cases, "confirm", day)
        write_events(
            cases,
            actor,
            "confirm",
            "确认名单",
            on=day,
            opinion=opinion,
            from_stage="listed",
            to_stage="confirm",
        )
        refresh(batch)
    return len(cases)


def take_out_rows(
    batch: AllowanceList,
    rows: Iterable[int],
    reason: str,
    note: str,
    actor: Any,
    on: date | None = None,
) -> int:
    """Take rows off the list with a reason; what the proposal held is released."""
    check_actor(actor, batch.division_id, Role.TOWNSHIP_CLERK)
    if reason not in OutReason.values:
        raise UserError("请选择移出原因。", field="reason")
    with transaction.atomic():
        batch, cases = _take(batch, "listed", rows)
        day, words = on or today(), OutReason(reason).label
        _move(cases, "out", day)
        AllowanceApplication.objects.filter(pk__in=[one.pk for one in cases]).update(out_reason=reason)
        write_events(
            cases,
            actor,
            "take_out",
            "移出名单",
            on=day,
            opinion=f"{words}。{note.strip()}" if note.strip() else words,
            from_stage="listed",
            to_stage="out",
        )
        release(cases, f"移出名单：{words}")
        refresh(batch)
    return len(cases)


def approve_rows(
    batch: AllowanceList,
    actor: Any,
    rows: Iterable[int] | None = None,
    opinion: str = "",
    on: date | None = None,
) -> tuple[int, list[str]]:
    """The bureau approves the confirmed rows: entitlements begin (or end). All of it is one transaction.

    Gives how many, and who was left waiting and why (died meanwhile, holds already). NotAllowed for who confirmed rows
    of this list; Conflict when nothing waits any more.
    """
    check_actor(actor, batch.division_id, Role.BUREAU_OFFICER)
    with transaction.atomic():
        batch, cases = _take(batch, "confirm", rows)
        _not_own_hand(cases, actor)
        day, left = on or today(), []
        if batch.kind == ListKind.GRANT:
            ready = check_rows(cases, actor)
            cases = ready.cases
            left = [f"{case.subject}：{why}" for case, why in ready.problems]
            if not cases:
                raise UserError("没有可以批准的：" + "；".join(left[:5]) + "。")
        events = _approved(cases, batch, actor, opinion, day)
        if batch.kind == ListKind.GRANT:
            grant_rows(ready, events, actor, day)
        else:
            end_rows(cases, events, actor, day)
        AllowanceApplication.objects.bulk_update(cases, SAVED, batch_size=1000)
        refresh(batch)
    return len(cases), left


def _approved(
    cases: list[AllowanceApplication], batch: AllowanceList, actor: Any, opinion: str, day: date
) -> dict[int, CaseEvent]:
    _move(cases, "granted", day)
    label = "批准" if batch.kind == ListKind.GRANT else "批准停发"
    return write_events(
        cases, actor, "grant", label, on=day, opinion=opinion, from_stage="confirm", to_stage="granted"
    )


def send_back_rows(
    batch: AllowanceList,
    actor: Any,
    rows: Iterable[int] | None = None,
    opinion: str = "",
    on: date | None = None,
) -> int:
    """The bureau returns confirmed rows to the township, with its reason."""
    check_actor(actor, batch.division_id, Role.BUREAU_OFFICER)
    if len(opinion.strip()) < 2:
        raise UserError("请写明退回的理由。", field="opinion")
    with transaction.atomic():
        batch, cases = _take(batch, "confirm", rows)
        day = on or today()
        _move(cases, "listed", day)
        write_events(
            cases,
            actor,
            "send_back",
            "退回乡镇",
            on=day,
            opinion=opinion,
            from_stage="confirm",
            to_stage="listed",
        )
        refresh(batch)
    return len(cases)


def release(cases: Iterable[AllowanceApplication], why: str) -> None:
    """Lift what the proposal held: the allowance that waited for 长寿金, the payment that waited for its ending."""
    for case in cases:
        if case.replaces_id:
            lift_by_system([case.replaces_id], WAITING_LONGEVITY, why)
        if case.is_end and case.entitlement_id:
            lift_by_system([case.entitlement_id], WAITING_END, why)


def _take(
    batch: AllowanceList, stage: str, rows: Iterable[int] | None
) -> tuple[AllowanceList, list[AllowanceApplication]]:
    """The list and its rows that wait at the stage, both locked."""
    lock_township(batch.division_id)
    fresh = AllowanceList.objects.select_for_update(of=("self",)).select_related("programme").get(pk=batch.pk)
    waiting = fresh.rows.filter(state=CaseState.OPEN, stage=stage)
    if rows is not None:
        waiting = waiting.filter(pk__in=list(rows))
    keys = list(
        # A row that somebody is deciding by itself this moment is theirs.
        Case.objects.select_for_update(skip_locked=True)
        .filter(pk__in=list(waiting.values_list("pk", flat=True)), stage=stage, state=CaseState.OPEN)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    cases = list(
        AllowanceApplication.objects.filter(pk__in=keys)
        .select_related("person", "entitlement", "replaces", "programme")
        .order_by("pk")
    )
    if not cases:
        words = {"listed": "待确认", "confirm": "待审批"}[stage]
        raise Conflict(f"名单里没有{words}的人：{_last_act(fresh) or '请刷新页面核对'}。")
    return fresh, cases


def _last_act(batch: AllowanceList) -> str:
    event = (
        CaseEvent.objects.filter(case__allowanceapplication__batch=batch, actor__isnull=False)
        .select_related("actor")
        .order_by("-id")
        .first()
    )
    return f"{event.actor.full_name} 已{event.label}" if event and event.actor else ""


def _move(cases: list[AllowanceApplication], stage: str, day: date) -> None:
    """Put the cases at a stage of their flow, as `casework.services.enter` does for one."""
    flow: Flow = flow_of(cases[0])
    found = flow.stage(stage)
    facts: dict[str, Any] = {
        "stage": stage,
        "actor_role": found.role,
        "stage_since": day,
        "due_on": None if found.closes else due_date(limit_for(flow, stage, day), day),
    }
    if found.closes:
        facts |= {"state": found.closes, "closed_at": moment(day)}
    Case.objects.filter(pk__in=[one.pk for one in cases]).update(version=F("version") + 1, **facts)
    for case in cases:
        case.version += 1
        for name, value in facts.items():
            setattr(case, name, value)


def _not_own_hand(cases: list[AllowanceApplication], actor: Any) -> None:
    """受理 ≠ 审批: who opened or confirmed a row doesn't approve it."""
    keys = [one.pk for one in cases]
    confirmed = CaseEvent.objects.filter(case__in=keys, actor=actor, action__in=["confirm", "open"])
    if confirmed.exists():
        raise NotAllowed("您生成或确认过这份名单，审批须由另一人办理。")
