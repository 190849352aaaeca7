"""The matrix of programmes: every cell as the law has it, and the numbers that keep programmes apart."""

import pytest

from benefits import compatibility
from benefits.assessing import assess
from benefits.models import Programme
from tests.benefits.programmes import programme
from tests.relief.households import household, person

pytestmark = pytest.mark.django_db
# held ↓ asked →, in the order of the domain's table; "-" has no cell.
ASKED = ["dibao_urban", "tekun_basic", "orphan", "unsupported_child", "disability_living", "disability_care",
         "elderly_allowance", "longevity", "elderly_service"]  # fmt: skip
TABLE = {
    "dibao_rural": "no replaces replaces difference ok ok ok ok ok",
    "tekun_care": "no - no difference no no ok ok no",
    "orphan": "no no - no no ok - - -",
    "unsupported_child": "difference no replaces - difference ok - - -",
    "disability_living": "ok ends ends difference - ok ok ok ok",
    "disability_care": "ok ends ok ok ok - ok ok higher",
    "elderly_allowance": "- - - - - - - replaces -",
}
# The pairs that are never live together; all others may stand beside one another.
APART = {
    ("dibao", "tekun"), ("dibao", "orphan"), ("tekun", "orphan"), ("tekun", "disability_living"),
    ("tekun", "disability_care"), ("tekun", "elderly_service"), ("orphan", "unsupported_child"),
    ("orphan", "disability_living"), ("disability_care", "elderly_service"), ("elderly_allowance", "longevity"),
}  # fmt: skip


@pytest.mark.parametrize(("held", "asked"), [(held, asked) for held in TABLE for asked in ASKED])
def test_every_cell_says_what_the_table_says(held, asked):
    expected = TABLE[held].split()[ASKED.index(asked)]
    cell = compatibility.cell(held, asked)
    assert (cell.verdict if cell else "-") == expected
    assert cell is None or cell.basis


def test_pairs_that_may_never_be_live_together():
    codes = compatibility.families()
    for one in codes:
        for other in codes:
            families = (codes[one], codes[other])
            apart = families in APART or families[::-1] in APART or families == ("dibao", "dibao")
            assert compatibility.forbidden(one, other) is apart, (one, other)


def test_two_programmes_share_a_number_exactly_when_they_are_apart():
    codes = [code for family in compatibility._data()["families"].values() for code in family["codes"]]
    for one in codes:
        for other in codes:
            if one == other:
                continue
            shared = set(compatibility.exclusions(one)) & set(compatibility.exclusions(other))
            assert bool(shared) is compatibility.forbidden(one, other), (one, other)


def test_numbers_of_pairs_stand_once_and_name_what_exists():
    pairs = compatibility._data()["barred"]
    assert len({pair["number"] for pair in pairs}) == len(pairs) == len({tuple(p["between"]) for p in pairs})
    assert {party for pair in pairs for party in pair["between"]} <= set(compatibility.families())


def test_the_programmes_carry_the_numbers_of_the_data_file():
    for row in Programme.objects.all():
        assert row.exclusions == compatibility.exclusions(row.code), row.code
    basic, care = (Programme.objects.get(pk=code).exclusions for code in ("tekun_basic", "tekun_care"))
    assert basic and care and not set(basic) & set(care)
    assert set(programme("elderly_service").exclusions) & set(care)


@pytest.mark.parametrize(
    ("held", "asked", "verdict"),
    [("elderly_service", "tekun_basic", "no"), ("elderly_service", "disability_care", "higher"),
     ("longevity", "elderly_allowance", "no"), ("dibao_urban", "tekun_basic", "replaces"),
     ("dibao_urban", "longevity", "ok"), ("temporary", "dibao_urban", None), ("orphan", "longevity", None)],
)  # fmt: skip
def test_where_only_the_other_order_has_a_cell_that_one_bars(held, asked, verdict):
    found = compatibility.ruling(held, asked)
    assert (found.verdict if found else None) == verdict


def test_assess_names_conflicts_as_the_contract_has_them():
    answer = assess(household(person(70, holds=["tekun_basic"]), income=0))
    [conflict] = answer["conflicts"]
    assert {"held": "tekun_basic", "asked": "dibao_urban", "verdict": "no"}.items() <= conflict.items()
    assert answer["reasons"][-1]["code"] == "holds" and not answer["eligible"]
