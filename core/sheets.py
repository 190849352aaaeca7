"""Reading ledgers as offices send them (xlsx, xls, csv), and giving refused rows back as a workbook.

`read_tables` finds the head under title rows, also heads of two or three merged rows, in every visible sheet; it leaves
out blank, total and footer rows and keeps each row's number in the file. It knows no trade: columns are told to it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import python_calamine
import xlsxwriter

from core.cells import as_text, is_blank, narrow
from core.errors import UserError

SEARCH_ROWS = 60  # how far down a head is looked for
MOST_CELLS = 60_000_000
MOST_UNPACKED = 1_500_000_000
LINE_NO, WRONG_COLUMN, REASON, SHEET = "行号", "错误列", "错误原因", "工作表"
OUR_COLUMNS = (LINE_NO, WRONG_COLUMN, REASON, SHEET)
_TOTAL = re.compile(
    r"^(本页|本表|全村|全社区|全户|全镇|全乡|全区|全街道)?(合计|总计|小计|共计|累计)([:：].*)?$"
)
_FOOTER = re.compile(
    r"^(制表|填表|填报|审核|复核|审定|审批|经办|负责|单位|主管|分管|盖章|说明|注|备注|填写)[^:：]{0,8}[:：]"
)
_UNIT = re.compile(r"\((人民币)?(万元|元)(/(人|户))?(/?月)?\)$")


@dataclass(frozen=True)
class Column:
    """A column that is looked for. `group`: of the columns of one group one is enough; `identifier`: always text."""

    key: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    group: str = ""
    identifier: bool = False


@dataclass
class Head:
    """A sheet's head as found: the titles as they stand, which of them we know, amounts told in 万元."""

    titles: list[str]
    places: dict[str, int]
    units: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class RawRow:
    """One data row as it came. `number` is its row in the file (the first row is 1)."""

    sheet: str
    number: int
    cells: list[Any]
    head: Head

    def get(self, key: str) -> Any:
        """The cell of a known column; "" when the sheet has no such column."""
        place = self.head.places.get(key)
        return "" if place is None or place >= len(self.cells) else self.cells[place]


@dataclass
class Tables:
    """What a file holds: its rows in order, what was not read and why, titles we don't know."""

    rows: list[RawRow] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)


def tidy_title(value: Any) -> str:
    """A head cell for comparing: half-width, without spaces and line breaks, asterisks, closing colon."""
    text = "".join(narrow(as_text(value)).split())
    return text.strip("*★:").replace("【", "(").replace("】", ")")


def read_tables(content: bytes, name: str, columns: Sequence[Column]) -> Tables:
    """All data rows of the file's visible sheets. UserError: it can't be read, or no sheet has the needed columns."""
    if not content:
        raise UserError("文件是空的。")
    tables = Tables()
    lacking: list[str] | None = None
    for sheet, grid, merged in _grids(content, tables):
        found = find_head(grid, merged, columns)
        if isinstance(found, list):
            lacking = found if lacking is None or len(found) < len(lacking) else lacking
            if any(not is_blank(cell) for line in grid for cell in line):
                tables.notes.append(f"工作表“{sheet}”缺少列（{'、'.join(found)}），没有读。")
            continue
        head, first = found
        _fill_merged(grid, merged, first)
        tables.sheets.append(sheet)
        tables.rows.extend(_data_rows(sheet, grid, head, first, columns, tables))
        known = set(head.places.values())
        for place, title in enumerate(head.titles):
            ours = title in OUR_COLUMNS or title.startswith("未命名列")
            if place not in known and title not in tables.unknown and not ours:
                tables.unknown.append(title)
    if tables.hidden:
        tables.notes.append(f"隐藏的工作表没有读：{'、'.join(tables.hidden)}。")
    if tables.unknown:
        tables.notes.append(f"不认识的列（原样留在错误工作簿里）：{'、'.join(tables.unknown)}。")
    if not tables.sheets:
        if lacking is None:
            raise UserError("文件里没有可读的工作表。")
        raise UserError(lacking_words(lacking))
    return tables


def lacking_words(lacking: list[str]) -> str:
    """What is said of a file without the needed columns."""
    return f"文件里没有找到表头，缺少列：{'、'.join(lacking)}。"


# --- files ---


def _grids(content: bytes, tables: Tables) -> Iterator[tuple[str, list[list[Any]], list]]:
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        yield from _workbook_grids(content, tables)
        return
    start = content[:400].lstrip().lower()
    if start.startswith((b"<html", b"<!doctype", b"<table")):
        raise UserError("这是网页格式的文件，请用表格软件打开后另存为 xlsx 再导入。")
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")):
        raise UserError("这不是表格文件，请选择 xlsx、xls 或 csv。")
    yield "", _csv_grid(content), []


def _workbook_grids(content: bytes, tables: Tables) -> Iterator[tuple[str, list[list[Any]], list]]:
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                    raise UserError("文件展开后过大，请分成几个文件导入。")
        book = python_calamine.load_workbook(io.BytesIO(content))
    except UserError:
        raise
    except python_calamine.PasswordError as error:
        raise UserError("文件有密码，请去掉密码另存后再导入。") from error
    except Exception as error:  # whatever a broken file makes the readers raise
        raise UserError("文件打不开，可能已损坏，或不是 xlsx、xls 表格。") from error
    for place, about in enumerate(book.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            tables.hidden.append(about.name)
            continue
        try:
            sheet = book.get_sheet_by_index(place)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise UserError(f"工作表“{about.name}”占用的行列过多，请删去空白行列再导入。")
            grid = sheet.to_python(skip_empty_area=False)
            merged = list(sheet.merged_cell_ranges or [])
        except UserError:
            raise
        except Exception as error:
            raise UserError(f"工作表“{about.name}”读不出来，文件可能已损坏。") from error
        yield about.name, grid, merged


def decode(content: bytes) -> str:
    """Text of a csv file: UTF-8 and UTF-16 (with or without BOM), GBK/GB18030. UserError for anything else."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content[:2000]:
        even = content[:2000:2].count(0)
        encodings = ["utf-16-be"] if even > content[1:2000:2].count(0) else ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    raise UserError("文件的文字编码认不出来，请另存为 xlsx 或 UTF-8 的 csv。")


def _csv_grid(content: bytes) -> list[list[Any]]:
    text = decode(content)
    if "\x00" in text:
        raise UserError("这不是表格文件，请选择 xlsx、xls 或 csv。")
    top = "\n".join(text.splitlines()[:SEARCH_ROWS])
    delimiter = max(",\t;，", key=top.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UserError("csv 文件的格式不完整，请用表格软件打开后另存再导入。") from error


# --- heads ---


def find_head(grid: list, merged: list, columns: Sequence[Column]) -> tuple[Head, int] | list[str]:
    """The head and the place of the first data row; or what the best candidate lacks."""
    names = {tidy_title(title): one for one in columns for title in (one.title, *one.synonyms)}
    lacking: list[str] | None = None
    across = _spread(grid, merged)
    for depth in (1, 2, 3):
        for top in range(min(len(grid), SEARCH_ROWS) - depth + 1):
            head = _head_at(grid, across, top, depth, names)
            missing = _lacks(head, columns)
            if not missing:
                deeper = _continue_head(grid, merged, top, top + depth, head, names)
                if deeper > top + depth:
                    wider = _head_at(grid, across, top, deeper - top, names)
                    head = wider if not _lacks(wider, columns) else head
                return head, deeper
            if lacking is None or len(missing) < len(lacking):
                lacking = missing
    return lacking or [one.title for one in columns if one.required]


def _spread(grid: list, merged: list) -> dict[tuple[int, int], Any]:
    """What stands in cells that a merged title covers to its right, in the rows where heads are looked for."""
    spread = {}
    for (top, left), (_, right) in merged:
        if top < SEARCH_ROWS + 3 and top < len(grid):
            for place in range(left + 1, right + 1):
                spread[top, place] = grid[top][left] if left < len(grid[top]) else ""
    return spread


def _head_at(grid: list, across: dict, top: int, depth: int, names: dict[str, Column]) -> Head:
    lines = grid[top : top + depth]
    width = max((len(line) for line in lines), default=0)
    head = Head([], {}, {})
    for place in range(width):
        stack = [_title_part(line, place, across, top + n, n == depth - 1) for n, line in enumerate(lines)]
        parts = [part for part in stack if part]
        title = _title_of(parts, names)
        key, unit = _known(title, names)
        head.titles.append(title)
        if key and key not in head.places:
            head.places[key] = place
            if unit != 1:
                head.units[key] = unit
    head.titles = _told_apart(head.titles)
    return head


def _told_apart(titles: list[str]) -> list[str]:
    """A second column of the same title, and one without title, get a name of their own, so that none is lost."""
    seen: dict[str, int] = {}
    apart = []
    for place, title in enumerate(titles, 1):
        title = title or f"未命名列{place}"
        seen[title] = seen.get(title, 0) + 1
        apart.append(title if seen[title] == 1 else f"{title}({seen[title]})")
    return apart


def _title_part(line: list, place: int, across: dict, row: int, lowest: bool) -> str:
    own = as_text(line[place]).strip() if place < len(line) else ""
    if own or lowest:
        return own
    return as_text(across.get((row, place), "")).strip()


def _title_of(parts: list[str], names: dict[str, Column]) -> str:
    """The writing of a column's title that we know, else its lowest part."""
    if not parts:
        return ""
    for candidate in (parts[-1], "".join(parts), parts[0]):
        if _known(candidate, names)[0]:
            return candidate
    return parts[-1]


def _known(title: str, names: dict[str, Column]) -> tuple[str, int]:
    """The key of a title, and 10000 where it says 万元."""
    tidy = tidy_title(title)
    if tidy in names:
        return names[tidy].key, 1
    unit = _UNIT.search(tidy)
    if unit and tidy[: unit.start()] in names:
        return names[tidy[: unit.start()]].key, 10_000 if unit[2] == "万元" else 1
    return "", 1


def _lacks(head: Head, columns: Sequence[Column]) -> list[str]:
    missing = []
    groups: dict[str, list[Column]] = {}
    for one in columns:
        if one.group:
            groups.setdefault(one.group, []).append(one)
        elif one.required and one.key not in head.places:
            missing.append(one.title)
    for members in groups.values():
        if any(one.required for one in members) and not any(one.key in head.places for one in members):
            missing.append("或".join(one.title for one in members))
    return missing


def _continue_head(grid: list, merged: list, top: int, below: int, head: Head, names: dict) -> int:
    """The first data row: below sub-titles of a head whose top row alone already has all needed columns."""
    while below < min(len(grid), top + 3):
        line = grid[below]
        covered = any(
            first <= below - 1 and first >= top and last >= below for (first, _), (last, _) in merged
        )
        has_known = any(not is_blank(cell) and _known(as_text(cell), names)[0] for cell in line)
        needed_empty = all(place >= len(line) or is_blank(line[place]) for place in head.places.values())
        if not covered and not (has_known and needed_empty):
            break
        below += 1
    return below


# --- rows ---


def _fill_merged(grid: list, merged: list, first: int) -> None:
    """A cell merged downwards over several data rows stands for each of them."""
    for (top, left), (bottom, right) in merged:
        if left == right and bottom > top >= first:
            for row in range(top + 1, min(bottom, len(grid) - 1) + 1):
                if left < len(grid[row]):
                    grid[row][left] = grid[top][left]


def _data_rows(
    sheet: str, grid: list, head: Head, first: int, columns: Sequence[Column], tables: Tables
) -> Iterator[RawRow]:
    needed = [head.places[one.key] for one in columns if one.required and one.key in head.places]
    titles = {place: tidy_title(title) for place, title in enumerate(head.titles) if title}
    for place in range(first, len(grid)):
        cells = grid[place]
        if all(map(is_blank, cells)):
            continue
        filled = sum(at < len(cells) and not is_blank(cells[at]) for at in needed)
        if filled < len(needed) or filled == 0:
            lead = next(tidy_title(cell) for cell in cells if not is_blank(cell))
            marks = [lead, *(tidy_title(cells[at]) for at in needed if at < len(cells))]
            if any(map(_TOTAL.match, marks)):
                continue
            if _FOOTER.match(narrow(lead)) and filled <= 1:
                tables.notes.append(f"第 {place + 1} 行是表尾文字，没有读。")
                continue
        if _repeats_head(cells, titles, needed):
            continue
        yield RawRow(sheet, place + 1, cells, head)


def _repeats_head(cells: list, titles: dict[int, str], needed: list[int]) -> bool:
    """Each printed page may carry the head again."""
    return bool(needed) and all(
        at < len(cells) and isinstance(cells[at], str) and tidy_title(cells[at]) == titles.get(at)
        for at in needed
    )


# --- giving back ---


@dataclass
class Refused:
    """A row that was not taken: as it came, and every cell that is wrong with the reason."""

    sheet: str
    number: int
    titles: Sequence[str]
    cells: Sequence[Any]
    errors: Sequence[tuple[str, str]]


def template_workbook(title: str, columns: Sequence[Column]) -> bytes:
    """An empty ledger to fill in: one row of titles, needed ones bold, and text cells where numbers identify."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(title[:31])
    needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF7"})
    other, text = book.add_format({"bottom": 1}), book.add_format({"num_format": "@"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 22 if column.identifier else 14, text if column.identifier else None)
        sheet.write_string(0, place, column.title, needed if column.required else other)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def error_workbook(rows: Sequence[Refused], columns: Sequence[Column], notes: Sequence[str] = ()) -> bytes:
    """The refused rows as a workbook that can be put right and imported as it is.

    First sheet: the rows with all their columns in the file's order, then 行号, 错误列, 错误原因. Cells that identify
    are text. A second sheet 备注 says what else was not read.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True, "nan_inf_to_errors": True})
    sheet = book.add_worksheet("错误行")
    styles = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "wrong": book.add_format({"num_format": "@", "bg_color": "#FBECEA", "font_color": "#A8231B"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    titles = _all_titles(rows)
    extra = [LINE_NO, WRONG_COLUMN, REASON] + ([SHEET] if len({row.sheet for row in rows}) > 1 else [])
    names = {tidy_title(title): one for one in columns for title in (one.title, *one.synonyms)}
    known = {title: _known(title, names)[0] for title in titles}
    identifiers = {
        title for title in titles if known[title] in {one.key for one in columns if one.identifier}
    }
    official = {one.key: one.title for one in columns}
    for place, title in enumerate([*titles, *extra]):
        sheet.set_column(place, place, 22 if title in identifiers else 40 if title == REASON else 14)
        sheet.write_string(0, place, title, styles["head"])
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, 1):
        wrong = {column for column, _ in row.errors}
        mine: dict[str, Any] = {}
        for title, cell in zip(row.titles, row.cells, strict=False):
            mine[title] = cell
        for place, title in enumerate(titles):
            marked = official.get(known[title], title) in wrong
            _write_cell(sheet, line, place, mine.get(title, ""), title in identifiers, marked, styles)
        words = "；".join(f"{column}：{reason}" if column else reason for column, reason in row.errors)
        about = [row.number, "、".join(dict.fromkeys(one for one, _ in row.errors if one)), words, row.sheet]
        for place, value in enumerate(about[: len(extra)], len(titles)):
            sheet.write(line, place, value)
    remarks = book.add_worksheet("备注")
    remarks.set_column(0, 0, 100)
    for line, note in enumerate(notes):
        remarks.write_string(line, 0, note)
    sheet.activate()
    book.close()
    return out.getvalue()


def _all_titles(rows: Sequence[Refused]) -> list[str]:
    titles: dict[str, None] = {}
    for one in {id(row.titles): row.titles for row in rows}.values():
        titles.update(dict.fromkeys(title for title in one if title not in OUR_COLUMNS))
    used = {
        title
        for row in rows
        for title, cell in zip(row.titles, row.cells, strict=False)
        if not is_blank(cell)
    }
    return [title for title in titles if title in used or not title.startswith("未命名列")]


def _write_cell(
    sheet: Any, line: int, place: int, value: Any, identifier: bool, marked: bool, styles: dict
) -> None:
    style = styles["wrong"] if marked else None
    if identifier and not is_blank(value):
        lost = isinstance(value, float) and abs(value) >= 10**15
        sheet.write_string(line, place, f"{value:.14E}" if lost else as_text(value), style or styles["text"])
    elif isinstance(value, (date, datetime)):
        sheet.write_datetime(line, place, value, styles["day"])
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        if not is_blank(value):
            sheet.write_string(line, place, as_text(value), style)
        elif marked:
            sheet.write_blank(line, place, None, style)
    else:
        sheet.write_number(line, place, value, style)
