"""A list as a workbook: head, rows, types kept (numbers are numbers, identifiers are text)."""

import io
from decimal import Decimal
from typing import Any

import xlsxwriter


def table_workbook(title: str, table: Any) -> tuple[bytes, int]:
    """A django-tables2 table as xlsx bytes, written row by row in constant memory; gives the bytes and the row count."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet(title[:31] or "清单")
    head, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    count = -1
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
    return out.getvalue(), max(count, 0)
