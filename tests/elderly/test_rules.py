"""高龄津贴 and 长寿金 by the formula, at the edges of ages and bands."""

from datetime import date

import pytest

from benefits.assessing import assess
from benefits.models import Standard
from elderly.bands import Band, band_for, crossing, reach_month, read_category

pytestmark = pytest.mark.django_db


def ask(birth, month="2020-12", programme="elderly_allowance", holds=(), policy=None):
    """One item of contract §5."""
    member = {"ref": "a", "birth_date": birth, "holds": list(holds)}
    item = {"ref": "x", "programme": programme, "month": month, "members": [member]}
    return assess({**item, "policy": {programme: policy}} if policy else item)


def codes(answer):
    return [(one["code"], one["actual"], one["limit"]) for one in answer["reasons"]]


# Birth, month, and what comes of it: an amount, or the reason with its figures.
AGES = [
    ("1930-12-31", "2020-12", "100.00"),  # ninety on the last day of the month
    ("1930-12-31", "2020-11", ("band", 89, 90)),
    ("1930-12-01", "2020-12", "100.00"),  # on the first
    ("1931-01-01", "2020-12", ("band", 89, 90)),  # one day too young
    ("1928-02-29", "2018-02", None),  # no policy in force yet
    ("1932-02-29", "2022-02", "100.00"),  # born on leap day, ninety at the end of a common February
    ("1932-02-29", "2022-01", ("band", 89, 90)),
    ("1940-12-31", "2020-12", ("band", 80, 90)),  # eighty on the last day: the band pays nothing
    ("1940-12-31", "2020-11", ("age", 79, 80)),
    ("1941-01-01", "2020-12", ("age", 79, 80)),
    ("1940-02-29", "2020-02", ("band", 80, 90)),
    ("1921-01-01", "2020-12", "100.00"),  # ninety-nine to the last
    ("1920-12-31", "2020-11", "100.00"),
    ("1920-12-31", "2020-12", ("age", 100, 99)),  # a hundred on the last day
    ("1920-02-29", "2020-01", "100.00"),
    ("1920-02-29", "2020-02", ("age", 100, 99)),
    ("1960-05-05", "2020-12", ("age", 60, 80)),
]


@pytest.mark.parametrize("birth, month, expected", AGES)
def test_who_gets_the_allowance_in_which_month(birth, month, expected):
    answer = ask(birth, month)
    if expected is None:
        assert "没有施行的高龄津贴年龄段标准" in answer["error"]
    elif isinstance(expected, str):
        assert (answer["eligible"], answer["monthly_amount"], answer["first_month"]) == (
            True,
            expected,
            month,
        )
        assert [(one["rule"], one["amount"]) for one in answer["lines"]] == [("allowance", expected)]
        assert (answer["persons"], answer["reasons"], answer["conflicts"]) == (1, [], [])
    else:
        assert codes(answer) == [expected]
        assert (answer["monthly_amount"], answer["lines"], answer["first_month"]) == ("0.00", [], None)


@pytest.mark.parametrize(
    "birth, month, amount",
    [
        ("1920-12-31", "2020-12", "300.00"),
        ("1920-12-31", "2020-11", None),
        ("1920-12-01", "2020-12", "300.00"),
        ("1921-01-01", "2020-12", None),
        ("1920-02-29", "2020-02", "300.00"),
        ("1920-02-29", "2020-01", None),
        ("1908-07-08", "2020-12", "300.00"),
    ],
)
def test_the_hundredth_birthday_brings_longevity(birth, month, amount):
    answer = ask(birth, month, "longevity")
    if amount:
        assert (answer["monthly_amount"], answer["first_month"]) == (amount, month)
    else:
        assert [code for code, *_ in codes(answer)] == ["age"]


def test_without_a_birth_date_nothing_can_be_said():
    for programme in ("elderly_allowance", "longevity"):
        answer = assess({"ref": 7, "programme": programme, "month": "2020-12", "members": [{"ref": "a"}]})
        assert (answer["ref"], answer["error"]) == (7, "成员 a 的出生日期没有填写。")


def test_longevity_replaces_the_allowance_that_is_held():
    answer = ask("1920-03-01", "2020-03", "longevity", holds=["elderly_allowance"])
    assert answer["eligible"]
    assert [(one["held"], one["asked"], one["verdict"]) for one in answer["conflicts"]] == [
        ("elderly_allowance", "longevity", "replaces")
    ]


def test_dibao_and_the_allowance_stand_side_by_side():
    answer = ask("1929-03-01", holds=["dibao_rural", "tekun_basic", "disability_care"])
    assert (answer["eligible"], answer["conflicts"]) == (True, [])


def test_the_bureau_may_pay_the_eighties_in_one_call_or_from_a_date():
    assert ask("1938-03-01", policy={"standard": {"80-89": 50}})["monthly_amount"] == "50.00"
    Standard.objects.create(
        programme_id="elderly_allowance",
        division_id="430503",
        category="80-89",
        amount=50,
        effective_from=date(2020, 7, 1),
        source="区办发〔2020〕7号",
    )
    assert codes(ask("1938-03-01", "2020-06")) == [("band", 82, 90)]
    assert ask("1938-03-01", "2020-07")["monthly_amount"] == "50.00"


def test_any_layout_of_bands_counts_and_the_newer_one_wins():
    for category, amount in (("80-84", 30), ("85至89岁", 60), ("95+", 200)):
        Standard.objects.create(
            programme_id="elderly_allowance",
            division_id="430503",
            category=category,
            amount=amount,
            effective_from=date(2020, 7, 1),
            source="区办发〔2020〕7号",
        )
    got = [ask(f"{2020 - age}-01-01")["monthly_amount"] for age in (80, 84, 85, 89, 90, 94, 95, 99)]
    assert got == ["30.00", "30.00", "60.00", "60.00", "100.00", "100.00", "200.00", "200.00"]
    assert [code for code, *_ in codes(ask("1920-01-01"))] == ["age"]


def test_amounts_are_rounded_by_themselves_to_the_fen():
    assert ask("1929-03-01", policy={"standard": {"90-99": 100.005}})["monthly_amount"] == "100.01"


@pytest.mark.parametrize(
    "category, span",
    [
        ("80-89", (80, 89)),
        ("80–89", (80, 89)),
        ("80至89岁", (80, 89)),
        ("95+", (95, 199)),
        ("95-", (95, 199)),
        ("95岁及以上", (95, 199)),
        ("A类", None),
        ("", None),
        ("89-80", None),
    ],
)
def test_bands_are_read_from_the_category_of_the_standard(category, span):
    assert read_category(category) == span


def test_a_retired_layout_loses_against_a_newer_wider_band():
    old, new = Band("80-84", 80, 84, 30, date(2019, 1, 1)), Band("80-89", 80, 89, 50, date(2021, 1, 1))
    assert band_for(82, [old, new]) == new
    assert band_for(90, [old, new]) is None


def test_a_band_is_entered_in_the_month_of_its_first_birthday():
    bands = [Band("90-94", 90, 94, 100, date(2019, 1, 1)), Band("95-99", 95, 99, 150, date(2019, 1, 1))]
    birth = date(1925, 2, 28)
    assert reach_month(birth, 95) == date(2020, 2, 1)
    assert crossing(birth, date(2020, 1, 1), bands) == (date(2015, 2, 1), bands[0])
    assert crossing(birth, date(2020, 2, 1), bands) == (date(2020, 2, 1), bands[1])
    assert crossing(birth, date(2023, 5, 1), bands) == (date(2020, 2, 1), bands[1])
