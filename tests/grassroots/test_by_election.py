"""A vacancy filled by a by-election, a member recalled."""

from datetime import date, timedelta

import pytest

from casework.models import CaseState
from casework.services import move
from core import uscc
from core.errors import UserError
from grassroots import committees, services
from grassroots.models import (
    Election,
    Review,
)
from tests.grassroots import stories
from tests.grassroots.stories import POLL

pytestmark = pytest.mark.django_db
CODE = uscc.make("55", "430503", uscc.body_code("MF100001"))


@pytest.fixture
def hands():
    return stories.Hands()


@pytest.fixture
def election(hands):
    return stories.launched(hands)


def refused(match, call, *args, **data):
    with pytest.raises(UserError, match=match) as found:
        call(*args, **data)
    return found.value


def _settled(hands, election):
    filed = stories.filed(election, hands)
    return move(filed, "hand_over", hands.clerk, done_on=POLL + timedelta(days=10)).committee


def test_a_vacancy_is_filled_by_a_by_election_for_the_rest_of_the_term(hands, election):
    committee = _settled(hands, election)
    election = Election.objects.get(pk=election.pk)
    term = {"valid_from": date(2021, 2, 1), "valid_until": date(2026, 1, 19)}
    move(election, "renew_certificate", hands.officer, credit_code=CODE, **term)
    vice = committees.serving(committee).get(post="vice")
    committees.end_member(vice, hands.clerk, reason="resigned", on=date(2021, 6, 1))
    assert committees.vacancies(committee) == {"chair": 0, "vice": 1, "member": 0}
    seats = {"chair": 0, "vice": 2, "member": 0}
    refused(
        "只有 1 个缺额",
        committees.open_by_election,
        committee,
        hands.clerk,
        polling_day=date(2021, 8, 1),
        seats=seats,
    )
    made = committees.open_by_election(
        committee,
        hands.clerk,
        polling_day=date(2021, 8, 1),
        seats={"chair": 0, "vice": 1, "member": 0},
        on=date(2021, 6, 10),
    )
    assert made.number.startswith("BX-2021-")
    made = _by_election(made, hands)
    new = committees.serving(committee).get(post="vice")
    assert (new.name, new.since, new.until) == ("李海波", date(2021, 8, 1), date(2026, 1, 19))
    done = move(made, "hand_over", hands.clerk, on=date(2021, 8, 9), done_on=date(2021, 8, 9))
    assert done.state == CaseState.CLOSED


def _by_election(made, hands):
    services.set_commission(made, hands.clerk, head="陈德明", members=["褚玉梅", "卫东升"])
    made = move(made, "form_commission", hands.clerk, done_on=date(2021, 6, 12))
    made = stories.with_roll(made, hands, day=date(2021, 7, 12))
    made = move(made, "close_roll", hands.clerk, on=date(2021, 7, 18))
    for name in ("李海波", "孙新人"):
        services.add_candidate(made, hands.clerk, post="vice", name=name, sex="M")
    made = move(made, "close_nomination", hands.clerk, done_on=date(2021, 7, 20))
    passed = {one.pk: (Review.PASSED, "") for one in made.candidates.all()}
    services.review_candidates(made, hands.clerk, reviewed_on=date(2021, 7, 22), outcomes=passed)
    made = move(made, "publish_candidates", hands.clerk, done_on=date(2021, 7, 25))
    stories.counted(made, hands, "vice", {"李海波": 400, "孙新人": 100}, held_on=date(2021, 8, 1))
    made = move(made, "submit_result", hands.clerk, on=date(2021, 8, 1))
    made = move(made, "confirm_result", hands.leader, on=date(2021, 8, 2))
    return move(made, "file_county", hands.officer, on=date(2021, 8, 5))


def test_a_recall_that_passes_ends_the_membership_and_one_that_fails_does_not(hands, election):
    committee = _settled(hands, election)
    chair = committees.serving(committee).get(post="chair")
    about = {"by": "voters", "base": 1000, "reason": "账目不清"}
    refused("至少 200 人", committees.open_recall, chair, hands.clerk, proposers=199, **about)
    case = committees.open_recall(chair, hands.clerk, proposers=200, **about)
    vote = {"done_on": date(2021, 3, 1), "voters": 1000, "cast": 600, "favour": 301, "against": 299}
    refused("= 601", move, case, "record_vote", hands.clerk, **{**vote, "against": 300})
    case = move(case, "record_vote", hands.clerk, **vote)
    case = move(case, "confirm_recall", hands.leader)
    move(case, "file_recall", hands.officer)
    chair.refresh_from_db()
    assert (chair.ended_reason, chair.until) == ("recall", date(2021, 3, 1))
    vice = committees.serving(committee).get(post="vice")
    case = committees.open_recall(vice, hands.clerk, proposers=200, **about)
    case = move(case, "record_vote", hands.clerk, **{**vote, "favour": 300, "against": 300})
    case = move(case, "confirm_recall", hands.leader)
    move(case, "file_recall", hands.officer)
    vice.refresh_from_db()
    assert vice.ended_reason == ""
