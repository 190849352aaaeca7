"""The search box finds a person however the clerk remembers them, and nobody outside the area."""

import pytest

from registry import search
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang():
    return factories.person(name="张三丰", initials="zsf", pinyin="zhangsanfeng", phone="13907390001")


@pytest.mark.parametrize(
    "text",
    [
        "张三丰",
        "张三",
        "三丰",
        "张",
        "zsf",
        "zs",
        "zhangsanf",
        "ZSF",
        "13907390001",
        "１３９０７３９０００１",
    ],
)
def test_a_person_is_found(zhang, text):
    clerk = factories.user()
    assert search.find_persons(clerk, text) == [zhang]


def test_by_the_whole_number_by_its_last_digits_and_by_the_old_15(zhang):
    clerk = factories.user()
    number = zhang.id_number
    for text in (number, number.lower(), number[-4:], number[-6:], number[:6] + number[8:17]):
        assert zhang in search.find_persons(clerk, text), text


def test_a_village_narrows_the_name(zhang):
    factories.person(name="张三丰", division=factories.OTHER_VILLAGE)
    officer = factories.user("bureau_officer")
    assert len(search.find_persons(officer, "张三丰")) == 2
    assert search.find_persons(officer, "中心路 张三丰") == [zhang]


def test_households_by_number_and_villages_by_name():
    home = factories.household(number="ABC0001")
    clerk = factories.user()
    assert search.find_households(clerk, "ABC") == [home]
    assert [hit.title for hit in search.villages(clerk, "中心路").hits] == ["中心路社区"]


def test_nobody_is_found_outside_the_area_or_by_a_system_administrator(zhang):
    stranger = factories.user(division=factories.OTHER_TOWNSHIP)
    assert search.find_persons(stranger, "张三丰") == []
    assert search.persons(factories.user("sysadmin"), "张三丰") is None


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", "\\", "。", "a b c", "0000", "9" * 40])
def test_odd_words_find_nothing_and_break_nothing(zhang, text):
    officer = factories.user("bureau_officer")
    for provider in (search.persons, search.households, search.villages):
        group = provider(officer, text)
        assert group is None or not group.hits
