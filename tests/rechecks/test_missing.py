"""应保尽保: who qualifies by the registered facts and does not receive, found by the rules that decide."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from benefits.models import Entitlement
from casework.services import move
from core.errors import NotAllowed
from core.months import month_of
from rechecks import missing, places, reached
from rechecks.loading import load
from rechecks.models import Lead, LeadState
from registry.models import DisabilityCertificate
from tests import factories
from tests.payouts.makers import Hands, entitlement
from tests.rechecks.lists import csv_file, loaded
from tests.relief import stories

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


def listed(*rows, as_of=None, **more):
    """The list of 持证残疾人: `(person, category, grade)`."""
    return loaded(
        "disability",
        *(
            (one, f"{one.id_number}{more.pop('tail', '')}", kind, grade, "2015-03-01")
            for one, kind, grade in rows
        ),
        as_of=as_of or timezone.localdate(),
        **more,
    )


class TestSingle:
    """单人保: who is severely disabled or seriously ill in a household of 1 to 1.5 times the standard."""

    @pytest.fixture
    def home(self):
        return registered(1200, 0)

    def found(self):
        missing.find(MONTH)
        return leads()

    @pytest.mark.parametrize("income, is_lead", [(999, False), (1000, True), (1498, True), (1500, False)])
    def test_only_of_an_edge_household(self, income, is_lead):
        home = registered(income, 0)
        disabled(home.people[1])
        assert ((home.people[1].name, "dibao_urban", "single") in self.found()) is is_lead

    @pytest.mark.parametrize(
        "kind, grade, is_lead",
        [
            ("肢体", "一级", True),
            ("肢体残疾", "2", True),
            ("肢体", "三级", False),
            ("智力", "三级", True),
            ("精神", "3级", True),
            ("智力", "四级", False),
            ("多重", "贰级", True),
            ("听力", "叁级", False),
        ],
    )
    def test_by_the_list_grades_one_and_two_and_three_of_mind(self, home, kind, grade, is_lead):
        one = home.people[1]
        listed((one, kind, grade))
        assert self.found() == ({(one.name, "dibao_urban", "single")} if is_lead else set())

    def test_the_lead_says_what_and_by_whom(self, home):
        listed((home.people[1], "肢体", "一级"))
        self.found()
        lead = Lead.objects.get()
        assert lead.why == "登记人均月收入 600.00 元，城市低保标准 500 元，肢体残疾 1 级（持证残疾人名单）"
        assert lead.amount > 500

    def test_a_row_that_names_neither_is_read_from_the_number_of_the_certificate(self, home):
        one = home.people[1]
        loaded("disability", (one, f"{one.id_number}51", "", "", ""), as_of=timezone.localdate())
        assert self.found() == {(one.name, "dibao_urban", "single")}
        assert "智力残疾 1 级" in Lead.objects.get().why

    def test_the_list_counts_over_an_older_certificate(self, home):
        disabled(home.people[1], grade=4)
        listed((home.people[1], "肢体", "二级"))
        assert {ground for _, _, ground in self.found()} == {"single"}

    def test_another_name_under_the_number_is_said(self, home):
        one = home.people[1]
        listed((one, "肢体", "一级"))
        one.name = "唐小改"
        one.save()
        self.found()
        assert "先核对" in Lead.objects.get().why

    def test_a_list_without_numbers_finds_nobody(self, home):
        one = home.people[1]
        row = [one.name, f"{one.birth_date:%Y-%m-%d}", "肢体", "一级"]
        file = csv_file(["姓名", "出生日期", "残疾类别", "残疾等级"], [row])
        load("disability", file, "名册.csv", timezone.localdate())
        assert self.found() == set()

    def test_a_certificate_given_after_the_month_does_not_count_yet(self, home):
        one = home.people[1]
        day = (missing.last_day(MONTH) + timedelta(days=1)).isoformat()
        loaded("disability", (one, f"{one.id_number}41", "肢体", "一级", day), as_of=timezone.localdate())
        assert self.found() == set()

    def test_a_slight_disability_is_not_enough(self, home):
        disabled(home.people[1], grade=3)
        assert self.found() == set()

    @pytest.mark.parametrize(
        "health, is_lead",
        [("尿毒症透析", True), ("患重大疾病", True), ("无重大疾病", False), ("高血压", False), ("", False)],
    )
    def test_a_serious_illness_in_the_registry(self, home, health, is_lead):
        one = home.people[1]
        one.health = health
        one.save()
        assert self.found() == ({(one.name, "dibao_urban", "single")} if is_lead else set())

    def test_a_new_list_that_says_the_same_does_not_bring_back_who_declined(self, home):
        one = home.people[1]
        listed((one, "肢体", "一级"), as_of=timezone.localdate() - timedelta(days=30))
        self.found()
        Lead.objects.update(state=LeadState.DECLINED)
        listed((one, "肢体", "一级"))
        self.found()
        assert Lead.objects.get().state == LeadState.DECLINED


class TestSaidAloud:
    """The page says which list was not there: nobody is called served by it."""

    def page(self, client):
        client.force_login(factories.user("bureau_officer"))
        return client.get(reverse("rechecks:leads")).content.decode()

    def test_no_list_of_the_disabled(self, client):
        assert "没有持证残疾人名单" in self.page(client)

    @pytest.mark.parametrize("age, is_said", [(190, False), (191, True)])
    def test_one_that_is_too_old(self, client, age, is_said):
        listed((factories.person(), "肢体", "一级"), as_of=timezone.localdate() - timedelta(days=age))
        page = self.page(client)
        assert ("此后领证的人没有查到" in page) is is_said
        assert "没有持证残疾人名单" not in page

    def test_one_with_rows_that_were_refused(self, client):
        one = factories.person()
        rows = [[one.id_number, one.name, "肢体", "一级"], ["43050319800101000X", "错号", "肢体", "一级"]]
        head = ["身份证号", "姓名", "残疾类别", "残疾等级"]
        load("disability", csv_file(head, rows), "x.csv", timezone.localdate())
        assert "有 1 行没有载入" in self.page(client)


class TestReached:
    """What was found and how much of it now reaches people, in numbers that can be reckoned by hand."""

    YEAR = MONTH.year

    def row(self):
        rows = reached.of_year(Lead.objects.all(), self.YEAR)
        return reached.whole(rows, reached.paid_on(rows, self.YEAR))

    def test_a_household_of_two_found_granted_and_paid(self):
        home, _ = registered(620, 0), registered(100)
        missing.find(MONTH)
        assert (self.row().found, self.row().reached, self.row().monthly) == (2, 0, 0)
        entitlement(380, MONTH, home=home, members=2)
        missing.find(MONTH)
        Hands().paid(MONTH)
        row = self.row()
        assert (row.found, row.open, row.reached, row.persons) == (2, 1, 1, 2)
        assert (row.monthly, row.paid) == (380, 380)

    def test_the_grant_of_the_application_reaches_the_person_at_once(self):
        clerk, leader, officer = (
            factories.user(role) for role in ("township_clerk", "township_leader", "bureau_officer")
        )
        home = stories.family()
        home.people[1].monthly_income = 0
        home.people[1].save()
        missing.find(date(2020, 2, 1))
        about = {"contacted_on": date(2020, 2, 20), "way": "visit", "words": "愿意申请，约好来办"}
        missing.contact(Lead.objects.get(), clerk, result="applying", **about)
        case = stories.at_bureau(stories.apply(home, clerk), clerk, leader)
        assert Lead.objects.get().state == LeadState.APPLYING
        move(case, "grant", officer, opinion="符合条件", on=date(2020, 3, 25))
        lead = Lead.objects.get()
        assert (lead.state, lead.entitlement.monthly_amount) == (LeadState.REACHED, 600)

    def test_what_was_changed_since_counts_as_it_is_now(self):
        home = registered(620, 0)
        missing.find(MONTH)
        first = entitlement(380, MONTH, home=home, members=2)
        missing.find(MONTH)
        Entitlement.objects.filter(pk=first.pk).update(monthly_amount=300)
        assert self.row().monthly == 300

    def test_what_has_ended_reaches_nobody_any_more_but_was_reached(self):
        home = registered(620, 0)
        missing.find(MONTH)
        made = entitlement(380, missing.add_months(MONTH, -1), home=home, members=2)
        missing.find(MONTH)
        Entitlement.objects.filter(pk=made.pk).update(last_month=missing.add_months(MONTH, -1))
        assert (self.row().reached, self.row().persons, self.row().monthly) == (1, 0, 0)

    def test_two_leads_of_one_holding_count_its_money_once(self):
        home = registered(1200, 0, 0)
        for one in home.people[1:]:
            disabled(one)
            one.monthly_income = 300
            one.save()
        missing.find(MONTH)
        assert Lead.objects.count() == 2
        made = entitlement(1000, MONTH, home=home, members=3)
        assert made.members.count() == 3
        missing.find(MONTH)
        assert (self.row().reached, self.row().monthly) == (2, 1000)

    def test_who_declined_and_receives_it_after_all_was_reached(self):
        home = registered(620, 0)
        missing.find(MONTH)
        Lead.objects.update(state=LeadState.DECLINED)
        entitlement(380, MONTH, home=home, members=2)
        missing.find(MONTH)
        assert Lead.objects.get().state == LeadState.REACHED

    def test_page_workbook_results_and_figures_say_the_same(self, client):
        home = registered(620, 0)
        missing.find(MONTH)
        entitlement(380, MONTH, home=home, members=2)
        missing.find(MONTH)
        client.force_login(factories.user("leader"))
        page = client.get(reverse("rechecks:leads"), {"state": "reached"}).content.decode()
        assert page.count("380.00") >= 2
        answer = client.get(reverse("rechecks:leads"), {"state": "reached", "export": "xlsx"})
        book = load_workbook(BytesIO(answer.content))
        total = next(row for row in book["应保尽保成效"].iter_rows(values_only=True) if row[0] == "合计")
        assert total[:4] == ("合计", 1, 0, 1) and (total[6], float(total[7])) == (2, 380)
        assert home.head.name in {cell.value for row in book["应保未保"].iter_rows() for cell in row}
        results = client.get(reverse("rechecks:results"), {"year": self.YEAR}).content.decode()
        assert "1 人已享受，每月 380.00 元" in results and "应保尽保按线索" in results
        said = {one.key: one.value for one in places.figures(self.YEAR)}
        assert (said["recheck.missing_reached"], said["recheck.missing_monthly"]) == (1, "380.00")


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
