"""The persons of 特困 in the demo registry: living alone, with account, certificate and, where placed, a home."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from demo.names import certificate_number, ethnicity, given, phone, surname
from demo.rooms import District
from demo.tekun_plan import Year
from district.models import AreaKind, Division, DivisionLevel
from registry.models import (
    DisabilityCertificate,
    Household,
    Institution,
    Membership,
    PayeeAccount,
    Person,
)
from registry.names import reading
from relief.tekun.beside import LOST
from relief.tekun.models import Placement, TekunPlacement

_SINCE = date(2015, 1, 1)
_ILLS = ("高血压", "慢性支气管炎", "类风湿关节炎", "腰椎间盘突出", "脑梗后遗症", "一般")
INSURER, PREMIUM = "中国人寿邵阳分公司", Decimal(200)


@dataclass
class Villager:
    """A person of the plan in the registry."""

    year: Year
    person: Person
    household: Household
    home: Institution | None = None
    disability: tuple[str, int] | None = None
    death: date | None = None

    @property
    def area(self) -> str:
        return "urban" if self.year.urban else "rural"

    def facts(self, programme: str, month: date) -> dict[str, Any]:
        """The facts of contract §5, the member named by his key as a case of this product names him."""
        member: dict[str, Any] = {
            "ref": str(self.person.pk),
            "name": self.person.name,
            "relation": "head",
            "birth_date": self.person.birth_date.isoformat(),
            "sex": self.person.sex,
            "labour": self.person.labour,
            "supporter_capable": False,
            "income": {"pension": str(self.person.monthly_income)},
            "abilities_lost": LOST[self.year.grade],
        }
        if self.disability:
            member["disability"] = {"kind": self.disability[0], "grade": self.disability[1]}
        return {
            "ref": self.person.id_number[-6:],
            "programme": programme,
            "month": f"{month:%Y-%m}",
            "division": self.person.division_id,
            "area": self.area,
            "members": [member],
            "household": {
                "income": {},
                "financial_assets": "0",
                "houses": 1,
                "vehicles": 0,
                "shops": 0,
            },
        }


def register(years: Iterable[Year], homes: list[Institution], district: District) -> list[Villager]:
    """Persons living alone, with account, certificate and, where they are placed, a home."""
    rng, numbers = district.rng, district.numbers
    villages = {
        kind: list(Division.objects.filter(level=DivisionLevel.VILLAGE, until=None, area_kind=kind).order_by("code"))
        for kind in AreaKind.values
    }  # fmt: skip
    counts: dict[str, int] = defaultdict(int)
    found = []
    for year in years:
        kind = AreaKind.URBAN if year.urban else AreaKind.RURAL
        village = rng.choice(villages[kind])
        counts[village.pk] += 1
        person, disability = _person(year, village, kind, district)
        household = Household(
            number=f"{village.pk}T{counts[village.pk]:03d}",
            division=village,
            address=person.address,
            hukou_kind=kind,
        )
        home = rng.choice(homes) if year.placed else None
        found.append(Villager(year, person, household, home, disability))
    Household.objects.bulk_create([one.household for one in found], 2000)
    Person.objects.bulk_create([one.person for one in found], 2000)
    Membership.objects.bulk_create(
        [
            Membership(household=one.household, person=one.person, relation="head", since=_SINCE)
            for one in found
        ],
        2000,
    )
    accounts = [(one, *numbers.account()) for one in found]
    PayeeAccount.objects.bulk_create(
        [
            PayeeAccount(
                person=one.person, bank=bank, number=number, holder_name=one.person.name, since=_SINCE
            )
            for one, bank, number in accounts
        ],
        2000,
    )
    DisabilityCertificate.objects.bulk_create(
        [_certificate(one) for one in found if one.disability],
        2000,
    )
    return found


def _person(
    year: Year, village: Division, kind: str, district: District
) -> tuple[Person, tuple[str, int] | None]:
    """Mostly old men who live alone; some of working age with a grave disability."""
    rng = district.rng
    sex = "M" if rng.random() < 0.78 else "F"
    young = rng.random() < 0.16
    age = rng.randint(38, 56) if young else rng.randint(62, 82)
    birth = date(district.year - age, rng.randint(1, 12), rng.randint(1, 28))
    disability = None
    if young:
        disability = rng.choice(
            (("mental", 2), ("mental", 3), ("intellectual", 2), ("physical", 1), ("visual", 1))
        )
    name = surname(rng) + given(rng, sex, birth)
    pinyin, initials = reading(name)
    person = Person(
        id_number=district.numbers.id_number(birth, sex),
        name=name,
        pinyin=pinyin,
        initials=initials,
        birth_date=birth,
        sex=sex,
        ethnicity=ethnicity(rng),
        phone=phone(rng) if rng.random() < 0.6 else "",
        address=f"{village.name}{rng.randint(1, 16)}组{rng.randint(1, 90)}号",
        division=village,
        hukou_kind=kind,
        health="残疾" if young else rng.choice(_ILLS),
        labour="none",
        monthly_income=0 if young else 113,
    )
    return person, disability


def _certificate(one: Villager) -> DisabilityCertificate:
    assert one.disability is not None
    kind, grade = one.disability
    return DisabilityCertificate(
        person=one.person,
        number=certificate_number(one.person.id_number, kind, grade),
        kind=kind,
        grade=grade,
        since=_SINCE,
    )


def placement_of(one: Villager, first: date) -> TekunPlacement:
    return TekunPlacement(
        person=one.person,
        placement=Placement.INSTITUTION if one.home else Placement.DISPERSED,
        institution=one.home,
        grade=one.year.grade,
        insurer=INSURER,
        premium=PREMIUM,
        first_month=first,
    )
