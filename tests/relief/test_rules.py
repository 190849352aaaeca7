"""低保 worked by hand: what a caseworker would reckon on paper at a standard of 500 yuan."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.assessing import assess
from tests.relief.households import POLICY, household, person


def answer(item, **policy):
    return assess(item, policies={item["programme"]: {**POLICY, **policy}})


def rules(result):
    return [(line["rule"], line["amount"]) for line in result["lines"]]


def reasons(result):
    return {reason["code"]: (reason["actual"], reason["limit"]) for reason in result["reasons"]}


EXAMPLES = [
    ("一个人没有收入，差额就是标准", household(person(45)), [("gap", "500.00")]),
    ("四口之家收入 1468 元：500 × 4 − 1468", household(person(45), person(44), person(43), person(42), income=1468),
     [("gap", "532.00")]),
    ("差额不足一元的进到元", household(person(45, pension="120.30")), [("gap", "380.00")]),
    ("70 周岁加 10%", household(person(70)), [("gap", "500.00"), ("uplift.elderly70", "50.00")]),
    ("69 周岁不加", household(person(69)), [("gap", "500.00")]),
    ("未成年人加 10%", household(person(40), person(17)), [("gap", "1000.00"), ("uplift.minor", "50.00")]),
    ("满 18 周岁不再加", household(person(40), person(18)), [("gap", "1000.00")]),
    ("单亲家庭的未成年人加 15%，不再加 10%", household(person(40), person(8), single_parent=True),
     [("gap", "1000.00"), ("uplift.single_parent_minor", "75.00")]),
    ("重残 20% 高于老年 10%，只取高的", household(person(75, disability=("physical", 2))),
     [("gap", "500.00"), ("uplift.severe_disability", "100.00")]),
    ("重残又重病，比例相同取重残", household(person(45, disability=("visual", 1), serious_illness=True)),
     [("gap", "500.00"), ("uplift.severe_disability", "100.00")]),
    ("三级残疾不加", household(person(45, disability=("mental", 3))), [("gap", "500.00")]),
    ("每人各取各的", household(person(72), person(45, serious_illness=True), person(3)),
     [("gap", "1500.00"), ("uplift.elderly70", "50.00"), ("uplift.serious_illness", "100.00"),
      ("uplift.minor", "50.00")]),
    ("人均收入 499.99 元仍可享受", household(person(45, pension="499.99")), [("gap", "1.00")]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "item", "lines"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_worked_examples(words, item, lines):
    result = answer(item)
    assert rules(result) == lines
    assert result["eligible"] and result["reasons"] == []
    assert Decimal(result["monthly_amount"]) == sum(Decimal(amount) for _, amount in lines)
    assert result["first_month"] == "2021-01" and result["persons"] == len(item["members"])


REFUSALS = [
    ("人均收入等于标准", household(person(45, pension=500)), {"income": ("500.00", "500.00")}),
    ("人均金融资产超过 24 个月标准", household(person(45), assets="12000.01"),
     {"financial_assets": ("12000.01", "12000.00")}),
    ("两套住房", household(person(45), houses=2), {"houses": (2, 1)}),
    ("所有不符合的条件都要说出来", household(person(45, wages=900), houses=3, vehicles=1, shops=1, assets=99999),
     {"income": ("900.00", "500.00"), "financial_assets": ("99999.00", "12000.00"), "houses": (3, 1),
      "vehicles": (1, 0), "shops": (1, 0)}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "item", "expected"), REFUSALS, ids=[one[0] for one in REFUSALS])
def test_a_refusal_names_every_failed_condition_with_its_figures(words, item, expected):
    result = answer(item)
    assert reasons(result) == expected
    assert (result["eligible"], result["monthly_amount"], result["lines"], result["first_month"]) == (
        False,
        "0.00",
        [],
        None,
    )


def test_assets_up_to_the_limit_exactly_are_allowed():
    assert answer(household(person(45), person(44), assets=24000))["eligible"]


def test_work_cost_is_left_to_those_who_can_work_in_part():
    partly = household(person(45, wages=300, labour="partial"))
    assert answer(partly, work_cost="100")["monthly_amount"] == "300.00"
    assert answer(partly, work_cost="400")["monthly_amount"] == "500.00"
    assert (
        answer(household(person(45, wages=300, labour="full")), work_cost="100")["monthly_amount"] == "200.00"
    )


def test_income_that_does_not_count_is_left_out():
    item = household(person(78, income={"pension": 100, "elderly_allowance": 100}))
    assert rules(answer(item))[0] == ("gap", "400.00")


def test_a_parameter_of_zero_switches_an_uplift_off():
    item = household(person(78))
    assert rules(answer(item, **{"uplift.elderly70": "0"})) == [("gap", "500.00")]


def test_rounding_by_line_to_the_fen_where_the_district_says_so():
    item = household(person(78, pension="120.30"))
    assert rules(answer(item, round="fen", standard="501.33")) == [
        ("gap", "381.03"),
        ("uplift.elderly70", "50.13"),
    ]


# — 单人保 ————————————————————————————————————————————————


def edge_household(first, income):
    """Two members with that much income together."""
    return household(first, person(42), income=income, single=True)


@pytest.mark.parametrize(
    ("income", "eligible"), [("999.99", False), ("1000", True), ("1499.99", True), ("1500", False)]
)
def test_alone_only_in_a_household_at_the_edge(income, eligible):
    result = answer(edge_household(person(45, disability=("physical", 1)), income))
    assert result["eligible"] is eligible
    if eligible:
        assert rules(result) == [("gap", "500.00"), ("uplift.severe_disability", "100.00")]
        assert result["persons"] == 1
    else:
        assert list(reasons(result)) == ["income"]


@pytest.mark.parametrize(
    ("facts", "eligible"),
    [
        ({"disability": ("physical", 2)}, True),
        ({"disability": ("mental", 3)}, True),
        ({"disability": ("intellectual", 3)}, True),
        ({"disability": ("physical", 3)}, False),
        ({"disability": ("mental", 4)}, False),
        ({"serious_illness": True}, True),
        ({}, False),
    ],
)
def test_alone_only_when_severely_disabled_or_seriously_ill(facts, eligible):
    result = answer(edge_household(person(45, **facts), 1200))
    assert result["eligible"] is eligible
    assert ("disability" in reasons(result)) is not eligible


def test_alone_assets_are_still_shared_over_all_members():
    first = person(45, disability=("physical", 1))
    assert answer(household(first, person(42), income=1200, assets=24000, single=True))["eligible"]
    refused = answer(household(first, person(42), income=1200, assets=24001, single=True))
    assert reasons(refused) == {"financial_assets": ("12000.50", "12000.00")}


# — 渐退 ——————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("income", "used", "lines"),
    [
        (500, 0, [("grace", "620.50")]),
        (750, 5, [("grace", "620.50")]),
        (751, 2, []),
        (600, 6, []),
        (300, 2, [("gap", "200.00")]),
    ],
)
def test_grace_keeps_the_amount_for_six_months_up_to_the_edge(income, used, lines):
    item = household(person(45, wages=income), grace={"held_amount": 620.5, "months_used": used})
    result = answer(item)
    assert rules(result) == lines
    assert result["eligible"] is bool(lines)
    if not lines:
        assert list(reasons(result)) == ["income"]


# — 与其他项目 ————————————————————————————————————————————


@pytest.mark.parametrize(
    ("held", "eligible", "verdicts"),
    [
        ("dibao_rural", False, ["no"]),
        ("tekun_basic", False, ["no"]),
        ("orphan", False, ["no"]),
        ("unsupported_child", True, ["difference"]),
        ("disability_care", True, []),
        ("elderly_allowance", True, []),
        ("temporary", True, []),
    ],
)
def test_what_a_member_already_holds(held, eligible, verdicts):
    result = answer(household(person(45), person(12, holds=[held])))
    assert result["eligible"] is eligible
    assert [one["verdict"] for one in result["conflicts"]] == verdicts
    assert all(
        one["basis"] and one["held"] == held and one["asked"] == "dibao_urban" for one in result["conflicts"]
    )
    assert ("holds" in reasons(result)) is not eligible


# — 事实不全 ——————————————————————————————————————————————


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda item: item["members"][0].pop("birth_date"), "出生日期"),
        (lambda item: item["members"][0].pop("income"), "收入"),
        (lambda item: item.pop("household"), "家庭情况"),
        (lambda item: item["household"].pop("financial_assets"), "金融资产"),
        (lambda item: item.pop("month"), "测算月份"),
        (lambda item: item.update(members=[]), "成员"),
        (lambda item: item.update(month="2020-13"), "2020-13"),
        (lambda item: item["members"][0].update(birth_date="1948-02-30"), "不是日期"),
        (lambda item: item["members"][0].update(birth_date="2021-01-01"), "晚于"),
        (lambda item: item["members"][0].update(disability={"kind": "physical", "grade": 5}), "1 至 4"),
        (lambda item: item["members"][0]["income"].update(wages=-1), "负数"),
        (lambda item: item["members"][0]["income"].update(wages="很多"), "不是金额"),
        (lambda item: item["members"][0]["income"].update(wages=float("nan")), "不是金额"),
    ],
)
def test_missing_or_impossible_facts_are_an_error_of_that_item(spoil, word):
    item = household(person(45))
    spoil(item)
    result = answer(item)
    assert set(result) == {"ref", "error"} and result["ref"] == "户"
    assert word in result["error"]


def test_a_month_without_a_standard_is_said_so():
    policy = {key: value for key, value in POLICY.items() if key != "standard"}
    result = assess(household(person(45)), policies={"dibao_urban": policy})
    assert result["error"] == "2020-12 没有施行的低保标准。"


# — 对任何家庭都成立 ——————————————————————————————————————

cents = st.integers(0, 200_000).map(lambda fen: Decimal(fen) / 100)
people = st.builds(
    person,
    st.integers(0, 99),
    pension=cents,
    disability=st.none() | st.tuples(st.sampled_from(["physical", "mental"]), st.integers(1, 4)),
    serious_illness=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(members=st.lists(people, min_size=1, max_size=6), income=cents, more=cents, lone=st.booleans())
def test_lines_add_up_and_more_income_never_means_more_money(members, income, more, lone):
    def with_income(amount):
        return answer(household(*members, income=amount, single_parent=lone))

    result, richer = with_income(income), with_income(income + more)
    amounts = [Decimal(line["amount"]) for line in result["lines"]]
    assert Decimal(result["monthly_amount"]) == sum(amounts, Decimal(0))
    assert all(amount == amount.to_integral() and amount > 0 for amount in amounts)
    assert Decimal(richer["monthly_amount"]) <= Decimal(result["monthly_amount"])
    total = income + sum(member["income"]["pension"] for member in members)
    assert result["eligible"] is (total < 500 * len(members))
