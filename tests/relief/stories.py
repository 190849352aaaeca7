"""Steps that several stories share: a family of the village on its way through a 低保 case."""

from datetime import date
from decimal import Decimal

from casework import papers
from casework.services import move
from relief.dibao import services
from tests import factories

# A Monday in spring 2020: enough working days ahead, the 2019 policy in force (urban 500 yuan).
DAY = date(2020, 3, 2)


def family(members: int = 2, income: int = 400):
    """A registered household of the own village; the head earns `income` yuan a month."""
    return factories.household(members=members, income=income)


def apply(home, clerk, on=DAY, **fields):
    """The clerk takes the application; every adult has signed."""
    entries = [
        services.MemberEntry(
            person=one,
            authorised=True,
            incomes={"wages": one.monthly_income} if one.monthly_income else {},
        )
        for one in home.people
    ]
    return services.apply(
        home, clerk, members=entries, assets={"houses": Decimal(1)}, reason="家庭困难", on=on, **fields
    )


def investigated(case, clerk):
    """Accepted, checked, visited by two, everything recognised, sent to the leader."""
    move(case, "accept", clerk, on=date(2020, 3, 2))
    move(case, "start_check", clerk, on=date(2020, 3, 3))
    move(case, "report", clerk, opinion="与申报一致", on=date(2020, 3, 6))
    papers.record_visit(
        case,
        clerk,
        visited_on=date(2020, 3, 10),
        visitors=["周敏", "唐志强"],
        living="与申报一致，家中陈设简陋",
        signed_by=case.person.name,
    )
    services.recognise_rest(case, clerk, on=date(2020, 3, 10))
    return move(case, "propose", clerk, opinion="建议纳入", on=date(2020, 3, 11))


def published(case, clerk, leader):
    """The leader agrees and the notice hangs from 2020-03-12 on."""
    move(case, "agree", leader, opinion="同意纳入", on=date(2020, 3, 12))
    return move(case, "post", clerk, on=date(2020, 3, 12), place="村务公开栏")


def at_bureau(case, clerk, leader):
    """Everything done in the township; the bureau decides."""
    investigated(case, clerk)
    published(case, clerk, leader)
    return move(case, "send_up", clerk, on=date(2020, 3, 19))
