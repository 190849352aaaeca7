"""Small parts: how money, months, masks and places read."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from core import places, tones
from core.charts import line_chart, nice_top
from core.filters import mask
from core.models import JobState
from core.templatetags import ui
from core.views import group_todos


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1286.5"), "1,286.50"),
        (Decimal("-31270"), "−31,270.00"),
        (0, '<span class="zero">0.00</span>'),
        (None, '<span class="unknown">—</span>'),
    ],
)
def test_money_never_confuses_zero_and_unknown(amount, shown):
    assert ui.money(amount) == shown


def test_a_rise_can_be_signed():
    assert ui.money(Decimal(188), sign=True) == "+188.00"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("430503197001011234", "4305**********1234"),
        ("13812342706", "138****2706"),
        ("6228480000000000017", "6228***********0017"),
        ("1234", "**34"),
        ("", ""),
        (None, ""),
    ],
)
def test_masks(number, masked):
    assert mask(number) == masked


@pytest.mark.parametrize(("days", "words"), [(3, "剩 3 日"), (0, "今日"), (-2, "逾期 2 日")])
def test_working_days_in_words(days, words):
    assert ui.working_days_left(days) == words


def test_days_are_short_inside_the_year_and_full_outside():
    this_year = timezone.localdate().replace(month=3, day=9)
    assert ui.day(this_year) == "03-09"
    assert ui.day(date(2019, 12, 10)) == "2019-12-10"


def test_a_state_has_its_tone_wherever_it_is_shown():
    assert ui.tag(JobState.FAILED) == '<span class="tag tag-bad">未完成</span>'
    with pytest.raises(ValueError):
        tones.register({JobState.DONE: "purple"})


def test_words_in_a_tag_are_escaped():
    assert "<b>" not in ui.tag("<b>x</b>", tone="bad")


def test_todos_stand_by_urgency():
    today = timezone.localdate()

    def item(number, days):
        due = None if days is None else today + timedelta(days=days)
        return places.TodoItem("张三", "低保", "入户", "/", "登记入户", due, days, number=number)

    todos = places.Todos()
    todos.add(
        lambda user: [item("d", None), item("c", 60), item("b", 0), item("a", -2)], pressing=lambda user: 2
    )
    items = todos.for_user(None)
    assert [one.number for one in items] == ["a", "b", "c", "d"]
    assert [title for title, _, _ in group_todos(items)] == [
        "已逾期 1 件",
        "今日到期 1 件",
        "以后到期 1 件",
        "不限期 1 件",
    ]
    assert todos.pressing(None) == 2


def test_the_menu_holds_what_the_role_may_open():
    menu = places.Menu()
    menu.add("发放", "发放批次", "runs", roles={"finance"}, order=400)
    menu.add("业务", "在办案件", "cases", order=100)
    menu.add("后台", "后台管理", "admin", order=900, when=lambda user: user.is_staff)
    clerk = SimpleNamespace(role="township_clerk", is_staff=False)
    finance = SimpleNamespace(role="finance", is_staff=True)
    assert [group for group, _ in menu.for_user(clerk)] == ["业务"]
    assert [group for group, _ in menu.for_user(finance)] == ["业务", "发放", "后台"]


def test_the_same_panel_registered_twice_stands_once():
    panels = places.Panels()
    for title in ("旧", "新"):
        panels.add("person", 10, lambda request, obj: None, title=title, key="payments")
    assert [one.title for one in panels.at("person", SimpleNamespace(role="x"))] == ["新"]


@pytest.mark.parametrize(
    ("highest", "top"), [("301000", "500000"), ("1", "1"), ("0.4", "1"), ("2001", "2500"), ("9999", "10000")]
)
def test_the_axis_ends_at_a_round_number(highest, top):
    assert nice_top(Decimal(highest)) == Decimal(top)


def test_a_gap_in_the_figures_is_a_gap_in_the_line():
    drawn = line_chart([("1月", 10), ("2月", None), ("3月", 20)])
    assert drawn["lines"][0]["path"].count("M") == 2
