"""An election of 中心路社区 told step by step, for the tests of this room. Polling day is 2021-01-20."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from casework.services import move
from district.models import Line
from grassroots import ballots, roll, services
from grassroots.models import Candidate, Election, Review
from tests import factories

POLL = date(2021, 1, 20)
LAUNCHED = date(2020, 12, 1)
# Post, name, sex; five seats in all: 主任 1, 副主任 1, 委员 3.
SLATE = (
    ("chair", "赵建国", "M"),
    ("chair", "钱志强", "M"),
    ("vice", "孙立军", "M"),
    ("vice", "李海波", "M"),
    ("member", "周伟", "M"),
    ("member", "吴刚", "M"),
    ("member", "郑勇", "M"),
    ("member", "王秀英", "F"),
    ("member", "冯桂兰", "F"),
)
COMMISSION = ("陈德明", ["褚玉梅", "卫东升", "蒋文斌"])


def officer(**fields: Any) -> Any:
    return factories.user("bureau_officer", lines=[Line.GRASSROOTS], **fields)


class Hands:
    """The three who work on an election: clerk and leader of the township, officer of the bureau."""

    def __init__(self) -> None:
        self.clerk = factories.user("township_clerk")
        self.leader = factories.user("township_leader")
        self.officer = officer()


def launched(hands: Hands, polling: date = POLL, on: date = LAUNCHED) -> Election:
    """中心路社区, freshly launched with its township."""
    made = services.launch(2020, [(factories.division(factories.TOWNSHIP), polling)], hands.officer, on=on)
    return next(one for one in made if one.division_id == factories.VILLAGE)


def with_commission(election: Election, hands: Hands, day: date = date(2020, 12, 10)) -> Election:
    services.set_commission(election, hands.clerk, head=COMMISSION[0], members=COMMISSION[1])
    return move(election, "form_commission", hands.clerk, on=day, done_on=day)


def with_roll(
    election: Election, hands: Hands, voters: int = 1000, day: date = date(2020, 12, 31)
) -> Election:
    return move(election, "publish_roll", hands.clerk, on=day, done_on=day, voters=voters)


def nominating(election: Election, hands: Hands, voters: int = 1000) -> Election:
    election = with_roll(with_commission(election, hands), hands, voters)
    return move(election, "close_roll", hands.clerk, on=date(2021, 1, 6))


def polling(election: Election, hands: Hands, slate: tuple = SLATE) -> Election:
    """All the way to the day of the vote."""
    election = nominating(election, hands)
    for post, name, sex in slate:
        services.add_candidate(election, hands.clerk, post=post, name=name, sex=sex)
    election = move(election, "close_nomination", hands.clerk, on=date(2021, 1, 9), done_on=date(2021, 1, 9))
    passed = {one.pk: (Review.PASSED, "") for one in election.candidates.all()}
    services.review_candidates(election, hands.clerk, reviewed_on=date(2021, 1, 11), outcomes=passed)
    day = date(2021, 1, 13)
    return move(election, "publish_candidates", hands.clerk, on=day, done_on=day)


def counted(
    election: Election,
    hands: Hands,
    post: str,
    votes: Mapping[str, int],
    *,
    cast: int = 600,
    void: int = 0,
    blank: int = 0,
    out: int = 650,
    held_on: date = POLL,
) -> Any:
    """The count of a vote, candidates by name."""
    keys = dict(Candidate.objects.filter(election=election).values_list("name", "pk"))
    numbers = {
        "handed_out": out,
        "returned": cast,
        "valid": cast - void - blank,
        "void": void,
        "blank": blank,
    }
    chosen = {keys[name]: count for name, count in votes.items()}
    return ballots.record_count(election, hands.clerk, post, held_on=held_on, numbers=numbers, votes=chosen)


GOOD = (
    ("chair", {"赵建国": 400, "钱志强": 190}),
    ("vice", {"孙立军": 350, "李海波": 240}),
    ("member", {"周伟": 420, "吴刚": 380, "郑勇": 330, "王秀英": 310, "冯桂兰": 200}),
)


def elected(election: Election, hands: Hands) -> Election:
    """Counted with a clear result and sent up to the leader."""
    election = polling(election, hands)
    for post, votes in GOOD:
        counted(election, hands, post, votes)
    return move(election, "submit_result", hands.clerk, on=POLL)


def filed(election: Election, hands: Hands) -> Election:
    election = elected(election, hands)
    election = move(election, "confirm_result", hands.leader, on=POLL + timedelta(days=2))
    return move(election, "file_county", hands.officer, on=POLL + timedelta(days=5))


def named_roll(election: Election, hands: Hands, *people: Any) -> Election:
    """A roll of these registered people, name by name."""
    for one in people:
        roll.add_voter(election, hands.clerk, name=one.name, id_number=one.id_number)
    return Election.objects.get(pk=election.pk)
