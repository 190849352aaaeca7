"""A person's facts for the formula (contract §5), and the month from which the person is owed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from benefits.assessing import assess
from benefits.models import Programme, Standard
from benefits.policy import PolicyTable, policy_table
from core.months import age_in_month, format_month
from elderly.bands import bands_of, reach_month
from elderly.rules import ALLOWANCE, CODES, LONGEVITY
from registry.models import Person

GROUP = "old_age"


def table() -> PolicyTable:
    """The policies of both programmes, read once."""
    return policy_table(CODES)


def facts_of(person: Person, programme: str, month: date, holds: Iterable[str] = ()) -> dict[str, Any]:
    """The facts of one person for a month. `holds`: programme codes in force then."""
    member: dict[str, Any] = {
        "ref": str(person.pk),
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex,
    }
    if holds := list(holds):
        member["holds"] = holds
    return {
        "ref": str(person.pk),
        "programme": programme,
        "month": format_month(month),
        "division": person.division_id,
        "members": [member],
    }


def paying_from(programme: str, policies: PolicyTable, month: date, division: str) -> int | None:
    """The lowest age that the programme pays in that month there; None where it pays nobody."""
    policy = policies.get(programme, month, division)
    if programme == LONGEVITY:
        return int(policy["min_age"]) if policy.get("min_age") and policy.get("standard") else None
    low = int(policy.get("min_age") or 0)
    paid = [max(one.low, low) for one in bands_of(policy) if one.amount and one.high >= low]
    return min(paid, default=None)


def top_age(policies: PolicyTable, month: date, division: str) -> int:
    """The age from which 长寿金 takes the place of 高龄津贴."""
    return int(policies.get(LONGEVITY, month, division).get("min_age") or 200)


class Dues:
    """Since when persons are owed a programme, as seen in one month. Reads the policy once for any number of persons.

    A person is owed since the month in which the age was reached that the policy pays, or since the policy began to pay
    that age, whichever is later.
    """

    def __init__(self, month: date, policies: PolicyTable | None = None):
        self.month = month
        self.policies = policies or table()
        self._changes = sorted(
            set(
                Standard.objects.filter(programme__in=CODES, effective_from__lte=month).values_list(
                    "effective_from", flat=True
                )
            )
        )

    def answer(self, person: Person, programme: str, month: date) -> dict[str, Any]:
        """The formula's answer without looking at what the person holds."""
        return assess(facts_of(person, programme, month), table=self.policies)

    def since(self, person: Person, programme: str) -> date | None:
        """The first month owed, None when nothing is owed in `month`."""
        answer = self.answer(person, programme, self.month)
        if not answer.get("eligible"):
            return None
        low = paying_from(programme, self.policies, self.month, person.division_id)
        assert low is not None
        reached = min(reach_month(person.birth_date, low), self.month)
        later = [month for month in self._changes if reached < month <= self.month]
        for month in (reached, *later):
            if self.answer(person, programme, month).get("eligible"):
                return month
        return self.month

    def age(self, person: Person) -> int:
        return age_in_month(person.birth_date, self.month)


def programmes() -> dict[str, Programme]:
    """Both programmes that are in use, by code."""
    return {one.pk: one for one in Programme.objects.filter(code__in=CODES, is_active=True)}


__all__ = [
    "ALLOWANCE",
    "CODES",
    "LONGEVITY",
    "Dues",
    "facts_of",
    "paying_from",
    "programmes",
    "table",
    "top_age",
]
