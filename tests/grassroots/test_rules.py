"""Dates, voters, proxies, recall: worked examples at the edges of the law."""

from datetime import date, timedelta

import pytest

from core.errors import UserError
from grassroots import rules
from grassroots.rules import Limits

LIMITS = Limits()
POLL = date(2021, 1, 20)
LATER = date(2021, 3, 1)


def check(key, day, known=None, polling=POLL, elected=None):
    rules.check_date(key, day, polling, LIMITS, known or {}, LATER, elected)


def test_a_roll_published_twenty_days_before_polling_stands():
    check("roll_on", date(2020, 12, 31))


def test_a_roll_published_nineteen_days_before_polling_is_refused_with_article_and_dates():
    with pytest.raises(UserError) as refused:
        check("roll_on", date(2021, 1, 1))
    words = refused.value.message
    assert "村组法第十四条" in words and "最迟 2020-12-31" in words and "只有 19 日" in words
    assert refused.value.field == "done_on"


@pytest.mark.parametrize(
    ("key", "latest"),
    [
        ("commission_on", "2020-12-21"),
        ("roll_on", "2020-12-31"),
        ("nominated_on", "2021-01-10"),
        ("candidates_on", "2021-01-15"),
        ("polled_on", "2021-01-20"),
        ("township_on", "2021-01-23"),
        ("county_on", "2021-01-27"),
        ("handover_on", "2021-01-30"),
        ("certificate_on", "2021-02-19"),
    ],
)
def test_every_legal_date_is_computed_from_polling_day(key, latest):
    assert rules.due_of(key, POLL, LIMITS).latest == date.fromisoformat(latest)


def test_handover_is_reckoned_from_the_day_on_which_the_committee_exists():
    run_off = date(2021, 2, 1)
    assert rules.due_of("handover_on", POLL, LIMITS, run_off).latest == date(2021, 2, 11)


def test_dates_out_of_order_in_the_future_or_off_polling_day_are_refused():
    with pytest.raises(UserError, match="早于上一环节的 2020-12-20"):
        check("roll_on", date(2020, 12, 19), {"commission_on": date(2020, 12, 20)})
    with pytest.raises(UserError, match="还没有到"):
        rules.check_date("roll_on", date(2020, 12, 31), POLL, LIMITS, {}, date(2020, 12, 30))
    with pytest.raises(UserError, match="投票日是 2021-01-20，填写的是 2021-01-21"):
        check("polled_on", date(2021, 1, 21))


def test_a_late_handover_is_recorded_as_late_and_not_refused():
    check("handover_on", date(2021, 2, 10), {"polled_on": POLL}, elected=POLL)


def test_objections_run_five_days_and_decisions_three():
    published = date(2020, 12, 31)
    rules.check_objection(published, date(2021, 1, 5), LIMITS)
    with pytest.raises(UserError, match="至 2021-01-05 止"):
        rules.check_objection(published, date(2021, 1, 6), LIMITS)
    rules.check_decision(date(2021, 1, 5), date(2021, 1, 8), LIMITS)
    with pytest.raises(UserError, match="至 2021-01-08 止"):
        rules.check_decision(date(2021, 1, 5), date(2021, 1, 9), LIMITS)
    with pytest.raises(UserError):
        rules.check_decision(date(2021, 1, 5), date(2021, 1, 4), LIMITS)


@pytest.mark.parametrize(
    ("birth", "polling", "votes"),
    [
        (date(2003, 1, 20), POLL, True),
        (date(2003, 1, 21), POLL, False),
        (date(2003, 1, 19), POLL, True),
        (date(2004, 2, 29), date(2022, 2, 28), False),
        (date(2004, 2, 29), date(2022, 3, 1), True),
    ],
)
def test_whoever_turns_eighteen_on_polling_day_votes_and_the_day_after_does_not(birth, polling, votes):
    assert rules.is_of_age(birth, polling) is votes
    assert (rules.why_no_voter(birth, polling) == "") is votes


def test_the_deprived_and_those_on_another_roll_are_no_voters():
    grown = date(1980, 1, 1)
    assert "剥夺政治权利" in rules.why_no_voter(grown, POLL, deprived=True)
    assert "六岭社区" in rules.why_no_voter(grown, POLL, elsewhere="六岭社区")


def test_three_proxies_are_taken_and_a_fourth_is_refused():
    rules.check_proxy("丁", "甲", False, ["乙", "丙"], LIMITS)
    with pytest.raises(UserError, match="不得超过 3 人：甲已接受乙、丙、丁的委托"):
        rules.check_proxy("戊", "甲", False, ["乙", "丙", "丁"], LIMITS)


def test_a_candidate_takes_no_proxy_and_nobody_is_his_own():
    with pytest.raises(UserError, match="候选人，不得接受委托"):
        rules.check_proxy("乙", "甲", True, [], LIMITS)
    with pytest.raises(UserError, match="不能委托自己"):
        rules.check_proxy("甲", "甲", False, [], LIMITS)


@pytest.mark.parametrize(
    ("kind", "seats", "right"),
    [
        ("village", 2, False),
        ("village", 3, True),
        ("village", 7, True),
        ("village", 8, False),
        ("residents", 4, False),
        ("residents", 5, True),
        ("residents", 9, True),
        ("residents", 10, False),
    ],
)
def test_a_committee_has_the_seats_that_its_law_allows(kind, seats, right):
    if right:
        rules.check_seats(kind, seats, LIMITS)
    else:
        with pytest.raises(UserError):
            rules.check_seats(kind, seats, LIMITS)


def test_a_village_committee_is_elected_by_all_voters():
    with pytest.raises(UserError, match="直接选举"):
        rules.check_seats("village", 5, LIMITS, "households")
    rules.check_seats("residents", 5, LIMITS, "households")


def test_representatives_are_one_a_household_or_two_or_three_a_group():
    rules.check_representation("voters", {"": 900}, LIMITS)
    rules.check_representation("households", {"H1": 1, "H2": 1}, LIMITS)
    with pytest.raises(UserError, match=r"每户应推选 1 名代表.*“H2”现在有 2 名"):
        rules.check_representation("households", {"H1": 1, "H2": 2}, LIMITS)
    rules.check_representation("groups", {"一组": 2, "二组": 3}, LIMITS)
    for count in (1, 4):
        with pytest.raises(UserError, match=f"应推选 2 至 3 名代表.*现在有 {count} 名"):
            rules.check_representation("groups", {"一组": 2, "二组": count}, LIMITS)
    with pytest.raises(UserError, match="没有填写户编号或居民小组"):
        rules.check_representation("groups", {"": 2}, LIMITS)


def test_there_are_more_candidates_than_seats():
    rules.check_nomination("委员", 4, 3)
    with pytest.raises(UserError, match="应选 3 人，候选人只有 3 人"):
        rules.check_nomination("委员", 3, 3)


def test_recall_is_proposed_by_exactly_a_fifth_of_the_voters_or_a_third_of_the_representatives():
    rules.check_recall_proposal("voters", 200, 1000, LIMITS)
    rules.check_recall_proposal("voters", 201, 1001, LIMITS)
    with pytest.raises(UserError, match="至少 201 人，现在 200 人"):
        rules.check_recall_proposal("voters", 200, 1001, LIMITS)
    rules.check_recall_proposal("representatives", 12, 36, LIMITS)
    with pytest.raises(UserError, match="至少 12 人"):
        rules.check_recall_proposal("representatives", 11, 36, LIMITS)


@pytest.mark.parametrize(
    ("numbers", "passes"),
    [
        ((1000, 501, 251, 250), True),
        ((1000, 500, 500, 0), False),
        ((1000, 600, 300, 300), False),
        ((1000, 600, 301, 299), True),
    ],
)
def test_recall_needs_more_than_half_of_both(numbers, passes):
    assert rules.recall_passes(*numbers)[0] is passes


def test_recall_sums_that_do_not_add_up_are_refused():
    with pytest.raises(UserError, match="= 601，多于收回的 600 票"):
        rules.recall_passes(1000, 600, 300, 301)
    with pytest.raises(UserError, match="多于登记选民"):
        rules.recall_passes(1000, 1001, 0, 0)


def test_the_schedule_is_in_order():
    days = [one.latest for one in rules.schedule(POLL, LIMITS)]
    assert days == sorted(days)
    assert days[5] - days[1] == timedelta(days=20)
