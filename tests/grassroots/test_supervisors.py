"""村（居）务监督委员会: three to five, no member of the committee and no relative of one; who serves since when."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework.services import move
from core.errors import NotAllowed, UserError
from grassroots import committees, supervisors
from grassroots.models import CommitteeMember, Supervisor, VillageCommittee
from tests import factories
from tests.grassroots import stories
from tests.grassroots.stories import POLL

pytestmark = pytest.mark.django_db
CHOSEN = date(2021, 2, 10)


@pytest.fixture
def hands():
    return stories.Hands()


@pytest.fixture
def committee(hands) -> VillageCommittee:
    return stories.launched(hands).committee


def people(count: int) -> list[tuple[str, str]]:
    return [(one.name, one.id_number) for one in (factories.person() for _ in range(count))]


def chosen(committee, hands, who, on=CHOSEN, is_apart=True):
    return supervisors.set_supervisors(committee, hands.clerk, who, on=on, is_apart=is_apart)


def seated(committee, person, **more) -> CommitteeMember:
    return CommitteeMember.objects.create(
        committee=committee, person=person, name=person.name, id_number=person.id_number, post="member",
        since=date(2018, 5, 1), **more,
    )  # fmt: skip


@pytest.mark.parametrize("count, allowed", [(2, False), (3, True), (5, True), (6, False)])
def test_three_to_five_watch(committee, hands, count, allowed):
    if allowed:
        assert len(chosen(committee, hands, people(count))) == count
    else:
        with pytest.raises(UserError, match=f"应为 3 至 5 人，填了 {count} 人"):
            chosen(committee, hands, people(count))


def test_a_member_and_whoever_lives_with_one_may_not(committee, hands):
    home = factories.household(members=2)
    head, other = home.people
    member = seated(committee, head)
    with pytest.raises(UserError, match=f"{head.name}是村（居）民委员会成员"):
        chosen(committee, hands, [*people(2), (head.name, head.id_number)])
    with pytest.raises(UserError, match=f"{other.name}与村（居）民委员会成员{head.name}同户"):
        chosen(committee, hands, [*people(2), (other.name, other.id_number)])
    member.ended_reason, member.until = "resigned", date(2021, 2, 1)
    member.save()
    assert len(chosen(committee, hands, [*people(2), (other.name, other.id_number)])) == 3


def test_nobody_twice_nobody_under_a_wrong_name_and_somebody_vouches(committee, hands):
    who = people(3)
    with pytest.raises(UserError, match="填了两次"):
        chosen(committee, hands, [*who, who[0]])
    with pytest.raises(UserError, match="登记在别人名下"):
        chosen(committee, hands, [*who[:2], ("某某", who[2][1])])
    with pytest.raises(UserError, match="没有近亲属关系"):
        chosen(committee, hands, who, is_apart=False)
    with pytest.raises(NotAllowed):
        elsewhere = factories.user("township_clerk", division=factories.division(factories.OTHER_TOWNSHIP))
        supervisors.set_supervisors(committee, elsewhere, who, on=CHOSEN, is_apart=True)
    assert not Supervisor.objects.exists()


def test_who_stays_keeps_the_day_and_who_is_not_chosen_again_has_left(committee, hands):
    first = people(3)
    chosen(committee, hands, first)
    later, new = date(2022, 2, 10), people(1)
    chosen(committee, hands, [first[0], first[1], new[0]], on=later)
    assert [(one.name, one.since) for one in supervisors.serving(committee)] == [
        (first[0][0], CHOSEN),
        (first[1][0], CHOSEN),
        (new[0][0], later),
    ]
    left = Supervisor.objects.exclude(until=None).get()
    assert (left.name, left.until) == (first[2][0], date(2022, 2, 9))
    # A member who becomes head serves as such from that day.
    chosen(committee, hands, [first[1], first[0], new[0]], on=date(2022, 3, 1))
    head = supervisors.serving(committee)[0]
    assert (head.name, head.is_head, head.since) == (first[1][0], True, date(2022, 3, 1))


def test_whoever_is_elected_to_the_committee_watches_no_longer(hands):
    election = stories.elected(stories.launched(hands), hands)
    committee = election.committee
    winner = next(one for one in election.candidates.all() if one.name == "赵建国")
    winner.id_number = factories.person(name="赵建国").id_number
    winner.save()
    chosen(committee, hands, [*people(3), ("赵建国", winner.id_number)], on=date(2020, 6, 1))
    move(move(election, "confirm_result", hands.leader), "file_county", hands.officer)
    assert [one.name for one in supervisors.serving(committee)] == [
        one.name for one in Supervisor.objects.filter(until=None)
    ]
    assert Supervisor.objects.get(name="赵建国").until == POLL - timedelta(days=1)


def test_the_page_takes_the_list_and_shows_no_number(committee, hands, client):
    client.force_login(hands.clerk)
    url = reverse("grassroots:supervisors", args=[committee.pk])
    data = {"on": "2021-02-10", "is_apart": "on"}
    for row, (name, number) in enumerate(people(3)):
        data |= {f"name_{row}": name, f"number_{row}": number}
    page = client.post(url, {**data, "number_2": "430503199001011234"}).content.decode()
    assert "校验位不符" in page and data["name_2"] in page
    page = client.post(url, data, follow=True).content.decode()
    assert f"已登记居务监督委员会 3 人，主任{data['name_0']}。" in page
    # Who serves already is chosen again by name alone.
    again = client.get(url).content.decode()
    assert data["name_1"] in again and data["number_1"] not in again
    data = {key: value for key, value in data.items() if not key.startswith("number")}
    assert client.post(url, data).status_code == 302
    assert supervisors.serving(committee).count() == 3


def test_after_the_term_there_is_no_by_election_but_a_new_one(committee, hands, client):
    seated(committee, factories.person(), until=date(2021, 5, 1))
    with pytest.raises(UserError, match="本届任期到 2021-05-01 届满，应当换届选举"):
        committees.open_by_election(
            committee, hands.clerk, polling_day=date(2021, 5, 2), seats={"vice": 1}, on=date(2021, 4, 1)
        )
    client.force_login(hands.clerk)
    page = client.get(committee.get_absolute_url()).content.decode()
    assert "任期届满" in page and "启动补选" not in page
