from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.money import in_capitals, to_fen, yuan_up
from core.months import add_months, age_in_month, last_day, month_range, months_between, parse_month

CAPITALS = [
    ("0", "零元整"),
    ("0.05", "伍分"),
    ("0.50", "伍角整"),
    ("1.00", "壹元整"),
    ("10.00", "壹拾元整"),
    ("10.50", "壹拾元零伍角整"),
    ("11.05", "壹拾壹元零伍分"),
    ("100.10", "壹佰元零壹角整"),
    ("105.00", "壹佰零伍元整"),
    ("1005.20", "壹仟零伍元贰角整"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("10000.00", "壹万元整"),
    ("10001.00", "壹万零壹元整"),
    ("107000.53", "壹拾万柒仟元零伍角叁分"),
    ("100500.00", "壹拾万零伍佰元整"),
    ("2761969.00", "贰佰柒拾陆万壹仟玖佰陆拾玖元整"),
    ("34996500.00", "叁仟肆佰玖拾玖万陆仟伍佰元整"),
    ("100000000.00", "壹亿元整"),
    ("100010000.00", "壹亿零壹万元整"),
    ("100000001.00", "壹亿零壹元整"),
    ("-150.00", "负壹佰伍拾元整"),
]


@pytest.mark.parametrize(("amount", "text"), CAPITALS)
def test_amount_in_capitals_as_a_bank_clerk_writes_it(amount, text):
    assert in_capitals(Decimal(amount)) == text


@given(st.integers(0, 10**13))
def test_no_two_amounts_share_their_capitals_and_zeros_never_double(fen):
    text = in_capitals(Decimal(fen) / 100)
    assert "零零" not in text
    assert text == "零元整" or not text.startswith("零")
    assert text != in_capitals(Decimal(fen + 1) / 100)


def test_dibao_lines_round_up_to_the_yuan_and_others_half_up_to_the_fen():
    assert yuan_up(Decimal("350.01")) == Decimal("351.00")
    assert yuan_up(Decimal("350.00")) == Decimal("350.00")
    assert to_fen(Decimal("0.005")) == Decimal("0.01")


@pytest.mark.parametrize("text", ["2020-12", "2020.12", "2020/12", "2020年12月", "202012", " 2020-12 "])
def test_a_month_is_read_however_a_clerk_writes_it(text):
    assert parse_month(text) == date(2020, 12, 1)


@pytest.mark.parametrize("text", ["2020-13", "2020-00", "20-12", "", "十二月", "2020"])
def test_a_month_that_cannot_be_is_refused_in_words(text):
    with pytest.raises(UserError, match="看不懂"):
        parse_month(text)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-600, 600))
def test_months_added_can_be_taken_away(day, n):
    month = day.replace(day=1)
    assert add_months(add_months(month, n), -n) == month
    assert months_between(month, add_months(month, n)) == n
    assert len(month_range(month, add_months(month, n))) == max(0, n + 1)


def test_age_is_that_of_the_months_last_day():
    assert age_in_month(date(1940, 12, 31), date(2020, 12, 1)) == 80
    assert age_in_month(date(1940, 12, 31), date(2020, 11, 1)) == 79
    assert last_day(date(2020, 2, 1)) == date(2020, 2, 29)


def test_one_born_on_leap_day_is_older_at_the_end_of_february_in_every_year():
    assert age_in_month(date(1940, 2, 29), date(2020, 1, 1)) == 79
    assert age_in_month(date(1940, 2, 29), date(2020, 2, 1)) == 80
    assert age_in_month(date(1940, 2, 29), date(2021, 2, 1)) == 81
