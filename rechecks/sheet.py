"""The results as a workbook."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter


def workbook(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """One sheet: title, head, rows; a row with only its first cell is a heading. Unknown stays blank."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("核查成效")
    bold, head = book.add_format({"bold": True}), book.add_format({"bold": True, "bottom": 1})
    money, share = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "0.0%"})
    sheet.write_string(0, 0, title, bold)
    sheet.write_row(1, 0, heads, head)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, len(heads) - 1, 13)
    for line, values in enumerate(rows, start=2):
        for column, value in enumerate(values):
            if value is None:
                continue
            style = money if isinstance(value, Decimal) else share if isinstance(value, float) else None
            style = bold if len(values) == 1 else style
            sheet.write(line, column, value, style)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()
