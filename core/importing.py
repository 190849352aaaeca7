"""Taking a ledger over, the same way for each: read → parse → check → plan → write.

A ledger is a subclass of `Importer` that declares its columns and says:
- `parse(row)`: pure; cells → `row.data`, with `self.read(…)`; what is wrong is said with `row.refuse(column, reason)`.
- `check(rows)`: pure; rows that contradict each other, *all* of them refused.
- `plan(rows)`: looks at the database, set-based, writes nothing; gives every row that stands its `action` (and
  `changes`), refuses what does not fit.
- `write(rows)`: set-based, inside the transaction that `take` opened and under its lock.

`take` is the same for preview and for writing: writing reads and plans again under the lock, so that what changed
since the preview is seen, and two imports of one file don't double anything.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.db import connection, transaction
from django.utils import timezone

from core.cells import is_blank
from core.errors import UserError
from core.sheets import Column, RawRow, Refused, Tables, error_workbook, read_tables

CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"
ACTIONS = (CREATED, UPDATED, UNCHANGED, REJECTED)
Beat = Callable[..., None]
BEAT_EVERY = 5_000


@dataclass(slots=True)
class Row:
    """One row on its way: as it came, as understood, what was repaired, what is wrong, what will be done."""

    raw: RawRow
    data: dict[str, Any] = field(default_factory=dict)
    fixed: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    action: str = ""

    @property
    def number(self) -> int:
        return self.raw.number

    @property
    def where(self) -> str:
        """How another row refers to this one."""
        return f"第 {self.raw.number} 行"

    def refuse(self, column: str, reason: str) -> None:
        """Reject the row; `column` is the official title of the cell that is wrong ("" for the row as a whole)."""
        if (column, reason) not in self.errors:
            self.errors.append((column, reason))
        self.action = REJECTED


@dataclass
class Outcome:
    """What became of a file."""

    rows: list[Row]
    tables: Tables
    counts: dict[str, int]
    notes: list[str]

    def rejected(self) -> list[Row]:
        return [row for row in self.rows if row.action == REJECTED]


def ignore_beat(done: int = 0, total: int = 0, current: str = "") -> None:
    """Nobody watches."""


class Importer:
    """Base of every ledger. One object takes one file once.

    `user` None: a command, whole district. `area`: division code inside which rows may lie ("" = everywhere).
    `office`: code of the user's office ("" = none); a ledger that reads it from its rows may set it.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    columns: ClassVar[Sequence[Column]] = ()
    # Who may take it in on the pages: these roles, where they work on the line. `by_office`: what was taken in is seen
    # by the registrars of that office alone.
    line: ClassVar[str] = "relief"
    roles: ClassVar[frozenset[str]] = frozenset({"township_clerk", "bureau_officer"})
    by_office: ClassVar[bool] = False
    # Columns that the preview shows (default: the first five needed ones), and identifiers that it needn't mask.
    preview: ClassVar[Sequence[str]] = ()
    unmasked: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, user: Any = None, today: date | None = None):
        self.user = user
        self.area = user.division_id if user is not None else ""
        self.office = (user.office_id if user is not None else None) or ""
        self.today = today or timezone.localdate()
        self.titles = {column.key: column.title for column in self.columns}
        self.notes: list[str] = []
        self.beat: Beat = ignore_beat

    # --- what a ledger says ---

    def parse(self, row: Row) -> None:
        raise NotImplementedError

    def check(self, rows: list[Row]) -> None:
        """Contradictions between rows. Default: none."""

    def plan(self, rows: list[Row]) -> None:
        raise NotImplementedError

    def write(self, rows: list[Row]) -> None:
        raise NotImplementedError

    def more_counts(self, rows: list[Row]) -> dict[str, int]:
        """Further keys of the summary."""
        return {}

    # --- what it may use ---

    def read(self, row: Row, key: str, reader: Callable[..., tuple[Any, list[str]]], *args: Any) -> Any:
        """The understood value of a cell; None when blank or refused. Repairs and reasons are noted on the row."""
        value = row.raw.get(key)
        if is_blank(value):
            return None
        try:
            found, repairs = reader(value, *args)
        except UserError as error:
            row.refuse(self.titles[key], error.message)
            return None
        row.fixed.extend(f"{self.titles[key]}：{repair}" for repair in repairs)
        return None if found == "" else found

    def require(self, row: Row, *keys: str) -> None:
        """Refuse the row when a needed cell is blank."""
        for key in keys:
            if is_blank(row.raw.get(key)):
                row.refuse(self.titles[key], "没有填")

    def standing(self, rows: list[Row]) -> list[Row]:
        """The rows not refused so far."""
        return [row for row in rows if row.action != REJECTED]


def take(
    importer: Importer, content: bytes, name: str, write: bool = False, beat: Beat = ignore_beat
) -> Outcome:
    """Look at a file (`write=False`) or take it in. UserError when it could not be taken at all; then nothing is.

    Writing is one transaction under one lock for all ledgers, whoever starts it and from wherever.
    """
    importer.beat = beat
    beat(0, 0, "读取文件")
    tables = read_tables(content, name, importer.columns)
    rows = [Row(raw) for raw in tables.rows]
    tables.rows = []
    for done, row in enumerate(rows):
        importer.parse(row)
        if done % BEAT_EVERY == 0:
            beat(done, len(rows), "逐行检查")
    importer.check(rows)
    if write:
        with transaction.atomic():
            take_lock("import")
            importer.plan(rows)
            beat(len(rows), len(rows), "写入")
            importer.write(rows)
    else:
        beat(len(rows), len(rows), "与登记册核对")
        importer.plan(rows)
    return Outcome(rows, tables, count(importer, rows), [*tables.notes, *importer.notes])


def take_lock(key: str) -> None:
    """Wait until nobody else holds the lock of this name; it is let go at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])


def count(importer: Importer, rows: list[Row]) -> dict[str, int]:
    """`rows` = created + updated + unchanged + rejected; `fixed` is counted among the first three."""
    actions = Counter(row.action for row in rows)
    fixed = sum(1 for row in rows if row.fixed and row.action != REJECTED)
    return {
        "rows": len(rows),
        **{action: actions[action] for action in (CREATED, UPDATED, UNCHANGED)},
        "fixed": fixed,
        REJECTED: actions[REJECTED],
        **importer.more_counts(rows),
    }


def errors_of(outcome: Outcome, importer: Importer) -> bytes:
    """The error workbook of an outcome, as xlsx bytes."""
    refused = [
        Refused(row.raw.sheet, row.number, row.raw.head.titles, row.raw.cells, row.errors)
        for row in outcome.rejected()
    ]
    return error_workbook(refused, importer.columns, outcome.notes)
