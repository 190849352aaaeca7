"""Days that the law counts: ages, the cooling-off and the issuing window. Pure: the calendar is given."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from core.errors import UserError

COOLING_FROM = date(2021, 1, 1)


class WorkCalendar(Protocol):
    def is_published(self, year: int) -> bool: ...
    def works(self, day: date) -> bool: ...


def turns(birth: date, years: int) -> date:
    """The birthday on which so many full years are reached; who was born on 29 February reaches them on the last day
    of February in other years (民法典第202条: 没有对应日的，月末日为期间的最后一日)."""
    year = birth.year + years
    return date(year, birth.month, min(birth.day, monthrange(year, birth.month)[1]))


def age_on(birth: date, day: date) -> int:
    """Full years on that day; the birthday itself counts."""
    years = day.year - birth.year
    return years if turns(birth, years) <= day else years - 1


def period_end(start: date, days: int, calendar: WorkCalendar) -> date:
    """The last day of a period of calendar days that begins on the day after `start` (民法典第201条); one that is no
    working day moves to the next working day (第203条), make-up Saturdays included.

    UserError when the holidays of a year that matters aren't known: such a day is never guessed.
    """
    day = start + timedelta(days=days)
    while not _works(day, calendar):
        day += timedelta(days=1)
    return day


def _works(day: date, calendar: WorkCalendar) -> bool:
    if not calendar.is_published(day.year):
        raise UserError(
            f"{day.year}年的节假日安排还没有录入，算不出期限的最后一日（约 {day:%Y-%m-%d}）。"
            f"请先由区局在后台管理“工作日调整”中录入{day.year}年的放假和调休安排。"
        )
    return calendar.works(day)


def cooling_off_applies(applied_on: date) -> bool:
    """Whether a divorce applied for on that day goes through the cooling-off (民法典第1077条).

    What counts is the day of the application: applied for before 2021-01-01, the certificate is given the same day."""
    return applied_on >= COOLING_FROM


@dataclass(frozen=True)
class Cooling:
    """The days of a divorce: until when either may withdraw, and from when until when both must come."""

    ends: date
    window_from: date
    window_until: date | None


def cooling(receipt: date, calendar: WorkCalendar, days: int = 30, window: int = 30) -> Cooling:
    """Cooling-off and issuing window from the day of the receipt; both counted in the same way.

    The window's end is None while the holidays of its year are not known; the end of the cooling-off must be known.
    """
    ends = period_end(receipt, days, calendar)
    return Cooling(ends, ends + timedelta(days=1), window_end(ends, calendar, window))


def window_end(cooling_ends: date, calendar: WorkCalendar, days: int = 30) -> date | None:
    """The last day on which the certificate can be asked for; None while that year's holidays are not known."""
    try:
        return period_end(cooling_ends, days, calendar)
    except UserError:
        return None
