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
class Result:
    """What the count comes to. `open_seats` and `tie` need a further vote; `next_kind` says which."""

    is_valid: bool
    why: str
    needed: int
    elected: tuple[Standing, ...] = ()
    tie: tuple[Standing, ...] = ()
    tie_seats: int = 0
    open_seats: int = 0
    woman_seat: bool = False
    notes: tuple[str, ...] = ()
    not_elected: tuple[Standing, ...] = field(default=())

    @property
    def next_kind(self) -> str:
        """again, tie, runoff, or "" when the post is settled."""
        if not self.is_valid:
            return AGAIN
        return TIE if self.tie else RUNOFF if self.open_seats else ""


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
    elected, tie, tie_seats = fill(able, tally.seats)
    woman_seat = False
    notes: list[str] = []
    if woman_rule != NO_RULE and not has_woman and not _brings_woman(elected, tie, tie_seats):
        elected, tie, tie_seats, woman_seat, notes = _woman(able, tally.seats, woman_rule)
    open_seats = tally.seats - len(elected) - tie_seats
    chosen = {one.key for one in (*elected, *tie)}
    rest = tuple(one for one in ranked(tally.standing) if one.key not in chosen)
    return Result(
        True,
        why,
        needed,
        tuple(elected),
        tuple(tie),
        tie_seats,
        open_seats,
        woman_seat,
        tuple(notes),
        rest,
    )


def ranked(standing: Sequence[Standing]) -> list[Standing]:
    """Highest votes first; among equals by name, which decides nothing."""
    return sorted(standing, key=lambda one: (-one.votes, one.name, one.key))


def fill(able: Sequence[Standing], seats: int) -> tuple[list[Standing], list[Standing], int]:
    """The seats filled from the highest: who is in, who ties for the last seat or seats, how many those are."""
    if seats <= 0:
        return [], [], 0
    if len(able) <= seats or able[seats - 1].votes > able[seats].votes:
        return list(able[:seats]), [], 0
    edge = able[seats].votes
    inside = [one for one in able if one.votes > edge]
    return inside, [one for one in able if one.votes == edge], seats - len(inside)


def _brings_woman(elected: Sequence[Standing], tie: Sequence[Standing], tie_seats: int) -> bool:
    """Whether a woman is in, or must come out of the tie whoever wins it."""
    men = sum(not one.is_woman for one in tie)
    return any(one.is_woman for one in elected) or (bool(tie) and tie_seats > men)


def _woman(
    able: Sequence[Standing], seats: int, rule: str
) -> tuple[list[Standing], list[Standing], int, bool, list[str]]:
    """One seat is kept for a woman: taken by the highest with the legal share, or left open."""
    women = [one for one in able if one.is_woman] if rule == LAST_SEAT else []
    men = [one for one in able if not one.is_woman]
    if not women:
        elected, tie, tie_seats = fill(men, seats - 1)
        why = "没有妇女得到法定票数" if rule == LAST_SEAT else "没有妇女当选"
        return elected, tie, tie_seats, True, [f"当选人中没有妇女，{why}，保留 1 席另行选举妇女成员。"]
    best = [one for one in women if one.votes == women[0].votes]
    elected, tie, tie_seats = fill(men, seats - 1)
    if len(best) > 1:
        # The women are voted on first; a tie among the men stays as open seats for the vote after that.
        return elected, best, 1, True, ["当选人中没有妇女，得票最高的妇女票数相等，就其再次投票。"]
    note = f"当选人中没有妇女，得票最高且达到法定票数的妇女{best[0].name}当选最后 1 席。"
    return ranked([*elected, best[0]]), tie, tie_seats, False, [note]


@dataclass(frozen=True)
class Course:
    """All votes on one post so far: who is in, how many seats are open, and the next vote if there must be one."""

    seats: int
    elected: tuple[Standing, ...]
    results: tuple[Result, ...]
    next_kind: str = ""
    next_seats: int = 0
    next_standing: tuple[Standing, ...] = ()
    woman_seat: bool = False

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

    A tie is voted on among the tied. A run-off (另行选举, 村组法第十五条) takes the highest of those not elected, one
    more than the open seats, and all who are equal to the last of them; a seat kept for a woman takes women. A void
    ballot is repeated with its own candidates. `has_woman`: whether a woman was elected elsewhere by the day of each
    vote, so that a later vote on another post changes nothing that has been decided.
    """
    known = [has_woman] * len(tallies) if isinstance(has_woman, bool) else list(has_woman)
    elected: list[Standing] = []
    results: list[Result] = []
    stood: tuple[Standing, ...] = ()
    for tally, elsewhere in zip(tallies, known, strict=True):
        woman = elsewhere or any(one.is_woman for one in elected)
        found = result(tally, runoff_share=runoff_share, woman_rule=woman_rule, has_woman=woman)
        results.append(found)
        elected += found.elected
        if tally.kind != TIE:
            stood = tally.standing
    if not results:
        return Course(seats, (), (), FIRST, seats)
    last, tally = results[-1], tallies[-1]
    kept = last.woman_seat
    so_far = Course(seats, tuple(elected), tuple(results), woman_seat=kept)
    if not last.is_valid:
        return replace(so_far, next_kind=AGAIN, next_seats=tally.seats, next_standing=tally.standing)
    if last.tie:
        return replace(so_far, next_kind=TIE, next_seats=last.tie_seats, next_standing=last.tie)
    if so_far.open_seats <= 0:
        return so_far
    taken = {one.key for one in elected}
    rest = [one for one in ranked(stood) if one.key not in taken]
    if kept and so_far.open_seats == 1:
        rest = [one for one in rest if one.is_woman]
    edge = rest[: so_far.open_seats + 1]
    standing = tuple(one for one in rest if one.votes >= edge[-1].votes) if edge else ()
    return replace(so_far, next_kind=RUNOFF, next_seats=so_far.open_seats, next_standing=standing)
