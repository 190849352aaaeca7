"""临时救助: worked examples at the edges, as facts of contract §5."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.assessing import assess

POLICY = {
    "temporary": {
        "severity.light": 1,
        "severity.medium": 3,
        "severity.heavy": 6,
        "deductible": "5000",
        "brackets": [["20000", "0.3"], ["50000", "0.4"], [None, "0.5"]],
        "edge_ratio": "1.5",
        "year_cap": "20000",
        "same_cause_grants": 2,
        "round": "fen",
    },
    "dibao_urban": {"standard": "500", "work_cost": "0", "counted_income": ["wages", "pension", "transfer"]},
    "dibao_rural": {"standard": "350", "work_cost": "0", "counted_income": ["wages", "pension", "transfer"]},
}


def item(members=2, income=0, **event):
    """An item of a household in town; `income` is the first member's wages a month."""
    return {
        "ref": "户",
        "programme": "temporary",
        "month": "2020-12",
        "members": [{"ref": f"m{n}", "income": {"wages": income if n == 0 else 0}} for n in range(members)],
        "household": {"income": {}},
        "event": {
            "granted_this_year": 0,
            "grants_same_cause": 0,
            "programme_standard": "dibao_urban",
            **event,
        },
    }


def emergency(severity="light", affected=1, **more):
    return item(kind="emergency", severity=severity, affected=affected, **more)


def expenditure(self_paid, **more):
    return item(kind="expenditure", self_paid=self_paid, **more)


def answer(facts):
    return assess(facts, policies=POLICY)


GRANTED = [
    ("轻度一人一个月的标准", emergency("light", 1), "500.00"),
    ("中度两人三个月", emergency("medium", 2), "3000.00"),
    ("重度两人六个月", emergency("heavy", 2), "6000.00"),
    ("农村标准", emergency("heavy", 3, programme_standard="dibao_rural"), "6300.00"),
    ("急难型不看收入", emergency("light", 1, income=90000), "500.00"),
    ("刚过起付线", expenditure("5000.10"), "0.03"),
    ("合同里的例子", expenditure(34000), "9600.00"),
    ("第一档封顶处", expenditure(25000), "6000.00"),
    ("第一档再多一元", expenditure(25001), "6000.40"),
    ("第二档封顶处", expenditure(55000), "18000.00"),
    ("第二档再多一元", expenditure(55001), "18000.50"),
    ("正好到年限额", expenditure(59000), "20000.00"),
    ("超过年限额", expenditure(80000), "20000.00"),
    ("人均收入差一分", expenditure(25000, income="1499.99"), "6000.00"),
    ("此前一次同事由", emergency("light", 1, grants_same_cause=1), "500.00"),
    ("还剩正好这么多", emergency("heavy", 2, granted_this_year=14000), "6000.00"),
    ("只剩一分", emergency("heavy", 2, granted_this_year="19999.99"), "0.01"),
]


@pytest.mark.parametrize(("facts", "amount"), [row[1:] for row in GRANTED], ids=[row[0] for row in GRANTED])
def test_what_a_family_is_granted(facts, amount):
    found = answer(facts)
    assert (found["eligible"], found["monthly_amount"]) == (True, amount), found
    assert sum(Decimal(line["amount"]) for line in found["lines"]) == Decimal(amount)
    assert (found["first_month"], found["conflicts"], found["reasons"]) == ("2020-12", [], [])


REFUSED = [
    ("自付正好起付线", expenditure(5000), [("band", "5000.00", "5000.00")]),
    ("自付不足", expenditure(0), [("band", "0.00", "5000.00")]),
    ("人均收入正好 1.5 倍", expenditure(25000, income=1500), [("income", "750.00", "750.00")]),
    ("本年限额用完", emergency("light", 1, granted_this_year=20000), [("grants", "20000", "20000")]),
    ("同一事由第三次", emergency("light", 1, grants_same_cause=2), [("grants", "2", "2")]),
    (
        "两个原因一个代码",
        emergency("light", 1, granted_this_year=20000, grants_same_cause=2),
        [("grants", "20000", "20000")],
    ),
    (
        "全部条件都列出",
        expenditure(5000, income=3000, grants_same_cause=2),
        [("band", "5000.00", "5000.00"), ("income", "1500.00", "750.00"), ("grants", "2", "2")],
    ),
]


@pytest.mark.parametrize(("facts", "reasons"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_why_a_family_is_refused(facts, reasons):
    found = answer(facts)
    assert [(one["code"], one["actual"], one["limit"]) for one in found["reasons"]] == reasons
    assert (found["eligible"], found["monthly_amount"], found["lines"], found["first_month"]) == (
        False,
        "0.00",
        [],
        None,
    )


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (item(), "救助类型"),
        ({**item(), "event": None}, "救助事项"),
        (item(kind="flood"), "flood"),
        (item(kind="emergency", affected=1), "困难程度"),
        (item(kind="emergency", severity="light"), "受困人数"),
        (item(kind="emergency", severity="light", affected=0), "至少 1 人"),
        (item(kind="emergency", severity="huge", affected=1), "huge"),
        (item(kind="expenditure"), "自付费用"),
        (expenditure(-1), "负数"),
        (expenditure(9000, granted_this_year=None), "本年已救助金额"),
        (expenditure(9000, grants_same_cause=None), "同一事由已救助次数"),
        (expenditure(9000, programme_standard=None), "programme_standard"),
        (expenditure(9000, programme_standard="tekun_basic"), "tekun_basic"),
        ({**expenditure(9000), "members": [{"ref": "a"}]}, "收入"),
    ],
)
def test_missing_or_impossible_facts_are_named(facts, words):
    assert words in answer(facts)["error"]


def test_the_lines_say_how_the_sum_came_about():
    found = answer(expenditure(60000, granted_this_year=15000))
    assert [(line["rule"], line["amount"]) for line in found["lines"]] == [
        ("expenditure", "20500.00"),
        ("cap", "-15500.00"),
    ]
    assert (
        found["lines"][0]["expr"] == "60,000 − 5,000 ＝ 55,000；20,000 × 30% ＋ 30,000 × 40% ＋ 5,000 × 50%"
    )
    assert found["monthly_amount"] == "5000.00"


def test_what_was_advanced_is_set_off_and_never_paid_twice():
    found = answer(emergency("medium", 1, advanced=1000))
    assert [(line["rule"], line["amount"]) for line in found["lines"]] == [
        ("emergency", "1500.00"),
        ("advance", "-1000.00"),
    ]
    over = answer(emergency("light", 1, advanced=2000))
    assert (over["monthly_amount"], over["figures"]["overpaid"]) == ("0.00", "1500.00")


def test_a_grant_stands_beside_everything():
    facts = emergency()
    facts["members"][0]["holds"] = ["dibao_urban", "tekun_basic", "orphan", "temporary"]
    assert answer(facts)["conflicts"] == []
    assert answer(facts)["eligible"]


def test_the_policy_of_one_call_replaces_what_it_names():
    facts = {
        **expenditure(9000),
        "policy": {"temporary": {"deductible": 0, "brackets": [[1000, 0.1], [None, 0.2]]}},
    }
    merged = {**POLICY, "temporary": {**POLICY["temporary"], **facts["policy"]["temporary"]}}
    assert assess(facts, policies=merged)["monthly_amount"] == "1700.00"


MONEY = st.decimals(min_value=0, max_value=200_000, places=2)


@settings(max_examples=150, deadline=None)
@given(less=MONEY, more=MONEY, granted=st.decimals(min_value=0, max_value=25_000, places=2))
def test_more_expenses_never_bring_less_and_never_more_than_is_left(less, more, granted):
    less, more = sorted((less, more))
    low = Decimal(answer(expenditure(str(less), granted_this_year=str(granted)))["monthly_amount"])
    high = answer(expenditure(str(more), granted_this_year=str(granted)))
    amount = Decimal(high["monthly_amount"])
    assert low <= amount <= max(Decimal(20_000) - granted, Decimal(0))
    assert sum((Decimal(line["amount"]) for line in high["lines"]), Decimal(0)) == amount


@pytest.mark.django_db
def test_the_models_policy_in_force_gives_the_same():
    assert assess(expenditure(34000))["monthly_amount"] == "9600.00"
    assert assess({**emergency("heavy", 2), "policy": {"dibao_urban": {"standard": 600}}})[
        "monthly_amount"
    ] == ("7200.00")
