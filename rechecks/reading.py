"""The rows of an outside list on their way into its table: read cell by cell, the wrong ones given back with why."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from django.utils import timezone

from core.bulk import text_object
from core.cells import MONTH_ONLY, as_text, clean_text, drop_invisible, parse_amount, parse_day
from core.errors import UserError
from core.identity import EARLIEST_BIRTH, read_id, sound_id
from core.months import last_day
from core.sheets import Column, Head, RawRow, Refused
from core.streams import Stream
from rechecks.kinds import BIRTH, ID_NUMBER, NAME, TOWNSHIP, VILLAGE, Kind
from registry.names import tidy_name

MOST_ERRORS = 50_000
MOST_SHOWN = 20
BEAT_EVERY = 20_000
_KNOWN = 100_000
COLUMNS = ("list_id", "row_no", "id_number", "name", "day", "amount", "label", "data")
# Of a list without numbers also what tells its people.
TOLD_BY = ("born_from", "born_to", "township", "village")


_IN_CHARACTERS = re.compile("[一-鿿]{1,60}").fullmatch


def read_name(value: Any) -> str:
    """A name as the registry writes it."""
    return tidy_name(value)[0][:60]


def plain_name(value: Any) -> str | None:
    """The name when it is of Chinese characters alone, as nearly all are; `read_name` would give the same."""
    return value if isinstance(value, str) and _IN_CHARACTERS(value) else None


def read_text(value: Any) -> str:
    """What the list says further, as it stands, without what no eye sees."""
    if isinstance(value, str) and value.isprintable():
        return value.strip()
    return drop_invisible(as_text(value).strip())


def read_place(value: Any) -> str:
    return "".join(clean_text(value)[0].split())[:60]


# Days and amounts come again and again in millions of rows.
@lru_cache(_KNOWN, typed=True)
def read_day(value: Any) -> date | None:
    return parse_day(value)[0]


@lru_cache(_KNOWN, typed=True)
def read_amount(value: Any, unit: int) -> Any:
    return parse_amount(value, unit)[0]


def read_birth(value: Any, today: date) -> tuple[date, date] | None:
    """The days between which somebody was born: one day, or a month where only that is told (1950-03)."""
    day, repairs = parse_day(value)
    if day is None:
        return None
    if day > today or day.year < EARLIEST_BIRTH:
        raise UserError(f"出生日期 {day:%Y-%m-%d} 不可能")
    return (day, last_day(day)) if MONTH_ONLY in repairs else (day, day)


@dataclass(frozen=True)
class Places:
    """Where a sheet has the columns of a kind; None, or absent, where it has not."""

    head: Head
    name: int
    number: int | None
    birth: int | None
    township: int | None
    village: int | None
    day: int | None
    amount: int | None
    read_amount: Callable[[Any], Any]
    further: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, head: Head, kind: Kind) -> "Places":
        find = head.places.get
        return cls(
            head,
            head.places[NAME.key],
            find(ID_NUMBER.key),
            find(BIRTH.key),
            find(TOWNSHIP.key),
            find(VILLAGE.key),
            find(kind.day),
            find(kind.amount),
            partial(read_amount, unit=head.units.get(kind.amount, 1)),
            tuple((one.key, place) for one in kind.columns if (place := find(one.key)) is not None),
        )


Errors = list[tuple[str, str]]


@dataclass
class Reading:
    """The rows of a file as rows of the list `made`, with what was refused."""

    list_id: int
    kind: Kind
    stream: Stream
    beat: Callable[..., None]
    rows: int = 0
    rejected: int = 0
    refused: list[Refused] = field(default_factory=list)
    has_numbers: bool = True
    today: date = field(default_factory=timezone.localdate)

    def __post_init__(self) -> None:
        """UserError when the file is of another kind."""
        first = next(self.stream.rows, None)
        self._today = f"{self.today:%Y%m%d}"
        if first is None:
            return
        self.stream.rows = chain([first], self.stream.rows)
        self.has_numbers = ID_NUMBER.key in first.head.places
        self._check_kind(first)

    @property
    def columns(self) -> tuple[str, ...]:
        """What `values` yields."""
        return COLUMNS if self.has_numbers else (*COLUMNS, *TOLD_BY)

    def values(self) -> Iterator[tuple]:
        """One tuple a good row, in the order of `columns`."""
        at: Places | None = None
        width = 0
        for row in self.stream.rows:
            if at is None or at.head is not row.head:
                at, width = self._places(row), len(row.head.titles)
            self.rows += 1
            if self.rows % BEAT_EVERY == 0:
                self.beat(self.rows, 0, f"已读 {self.rows:,} 行")
            cells = row.cells
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            errors: Errors = []
            who = self._number(cells, at, errors)
            name = plain_name(cells[at.name]) or self._needed(NAME, cells[at.name], read_name, errors)
            told = () if self.has_numbers else self._told_by(row, cells, at, errors)
            day, amount = self._judged(cells, at, errors)
            if errors:
                self.refuse(row, errors)
                continue
            data = {key: text for key, place in at.further if (text := read_text(cells[place]))}
            label = " ".join([data[key] for key in self.kind.label if key in data])[:200]
            yield (self.list_id, row.number, who, name, day, amount, label, text_object(data), *told)

    def _places(self, row: RawRow) -> Places:
        if (ID_NUMBER.key in row.head.places) != self.has_numbers:
            raise UserError("文件里有的工作表有身份证号、有的没有，请分成两份名单载入。")
        return Places.of(row.head, self.kind)

    def _check_kind(self, row: RawRow) -> None:
        """A list of cars loaded as a list of the dead would find nobody, and say that nobody died."""
        if not any(key in row.head.places for key in self.kind.telling):
            raise UserError(
                f"这不像是{self.kind.name}：没有“{'”或“'.join(self.kind.telling)}”列。请核对名单种类。",
                field="kind",
            )

    def _check_hidden(self, row: RawRow) -> None:
        """Numbers under a title that we don't know would be thrown away, and the people only guessed at."""
        for title, cell in zip(row.head.titles, row.cells, strict=False):
            if sound_id(as_text(cell).strip(), self._today):
                raise UserError(
                    f"第 {row.number} 行“{title}”列像是身份证号，请把列名改为“身份证号”后再载入。"
                )

    def _number(self, cells: list, at: Places, errors: Errors) -> str | None:
        if at.number is None:
            return ""
        value = cells[at.number]
        return sound_id(value, self._today) or self._needed(ID_NUMBER, value, self._read_number, errors)

    def _read_number(self, value: Any) -> str:
        return read_id(value, self.today)[0].number

    def _told_by(self, row: RawRow, cells: list, at: Places, errors: Errors) -> tuple:
        self._check_hidden(row)
        assert at.birth is not None
        born = self._needed(BIRTH, cells[at.birth], lambda value: read_birth(value, self.today), errors)
        places = ["" if place is None else read_place(cells[place]) for place in (at.township, at.village)]
        return (*(born or (None, None)), *places)

    def _judged(self, cells: list, at: Places, errors: Errors) -> tuple:
        day = amount = None
        if at.day is not None:
            day = self._cell(self.kind.day, cells[at.day], read_day, errors)
        if at.amount is not None:
            amount = self._cell(self.kind.amount, cells[at.amount], at.read_amount, errors)
        return day, amount

    def _needed(self, column: Column, value: Any, read: Callable[[Any], Any], errors: Errors) -> Any:
        before = len(errors)
        found = self._cell(column.title, value, read, errors)
        if not found and len(errors) == before:
            errors.append((column.title, "没有填"))
        return found

    def _cell(self, title: str, value: Any, read: Callable[[Any], Any], errors: Errors) -> Any:
        if value is None or value == "":
            return None
        try:
            return read(value)
        except UserError as error:
            errors.append((title, error.message))
            return None

    def refuse(self, row: RawRow, errors: Errors) -> None:
        self.rejected += 1
        if len(self.refused) < MOST_ERRORS:
            self.refused.append(Refused(row.sheet, row.number, row.head.titles, row.cells, errors))

    def notes(self) -> list[str]:
        left = self.rejected - len(self.refused)
        return [f"错误工作簿只列前 {MOST_ERRORS:,} 行，另有 {left:,} 行被拒绝。"] if left else []

    def first_refused(self) -> list[list[Any]]:
        """Row, column and reason of the first ones in the order of the file."""
        first = sorted(self.refused, key=lambda one: (one.sheet, one.number))[:MOST_SHOWN]
        return [[one.number, *error] for one in first for error in one.errors]

    def first_reason(self) -> str:
        if not self.refused:
            return ""
        title, reason = self.refused[0].errors[0]
        return f"第 {self.refused[0].number} 行 {title}：{reason}。"
