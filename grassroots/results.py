"""What the counts of an election come to, post by post: rows read, the rules asked, nothing kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from grassroots.counting import FIRST, NO_RULE, RUNOFF, Course, Standing, Tally, course
from grassroots.limits import limits_on
from grassroots.models import BallotCount, Candidate, Election, Post, post_label
from grassroots.rules import Limits
from registry.models import Sex


@dataclass(frozen=True)
class PostResult:
    """A post with its counts in order and what they come to."""

    post: str
    seats: int
    counts: list[BallotCount]
    course: Course

    @property
    def label(self) -> str:
        return post_label(self.post)

    @property
    def next_label(self) -> str:
        return str(dict(BallotCount._meta.get_field("kind").flatchoices).get(self.course.next_kind, ""))


def standing(candidate: Candidate, votes: int = 0) -> Standing:
    return Standing(candidate.pk, candidate.name, candidate.sex == Sex.FEMALE, votes)


def tally_of(count: BallotCount, registered: int) -> Tally:
    """The counted ballots as the rules read them."""
    return Tally(
        count.seats,
        registered,
        count.handed_out,
        count.returned,
        count.valid,
        count.void,
        count.blank,
        tuple(standing(one.candidate, one.votes) for one in count.votes.all()),
        count.kind,
    )


def results_of(election: Election, limits: Limits | None = None) -> list[PostResult]:
    """Every post that has seats, in official order; the woman's seat is asked of the last one, the 委员."""
    limits = limits or limits_on(election.polling_day)
    counts: dict[str, list[BallotCount]] = {}
    found = election.counts.prefetch_related("votes__candidate").order_by("turn")
    for one in found:
        counts.setdefault(one.post, []).append(one)
    results: list[PostResult] = []
    for post, seats in election.seats.items():
        if not seats:
            continue
        mine = counts.get(post, [])
        answer = course(
            seats,
            [tally_of(one, election.voters or 0) for one in mine],
            runoff_share=limits.runoff_share,
            woman_rule=limits.woman_rule if post == Post.MEMBER else NO_RULE,
            has_woman=[woman_by(election, results, one.held_on) for one in mine],
        )
        results.append(PostResult(post, seats, mine, answer))
    return results


def woman_by(election: Election, others: list[PostResult], day: date) -> bool:
    """Whether by that day a woman was elected to another post, or serves beside the seats of a by-election."""
    elected = any(
        standing.is_woman
        for one in others
        for count, found in zip(one.counts, one.course.results, strict=True)
        if count.held_on <= day
        for standing in found.elected
    )
    serving = election.committee.members.filter(ended_reason="", sex=Sex.FEMALE)
    return elected or (election.is_by_election and serving.exists())


def next_vote(election: Election, result: PostResult) -> tuple[str, int, list[Candidate]]:
    """The vote on a post that comes next: kind, seats, candidates on the ballot. kind "" when the post is settled.

    In a run-off stand, beside those of the vote before, the candidates nominated for it since (`short_of`).
    """
    answer = result.course
    if answer.next_kind == FIRST:
        mine = [one for one in election.candidates.filter(post=result.post) if one.stands]
        return FIRST, result.seats, mine
    keys = [one.key for one in answer.next_standing]
    known = Candidate.objects.in_bulk(keys)
    candidates = [known[key] for key in keys]
    if answer.next_kind == RUNOFF and not keys:
        since = election.candidates.filter(post=result.post).exclude(votes__count__election=election)
        candidates = [one for one in since if one.stands]
    return answer.next_kind, answer.next_seats, candidates


def short_of(result: PostResult) -> str:
    """Whom the run-off lacks: "woman" for the seat kept for one, "anyone", or "" where enough stood before."""
    answer = result.course
    if answer.next_kind != RUNOFF or answer.next_standing:
        return ""
    return "woman" if answer.woman_seat and answer.next_seats == 1 else "anyone"


def must_vote(election: Election, result: PostResult) -> bool:
    """Whether a further vote comes before the result: after a void one, on a tie, a run-off that can be held."""
    kind, _, candidates = next_vote(election, result)
    if kind == RUNOFF and result.course.results[-1].is_valid:
        return bool(candidates) and not result.course.run_off
    return bool(kind)


def elected_people(results: list[PostResult]) -> list[tuple[str, Candidate]]:
    """Who is elected to what, in official order, highest votes first."""
    keys = [one.key for result in results for one in result.course.elected]
    known: dict[int, Any] = Candidate.objects.in_bulk(keys)
    return [(result.post, known[one.key]) for result in results for one in result.course.elected]
