"""From the count to the result: the edges of the law, and what holds for every count (hypothesis)."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from grassroots.counting import FIRST, RUNOFF, TIE, Standing, Tally, course, result


def people(*votes: int, women: tuple[int, ...] = ()) -> tuple[Standing, ...]:
    """Candidates 1, 2, … with these votes; `women`: which of them are."""
    return tuple(Standing(n, f"候选人{n}", n in women, count) for n, count in enumerate(votes, 1))


def ballot(*votes: int, seats=1, registered=1000, cast=600, void=0, blank=0, kind=FIRST, women=(), out=None):
    return Tally(
        seats,
        registered,
        cast if out is None else out,
        cast,
        cast - void - blank,
        void,
        blank,
        people(*votes, women=women),
        kind,
    )


def keys(standing) -> list[int]:
    return [one.key for one in standing]


def test_exactly_half_of_the_voters_makes_no_valid_election():
    assert not result(ballot(300, cast=500)).is_valid
    assert result(ballot(300, cast=501)).is_valid


def test_exactly_half_of_the_votes_cast_elects_nobody():
    found = result(ballot(300, 250, cast=600))
    assert found.elected == () and found.open_seats == 1 and found.needed == 301
    assert keys(result(ballot(301, 250, cast=600)).elected) == [1]


def test_half_is_counted_over_void_and_blank_ballots_too():
    found = result(ballot(300, 200, cast=600, void=40, blank=10))
    assert found.elected == ()


def test_an_odd_number_cast_needs_the_next_whole_vote():
    assert keys(result(ballot(300, 290, cast=599)).elected) == [1]


def test_more_ballots_returned_than_handed_out_is_void():
    found = result(ballot(400, cast=601, out=600))
    assert not found.is_valid and "多于发出的 600 张" in found.why


def test_fewer_returned_than_handed_out_is_fine():
    assert result(ballot(400, cast=600, out=650)).is_valid


@pytest.mark.parametrize("slip", [1, -1])
def test_sums_that_miss_by_one_are_refused_with_the_sum_shown(slip):
    tally = Tally(1, 1000, 600, 600, 580 + slip, 15, 5, people(300))
    with pytest.raises(UserError) as refused:
        result(tally)
    assert f"有效票 {580 + slip} + 无效票 15 + 弃权票 5 = {600 + slip}" in refused.value.message
    assert "相差 1" in refused.value.message


def test_votes_that_name_more_than_the_seats_are_refused():
    assert result(ballot(600, 600, 600, seats=3)).is_valid
    with pytest.raises(UserError, match="= 1801，多于有效票 600 × 应选 3 人 = 1800"):
        result(ballot(600, 600, 600, 1, seats=3))


def test_a_candidate_has_no_more_votes_than_there_are_valid_ballots():
    with pytest.raises(UserError, match="候选人1得票 591，多于有效票 590") as refused:
        result(ballot(591, cast=600, void=10))
    assert refused.value.field == "votes_1"


def test_more_handed_out_than_voters_is_refused():
    with pytest.raises(UserError, match="发出选票 1001 张，多于登记选民 1000 人"):
        result(ballot(400, cast=600, out=1001))


def test_the_highest_are_elected_up_to_the_seats():
    found = result(ballot(400, 350, 320, 310, seats=3))
    assert keys(found.elected) == [1, 2, 3] and keys(found.not_elected) == [4] and not found.open_seats


def test_a_tie_at_the_last_seat_is_voted_on_again_among_the_tied():
    answer = course(3, [ballot(400, 350, 350, 350, 310, seats=3)])
    assert keys(answer.elected) == [1]
    assert (answer.next_kind, answer.next_seats, keys(answer.next_standing)) == (TIE, 2, [2, 3, 4])


def test_a_tie_that_both_fit_into_is_no_tie():
    found = result(ballot(350, 350, 320, seats=2))
    assert keys(found.elected) == [1, 2] and not found.ties


def test_in_the_vote_on_a_tie_most_votes_win_and_a_new_tie_is_voted_on_again():
    first = ballot(400, 350, 350, seats=2)
    second = Tally(1, 1000, 560, 560, 560, 0, 0, people(0, 281, 279)[1:], TIE)
    assert keys(course(2, [first, second]).elected) == [1, 2]
    again = Tally(1, 1000, 560, 560, 560, 0, 0, people(0, 280, 280)[1:], TIE)
    answer = course(2, [first, again])
    assert answer.next_kind == TIE and keys(answer.elected) == [1]


def test_unfilled_seats_go_to_a_run_off_of_the_highest_one_more_than_the_seats():
    answer = course(3, [ballot(400, 300, 200, 100, 50, seats=3)])
    assert keys(answer.elected) == [1]
    assert (answer.next_kind, answer.next_seats, keys(answer.next_standing)) == (RUNOFF, 2, [2, 3, 4])


def test_candidates_equal_to_the_last_of_the_run_off_stand_too():
    answer = course(2, [ballot(400, 200, 100, 100, seats=2)])
    assert keys(answer.next_standing) == [2, 3, 4]


@pytest.mark.parametrize(("votes", "wins"), [(200, True), (199, False)])
def test_a_third_of_the_votes_cast_elects_in_a_run_off(votes, wins):
    found = result(ballot(votes, 150, cast=600, kind=RUNOFF))
    assert bool(found.elected) is wins


def test_a_third_of_an_uneven_number_is_rounded_up():
    assert result(ballot(200, 150, cast=601, kind=RUNOFF)).elected == ()
    assert keys(result(ballot(201, 150, cast=601, kind=RUNOFF)).elected) == [1]


def test_a_void_election_is_repeated_with_its_candidates():
    answer = course(1, [ballot(300, 100, cast=500)])
    assert (answer.next_kind, keys(answer.next_standing)) == ("again", [1, 2])


def woman(tally, **more):
    return result(tally, woman_rule="last_seat", has_woman=False, **more)


def test_without_a_woman_the_highest_woman_with_the_legal_share_takes_the_last_seat():
    found = woman(ballot(400, 380, 360, 310, seats=3, women=(4,)))
    assert keys(found.elected) == [1, 2, 4] and "最后 1 席" in found.notes[0]


def test_a_woman_without_the_legal_share_leaves_the_seat_open_for_a_further_ballot():
    found = woman(ballot(400, 380, 360, 300, seats=3, women=(4,)))
    assert keys(found.elected) == [1, 2] and found.open_seats == 1 and found.woman_seat
    answer = course(
        3,
        [ballot(400, 380, 360, 300, 200, seats=3, women=(4,))],
        woman_rule="last_seat",
        has_woman=False,
    )
    assert (answer.next_kind, keys(answer.next_standing)) == (RUNOFF, [4])


def test_the_other_rule_keeps_the_seat_open_at_once():
    found = result(ballot(400, 380, 360, 310, seats=3, women=(4,)), woman_rule="open_seat", has_woman=False)
    assert keys(found.elected) == [1, 2] and found.woman_seat


def test_a_woman_elsewhere_or_among_the_elected_changes_nothing():
    tally = ballot(400, 380, 360, 310, seats=3, women=(4,))
    assert keys(result(tally, woman_rule="last_seat", has_woman=True).elected) == [1, 2, 3]
    assert keys(woman(ballot(400, 380, 360, 310, seats=3, women=(2, 4))).elected) == [1, 2, 3]


def test_a_woman_in_the_tie_at_the_last_seat_takes_it():
    found = woman(ballot(400, 380, 350, 350, seats=3, women=(4,)))
    assert keys(found.elected) == [1, 2, 4] and not found.ties


def test_two_women_equal_at_the_top_are_voted_on_before_the_rest():
    first = ballot(400, 380, 360, 310, 310, seats=3, women=(4, 5))
    answer = course(3, [first], woman_rule="last_seat", has_woman=False)
    assert (answer.next_kind, answer.next_seats, keys(answer.next_standing)) == (TIE, 1, [4, 5])
    assert keys(answer.elected) == [1, 2]


def second_vote(of, *keys, cast=560, kind=TIE, seats=1, women=(4, 5)):
    """A vote on some of the first ballot's candidates, with `of` votes for each in turn."""
    standing = tuple(Standing(key, f"候选人{key}", key in women, n) for key, n in zip(keys, of, strict=True))
    return Tally(seats, 1000, cast, cast, cast, 0, 0, standing, kind)


def told(*tallies, seats=3):
    return course(seats, tallies, woman_rule="last_seat", has_woman=False)


def test_men_who_tie_beside_the_womans_seat_are_voted_on_too_and_the_most_votes_win():
    """Five candidates, three seats: 1 is in, 2 and 3 are equal for the second seat, 4 and 5 for the woman's."""
    first = ballot(400, 350, 350, 310, 310, seats=3, women=(4, 5))
    answer = told(first)
    assert (answer.next_kind, keys(answer.next_standing), keys(answer.elected)) == (TIE, [4, 5], [1])
    women = second_vote((300, 250), 4, 5)
    answer = told(first, women)
    assert (answer.next_kind, answer.next_seats, keys(answer.next_standing)) == (TIE, 1, [2, 3])
    answer = told(first, women, second_vote((150, 140), 2, 3))
    assert keys(answer.elected) == [1, 4, 2] and answer.next_kind == "" and not answer.woman_seat


def test_a_tie_of_women_that_ends_equal_again_stays_before_the_mens():
    first = ballot(400, 350, 350, 310, 310, seats=3, women=(4, 5))
    answer = told(first, second_vote((280, 280), 4, 5))
    assert (answer.next_kind, keys(answer.next_standing)) == (TIE, [4, 5])


def test_a_mens_tie_is_settled_though_the_womans_seat_is_still_open():
    first = ballot(400, 350, 350, 200, 100, seats=3, women=(4, 5))
    answer = told(first)
    assert (answer.next_kind, keys(answer.next_standing)) == (TIE, [2, 3])
    answer = told(first, second_vote((290, 270), 2, 3))
    assert keys(answer.elected) == [1, 2]
    assert (answer.next_kind, answer.next_seats, keys(answer.next_standing)) == (RUNOFF, 1, [4, 5])
    answer = told(first, second_vote((290, 270), 2, 3), second_vote((190, 180), 4, 5, kind=RUNOFF))
    assert keys(answer.elected) == [1, 2, 4] and answer.next_kind == ""


def test_in_a_run_off_for_two_seats_the_highest_woman_stands_in_any_case():
    answer = told(ballot(400, 250, 240, 230, 20, seats=3, women=(5,)))
    assert answer.woman_seat and keys(answer.next_standing) == [2, 3, 4, 5]


def test_without_any_woman_on_the_ballot_nobody_is_left_to_stand_for_her_seat():
    answer = told(ballot(400, 380, 360, 310, seats=3))
    assert (answer.next_kind, answer.next_standing, answer.woman_seat) == (RUNOFF, (), True)


@pytest.mark.parametrize(("kind", "again"), [("first", "again"), (TIE, TIE), (RUNOFF, RUNOFF)])
def test_a_void_vote_is_repeated_as_what_it_was(kind, again):
    first = ballot(400, 350, 350, seats=2) if kind == TIE else ballot(400, 250, 200, seats=2)
    void = second_vote((300, 200), 2, 3, cast=500, kind=kind)
    answer = course(2, [void] if kind == "first" else [first, void])
    assert (answer.next_kind, keys(answer.next_standing)) == (again, [2, 3])


@st.composite
def tallies(draw):
    registered = draw(st.integers(1, 400))
    cast = draw(st.integers(0, registered))
    seats = draw(st.integers(1, 5))
    void = draw(st.integers(0, cast))
    blank = draw(st.integers(0, cast - void))
    valid = cast - void - blank
    left, standing = valid * seats, []
    for key in range(1, draw(st.integers(1, 8)) + 1):
        votes = draw(st.integers(0, min(valid, left)))
        left -= votes
        standing.append(Standing(key, f"候选人{key}", draw(st.booleans()), votes))
    kind = draw(st.sampled_from([FIRST, RUNOFF, TIE]))
    out = draw(st.integers(cast, registered))
    return Tally(seats, registered, out, cast, valid, void, blank, tuple(standing), kind)


rules = st.fixed_dictionaries(
    {"woman_rule": st.sampled_from(["none", "last_seat", "open_seat"]), "has_woman": st.booleans()}
)


@settings(max_examples=300, deadline=None)
@given(tallies(), rules)
def test_never_more_are_elected_than_there_are_seats_and_nobody_below_the_share(tally, rule):
    found = result(tally, **rule)
    drawn = sum(draw.seats for draw in found.ties)
    assert len(found.elected) + drawn + found.open_seats == (tally.seats if found.is_valid else 0)
    assert found.open_seats >= 0 and len(set(keys((*found.elected, *found.tied)))) == len(
        (*found.elected, *found.tied)
    )
    assert all(one.votes >= found.needed for one in (*found.elected, *found.tied))
    assert all(len(draw.standing) > draw.seats > 0 for draw in found.ties)


@settings(max_examples=300, deadline=None)
@given(tallies(), rules, st.integers())
def test_the_order_of_entry_decides_nothing(tally, rule, seed):
    mixed = list(tally.standing)
    random.Random(seed).shuffle(mixed)
    other = Tally(**{**tally.__dict__, "standing": tuple(mixed)})
    assert result(tally, **rule) == result(other, **rule)


@settings(max_examples=300, deadline=None)
@given(tallies(), rules)
def test_equals_are_in_together_out_together_or_voted_on_again(tally, rule):
    """Two of the same sex with the same votes never part company without a vote."""
    found = result(tally, **rule)
    taken, tied = set(keys(found.elected)), set(keys(found.tied))
    for one in tally.standing:
        for other in tally.standing:
            if found.is_valid and (one.votes, one.is_woman) == (other.votes, other.is_woman):
                assert (one.key in taken) == (other.key in taken)
                assert (one.key in tied) == (other.key in tied)


@settings(max_examples=300, deadline=None)
@given(tallies(), st.integers(-3, 3).filter(bool))
def test_no_slip_in_the_sum_is_ever_taken(tally, slip):
    wrong = Tally(**{**tally.__dict__, "blank": tally.blank + slip})
    with pytest.raises(UserError, match="相差"):
        result(wrong)
