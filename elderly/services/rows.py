"""What proposing and deciding share: the lock of a township, rows written together, the state of a list."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q

from benefits.models import Entitlement, Hold
from benefits.services import lift_hold, place_hold
from casework.limits import due_date, limit_for
from casework.models import Case, CaseEvent, CaseState
from casework.services import moment
from casework.workflow import Flow
from core.bulk import copy_in
from core.errors import NotAllowed, UserError
from core.importing import take_lock
from core.series import take_numbers
from district.models import Role
from elderly.models import AllowanceApplication, AllowanceList, ListState
from registry.models import Person

CHILD = tuple(
    field.column  # type: ignore[attr-defined]
    for field in AllowanceApplication._meta.local_concrete_fields
)
# What the system writes as the reason of its own holds; by its beginning each is found again.
WAITING_LONGEVITY = "满100周岁，待转发长寿金"
WAITING_END = "已登记死亡或迁出，待停发"
UNPROVEN = "未按期进行生存认证"


def lock_township(code: str) -> None:
    """One hand at a time proposes, applies and changes in a township; let go at the end of the transaction."""
    take_lock(f"elderly:{code[:9]}")


def check_actor(actor: Any, division: str, *roles: str) -> None:
    """NotAllowed unless the account works there in one of the roles, officers on the line; None is the system."""
    if actor is None:
        return
    if actor.role not in roles:
        raise NotAllowed("您的角色不办理高龄津贴名单。")
    if actor.role == Role.BUREAU_OFFICER and "elderly" not in actor.lines:
        raise NotAllowed("您不办理老龄业务。")
    if not division.startswith(actor.division_id):
        raise NotAllowed("不在您的辖区内。")


def write_rows(
    flow: Flow,
    batch: AllowanceList,
    rows: Sequence[tuple[Person, dict[str, Any]]],
    actor: Any,
    on: date,
    label: str,
) -> list[int]:
    """Cases of many persons in the flow's first stage: three statements for any number. `rows`: person and the facts of
    the line. Gives their keys."""
    first = flow.stages[0]
    due = due_date(limit_for(flow, first.code, on), on)
    numbers = take_numbers(f"{flow.prefix}-{on.year}", len(rows))
    cases = [
        Case(
            number=f"{flow.prefix}-{on.year}-{number:05d}",
            flow=flow.code,
            line=flow.line,
            subject=person.name,
            person=person,
            division_id=person.division_id,
            stage=first.code,
            actor_role=first.role,
            stage_since=on,
            due_on=due,
            opened_by=actor,
            opened_at=moment(on),
        )
        for number, (person, _) in zip(numbers, rows, strict=True)
    ]
    Case.objects.bulk_create(cases, batch_size=2000)
    children = []
    for case, (_, facts) in zip(cases, rows, strict=True):
        child = AllowanceApplication(case_ptr_id=case.pk, batch=batch, programme=batch.programme, **facts)
        children.append(child)
    columns = [field.attname for field in AllowanceApplication._meta.local_concrete_fields]
    copy_in(
        AllowanceApplication._meta.db_table,
        CHILD,
        ([getattr(child, name) for name in columns] for child in children),
    )
    write_events(cases, actor, "open", label, on=on, to_stage=first.code)
    return [case.pk for case in cases]


def write_events(
    cases: Iterable[Any],
    actor: Any,
    action: str,
    label: str,
    *,
    on: date,
    opinion: str = "",
    from_stage: str = "",
    to_stage: str = "",
) -> dict[int, CaseEvent]:
    """The same step in the record of many cases; the events by case."""
    events = [
        CaseEvent(
            case_id=case.pk,
            at=moment(on),
            actor=actor,
            action=action,
            label=label,
            from_stage=from_stage,
            to_stage=to_stage,
            opinion=opinion.strip(),
            version=case.version,
        )
        for case in cases
    ]
    CaseEvent.objects.bulk_create(events, batch_size=2000)
    return {event.case_id: event for event in events}


def refresh(batch: AllowanceList) -> AllowanceList:
    """Set the state of a list by where its rows wait, and the day by which the first of them is due."""
    waiting = Q(state=CaseState.OPEN)
    found = batch.rows.aggregate(
        listed=Count("pk", filter=waiting & Q(stage="listed")),
        sent=Count("pk", filter=waiting & Q(stage="confirm")),
        listed_due=Min("due_on", filter=waiting & Q(stage="listed")),
        sent_due=Min("due_on", filter=waiting & Q(stage="confirm")),
    )
    if found["listed"]:
        state, due = ListState.OPEN, found["listed_due"]
    elif found["sent"]:
        state, due = ListState.SENT, found["sent_due"]
    else:
        state, due = ListState.DONE, None
    if (batch.state, batch.due_on) != (state, due):
        batch.state, batch.due_on = state, due
        batch.save(update_fields=["state", "due_on"])
    return batch


def hold_by_system(entitlement: Entitlement, month: date, reason: str) -> Hold | None:
    """A hold of the system from a month on; None where the months are held already or the entitlement is over."""
    try:
        with transaction.atomic():
            return place_hold(entitlement, month, None, reason, None)
    except UserError:
        return None


def lift_by_system(entitlements: Iterable[Any], begins: str, reason: str) -> list[Hold]:
    """Lift the system's own holds on these entitlements whose reason begins so."""
    holds = Hold.objects.filter(
        entitlement__in=list(entitlements), lifted_at__isnull=True, reason__startswith=begins
    )
    return [lift_hold(hold, reason, None) for hold in holds.select_related("entitlement")]
