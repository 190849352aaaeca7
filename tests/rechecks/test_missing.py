"""应保尽保: who qualifies by the registered facts and does not receive, found by the rules that decide."""

from datetime import date

import pytest
from django.utils import timezone

from core.errors import NotAllowed
from core.months import month_of
from rechecks import missing
from rechecks.models import Lead, LeadState
from registry.models import DisabilityCertificate
from tests import factories
from tests.payouts.makers import entitlement
from tests.rechecks.lists import loaded

pytestmark = pytest.mark.django_db
MONTH = month_of(timezone.localdate())


def leads() -> set[tuple[str, str, str]]:
    rows = Lead.objects.exclude(state=LeadState.GONE).select_related("person")
    return {(one.person.name, one.programme_id, one.ground) for one in rows}


def registered(*incomes):
    """A household of which every member's income is registered."""
    home = factories.household(len(incomes))
    for one, income in zip(home.people, incomes, strict=True):
        one.monthly_income = income
        one.save()
    return home


def disabled(person, grade: int = 1):
    return DisabilityCertificate.objects.create(
        person=person, number=f"{person.id_number}4{grade}", kind="physical", grade=grade, since="2015-01-01"
    )


class TestMeans:
    @pytest.mark.parametrize("income, is_lead", [(999, True), (1000, False)])
    def test_a_household_below_the_standard_is_a_lead(self, income, is_lead):
        home = registered(income, 0)
        missing.find(MONTH)
        assert leads() == ({(home.head.name, "dibao_urban", "means")} if is_lead else set())

    def test_the_lead_says_why_and_how_much(self):
        registered(620, 0)
        missing.find(MONTH)
        lead = Lead.objects.get()
        assert lead.why == "登记人均月收入 310.00 元，城市低保标准 500 元，2 人"
        assert lead.amount == 380

    def test_who_receives_already_is_none(self):
        home = registered(0)
        entitlement(500, date(2020, 1, 1), home=home)
        missing.find(MONTH)
        assert leads() == set()

    def test_unknown_income_is_not_no_income(self):
        home = registered(0, 0)
        home.people[1].monthly_income = None
        home.people[1].save()
        missing.find(MONTH)
        assert leads() == set()


class TestSingle:
    @pytest.mark.parametrize("income, is_lead", [(1498, True), (1500, False)])
    def test_a_severely_disabled_member_of_an_edge_household_may_be_assessed_alone(self, income, is_lead):
        home = registered(income, 0)
        disabled(home.people[1])
        missing.find(MONTH)
        assert leads() == ({(home.people[1].name, "dibao_urban", "single")} if is_lead else set())

    def test_a_slight_disability_is_not_enough(self):
        disabled(registered(1200, 0).people[1], grade=3)
        missing.find(MONTH)
        assert leads() == set()


def test_whoever_turned_ninety_and_does_not_receive_is_a_lead():
    day = MONTH.replace(year=MONTH.year - 90)
    one = factories.person(birth_date=day)
    factories.person(birth_date=day.replace(year=day.year + 2))
    missing.find(MONTH)
    assert leads() == {(one.name, "elderly_allowance", "age")}


class TestTekun:
    def holder(self, labour="none", members=1, age=70):
        born = date(MONTH.year - age, 1, 1)
        head = factories.person(birth_date=born, labour=labour)
        home = factories.household(members, head=head)
        return entitlement(500, date(2020, 1, 1), home=home, members=1).home

    def test_an_old_person_alone_without_working_capacity_may_be_tekun(self):
        home = self.holder()
        missing.find(MONTH)
        assert leads() == {(home.head.name, "tekun_basic", "tekun")}

    @pytest.mark.parametrize("about", [{"labour": "partial"}, {"members": 2}, {"age": 59}])
    def test_who_can_work_lives_with_others_or_is_younger_is_none(self, about):
        self.holder(**about)
        missing.find(MONTH)
        assert leads() == set()


class TestLapsed:
    def ended(self):
        made = entitlement(500, date(2020, 1, 1), last=missing.add_months(MONTH, -3))
        made.end_reason = "vehicle"
        made.save()
        made.person.monthly_income = None
        made.person.save()
        return made.home

    def test_a_car_that_is_on_no_list_any_more_makes_a_lead(self):
        home = self.ended()
        loaded("vehicle", (factories.person(), "湘E2", "小型轿车", "非营运"), as_of=timezone.localdate())
        missing.find(MONTH)
        assert leads() == {(home.head.name, "dibao_urban", "lapsed")}

    def test_a_car_that_is_still_listed_does_not(self):
        home = self.ended()
        loaded("vehicle", (home.head, "湘E2", "小型轿车", "非营运"), as_of=timezone.localdate())
        missing.find(MONTH)
        assert leads() == set()

    def test_without_a_newer_list_nothing_is_said(self):
        self.ended()
        missing.find(MONTH)
        assert leads() == set()


class TestAgain:
    def test_looking_again_finds_nobody_twice(self):
        registered(620, 0)
        assert missing.find(MONTH)["new"] == 1
        assert missing.find(MONTH)["new"] == 0

    def test_who_does_not_want_it_is_left_in_peace(self):
        registered(620, 0)
        missing.find(MONTH)
        clerk = factories.user("township_clerk")
        about = {"contacted_on": timezone.localdate(), "way": "visit", "words": "本人表示不需要"}
        missing.contact(Lead.objects.get(), clerk, result="declined", **about)
        missing.find(MONTH)
        assert Lead.objects.get().state == LeadState.DECLINED

    def test_who_receives_it_now_was_reached(self):
        home = registered(620, 0)
        missing.find(MONTH)
        entitlement(380, MONTH, home=home, members=2)
        assert missing.find(MONTH)["reached"] == 1
        assert Lead.objects.get().state == LeadState.REACHED

    def test_only_the_own_township_calls_on_people(self):
        registered(620, 0)
        missing.find(MONTH)
        about = {"contacted_on": timezone.localdate(), "way": "visit", "words": "已告知"}
        stranger = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
        with pytest.raises(NotAllowed):
            missing.contact(Lead.objects.get(), stranger, result="applying", **about)
