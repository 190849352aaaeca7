"""The verbs of counting: judge what was typed, record it, void it. What it comes to is `grassroots.counting`."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from casework.services import record_change, today
from core.errors import UserError
from district.models import User
from grassroots import counting, results, rules
from grassroots.limits import limits_on
from grassroots.models import BallotCount, BallotKind, CandidateVotes, Election, Post
from grassroots.services import dates_of, editing, stage_due

NUMBERS = ("handed_out", "returned", "valid", "void", "blank")


def judge(
    election: Election, post: str, held_on: date, numbers: Mapping[str, int], votes: Mapping[int, int]
) -> tuple[counting.Course, counting.Tally]:
    """What the typed count would come to; writes nothing. UserError where the sums don't add up.

    The 委员 are counted last: whether a seat is a woman's depends on who is elected to the other posts.
    """
    limits = limits_on(election.polling_day)
    found = results.results_of(election, limits)
    result = next((one for one in found if one.post == post), None)
    if result is None:
        raise UserError("本次选举没有这个职务的名额。")
    others = [one for one in found if one.post != post]
    blank = [one.label for one in others if not one.counts]
    if post == Post.MEMBER and blank:
        raise UserError(f"请先登记{'、'.join(blank)}的计票：委员中是否保留妇女名额，要看其他职务的结果。")
    kind, seats, candidates = results.next_vote(election, result)
    if not kind:
        raise UserError(f"{result.label}已经选满，不需要再投票。")
    typed = counting.Tally(
        seats,
        election.voters or 0,
        standing=tuple(results.standing(one, votes.get(one.pk, 0)) for one in candidates),
        kind=kind,
        **{name: numbers[name] for name in NUMBERS},
    )
    counting.check_sums(typed)
    days = [*(one.held_on for one in result.counts), held_on]
    answer = counting.course(
        result.seats,
        [*(results.tally_of(one, election.voters or 0) for one in result.counts), typed],
        runoff_share=limits.runoff_share,
        woman_rule=limits.woman_rule if post == Post.MEMBER else counting.NO_RULE,
        has_woman=[results.woman_by(election, others, day) for day in days],
    )
    return answer, typed


@transaction.atomic
def record_count(
    election: Election,
    actor: User,
    post: str,
    *,
    held_on: date,
    numbers: Mapping[str, int],
    votes: Mapping[int, int],
    version: int | None = None,
) -> BallotCount:
    """登记计票: the next vote on a post. Sums that don't add up are refused with the sum shown."""
    election = editing(election, actor, version, ("poll",))
    _, typed = judge(election, post, held_on, numbers, votes)
    mine = list(election.counts.filter(post=post).order_by("turn"))
    _check_held(election, post, held_on, mine, typed)
    made = BallotCount.objects.create(
        election=election,
        post=post,
        turn=len(mine) + 1,
        kind=typed.kind,
        held_on=held_on,
        seats=typed.seats,
        entered_by=actor,
        **{name: numbers[name] for name in NUMBERS},
    )
    CandidateVotes.objects.bulk_create(
        CandidateVotes(count=made, candidate_id=one.key, votes=one.votes) for one in typed.standing
    )
    election.polled_on = election.polled_on or held_on
    election.due_on = stage_due(election)
    words = "，".join(f"{one.name} {one.votes}" for one in counting.ranked(typed.standing))
    changes = [(str(made), "", f"发出 {made.handed_out} 收回 {made.returned} 有效 {made.valid}；{words}")]
    record_change(election, actor, changes, label="登记计票", on=held_on)
    return made


def _check_held(
    election: Election, post: str, held_on: date, mine: list[BallotCount], typed: counting.Tally
) -> None:
    """The first vote is on polling day; further ones follow within the days that the parameter gives (○)."""
    limits = limits_on(election.polling_day)
    if not mine:
        try:
            rules.check_date(
                "polled_on",
                held_on,
                election.polling_day,
                limits,
                dates_of(election) | {"polled_on": None},
                today(),
            )
        except UserError as error:
            raise UserError(error.message, field="held_on") from error
        same = election.counts.filter(turn=1).exclude(post=post).first()
        if election.ballot_kind == BallotKind.ONE and same:
            for name, label in (("handed_out", "发出选票"), ("returned", "收回选票")):
                if getattr(same, name) != getattr(typed, name):
                    raise UserError(
                        f"各职务同一张选票，{label}应与{same.get_post_display()}的 {getattr(same, name)} 张一致，"
                        f"填写的是 {getattr(typed, name)} 张。",
                        field=name,
                    )
        return
    last = mine[-1].held_on
    latest = last + timedelta(days=limits.further_days)
    if held_on > today():
        raise UserError(f"投票日期 {held_on:%Y-%m-%d} 还没有到。", field="held_on")
    if not last <= held_on <= latest:
        raise UserError(
            f"再次投票、另行选举应在前次投票 {last:%Y-%m-%d} 之后 {limits.further_days} 日内，即至 {latest:%Y-%m-%d}；"
            f"填写的是 {held_on:%Y-%m-%d}。",
            field="held_on",
        )


@transaction.atomic
def void_count(count: BallotCount, reason: str, actor: User) -> Election:
    """作废计票: the newest count of a post was entered wrongly; the record keeps what it said."""
    election = editing(count.election, actor, None, ("poll",))
    if len(reason.strip()) < 2:
        raise UserError("请填写作废原因。", field="reason")
    if election.counts.filter(post=count.post, turn__gt=count.turn).exists():
        raise UserError("后面还有一次投票的计票，请先作废后一次。")
    if count.post != Post.MEMBER and election.counts.filter(post=Post.MEMBER).exists():
        raise UserError("委员的计票是在这个结果之后算的，请先作废委员的计票。")
    words = f"发出 {count.handed_out} 收回 {count.returned} 有效 {count.valid}；" + "，".join(
        f"{one.candidate.name} {one.votes}" for one in count.votes.select_related("candidate")
    )
    label = str(count)
    count.votes.all().delete()
    count.delete()
    if not election.counts.exists():
        election.polled_on = None
    election.due_on = stage_due(election)
    return record_change(election, actor, [(label, words, "作废")], label="作废计票", reason=reason)
