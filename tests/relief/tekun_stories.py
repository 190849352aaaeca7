"""Steps that several stories of 特困 share: an old man of the village on his way through a case."""

from datetime import date
from decimal import Decimal

from casework import papers
from casework.services import move
from relief.shared.economy import recognise_rest
from relief.tekun import services
from relief.tekun.models import Ability
from tests import factories

# A Monday in spring 2020; urban 低保 500, so basic 650, and the month after is April.
DAY = date(2020, 3, 2)
APRIL = date(2020, 4, 1)


def old_man(**fields):
    """72 years old, alone, with an account."""
    fields = {"birth_date": date(1948, 2, 11), "labour": "none", "monthly_income": 0, **fields}
    home = factories.household(head=factories.person(**fields))
    return home.head


def abilities(lost: int = 0) -> dict[str, bool]:
    """The first `lost` of the six are gone."""
    return {name: place >= lost for place, name in enumerate(Ability.values)}


def apply(person, clerk, on=DAY, **fields):
    """The clerk takes the application; everything is there."""
    given = {"reason": "年老无依靠", "authorised": True, "no_supporter": True, **fields}
    if given.get("supporters"):
        given["no_supporter"] = False
    return services.apply(person, clerk, assets={"houses": Decimal(1)}, on=on, **given)


def grade(case, clerk, lost=0, on=date(2020, 3, 10)):
    return services.grade_care(
        case,
        clerk,
        graded_on=on,
        grader=clerk.full_name,
        second_grader="唐志强",
        abilities=abilities(lost),
    )


def investigated(case, clerk, lost=0):
    """Accepted, checked, visited and graded by two, everything recognised, sent to the leader."""
    move(case, "accept", clerk, on=date(2020, 3, 2))
    move(case, "start_check", clerk, on=date(2020, 3, 3))
    move(case, "report", clerk, opinion="与申报一致", on=date(2020, 3, 6))
    papers.record_visit(
        case,
        clerk,
        visited_on=date(2020, 3, 10),
        visitors=["周敏", "唐志强"],
        living="独居，卧床，由邻居送饭",
        signed_by=case.subject,
    )
    grade(case, clerk, lost)
    recognise_rest(case, clerk, on=date(2020, 3, 10))
    return move(case, "propose", clerk, opinion="建议纳入供养", on=date(2020, 3, 11))


def at_bureau(case, clerk, leader, lost=0):
    """Everything done in the township; the bureau decides."""
    investigated(case, clerk, lost)
    move(case, "agree", leader, opinion="同意供养", on=date(2020, 3, 12))
    move(case, "post", clerk, on=date(2020, 3, 12), place="村务公开栏")
    return move(case, "send_up", clerk, on=date(2020, 3, 19))


def granted(clerk, leader, officer, person=None, lost=0, **fields):
    """A whole case, granted on 2020-03-24: paid from April on."""
    case = apply(person or old_man(), clerk, **fields)
    at_bureau(case, clerk, leader, lost)
    return move(case, "grant", officer, opinion="同意", on=date(2020, 3, 24))


def changed(case, clerk, officer, kind, on=date(2020, 6, 1), lost=None, **fields):
    """A change or ending of what a case granted, proposed and decided."""
    change = services.open_change(case.basic, clerk, kind, on=on, **fields)
    if lost is not None:
        grade(change, clerk, lost, on=on)
    move(change, "submit", clerk, opinion="情况属实", on=on)
    return move(change, "grant", officer, opinion="同意", on=on)
