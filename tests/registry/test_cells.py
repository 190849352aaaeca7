"""Cells as people type them: what is understood is right, and nothing makes the readers fall over."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from core import cells, identity
from core.errors import UserError
from registry.names import reading, tidy_name
from registry.rules import Villages, read_relation

TODAY = date(2026, 11, 24)
BIRTHS = st.dates(date(1900, 1, 1), date(2026, 1, 1))


def number_of(birth: date, order: int) -> str:
    stem = f"430503{birth:%Y%m%d}{order:03d}"
    return stem + calc_check_digit(stem + "0")


@given(BIRTHS, st.integers(1, 999))
def test_every_valid_number_is_read_with_its_birth_date_and_sex(birth, order):
    number = number_of(birth, order)
    found, repairs = identity.read_id(number, TODAY)
    assert (found.number, found.birth, found.sex) == (number, birth, "M" if order % 2 else "F")
    assert repairs == []


@given(BIRTHS, st.integers(1, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(birth, order, place, shift):
    number = number_of(birth, order)
    if number[place] == "X":
        return
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(UserError):
        identity.read_id(wrong, TODAY)


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(1, 995))
def test_an_old_number_becomes_the_same_person(birth, order):
    number = number_of(birth, order)
    old = number[:6] + number[8:17]
    for written in (old, float(old), int(old), f"{old}.0", f" '{old} "):
        found, repairs = identity.read_id(written, TODAY)
        assert found.number == number and repairs


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes()))
def test_whatever_stands_in_a_cell_is_read_or_refused_in_words(value):
    readers = (
        cells.parse_day,
        cells.parse_amount,
        cells.parse_month_cell,
        cells.parse_count,
        cells.clean_code,
        cells.clean_text,
        identity.read_bank_number,
        lambda cell: identity.read_id(cell, TODAY),
        read_relation,
        tidy_name,
    )
    for reader in readers:
        try:
            reader(value)
        except UserError as error:
            assert error.message


@given(st.dates(date(1920, 1, 1), date(2050, 12, 31)))
def test_a_day_is_the_same_day_in_every_writing(day):
    serial = (day - date(1899, 12, 30)).days
    for written in (
        day,
        f"{day:%Y-%m-%d}",
        f"{day.year}-{day.month}-{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        float(f"{day:%Y%m%d}"),
        serial,
        float(serial),
        str(serial),
        f"{day:%Y-%m-%d} 00:00:00",
    ):
        assert cells.parse_day(written)[0] == day, written
    assert cells.parse_day(f"{day:%Y%m}")[0] == day.replace(day=1)
    assert timedelta(0) == cells.parse_month_cell(f"{day:%Y-%m}")[0] - day.replace(day=1)


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("980", "980.00"),
        ("1,286.50", "1286.50"),
        ("１２８６．５元", "1286.50"),
        ("0.5万元", "5000.00"),
        ("3.2万", "32000.00"),
        (980.0, "980.00"),
        (333.3333333, "333.33"),
        ("￥12.00", "12.00"),
        ("0", "0.00"),
    ],
)
def test_amounts_are_yuan_with_two_places(written, yuan):
    assert cells.parse_amount(written)[0] == Decimal(yuan)


@pytest.mark.parametrize("written", ["-1", -1, "约980", "9 8 0 元 左右", float("nan"), float("inf"), "1e5"])
def test_amounts_that_are_none_are_refused(written):
    with pytest.raises(UserError):
        cells.parse_amount(written)


@pytest.mark.parametrize(
    ("word", "relation"),
    [
        ("户主", "head"),
        ("本人", "head"),
        ("丈夫", "spouse"),
        ("妻子", "spouse"),
        ("长子", "son"),
        ("次女", "daughter"),
        ("儿媳", "other"),
        ("母亲", "parent"),
        ("外孙", "grandchild"),
        ("妹 妹", "sibling"),
        ("女婿", "other"),
    ],
)
def test_family_words_are_understood(word, relation):
    assert read_relation(word)[0] == relation


def test_names_lose_their_spaces_and_get_their_surnames_reading():
    assert tidy_name("张　三")[0] == "张三"
    assert tidy_name("买买提•艾力")[0] == "买买提·艾力"
    assert reading("单雄信") == ("shanxiongxin", "sxx")
    assert reading("欧阳修")[1] == "oyx"


def test_villages_are_found_by_name_committee_township_and_code():
    villages = Villages(
        [
            ("430503", "大祥区"),
            ("430503001", "城南街道"),
            ("430503002", "罗市镇"),
            ("430503001001", "桃花社区"),
            ("430503002001", "桃花社区"),
            ("430503002002", "清风村"),
        ]
    )
    assert villages.find("清风村委会", "", "")[0] == "430503002002"
    assert villages.find("罗市镇桃花社区", "", "")[0] == "430503002001"
    assert villages.find("桃花社区", "", "城南街道")[0] == "430503001001"
    assert villages.find("", 430503001001.0, "")[0] == "430503001001"
    for name, code, township in (("桃花社区", "", ""), ("清风村", "", "城南街道"), ("", "430503009999", "")):
        with pytest.raises(UserError):
            villages.find(name, code, township)
