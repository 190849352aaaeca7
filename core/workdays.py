"""Working days by the published calendar, with the bureau's overrides over it."""

from collections.abc import Iterable
from datetime import date, timedelta

import chinese_calendar

from core.models import WorkdayOverride

LAST_PUBLISHED_YEAR = max(day.year for day in chinese_calendar.holidays)


class Calendar:
    """Working days, with the override table read once.

    A year whose holidays are not published yet counts Monday to Friday: a case must never be stuck because the State
    Council has not spoken. Where a date must be exact by law, ask `is_published` first.
    """

    def __init__(self) -> None:
        self.overrides = dict(WorkdayOverride.objects.values_list("day", "is_workday"))

    def is_published(self, year: int) -> bool:
        """Whether the year's holidays are known, from the published calendar or entered by the bureau."""
        return year <= LAST_PUBLISHED_YEAR or any(day.year == year for day in self.overrides)

    def works(self, day: date) -> bool:
        """Whether offices work that day."""
        if day in self.overrides:
            return self.overrides[day]
        return day.weekday() < 5 if day.year > LAST_PUBLISHED_YEAR else chinese_calendar.is_workday(day)

    def add(self, day: date, days: int) -> date:
        """The n-th working day after `day`; the day itself is not counted (民法典第201条)."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.works(day)
        return day

    def next(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it (民法典第203条)."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; 0 when `last` is not later."""
        return sum(self.works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def left(self, today: date, due: date | None) -> int | None:
        """Working days left until `due`: 0 on the day itself, negative when it is past."""
        if due is None:
            return None
        if due < today:
            return -max(self.between(due, today), 1)
        return 0 if due == today else max(self.between(today, due), 1)

    def left_for(self, today: date, dues: Iterable[date | None]) -> dict[date | None, int | None]:
        """`left` for many days, each counted once."""
        return {due: self.left(today, due) for due in set(dues)}
