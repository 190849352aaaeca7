"""Long lists row by row: csv of any length in flat memory, workbooks as `core.sheets` reads them."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import BinaryIO

from core.cells import is_blank
from core.errors import UserError
from core.sheets import SEARCH_ROWS, Column, Head, RawRow, find_head, lacking_words, read_tables

PROBE = 1_000_000


@dataclass
class Stream:
    """A list being read: `rows` in order; `notes` fill while it is read."""

    rows: Iterator[RawRow]
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def open_stream(file: BinaryIO, columns: Sequence[Column]) -> Stream:
    """The data rows of a list (csv, xlsx, xls). UserError: unreadable, or without the needed columns; while reading:
    a csv that was cut in the middle."""
    probe = file.read(PROBE)
    if not probe:
        raise UserError("文件是空的。")
    file.seek(0)
    if probe[:2] == b"PK" or probe[:4] == b"\xd0\xcf\x11\xe0":
        return _workbook(file.read(), columns)
    return _csv(file, probe, columns)


def _workbook(content: bytes, columns: Sequence[Column]) -> Stream:
    tables = read_tables(content, "", columns)
    rows, tables.rows = iter(tables.rows), []
    return Stream(rows, tables.notes, tables.unknown)


def _csv(file: BinaryIO, probe: bytes, columns: Sequence[Column]) -> Stream:
    text = io.TextIOWrapper(file, encoding=_encoding(probe), newline="")
    whole = _ends_whole(file)
    lines = _decoded(text)
    top = list(islice(lines, SEARCH_ROWS))
    delimiter = max(",\t;，", key="".join(top).count)
    reader = csv.reader(chain(top, lines), delimiter=delimiter)
    grid = list(islice(reader, SEARCH_ROWS))
    found = find_head(grid, [], columns)
    if isinstance(found, list):
        raise UserError(lacking_words(found))
    head, first = found
    known = set(head.places.values())
    unknown = [title for place, title in enumerate(head.titles) if place not in known]
    return Stream(_rows(chain(grid[first:], reader), first, head, whole), unknown=unknown)


def _encoding(probe: bytes) -> str:
    if probe.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in probe[:2000]:
        return "utf-16-be" if probe[:2000:2].count(0) > probe[1:2000:2].count(0) else "utf-16-le"
    try:
        # The probe may end inside a character.
        codecs.getincrementaldecoder("utf-8")().decode(probe)
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "gb18030"


def _ends_whole(file: BinaryIO) -> bool:
    """Whether the file ends with a line break; a file that was cut in the middle of a row does not."""
    place = file.tell()
    file.seek(0, io.SEEK_END)
    file.seek(max(file.tell() - 2, 0))
    end = file.read(2)
    file.seek(place)
    return end.endswith((b"\n", b"\r")) or end in (b"\n\x00", b"\x00\n")


def _decoded(text: io.TextIOWrapper) -> Iterator[str]:
    try:
        yield from text
    except UnicodeDecodeError as error:
        raise UserError("文件的文字编码认不出来，或文件在中间断了；请重新取得文件后再载入。") from error


def _rows(lines: Iterator[list[str]], first: int, head: Head, whole: bool) -> Iterator[RawRow]:
    width, number, cells = len(head.titles), first, None
    try:
        for number, cells in enumerate(lines, first + 1):
            if not all(map(is_blank, cells)):
                yield RawRow("", number, cells, head)
    except csv.Error as error:
        raise UserError(f"第 {number + 1} 行之后读不下去，csv 文件的格式不完整。") from error
    if cells is not None and not whole and len(cells) < width:
        raise UserError(
            f"文件在第 {number} 行中断（应有 {width} 列，只有 {len(cells)} 列），可能没有传完；没有载入。"
        )
