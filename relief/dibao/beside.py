"""The system's own reckoning beside an old ledger's amount: from the registry's facts, assets taken as within limits.

It decides nothing and is not kept; a caseworker sees where the ledger and the rules part.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benefits.assessing import assess
from benefits.policy import policy_table
from benefits.words import breakdown
from core.months import format_month, month_of
from registry.models import DisabilityCertificate, Person
from relief.dibao.rules import DIBAO
from relief.shared.steps import spoken


class OwnAssessments:
    """`members`: household key → keys of the persons covered. Three queries for any number of households.

    `also`: person key → facts that others know of (contract §5), over what the registry says.
    """

    def __init__(self, members: Mapping[int, list[int]], also: Mapping[int, Mapping[str, Any]] | None = None):
        people = {person for home in members.values() for person in home}
        self._members, self._also = members, also or {}
        self._people = {one.pk: one for one in Person.objects.filter(pk__in=people)}
        self._certificates = {
            one.person_id: one
            for one in DisabilityCertificate.objects.filter(person__in=people, until__isnull=True)
        }
        self._table = policy_table(DIBAO)

    def facts(
        self, programme: str, household: int, month: date, income: Decimal | None = None
    ) -> dict[str, Any] | None:
        """The facts of contract §5 as the registry knows them; None when no income is known. `income`: the ledger's
        own, yuan a month."""
        people = [self._people[one] for one in self._members[household]]
        if income is None and all(one.monthly_income is None for one in people):
            return None
        return {
            "ref": household,
            "programme": programme,
            "month": format_month(month),
            "members": [self._facts(one, income is None) for one in people],
            "household": {
                "income": {"transfer": income or 0},
                "financial_assets": 0,
                "houses": 1,
                "vehicles": 0,
                "shops": 0,
            },
        }

    def answer(
        self, programme: str, household: int, month: date, income: Decimal | None = None
    ) -> dict[str, Any] | None:
        """The assessment of those facts; None when no income is known."""
        facts = self.facts(programme, household, month, income)
        return None if facts is None else assess(facts, table=self._table)

    def alone(self, programme: str, household: int, month: date, person: int) -> dict[str, Any] | None:
        """单人保: one member assessed alone on the household's income; None when no income is known."""
        facts = self.facts(programme, household, month)
        if facts is None:
            return None
        facts["members"].sort(key=lambda one: one["ref"] != str(person))
        return assess({**facts, "single": True}, table=self._table)

    def amount(
        self, programme: str, household: int, month: date, income: Decimal | None = None
    ) -> Decimal | None:
        """Yuan a month by the rules; 0 when they refuse; None when it can't be reckoned."""
        answer = self.answer(programme, household, month, income)
        return None if answer is None or "error" in answer else Decimal(answer["monthly_amount"])

    def _facts(self, one: Person, with_income: bool) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "ref": str(one.pk),
            "birth_date": one.birth_date,
            "labour": one.labour,
            "income": {"wages": one.monthly_income or 0} if with_income else {},
        }
        certificate = self._certificates.get(one.pk)
        if certificate:
            facts["disability"] = {"kind": certificate.kind, "grade": certificate.grade}
        return {**facts, **self._also.get(one.pk, {})}


def panel(request: Any, entitlement: Any) -> Any:
    """Beside a household taken over: what the rules would give on the registry's facts today."""
    if entitlement.assessment_id or entitlement.programme_id not in DIBAO or not entitlement.household_id:
        return None
    members = list(entitlement.members.values_list("person_id", flat=True))
    own = OwnAssessments({entitlement.household_id: members})
    month = month_of(timezone.localdate())
    answer = own.answer(entitlement.programme_id, entitlement.household_id, month)
    if answer is None or "error" in answer:
        people = Person.objects.filter(pk__in=members)
        why = spoken(answer["error"], people) if answer else ""
        return "relief/shared/beside.html", {"answer": None, "why": why}
    amount = Decimal(answer["monthly_amount"])
    return "relief/shared/beside.html", {
        "answer": answer,
        "lines": breakdown(answer["lines"], {}),
        "amount": amount,
        "difference": amount - entitlement.monthly_amount,
        "label": f"按规则测算（{answer['persons']} 人）",
    }
