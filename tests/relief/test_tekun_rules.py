"""特困 worked by hand with the model policy of 2020: urban 低保 500, rural 350, minimum wage 1 540."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from benefits.assessing import assess

pytestmark = pytest.mark.django_db


def applicant(age: int = 66, **facts) -> dict:
    """Who is `age` in December 2020, without income, supporter or loss of ability."""
    born = facts.pop("born", f"{2020 - age}-06-15")
    disability = facts.pop("disability", None)
    return {
        "ref": "本人",
        "birth_date": born,
        "sex": "M",
        "income": {},
        "supporter_capable": False,
        "abilities_lost": 0,
        **({"disability": {"kind": disability[0], "grade": disability[1]}} if disability else {}),
        **facts,
    }


def case(*members: dict, programme="tekun_basic", area="urban", home=None, **item) -> dict:
    household = {
        "income": {}, "financial_assets": 0, "houses": 1, "vehicles": 0, "shops": 0, **(home or {})
    }  # fmt: skip
    return {
        "ref": "案", "programme": programme, "month": "2020-12", "area": area,
        "members": list(members) or [applicant()], "household": household, **item,
    }  # fmt: skip


def lines(item):
    answer = assess(item)
    assert "error" not in answer, answer
    return [(line["rule"], line["amount"]) for line in answer["lines"]]


def codes(item):
    answer = assess(item)
    assert "error" not in answer, answer
    return [one["code"] for one in answer["reasons"]]


AMOUNTS = [
    ("城市基本生活 500 × 1.3", case(), [("basic", "650.00")]),
    ("农村基本生活 350 × 1.3", case(area="rural"), [("basic", "455.00")]),
    ("不足一元的进到元：505 × 1.3 = 656.5", case(policy={"dibao_urban": {"standard": 505}}), [("basic", "657.00")]),
    ("倍数可调", case(policy={"tekun_basic": {"basic_ratio": 1.5}}), [("basic", "750.00")]),
    ("全自理 1540 ÷ 10", case(programme="tekun_care"), [("care", "154.00")]),
    ("丧失一项是半失能：1540 ÷ 6 进到元", case(applicant(abilities_lost=1), programme="tekun_care"),
     [("care", "257.00")]),
    ("丧失三项是半失能", case(applicant(abilities_lost=3), programme="tekun_care"), [("care", "257.00")]),
    ("丧失四项是失能：1540 ÷ 3 进到元", case(applicant(abilities_lost=4), programme="tekun_care"),
     [("care", "514.00")]),
    ("六项全失", case(applicant(abilities_lost=6), programme="tekun_care"), [("care", "514.00")]),
    ("最低工资可调", case(programme="tekun_care", policy={"tekun_care": {"minimum_wage": 1700}}), [("care", "170.00")]),
    ("丧葬补助六个月基本标准", case(programme="funeral"), [("funeral", "3900.00")]),
    ("农村丧葬补助", case(programme="funeral", area="rural"), [("funeral", "2730.00")]),
    ("丧葬补助按取整后的基本标准", case(programme="funeral", policy={"dibao_urban": {"standard": 505}}),
     [("funeral", "3942.00")]),
    ("丧葬补助月数可调", case(programme="funeral", policy={"funeral": {"funeral_months": 12}}),
     [("funeral", "7800.00")]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "item", "expected"), AMOUNTS, ids=[one[0] for one in AMOUNTS])
def test_amounts(words, item, expected):
    assert lines(item) == expected


HOLDS = {"holds": ["tekun_basic", "tekun_care"]}
CATEGORIES = [
    ("当月最后一天满 60 周岁", applicant(born="1960-12-31"), []),
    ("下月第一天才满 60 周岁", applicant(born="1961-01-01"), ["age"]),
    ("15 周岁", applicant(born="2005-01-01"), []),
    ("当月最后一天满 16 周岁，不再属未成年人", applicant(born="2004-12-31"), ["age"]),
    ("下月第一天才满 16 周岁", applicant(born="2005-01-01"), []),
    ("17 周岁，已享受的延续到 18 周岁", applicant(17, **HOLDS), []),
    ("17 周岁，新申请的不行", applicant(17), ["age"]),
    ("16 周岁在读，新申请的也不行", applicant(16, in_education=True), ["age"]),
    ("18 周岁，已享受，不再就学", applicant(18, in_education=False, **HOLDS), ["age"]),
    ("18 周岁，已享受，没说在读", applicant(18, **HOLDS), ["age"]),
    ("18 周岁，已享受，在读", applicant(18, in_education=True, **HOLDS), []),
    ("20 周岁在读，没有享受过", applicant(20, in_education=True), ["age"]),
    ("40 周岁，智力三级", applicant(40, disability=("intellectual", 3)), []),
    ("40 周岁，智力四级", applicant(40, disability=("intellectual", 4)), ["age"]),
    ("40 周岁，精神三级", applicant(40, disability=("mental", 3)), []),
    ("40 周岁，肢体二级", applicant(40, disability=("physical", 2)), []),
    ("40 周岁，肢体三级", applicant(40, disability=("physical", 3)), ["age"]),
    ("40 周岁，视力一级", applicant(40, disability=("visual", 1)), []),
    ("40 周岁，视力二级", applicant(40, disability=("visual", 2)), ["age"]),
    ("40 周岁，听力一级", applicant(40, disability=("hearing", 1)), ["age"]),
    ("40 周岁，多重一级", applicant(40, disability=("multiple", 1)), ["age"]),
    ("40 周岁，无残疾", applicant(40), ["age"]),
]


@pytest.mark.parametrize(("words", "person", "expected"), CATEGORIES, ids=[one[0] for one in CATEGORIES])
@pytest.mark.parametrize("programme", ["tekun_basic", "tekun_care"])
def test_who_falls_into_a_category(words, person, expected, programme):
    assert codes(case(person, programme=programme)) == expected


REFUSALS = [
    ("收入正好等于低保标准", case(applicant(income={"pension": 500})), ["income"]),
    ("收入差一分到标准", case(applicant(income={"pension": "499.99"})), []),
    ("农村按农村标准", case(applicant(income={"pension": 400}), area="rural"), ["income"]),
    ("人均按全部成员", case(applicant(), applicant(40, ref="儿子", income={"wages": 900})), []),
    ("人均到标准", case(applicant(), applicant(40, ref="儿子", income={"wages": 1000})), ["income"]),
    ("单人保的写法不改变人均", case(applicant(), applicant(40, ref="儿子", income={"wages": 1000}), single=True),
     ["income"]),
    ("不计的收入不算", case(applicant(income={"elderly_allowance": 900})), []),
    ("金融资产正好 24 个月标准", case(home={"financial_assets": 12000}), []),
    ("金融资产多一分", case(home={"financial_assets": "12000.01"}), ["financial_assets"]),
    ("两套住房", case(home={"houses": 2}), ["houses"]),
    ("有车", case(home={"vehicles": 1}), ["vehicles"]),
    ("有门面", case(home={"shops": 1}), ["shops"]),
    ("义务人有能力", case(applicant(supporter_capable=True)), ["supporter"]),
    ("全部不符合的条件都列出，每项一次",
     case(applicant(40, disability=("hearing", 1), supporter_capable=True, income={"wages": 2000}),
          home={"financial_assets": 99999, "houses": 2, "vehicles": 1, "shops": 1}),
     ["age", "income", "financial_assets", "houses", "vehicles", "shops", "supporter"]),
    ("已享受孤儿费", case(applicant(10, holds=["orphan"])), ["holds"]),
    ("已享受低保的转入，不是拒绝", case(applicant(holds=["dibao_urban"])), []),
    ("已享受特困的不与自己冲突", case(applicant(holds=["tekun_basic", "tekun_care"])), []),
    ("丧葬补助不问年龄、收入和义务人", case(applicant(40, supporter_capable=True, income={"wages": 9000}),
     programme="funeral"), []),
]  # fmt: skip


@pytest.mark.parametrize(("words", "item", "expected"), REFUSALS, ids=[one[0] for one in REFUSALS])
def test_refusals(words, item, expected):
    answer = assess(item)
    assert [one["code"] for one in answer["reasons"]] == expected
    if expected:
        assert (answer["eligible"], answer["monthly_amount"], answer["lines"]) == (False, "0.00", [])
        assert answer["first_month"] is None


def test_what_is_paid_monthly_begins_the_month_after_and_a_funeral_in_the_month_itself():
    assert assess(case())["first_month"] == "2021-01"
    assert assess(case(programme="tekun_care"))["first_month"] == "2021-01"
    assert assess(case(programme="funeral"))["first_month"] == "2020-12"


def test_dibao_held_is_replaced_and_disability_subsidies_end():
    answer = assess(case(applicant(holds=["dibao_urban", "disability_living", "disability_care"])))
    assert {one["held"]: one["verdict"] for one in answer["conflicts"]} == {
        "dibao_urban": "replaces", "disability_living": "ends", "disability_care": "ends",
    }  # fmt: skip
    assert answer["eligible"]


def test_a_grade_that_the_district_does_not_pay_is_refused_with_its_grade():
    item = case(programme="tekun_care", policy={"tekun_care": {"care_divisor": {"none": 0}}})
    assert codes(item) == ["care_grade"]
    assert codes(case(programme="tekun_basic", policy={"tekun_care": {"care_divisor": {"none": 0}}})) == []


MISSING = [
    ("area", case(area=None), "area"),
    ("area 不认识", case(area="town"), "town"),
    ("出生日期", case({**applicant(), "birth_date": None}), "birth_date"),
    ("义务人", case({**applicant(), "supporter_capable": None}), "supporter_capable"),
    ("收入", case({**applicant(), "income": None}), "income"),
    ("自理能力", case({**applicant(), "abilities_lost": None}, programme="tekun_care"), "abilities_lost"),
    ("自理能力超过六项", case(applicant(abilities_lost=7), programme="tekun_care"), "abilities_lost"),
    ("金融资产", case(home={"financial_assets": None}), "financial_assets"),
    ("家庭情况", {**case(), "household": None}, "household"),
    ("丧葬补助的 area", case(programme="funeral", area=None), "area"),
    ("成员", {**case(), "members": []}, "members"),
]


@pytest.mark.parametrize(("words", "item", "named"), MISSING, ids=[one[0] for one in MISSING])
def test_facts_that_are_missing_are_named(words, item, named):
    answer = assess(item)
    assert set(answer) == {"ref", "error"}
    assert named in answer["error"]


def test_basic_needs_no_care_grading_and_a_funeral_no_member_at_all():
    assert lines(case({**applicant(), "abilities_lost": None})) == [("basic", "650.00")]
    assert lines({"ref": 1, "programme": "funeral", "month": "2020-12", "area": "urban"}) == [
        ("funeral", "3900.00")
    ]


def test_the_command_answers_each_item_by_itself(tmp_path):
    file = tmp_path / "facts.json"
    items = [case(), case(area=None), case(applicant(abilities_lost=4), programme="tekun_care")]
    file.write_text(json.dumps(items), encoding="utf-8")
    out = StringIO()
    call_command("assess", str(file), stdout=out)
    first, second, third = json.loads(out.getvalue())
    assert (first["monthly_amount"], first["persons"], first["lines"][0]["rule"]) == ("650.00", 1, "basic")
    assert "error" in second
    assert third["monthly_amount"] == "514.00"
