"""The year's tables as a workbook."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from core.excel import Book
from core.places import Figure as RoomFigure
from reports.yearbook import FIGURES, Ending, Row


def workbook(
    title: str,
    rows: list[Row],
    endings: list[Ending],
    months: Iterable[Sequence[Any]],
    rooms: list[tuple[str, list[RoomFigure]]],
) -> bytes:
    """By programme; the reasons of endings; month by month; and what the rooms count of their own."""
    book = Book()
    if rows:
        head = ["项目", *(f"{one.group}（{one.unit}）" for one in FIGURES)]
        book.sheet("按项目", title, head, ([row.label, *(cell.value for cell in row.cells)] for row in rows))
        book.sheet("逐月", title, ["月份", "项目", "户", "人", "金额（元）"], months, words=2)
    if endings:
        ended = ([one.programme.name, one.reason, one.households] for one in endings)
        book.sheet("停发原因", title, ["项目", "原因", "户"], ended, words=2)
    if rooms:
        own = ([name, one.label, _number(one), one.unit] for name, found in rooms for one in found)
        book.sheet("各业务", title, ["业务", "指标", "数值", "单位"], own, words=2)
    return book.content()


def _number(figure: RoomFigure) -> int | Decimal:
    return Decimal(figure.value) if isinstance(figure.value, str) else figure.value
