"""The year's table: which figures, in which order, under which words, and what stands behind each."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from benefits.models import EndReason, Programme

# key, words, unit, and the page that lists what was counted.
FIGURES = (
    ("household_months", "累计保障户次", "户次", "counted"),
    ("person_months", "累计保障人次", "人次", "counted"),
    ("amount", "发放金额", "元", "paid"),
    ("avg_households", "月平均保障户数", "户", "counted"),
    ("avg_persons", "月平均保障人数", "人", "counted"),
    ("new_households", "新增户数", "户", "new"),
    ("new_persons", "新增人数", "人", "new"),
    ("ended_households", "停发户数", "户", "ended"),
    ("ended_persons", "停发人数", "人", "ended"),
    ("live_households", "12 月在册户数", "户", "live"),
    ("live_persons", "12 月在册人数", "人", "live"),
)
# A twelfth of a sum is not the sum of the twelfths, and is never added up here.
_NOT_ADDED = {"avg_households", "avg_persons"}


@dataclass(frozen=True)
class Cell:
    """A figure with the address of its rows. None: this programme has no such figure."""

    value: int | Decimal | None
    url: str = ""


@dataclass(frozen=True)
class Line:
    key: str
    label: str
    unit: str
    cells: list[Cell]
    is_money: bool = False
    is_part: bool = False


def rows_url(behind: str, year: int, **query: Any) -> str:
    """The page that lists the rows behind a figure: paid, counted, new, ended or live."""
    address = reverse("reports:rows", args=[year, behind])
    return f"{address}?{urlencode(query)}" if query else address


def table(year: int, figures: dict[str, int | str], programmes: Iterable[Programme]) -> list[Line]:
    """One line a figure, one cell a programme, and the sum of all when there are several."""
    programmes = list(programmes)
    lines = []
    for key, label, unit, behind in FIGURES:
        lines.append(_line(year, figures, programmes, key, label, unit, behind))
        if key == "ended_persons":
            lines += _reasons(year, figures, programmes)
    return lines


def _line(
    year: int,
    figures: dict[str, int | str],
    programmes: list[Programme],
    key: str,
    label: str,
    unit: str,
    behind: str,
    **query: str,
) -> Line:
    is_money = key == "amount"
    cells = []
    for programme in programmes:
        value = figures.get(f"{programme.pk}.{key}", 0)
        number = Decimal(value) if is_money else int(value)
        cells.append(Cell(number, rows_url(behind, year, programme=programme.pk, **query)))
    if len(programmes) > 1:
        total = sum((cell.value or 0) for cell in cells)
        cells.append(Cell(None) if key in _NOT_ADDED else Cell(total, rows_url(behind, year, **query)))
    return Line(key, label, unit, cells, is_money, bool(query))


def _reasons(year: int, figures: dict[str, int | str], programmes: list[Programme]) -> list[Line]:
    found = {key.split(".ended.")[1] for key in figures if ".ended." in key}
    return [
        _line(year, figures, programmes, f"ended.{code}", f"其中：{label}", "户", "ended", end_reason=code)
        for code, label in EndReason.choices
        if code in found
    ]
