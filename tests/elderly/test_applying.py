"""A later application at the counter: its own month, its refusal with reasons, its checks."""

from datetime import date

import pytest

from benefits.models import Parameter
from casework.documents import document, papers_for
from casework.services import move
from core.errors import NotAllowed, UserError
from elderly import services
from elderly.models import AllowanceApplication
from elderly.rules import ALLOWANCE, LONGEVITY
from registry.services import record_death
from tests import factories
from tests.elderly import people
from tests.elderly.people import DAY, MARCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return factories.user("township_clerk")


def decided(case, clerk, action="grant", **more):
    move(case, "confirm", clerk, on=DAY)
    return move(case, action, people.officer(), on=date(2020, 4, 10), **more)


def test_a_later_application_is_paid_from_its_own_month_however_late_it_is_decided(clerk):
    person = people.old(date(1928, 6, 6))
    case = services.apply(person, clerk, on=DAY, proxy_name="刘强", proxy_relation="子", reason="从外地迁回")
    assert (case.number, case.origin, case.first_month, case.monthly_amount) == (
        "GL-2020-00001", "applied", MARCH, "100.00",
    )  # fmt: skip
    decided(case, clerk)
    assert people.held(person) == [(ALLOWANCE, 100, MARCH, None)]


def test_with_arrears_it_is_paid_from_the_month_of_the_age(clerk):
    Parameter.objects.create(programme_id=ALLOWANCE, key="arrears", value=True, effective_from=MARCH)
    person = people.old(date(1929, 11, 30))
    decided(services.apply(person, clerk, on=DAY), clerk)
    assert people.held(person) == [(ALLOWANCE, 100, date(2019, 11, 1), None)]


def test_who_is_too_young_may_ask_and_is_refused_with_the_reason(clerk):
    person = people.old(date(1934, 5, 5))
    case = services.apply(person, clerk, on=DAY)
    assert services.applying.look(person, MARCH)["reasons"][0]["code"] == "band"
    case = move(case, "confirm", clerk, on=DAY)
    with pytest.raises(UserError, match="85 周岁，80–89 岁年龄段标准为 0，90 周岁起发放"):
        move(case, "grant", people.officer(), on=DAY)
    case = move(case, "refuse", people.officer(), opinion="未到发放年龄", on=DAY)
    case = AllowanceApplication.objects.get(pk=case.pk)
    assert (case.state, case.decision.reasons[0]["code"]) == ("refused", "band")
    assert [one.kind for one in papers_for(case)] == ["elderly-refused"]
    assert document(case, "elderly-refused")[:2] == b"PK"


def test_one_applies_once_and_not_for_what_one_holds(clerk):
    person = people.old(date(1928, 6, 6))
    case = services.apply(person, clerk, on=DAY)
    with pytest.raises(UserError, match="已有在办的高龄津贴 GL-2020-00001"):
        services.apply(person, clerk, on=DAY)
    assert people.propose() == 0
    decided(case, clerk)
    with pytest.raises(UserError, match="自 2020-03 起享受高龄津贴"):
        services.apply(person, clerk, on=DAY)


def test_the_dead_and_people_of_another_township_are_refused(clerk):
    dead = people.old(date(1928, 6, 6))
    record_death(dead, date(2020, 1, 1))
    with pytest.raises(UserError, match="已登记死亡"):
        services.apply(dead, clerk, on=DAY)
    with pytest.raises(NotAllowed):
        services.apply(people.old(date(1928, 6, 6), factories.OTHER_VILLAGE), clerk, on=DAY)


def test_a_hundred_year_old_who_holds_the_allowance_may_ask_for_longevity(clerk):
    person = people.holder(date(1920, 2, 29), date(2020, 1, 1))
    case = services.apply(person, clerk, on=DAY)
    assert (case.programme_id, case.first_month) == (LONGEVITY, date(2020, 2, 1))
    decided(case, clerk)
    assert people.held(person) == [
        (ALLOWANCE, 100, date(2020, 1, 1), date(2020, 1, 1)),
        (LONGEVITY, 300, date(2020, 2, 1), None),
    ]
