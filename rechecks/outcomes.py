"""What came of the findings: by list, township, programme; what is saved, how long it took, how often lists err.

Money saved is what the ended holdings cost a month less; overpaid and recovered come from the runs and claims.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from benefits.models import EndReason
from benefits.returned import Holding, Money
from core.money import ZERO
from rechecks.kinds import END_REASONS, KINDS
from rechecks.models import CLEARED, Finding, FindingState
from rechecks.recovered import CHANGED

NOTHING = Money()
_CLOSED = {*CLEARED, FindingState.ENDED, FindingState.REDUCED, FindingState.SUSPENDED}


@dataclass
class Row:
    """One line of the table: a list, a township or a programme."""

    label: str
    findings: int = 0
    open: int = 0
    ended: set[Holding] = field(default_factory=set)
    persons: int = 0
    reduced: int = 0
    cleared: int = 0
    saved: Decimal = ZERO
    changed: set[Holding] = field(default_factory=set)
    overpaid: Decimal = ZERO
    back: Decimal = ZERO
    days: list[int] = field(default_factory=list)

    @property
    def households(self) -> int:
        """Ended holdings, each once however many findings spoke against it."""
        return len(self.ended)

    @property
    def false_share(self) -> float | None:
        """Cleared of all decided; None before anything was decided."""
        decided = self.cleared + len(self.days)
        return self.cleared / decided if decided else None

    @property
    def false_percent(self) -> str:
        """The share in words for a page; empty before anything was decided."""
        return "" if self.false_share is None else f"{self.false_share:.1%}"

    @property
    def average_days(self) -> int | None:
        return round(sum(self.days) / len(self.days)) if self.days else None


def of_year(findings: Any, year: int) -> list[Finding]:
    """The findings first made in the year's months, without those that nobody had to look at."""
    wanted = Q(first_month__gte=date(year, 1, 1), first_month__lte=date(year, 12, 1))
    rows = findings.filter(wanted).exclude(state=FindingState.GONE)
    return list(rows.select_related("entitlement", "programme", "division__parent"))


def table(
    rows: Iterable[Finding], key: Callable[[Finding], tuple[str, str] | None], money: Mapping[Holding, Money]
) -> list[Row]:
    """Counted by `key` (sort key, label; None: not counted here), in the order of the sort keys. `money`:
    `recovered.of_findings`."""
    found: dict[tuple[str, str], Row] = defaultdict(lambda: Row(""))
    for one in rows:
        place = key(one)
        if place is None:
            continue
        row = found[place]
        row.label = place[1]
        _count(row, one, money)
    return [found[place] for place in sorted(found)]


def whole(rows: Iterable[Finding], money: Mapping[Holding, Money]) -> Row:
    """All of them in one line."""
    found = table(rows, lambda one: ("", "合计"), money)
    return found[0] if found else Row("合计")


def _count(row: Row, one: Finding, money: Mapping[Holding, Money]) -> None:
    row.findings += 1
    if one.state not in _CLOSED:
        row.open += 1
        return
    if one.state in CLEARED:
        row.cleared += 1
        return
    if one.decided_at:
        row.days.append((one.decided_at - one.found_at).days)
    holding = one.programme_id, one.beneficiary_id
    if one.state == FindingState.ENDED and holding not in row.ended:
        row.ended.add(holding)
        row.persons += one.entitlement.persons
        row.saved += one.entitlement.monthly_amount
    row.reduced += one.state == FindingState.REDUCED
    if one.state in CHANGED and holding not in row.changed:
        row.changed.add(holding)
        found = money.get(holding, NOTHING)
        row.overpaid += found.overpaid
        row.back += found.back


def by_list(one: Finding) -> tuple[str, str]:
    """Lists without ID numbers by themselves: they err more often."""
    place = f"{list(KINDS).index(one.kind):02d}"
    if one.score is None:
        return place, KINDS[one.kind].name
    return f"{place}a", f"{KINDS[one.kind].name}（疑似）"


def by_reason(one: Finding) -> tuple[str, str] | None:
    """Why the holding was ended: as the case says, which need not be what the list spoke for."""
    if one.state != FindingState.ENDED:
        return None
    reason = one.entitlement.end_reason or END_REASONS.get(one.kind, one.kind)
    if reason not in EndReason.values:
        reason = EndReason.OTHER
    return f"{EndReason.values.index(reason):02d}", EndReason(reason).label


def by_township(one: Finding) -> tuple[str, str]:
    place = one.division.parent or one.division
    return place.pk, place.name


def by_programme(one: Finding) -> tuple[str, str]:
    return f"{one.programme.position:04d}", one.programme.name
