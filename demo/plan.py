"""The year's movements, solved so that the household- and person-months of the report come out exactly.

Pure: targets and a random source in, movements out. A household of the plan is paid in a whole number of months of
the year; who stays all year makes up what entries and exits leave, so entries and exits are shifted until the rest
divides by twelve.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from benefits.models import EndReason

MAX_SIZE = 6
# Fewer visits were possible in the first months of 2020, and the review (回头看) ended most in spring and early summer.
_ENTRY_WEIGHTS = (9, 4, 6, 8, 10, 10, 9, 9, 9, 8, 9, 9)
_EXIT_WEIGHTS = (0, 5, 10, 16, 15, 12, 9, 8, 7, 6, 6, 6)
# The report names the nine reasons without counting them; the shares are made up.
_REASONS = {
    EndReason.MEANS: 30,
    EndReason.DEATH: 25,
    EndReason.PENSION: 13,
    EndReason.VEHICLE: 10,
    EndReason.BUSINESS: 8,
    EndReason.PROPERTY: 6,
    EndReason.PAYROLL: 3,
    EndReason.TAX: 3,
    EndReason.SHOP: 2,
}


@dataclass(frozen=True)
class Target:
    """What a programme's year must come to: counts, and the yuan paid."""

    programme: str
    household_months: int
    person_months: int
    new_households: int
    new_persons: int
    ended_households: int
    ended_persons: int
    amount: Decimal

    def scaled(self, scale: float) -> "Target":
        """The same year in a smaller district; a household keeps at least one person."""

        def part(value: int, least: int = 1) -> int:
            return max(round(value * scale), least)

        new, ended = part(self.new_households), part(self.ended_households)
        return Target(
            self.programme,
            part(self.household_months, 36),
            part(self.person_months, 36),
            new,
            part(self.new_persons, new),
            ended,
            part(self.ended_persons, ended),
            (self.amount * Decimal(str(scale))).quantize(Decimal(100)),
        )


# The self-evaluation of 2020. It counts the ended (1 066 households, 1 698 persons) over both programmes together; the
# split is made up.
REPORT_2020 = (
    Target("dibao_urban", 60_953, 99_875, 246, 355, 702, 1_116, Decimal(34_996_500)),
    Target("dibao_rural", 14_970, 27_261, 537, 870, 364, 582, Decimal(6_748_000)),
)


@dataclass(frozen=True)
class Movement:
    """A household's year: `entry` 0 stands for the stock of January, else the first month paid; `exit` is the first
    month no longer paid, 0 when it stays."""

    programme: str
    size: int
    entry: int = 0
    exit: int = 0
    reason: str = ""

    @property
    def months(self) -> int:
        """How many months of the year are paid."""
        return (self.exit or 13) - (self.entry or 1)


def solve(target: Target, rng: Random) -> list[Movement]:
    """Movements with exactly the target's counts; in a very small district the person-months may differ by up to 11
    (and the household-months where nobody can leave later), since nothing can be shifted there."""
    new = _dated(target.programme, target.new_households, _ENTRY_WEIGHTS, "entry", rng)
    ended = _dated(target.programme, target.ended_households, _EXIT_WEIGHTS, "exit", rng)
    ended = _shift_exits(target, new, ended)
    stay = (target.household_months - sum(m.months for m in new + ended)) // 12
    new = _sized(new, target.new_persons, rng)
    ended = _sized(ended, target.ended_persons, rng)
    new, ended = _swap_sizes(target, new, ended)
    persons = (target.person_months - sum(m.months * m.size for m in new + ended)) // 12
    staying = _sized([Movement(target.programme, 1)] * stay, max(persons, stay), rng)
    return staying + new + _reasoned(ended, rng)


def _dated(programme: str, count: int, weights: tuple[int, ...], field: str, rng: Random) -> list[Movement]:
    months = sorted(rng.choices(range(1, 13), weights, k=count))
    if field == "entry":
        return [Movement(programme, 1, entry=month) for month in months]
    return [Movement(programme, 1, exit=month) for month in months]


def _shift_exits(target: Target, new: list[Movement], ended: list[Movement]) -> list[Movement]:
    """Let some households leave a month later, until the months of those who stay divide by twelve."""
    ended = list(ended)
    rest = (target.household_months - sum(m.months for m in new + ended)) % 12
    while rest and any(m.exit < 12 for m in ended):
        for place, movement in enumerate(ended):
            if rest and movement.exit < 12:
                ended[place] = replace(movement, exit=movement.exit + 1)
                rest -= 1
    return ended


def _sized(movements: list[Movement], persons: int, rng: Random) -> list[Movement]:
    """Spread so many persons over the households, each at least one and at most MAX_SIZE."""
    sizes = [1] * len(movements)
    left = min(persons, MAX_SIZE * len(movements)) - len(movements)
    while left > 0:
        place = rng.randrange(len(sizes))
        if sizes[place] < MAX_SIZE:
            sizes[place] += 1
            left -= 1
    return [replace(movement, size=size) for movement, size in zip(movements, sizes, strict=True)]


def _swap_sizes(
    target: Target, new: list[Movement], ended: list[Movement]
) -> tuple[list[Movement], list[Movement]]:
    """Swap the sizes of two households of one group, so that the person-months of those who stay divide by twelve."""
    rest = (target.person_months - sum(m.months * m.size for m in new + ended)) % 12
    if not rest:
        return new, ended
    for group in (new, ended):
        # One household stands for all of the same size and length.
        kinds = {(m.size, m.months): place for place, m in enumerate(group)}
        for (size, months), place in kinds.items():
            for (other_size, other_months), other in kinds.items():
                gained = (other_size - size) * (months - other_months)
                if gained and (rest - gained) % 12 == 0:
                    group[place], group[other] = (
                        replace(group[place], size=other_size),
                        replace(group[other], size=size),
                    )
                    return new, ended
    return new, ended


def shares(count: int, weights: dict[str, int]) -> Counter[str]:
    """`count` cut by weights, the largest remainders rounded up."""
    total = sum(weights.values())
    parts = Counter({key: count * weight // total for key, weight in weights.items()})
    by_remainder = sorted(weights, key=lambda key: -(count * weights[key] % total))
    for key in by_remainder[: count - sum(parts.values())]:
        parts[key] += 1
    return parts


def _reasoned(ended: list[Movement], rng: Random) -> list[Movement]:
    """Why each ended. A death ends a household only where it was the last person in it."""
    wanted = shares(len(ended), {str(reason): weight for reason, weight in _REASONS.items()})
    alone = [place for place, movement in enumerate(ended) if movement.size == 1]
    rng.shuffle(alone)
    deaths = set(alone[: wanted["death"]])
    wanted["means"] += wanted.pop("death") - len(deaths)
    others = [reason for reason, count in wanted.items() for _ in range(count)]
    rng.shuffle(others)
    return [
        replace(movement, reason=str(EndReason.DEATH) if place in deaths else others.pop())
        for place, movement in enumerate(ended)
    ]


def total(movements: list[Movement], of: Callable[[Movement], int]) -> int:
    return sum(of(movement) for movement in movements)
