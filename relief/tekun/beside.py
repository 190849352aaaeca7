"""The system's own reckoning beside an old ledger's amounts: from the registry's facts, assets taken as within limits
and no supporter able. It decides nothing and is not kept."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benefits.assessing import assess
from benefits.policy import policy_table
from benefits.words import breakdown
from core.months import format_month, month_of
from registry.models import DisabilityCertificate, Person
from relief.shared.steps import spoken
from relief.tekun.facts import area_kind_of
from relief.tekun.models import TekunPlacement
from relief.tekun.rules import DIBAO_OF_AREA, TEKUN

# How many abilities somebody of a grade has lost at least.
LOST = {"none": 0, "semi": 1, "full": 4}


class OwnAssessments:
    """For any number of persons (keys) in a few queries."""

    def __init__(self, people: Iterable[int]):
        found = Person.objects.filter(pk__in=people).select_related("division")
        self._people = {one.pk: one for one in found}
        self._areas = {one.pk: area_kind_of(one) for one in found if not one.hukou_kind}
        self._certificates = {
            one.person_id: one
            for one in DisabilityCertificate.objects.filter(person__in=self._people, until__isnull=True)
        }
        self._table = policy_table((*TEKUN, *DIBAO_OF_AREA.values()))

    def answer(self, programme: str, person: int, month: date, grade: str = "") -> dict[str, Any]:
        """The assessment of contract §5 for somebody who holds 特困 already; an income nobody knows counts as none."""
        one = self._people[person]
        member: dict[str, Any] = {
            "ref": str(one.pk),
            "birth_date": one.birth_date,
            "income": {"wages": one.monthly_income or 0},
            "supporter_capable": False,
            "abilities_lost": LOST[grade or "none"],
            "holds": list(TEKUN),
        }
        card = self._certificates.get(person)
        if card:
            member["disability"] = {"kind": card.kind, "grade": card.grade}
        return assess(
            {
                "ref": person,
                "programme": programme,
                "month": format_month(month),
                "division": one.division_id,
                "area": one.hukou_kind or self._areas[person],
                "members": [member],
                "household": {
                    "income": {},
                    "financial_assets": 0,
                    "houses": 1,
                    "vehicles": 0,
                    "shops": 0,
                },
            },
            table=self._table,
        )

    def amount(self, programme: str, person: int, month: date, grade: str = "") -> Decimal | None:
        """Yuan a month by the rules; 0 when they refuse; None when it can't be reckoned."""
        answer = self.answer(programme, person, month, grade)
        return None if "error" in answer else Decimal(answer["monthly_amount"])


def panel(request: Any, entitlement: Any) -> Any:
    """Beside an entitlement taken over: what the rules would give on the registry's facts today."""
    if entitlement.assessment_id or entitlement.programme_id not in TEKUN:
        return None
    placed = TekunPlacement.objects.filter(person=entitlement.person_id).first()
    month = month_of(timezone.localdate())
    own = OwnAssessments([entitlement.person_id])
    answer = own.answer(
        entitlement.programme_id, entitlement.person_id, month, placed.grade if placed else ""
    )
    if "error" in answer:
        return "relief/shared/beside.html", {
            "answer": None,
            "why": spoken(answer["error"], [entitlement.person]),
        }
    amount = Decimal(answer["monthly_amount"])
    return "relief/shared/beside.html", {
        "answer": answer,
        "lines": breakdown(answer["lines"], {}),
        "amount": amount,
        "difference": amount - entitlement.monthly_amount,
        "label": "按规则测算",
    }
