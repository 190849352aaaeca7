"""Conditions, names, papers and dates of social organisations, at their edges."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from orgs import rules
from orgs.rules import NameParts, Plan

POLICY = {
    "association.individuals": 50,
    "association.units": 30,
    "association.mixed": 50,
    "association.capital": "30000",
    "association.staff": 1,
    "association.term_years": 5,
    "private_unit.capital": "30000",
    "private_unit.staff": 1,
    "foundation.enabled": False,
    "foundation.public": "4000000",
    "foundation.non_public": "2000000",
    "foundation.staff": 1,
    "name.forbidden": ["中国", "国际"],
    "name.forms.association": ["协会", "商会"],
    "name.forms.private_unit": ["中心", "幼儿园"],
    "name.forms.foundation": ["基金会"],
    "name.rest_years": 3,
    "inspection.supervisor_due": "03-31",
    "inspection.registrar_due": "05-31",
    "inspection.foundation_due": "03-31",
}
CLUB = Plan(
    kind="association",
    individuals=50,
    staff=1,
    capital=Decimal(30_000),
    address="红旗路18号",
    supervisor="大祥区文旅局",
    term_years=5,
)
HOME = replace(CLUB, kind="private_unit", individuals=0, term_years=0)
FUND = replace(CLUB, kind="foundation", individuals=0, capital=Decimal(2_000_000), paid_in=True)


def words(plan, **policy):
    return [one.text for one in rules.problems(plan, {**POLICY, **policy})]


@pytest.mark.parametrize(
    ("individuals", "units", "enough"),
    [
        (50, 0, True), (49, 0, False), (0, 30, True), (0, 29, False), (20, 30, True), (20, 29, False),
        (49, 1, True), (1, 48, False), (0, 0, False),
    ],
)  # fmt: skip
def test_members_of_an_association(individuals, units, enough):
    assert (words(replace(CLUB, individuals=individuals, units=units)) == []) is enough


def test_a_missing_member_is_said_with_both_numbers_and_the_article():
    found = rules.problems(replace(CLUB, individuals=49), POLICY)
    assert str(found[0]) == "个人会员 49 个，应有 50 个以上（《社会团体登记管理条例》第十条）"
    assert found[0].field == "individuals"


@pytest.mark.parametrize(("capital", "enough"), [("30000.00", True), ("29999.99", False), ("29999", False)])
@pytest.mark.parametrize("plan", [CLUB, HOME])
def test_thirty_thousand_yuan(plan, capital, enough):
    assert (words(replace(plan, capital=Decimal(capital))) == []) is enough


def test_all_failed_conditions_are_said_not_only_the_first():
    plan = Plan(kind="association", individuals=49, capital=Decimal(29_999))
    fields = [one.field for one in rules.problems(plan, POLICY)]
    assert fields == ["individuals", "capital", "staff", "term_years", "address", "supervisor"]


@pytest.mark.parametrize(("years", "good"), [(0, False), (1, True), (5, True), (6, False)])
def test_a_council_sits_at_most_five_years(years, good):
    assert (words(replace(CLUB, term_years=years)) == []) is good


@pytest.mark.parametrize("kind", ["trade", "science", "charity", "community"])
def test_the_four_kinds_register_directly(kind):
    assert words(replace(CLUB, supervisor="", direct_kind=kind)) == []
    assert "两项只填一项" in words(replace(CLUB, direct_kind=kind))[0]


def test_all_others_need_a_supervising_body():
    assert words(replace(CLUB, supervisor="")) == [
        "没有业务主管单位的审查同意；行业协会商会、科技、公益慈善、城乡社区服务四类才可直接登记"
    ]


def test_a_foundation_only_where_the_province_delegates_it():
    assert words(FUND) == ["基金会由省级登记，省里没有下放本区，不能受理"]
    assert words(FUND, **{"foundation.enabled": True}) == []


@pytest.mark.parametrize(
    ("capital", "public", "enough"),
    [(2_000_000, False, True), (1_999_999, False, False), (4_000_000, True, True), (3_999_999, True, False)],
)
def test_money_of_a_foundation(capital, public, enough):
    plan = replace(FUND, capital=Decimal(capital), public_raising=public)
    assert (words(plan, **{"foundation.enabled": True}) == []) is enough


def test_money_of_a_foundation_must_be_paid_in():
    assert words(replace(FUND, paid_in=False), **{"foundation.enabled": True}) == ["原始基金须为到账货币资金"]


@pytest.mark.parametrize(
    ("parts", "kind", "field"),
    [
        (NameParts("大祥区", "", "太极拳", "协会"), "association", None),
        (NameParts("邵阳市大祥区", "晨光", "养老服务", "中心"), "private_unit", None),
        (NameParts("双清区", "", "太极拳", "协会"), "association", "name_area"),
        (NameParts("大祥区", "", "养老服务", "中心"), "private_unit", "name_style"),
        (NameParts("大祥区", "", "", "协会"), "association", "name_field"),
        (NameParts("大祥区", "", "太极拳", "中心"), "association", "name_form"),
        (NameParts("大祥区", "晨光", "养老服务", "公司"), "private_unit", "name_form"),
        (NameParts("大祥区", "中国龙", "太极拳", "协会"), "association", "name_style"),
        (NameParts("大祥区", "ABC", "太极拳", "协会"), "association", "name_style"),
        (NameParts("大祥区", "爱心", "", "基金会"), "foundation", None),
    ],
)
def test_names(parts, kind, field):
    found = rules.name_problems(parts, kind, "大祥区", POLICY)
    assert [one.field for one in found] == ([field] if field else [])


def test_a_name_rests_three_years():
    assert rules.name_free_from(date(2018, 3, 5), POLICY) == date(2021, 3, 5)
    assert rules.name_free_from(date(2020, 2, 29), POLICY) == date(2023, 2, 28)


def test_a_directly_registered_body_hands_in_no_supervisors_paper():
    codes = [one.code for one in rules.papers("establish", "association", direct=True)]
    assert "supervisor" not in codes and "members" in codes
    assert "licence" not in [one.code for one in rules.papers("establish", "private_unit", licensed=False)]


def test_when_the_yearly_report_is_due():
    assert rules.inspection_dues(2019, "association", POLICY) == (date(2020, 3, 31), date(2020, 5, 31))
    assert rules.inspection_dues(2019, "foundation", POLICY) == (None, date(2020, 3, 31))


@pytest.mark.parametrize(
    ("founded", "ended", "asked"),
    [
        (date(2019, 12, 31), None, True),
        (date(2020, 1, 1), None, False),
        (date(2010, 5, 1), date(2020, 1, 8), False),
    ],
)
def test_who_must_report_on_2019(founded, ended, asked):
    assert rules.must_submit("association", founded, ended, 2019) is asked


def test_the_creditors_notice_runs_its_full_days_without_its_own_day():
    assert rules.notice_over(date(2020, 1, 1), 45) == date(2020, 2, 16)


@pytest.mark.parametrize(
    ("answers", "missed"),
    [
        ([(2019, False), (2018, False), (2017, True)], 2),
        ([(2019, True), (2018, False)], 0),
        ([(2019, False)], 1),
        ([], 0),
    ],
)
def test_years_missed_in_a_row(answers, missed):
    assert rules.years_missed(answers) == missed
