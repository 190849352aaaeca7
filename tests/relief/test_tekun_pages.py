"""What the pages of 特困 say to the clerk and to the officer."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document

from casework.documents import document
from casework.services import move
from relief.tekun import services
from relief.tekun.steps import confirm_change
from tests import factories
from tests.relief import tekun_stories as stories
from tests.relief.tekun_stories import old_man

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return factories.user("township_clerk", full_name="周敏")


def granted(clerk):
    officer, leader = factories.user("bureau_officer"), factories.user("township_leader")
    return stories.granted(clerk, leader, officer, lost=4), officer


def ending(case, clerk, **fields):
    """The death of a man is entered and sent up to the bureau."""
    case.basic.refresh_from_db()
    opened = services.open_change(
        case.basic, clerk, "end", end_reason="death", death_date=date(2020, 5, 3), reason="病故", **fields
    )
    return move(opened, "submit", clerk, opinion="死亡证明已收")


def test_what_is_missing_for_the_sum_is_said_in_the_trades_words(clerk, client):
    person = old_man(name="周松")
    case = stories.apply(person, clerk)
    client.force_login(clerk)
    page = client.get(case.get_absolute_url(), follow=True).content.decode()
    assert "还不能测算：周松的自理能力还没有评估" in page
    assert "abilities_lost" not in page and f"成员 {person.pk}" not in page


def test_the_ending_on_death_names_the_funeral_sum_and_who_takes_it(clerk):
    case, _ = granted(clerk)
    words = confirm_change(ending(case, clerk, funeral_payee=factories.person(name="罗小军")))
    assert "自 2020-06 起不再发放。同时批准丧葬补助 3,900.00 元，一次性发放给罗小军。" in words


@pytest.mark.parametrize(("name", "to"), [("罗小军", "罗小军："), ("", "亲属：")])
def test_the_notice_of_an_ending_on_death_is_not_written_to_the_dead(clerk, name, to):
    case, officer = granted(clerk)
    heir = factories.person(name=name) if name else None
    ended = move(ending(case, clerk, funeral_payee=heir), "grant", officer, opinion="同意")
    lines = [one.text for one in Document(BytesIO(document(ended, "tekun_ended"))).paragraphs]
    assert any(line.endswith(to) for line in lines) and f"{case.subject}：" not in lines


def test_a_death_asks_for_no_grading_and_no_figures(clerk, client):
    case, _ = granted(clerk)
    change = ending(case, clerk)
    client.force_login(clerk)
    page = client.get(change.get_absolute_url(), follow=True).content.decode()
    assert "停止供养" in page and "随停止一并批准" in page
    assert "自理能力评估" not in page and "本人收入" not in page
