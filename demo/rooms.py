"""How the other service lines join the demo year beside 低保: each is a class with the hooks of `Room`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from demo.accounts import Staff
from demo.names import Numbers


@dataclass
class District:
    """What a room needs to make its part: size (`scale` 1 is the report's), year, accounts, fresh numbers, luck."""

    year: int
    scale: float
    staff: Staff
    numbers: Numbers
    rng: Random
    tell: Callable[[str], None]

    def part(self, count: int, least: int = 1) -> int:
        """A count of the report, at this scale."""
        return max(round(count * self.scale), least)


class Room:
    """A service line's part of the year. `programmes`: what it has paid each month, through runs like any other."""

    programmes: tuple[str, ...] = ()

    def __init__(self, district: District):
        self.district = district

    def prepare(self) -> None:
        """Before January: people, and what was there before the year."""

    def month(self, month: date) -> None:
        """What is decided so that this month pays it; then the month's runs are made."""

    def finish(self) -> None:
        """After December: what stands in hand near today, and what is not about money."""


def rooms(district: District) -> list[Room]:
    """All rooms, in the order in which they are made."""
    from demo.elderly import Elderly
    from demo.grassroots import Grassroots
    from demo.marriage import Marriages
    from demo.orgs import Orgs
    from demo.tekun import Tekun
    from demo.temporary import Temporary

    return [
        Tekun(district),
        Temporary(district),
        Elderly(district),
        Grassroots(district),
        Marriages(district),
        Orgs(district),
    ]
