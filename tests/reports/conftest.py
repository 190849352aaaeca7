"""Months of a small district, really run."""

from datetime import date
from random import Random

import pytest

from benefits.models import Entitlement, Programme
from benefits.services import grant, record_assessment
from core.jobs import run_job_inline
from core.months import add_months, parse_month
from demo.months import bank_answer
from payouts import services
from payouts.models import Run
from tests import factories


class Bureau:
    """Grants and pays in a few words; amounts come from the formula."""

    def __init__(self):
        self.maker, self.checker = factories.user("finance"), factories.user("finance")
        self.leader = factories.user("leader")
        self.officer = factories.user("bureau_officer")

    def assess(self, home, first: date, income: int = 200, programme: str = "dibao_urban"):
        members = [
            {"ref": str(one.pk), "birth_date": "1970-01-01", "income": {"wages": income if not place else 0}}
            for place, one in enumerate(home.people)
        ]
        facts = {
            "programme": programme,
            "month": f"{add_months(first, -1):%Y-%m}",
            "members": members,
            "household": {"financial_assets": 0, "houses": 1, "vehicles": 0, "shops": 0},
        }
        return record_assessment(facts, household=home, person=home.head, actor=self.officer)

    def grant(self, first: str, members: int = 1, income: int = 200, home=None, **place) -> Entitlement:
        """低保 from a month on, 500 yuan a member less the income."""
        home = home or factories.household(members=members, **place)
        month = parse_month(first)
        return grant(
            self.assess(home, month, income),
            programme=Programme.objects.get(pk="dibao_urban"),
            household=home,
            person=home.head,
            members=home.people,
            first_month=month,
            actor=self.officer,
        )

    def pay(self, month: str, fails: float = 0) -> Run:
        """The month's run to the bank and back; `fails`: the share that the bank refuses."""
        run = services.build_run("dibao_urban", parse_month(month), actor=self.maker, enqueue=False)
        run_job_inline(run.job)
        return self.send(run, fails)

    def send(self, run: Run, fails: float = 0) -> Run:
        services.review(run, self.checker)
        services.approve(run, self.leader)
        services.lock(run, self.leader)
        run.refresh_from_db()
        answer = bank_answer(services.bank_file(run)[0], Random(1), fails)
        services.load_bank_return(answer, f"{run.number}.csv", self.maker)
        return run


@pytest.fixture
def bureau(transactional_db) -> Bureau:
    # The parts of a run work on connections of their own.
    return Bureau()
