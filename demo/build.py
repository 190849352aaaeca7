"""The registry of the demo district: households, members, accounts and certificates in the real villages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db.models import Count

from core.months import last_day
from demo.facts import URBAN, Case, Member, facts_of
from demo.names import Numbers, certificate_number, ethnicity, given, phone, surname
from district.models import AreaKind, Division, DivisionLevel
from registry.models import DisabilityCertificate, Household, Membership, PayeeAccount, Person
from registry.names import reading

_SINCE = date(2015, 1, 1)
_CHUNK = 2_000


@dataclass
class Placed:
    """A household of the plan in the registry; `persons` in the order of the case's members, the head first."""

    case: Case
    household: Household
    persons: list[Person]

    @property
    def head(self) -> Person:
        return self.persons[0]

    @property
    def programme(self) -> str:
        return self.case.movement.programme

    def facts(self) -> dict:
        """The facts of the assessment, members named by their key as a case of this product names them."""
        facts = facts_of(self.case, [str(person.pk) for person in self.persons])
        return {**facts, "ref": self.household.number, "division": self.household.division_id}


class Villages:
    """Where households live: town programmes in communities, country programmes in villages."""

    def __init__(self, rng: Random):
        self._rng = rng
        found = list(Division.objects.filter(level=DivisionLevel.VILLAGE, until=None).order_by("code"))
        self._of_kind = {kind: [one for one in found if one.area_kind == kind] for kind in AreaKind.values}
        # Some places have many poor families, others few.
        self._weights = {one.pk: rng.uniform(0.4, 1.8) for one in found}
        # Households of an earlier room keep their numbers; the next one of the village comes after them.
        there = Household.objects.values_list("division").order_by().annotate(Count("pk"))
        self._counts: dict[str, int] = dict(there)

    def place(self, programme: str) -> tuple[Division, str]:
        """A village and the next household number in it."""
        choices = self._of_kind[AreaKind.URBAN if programme == URBAN else AreaKind.RURAL]
        village = self._rng.choices(choices, [self._weights[one.pk] for one in choices])[0]
        self._counts[village.pk] = count = self._counts.get(village.pk, 0) + 1
        return village, f"{village.pk}{count:04d}"


def register(cases: Sequence[Case], numbers: Numbers, rng: Random) -> list[Placed]:
    """Write the households of the plan into the registry, in the caller's transaction."""
    villages = Villages(rng)
    placed = [_household(case, villages, numbers, rng) for case in cases]
    Household.objects.bulk_create([one.household for one in placed], _CHUNK)
    Person.objects.bulk_create([person for one in placed for person in one.persons], _CHUNK)
    Membership.objects.bulk_create([row for one in placed for row in _memberships(one)], _CHUNK)
    PayeeAccount.objects.bulk_create([_account(one.head, numbers) for one in placed], _CHUNK)
    DisabilityCertificate.objects.bulk_create([row for one in placed for row in _certificates(one)], _CHUNK)
    return placed


def _household(case: Case, villages: Villages, numbers: Numbers, rng: Random) -> Placed:
    village, number = villages.place(case.movement.programme)
    kind = AreaKind.URBAN if case.movement.programme == URBAN else AreaKind.RURAL
    address = _address(village, rng)
    household = Household(number=number, division=village, address=address, hukou_kind=kind)
    family = surname(rng)
    contact = phone(rng)
    persons = []
    for member in case.members:
        family_name = surname(rng) if member.relation == "spouse" or _mother(member) else family
        name = family_name + given(rng, member.sex, member.birth)
        pinyin, initials = reading(name)
        persons.append(
            Person(
                id_number=numbers.id_number(member.birth, member.sex),
                name=name,
                pinyin=pinyin,
                initials=initials,
                birth_date=member.birth,
                sex=member.sex,
                ethnicity=ethnicity(rng),
                phone=contact if member is case.members[0] else "",
                address=address,
                division=village,
                hukou_kind=kind,
                health=member.health,
                labour=member.labour,
                monthly_income=sum(member.income.values()),
            )
        )
    return Placed(case, household, persons)


def _mother(member: Member) -> bool:
    return member.relation == "parent" and member.sex == "F"


def _address(village: Division, rng: Random) -> str:
    if village.area_kind == AreaKind.URBAN:
        return f"{village.name}{rng.randint(1, 28)}栋{rng.randint(1, 4)}单元{rng.randint(1, 7)}0{rng.randint(1, 4)}室"
    return f"{village.name}{rng.randint(1, 16)}组{rng.randint(1, 90)}号"


def _memberships(placed: Placed) -> list[Membership]:
    return [
        Membership(
            household=placed.household,
            person=person,
            relation=member.relation,
            since=max(_SINCE, member.birth),
        )
        for person, member in zip(placed.persons, placed.case.members, strict=True)
    ]


def _account(head: Person, numbers: Numbers) -> PayeeAccount:
    bank, number = numbers.account()
    return PayeeAccount(person=head, bank=bank, number=number, holder_name=head.name, since=_SINCE)


def _certificates(placed: Placed) -> list[DisabilityCertificate]:
    found = []
    for person, member in zip(placed.persons, placed.case.members, strict=True):
        if member.disability:
            kind, grade = member.disability
            found.append(
                DisabilityCertificate(
                    person=person,
                    number=certificate_number(person.id_number, kind, grade),
                    kind=kind,
                    grade=grade,
                    since=max(_SINCE, last_day(member.birth)),
                )
            )
    return found
