"""Working days by the published calendar, with the bureau's overrides over it."""

from datetime import date, timedelta

import chinese_calendar

from core.errors import UserError
from core.models import WorkdayOverride


def is_workday(day: date, overrides: dict[date, bool] | None = None) -> bool:
    """Whether offices work that day. UserError for a year that neither the calendar nor an override knows.

    In an unpublished year an ordinary weekday or weekend is taken as such once the bureau has entered any day of it.
    """
    table = _overrides() if overrides is None else overrides
    if day in table:
        return table[day]
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError as error:
        if any(known.year == day.year for known in table):
            return day.weekday() < 5
        raise UserError(f"{day.year}年的节假日安排还没有录入，请系统管理员在“工作日调整”中录入。") from error


def add_workdays(day: date, n: int) -> date:
    """The n-th working day after `day`; the day itself is not counted (民法典第201条)."""
    table = _overrides()
    while n > 0:
        day += timedelta(days=1)
        if is_workday(day, table):
            n -= 1
    return day


def next_workday(day: date) -> date:
    """The day itself if it is a working day, else the first one after it (民法典第203条)."""
    table = _overrides()
    while not is_workday(day, table):
        day += timedelta(days=1)
    return day


def workdays_between(first: date, last: date) -> int:
    """Working days after `first` up to and including `last`; negative when `last` is earlier."""
    if last < first:
        return -workdays_between(last, first)
    table = _overrides()
    return sum(is_workday(first + timedelta(days=i), table) for i in range(1, (last - first).days + 1))


def _overrides() -> dict[date, bool]:
    return dict(WorkdayOverride.objects.values_list("day", "is_workday"))
