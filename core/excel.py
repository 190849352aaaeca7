"""A list as a workbook: head, rows, types kept (numbers are numbers, identifiers are text)."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

CHUNK = 2_000


class Streamed:
    """A queryset read in chunks, so that a hundred thousand rows are never in memory at once."""

    def __init__(self, queryset: Any, seen: Callable[[int], None] | None = None):
        self.queryset, self.seen = queryset, seen

    def __iter__(self) -> Iterator[Any]:
        for number, record in enumerate(self.queryset.iterator(CHUNK), start=1):
            if self.seen and number % CHUNK == 0:
                self.seen(number)
            yield record


def table_workbook(title: str, table: Any, seen: Callable[[int], None] | None = None) -> tuple[bytes, int]:
    """A django-tables2 table over a queryset as xlsx bytes, written in constant memory, and the row count.

    `seen(n)` is told every 2 000 rows.
    """
    table.data.data = Streamed(table.data.data, seen)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("".join(one for one in title if one not in "[]:*?/\\")[:31] or "清单")
    head, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    count = 0
    for number, values in enumerate(table.as_values()):
        count = number
        for column, value in enumerate(values):
            if number == 0:
                sheet.set_column(column, column, 16)
                sheet.write_string(0, column, str(value), head)
            elif isinstance(value, Decimal):
                sheet.write_number(number, column, value, money)
            elif isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(number, column, value)
            elif value not in (None, ""):
                sheet.write_string(number, column, str(value))
    book.close()
    return out.getvalue(), count


class Book:
    """Tables of counted figures, sheets of one look: title, head, rows; numbers are numbers, money has two places,
    shares (floats) are per cent, a row of one cell is a heading, unknown stays blank."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        add = self.book.add_format
        self.bold, self.head = add({"bold": True, "font_size": 14}), add({"bold": True, "bottom": 1})
        self.money, self.count = add({"num_format": "#,##0.00"}), add({"num_format": "#,##0"})
        self.share, self.heading = add({"num_format": "0.0%"}), add({"bold": True})

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
                elif isinstance(value, int | float):
                    style = self.share if isinstance(value, float) else self.count
                    sheet.write_number(number, column, value, style)
                elif value is not None:
                    sheet.write_string(number, column, str(value), self.heading if len(row) == 1 else None)

    def content(self) -> bytes:
        self.book.close()
        return self.out.getvalue()
