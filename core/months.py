"""Months. A month is the date of its first day; everything here takes and gives such dates."""

import re
from datetime import date

from core.errors import UserError

_MONTH = re.compile(r"^(\d{4})\s*(?:[-./年])?\s*(\d{1,2})\s*月?$")


def month_of(day: date) -> date:
    """The month that a day lies in."""
    return day.replace(day=1)


def add_months(month: date, n: int) -> date:
    """The month `n` months later (earlier if negative)."""
    index = month.year * 12 + month.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)


def last_day(month: date) -> date:
    """The last day of the month."""
    return date.fromordinal(add_months(month, 1).toordinal() - 1)


def months_between(first: date, last: date) -> int:
    """How many months lie from `first` to `last`, not counting `first` (0 when equal)."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_range(first: date, last: date) -> list[date]:
    """All months from `first` to `last`, both included; empty when `last` is earlier."""
    return [add_months(first, i) for i in range(months_between(first, last) + 1)]


def parse_month(text: str) -> date:
    """`2020-12`, `2020.12`, `2020年12月`, `202012` → the month. UserError for anything else."""
    found = _MONTH.match(str(text).strip())
    if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2999:
        raise UserError(f"月份“{text}”看不懂，请写成 2020-12 的样子。")
    return date(int(found[1]), int(found[2]), 1)


def format_month(month: date | None) -> str:
    """`2020-12`; nothing for None."""
    return f"{month:%Y-%m}" if month else ""


def age_in_month(birth: date, month: date) -> int:
    """Completed years on the month's last day; one born on 29 February completes a year on 28 February's month end."""
    end = last_day(month)
    return (
        end.year
        - birth.year
        - ((end.month, end.day) < (birth.month, min(birth.day, last_day(date(end.year, birth.month, 1)).day)))
    )
