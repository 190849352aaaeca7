"""Facts of the demo's households: valid people, and incomes from which the formula itself gives the year's total."""

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from stdnum import luhn
from stdnum.cn import ric

from benefits.assessing import assess
from benefits.policy import policy_table
from core.months import age_in_month
from demo import facts, names
from demo.plan import REPORT_2020, solve


def test_id_numbers_carry_the_district_the_birth_date_the_sex_and_a_right_check_character():
    numbers = names.Numbers(Random(1))
    seen = set()
    for place in range(600):
        sex = "MF"[place % 2]
        number = numbers.id_number(date(1950, 2, 28), sex)
        seen.add(number)
        assert number[:14] == "43050319500228"
        assert int(number[16]) % 2 == (sex == "M")
        assert number[-1] == ric.calc_check_digit(number)
    assert len(seen) == 600


def test_accounts_begin_with_62_and_pass_the_luhn_check():
    numbers = names.Numbers(Random(1))
    for _ in range(100):
        bank, number = numbers.account()
        assert bank and number.startswith("62") and len(number) == 19 and luhn.is_valid(number)


@pytest.mark.django_db
@pytest.mark.parametrize("report", REPORT_2020, ids=lambda target: target.programme)
def test_the_formula_gives_the_report_s_total_to_the_yuan(report):
    rng = Random(5)
    cases = [facts.household(one, 2020, rng) for one in solve(report, rng)]
    facts.choose_incomes(cases, report.amount, rng)
    table = policy_table([report.programme])
    total = Decimal(0)
    for case in cases:
        answer = assess(facts.facts_of(case), table=table)
        assert answer.get("eligible"), answer
        assert answer["persons"] == case.movement.size == len(case.members)
        total += Decimal(answer["monthly_amount"]) * case.movement.months
    assert total == report.amount


def test_a_household_looks_like_one():
    rng = Random(9)
    for movement in solve(REPORT_2020[0].scaled(0.1), rng):
        case = facts.household(movement, 2020, rng)
        head = case.members[0]
        relations = Counter(member.relation for member in case.members)
        assert head.relation == "head" and relations["head"] == 1 and relations["spouse"] <= 1
        assert age_in_month(head.birth, case.decided) >= 18
        for member in case.members:
            assert member.birth < case.decided
            if member.relation in ("son", "daughter"):
                assert member.birth.year - head.birth.year >= 14
            if member.relation == "parent":
                assert head.birth.year - member.birth.year >= 14
        assert case.decided < date(2020, 12, 1)
        if movement.reason == "death":
            assert head.death and head.death < date(2020, movement.exit, 1)
