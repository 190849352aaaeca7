"""`manage.py assess`: contract §5 by its own example, faults of one item beside good ones, and nothing written."""

import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from benefits import compatibility
from benefits.models import Assessment, Standard
from benefits.policy import merge, policy_for
from core.errors import UserError
from core.months import parse_month
from tests import factories
from tests.relief.households import household, person

pytestmark = pytest.mark.django_db
EXAMPLE = """[{"ref": "case-1", "programme": "dibao_urban", "month": "2020-12",
  "policy": {"dibao_urban": {"standard": 500}},
  "members": [
    {"ref": "a", "relation": "head", "birth_date": "1948-03-02", "sex": "M", "labour": "none",
     "disability": {"kind": "physical", "grade": 1}, "serious_illness": false, "student": false,
     "income": {"wages": 0, "pension": 120, "support": 0}}],
  "household": {"income": {"farming": 0, "property": 80, "transfer": 0}, "single_parent": false,
     "financial_assets": 0, "houses": 1, "vehicles": 0, "shops": 0}}]"""


def assess_file(tmp_path, capsys, content):
    file = tmp_path / "事实.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    call_command("assess", str(file))
    return json.loads(capsys.readouterr().out)


def test_the_example_of_the_contract(tmp_path, capsys):
    (answer,) = assess_file(tmp_path, capsys, EXAMPLE)
    assert (answer["ref"], answer["eligible"], answer["monthly_amount"]) == ("case-1", True, "400.00")
    assert (answer["persons"], answer["first_month"]) == (1, "2021-01")
    assert [(line["rule"], line["amount"]) for line in answer["lines"]] == [
        ("gap", "300.00"),
        ("uplift.severe_disability", "100.00"),
    ]
    assert answer["reasons"] == [] == answer["conflicts"]
    assert not Assessment.objects.exists()


def test_one_faulty_item_does_not_stop_the_others(tmp_path, capsys):
    bad = household(person(45), ref="坏")
    del bad["members"][0]["birth_date"]
    answers = assess_file(
        tmp_path,
        capsys,
        [household(person(45), ref=7), bad, "x", {"ref": "空"}, household(programme="nothing")],
    )
    assert answers[0]["ref"] == 7 and answers[0]["monthly_amount"] == "500.00"
    assert answers[1]["ref"] == "坏" and "出生日期" in answers[1]["error"]
    assert all(set(one) == {"ref", "error"} for one in answers[1:])


def test_from_stdin_with_exact_fractions(monkeypatch, capsys):
    item = household(
        person(45, pension=120.3), programme="dibao_rural", policy={"dibao_rural": {"round": "fen"}}
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps([item]).encode())))
    call_command("assess", "-")
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["monthly_amount"] == "229.70"


@pytest.mark.parametrize("content", ["{}", "[", "不是 JSON"])
def test_a_file_that_is_no_list_is_refused_in_words(tmp_path, capsys, content):
    with pytest.raises(UserError, match=r"JSON|列表"):
        assess_file(tmp_path, capsys, content)


def test_the_policy_is_the_one_in_force_in_that_month_and_nearest_to_the_place():
    standard = {"programme_id": "dibao_urban", "source": "文件"}
    Standard.objects.create(
        **standard, division=factories.division(), amount=600, effective_from=parse_month("2020-07")
    )
    Standard.objects.create(
        **standard,
        division=factories.division(factories.TOWNSHIP),
        amount=650,
        effective_from=parse_month("2020-03"),
    )

    def amount(month, place=None):
        return policy_for("dibao_urban", parse_month(month), place)["standard"]

    assert [amount(month) for month in ("2020-06", "2020-07")] == [Decimal(500), Decimal(600)]
    assert amount("2020-12", factories.VILLAGE) == 650
    assert amount("2020-12", factories.OTHER_VILLAGE) == 600
    assert "standard" not in policy_for("dibao_urban", parse_month("2018-12"))


def test_overrides_may_be_nested_and_must_be_numbers():
    assert merge({"uplift.minor": 1}, {"uplift": {"minor": 0.2}, "standard": 480}) == {
        "uplift.minor": Decimal("0.2"),
        "standard": Decimal(480),
    }
    for wrong in ("五百", -1, True, float("nan")):
        with pytest.raises(UserError):
            merge({}, {"standard": wrong})


def test_every_cell_of_the_compatibility_matrix_has_its_basis():
    cells = list(compatibility.matrix().values())
    assert len(cells) == 44
    assert all(
        cell.basis and cell.verdict in {"ok", "no", "replaces", "ends", "difference", "higher"}
        for cell in cells
    )
    assert compatibility.cell("tekun_care", "dibao_rural").verdict == "no"
    assert compatibility.cell("dibao_urban", "tekun_basic").verdict == "replaces"
    assert compatibility.cell("temporary", "dibao_urban") is None
