"""Decisions of the demo year: who is granted, who is ended, each through the verbs of benefits and the one formula."""

from collections.abc import Iterable
from datetime import date

from benefits.models import CareClass, Entitlement
from benefits.policy import policy_table
from benefits.services import build_assessment, end_entitlement, grant_bulk, review_due
from core.errors import UserError
from core.months import add_months
from demo.accounts import Staff
from demo.build import Placed
from district.models import User
from registry.services import record_death

_NOTES = {
    "pension": "按月领取职工养老金，家庭人均收入超过标准",
    "business": "名下有在业市场主体",
    "tax": "个人所得税申报收入超过标准",
    "vehicle": "名下有机动车",
    "property": "名下有两套以上住房",
    "shop": "名下有商业门面",
    "payroll": "家庭成员为财政供养人员",
    "means": "年度审核：经济状况及财产状况超过标准",
    "death": "死亡，次月起停发",
}


def grant_all(households: Iterable[Placed], actor: User) -> dict[int, Entitlement]:
    """Grant each household what the formula gives for its facts, from the month after its decision.

    Gives the entitlements by household key.
    """
    households = list(households)
    tables = {code: policy_table([code]) for code in {one.programme for one in households}}
    due: dict[tuple[str, str, date], date | None] = {}
    rows = []
    for one in households:
        assessment = build_assessment(
            one.facts(),
            household=one.household,
            person=one.head,
            actor=actor,
            table=tables[one.programme],
        )
        if not assessment.eligible:
            raise UserError(f"演示家庭 {one.household.number} 不符合条件：{assessment.reasons}")
        care = CareClass(one.case.care_class)
        key = (one.programme, str(care), assessment.first_month)
        if key not in due:
            due[key] = review_due(*key)
        entitlement = Entitlement(
            programme_id=one.programme,
            household=one.household,
            person=one.head,
            division_id=one.household.division_id,
            persons=assessment.persons,
            monthly_amount=assessment.monthly_amount,
            first_month=assessment.first_month,
            assessment=assessment,
            care_class=care,
            certificate_number=f"DB{one.household.number}",
            review_due=due[key],
        )
        rows.append((entitlement, [person.pk for person in one.persons]))
    return {row.beneficiary_id: row for row in grant_bulk(rows)}


def end_all(
    households: Iterable[Placed], entitlements: dict[int, Entitlement], month: date, staff: Staff
) -> None:
    """Stop from `month` on what was found at that month's review; the township enters a death first."""
    actor = staff["relief1"]
    for one in households:
        death = one.case.members[0].death
        if death:
            record_death(one.head, death, staff.clerk(one.household.division_id))
            one.head.refresh_from_db()
        reason = one.case.movement.reason
        entitlement = entitlements[one.household.pk]
        end_entitlement(entitlement, add_months(month, -1), reason, _NOTES[reason], actor)
