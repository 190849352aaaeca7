"""An election from launch to certificate, as township and bureau work on it."""

from datetime import date, timedelta

import pytest

from casework.models import CaseState
from casework.services import move
from core import uscc
from core.errors import Conflict, NotAllowed, UserError
from district.models import Division
from grassroots import ballots, committees, roll, services
from grassroots.models import (
    CommitteeMember,
    Election,
    Post,
    Review,
    TownshipLaunch,
    VillageCommittee,
)
from grassroots.results import results_of
from tests import factories
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


# -- launching -----------------------------------------------------------------------------------------------


def test_the_bureau_launches_all_villages_of_its_townships_in_one_act(hands):
    townships = [factories.division(factories.TOWNSHIP), factories.division(factories.OTHER_TOWNSHIP)]
    made = services.launch(2020, [(one, POLL) for one in townships], hands.officer, on=date(2020, 12, 1))
    villages = Division.objects.filter(parent__in=townships, until=None).count()
    assert len(made) == villages and TownshipLaunch.objects.count() == 2
    assert {one.due_on for one in made} == {date(2020, 12, 21)}
    assert made[0].number == "HJ-2020-00001" and made[0].subject == "中心路社区 2020年换届"


def test_a_pilot_runs_ahead_and_the_others_follow_in_the_same_round(hands, election):
    other = factories.division(factories.OTHER_TOWNSHIP)
    services.launch(2020, [(other, date(2021, 1, 28))], hands.officer, on=date(2020, 12, 20))
    assert set(Election.objects.values_list("round__year", flat=True)) == {2020}
    refused("已经启动过", services.launch, 2020, [(other, date(2021, 3, 28))], hands.officer)


def test_a_polling_day_without_time_for_the_law_is_refused_with_the_earliest_one(hands):
    error = refused(
        "投票日最早为 2020-12-31",
        services.launch,
        2020,
        [(factories.division(factories.TOWNSHIP), date(2020, 12, 30))],
        hands.officer,
        on=date(2020, 12, 1),
    )
    assert error.field == "polling_day"


def test_only_the_bureaus_officer_of_the_line_launches(hands):
    township = [(factories.division(factories.TOWNSHIP), POLL)]
    for other in (hands.clerk, hands.leader, factories.user("bureau_officer")):
        with pytest.raises(NotAllowed):
            services.launch(2020, township, other, on=date(2020, 12, 1))


# -- plan and commission -------------------------------------------------------------------------------------


def test_the_seats_are_those_that_the_law_allows(hands, election):
    plan = {"mode": "voters", "ballot_kind": "one"}
    refused(
        "5 至 9 人",
        services.set_plan,
        election,
        hands.clerk,
        seats={"chair": 1, "vice": 1, "member": 2},
        **plan,
    )
    services.set_plan(election, hands.clerk, seats={"chair": 1, "vice": 2, "member": 4}, **plan)
    assert Election.objects.get(pk=election.pk).seats_total == 7


def test_an_election_committee_needs_three_and_a_date_that_leaves_thirty_days(hands, election):
    refused("至少 3 人", move, election, "form_commission", hands.clerk, done_on=date(2020, 12, 10))
    services.set_commission(election, hands.clerk, head="陈德明", members=["褚玉梅", "卫东升"])
    refused("最迟 2020-12-21", move, election, "form_commission", hands.clerk, done_on=date(2020, 12, 22))
    moved = move(election, "form_commission", hands.clerk, done_on=date(2020, 12, 21))
    assert (moved.stage, moved.due_on) == ("register", date(2020, 12, 31))


def test_nineteen_days_of_notice_are_refused_and_a_later_polling_day_mends_them(hands, election):
    election = stories.with_commission(election, hands)
    refused("只有 19 日", stories.with_roll, election, hands, day=date(2021, 1, 1))
    election = move(
        election,
        "postpone",
        hands.officer,
        on=date(2021, 1, 1),
        opinion="疫情防控",
        polling_day=date(2021, 1, 21),
    )
    assert election.due_on == date(2021, 1, 1)
    assert stories.with_roll(election, hands, day=date(2021, 1, 1)).stage == "objection"


def test_polling_cannot_be_moved_to_where_a_date_entered_would_be_too_late(hands, election):
    election = stories.with_roll(stories.with_commission(election, hands), hands)
    refused(
        "投票日不能早于 2021-01-20",
        move,
        election,
        "postpone",
        hands.officer,
        on=date(2021, 1, 2),
        opinion="提前",
        polling_day=date(2021, 1, 19),
    )


# -- roll ----------------------------------------------------------------------------------------------------


def test_the_roll_from_the_registry_has_everyone_who_is_eighteen_on_polling_day(hands, election):
    voter = factories.person(name="刘满十八", birth_date=date(2003, 1, 20))
    factories.person(name="刘差一天", birth_date=date(2003, 1, 21))
    factories.person(name="刘已故", birth_date=date(1950, 1, 1), death_date=date(2020, 1, 1))
    factories.person(factories.OTHER_VILLAGE, name="刘外村")
    election = stories.with_commission(election, hands)
    assert roll.import_roll(election, hands.clerk) == 1
    assert list(election.roll.values_list("name", flat=True)) == [voter.name]
    assert Election.objects.get(pk=election.pk).voters == 1
    assert roll.import_roll(election, hands.clerk) == 0


def test_one_representative_a_household_where_the_mode_says_so(hands, election):
    factories.household(members=3)
    plan = {"seats": {"chair": 1, "vice": 1, "member": 3}, "ballot_kind": "one"}
    services.set_plan(election, hands.clerk, mode="households", **plan)
    election = stories.with_commission(election, hands)
    assert roll.import_roll(election, hands.clerk) == 1


def test_nobody_is_on_the_roll_of_two_villages(hands, election):
    person = factories.person(name="刘两村")
    election = stories.with_commission(election, hands)
    stories.named_roll(election, hands, person)
    other = Election.objects.exclude(pk=election.pk).filter(division__parent=factories.TOWNSHIP).first()
    other = stories.with_commission(other, hands)
    error = refused(
        "已在中心路社区登记", roll.add_voter, other, hands.clerk, name=person.name, id_number=person.id_number
    )
    assert error.field == "id_number"


def test_a_voter_who_turns_eighteen_the_day_after_is_refused_where_typed(hands, election):
    election = stories.with_commission(election, hands)
    young = factories.id_number(date(2003, 1, 21))
    error = refused("未满 18 周岁", roll.add_voter, election, hands.clerk, name="刘小", id_number=young)
    assert error.field == "id_number"
    roll.add_voter(election, hands.clerk, name="刘大", id_number=factories.id_number(date(2003, 1, 20)))


def test_objections_keep_their_days_and_the_roll_is_final_after_them(hands, election):
    election = stories.with_roll(stories.with_commission(election, hands), hands)
    day = {"by": "何某", "content": "漏登一人"}
    refused(
        "至 2021-01-05 止", roll.record_objection, election, hands.clerk, raised_on=date(2021, 1, 6), **day
    )
    made = roll.record_objection(election, hands.clerk, raised_on=date(2021, 1, 5), **day)
    refused("起方可确定", move, election, "close_roll", hands.clerk, on=date(2021, 1, 5))
    refused("1 件名单申诉没有处理", move, election, "close_roll", hands.clerk, on=date(2021, 1, 6))
    refused(
        "至 2021-01-08 止",
        roll.decide_objection,
        made,
        hands.clerk,
        decided_on=date(2021, 1, 9),
        outcome="补登",
    )
    roll.decide_objection(made, hands.clerk, decided_on=date(2021, 1, 8), outcome="补登", voters_change=1)
    moved = move(election, "close_roll", hands.clerk, on=date(2021, 1, 8))
    assert (moved.voters, moved.stage) == (1001, "nominate")


def test_three_vote_through_one_voter_a_fourth_is_refused_and_candidates_take_none(hands, election):
    people = [factories.person(name=f"刘选民{n}") for n in "甲乙丙丁戊己"]
    election = stories.with_commission(election, hands)
    election = stories.named_roll(election, hands, *people)
    election = stories.with_roll(election, hands)
    voters = list(election.roll.order_by("id"))
    for one in voters[1:4]:
        roll.set_agent(one, voters[0], "夫妻", hands.clerk)
    error = refused("不得超过 3 人", roll.set_agent, voters[4], voters[0], "父子", hands.clerk)
    assert error.field == "agent"
    refused("已委托他人投票", roll.set_agent, voters[4], voters[1], "父子", hands.clerk)
    election = move(election, "close_roll", hands.clerk, on=date(2021, 1, 6))
    services.add_candidate(election, hands.clerk, post="chair", name=voters[5].name, sex="M")
    refused("候选人，不得接受委托", roll.set_agent, voters[4], voters[5], "父子", hands.clerk)


# -- candidates ----------------------------------------------------------------------------------------------


def test_a_member_of_the_election_committee_who_is_nominated_leaves_it(hands, election):
    election = stories.nominating(election, hands)
    services.add_candidate(election, hands.clerk, post="member", name="褚玉梅", sex="F")
    assert election.commission.get(name="褚玉梅").left_on is not None
    error = refused(
        "是候选人",
        services.set_commission,
        election,
        hands.clerk,
        head="陈德明",
        members=["褚玉梅", "卫东升", "蒋文斌"],
    )
    assert error.field == "members"


def test_nobody_stands_for_two_posts_and_who_is_not_on_a_named_roll_for_none(hands, election):
    person = factories.person(name="刘选民")
    election = stories.with_commission(election, hands)
    stories.named_roll(election, hands, person)
    election = stories.with_roll(election, hands)
    election = move(election, "close_roll", hands.clerk, on=date(2021, 1, 6))
    services.add_candidate(election, hands.clerk, post="chair", name="刘选民", sex="M")
    refused(
        "已是主任候选人", services.add_candidate, election, hands.clerk, post="vice", name="刘选民", sex="M"
    )
    refused(
        "不在选民名单上", services.add_candidate, election, hands.clerk, post="vice", name="刘外人", sex="M"
    )


def test_nomination_ends_only_with_more_candidates_than_seats(hands, election):
    election = stories.nominating(election, hands)
    for post, name, sex in stories.SLATE[:-2]:
        services.add_candidate(election, hands.clerk, post=post, name=name, sex=sex)
    refused(
        "委员应选 3 人，候选人只有 3 人",
        move,
        election,
        "close_nomination",
        hands.clerk,
        done_on=date(2021, 1, 9),
    )


def test_a_candidate_who_fails_the_review_needs_a_reason_and_leaves_too_few(hands, election):
    election = stories.nominating(election, hands)
    for post, name, sex in stories.SLATE:
        services.add_candidate(election, hands.clerk, post=post, name=name, sex=sex)
    election = move(election, "close_nomination", hands.clerk, done_on=date(2021, 1, 9))
    keys = {one.name: one.pk for one in election.candidates.all()}
    outcomes = {pk: (Review.PASSED, "") for pk in keys.values()} | {keys["赵建国"]: (Review.FAILED, "")}
    review = {"reviewed_on": date(2021, 1, 11)}
    error = refused(
        "请填写原因", services.review_candidates, election, hands.clerk, outcomes=outcomes, **review
    )
    assert error.field == f"note_{keys['赵建国']}"
    outcomes[keys["赵建国"]] = (Review.FAILED, "受过刑事处罚")
    services.review_candidates(election, hands.clerk, outcomes=outcomes, **review)
    refused(
        "主任应选 1 人，候选人只有 1 人",
        move,
        election,
        "publish_candidates",
        hands.clerk,
        done_on=date(2021, 1, 13),
    )


# -- counting ------------------------------------------------------------------------------------------------


def test_the_result_is_computed_and_the_committee_comes_in_with_the_filing(hands, election):
    old = CommitteeMember.objects.create(
        committee=election.committee, name="老主任", post=Post.CHAIR, since=date(2017, 5, 1)
    )
    filed = stories.filed(election, hands)
    assert (filed.stage, filed.due_on) == ("handover", date(2021, 1, 30))
    now = committees.serving(filed.committee)
    assert {one.name for one in now} == {"赵建国", "孙立军", "周伟", "吴刚", "王秀英"}
    assert {(one.since, one.until) for one in now} == {(POLL, date(2026, 1, 19))}
    old.refresh_from_db()
    assert (old.ended_reason, old.until) == ("term", POLL - timedelta(days=1))


def test_without_a_woman_elected_elsewhere_the_highest_woman_takes_the_last_seat(hands, election):
    election = stories.polling(election, hands)
    for post, votes in stories.GOOD:
        stories.counted(election, hands, post, votes)
    member = results_of(election)[-1]
    assert [one.name for one in member.course.elected] == ["周伟", "吴刚", "王秀英"]


TIED = {"周伟": 420, "吴刚": 350, "郑勇": 350, "王秀英": 340, "冯桂兰": 100}


def test_a_tie_is_voted_on_again_and_the_result_waits_for_it(hands, election):
    election = stories.polling(election, hands)
    stories.counted(election, hands, *stories.GOOD[0])
    stories.counted(election, hands, *stories.GOOD[1])
    stories.counted(election, hands, "member", TIED)
    refused("委员还须再次投票", move, election, "submit_result", hands.clerk)
    late = POLL + timedelta(days=31)
    refused("至 2021-02-19", _again, election, hands, {"吴刚": 301, "郑勇": 280}, late)
    _again(election, hands, {"吴刚": 301, "郑勇": 280}, POLL + timedelta(days=2))
    assert {one.name for one in results_of(election)[-1].course.elected} == {"周伟", "吴刚", "王秀英"}
    moved = move(election, "submit_result", hands.clerk)
    assert moved.elected_on == POLL + timedelta(days=2)


def _again(election, hands, votes, held_on):
    stories.counted(election, hands, "member", votes, held_on=held_on, cast=590, out=600)


def test_unfilled_seats_are_run_off_with_a_third_before_a_vacancy_is_left(hands, election):
    seats = {"chair": 1, "vice": 1, "member": 4}
    services.set_plan(election, hands.clerk, seats=seats, mode="voters", ballot_kind="one")
    election = stories.polling(election, hands)
    stories.counted(election, hands, "chair", {"赵建国": 300, "钱志强": 290})
    for post, votes in stories.GOOD[1:]:
        stories.counted(election, hands, post, votes)
    refused("应先另行选举", move, election, "submit_result", hands.clerk)
    stories.counted(election, hands, "chair", {"赵建国": 190, "钱志强": 199}, held_on=POLL, cast=600)
    error = refused("仍缺 主任 1 人", move, election, "submit_result", hands.clerk)
    assert error.field == "vacancy_note"
    moved = move(election, "submit_result", hands.clerk, vacancy_note="暂由副主任主持工作")
    assert moved.stage == "confirm"


def test_exactly_half_of_the_voters_makes_the_vote_void_and_it_is_repeated(hands, election):
    election = stories.polling(election, hands)
    count = stories.counted(election, hands, "chair", {"赵建国": 400, "钱志强": 100}, cast=500)
    chair = results_of(election)[0]
    assert not chair.course.results[0].is_valid and chair.course.next_kind == "again"
    refused("不能报送结果|还没有登记计票", move, election, "submit_result", hands.clerk)
    ballots.void_count(count, "录错", hands.clerk)
    stories.counted(election, hands, "chair", {"赵建国": 400, "钱志强": 101}, cast=501)
    assert [one.name for one in results_of(election)[0].course.elected] == ["赵建国"]


def test_sums_that_miss_by_one_are_refused_where_typed(hands, election):
    election = stories.polling(election, hands)
    numbers = {"handed_out": 650, "returned": 600, "valid": 581, "void": 15, "blank": 5}
    error = refused(
        "有效票 581 \\+ 无效票 15 \\+ 弃权票 5 = 601，与收回选票 600 相差 1",
        ballots.record_count,
        election,
        hands.clerk,
        "chair",
        held_on=POLL,
        numbers=numbers,
        votes={},
    )
    assert error.field == "returned"


def test_on_one_ballot_paper_every_post_has_the_same_ballots(hands, election):
    election = stories.polling(election, hands)
    stories.counted(election, hands, *stories.GOOD[0])
    error = refused("应与主任的 600 张一致", stories.counted, election, hands, *stories.GOOD[1], cast=599)
    assert error.field == "returned"


def test_the_members_are_counted_last_and_a_later_vote_on_the_chair_changes_nothing_of_them(hands, election):
    election = stories.polling(election, hands, (*stories.SLATE, ("chair", "何秀兰", "F")))
    refused("请先登记主任、副主任的计票", stories.counted, election, hands, *stories.GOOD[2])
    none = {"赵建国": 200, "何秀兰": 190, "钱志强": 180}
    first = stories.counted(election, hands, "chair", none)
    stories.counted(election, hands, *stories.GOOD[1])
    stories.counted(election, hands, *stories.GOOD[2])
    refused("请先作废委员的计票", ballots.void_count, first, "录错", hands.clerk)
    later = POLL + timedelta(days=3)
    stories.counted(election, hands, "chair", {"赵建国": 170, "何秀兰": 250}, held_on=later)
    assert [one.name for one in results_of(election)[0].course.elected] == ["何秀兰"]
    names = {one.name for one in results_of(election)[-1].course.elected}
    assert names == {"周伟", "吴刚", "王秀英"}


def test_a_write_in_may_win(hands, election):
    election = stories.polling(election, hands)
    services.add_candidate(election, hands.clerk, post="chair", name="黑马", sex="F")
    stories.counted(election, hands, "chair", {"赵建国": 150, "钱志强": 100, "黑马": 340})
    assert [one.name for one in results_of(election)[0].course.elected] == ["黑马"]


# -- confirmation, handover, certificate ---------------------------------------------------------------------


def test_the_leader_may_send_the_count_back_and_the_officer_the_filing(hands, election):
    election = stories.elected(election, hands)
    back = move(election, "return_count", hands.leader, opinion="票数请再核对")
    assert (back.stage, back.elected_on) == ("poll", None)
    election = move(back, "submit_result", hands.clerk, on=POLL)
    election = move(election, "confirm_result", hands.leader, on=POLL + timedelta(days=1))
    election = move(election, "return_township", hands.officer, opinion="缺公告照片")
    assert election.stage == "confirm" and not CommitteeMember.objects.exists()


def test_handover_and_certificate_end_the_election(hands, election):
    filed = stories.filed(election, hands)
    refused("早于上一环节", move, filed, "hand_over", hands.clerk, done_on=POLL - timedelta(days=1))
    filed = move(filed, "hand_over", hands.clerk, done_on=POLL + timedelta(days=10))
    term = {"valid_from": date(2021, 2, 1), "valid_until": date(2026, 1, 19)}
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    error = refused("校验位不符", move, filed, "renew_certificate", hands.officer, credit_code=wrong, **term)
    assert error.field == "credit_code"
    village = uscc.make("54", "430503", uscc.body_code("MF100001"))
    refused("前两位应为 55", move, filed, "renew_certificate", hands.officer, credit_code=village, **term)
    done = move(filed, "renew_certificate", hands.officer, credit_code=CODE, on=date(2021, 2, 1), **term)
    assert (done.state, done.stage) == (CaseState.CLOSED, "done")
    assert VillageCommittee.objects.get(pk=done.committee_id).credit_code == CODE


def test_each_step_is_its_roles_and_its_areas(hands, election):
    elsewhere = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    with pytest.raises(NotAllowed):
        services.set_commission(election, elsewhere, head="甲", members=["乙", "丙"])
    election = stories.elected(election, hands)
    for other in (hands.clerk, hands.officer, factories.user("bureau_officer")):
        with pytest.raises(NotAllowed):
            move(election, "confirm_result", other)


def test_two_clerks_do_not_overwrite_each_other(hands, election):
    seen = election.version
    services.set_commission(election, hands.clerk, head="甲", members=["乙", "丙"], version=seen)
    with pytest.raises(Conflict):
        services.set_commission(election, hands.clerk, head="丁", members=["乙", "丙"], version=seen)
