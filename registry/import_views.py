"""Importing on the pages: choose a file, look at what would happen, write, download what was refused, take back."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localtime

from core.files import download
from core.filters import mask
from core.pages import Action, Confirm, DetailPage, VerbView
from core.places import Stat
from core.sheets import Column, tidy_title
from registry import batches, forms
from registry.lists import ImportList
from registry.models import ImportBatch, ImportRow, ImportState, RowAction

PAGE = 50
CRUMBS: list[tuple[str, Any]] = [("工作台", "/"), ("批量导入", reverse_lazy("registry:imports"))]
EDITORS = {"township_clerk", "bureau_officer"}
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
    """Choose a file; checking starts, nothing is written."""

    title, form_class, roles, crumbs = "导入文件", forms.ImportFile, EDITORS, CRUMBS
    button = "上传并检查"

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("registry:imports")

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        file = data["file"]
        self.batch = batches.upload("registry", file.name, file.read(), request.user)
        return "文件已上传，正在检查；检查完之前什么也不写入。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.batch.get_absolute_url()


class ImportScope:
    roles: ClassVar[Iterable[str]] = ImportList.roles

    def queryset(self, request: HttpRequest) -> Any:
        visible = ImportBatch.objects.visible_to(request.user)
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
        return [obj.file.name, f"{by} 上传"]

    def actions(self, request: HttpRequest, obj: ImportBatch) -> list[Action]:
        if obj.state == ImportState.WRITTEN or not batches.may_import(request.user):
            return []
        return [Action("重新选择文件", reverse("registry:import_new"))]

    def data(self, request: HttpRequest, obj: ImportBatch) -> dict[str, Any]:
        counts = obj.counts
        shown = request.GET.get("show", "")
        if shown not in dict(TABS):
            shown = next((key for key, _ in TABS if counts.get(key)), "created")
        page = max(int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1, 1)
        rows = _rows(obj, shown)[(page - 1) * PAGE : page * PAGE + 1]
        columns = batches.importer_of(obj.kind).columns
        to_write = counts.get("created", 0) + counts.get("updated", 0)
        return {
            "batch": obj,
            "steps": _steps(obj),
            "stats": _stats(obj) if counts else [],
            "tabs": [(key, label, counts.get(key, 0)) for key, label in TABS],
            "shown": shown,
            "shown_label": dict(TABS)[shown],
            "rows": [_row(row, obj.titles.get(row.sheet, []), columns) for row in rows[:PAGE]],
            "several_sheets": len(obj.titles) > 1,
            "page": page,
            "more": len(rows) > PAGE,
            "to_write": to_write,
            "running": obj.state in (ImportState.CHECKING, ImportState.WRITING),
            "may": batches.may_import(request.user),
        }


def _rows(batch: ImportBatch, shown: str) -> Any:
    rows = ImportRow.objects.filter(batch=batch).order_by("id")
    if shown == "fixed":
        return rows.exclude(fixed=[]).exclude(action=RowAction.REJECTED)
    return rows.filter(action=shown)


def _row(row: ImportRow, titles: list[str], columns: Sequence[Column]) -> dict[str, Any]:
    """What the preview shows of a row; numbers that identify stay masked."""
    names = {tidy_title(title): one for one in columns for title in (one.title, *one.synonyms)}
    cells: dict[str, str] = {}
    for title, cell in zip(titles, row.raw, strict=False):
        column = names.get(tidy_title(title))
        if column and column.key not in cells:
            cells[column.key] = mask(cell) if column.identifier and column.key != "household" else cell
    wrong = {column for column, _ in row.errors}
    keys = ("household", "name", "id_number", "relation", "village")
    official = {one.key: one.title for one in columns}
    return {
        "number": row.row_no,
        "sheet": row.sheet,
        "cells": [(cells.get(key, ""), official.get(key) in wrong) for key in keys],
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

    roles, crumbs = EDITORS, CRUMBS


class WriteImport(ImportVerb):
    """The preview is let through."""

    title = "写入登记册"

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
            lead=f"将撤销导入 {obj.file.name}："
            f"新建 {counts.get('created', 0):,} 行，更新 {counts.get('updated', 0):,} 行。",
            button=f"撤销 {obj.file.name}",
            undo="导入之后又被改动过的、已有案件或待遇的居民和家庭不能撤销，结果页逐条列出原因。",
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
