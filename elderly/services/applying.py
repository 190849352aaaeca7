"""Single acts at the counter: a later application, an ending that the clerk knows of."""

from datetime import date
from typing import Any

from django.db import transaction

from benefits.assessing import assess
from benefits.models import EndReason, Entitlement, EntitlementMember, Programme
from benefits.queries import holds_in
from casework.models import CaseState
from casework.services import open_case, today
from core.errors import NotAllowed, UserError
from core.months import add_months, age_in_month, format_month, month_of
from elderly import finding
from elderly.bands import reach_month
from elderly.facts import GROUP, Dues, facts_of, paying_from, top_age
from elderly.models import AllowanceApplication, Origin
from elderly.rules import ALLOWANCE, LONGEVITY
from elderly.services.proposing import paid_from
from elderly.services.rows import lock_township
from registry.models import Person


def programme_for(person: Person, month: date, dues: Dues | None = None) -> str:
    """长寿金 from its age on, else 高龄津贴."""
    dues = dues or Dues(month)
    top = top_age(dues.policies, month, person.division_id)
    return LONGEVITY if age_in_month(person.birth_date, month) >= top else ALLOWANCE


def look(person: Person, month: date) -> dict[str, Any]:
    """What the rules say of an application in that month: the formula's answer with what the person holds. Writes
    nothing."""
    dues = Dues(month)
    programme = programme_for(person, month, dues)
    holds = holds_in([person.pk], month).get(person.pk, [])
    return assess(facts_of(person, programme, month, holds), table=dues.policies)


@transaction.atomic
def apply(person: Person, actor: Any, *, on: date | None = None, **fields: Any) -> AllowanceApplication:
    """A person (or a proxy) applies: the same flow for one. Paid from its own month; from the age's where the bureau's
    parameter `arrears` is on.

    `fields`: reason, proxy_name, proxy_relation, proxy_phone. Who does not qualify may apply all the same and is
    refused with the reasons; UserError for who is dead, holds it, or has an application open.
    """
    day = on or today()
    month = month_of(day)
    lock_township(person.division_id)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not Person.objects.visible_to(actor).filter(pk=person.pk).exists():
        raise NotAllowed("这位居民不在您的辖区内。")
    if person.death_date:
        raise UserError(f"{person.name}已登记死亡（{person.death_date:%Y-%m-%d}），不能申请。")
    dues = Dues(month)
    code = programme_for(person, month, dues)
    held = _check_free(person, code, month)
    since = dues.since(person, code)
    first = paid_from(code, since, dues, automatic=held is not None) if since else month
    answer = dues.answer(person, code, first)
    low = paying_from(code, dues.policies, month, person.division_id)
    reached = since or (reach_month(person.birth_date, low) if low else None)
    return open_case(
        finding.GRANT,
        person=person,
        division=person.division,
        actor=actor,
        on=on,
        programme=Programme.objects.get(code=code),
        origin=Origin.APPLIED,
        age=dues.age(person),
        age_month=reached,
        first_month=first,
        monthly_amount=answer.get("monthly_amount"),
        replaces=held,
        **fields,
    )


def _check_free(person: Person, code: str, month: date) -> Entitlement | None:
    """The allowance that 长寿金 would replace. UserError for who holds the programme, or has an application open."""
    other = AllowanceApplication.objects.filter(
        person=person, programme=code, flow=finding.GRANT, state=CaseState.OPEN
    ).first()
    if other:
        raise UserError(f"{person.name}已有在办的{other.programme} {other.number}，不需要重复申请。")
    rows = EntitlementMember.objects.filter(finding.in_force(month), person=person, group=GROUP)
    for one in rows.select_related("entitlement__programme"):
        if code == LONGEVITY and one.entitlement.programme_id == ALLOWANCE:
            return one.entitlement
        raise UserError(
            f"{person.name}自 {format_month(one.first_month)} 起享受{one.entitlement.programme}，不需要重复申请。"
        )
    return None


@transaction.atomic
def open_ending(
    entitlement: Entitlement,
    actor: Any,
    *,
    reason: str,
    from_month: date,
    note: str = "",
    on: date | None = None,
) -> AllowanceApplication:
    """The clerk knows that someone died, moved or gives it up: an ending that the bureau decides. `from_month`: the
    first month no longer paid."""
    day = on or today()
    lock_township(entitlement.division_id)
    held = (
        Entitlement.objects.select_for_update(of=("self",))
        .select_related("person", "programme", "division")
        .get(pk=entitlement.pk)
    )
    if held.is_void or (held.last_month and held.last_month < month_of(day)):
        raise UserError("这笔待遇已经停发。")
    if AllowanceApplication.objects.filter(entitlement=held, flow=finding.END, state=CaseState.OPEN).exists():
        raise UserError(f"{held.person}的停发已在办理，不需要重复登记。")
    if reason not in EndReason.values:
        raise UserError("请选择停发原因。", field="reason")
    if reason == EndReason.OTHER and len(note.strip()) < 2:
        raise UserError("停发原因选“其他”时，请写明情况。", field="note")
    death = held.person.death_date
    if reason == EndReason.DEATH and death is None:
        raise UserError("请先在居民页登记死亡日期，再办理停发。", field="reason")
    if death and reason == EndReason.DEATH and from_month != add_months(month_of(death), 1):
        expected = format_month(add_months(month_of(death), 1))
        raise UserError(f"{death:%Y-%m-%d} 死亡，死亡当月照发，停发月份应为 {expected}。", field="from_month")
    return open_case(
        finding.END,
        person=held.person,
        division=held.division,
        actor=actor,
        on=on,
        programme=held.programme,
        origin=Origin.ENTERED,
        entitlement=held,
        first_month=from_month,
        monthly_amount=held.monthly_amount,
        end_reason=reason,
        end_note=note.strip(),
    )
