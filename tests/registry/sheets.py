"""Ledgers for tests: rows of text as an office would send them."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import python_calamine

HEAD = ["户编号", "姓名", "身份证号", "与户主关系", "村(社区)"]
VILLAGE_NAME, OTHER_VILLAGE_NAME = "中心路社区", "罗市社区"


def workbook(*sheets: Sequence[Sequence[Any]], hidden: Sequence[int] = ()) -> bytes:
    """An xlsx with one sheet per list of rows; `hidden`: places of hidden sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{place + 1}")
        for row in rows:
            sheet.append(list(row))
        if place in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> list[list[Any]]:
    """The first sheet of a workbook."""
    return python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
