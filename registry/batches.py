"""Imports as kept: the file, each row with what became of it, the error workbook. Serves every ledger.

On the pages an import is two jobs (check, then write after someone has looked); commands do both at once.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core.bulk import copy_in, text_array
from core.cells import as_text, drop_invisible
from core.errors import Conflict, NotAllowed, UserError
from core.files import XLSX, store
from core.importing import Beat, Importer, Outcome, Row, errors_of, ignore_beat, take
from core.jobs import start_job
from district.models import Division, DivisionLevel, Role
from district.scope import ALL_LINES
from district.services import office_for
from registry.models import ImportBatch, ImportRow, ImportState

CHECK_JOB, WRITE_JOB, UNDO_JOB = "registry.import_check", "registry.import_write", "registry.import_undo"
# Whose work importing is, where a ledger lets them; others read.
IMPORTING = frozenset({Role.TOWNSHIP_CLERK, Role.BUREAU_OFFICER, Role.REGISTRAR})
MOST_BYTES = 50 * 1024 * 1024
_ledgers: dict[str, type[Importer]] = {}
_undoers: dict[str, Callable[[ImportBatch, Any], list[str]]] = {}


def ledger(kind: str, undo: Callable[[ImportBatch, Any], list[str]] | None = None) -> Callable:
    """Class decorator: make an importer known to the import pages under its kind.

    `undo(batch, user)` takes back what it can and gives, in words, what it could not.
    """

    def register(cls: type[Importer]) -> type[Importer]:
        cls.kind = kind
        _ledgers[kind] = cls
        if undo:
            _undoers[kind] = undo
        return cls

    return register


def importer_of(kind: str) -> type[Importer]:
    """The importer of a kind of ledger."""
    return _ledgers[kind]


def title_of(kind: str) -> str:
    """What a kind of ledger is called."""
    return _ledgers[kind].title if kind in _ledgers else kind


def titles() -> list[tuple[str, str]]:
    """All ledgers as choices: kind and title."""
    return [(kind, cls.title) for kind, cls in _ledgers.items()]


def may_import(user: Any, kind: str) -> bool:
    """Whether the account may take this ledger in: its role is one of the ledger's, and it works on its line."""
    found = _ledgers[kind]
    if user.role not in found.roles or (found.by_office and not user.office_id):
        return False
    return user.role in ALL_LINES or found.line in user.lines


def importable(user: Any) -> list[type[Importer]]:
    """The ledgers that the account may take in; that of persons and households first."""
    mine = [one for kind, one in _ledgers.items() if may_import(user, kind)]
    return sorted(mine, key=lambda one: (one.kind != "registry", one.title))


def visible_batches(user: Any) -> Any:
    """The imports that the account sees: of its area, line and office; whoever imports, of its own ledgers alone."""
    visible = ImportBatch.objects.visible_to(user)
    if user.role in IMPORTING:
        visible = visible.filter(kind__in=[one.kind for one in importable(user)])
    return visible


def can_undo(kind: str) -> bool:
    """Whether imports of this ledger can be taken back."""
    return kind in _undoers


def _check_right(user: Any, kind: str) -> None:
    if not may_import(user, kind):
        raise NotAllowed(f"您的角色不能导入{title_of(kind)}。")


# --- on the pages ---


def upload(kind: str, name: str, content: bytes, user: Any) -> ImportBatch:
    """Keep the file and start checking it; nothing is written by that."""
    _check_right(user, kind)
    if not content:
        raise UserError("文件是空的。", "file")
    if len(content) > MOST_BYTES:
        raise UserError("文件超过 50 MB，请分成几个文件导入。", "file")
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            kind=kind,
            line=_ledgers[kind].line,
            office_id=user.office_id if _ledgers[kind].by_office else None,
            file=store(name, content, "application/octet-stream", user),
            division_id=user.division_id,
            created_by=user,
        )
        batch.job = start_job(
            CHECK_JOB, f"检查导入文件 {name}"[:120], {"batch": batch.pk}, user, user.division_id
        )
        batch.save(update_fields=["job"])
    return batch


def start_writing(batch: ImportBatch, user: Any) -> ImportBatch:
    """The user has seen the preview and lets it be written."""
    return _next(batch, user, {ImportState.CHECKED}, ImportState.WRITING, WRITE_JOB, "写入")


def start_undo(batch: ImportBatch, user: Any) -> ImportBatch:
    """Take an import back, as far as that is possible."""
    if batch.kind not in _undoers:
        raise UserError(f"{title_of(batch.kind)}的导入不能整批撤销，请在业务里逐条更正。")
    return _next(batch, user, {ImportState.WRITTEN}, ImportState.WRITING, UNDO_JOB, "撤销")


def _next(batch: ImportBatch, user: Any, wanted: set, state: ImportState, job: str, verb: str) -> ImportBatch:
    _check_right(user, batch.kind)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state not in wanted:
            raise Conflict(f"这次导入已是“{batch.get_state_display()}”，不能{verb}。")
        batch.state = state
        batch.job = start_job(
            job, f"{verb}导入 {batch.file.name}"[:120], {"batch": batch.pk}, user, batch.division_id
        )
        batch.save(update_fields=["state", "job"])
    return batch


def discard(batch: ImportBatch, user: Any) -> ImportBatch:
    """Leave the checked file unwritten."""
    _check_right(user, batch.kind)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state not in (ImportState.CHECKED, ImportState.FAILED):
            raise Conflict(f"这次导入已是“{batch.get_state_display()}”，不能放弃。")
        batch.state = ImportState.DISCARDED
        batch.save(update_fields=["state"])
    return batch


# --- in the jobs ---


def check(batch: ImportBatch, beat: Beat = ignore_beat) -> None:
    """The preview: what would become of each row."""
    _carry_out(batch, False, beat)


def write(batch: ImportBatch, beat: Beat = ignore_beat) -> None:
    """Read and plan again under the lock, and write; a batch already written is left alone."""
    if batch.state == ImportState.WRITTEN:
        return
    _carry_out(batch, True, beat)


def undo(batch: ImportBatch, beat: Beat = ignore_beat) -> None:
    """Take the batch back; its notes say what could not be taken back and why."""
    if batch.state == ImportState.UNDONE:
        return
    with pghistory.context(user=_doer(batch), reason=f"撤销导入 {batch.file.name}", batch=batch.pk):
        left = _undoers[batch.kind](batch, beat)
    batch.state = ImportState.UNDONE
    batch.counts = {**batch.counts, "not_undone": len(left)}
    batch.notes = [f"没有撤销：{reason}"[:300] for reason in left[:500]] + batch.notes
    batch.save(update_fields=["state", "counts", "notes"])


def fail(batch: ImportBatch, reason: str, state: ImportState = ImportState.FAILED) -> None:
    """The job ended without result; the page says why."""
    batch.state = state
    batch.notes = [reason[:300], *batch.notes]
    batch.save(update_fields=["state", "notes"])


def _doer(batch: ImportBatch) -> int | None:
    """Who let this step be done; another than the one who chose the file, perhaps."""
    return batch.job.started_by_id if batch.job else batch.created_by_id


def _carry_out(batch: ImportBatch, writing: bool, beat: Beat) -> None:
    importer = importer_of(batch.kind)(batch.created_by)
    content = bytes(batch.file.content)
    context = {"reason": f"导入 {batch.file.name}", "batch": batch.pk, "user": _doer(batch)}
    with transaction.atomic(), pghistory.context(**context):
        outcome = take(importer, content, batch.file.name, writing, beat)
        _keep(batch, importer, outcome)
        batch.state = ImportState.WRITTEN if writing else ImportState.CHECKED
        batch.written_at = timezone.now() if writing else None
        batch.save()


def _keep(batch: ImportBatch, importer: Importer, outcome: Outcome) -> None:
    """Counts, notes, rows and error workbook of an outcome onto its batch; earlier ones are replaced."""
    batch.counts = outcome.counts
    batch.notes = [note[:300] for note in outcome.notes]
    batch.titles = {row.raw.sheet: row.raw.head.titles for row in outcome.rows}
    batch.rows.all().delete()
    copy_in(
        ImportRow._meta.db_table,
        ("batch_id", "sheet", "row_no", "raw", "data", "action", "fixed", "errors", "changes"),
        (_stored(batch.pk, row) for row in outcome.rows),
    )
    batch.errors_file = None
    if outcome.counts["rejected"]:
        name = f"{Path(batch.file.name).stem}-错误行.xlsx"
        content = errors_of(outcome, importer)
        batch.errors_file = store(name, content, XLSX, batch.created_by, outcome.counts["rejected"])


def _stored(batch: int, row: Row) -> tuple:
    return (
        batch,
        row.raw.sheet[:60],
        row.number,
        [drop_invisible(as_text(cell)) for cell in row.raw.cells],
        {key: value for key, value in row.data.items() if value is not None},
        row.action,
        text_array([word[:120] for word in row.fixed]),
        row.errors,
        row.changes,
    )


# --- commands ---


def take_file(
    importer_class: type[Importer], content: bytes, name: str, dry_run: bool
) -> tuple[Outcome, Importer]:
    """A file from the shell, whole district: looked at (`dry_run`), or taken in and kept as a batch."""
    importer = importer_class()
    if dry_run:
        return take(importer, content, name), importer
    district = Division.objects.filter(level=DivisionLevel.DISTRICT).order_by("code").first()
    if district is None:
        raise UserError("还没有行政区划，不能导入。")
    with transaction.atomic(), pghistory.context(by="命令行导入", reason=f"导入 {name}"):
        outcome = take(importer, content, name, write=True)
        batch = ImportBatch(
            kind=importer.kind,
            line=importer.line,
            office_id=_office_of(importer, district),
            file=store(name, content, "application/octet-stream"),
            division=district,
            state=ImportState.WRITTEN,
            written_at=timezone.now(),
        )
        batch.save()
        _keep(batch, importer, outcome)
        batch.save()
    return outcome, importer


def _office_of(importer: Importer, district: Division) -> str | None:
    """Whose registrars will see what a command took in: the office the ledger names, else the marriage registry."""
    if not importer.by_office:
        return None
    if importer.office:
        return importer.office
    try:
        office = office_for(Role.REGISTRAR, "", district)
    except UserError as error:
        raise UserError(f"没有写明这份{importer.title}是哪个机构的。") from error
    return office.pk if office else None


class ImportCommand(BaseCommand):
    """Base of the import commands: `importer_class` is all a subclass says."""

    importer_class: ClassVar[type[Importer]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="xlsx、xls 或 csv 文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--errors", metavar="OUT.xlsx", help="把被拒绝的行写到这个工作簿")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出计数")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = _read(options["file"])
            out = _writable(options["errors"])
            name = Path(options["file"]).name
            outcome, importer = take_file(self.importer_class, content, name, options["dry_run"])
        except UserError as error:
            raise CommandError(error.message) from error
        if out is not None:
            out.write_bytes(errors_of(outcome, importer))
        if options["json"]:
            self.stdout.write(json.dumps({**outcome.counts, **_remarks(outcome)}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(in_words(outcome, options["dry_run"])))


def _remarks(outcome: Outcome) -> dict[str, Any]:
    return {
        "hidden_sheets": outcome.tables.hidden,
        "unknown_columns": outcome.tables.unknown,
        "notes": outcome.notes,
    }


def in_words(outcome: Outcome, dry_run: bool = False) -> Iterable[str]:
    """The summary for a person at a shell."""
    c = outcome.counts
    yield (
        f"{'只检查，未写入：' if dry_run else ''}共 {c['rows']} 行：新建 {c['created']}，更新 {c['updated']}，"
        f"未变 {c['unchanged']}（其中修复 {c['fixed']}），拒绝 {c['rejected']}。"
    )
    yield from outcome.notes
    for row in outcome.rejected()[:20]:
        reasons = "；".join(f"{column}：{reason}" for column, reason in row.errors)
        yield f"  {row.raw.sheet} {row.where}：{reasons}"
    if c["rejected"] > 20:
        yield f"  ……其余 {c['rejected'] - 20} 行见错误工作簿（--errors）。"


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"找不到文件 {path}。") from error
    except OSError as error:
        raise UserError(f"文件 {path} 读不了：{error.strerror}。") from error


def _writable(path: str | None) -> Path | None:
    """The error workbook's place, tried before anything is written to the registry."""
    if not path:
        return None
    try:
        with open(path, "ab"):
            pass
    except OSError as error:
        raise UserError(f"错误工作簿 {path} 写不了：{error.strerror}。") from error
    return Path(path)
