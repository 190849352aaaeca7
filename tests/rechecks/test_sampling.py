"""抽查: the sample can be drawn again from its seed, covers every stratum, and says how sure it is."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.errors import NotAllowed, UserError
from core.models import AccessLog
from district.changes import find
from rechecks import sampling
from tests import factories
from tests.payouts.makers import entitlement

MONTH = date(2020, 12, 1)


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(1, 5000), min_size=1, max_size=40),
    st.integers(1, 3000),
)
def test_every_stratum_has_at_least_one_and_none_more_than_it_holds(sizes, wanted):
    shares = sampling.allot(sizes, wanted)
    assert all(1 <= shares[key] <= sizes[key] for key in sizes)
    assert sum(shares.values()) == min(max(wanted, len(sizes)), sum(sizes.values()))


@pytest.mark.parametrize(
    "share, count, low, high", [(0.0, 50, 0.0, 0.0713), (0.1, 100, 0.0552, 0.1744), (1.0, 10, 0.7225, 1.0)]
)
def test_the_interval_is_wilsons(share, count, low, high):
    found = sampling.interval(share, count)
    assert found == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


@pytest.mark.django_db
class TestDraw:
    def test_the_same_seed_draws_the_same_sample(self):
        for _ in range(30):
            entitlement()
        officer = factories.user("bureau_officer")
        first, second = (sampling.draw(MONTH, 8, officer, 77) for _ in range(2))
        of = lambda check: list(check.items.values_list("entitlement_id", flat=True))  # noqa: E731
        assert of(first) == of(second)
        assert len(of(first)) == 8
        assert of(sampling.draw(MONTH, 8, officer, 78)) != of(first)

    def test_small_townships_are_not_forgotten_and_weigh_less(self):
        for _ in range(20):
            entitlement()
        entitlement(division=factories.OTHER_VILLAGE)
        check = sampling.draw(MONTH, 5, factories.user("bureau_officer"), 1)
        weights = dict(check.items.values_list("stratum", "weight"))
        assert weights == {
            "430503001:dibao_urban": Decimal(5),
            "430503101:dibao_urban": Decimal(1),
        }

    def test_a_month_without_recipients_has_no_sample(self):
        with pytest.raises(UserError, match="没有在享"):
            sampling.draw(MONTH, 5, factories.user("bureau_officer"), 1)

    def test_only_the_bureau_draws_and_only_the_township_visits(self):
        entitlement()
        clerk, officer = factories.user("township_clerk"), factories.user("bureau_officer")
        with pytest.raises(NotAllowed):
            sampling.draw(MONTH, 1, clerk, 1)
        item = sampling.draw(MONTH, 1, officer, 1).items.get()
        with pytest.raises(NotAllowed):
            sampling.record(item, officer, "right", "", MONTH)
        assert sampling.record(item, clerk, "right", "", MONTH).visited_by == clerk

    def test_what_was_found_is_told_for_the_whole_with_its_uncertainty(self):
        for _ in range(40):
            entitlement()
        check = sampling.draw(MONTH, 10, factories.user("bureau_officer"), 1)
        assert sampling.estimate(check) is None
        clerk = factories.user("township_clerk")
        for place, item in enumerate(check.items.all()):
            sampling.record(item, clerk, "wrong" if place == 0 else "right", "车辆未申报", MONTH)
        told = sampling.estimate(check)
        assert (told.visited, told.wrong, told.population) == (10, 1, 40)
        assert told.share == pytest.approx(0.1)
        assert told.low < 0.1 < told.high
        assert told.holdings[0] == 4


@pytest.mark.django_db
def test_the_sample_can_be_taken_along_and_names_no_number(client):
    home = entitlement(500, MONTH).home
    drawn = sampling.draw(MONTH, 1, factories.user("bureau_officer"), 7)
    client.force_login(factories.user("township_clerk"))
    answer = client.get(drawn.get_absolute_url(), {"export": "xlsx"})
    cells = [
        str(one.value) for row in load_workbook(BytesIO(answer.content)).active.iter_rows() for one in row
    ]
    assert home.head.name in cells and home.head.id_number not in cells
    assert any("随机种子 7" in one for one in cells)
    assert AccessLog.objects.filter(kind="export").exists()


@pytest.mark.django_db
def test_a_corrected_visit_keeps_what_was_said_before_and_names_what_comes_next(client):
    home = entitlement(500, MONTH).home
    item = sampling.draw(MONTH, 1, factories.user("bureau_officer"), 7).items.get()
    client.force_login(factories.user("township_clerk"))
    url = reverse("rechecks:spot_item", args=[item.pk])
    client.post(url, {"visited_on": "2020-12-08", "result": "right", "words": ""})
    assert "更正结果" in client.get(item.check_of.get_absolute_url()).content.decode()
    data = {"visited_on": "2020-12-09", "result": "wrong", "words": "全家已迁往外省"}
    page = client.post(url, data, follow=True).content.decode()
    assert f"{home.head.name}：不应享受。请点姓名到待遇页，按规定办理停发。" in page
    changes, _ = find(kind="rechecks.spotcheckitem", number=str(item.pk))
    assert ("结果", "情况属实", "不应享受") in changes[0].fields
