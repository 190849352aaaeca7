"""A case's rows → the facts of contract §5 that `benefits.assessing.assess` takes, and rows to begin a case with."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Q

from benefits.queries import holds_in
from core.months import add_months, format_month
from registry.models import DisabilityCertificate, Household, Membership, Person
from relief.dibao.models import ApplicationMember, AssetKind, DibaoApplication, IncomeKind

HOUSEHOLD_KINDS = (IncomeKind.FARMING, IncomeKind.PROPERTY, IncomeKind.TRANSFER)


def facts_of(application: DibaoApplication, month: date) -> dict[str, Any]:
    """The facts of the case for a decision in `month`.

    Of every figure the newest word counts: recognised, else verified, else declared. A member's `ref` is the person's
    key. Members who are not covered (特困, in service) count in nothing, except beside a person who is assessed alone:
    then all are given, that person first. `holds` are the programmes in force in the month after, without the one that
    a change is about.
    """
    members = list(application.members.select_related("person"))
    if application.single:
        members.sort(key=lambda one: (not one.covered, one.position))
    else:
        members = [one for one in members if one.covered]
    incomes: dict[int | None, dict[str, str]] = defaultdict(dict)
    for item in application.incomes.all():
        incomes[item.member_id][item.kind] = str(item.best)
    people = [one.person_id for one in members]
    holds = holds_in(people, add_months(month, 1), without=[application.entitlement_id])
    household: dict[str, Any] = {
        "income": incomes.get(None, {}),
        "single_parent": application.single_parent,
    }
    for asset in application.assets.all():
        money = asset.kind == AssetKind.FINANCIAL
        household[asset.kind] = str(asset.best) if money else int(asset.best)
    facts: dict[str, Any] = {
        "ref": application.number,
        "programme": application.programme_id,
        "month": format_month(month),
        "division": application.division_id,
        "single": application.single,
        "members": [_member(one, incomes.get(one.pk, {}), holds.get(one.person_id, [])) for one in members],
        "household": household,
    }
    if application.grace and application.entitlement:
        facts["grace"] = {
            "held_amount": str(application.entitlement.monthly_amount),
            "months_used": application.grace_months_used,
        }
    return facts


def _member(one: ApplicationMember, income: dict[str, str], holds: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ref": str(one.person_id),
        "name": one.person.name,
        "relation": one.relation,
        "birth_date": one.person.birth_date.isoformat(),
        "sex": one.person.sex,
        "labour": one.labour,
        "serious_illness": one.serious_illness,
        "student": one.student,
        "income": income,
    }
    if one.disability_kind:
        found["disability"] = {"kind": one.disability_kind, "grade": one.disability_grade}
    if holds:
        found["holds"] = holds
    return found


def members_of(household: Household, day: date) -> list[Membership]:
    """Who belongs to the household on that day, the head first."""
    rows = (
        household.memberships.filter(since__lte=day)
        .filter(Q(until__isnull=True) | Q(until__gt=day))
        .filter(Q(person__death_date__isnull=True) | Q(person__death_date__gt=day))
        .select_related("person")
        .order_by("id")
    )
    return sorted(rows, key=lambda one: (one.relation != "head", one.person.birth_date))


def snapshot(person: Person, day: date) -> dict[str, Any]:
    """What the registry knows of a person that matters to a case, on that day."""
    card = (
        DisabilityCertificate.objects.filter(person=person, since__lte=day)
        .filter(Q(until__isnull=True) | Q(until__gt=day))
        .first()
    )
    return {
        "labour": person.labour,
        "disability_kind": card.kind if card else "",
        "disability_grade": card.grade if card else None,
    }
