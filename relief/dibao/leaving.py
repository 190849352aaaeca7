"""A member leaves the household's 低保 (特困, orphan): it is reckoned anew for those who stay.

《社会救助暂行办法》（国务院令第649号）第十四条: who is kept as 特困 does not count in a 低保 household.
"""

from copy import deepcopy
from datetime import date
from typing import Any

from benefits.models import Entitlement
from benefits.queries import holds_in
from benefits.services import build_assessment, change_entitlement
from core.errors import UserError
from core.months import add_months, format_month
from core.templatetags.ui import money_text
from registry.models import Person
from relief.dibao.beside import OwnAssessments


def leave(
    entitlement: Entitlement, person: Person, from_month: date, reason: str, actor: Any, event: Any
) -> Entitlement:
    """From `from_month` on the household's 低保 is that of the others, on the facts of its newest decision without the
    person, or on the registry's where it was taken over. UserError when that can't be reckoned, or leaves nothing."""
    assessment = _reckoned(entitlement, person, from_month)
    assessment.made_by = actor
    assessment.save()
    assessment.refresh_from_db()  # amounts as numbers, months as dates
    others = [one.person for one in _others(entitlement, person)]
    return change_entitlement(
        entitlement, assessment, from_month, f"{reason}，退出低保", actor, event=event, members=others
    )


def foresee(entitlement: Entitlement, person: Person, from_month: date) -> str:
    """What the household will get without the person, or why its 低保 has to be changed first."""
    try:
        found = _reckoned(entitlement, person, from_month)
    except UserError as error:
        return error.message.rstrip("。")
    before, after = money_text(entitlement.monthly_amount), money_text(found.monthly_amount)
    return (
        f"批准时{person}自 {format_month(from_month)} 起退出{entitlement.programme}，{entitlement.persons} 人每月 "
        f"{before} 元同时变更为 {found.persons} 人每月 {after} 元"
    )


def _others(entitlement: Entitlement, person: Person) -> Any:
    return entitlement.members.exclude(person=person).select_related("person").order_by("pk")


def _reckoned(entitlement: Entitlement, person: Person, from_month: date) -> Any:
    """The assessment (not saved) of those who stay, by the policy in force in `from_month`."""
    facts = _facts(entitlement, person, from_month)
    if facts is None:
        raise UserError(
            f"{person}所在家庭的{entitlement.programme}由旧台账转入，登记册里没有收入，退出后无法测算，请先办理低保变更。"
        )
    if facts.get("grace"):
        raise UserError(f"{person}所在家庭正在渐退期内，请先办理低保变更，使{person}退出。")
    holds = holds_in([int(one["ref"]) for one in facts["members"]], from_month, without=[entitlement.pk])
    for member in facts["members"]:
        member["holds"] = holds.get(int(member["ref"]), [])
    found = build_assessment(
        facts, household=entitlement.household, person=entitlement.person, in_force=from_month
    )
    if not found.eligible:
        why = "；".join(one.get("text") or one["code"] for one in found.reasons)
        raise UserError(
            f"{person}退出后，其余 {found.persons} 人按现有情况不再符合{entitlement.programme}条件（{why}），"
            "请先办理低保变更或停发。"
        )
    return found


def _facts(entitlement: Entitlement, person: Person, from_month: date) -> dict[str, Any] | None:
    """The facts of those who stay for a decision in the month before; None where no income is known."""
    stay = {str(one.person_id) for one in _others(entitlement, person)}
    month = add_months(from_month, -1)
    if entitlement.assessment is None:
        own = OwnAssessments({entitlement.household_id or 0: [int(one) for one in stay]})
        return own.facts(entitlement.programme_id, entitlement.household_id or 0, month)
    facts: dict[str, Any] = deepcopy(entitlement.assessment.facts)
    facts["month"] = format_month(month)
    facts["members"] = [one for one in facts["members"] if one.get("ref") in stay]
    if {one["ref"] for one in facts["members"]} != stay:
        raise UserError(
            f"{person}所在家庭的{entitlement.programme}与当时测算的成员不一致，退出后无法测算，请先办理低保变更。"
        )
    return facts
