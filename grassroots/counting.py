"""From the count of a ballot to its result (村民委员会组织法第十五条). Pure: the same for any election and any test.

Votes cast are the ballots returned, void and blank ones among them. Valid ⇔ cast > half of the registered voters.
Elected ⇔ > half of the cast (in a run-off ≥ a third), the highest first, up to the seats; exactly half is not enough.
Nothing depends on the order in which candidates were entered: equal votes at the last seat are a tie, voted on again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.errors import UserError

FIRST, AGAIN, TIE, RUNOFF = "first", "again", "tie", "runoff"
LAST_SEAT, OPEN_SEAT, NO_RULE = "last_seat", "open_seat", "none"


@dataclass(frozen=True)
class Standing:
    """A candidate on the ballot: who, man or woman, and the votes."""

    key: int
    name: str
    is_woman: bool
    votes: int


@dataclass(frozen=True)
class Tally:
    """The counted ballots for one post. `kind`: first, again (after a void one), tie, runoff."""

    seats: int
    registered: int
    handed_out: int
    returned: int
    valid: int
    void: int
    blank: int
    standing: tuple[Standing, ...]
    kind: str = FIRST


@dataclass(frozen=True)
class Draw:
    """Equal votes at the last seat or seats: who is voted on again, for how many seats."""

    standing: tuple[Standing, ...]
    seats: int


@dataclass(frozen=True)
class Result:
    """What the count comes to. `open_seats` and `ties` need a further vote; the ties come first, in their order."""

    is_valid: bool
    why: str
    needed: int
    elected: tuple[Standing, ...] = ()
    ties: tuple[Draw, ...] = ()
    open_seats: int = 0
    woman_seat: bool = False
    notes: tuple[str, ...] = ()
    not_elected: tuple[Standing, ...] = field(default=())

    @property
    def tied(self) -> tuple[Standing, ...]:
        """All who are voted on again because their votes are equal."""
        return tuple(one for draw in self.ties for one in draw.standing)


def check_sums(tally: Tally) -> None:
    """Refuse sums that do not add up, with the sum shown. More returned than handed out is a void ballot, no slip."""
    if tally.handed_out > tally.registered:
        raise UserError(
            f"发出选票 {tally.handed_out} 张，多于登记选民 {tally.registered} 人，请核对。",
            field="handed_out",
        )
    total = tally.valid + tally.void + tally.blank
    if total != tally.returned:
        raise UserError(
            f"有效票 {tally.valid} + 无效票 {tally.void} + 弃权票 {tally.blank} = {total}，与收回选票 {tally.returned} "
            f"相差 {abs(total - tally.returned)}，请核对。",
            field="returned",
        )
    for one in tally.standing:
        if one.votes > tally.valid:
            raise UserError(
                f"{one.name}得票 {one.votes}，多于有效票 {tally.valid}，请核对。", field=f"votes_{one.key}"
            )
    cast = sum(one.votes for one in tally.standing)
    if cast > tally.valid * tally.seats:
        words = " + ".join(str(one.votes) for one in tally.standing)
        raise UserError(
            f"各候选人得票合计 {words} = {cast}，多于有效票 {tally.valid} × 应选 {tally.seats} 人 = "
            f"{tally.valid * tally.seats}，请核对：选人数超过应选名额的票是无效票。",
            field=f"votes_{tally.standing[0].key}",
        )


def needed_votes(tally: Tally, runoff_share: int) -> int:
    """The least number of votes that elects. 2 × votes > cast; in a run-off share × votes ≥ cast; in a tie any."""
    if tally.kind == TIE:
        return 1
    if tally.kind == RUNOFF:
        return max(-(-tally.returned // runoff_share), 1)
    return tally.returned // 2 + 1


def result(
    tally: Tally,
    *,
    runoff_share: int = 3,
    woman_rule: str = NO_RULE,
    has_woman: bool = True,
) -> Result:
    """The result of the ballot.

    `woman_rule` with `has_woman` False: no woman is elected anywhere else, so this ballot must bring one — the highest
    woman with the legal share takes the last seat (`last_seat`), or it stays open for a further ballot (`open_seat`, or
    when no woman has the share). Errors: UserError for sums that do not add up.
    """
    check_sums(tally)
    needed = needed_votes(tally, runoff_share)
    if tally.returned > tally.handed_out:
        why = f"收回选票 {tally.returned} 张，多于发出的 {tally.handed_out} 张，选举无效（村组法第十五条）。"
        return Result(False, why, needed)
    if tally.returned * 2 <= tally.registered:
        why = f"参加投票 {tally.returned} 人，未超过登记选民 {tally.registered} 人的半数，选举无效（村组法第十五条）。"
        return Result(False, why, needed)
    why = f"参加投票 {tally.returned} 人，超过登记选民 {tally.registered} 人的半数，选举有效。"
    able = ranked([one for one in tally.standing if one.votes >= needed])
    found = fill(able, tally.seats)
    # A vote on a tie fills its own seats alone; the seat kept for a woman is not among them unless women tied for it.
    if woman_rule != NO_RULE and tally.kind != TIE and not has_woman and not _brings_woman(found):
        found = _woman(able, tally.seats, woman_rule)
    chosen = {one.key for one in (*found.elected, *(one for draw in found.ties for one in draw.standing))}
    return Result(
        True,
        why,
        needed,
        tuple(found.elected),
        found.ties,
        tally.seats - len(found.elected) - sum(draw.seats for draw in found.ties),
        found.woman_seat,
        found.notes,
        tuple(one for one in ranked(tally.standing) if one.key not in chosen),
    )


def ranked(standing: Sequence[Standing]) -> list[Standing]:
    """Highest votes first; among equals by name, which decides nothing."""
    return sorted(standing, key=lambda one: (-one.votes, one.name, one.key))


@dataclass(frozen=True)
class Filled:
    """The seats as the votes fill them: who is in, what is tied, whether a seat is kept for a woman and why."""

    elected: Sequence[Standing] = ()
    ties: tuple[Draw, ...] = ()
    woman_seat: bool = False
    notes: tuple[str, ...] = ()


def fill(able: Sequence[Standing], seats: int) -> Filled:
    """The seats filled from the highest; equal votes at the last of them are a tie."""
    if seats <= 0:
        return Filled()
    if len(able) <= seats or able[seats - 1].votes > able[seats].votes:
        return Filled(able[:seats])
    edge = able[seats].votes
    inside = [one for one in able if one.votes > edge]
    tied = tuple(one for one in able if one.votes == edge)
    return Filled(inside, (Draw(tied, seats - len(inside)),))


def _brings_woman(found: Filled) -> bool:
    """Whether a woman is in, or must come out of the tie whoever wins it."""
    sure = any(draw.seats > sum(not one.is_woman for one in draw.standing) for draw in found.ties)
    return sure or any(one.is_woman for one in found.elected)


def _woman(able: Sequence[Standing], seats: int, rule: str) -> Filled:
    """One seat is kept for a woman: taken by the highest with the legal share, or left open.

    Women who are equal at the top are voted on for it. The other seats are filled, or tied for, by themselves: a tie
    among the men is voted on by its own, after the women's.
    """
    women = [one for one in able if one.is_woman] if rule == LAST_SEAT else []
    others = fill([one for one in able if not one.is_woman], seats - 1)
    if not women:
        why = "没有妇女得到法定票数" if rule == LAST_SEAT else "没有妇女当选"
        note = f"当选人中没有妇女，{why}，保留 1 席另行选举妇女成员。"
        return Filled(others.elected, others.ties, True, (note,))
    best = tuple(one for one in women if one.votes == women[0].votes)
    if len(best) > 1:
        note = "当选人中没有妇女，得票最高的妇女票数相等，就其再次投票。"
        return Filled(others.elected, (Draw(best, 1), *others.ties), True, (note,))
    note = f"当选人中没有妇女，得票最高且达到法定票数的妇女{best[0].name}当选最后 1 席。"
    return Filled(ranked([*others.elected, best[0]]), others.ties, False, (note,))


@dataclass(frozen=True)
class Course:
    """All votes on one post so far: who is in, how many seats are open, and the next vote if there must be one.

    `woman_seat`: one of the open seats is kept for a woman. `run_off`: a valid run-off has been held.
    """

    seats: int
    elected: tuple[Standing, ...]
    results: tuple[Result, ...]
    next_kind: str = ""
    next_seats: int = 0
    next_standing: tuple[Standing, ...] = ()
    woman_seat: bool = False
    run_off: bool = False

    @property
    def open_seats(self) -> int:
        return self.seats - len(self.elected)

    @property
    def has_woman(self) -> bool:
        return any(one.is_woman for one in self.elected)


def course(
    seats: int,
    tallies: Sequence[Tally],
    *,
    runoff_share: int = 3,
    woman_rule: str = NO_RULE,
    has_woman: bool | Sequence[bool] = True,
) -> Course:
    """The votes on a post in their order, each judged in the light of those before, and what must follow.

    A void vote is repeated with its own candidates, as what it was. A tie is voted on among the tied, one tie after the
    other. Then a run-off (另行选举, 村组法第十五条) takes the highest of those not elected (`_stand_again`).
    `has_woman`: whether a woman was elected elsewhere by the day of each vote, so that a later vote on another post
    changes nothing that has been decided.
    """
    known = [has_woman] * len(tallies) if isinstance(has_woman, bool) else list(has_woman)
    elected: list[Standing] = []
    results: list[Result] = []
    draws: list[Draw] = []
    stood: tuple[Standing, ...] = ()
    kept = False
    for tally, elsewhere in zip(tallies, known, strict=True):
        woman = elsewhere or any(one.is_woman for one in elected)
        found = result(tally, runoff_share=runoff_share, woman_rule=woman_rule, has_woman=woman)
        results.append(found)
        if not found.is_valid:
            continue
        elected += found.elected
        if tally.kind == TIE:
            draws[:1] = found.ties
        else:
            draws, stood, kept = list(found.ties), tally.standing, found.woman_seat
        kept = kept and not any(one.is_woman for one in elected)
    if not results:
        return Course(seats, (), (), FIRST, seats)
    run_off = any(one.kind == RUNOFF and found.is_valid for one, found in zip(tallies, results, strict=True))
    so_far = Course(seats, tuple(elected), tuple(results), woman_seat=kept, run_off=run_off)
    last = tallies[-1]
    if not results[-1].is_valid:
        kind = last.kind if last.kind in (TIE, RUNOFF) else AGAIN
        return replace(so_far, next_kind=kind, next_seats=last.seats, next_standing=last.standing)
    if draws:
        return replace(so_far, next_kind=TIE, next_seats=draws[0].seats, next_standing=draws[0].standing)
    if so_far.open_seats <= 0:
        return so_far
    taken = {one.key for one in elected}
    standing = _stand_again([one for one in stood if one.key not in taken], so_far.open_seats, kept)
    return replace(so_far, next_kind=RUNOFF, next_seats=so_far.open_seats, next_standing=standing)


def _stand_again(rest: Sequence[Standing], seats: int, woman_seat: bool) -> tuple[Standing, ...]:
    """Who stands in the run-off: one more than the open seats and all who are equal to the last of them.

    The one seat that is kept for a woman takes women alone; among more seats the highest woman stands in any case.
    """
    women = [one for one in ranked(rest) if one.is_woman]
    line = women if woman_seat and seats == 1 else ranked(rest)
    edge = line[: seats + 1]
    standing = [one for one in line if one.votes >= edge[-1].votes] if edge else []
    if woman_seat and women and not any(one.is_woman for one in standing):
        standing += [one for one in women if one.votes == women[0].votes]
    return tuple(standing)
