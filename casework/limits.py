"""Time limits of stages: the flow's own number, overridden by the bureau's dated rows, turned into a day."""

from collections.abc import Iterable
from datetime import date, timedelta

import chinese_calendar

from casework.models import StageLimit
from casework.workflow import Flow, Limit
from core.models import WorkdayOverride
from core.workdays import is_workday

WHOLE, HARD = "whole", "hard"


def limit_for(flow: Flow, stage: str, day: date) -> Limit | None:
    """The limit of a stage (or `whole`, `hard`) in force on that day."""
    row = (
        StageLimit.objects.filter(flow=flow.code, stage=stage, effective_from__lte=day)
        .order_by("-effective_from")
        .first()
    )
    if row:
        return Limit(row.days, row.counted, row.source)
    if stage in (WHOLE, HARD):
        return flow.whole if stage == WHOLE else flow.hard
    return flow.stage(stage).limit


def due_date(limit: Limit | None, day: date) -> date | None:
    """The last day of a limit that began on `day` (that day not counted, 民法典第201条)."""
    if limit is None:
        return None
    if limit.counted == "calendar":
        return day + timedelta(days=limit.days)
    return _add_workdays(day, limit.days)


class Calendar:
    """Working days with the override table read once. A year whose holidays are not published yet counts Monday to
    Friday: a case must never be stuck because the State Council has not spoken."""

    def __init__(self) -> None:
        self.overrides = dict(WorkdayOverride.objects.values_list("day", "is_workday"))

    def works(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        if day.year > max(one.year for one in chinese_calendar.holidays):
            return day.weekday() < 5
        return is_workday(day, self.overrides)

    def add(self, day: date, days: int) -> date:
        while days > 0:
            day += timedelta(days=1)
            days -= self.works(day)
        return day

    def left(self, today: date, due: date | None) -> int | None:
        """Working days left until `due`: 0 on the day itself, negative when it is past."""
        if due is None:
            return None
        if due < today:
            return -max(self.between(due, today), 1)
        return 0 if due == today else max(self.between(today, due), 1)

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`."""
        return sum(self.works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def left_for(self, today: date, dues: Iterable[date | None]) -> dict[date | None, int | None]:
        """`left` for many days, each counted once."""
        return {due: self.left(today, due) for due in set(dues)}


def _add_workdays(day: date, days: int) -> date:
    return Calendar().add(day, days)
