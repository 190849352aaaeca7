"""What programmes that bar one another are tried with: somebody asks for 特困, 低保, or what no room grants yet."""

from datetime import date
from decimal import Decimal

from benefits import services
from benefits.models import Entitlement, Programme
from benefits.queries import holds_in
from core.months import add_months, format_month
from registry.models import Membership
from tests import factories

JAN, JUL = date(2020, 1, 1), date(2020, 7, 1)
GRANDMOTHER = date(1948, 3, 2)


def tekun_facts(person, first=JUL, programme="tekun_basic"):
    """An old person without income and supporters, who could no longer eat, dress or walk alone."""
    return {
        "ref": str(person.pk),
        "programme": programme,
        "month": format_month(add_months(first, -1)),
        "area": "urban",
        "members": [
            {
                "ref": str(person.pk),
                "birth_date": person.birth_date.isoformat(),
                "labour": "none",
                "abilities_lost": 3,
                "supporter_capable": False,
                "income": {},
                "holds": holds_in([person.pk], first).get(person.pk, []),
            }
        ],
        "household": {"financial_assets": 0, "houses": 1, "vehicles": 0, "shops": 0},
    }


def tekun(person, first=JUL, programme="tekun_basic", facts=None, **more):
    """特困 for the person from `first`, on facts as they stand (or on those read earlier)."""
    found = services.record_assessment(facts or tekun_facts(person, first, programme), person=person)
    return services.grant(
        found,
        programme=Programme.objects.get(pk=programme),
        household=None,
        person=person,
        members=[person],
        **more,
    )


def dibao_facts(people, income=200, first=JAN):
    """A household whose first member earns `income` yuan a month."""
    holds = holds_in([one.pk for one in people], first)
    return {
        "ref": "户",
        "programme": "dibao_urban",
        "month": format_month(add_months(first, -1)),
        "members": [
            {
                "ref": str(one.pk),
                "name": one.name,
                "birth_date": one.birth_date.isoformat(),
                "labour": "",
                "income": {"wages": income if place == 0 else 0},
                "holds": holds.get(one.pk, []),
            }
            for place, one in enumerate(people)
        ],
        "household": {"financial_assets": 0, "houses": 1, "vehicles": 0, "shops": 0},
    }


def dibao(home, income=200, first=JAN, people=None, facts=None, **more):
    """低保 for the household (or some of it) from `first`."""
    people = people or home.people
    found = services.record_assessment(facts or dibao_facts(people, income, first), household=home)
    return services.grant(
        found,
        programme=Programme.objects.get(pk="dibao_urban"),
        household=home,
        person=home.head,
        members=people,
        **more,
    )


def three():
    """A couple with the husband's mother: grandmother last."""
    home = factories.household(members=2)
    grandmother = factories.person(birth_date=GRANDMOTHER, sex="F")
    Membership.objects.create(household=home, person=grandmother, relation="parent", since=factories.LONG_AGO)
    home.people.append(grandmother)
    return home, grandmother


def programme(code):
    """A programme that no room has brought yet, with its exclusions, as a data migration adds it."""
    from benefits.compatibility import set_exclusions

    found, is_new = Programme.objects.get_or_create(
        code=code,
        defaults={"name": code, "line": "relief", "beneficiary": "person", "group": code, "position": 900},
    )
    if is_new:
        set_exclusions(Programme)
        found.refresh_from_db()
    return found


def hold(code, person, first=JAN, last=None, amount=100, household=None):
    """An entitlement without an assessment, as an old ledger brings it."""
    row = Entitlement(
        programme=programme(code),
        household=household,
        person=person,
        division_id=person.division_id,
        persons=1,
        monthly_amount=Decimal(amount),
        first_month=first,
        last_month=last,
        source="taken_over",
    )
    return services.grant_bulk([(row, [person.pk])])[0]
