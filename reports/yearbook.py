"""The year's tables: which figures, in which order, under which words, and what stands behind each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from benefits.models import EndReason, Programme


@dataclass(frozen=True)
class Figure:
    """A column: its key in the contract, group and unit as the table's head says them, the page behind its numbers.

    `added`: the programmes' numbers add up (a twelfth of a sum is not the sum of the twelfths). `lasting`: has a
    meaning only for what is paid month after month.
    """

    key: str
    group: str
    unit: str
    behind: str
    added: bool = True
    lasting: bool = True

    @property
    def is_money(self) -> bool:
        return self.key == "amount"

    @property
    def is_twelfth(self) -> bool:
        return not self.added


FIGURES = (
    Figure("household_months", "累计保障", "户次", "counted", lasting=False),
    Figure("person_months", "累计保障", "人次", "counted", lasting=False),
    Figure("amount", "发放金额", "元", "paid", lasting=False),
    Figure("avg_households", "月平均", "户", "counted", added=False),
    Figure("avg_persons", "月平均", "人", "counted", added=False),
    Figure("new_households", "新增", "户", "new"),
    Figure("new_persons", "新增", "人", "new"),
    Figure("ended_households", "停发", "户", "ended"),
    Figure("ended_persons", "停发", "人", "ended"),
    Figure("live_households", "12 月在册", "户", "live"),
    Figure("live_persons", "12 月在册", "人", "live"),
)


@dataclass(frozen=True)
class Cell:
    """A number with the address of its rows. None: there is no such figure here."""

    figure: Figure
    value: int | Decimal | None
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A programme's figures of the year, or their sums under 合计."""

    label: str
    programme: Programme | None = None
    cells: list[Cell] = field(default_factory=list)

    def value(self, key: str) -> int | Decimal | None:
        return next(cell.value for cell in self.cells if cell.figure.key == key)


@dataclass(frozen=True)
class Ending:
    """How many households of a programme ended for a reason."""

    programme: Programme
    reason: str
    households: int
    url: str


def rows_url(behind: str, year: int, **query: Any) -> str:
    """The page that lists the rows behind a figure: paid, counted, new, ended or live."""
    address = reverse("reports:rows", args=[year, behind])
    return f"{address}?{urlencode(query)}" if query else address


def table(year: int, figures: dict[str, int | str], programmes: Iterable[Programme]) -> list[Row]:
    """One row a programme, and the sums of all when there are several."""
    rows = [
        Row(one.name, one, [_cell(year, figures, one, figure) for figure in FIGURES]) for one in programmes
    ]
    if len(rows) > 1:
        sums = [_sum(year, place, figure, rows) for place, figure in enumerate(FIGURES)]
        rows.append(Row("合计", None, sums))
    return rows


def _cell(year: int, figures: dict[str, int | str], programme: Programme, figure: Figure) -> Cell:
    if figure.lasting and programme.is_one_off:
        return Cell(figure, None)
    value = figures.get(f"{programme.pk}.{figure.key}", 0)
    number = Decimal(value) if figure.is_money else int(value)
    return Cell(figure, number, rows_url(figure.behind, year, programme=programme.pk))


def _sum(year: int, place: int, figure: Figure, rows: list[Row]) -> Cell:
    if not figure.added:
        return Cell(figure, None)
    total = sum((row.cells[place].value or 0) for row in rows)
    return Cell(figure, total, rows_url(figure.behind, year))


def heads() -> list[tuple[str, int, bool]]:
    """The head's upper line: words, how many columns they span, whether those are twelfths."""
    found: list[tuple[str, int, bool]] = []
    for figure in FIGURES:
        if found and found[-1][0] == figure.group:
            found[-1] = (figure.group, found[-1][1] + 1, figure.is_twelfth)
        else:
            found.append((figure.group, 1, figure.is_twelfth))
    return found


def endings(year: int, figures: dict[str, int | str], programmes: Iterable[Programme]) -> list[Ending]:
    """The reasons that occurred, by programme, in the official order."""
    return [
        Ending(one, label, int(figures[key]), rows_url("ended", year, programme=one.pk, end_reason=code))
        for one in programmes
        for code, label in EndReason.choices
        if (key := f"{one.pk}.ended.{code}") in figures
    ]
