"""特困 of the demo year: 864 cared for in December (695 at home, 169 in homes), 136 new, 66 ended, basic 5 390 000
yuan, care and funerals 980 000 yuan; and a dozen cases in hand near today.

Amounts are the formula's; who lives where and needs which care is planned in `tekun_plan`. The district carries a dated
parameter of its own: nothing is paid for 全自理 (docs/seed-differences.md).
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils import timezone

from benefits.assessing import assess
from benefits.models import Entitlement, EntitlementSource, Parameter
from benefits.policy import policy_table
from benefits.services import build_assessment, grant_bulk
from casework.services import move
from core.errors import UserError
from core.months import add_months, last_day, month_of
from core.uscc import body_code, make
from demo.names import AREA
from demo.rooms import District, Room
from demo.tekun_cases import Story
from demo.tekun_people import Villager, placement_of, register
from demo.tekun_plan import Amounts, Target, Year, solve
from district.models import Division
from registry.models import (
    Household,
    Institution,
    Person,
)
from registry.services import open_institution
from relief.shared.models import Review, ReviewResult
from relief.tekun import services
from relief.tekun.models import TekunPlacement
from relief.tekun.rules import BASIC, CARE, DIBAO_OF_AREA, FUNERAL, TEKUN

_SINCE = date(2015, 1, 1)
_HOMES = (
    ("大祥区中心敬老院", "430503006", "10112233"),
    ("罗市镇敬老院", "430503101", "10112241"),
    ("蔡锷乡敬老院", "430503202", "10112258"),
    ("板桥乡敬老院", "430503203", "10112266"),
)
# Of the year's applications so many stand in the system step by step; of the others only the decision.
_TOLD = 10
_LATE = 0.04
_NOTES = {
    "supporter": "侄子以外另有子女，有赡养能力，已履行义务",
    "means": "核查发现存款超过标准",
    "recovered": "残疾等级重新评定，不再符合条件",
    "moved": "户籍迁往外地",
    "withdrew": "本人投靠亲属，自愿放弃",
    "sentence": "被判处有期徒刑",
    "death": "",
}


class Tekun(Room):
    """特困: see above."""

    programmes: tuple[str, ...] = TEKUN

    def __init__(self, district: District):
        super().__init__(district)
        self.rng, self.year, self.staff = district.rng, district.year, district.staff
        self.people: list[Villager] = []
        self.waiting: list[Villager] = []
        self.told: set[int] = set()

    # -- before January ------------------------------------------------------------------------------------

    def prepare(self) -> None:
        Parameter.objects.get_or_create(
            programme_id=CARE,
            key="care_divisor.none",
            effective_from=date(self.year - 1, 2, 1),
            defaults={
                "value": 0,
                "unit": "分之一",
                "source": "演示区县",
                "help": "本区对全自理特困人员不发照料护理费",
            },
        )
        homes = self._homes()
        target = Target() if self.district.scale == 1 else Target().scaled(self.district.scale)
        years = solve(target, self._amounts(), self.rng)
        waiting = [Year(entry=1, urban=i % 2 == 0) for i in range(self.district.part(12, 6))]
        villagers = register([*years, *waiting], homes, self.district)
        self.people, self.waiting = villagers[: len(years)], villagers[len(years) :]
        new = [one for one in self.people if one.year.entry]
        wanted = self.district.part(_TOLD, 2)
        self.told = {one.person.pk for one in new[:: max(len(new) // wanted, 1)][:wanted]}
        self.district.tell(f"特困：登记 {len(villagers)} 人，供养机构 {len(homes)} 家")

    def _homes(self) -> list[Institution]:
        made = []
        for name, code, body in _HOMES:
            bank, number = self.district.numbers.account()
            made.append(
                open_institution(
                    bank,
                    number,
                    None,
                    code=make("12", AREA, body_code(body)),
                    name=name,
                    division=Division.objects.get(code=code),
                    since=_SINCE,
                )
            )
        return made

    def _amounts(self) -> Amounts:
        """What the formulas give in the demo year."""
        month = date(self.year - 1, 12, 1)
        table = policy_table((*TEKUN, FUNERAL, *DIBAO_OF_AREA.values()))

        def amount(programme: str, area: str, grade: str) -> int:
            person = Person(
                pk=1, id_number="0" * 18, birth_date=date(self.year - 70, 1, 1), monthly_income=0, sex="M"
            )
            one = Villager(Year(urban=area == "urban", grade=grade), person, Household())
            return int(Decimal(assess(one.facts(programme, month), table=table)["monthly_amount"]))

        urban, rural = (amount(BASIC, area, "none") for area in ("urban", "rural"))
        semi, full = (amount(CARE, "urban", grade) for grade in ("semi", "full"))
        return Amounts(urban, rural, semi, full, amount(FUNERAL, "urban", "none") // urban)

    # -- the year ------------------------------------------------------------------------------------------

    def month(self, month: date) -> None:
        place = month.month
        begin = [one for one in self.people if max(one.year.entry, 1) == place]
        self._grant([one for one in begin if one.person.pk not in self.told])
        for one in begin:
            if one.person.pk in self.told:
                Story(one, self.district).decide(add_months(month, -1))
        stop = [one for one in self.people if one.year.exit == place]
        for one in stop:
            self._stop(one, month)
        buried = any(one.death for one in stop)
        self.programmes = (*TEKUN, FUNERAL) if buried else TEKUN

    def _grant(self, people: list[Villager]) -> None:
        """Both entitlements by the formula, from the month after the decision; the stock over the year before."""
        tables = policy_table((*TEKUN, *DIBAO_OF_AREA.values()))
        rows, placements = [], []
        for one in people:
            first = date(self.year, one.year.entry or 1, 1)
            if not one.year.entry:
                # Before the year: in January nobody of the stock is new.
                first = add_months(first, -self.rng.randrange(1, 11))
            for code in TEKUN:
                row = self._entitlement(one, code, first, tables)
                if row:
                    rows.append((row, [one.person.pk]))
            placements.append(placement_of(one, first))
        grant_bulk(rows)
        TekunPlacement.objects.bulk_create(placements, batch_size=2000)

    def _entitlement(self, one: Villager, code: str, first: date, table: Any) -> Entitlement | None:
        if code == CARE and one.year.grade == "none":
            return None
        built = build_assessment(
            one.facts(code, add_months(first, -1)),
            person=one.person,
            actor=self.staff["relief1"],
            table=table,
        )
        if not built.eligible:
            raise UserError(f"演示特困人员 {one.person} 不符合条件：{built.reasons}")
        old = bool(code == BASIC and one.year.extra)
        return Entitlement(
            programme_id=code,
            person=one.person,
            division_id=one.person.division_id,
            persons=1,
            monthly_amount=Decimal(built.monthly_amount) + (one.year.extra if old else 0),
            first_month=first,
            source=EntitlementSource.TAKEN_OVER if old else EntitlementSource.DECIDED,
            assessment=None if old else built,
            payee_institution=one.home,
            review_due=_due(code, first),
        )

    def _stop(self, one: Villager, month: date) -> None:
        """The ending as a case of its own, proposed in the township and decided by the bureau."""
        basic = Entitlement.objects.get(person=one.person, programme=BASIC, is_void=False)
        clerk, officer = self.staff.clerk(one.person.division_id), self.staff["relief1"]
        before = add_months(month, -1)
        if one.year.reason == "death":
            one.death = before.replace(day=self.rng.randint(1, 20))
        day = before.replace(day=26) if one.year.reason != "death" else month.replace(day=3)
        case = services.open_change(
            basic,
            clerk,
            "end",
            from_month=month,
            end_reason=one.year.reason,
            end_note=_NOTES[one.year.reason],
            death_date=one.death,
            reason="定期核查" if one.year.reason != "death" else "村（社区）报告死亡",
            on=day,
        )
        move(case, "submit", clerk, opinion="情况属实，建议停止供养。", on=day)
        move(case, "grant", officer, opinion="同意停止。", on=day + timedelta(days=1))

    # -- after December ------------------------------------------------------------------------------------

    def finish(self) -> None:
        late = review_all(self.district)
        for place, one in enumerate(self.waiting):
            Story(one, self.district).stands(place)
        self.district.tell(f"特困：核查逾期 {late} 人次，在办案件 {len(self.waiting)} 件")


@cache
def _interval(code: str) -> int:
    row = Parameter.objects.filter(programme=code, key="review_months").latest("effective_from")
    return int(row.value)


def _due(code: str, month: date) -> date:
    return last_day(add_months(month, _interval(code) - 1))


# -- reviews -------------------------------------------------------------------------------------------------


def review_all(district: District) -> int:
    """The last yearly review of each who is cared for and when the next is due; gives how many are late."""
    today, rng = timezone.localdate(), district.rng
    live = Entitlement.objects.filter(programme__in=TEKUN, is_void=False).filter(
        Q(last_month=None) | Q(last_month__gte=today)
    )
    days: dict[int, date] = {}
    reviews, changed, late = [], [], 0
    for one in live.order_by("pk"):
        if one.person_id not in days:
            ago = 13 if rng.random() < _LATE else rng.randrange(12)
            day = add_months(month_of(today), -ago) + timedelta(days=rng.randrange(20))
            days[one.person_id] = min(day, today)
        day = days[one.person_id]
        one.review_due = _due(one.programme_id, add_months(month_of(day), 1))
        late += one.review_due < today
        changed.append(one)
        if one.programme_id == BASIC:
            reviews.append(
                Review(
                    entitlement=one,
                    reviewed_on=day,
                    result=ReviewResult.CONTINUE,
                    note=rng.choice(("情况无变化。", "入户核查，仍符合条件。", "自理能力无变化。")),
                    next_due=one.review_due,
                    reviewed_by=district.staff.clerk(one.division_id),
                )
            )
    Review.objects.bulk_create(reviews, batch_size=2000)
    Entitlement.objects.bulk_update(changed, ["review_due"], batch_size=2000)
    return late
