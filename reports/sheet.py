"""The year's table as a workbook."""

import io
from decimal import Decimal

import xlsxwriter

from reports.yearbook import Line


def workbook(title: str, heads: list[str], lines: list[Line]) -> bytes:
    """One sheet: title, 指标, 单位, one column a programme. Numbers are numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("年度统计")
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bottom": 1})
    money, count = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "#,##0"})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 1 + len(heads), 18)
    sheet.write_string(0, 0, title, bold)
    for column, text in enumerate(["指标", "单位", *heads]):
        sheet.write_string(2, column, text, head)
    for row, line in enumerate(lines, start=3):
        sheet.write_string(row, 0, ("　" if line.is_part else "") + line.label)
        sheet.write_string(row, 1, line.unit)
        for column, cell in enumerate(line.cells, start=2):
            if isinstance(cell.value, Decimal):
                sheet.write_number(row, column, cell.value, money)
            elif cell.value is not None:
                sheet.write_number(row, column, cell.value, count)
    book.close()
    return out.getvalue()
