"""The synthetic district, put together: accounts, registry, decisions, twelve months."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

import pghistory
from django.db import transaction
from django.utils import timezone

from benefits.models import Entitlement, Standard
from benefits.policy import policy_for
from core.errors import UserError
from core.months import format_month, month_of, month_range
from demo.accounts import Staff
from demo.build import Placed, register
from demo.cases import applicants, decide, open_cases
from demo.decisions import end_all, grant_all
from demo.facts import Case, choose_incomes, household
from demo.months import run_month
from demo.names import Numbers
from demo.plan import REPORT_2020, solve
from demo.rechecks import Comparisons, desk
from demo.reviews import review_all
from demo.rooms import District, Room, rooms
from payouts.services import run_figures
from registry.models import Person

Tell = Callable[[str], None]
# Of the year's applications so many stand in the system step by step; of the others only the decision.
_TOLD = 60


@dataclass
class Demo:
    """What the command is asked for. `scale` 1 is the size of the report."""

    year: int
    scale: float
    seed: int
    tell: Tell

    def check(self) -> None:
        """UserError when the demo can't or must not be made here."""
        if Person.objects.exists():
            raise UserError("数据库里已有居民，演示数据只能写进空库。")
        if not 0.005 <= self.scale <= 5:
            raise UserError("规模（--scale）应在 0.005 与 5 之间。")
        if date(self.year, 12, 1) > month_of(timezone.localdate()):
            raise UserError(f"{self.year} 年还没有过完，不能生成全年的演示数据。")
        if not Standard.objects.filter(
            programme=REPORT_2020[0].programme, effective_from__lte=date(self.year - 1, 1, 1)
        ).exists():
            raise UserError(f"{self.year - 1} 年没有施行的低保标准，不能生成 {self.year} 年的演示数据。")

    def make(self) -> None:
        """Everything, in the order in which it would happen. UserError when the database is not empty."""
        self.check()
        rng, numbers = Random(self.seed), Numbers(Random(self.seed + 1))
        # Each verb keeps who did it and why by itself: one context over the whole would mix them up.
        with transaction.atomic(), pghistory.context(reason="生成演示数据"):
            staff = Staff.made()
            self.tell("账号：各乡镇（街道）和区局")
            asking = applicants(self.scale, _standards(), rng)
            registered = register([*self.plan(rng), *asking], numbers, rng)
            persons = sum(len(one.persons) for one in registered)
            self.tell(f"登记：{len(registered)} 户 {persons} 人")
        placed, waiting = registered[: -len(asking)], registered[-len(asking) :]
        others = rooms(District(self.year, self.scale, staff, numbers, Random(self.seed + 2), self.tell))
        for room in others:
            with transaction.atomic():
                room.prepare()
        self.run_year(placed, others, staff, numbers, rng)
        for room in others:
            with transaction.atomic():
                room.finish()
        with transaction.atomic():
            self.tell(f"定期核查：逾期 {review_all(staff, rng)} 户")
            self.tell(f"在办案件：{open_cases(waiting, staff, rng)} 件")
        self.tell(f"回头看：{desk(staff, Random(self.seed + 4))}")

    def plan(self, rng: Random) -> list[Case]:
        """The households of all programmes with the incomes that make the year's totals."""
        cases: list[Case] = []
        for report in REPORT_2020:
            target = report.scaled(self.scale) if self.scale != 1 else report
            group = [household(movement, self.year, rng) for movement in solve(target, rng)]
            choose_incomes(group, target.amount, rng)
            cases += group
        return cases

    def run_year(
        self, placed: list[Placed], others: list[Room], staff: Staff, numbers: Numbers, rng: Random
    ) -> None:
        months = month_range(date(self.year, 1, 1), date(self.year, 12, 1))
        entitlements: dict[int, Entitlement] = {}
        told = self.by_casework(placed)
        comparisons = Comparisons(staff, Random(self.seed + 3))
        for place, month in enumerate(months, start=1):
            with transaction.atomic():
                # The stock was granted over the year before, and is there when January is made.
                begin = [one for one in placed if max(one.case.movement.entry, 1) == place]
                entitlements |= grant_all([one for one in begin if id(one) not in told], staff["relief1"])
                for one in begin:
                    if id(one) in told:
                        entitlements[one.household.pk] = decide(one, staff, rng)
                stop = [one for one in placed if one.case.movement.exit == place]
            # What the lists say of the month before is what this month's endings rest on.
            comparisons.find(stop, [one for one in placed if is_staying(one, place)], month)
            with transaction.atomic():
                end_all(stop, entitlements, month, staff)
                comparisons.settle(stop, entitlements, month)
            amount, households = Decimal(0), 0
            for report in REPORT_2020:
                figures = run_figures(run_month(report.programme, month, staff, numbers, rng))
                amount += figures["amount"]
                households += figures["households"]
            for room in others:
                with transaction.atomic():
                    room.month(month)
                for programme in room.programmes:
                    run_month(programme, month, staff, numbers, rng)
            new = sum(one.case.movement.entry == place for one in begin)
            self.tell(
                f"{format_month(month)}：新增 {new} 户，停发 {len(stop)} 户，"
                f"发放 {households:,} 户 {amount:,} 元，已结账"
            )

    def by_casework(self, placed: list[Placed]) -> set[int]:
        """Which of the year's new households have their whole application in the system: spread over the year."""
        new = [one for one in placed if one.case.movement.entry and one.case.movement.size <= 4]
        wanted = max(round(_TOLD * min(self.scale, 1)), 3)
        return {id(one) for one in new[:: max(len(new) // wanted, 1)][:wanted]}


def is_staying(one: Placed, place: int) -> bool:
    """Held before this month of the year and not left in it."""
    return one.case.movement.entry < place and not one.case.movement.exit


def _standards() -> dict[str, Decimal]:
    """The standard of a person in force today, by programme."""
    today = month_of(timezone.localdate())
    return {one.programme: policy_for(one.programme, today)["standard"] for one in REPORT_2020}
