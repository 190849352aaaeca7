"""Pages: the bureau sees all villages, late ones first; a refusal keeps what was typed; the year's figures."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework.services import move, today
from core import places
from district.models import Division
from grassroots import papers, services
from grassroots.models import Election
from tests import factories
from tests.grassroots import stories
from tests.grassroots.stories import POLL
from tests.registry.sheets import read as read_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return stories.Hands()


def as_(client, user):
    client.force_login(user)
    return client


def read(content):
    """The text of a docx."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read("word/document.xml").decode()


def text(answer):
    return answer.content.decode()


def test_the_bureau_sees_all_villages_on_one_page_the_latest_first(client, hands):
    day = today()
    services.launch(
        day.year,
        [
            (factories.division(factories.TOWNSHIP), day + timedelta(days=20)),
            (factories.division(factories.OTHER_TOWNSHIP), day + timedelta(days=60)),
        ],
        hands.officer,
        on=day - timedelta(days=30),
    )
    page = text(as_(client, hands.officer).get(reverse("grassroots:round")))
    villages = Division.objects.filter(level="village", until=None)
    assert all(f">{one.name}<" in page for one in villages)
    assert page.index("逾期 10 日") < page.index("剩 30 日") < page.index("未启动</td>")
    late = text(client.get(reverse("grassroots:round"), {"due": "late"}))
    assert "罗市社区" not in late and "中心路社区" in late
    stage = text(client.get(reverse("grassroots:round"), {"stage": "none", "township": "430503002"}))
    assert "大安街社区" in stage and ">中心路社区<" not in stage


def test_the_list_is_exported_with_stage_and_days_in_words(client, hands):
    stories.launched(hands)
    answer = as_(client, hands.officer).get(reverse("grassroots:round"), {"export": "xlsx"})
    rows = [[str(cell) for cell in row] for row in read_sheet(answer.content)]
    line = next(row for row in rows if "中心路社区" in row)
    assert "选举委员会" in line and "2021-01-20" in line and any("逾期" in cell for cell in line)
    assert sum("未启动" in row for row in rows) == 98 - Election.objects.count()


def test_a_township_sees_its_own_and_an_officer_of_another_line_nothing(client, hands):
    stories.launched(hands)
    page = text(as_(client, hands.clerk).get(reverse("grassroots:round")))
    assert "中心路社区" in page and "罗市社区" not in page
    client.force_login(factories.user("bureau_officer"))
    assert client.get(reverse("grassroots:round")).status_code == 403
    client.force_login(factories.user("bureau_officer"))
    assert client.get(reverse("grassroots:committees")).status_code == 403


def count_form(election, **changes):
    keys = dict(election.candidates.filter(post="chair").values_list("name", "pk"))
    form = {
        "version": election.version,
        "held_on": POLL.isoformat(),
        "handed_out": 650,
        "returned": 600,
        "valid": 580,
        "void": 15,
        "blank": 5,
        f"votes_{keys['赵建国']}": 400,
        f"votes_{keys['钱志强']}": 170,
    }
    return form | changes


def test_a_count_that_misses_by_one_comes_back_with_everything_typed(client, hands):
    election = stories.polling(stories.launched(hands), hands)
    address = reverse("grassroots:count", args=[election.pk, "chair"])
    answer = as_(client, hands.clerk).post(address, count_form(election, valid=581))
    page = text(answer)
    assert answer.status_code == 422 and "= 601，与收回选票 600 相差 1" in page
    assert 'value="581"' in page and 'value="400"' in page
    answer = client.post(address, count_form(election, valid=581, confirmed="1"))
    assert answer.status_code == 422 and not election.counts.exists()


def test_the_result_is_shown_before_the_count_is_entered(client, hands):
    election = stories.polling(stories.launched(hands), hands)
    address = reverse("grassroots:count", args=[election.pk, "chair"])
    page = text(as_(client, hands.clerk).post(address, count_form(election)))
    assert "赵建国（400 票）" in page and "301 票" in page and not election.counts.exists()
    answer = client.post(address, count_form(election, confirmed="1"))
    assert answer.status_code == 302 and election.counts.get().turn == 1


def test_nineteen_days_come_back_on_the_step_page_with_the_date_typed(client, hands):
    election = stories.with_commission(stories.launched(hands), hands)
    address = reverse("casework:step", args=[election.pk, "publish_roll"])
    form = {"version": election.version, "done_on": "2021-01-01", "voters": 1000, "opinion": "名单已张贴"}
    answer = as_(client, hands.clerk).post(address, form)
    page = text(answer)
    assert answer.status_code == 422 and "最迟 2020-12-31" in page
    assert 'value="2021-01-01"' in page and 'value="1000"' in page and "名单已张贴" in page


def test_the_papers_carry_names_and_sums_and_no_identity_numbers(hands):
    person = factories.person(name="刘选民")
    election = stories.with_commission(stories.launched(hands), hands)
    election = stories.named_roll(election, hands, person)
    election = stories.with_roll(election, hands)
    notice = read(papers.paper(election, "voters"))
    assert "刘选民" in notice and person.id_number not in notice
    other = Election.objects.exclude(pk=election.pk).filter(division__parent=factories.TOWNSHIP)[0]
    done = stories.elected(other, hands)
    form = read(papers.paper(done, "form"))
    assert all(word in form for word in ("赵建国", "650", "600", "钱志强", "未当选", "妇女王秀英当选最后1席"))
    assert [kind for kind, _ in papers.papers_of(done)] == ["voters", "candidates", "result", "form"]


def test_the_year_is_counted_from_rows(hands):
    election = stories.launched(hands)
    villages = Election.objects.count()
    filed = stories.filed(election, hands)
    filed = move(filed, "hand_over", hands.clerk, on=date(2021, 1, 29), done_on=date(2021, 1, 29))

    def figures(year, user=None):
        rooms = dict(places.figures.of_year(year, user))
        return {one.key: one.value for one in rooms.get("基层政权", [])}

    assert figures(2020) == {
        "elections.villages": villages,
        "elections.townships_launched": 1,
        "elections.completed": 0,
    }
    Election.objects.filter(pk=filed.pk).update(state="closed", closed_at="2021-02-01T09:00:00+08:00")
    assert figures(2021)["elections.completed"] == 1
    assert figures(2020, factories.user("township_clerk", factories.OTHER_TOWNSHIP)) == {}
    assert figures(2019) == {}
