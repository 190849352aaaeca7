"""Importing on the pages: choose a file, look at what would happen, write, download what was refused, take back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localtime

from core.files import XLSX, download, respond
from core.filters import mask
from core.importing import Importer
from core.pages import Action, Confirm, DetailPage, Page, VerbView
from core.places import Stat
from core.sheets import Column, template_workbook, tidy_title
from registry import batches, forms
from registry.lists import ImportList
from registry.models import ImportBatch, ImportRow, ImportState, RowAction

PAGE = 50
CRUMBS: list[tuple[str, Any]] = [("工作台", "/"), ("批量导入", reverse_lazy("registry:imports"))]
TABS = (
    ("rejected", "拒绝"),
    ("fixed", "自动修复"),
    ("created", "新建"),
    ("updated", "更新"),
    ("unchanged", "未变"),
)
STEPS = ("选择文件", "检查", "预览", "写入", "结果")
_STEP_OF = {
    ImportState.CHECKING: 1,
    ImportState.CHECKED: 2,
    ImportState.WRITING: 3,
    ImportState.WRITTEN: 4,
    ImportState.UNDONE: 4,
    ImportState.DISCARDED: 2,
    ImportState.FAILED: 1,
}


class NewImport(VerbView):
    """Choose a ledger and a file; checking starts, nothing is written. `?kind=` is the ledger."""

    title, form_class, roles, crumbs = "导入文件", forms.ImportFile, batches.IMPORTING, CRUMBS
    template_name, button = "registry/import_new.html", "上传并检查"

    def ledger(self, request: HttpRequest) -> type[Importer]:
        """The one asked for among those that are the user's to import; the first of them when none is."""
        mine = batches.importable(request.user)
        if not mine:
            raise PermissionDenied("您的角色没有可以导入的台账。")
        kind = request.GET.get("kind")
        found = next((one for one in mine if one.kind == kind), None if kind else mine[0])
        if found is None:
            raise PermissionDenied("您的角色不能导入这种台账。")
        return found

    def load(self, request: HttpRequest) -> None:
        self.chosen = self.ledger(request)

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "chosen": self.chosen,
            "ledgers": batches.importable(request.user),
            "columns": _described(self.chosen.columns),
        }

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("registry:imports")

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        file = data["file"]
        self.batch = batches.upload(self.chosen.kind, file.name, file.read(), request.user)
        return "文件已上传，正在检查；检查完之前什么也不写入。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.batch.get_absolute_url()


def _described(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Each column with what the clerk has to know: whether it is needed, and how else it may be called."""
    groups = Counter(one.group for one in columns if one.group)
    found = []
    for one in columns:
        others = [
            other.title for other in columns if one.group and other.group == one.group and other is not one
        ]
        need = "必填" if one.required else ""
        if need and groups[one.group] > 1:
            need = f"必填，或填{'、'.join(others)}"
        found.append({"title": one.title, "need": need, "also": "、".join(one.synonyms)})
    return found


class ImportTemplate(Page):
    """An empty workbook with a ledger's titles."""

    roles = batches.IMPORTING

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        found = next((one for one in batches.importable(request.user) if one.kind == kind), None)
        if found is None:
            raise Http404
        return respond(f"{found.title}模板.xlsx", template_workbook(found.title, found.columns), XLSX)


class ImportScope:
    roles: ClassVar[Iterable[str]] = ImportList.roles

    def queryset(self, request: HttpRequest) -> Any:
        visible = batches.visible_batches(request.user)
        return visible.select_related("file", "job", "created_by", "errors_file").defer(
            "file__content", "errors_file__content"
        )


class ImportPage(ImportScope, DetailPage):
    """One import: progress while it runs, the preview, the result."""

    template_name, crumbs = "registry/import.html", CRUMBS

    def get_title(self) -> str:
        names = {
            ImportState.CHECKING: "正在检查",
            ImportState.CHECKED: "导入预览",
            ImportState.WRITING: "正在处理",
            ImportState.WRITTEN: "导入结果",
        }
        return (
            names.get(self.object.state, f"导入{self.object.get_state_display()}") if self.object else "导入"
        )

    def facts(self, request: HttpRequest, obj: ImportBatch) -> list[Any]:
        by = obj.created_by or "命令行"
        return [batches.title_of(obj.kind), obj.file.name, f"{by} 上传"]

    def actions(self, request: HttpRequest, obj: ImportBatch) -> list[Action]:
        if obj.state == ImportState.WRITTEN or not batches.may_import(request.user, obj.kind):
            return []
        return [Action("重新选择文件", _again(obj))]

    def data(self, request: HttpRequest, obj: ImportBatch) -> dict[str, Any]:
        counts = obj.counts
        shown = request.GET.get("show", "")
        if shown not in dict(TABS):
            shown = next((key for key, _ in TABS if counts.get(key)), "created")
        page = max(int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1, 1)
        rows = _rows(obj, shown)[(page - 1) * PAGE : page * PAGE + 1]
        importer = batches.importer_of(obj.kind)
        preview = _preview(importer, obj.titles)
        to_write = counts.get("created", 0) + counts.get("updated", 0)
        return {
            "batch": obj,
            "steps": _steps(obj),
            "stats": _stats(obj) if counts else [],
            "tabs": [(key, label, counts.get(key, 0)) for key, label in TABS],
            "shown": shown,
            "shown_label": dict(TABS)[shown],
            "heads": [column.title for column in preview],
            "rows": [_row(row, obj.titles.get(row.sheet, []), importer, preview) for row in rows[:PAGE]],
            "several_sheets": len(obj.titles) > 1,
            "page": page,
            "more": len(rows) > PAGE,
            "to_write": to_write,
            "running": obj.state in (ImportState.CHECKING, ImportState.WRITING),
            "may": batches.may_import(request.user, obj.kind),
            "can_undo": batches.can_undo(obj.kind),
            "again": _again(obj),
        }


def _again(batch: ImportBatch) -> str:
    return f"{reverse('registry:import_new')}?kind={batch.kind}"


def _names(columns: Sequence[Column]) -> dict[str, Column]:
    """Columns by every title that they go by."""
    return {tidy_title(title): one for one in columns for title in (one.title, *one.synonyms)}


def _preview(importer: type[Importer], titles: dict[str, list[str]]) -> list[Column]:
    """The columns shown of each row: those the ledger names, else the first five needed ones that the file has."""
    columns = {one.key: one for one in importer.columns}
    if importer.preview:
        return [columns[key] for key in importer.preview]
    names = _names(importer.columns)
    there = {
        names[tidy_title(title)].key
        for head in titles.values()
        for title in head
        if tidy_title(title) in names
    }
    needed = [one for one in importer.columns if one.required and (one.key in there or not one.group)]
    others = [one for one in importer.columns if not one.required and one.key in there]
    return [*needed, *others][:5]


def _rows(batch: ImportBatch, shown: str) -> Any:
    rows = ImportRow.objects.filter(batch=batch).order_by("id")
    if shown == "fixed":
        return rows.exclude(fixed=[]).exclude(action=RowAction.REJECTED)
    return rows.filter(action=shown)


def _row(
    row: ImportRow, titles: list[str], importer: type[Importer], preview: Sequence[Column]
) -> dict[str, Any]:
    """What the preview shows of a row; numbers that identify people stay masked."""
    names = _names(importer.columns)
    cells: dict[str, str] = {}
    for title, cell in zip(titles, row.raw, strict=False):
        column = names.get(tidy_title(title))
        if column and column.key not in cells:
            hidden = column.identifier and column.key not in importer.unmasked
            cells[column.key] = mask(cell) if hidden else cell
    wrong = {column for column, _ in row.errors}
    return {
        "number": row.row_no,
        "sheet": row.sheet,
        "cells": [(cells.get(column.key, ""), column.title in wrong) for column in preview],
        "errors": row.errors,
        "fixed": row.fixed,
        "changes": [(label, _masked(before), _masked(after)) for label, before, after in row.changes],
    }


def _masked(text: str) -> str:
    return mask(text) if len(text) >= 8 and text[:-1].isdigit() else text


def _steps(batch: ImportBatch) -> list[dict[str, Any]]:
    now = _STEP_OF[ImportState(batch.state)]
    counts = batch.counts
    notes = [
        f"{batch.file.size / 1024:,.0f} KB，{len(batch.titles) or 1} 个工作表",
        f"{counts['rows']:,} 行" if counts else "后台检查，可离开本页",
        "尚未写入任何内容" if now <= 2 else "已看过",
        "后台执行，可离开本页"
        if now <= 3
        else f"{localtime(batch.written_at):%m-%d %H:%M}"
        if batch.written_at
        else "",
        batch.get_state_display() if now == 4 else "错误工作簿、撤销",
    ]
    return [
        {"name": name, "state": "done" if n < now else "now" if n == now else "later", "note": notes[n]}
        for n, name in enumerate(STEPS)
    ]


def _stats(batch: ImportBatch) -> list[Stat]:
    counts = batch.counts

    def at(key: str) -> str:
        return f"{batch.get_absolute_url()}?show={key}"

    written = {
        ImportState.WRITTEN: "已写入",
        ImportState.UNDONE: "已撤销",
        ImportState.DISCARDED: "没有写入",
    }.get(ImportState(batch.state), "将写入")
    return [
        Stat("读取", f"{counts['rows']:,}", "行", "合计、空行不算"),
        Stat("新建", f"{counts['created']:,}", "行", written, at("created")),
        Stat("更新", f"{counts['updated']:,}", "行", "逐条可查", at("updated")),
        Stat("未变", f"{counts['unchanged']:,}", "行", "不写入", at("unchanged")),
        Stat(
            "拒绝",
            f"{counts['rejected']:,}",
            "行",
            "不影响其他行",
            at("rejected"),
            "bad" if counts["rejected"] else "",
        ),
        Stat(
            "其中已自动修复",
            f"{counts['fixed']:,}",
            "行",
            "含在新建、更新、未变内",
            at("fixed"),
            "warn" if counts["fixed"] else "",
        ),
    ]


class ImportVerb(ImportScope, VerbView):
    """A step of an import."""

    roles, crumbs = batches.IMPORTING, CRUMBS


class WriteImport(ImportVerb):
    """The preview is let through."""

    title = "写入导入"

    def act(self, request: HttpRequest, obj: ImportBatch, data: Any) -> str:
        batches.start_writing(obj, request.user)
        return "正在写入，可离开本页。"


class DiscardImport(ImportVerb):
    title = "放弃导入"

    def act(self, request: HttpRequest, obj: ImportBatch, data: Any) -> str:
        batches.discard(obj, request.user)
        return "已放弃，什么也没有写入。"


class UndoImport(ImportVerb):
    title, confirm_first = "撤销导入", True

    def confirm(self, request: HttpRequest, obj: ImportBatch) -> Confirm:
        counts = obj.counts
        return Confirm(
            lead=f"将撤销导入的{batches.title_of(obj.kind)} {obj.file.name}："
            f"新建 {counts.get('created', 0):,} 行，更新 {counts.get('updated', 0):,} 行。",
            button=f"撤销 {obj.file.name}",
            undo="导入之后又被改动过的、已被业务用到的不能撤销，结果页逐条列出原因。",
            danger=True,
        )

    def act(self, request: HttpRequest, obj: ImportBatch, data: Any) -> str:
        batches.start_undo(obj, request.user)
        return "正在撤销，可离开本页。"


class ImportErrors(ImportScope, DetailPage):
    """The error workbook; giving it out leaves a trace."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.get_object(request)
        if batch.errors_file is None:
            raise Http404
        return download(request, batch.errors_file, f"导入错误行 {batch.file.name}")
