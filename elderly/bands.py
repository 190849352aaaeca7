"""Age bands (年龄段) of an allowance and the months in which ages are reached. Pure: no database, no request.

Bands are the programme's standards by category: 80-89, 90-99, or whatever a bureau enters (95+ is open at the top). An
age counts in a month when it is completed on that month's last day, whatever the day of birth: it depends on month and
year of birth alone (29 February included, see `core.months.age_in_month`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.months import add_months, month_of, parse_month

_SPAN = re.compile(r"^(\d{1,3})\s*(?:-|–|—|~|～|至|到)\s*(\d{1,3})\s*(?:周?岁)?$")
_FROM = re.compile(r"^(\d{1,3})\s*(?:周?岁)?\s*(?:\+|-|–|—|及以上|以上|起)$")
OLDEST = 199


@dataclass(frozen=True)
class Band:
    """Ages `low` to `high`, both included; yuan a month; `since` is the month from which its amount is in force."""

    category: str
    low: int
    high: int
    amount: Decimal
    since: date | None = None

    @property
    def name(self) -> str:
        return f"{self.low} 岁及以上" if self.high == OLDEST else f"{self.low}–{self.high} 岁"


def read_category(category: str) -> tuple[int, int] | None:
    """`80-89`, `80至89岁`, `95+`, `95岁以上` → (low, high); None for a category that is no age band."""
    text = category.strip()
    if found := _SPAN.match(text):
        low, high = int(found[1]), int(found[2])
        return (low, high) if low <= high else None
    if found := _FROM.match(text):
        return int(found[1]), OLDEST
    return None


def bands_of(policy: Mapping[str, Any]) -> list[Band]:
    """The bands in a policy, by age. `standard.<category>` is the amount, `since.<category>` its first month."""
    found = []
    for key, amount in policy.items():
        prefix, _, category = key.partition(".")
        span = read_category(category) if prefix == "standard" else None
        if span:
            since = policy.get(f"since.{category}")
            if isinstance(since, str):
                since = parse_month(since[:7])
            found.append(Band(category, *span, Decimal(amount), since))
    return sorted(found, key=lambda one: (one.low, one.high))


def band_for(age: int, bands: Iterable[Band]) -> Band | None:
    """The band that an age lies in.

    Where an older layout overlaps a newer one (a standard has no end), the newest counts; of equally new ones the
    narrower. A band without a date was stated for this one assessment and counts before all.
    """
    inside = [one for one in bands if one.low <= age <= one.high]
    newest = date.max
    return max(inside, key=lambda one: (one.since or newest, one.low - one.high, one.amount), default=None)


def reach_month(birth: date, age: int) -> date:
    """The month in which the age is completed."""
    return add_months(month_of(birth), 12 * age)


def born_before(month: date, age: int) -> date:
    """Who is born before this day has completed the age on the month's last day."""
    return add_months(month, 1 - 12 * age)


def crossing(birth: date, month: date, bands: Iterable[Band]) -> tuple[date, Band] | None:
    """The month in which the person came into the band that he or she is in in `month`, and that band.

    A change of layout is no crossing: the month is never earlier than the band itself.
    """
    bands = list(bands)
    age = (month.year - birth.year) * 12 + month.month - birth.month
    band = band_for(age // 12, bands)
    if band is None:
        return None
    low = age // 12
    while low > band.low and band_for(low - 1, bands) == band:
        low -= 1
    return reach_month(birth, low), band
