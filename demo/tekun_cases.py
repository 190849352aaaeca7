"""Cases of 特困 in the demo year: some decided step by step, a dozen in hand near today."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from casework import papers
from casework.services import move
from core.months import add_months
from demo.rooms import District
from demo.tekun_people import INSURER, PREMIUM, Villager
from relief.shared.economy import recognise_rest
from relief.tekun import services
from relief.tekun.beside import LOST
from relief.tekun.models import Ability, Placement

_LIVING = (
    "独居，住房简陋，靠邻居接济。",
    "无儿无女，年老体弱，已不能下地劳动。",
    "卧床多年，日常由村里照看。",
)
# How far an open case has come, and how many days ago it was taken.
_OPEN = (
    ("apply", 0), ("accept", 3), ("start_check", 6), ("report", 11), ("visit", 14), ("propose", 16),
    ("agree", 20), ("post", 22), ("post", 31), ("send_up", 33), ("advise_refusal", 24), ("send_up", 60),
)  # fmt: skip
_ROAD = ("accept", "start_check", "report", "visit", "propose", "agree", "post", "send_up")
_DAYS = {
    "accept": 0, "start_check": 2, "report": 6, "visit": 9,
    "propose": 10, "agree": 12, "post": 13, "send_up": 22,
}  # fmt: skip


class Story:
    """One application from the village to the bureau, by the accounts whose steps they are."""

    def __init__(self, one: Villager, district: District):
        self.one, self.rng = one, district.rng
        self.clerk = district.staff.clerk(one.person.division_id)
        self.leader = district.staff.leader(one.person.division_id)
        self.officer = district.staff["relief1"]
        self.case: Any = None

    def apply(self, on: date, capable: bool = False) -> None:
        placed = Placement.INSTITUTION if self.one.home else Placement.DISPERSED
        kin = {"name": f"{self.one.person.name[0]}建国", "kin": "child", "income": Decimal(6500)}
        proxy = self.rng.random() < 0.5
        self.case = services.apply(
            self.one.person,
            self.clerk,
            incomes={"pension": Decimal(self.one.person.monthly_income or 0)},
            assets={"houses": Decimal(1)},
            supporters=[{**kin, "capable": True, "note": "在城区有固定工作"}] if capable else [],
            on=on,
            reason="年老（残疾）无劳动能力，无生活来源，无人供养。",
            authorised=True,
            no_supporter=not capable,
            placement=placed,
            institution=self.one.home,
            insurer=INSURER,
            premium=PREMIUM,
            proxy_name=self.clerk.full_name[0] + "秋生" if proxy else "",
            proxy_relation="村（社区）干部" if proxy else "",
        )

    def take(self, step: str, on: date) -> None:
        if step == "visit":
            self.visit(on)
            return
        actor = {"agree": self.leader, "advise_refusal": self.leader, "grant": self.officer}.get(
            step, self.clerk
        )
        words = {
            "report": "核对平台未发现车辆、企业和大额存款。",
            "propose": "无劳动能力、无生活来源，建议纳入供养。",
            "agree": "同意纳入供养。",
            "advise_refusal": "儿子有赡养能力，建议不予批准。",
            "grant": "同意。",
        }
        data: dict[str, Any] = {"place": f"{self.case.division.name}公示栏"} if step == "post" else {}
        self.case = move(self.case, step, actor, opinion=words.get(step, ""), on=on, **data)

    def visit(self, on: date) -> None:
        papers.record_visit(
            self.case,
            self.clerk,
            visited_on=on,
            visitors=[self.clerk.full_name, self.leader.full_name],
            housing=self.rng.choice(("土砖房约 40 平方米", "村集体安置房", "老旧单元房约 45 平方米")),
            living=self.rng.choice(_LIVING),
            signed_by=self.one.person.name,
        )
        lost = LOST[self.one.year.grade]
        services.grade_care(
            self.case,
            self.clerk,
            graded_on=on,
            grader=self.clerk.full_name,
            second_grader=self.leader.full_name,
            abilities={name: i >= lost for i, name in enumerate(Ability.values)},
        )
        recognise_rest(self.case, self.clerk, on=on)

    def decide(self, month: date) -> None:
        """The whole way, decided in that month."""
        before = add_months(month, -1).replace(day=self.rng.randint(20, 26))
        self.apply(before)
        self.take("accept", before)
        self.take("start_check", before + timedelta(days=1))
        days = {"report": 3, "visit": 6, "propose": 7, "agree": 9, "post": 10, "send_up": 19, "grant": 24}
        for step, day in days.items():
            self.take(step, month.replace(day=day))

    def stands(self, place: int) -> None:
        """A case in hand near today, at one of the stages."""
        last, ago = _OPEN[place * 5 % len(_OPEN)]
        today = timezone.localdate()
        applied = today - timedelta(days=ago)
        self.apply(applied, capable=last == "advise_refusal")
        if last == "apply":
            return
        road = [*_ROAD[:5], "advise_refusal"] if last == "advise_refusal" else _ROAD
        for step in road:
            self.take(step, min(applied + timedelta(days=_DAYS.get(step, 12)), today))
            if step == last:
                return
