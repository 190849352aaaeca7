"""Taking an outside list in: read row by row, checked, loaded by COPY in one transaction, or not at all.

The list that was there before stays the newest until the new one is whole, so a list that is half loaded counts for
nobody. Rows that are wrong come back in an error workbook; what is wrong with the file as a whole refuses it.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.bulk import copy_in
from core.errors import NotAllowed, UserError
from core.files import XLSX, store
from core.jobs import start_job
from core.models import Job, StoredFile
from core.sheets import Head, RawRow, error_workbook
from core.streams import open_stream
from district.models import Division, DivisionLevel, Line, Role
from rechecks.kinds import KINDS, NAME, Kind
from rechecks.models import ListRow, OutsideList
from rechecks.reading import Reading

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
    stream = open_stream(file, kind.sought())
    reading = Reading(made.pk, kind, stream, beat)
    copy_in(ListRow._meta.db_table, reading.columns, reading.values())
    made.has_numbers = reading.has_numbers
    if made.has_numbers:
        made.unknown, two_names = _known(made)
        if two_names:
            _refuse_two_names(made, reading, two_names)
    else:
        made.unknown = _resembling_nobody(made)
    made.rows, made.rejected = reading.rows, reading.rejected
    made.loaded = made.rows - made.rejected
    if not made.rows:
        raise UserError("文件里只有表头，没有一行数据；没有载入。")
    if not made.loaded:
        raise UserError(f"{made.rows} 行中没有一行可用，没有载入。" + reading.first_reason())
    made.notes = [*stream.notes, *reading.notes()]
    if reading.refused:
        made.first_refused = reading.first_refused()
        content = error_workbook(reading.refused, kind.sought(), made.notes)
        made.errors_file = store(f"{Path(made.file_name).stem}-错误行.xlsx", content, XLSX, made.loaded_by)
    made.save()


def _known(made: OutsideList) -> tuple[int, list[str]]:
    """How many persons of the list the registry does not know (they are kept all the same), and the numbers that stand
    under two names."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE NOT two AND p.id IS NULL),
                   coalesce(array_agg(one.id_number) FILTER (WHERE two), '{}')
              FROM (SELECT id_number, min(name) <> max(name) AS two FROM rechecks_listrow
                     WHERE list_id = %s GROUP BY id_number) one
              LEFT JOIN registry_person p ON p.id_number = one.id_number
            """,
            [made.pk],
        )
        return cursor.fetchone()


def _refuse_two_names(made: OutsideList, reading: Reading, numbers: list[str]) -> None:
    """One ID number with two names: nobody knows whose rows they are, so all of them come back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM rechecks_listrow WHERE list_id = %s AND id_number = ANY(%s)
            RETURNING row_no, id_number, name, data::text
            """,
            [made.pk, numbers],
        )
        taken = sorted(cursor.fetchall())
    columns = reading.kind.all_columns()
    titles = [one.title for one in columns]
    for number, id_number, name, data in taken:
        values = json.loads(data)
        cells = [id_number, name, *(values.get(one.key, "") for one in reading.kind.columns)]
        row = RawRow("", number, cells, Head(titles, {}))
        reading.refuse(row, [(NAME.title, "同一身份证号有两个姓名，各行都没有载入")])


def _resembling_nobody(made: OutsideList) -> int:
    """People of a list without numbers of whose name and birth date nobody is registered."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT DISTINCT name, born_from, born_to, township, village FROM rechecks_listrow WHERE list_id = %s
            ) r WHERE NOT EXISTS (
                SELECT FROM registry_person p
                 WHERE p.name = r.name AND p.birth_date BETWEEN r.born_from AND r.born_to)
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
    Reading(0, wanted, open_stream(BytesIO(content), wanted.sought()), lambda *_: None)
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
        if not row.has_numbers:
            raise UserError("名单没有身份证号，只提示疑似，不能作为自动暂缓的依据。")
        if row.confirmed_at:
            raise UserError(f"{row.confirmed_by} 已确认过这份名单。")
        if row.loaded_by_id == user.pk:
            raise NotAllowed("名单由您载入，须由另一名业务人员确认。")
        row.confirmed_by, row.confirmed_at = user, timezone.now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row
