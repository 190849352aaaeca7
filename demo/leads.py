"""应保尽保 near today: who is left out, whom the townships called on, and a few whom help has reached already."""

from datetime import date, timedelta
from random import Random

from django.utils import timezone

from core.months import add_months
from demo.accounts import Staff
from demo.build import Placed
from demo.cases import Story, walk
from demo.facts import Case, Member
from demo.plan import Movement
from rechecks import missing
from rechecks.models import ContactResult, ContactWay, Lead, LeadState

_CONTACTS = (
    (ContactResult.WILL_APPLY, "讲清政策，愿意申请，约定带证件来办。"),
    (ContactResult.NO_ANSWER, "家中无人，邻居说去女儿家了。"),
    (ContactResult.DECLINED, "本人说儿女供养，不想申请。"),
    (ContactResult.NOT_ELIGIBLE, "核实有存款，超过限额。"),
)
# So many households are found a month earlier, apply, and are granted today.
_REACHED = 4
_APPLIED = 31


def left_out_people(month: date, staff: Staff, rng: Random) -> tuple[int, int]:
    """Find who is left out, last month and this; gives how many households were reached and how many people wait."""
    missing.find(add_months(month, -1))
    reached = sum(_reach(lead, staff, rng) for lead in _alone()[:_REACHED])
    found = missing.find(month)["found"]
    _begin_contacts(staff)
    return reached, found


def _alone() -> list[Lead]:
    """Leads to people who live alone on a known income."""
    leads = Lead.objects.filter(ground="means", state=LeadState.OPEN).select_related("person", "household")
    return [one for one in leads.order_by("pk") if one.household.memberships.filter(until=None).count() == 1]


def _reach(lead: Lead, staff: Staff, rng: Random) -> bool:
    """Called on a month ago, applied with what the registry knows, granted today."""
    today, person = timezone.localdate(), lead.person
    assert lead.household is not None
    result, words = _CONTACTS[0]
    clerk, before = staff.clerk(lead.division_id), today - timedelta(days=_APPLIED)
    missing.contact(lead, clerk, contacted_on=before, way=ContactWay.VISIT, words=words, result=result)
    income = {"support": int(person.monthly_income or 0)}
    alone = Member("head", person.sex, person.birth_date, person.labour or "none", income=income)
    case = Case(Movement(lead.programme_id, 1), before, [alone])
    story = Story(Placed(case, lead.household, [person]), staff, rng)
    story.apply(before)
    walk(story, "send_up", before, today)
    story.take("grant", today)
    return True


def _begin_contacts(staff: Staff) -> None:
    """Some of the people left out have been called on."""
    today = timezone.localdate()
    for place, one in enumerate(Lead.objects.filter(state=LeadState.OPEN).order_by("pk")[:12:3]):
        result, words = _CONTACTS[place % len(_CONTACTS)]
        clerk = staff.clerk(one.division_id)
        missing.contact(one, clerk, contacted_on=today, way=ContactWay.VISIT, words=words, result=result)
