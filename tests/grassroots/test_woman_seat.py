"""The seat that is kept for a woman, from the ballot box to the filing (村组法第六条)."""

from datetime import date

import pytest

from casework.services import move
from core.errors import UserError
from grassroots import services
from grassroots.models import Election
from grassroots.results import next_vote, results_of
from tests.grassroots import stories
from tests.grassroots.stories import POLL, Hands, counted, launched

MEN = (*stories.SLATE[:7], ("member", "王学文", "M"), ("member", "冯国庆", "M"))
LATER = date(2021, 1, 27)


@pytest.fixture
def hands(db):
    return Hands()


def polled(hands, slate, members) -> Election:
    """Counted: two men for the posts, and `members` for the three seats of 委员."""
    election = stories.polling(launched(hands), hands, slate)
    for post, votes in (*stories.GOOD[:2], ("member", members)):
        counted(election, hands, post, votes)
    election.refresh_from_db()
    return election


def of_members(election):
    return results_of(election)[2]


def names(election) -> list[str]:
    return [one.name for one in next_vote(election, of_members(election))[2]]


def test_men_who_tie_beside_her_seat_are_voted_on_by_themselves(hands):
    election = polled(
        hands,
        stories.SLATE,
        {"周伟": 400, "吴刚": 350, "郑勇": 350, "王秀英": 310, "冯桂兰": 310},
    )
    assert names(election) == ["冯桂兰", "王秀英"]
    counted(election, hands, "member", {"王秀英": 320, "冯桂兰": 230}, cast=560, held_on=LATER)
    with pytest.raises(UserError, match="委员还须再次投票"):
        move(election, "submit_result", hands.clerk, on=LATER)
    assert names(election) == ["吴刚", "郑勇"]
    counted(election, hands, "member", {"吴刚": 210, "郑勇": 200}, cast=560, held_on=LATER)
    election.refresh_from_db()
    move(election, "submit_result", hands.clerk, on=LATER)
    assert {one.name for one in of_members(election).course.elected} == {"周伟", "王秀英", "吴刚"}


def test_where_no_woman_stood_one_is_nominated_for_the_run_off(hands, client):
    election = polled(hands, MEN, {"周伟": 420, "吴刚": 380, "郑勇": 330, "王学文": 310, "冯国庆": 120})
    assert names(election) == []
    client.force_login(hands.clerk)
    page = client.get(f"/grassroots/elections/{election.pk}/").content.decode()
    assert "没有妇女可列为候选人，请提名妇女后另行选举。" in page

    with pytest.raises(UserError, match="请提名妇女") as refused:
        services.add_candidate(election, hands.clerk, post="member", name="唐大勇", sex="M")
    assert refused.value.field == "sex"
    services.add_candidate(election, hands.clerk, post="member", name="唐小英", sex="F")
    with pytest.raises(UserError, match="应先另行选举"):
        move(election, "submit_result", hands.clerk, on=POLL)
    assert client.get(f"/grassroots/elections/{election.pk}/count/member/").status_code == 200
    counted(election, hands, "member", {"唐小英": 187}, cast=560, held_on=LATER)
    election.refresh_from_db()
    move(election, "submit_result", hands.clerk, on=LATER)
    assert [one.name for one in of_members(election).course.elected] == ["周伟", "吴刚", "唐小英"]


def test_a_committee_of_five_does_not_come_into_being_without_her(hands):
    election = polled(hands, MEN, {"周伟": 420, "吴刚": 380, "郑勇": 330, "王学文": 310, "冯国庆": 120})
    with pytest.raises(UserError, match="请填写缺额说明"):
        move(election, "submit_result", hands.clerk, on=POLL)
    with pytest.raises(UserError, match="当选 4 人，不足 5 人"):
        move(election, "submit_result", hands.clerk, on=POLL, vacancy_note="无妇女报名")


def test_when_enough_stood_nobody_is_added_after_the_count(hands):
    election = polled(
        hands, stories.SLATE, {"周伟": 420, "吴刚": 380, "郑勇": 330, "王秀英": 200, "冯桂兰": 100}
    )
    with pytest.raises(UserError, match="已经计票"):
        services.add_candidate(election, hands.clerk, post="member", name="唐小英", sex="F")
