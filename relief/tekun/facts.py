"""A case's rows → the facts of contract §5 for both programmes, and what the registry knows to begin a case with."""

from datetime import date
from typing import Any

from django.db.models import Q

from benefits.queries import holds_in
from core.months import add_months, format_month
from registry.models import DisabilityCertificate, Membership, Person
from relief.shared.models import AssetKind, IncomeKind
from relief.tekun.models import TekunApplication
from relief.tekun.rules import TEKUN

PERSONAL = {IncomeKind.WAGES.value, IncomeKind.PENSION.value, IncomeKind.SUPPORT.value}


def facts_of(case: TekunApplication, programme: str, month: date) -> dict[str, Any]:
    """The facts of the case for a decision in `month` on one of its programmes.

    Of every figure the newest word counts: recognised, else verified, else declared. The person is the only member, and
    his `ref` is his key. `holds` are the programmes in force in the month after; a change is about somebody who holds
    特困, and is assessed as continuing.
    """
    person, grading = case.person, case.grading
    assert person is not None
    incomes = {one.kind: str(one.best) for one in case.incomes.all()}
    member: dict[str, Any] = {
        "ref": str(person.pk),
        "name": person.name,
        "relation": "head",
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex,
        "labour": person.labour,
        "supporter_capable": supporter_capable(case),
        "in_education": case.in_education,
        "income": {kind: amount for kind, amount in incomes.items() if kind in PERSONAL},
        "abilities_lost": grading.lost if grading else None,
        "holds": holds_in([person.pk], add_months(month, 1)).get(person.pk, []),
    }
    if case.disability_kind:
        member["disability"] = {"kind": case.disability_kind, "grade": case.disability_grade}
    household: dict[str, Any] = {
        "income": {kind: amount for kind, amount in incomes.items() if kind not in PERSONAL}
    }
    for asset in case.assets.all():
        money = asset.kind == AssetKind.FINANCIAL
        household[asset.kind] = str(asset.best) if money else int(asset.best)
    return {
        "ref": case.number,
        "programme": programme,
        "month": format_month(month),
        "division": case.division_id,
        "area": case.area_kind,
        "members": [member],
        "household": household,
    }


def funeral_facts(case: TekunApplication, month: date) -> dict[str, Any]:
    """What 丧葬补助 asks for: the area kind, and the month whose standard counts."""
    return {
        "ref": case.number,
        "programme": "funeral",
        "month": format_month(month),
        "division": case.division_id,
        "area": case.area_kind,
        "members": [{"ref": str(case.person_id)}],
    }


def supporter_capable(case: TekunApplication) -> bool | None:
    """Whether one of the statutory supporters is able; None while nobody has said who they are."""
    found = [one.capable for one in case.supporters.all()]
    return any(found) if found or case.no_supporter else None


def area_kind_of(person: Person) -> str:
    """城乡: by the person's registration where it is known, then the household's, else by the village."""
    home = home_of(person)
    return person.hukou_kind or (home.household.hukou_kind if home else "") or person.division.area_kind


def home_of(person: Person) -> Membership | None:
    """Where the person belongs now."""
    return person.memberships.filter(until__isnull=True).select_related("household").first()


def certificate_of(person: Person, day: date) -> DisabilityCertificate | None:
    """The disability certificate in force on that day."""
    return (
        DisabilityCertificate.objects.filter(person=person, since__lte=day)
        .filter(Q(until__isnull=True) | Q(until__gt=day))
        .first()
    )


def holds_tekun(person: Person, month: date) -> bool:
    return bool(set(holds_in([person.pk], month).get(person.pk, [])) & set(TEKUN))
