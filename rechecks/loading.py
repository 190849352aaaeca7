"""Taking an outside list in: read row by row, checked, loaded by COPY in one transaction, or not at all.

The list that was there before stays the newest until the new one is whole, so a list that is half loaded counts for
nobody. Rows that are wrong come back in an error workbook; what is wrong with the file as a whole refuses it.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.bulk import copy_in
from core.cells import as_text, clean_text, drop_invisible, parse_amount, parse_day
from core.errors import NotAllowed, UserError
from core.files import XLSX, store
from core.identity import read_id
from core.jobs import start_job
from core.models import Job, StoredFile
from core.sheets import RawRow, Refused, error_workbook
from core.streams import Stream, open_stream
from district.models import Division, DivisionLevel, Line, Role
from rechecks.kinds import KINDS, Kind
from rechecks.models import ListRow, OutsideList

MOST_ERRORS = 50_000
BEAT_EVERY = 20_000
COLUMNS = ("list_id", "row_no", "id_number", "name", "day", "amount", "label", "data")
LOADERS = (Role.BUREAU_OFFICER,)


def kind_of(code: str) -> Kind:
    """UserError for a kind that there is not."""
    if code not in KINDS:
        raise UserError(f"没有“{code}”这种名单；可用：{'、'.join(KINDS)}。", field="kind")
    return KINDS[code]


def check_loader(user: Any) -> None:
    """NotAllowed unless the account may load lists; commands have no account."""
    if user is not None and (user.role not in LOADERS or Line.RELIEF not in user.lines):
        raise NotAllowed("比对名单由区局社会救助股室载入。")


def check_as_of(as_of: date) -> None:
    if as_of > timezone.localdate():
        raise UserError(f"截止日期 {as_of:%Y-%m-%d} 晚于今天。", field="as_of")


def load(
    kind: str,
    file: Any,
    name: str,
    as_of: date | None = None,
    source: str = "",
    user: Any = None,
    beat: Callable[..., None] = lambda *_: None,
    kept: StoredFile | None = None,
) -> OutsideList:
    """Load a list here and now; the same file for the same day again gives the list that is there.

    `kept`: the uploaded file, where there is one. UserError: unknown kind, as-of later than today, a file that is
    unreadable, cut, or of another kind; then nothing is changed, and the list before it stays in force.
    """
    check_loader(user)
    wanted, day = kind_of(kind), as_of or timezone.localdate()
    check_as_of(day)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    there = OutsideList.objects.filter(kind=kind, as_of=day, sha256=sha256).first()
    if there:
        return there
    try:
        with transaction.atomic():
            made = OutsideList.objects.create(
                kind=kind,
                as_of=day,
                source=source.strip(),
                file_name=Path(name).name[-200:],
                sha256=sha256,
                division=Division.objects.get(level=DivisionLevel.DISTRICT),
                loaded_by=user,
                file=kept,
            )
            fill(made, wanted, file, beat)
    except IntegrityError as error:
        # Another one sent the same file in the same moment, and was first.
        there = OutsideList.objects.filter(kind=kind, as_of=day, sha256=sha256).first()
        if there is None:
            raise UserError("这份名单正在由别人载入，请稍候刷新。") from error
        return there
    return made


def fill(made: OutsideList, kind: Kind, file: BinaryIO, beat: Callable[..., None]) -> None:
    """Read the file into the list's rows and its counts, in the caller's transaction."""
    stream = open_stream(file, kind.all_columns())
    reading = Reading(made, kind, stream, beat)
    copy_in(ListRow._meta.db_table, COLUMNS, reading.values())
    reading.refuse_two_names()
    made.rows, made.rejected = reading.rows, reading.rejected
    made.loaded = made.rows - made.rejected
    if not made.loaded:
        raise UserError(f"{made.rows} 行中没有一行可用，没有载入。" + reading.first_reason())
    made.unknown = _unknown(made)
    made.notes = [*stream.notes, *reading.notes()]
    if reading.refused:
        content = error_workbook(reading.refused, kind.all_columns(), made.notes)
        made.errors_file = store(f"{Path(made.file_name).stem}-错误行.xlsx", content, XLSX, made.loaded_by)
    made.save()


@dataclass
class Reading:
    """The rows of a file on their way into the list, with what was refused."""

    made: OutsideList
    kind: Kind
    stream: Stream
    beat: Callable[..., None]
    rows: int = 0
    rejected: int = 0
    refused: list[Refused] = field(default_factory=list)

    def values(self) -> Iterator[tuple]:
        """One tuple a good row, in the order of COLUMNS."""
        today, further = timezone.localdate(), [one.key for one in self.kind.columns]
        told = False
        for row in self.stream.rows:
            if not told:
                self._check_kind(row)
                told = True
            self.rows += 1
            if self.rows % BEAT_EVERY == 0:
                self.beat(self.rows, 0, f"已读 {self.rows:,} 行")
            errors: list[tuple[str, str]] = []
            found = self._judged(row, today, errors)
            if errors:
                self._refuse(row, errors)
                continue
            number, name, day, amount, label = found
            data = {key: drop_invisible(text) for key in further if (text := as_text(row.get(key)).strip())}
            yield (self.made.pk, row.number, number, name, day, amount, label, data)

    def _check_kind(self, row: RawRow) -> None:
        """A list of cars loaded as a list of the dead would find nobody, and say that nobody died."""
        if not any(key in row.head.places for key in self.kind.telling):
            raise UserError(
                f"这不像是{self.kind.name}：没有“{'”或“'.join(self.kind.telling)}”列。请核对名单种类。",
                field="kind",
            )

    def _judged(self, row: RawRow, today: date, errors: list[tuple[str, str]]) -> tuple:
        number = self._cell(row, "id_number", errors, lambda value: read_id(value, today)[0].number)
        name = self._cell(row, "name", errors, lambda value: clean_text(value)[0].replace(" ", "")[:60])
        for key, value in (("id_number", number), ("name", name)):
            if not value and not any(title == self.kind.title(key) for title, _ in errors):
                errors.append((self.kind.title(key), "没有填"))
        day = amount = None
        if self.kind.day:
            day = self._cell(row, self.kind.day, errors, lambda value: parse_day(value)[0])
        if self.kind.amount:
            unit = row.head.units.get(self.kind.amount, 1)
            amount = self._cell(row, self.kind.amount, errors, lambda value: parse_amount(value, unit)[0])
        label = " ".join(text for key in self.kind.label if (text := as_text(row.get(key)).strip()))
        return number, name, day, amount, drop_invisible(label)[:200]

    def _cell(self, row: RawRow, key: str, errors: list[tuple[str, str]], read: Callable[[Any], Any]) -> Any:
        value = row.get(key)
        if value is None or value == "":
            return None
        try:
            return read(value)
        except UserError as error:
            errors.append((self.kind.title(key), error.message))
            return None

    def _refuse(self, row: RawRow, errors: list[tuple[str, str]]) -> None:
        self.rejected += 1
        if len(self.refused) < MOST_ERRORS:
            self.refused.append(Refused(row.sheet, row.number, row.head.titles, row.cells, errors))

    def refuse_two_names(self) -> None:
        """One ID number with two names: nobody knows whose rows they are, so all of them come back."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                DELETE FROM rechecks_listrow WHERE list_id = %s AND id_number IN (
                    SELECT id_number FROM rechecks_listrow WHERE list_id = %s
                     GROUP BY id_number HAVING min(name) <> max(name))
                RETURNING row_no, id_number, name, data::text
                """,
                [self.made.pk, self.made.pk],
            )
            taken = sorted(cursor.fetchall())
        titles = [one.title for one in self.kind.all_columns()]
        for number, id_number, name, data in taken:
            self.rejected += 1
            if len(self.refused) < MOST_ERRORS:
                values = json.loads(data)
                cells = [id_number, name, *(values.get(one.key, "") for one in self.kind.columns)]
                self.refused.append(
                    Refused("", number, titles, cells, [("姓名", "同一身份证号有两个姓名，各行都没有载入")])
                )

    def notes(self) -> list[str]:
        left = self.rejected - len(self.refused)
        return [f"错误工作簿只列前 {MOST_ERRORS:,} 行，另有 {left:,} 行被拒绝。"] if left else []

    def first_reason(self) -> str:
        if not self.refused:
            return ""
        title, reason = self.refused[0].errors[0]
        return f"第 {self.refused[0].number} 行 {title}：{reason}。"


def _unknown(made: OutsideList) -> int:
    """Persons of the list whom the registry does not know; they are kept all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(DISTINCT r.id_number) FROM rechecks_listrow r
             WHERE r.list_id = %s AND NOT EXISTS (SELECT FROM registry_person p WHERE p.id_number = r.id_number)
            """,
            [made.pk],
        )
        return cursor.fetchone()[0]


# -- on the pages --------------------------------------------------------------------------------------------

LOAD = "rechecks.load"
MOST_BYTES = 400 * 1024 * 1024


def upload(kind: str, content: bytes, name: str, as_of: date, source: str, user: Any) -> Job:
    """Keep the file and start loading it; the list is there when the job is done. UserError as `load` where it can be
    told at once."""
    check_loader(user)
    wanted = kind_of(kind)
    check_as_of(as_of)
    if len(content) > MOST_BYTES:
        raise UserError("文件超过 400 MB，请由系统管理员用 load_list 命令载入。", field="file")
    open_stream(BytesIO(content), wanted.all_columns())
    with transaction.atomic():
        file = store(name, content, "application/octet-stream", user)
        params = {"kind": kind, "as_of": as_of.isoformat(), "source": source, "file": file.pk}
        return start_job(LOAD, f"载入{wanted.name} {name}"[:120], params, user, user.division_id)


def confirm(made: OutsideList, user: Any) -> OutsideList:
    """A second officer vouches for a list of the dead: from now on its clear hits hold payments by themselves.

    NotAllowed for the one who loaded it.
    """
    check_loader(user)
    with transaction.atomic():
        row = OutsideList.objects.select_for_update().get(pk=made.pk)
        if row.kind != "death":
            raise UserError("只有死亡名单需要确认。")
        if row.confirmed_at:
            raise UserError(f"{row.confirmed_by} 已确认过这份名单。")
        if row.loaded_by_id == user.pk:
            raise NotAllowed("名单由您载入，须由另一名业务人员确认。")
        row.confirmed_by, row.confirmed_at = user, timezone.now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row
