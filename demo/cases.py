"""Applications walked through casework by the accounts of the people who really do each step."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from benefits.models import Entitlement
from casework.papers import record_visit
from casework.services import move
from core.errors import UserError
from core.months import add_months, month_of
from demo.accounts import Staff
from demo.build import Placed
from demo.facts import Case, household, spread_income
from demo.plan import REPORT_2020, Movement
from relief.dibao.models import DibaoApplication
from relief.dibao.services import MemberEntry, apply, recognise_rest

_LIVING = (
    "住房为自建砖混平房，家具简陋，无大件电器，主要开支为买药。",
    "租住单间，生活靠亲友接济，家中无车辆。",
    "老人独居，行动不便，由邻居照料，三餐基本能保证。",
    "子女在校就读，家长打零工，收入不稳定。",
)
_REASONS = (
    "因病支出大，家庭收入低",
    "主要劳动力丧失劳动能力",
    "年老无固定收入",
    "残疾，无法就业",
    "失业，收入中断",
)
# How an open case of the workbench came to where it stands: the last step taken, and the days since the application.
_OPEN = (
    ("apply", 0), ("apply", 1), ("apply", 4), ("accept", 2), ("accept", 6), ("accept", 9), ("start_check", 7),
    ("start_check", 12), ("report", 9), ("report", 15), ("report", 26), ("propose", 16), ("propose", 24),
    ("agree", 19), ("post", 21), ("post", 29), ("send_up", 30), ("send_up", 41), ("refuse", 45), ("withdraw", 20),
)  # fmt: skip


def entries(placed: Placed) -> list[MemberEntry]:
    """The members with what the family declares, all adults having signed."""
    return [
        MemberEntry(
            person,
            relation=member.relation,
            authorised=True,
            serious_illness=member.serious_illness,
            student=member.student,
            labour=member.labour,
            disability_kind=member.disability[0] if member.disability else "",
            disability_grade=member.disability[1] if member.disability else None,
            incomes=_money(member.income),
        )
        for person, member in zip(placed.persons, placed.case.members, strict=True)
    ]


def _money(values: dict[str, int]) -> dict[str, Decimal]:
    return {kind: Decimal(amount) for kind, amount in values.items()}


class Story:
    """One application from the village to the bureau; `day` says when each step was taken."""

    def __init__(self, placed: Placed, staff: Staff, rng: Random):
        self.placed, self.staff, self.rng = placed, staff, rng
        self.clerk = staff.clerk(placed.household.division_id)
        self.leader = staff.leader(placed.household.division_id)
        self.officer = staff["relief1"]
        self.case: DibaoApplication | None = None

    def apply(self, on: date) -> None:
        case = self.placed.case
        self.case = apply(
            self.placed.household,
            self.clerk,
            members=entries(self.placed),
            household_income=_money(case.income),
            assets={"financial_assets": Decimal(case.assets), "houses": Decimal(case.houses)},
            on=on,
            single_parent=case.single_parent,
            reason=self.rng.choice(_REASONS),
        )

    def take(self, step: str, on: date) -> None:
        """One step of the flow by the account whose it is, with what has to be there before it."""
        assert self.case is not None
        if step == "propose":
            self.visit(on - timedelta(days=1))
        others = {
            "agree": self.leader,
            "advise_refusal": self.leader,
            "grant": self.officer,
            "refuse": self.officer,
        }
        actor = others.get(step, self.clerk)
        words = {
            "report": "核对平台未发现登记车辆、企业和大额存款。",
            "propose": "入户情况与申报一致，家庭生活困难，建议纳入。",
            "agree": "同意纳入低保。",
            "advise_refusal": "收入超过标准，建议不予批准。",
            "refuse": "经复核，家庭人均收入超过标准。",
            "withdraw": "申请人已就业，自愿撤回。",
        }
        data: dict[str, Any] = (
            {"place": f"{self.placed.household.division.name}公示栏"} if step == "post" else {}
        )
        if step == "grant":
            data = {"care_class": self.placed.case.care_class}
        self.case = move(self.case, step, actor, opinion=words.get(step, ""), on=on, **data)

    def visit(self, on: date) -> None:
        assert self.case is not None
        record_visit(
            self.case,
            self.clerk,
            visited_on=on,
            visitors=[self.clerk.full_name, self.leader.full_name],
            housing=self.rng.choice(("砖混平房约 60 平方米", "老旧单元房约 48 平方米", "租房")),
            living=self.rng.choice(_LIVING),
            signed_by=self.placed.head.name,
        )
        recognise_rest(self.case, self.clerk)


def decide(placed: Placed, staff: Staff, rng: Random) -> Entitlement:
    """The whole way of an application of the demo year, decided in the case's month."""
    month, story = placed.case.decided, Story(placed, staff, rng)
    before = add_months(month, -1).replace(day=rng.randint(20, 26))
    story.apply(before)
    story.take("accept", before)
    story.take("start_check", before + timedelta(days=1))
    for step, day in (
        ("report", 3),
        ("propose", 7),
        ("agree", 9),
        ("post", 10),
        ("send_up", 19),
        ("grant", 24),
    ):
        story.take(step, month.replace(day=day))
    assert story.case is not None and story.case.entitlement is not None
    return story.case.entitlement


# -- what waits on the workbench ---------------------------------------------------------------------------


def applicants(scale: float, standards: dict[str, Decimal], rng: Random) -> list[Case]:
    """Households that apply these days; those of a refusal earn too much."""
    found = []
    today = month_of(timezone.localdate())
    for place in range(max(round(len(_OPEN) * 3 * min(scale, 1)), 6)):
        report = REPORT_2020[place % 2]
        movement = Movement(report.programme, rng.choice((1, 1, 1, 2, 2, 3)), entry=today.month)
        case = household(movement, today.year, rng)
        share = Decimal(str(rng.uniform(0.1, 0.6))) if _plan_of(place)[0] != "refuse" else Decimal("1.4")
        spread_income(case, int(standards[report.programme] * movement.size * share), rng)
        found.append(case)
    return found


def _plan_of(place: int) -> tuple[str, int]:
    # 7 and 20 have no common factor: a small district sees different stages too.
    return _OPEN[place * 7 % len(_OPEN)]


_ROAD = ("accept", "start_check", "report", "propose", "agree", "post", "send_up")
# Days after the application on which each step is taken.
_DAYS = {"accept": 0, "start_check": 2, "report": 5, "propose": 11, "agree": 13, "post": 14, "send_up": 23}


def open_cases(placed: list[Placed], staff: Staff, rng: Random) -> int:
    """Cases in hand near today, at every stage, some due and some overdue; gives how many."""
    today = timezone.localdate()
    for place, one in enumerate(placed):
        last, ago = _plan_of(place)
        applied, story = today - timedelta(days=ago), Story(one, staff, rng)
        story.apply(applied)
        if last == "apply":
            continue
        try:
            walk(story, last, applied, today)
        except UserError as error:
            raise UserError(f"演示案件 {one.household.number}（{last}）：{error.message}") from error
    return len(placed)


def walk(story: Story, last: str, applied: date, today: date) -> None:
    """The steps up to `last`, each so many days after the application, none after today."""
    road = list(_ROAD)
    if last == "refuse":
        road = ["accept", "start_check", "report", "propose", "advise_refusal"]
    elif last == "withdraw":
        road = ["accept", "start_check"]
    for step in road:
        day = min(applied + timedelta(days=_DAYS.get(step, 14)), today)
        story.take(step, day)
        if step == last:
            return
    story.take(last, min(applied + timedelta(days=20), today))
