"""The year's tables as a workbook."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from core.places import Figure as RoomFigure
from reports.yearbook import FIGURES, Ending, Row


class Book:
    """Sheets of one look: title, head, rows; numbers are numbers, money has two places."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        add = self.book.add_format
        self.bold, self.head = add({"bold": True, "font_size": 14}), add({"bold": True, "bottom": 1})
        self.money, self.count = add({"num_format": "#,##0.00"}), add({"num_format": "#,##0"})

    def sheet(
        self, name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], words: int = 1
    ) -> None:
        """`words`: how many columns at the left hold words and are wide."""
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, words - 1, 24)
        sheet.set_column(words, len(head), 14)
        sheet.write_string(0, 0, title, self.bold)
        for column, text in enumerate(head):
            sheet.write_string(2, column, text, self.head)
        for number, row in enumerate(rows, start=3):
            for column, value in enumerate(row):
                if isinstance(value, Decimal):
                    sheet.write_number(number, column, value, self.money)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value, self.count)
                elif value is not None:
                    sheet.write_string(number, column, str(value))

    def content(self) -> bytes:
        self.book.close()
        return self.out.getvalue()


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
