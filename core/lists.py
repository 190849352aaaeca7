"""The generic list page: filter, chips, bulk bar, table, total of the whole filter, export — declared, not repeated."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.errors import UserError
from core.excel import table_workbook
from core.exports import start_export, traced
from core.files import XLSX, respond
from core.models import SavedFilter
from core.pages import Action, BulkAction, Confirm, Page
from core.templatetags import ui

COUNT_LIMIT = 10_000
MAX_PAGE = 400
MOST_ROWS = 1_000_000


class ListPage(Page):
    """Declare `queryset`, `filterset_class`, `table_class`; everything else has a default.

    `defaults` are conditions that hold until the user removes their chip. `unit` is the counter word (户, 人, 件).
    `totals(queryset)` aggregates the whole filter: `{"count": n, "<column>": sum, …}`.
    """

    template_name = "pages/list.html"
    filterset_class: Any = None
    table_class: Any = None
    key = ""
    unit = "条"
    per_page = 50
    defaults: ClassVar[dict[str, str]] = {}
    bulk_actions: ClassVar[list[BulkAction]] = []
    exportable = True
    export_limit = 20_000
    empty_why = ""

    def queryset(self, request: HttpRequest) -> Any:
        """Scoped rows: `Model.objects.visible_to(request.user)` with what the table needs joined."""
        raise NotImplementedError

    def totals(self, queryset: Any) -> dict[str, Any]:
        return {}

    def facts(self, request: HttpRequest, count_words: str) -> list[Any]:
        return [count_words]

    def actions(self, request: HttpRequest) -> list[Action]:
        return []

    def data(self, request: HttpRequest) -> Mapping[str, Any]:
        return {}

    # -- one request -------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filterset, queryset = self.filtered(request)
        if self.exportable and request.GET.get("export") == "xlsx":
            return self.export(request, queryset)
        return self.show(request, filterset, queryset)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A bulk action on the ticked rows (`pk=…`) or on the whole filter (`whole=1`), always in scope."""
        action = next(
            (one for one in self.allowed_bulk(request) if one.name == request.POST.get("action")), None
        )
        if action is None:
            raise PermissionDenied("您的角色不办理这项业务。")
        _, queryset = self.filtered(request)
        if request.POST.get("whole") != "1":
            keys = [key for key in request.POST.getlist("pk") if key.isdigit()]
            queryset = queryset.filter(pk__in=keys)
        if not queryset.exists():
            messages.warning(request, "没有选中任何一行。")
            return redirect(request.get_full_path())
        if action.confirm and request.POST.get("confirmed") != "1":
            return self.confirm_bulk(request, action, queryset)
        try:
            outcome = getattr(self, f"bulk_{action.name}")(request, queryset)
        except UserError as error:
            messages.error(request, error.message)
            return redirect(request.get_full_path())
        if isinstance(outcome, HttpResponse):
            return outcome
        messages.success(request, outcome)
        return redirect(request.get_full_path())

    def filtered(self, request: HttpRequest) -> tuple[Any, Any]:
        """The filterset and its rows; a condition that can't be read shows nothing and says so."""
        queryset = self.queryset(request)
        if self.filterset_class is None:
            return None, queryset
        values = request.GET.copy()
        for name, value in self.defaults.items():
            if name not in values:
                values[name] = value
        filterset = self.filterset_class(values, queryset=queryset, request=request)
        return filterset, filterset.qs if filterset.is_valid() else queryset.none()

    def table(self, request: HttpRequest, queryset: Any) -> Any:
        """The table in the order that the URL asks for, ties broken by key so that pages never overlap."""
        table = self.table_class(queryset, order_by=request.GET.get("sort") or None, request=request)
        order = table.data.data.query.order_by or table.data.data.model._meta.ordering
        if not {"pk", "-pk", "id", "-id"} & set(order):
            table.data.data = table.data.data.order_by(*order, "pk")
        return table

    def show(self, request: HttpRequest, filterset: Any, queryset: Any) -> HttpResponse:
        page = self.page_number(request)
        table = self.table(request, queryset)
        start = (page - 1) * self.per_page
        rows = list(table.rows[start : start + self.per_page + 1])
        has_next = len(rows) > self.per_page
        rows = rows[: self.per_page]
        totals = self.totals(queryset)
        count = totals.get("count")
        if count is None:
            count = start + len(rows) if not has_next and (rows or page == 1) else self.count(queryset)
        words = self.count_words(count)
        context = {
            "facts": self.facts(request, words),
            "actions": self.head_actions(request, words),
            "table": table,
            "columns": [self.head(request, column) for column in table.columns],
            "rows": [self.row(table, row) for row in rows],
            "footer": self.footer(table, totals, words, has_next or page > 1),
            "filterset": filterset,
            "chips": self.chips(request, filterset),
            "saved": SavedFilter.objects.filter(user=request.user, page=self.get_key()),
            "clear_url": self.clear_url(request),
            "key": self.get_key(),
            "bulk": self.allowed_bulk(request),
            "unit": self.unit,
            "count_words": words,
            "total_words": self.total_words(table, totals),
            "page": page,
            "previous": page - 1,
            "next": page + 1 if has_next and page < MAX_PAGE else None,
            "first_row": start + 1,
            "last_row": start + len(rows),
            "empty_why": self.empty_why,
            "empty_title": f"没有符合条件的{self.get_title()}",
            **self.data(request),
        }
        return self.render(**context)

    # -- pieces --------------------------------------------------------------------------------------------

    def get_key(self) -> str:
        """Under which name saved filters of this page are kept."""
        return self.key or self.request.resolver_match.view_name

    def page_number(self, request: HttpRequest) -> int:
        text = request.GET.get("page", "1")
        return min(max(int(text), 1), MAX_PAGE) if text.isdigit() and len(text) < 6 else 1

    def count(self, queryset: Any) -> int:
        """At most COUNT_LIMIT + 1: nobody reads a million, and counting them costs a second."""
        return queryset.order_by()[: COUNT_LIMIT + 1].count()

    def count_words(self, count: int) -> str:
        return (
            f"{COUNT_LIMIT:,} 余{self.unit}"
            if count > COUNT_LIMIT and not self.counts_all
            else f"{count:,} {self.unit}"
        )

    @property
    def counts_all(self) -> bool:
        """Whether `totals` counts the whole filter (then the number is exact, however large)."""
        return type(self).totals is not ListPage.totals

    def allowed_bulk(self, request: HttpRequest) -> list[BulkAction]:
        role = getattr(request.user, "role", None)
        return [action for action in self.bulk_actions if not action.roles or role in action.roles]

    def head_actions(self, request: HttpRequest, words: str) -> list[Action]:
        actions = [Action("打印", print=True)]
        if self.exportable:
            query = request.GET.copy()
            query["export"] = "xlsx"
            query.pop("page", None)
            actions.append(Action(f"导出 {words}", url=f"?{query.urlencode()}"))
        return actions + self.actions(request)

    def head(self, request: HttpRequest, column: Any) -> dict[str, Any]:
        """A column's head: its sort link and `aria-sort`."""
        current = request.GET.get("sort", "")
        link = ""
        if column.orderable:
            query = request.GET.copy()
            query.pop("page", None)
            query["sort"] = f"-{column.name}" if current == column.name else column.name
            link = f"?{query.urlencode()}"
        sort = {column.name: "ascending", f"-{column.name}": "descending"}.get(current, "")
        css = css_of(column, "th")
        return {"header": column.header, "css": css, "link": link, "sort": sort, "name": column.name}

    def row(self, table: Any, row: Any) -> dict[str, Any]:
        record = row.record
        cells = [(css_of(column, "td"), cell) for column, cell in row.items()]
        return {
            "pk": record.pk,
            "cells": cells,
            "name": str(record),
            "persons": getattr(record, table.persons, "") if table.persons else "",
            "amount": getattr(record, table.amount, "") if table.amount else "",
        }

    def footer(
        self, table: Any, totals: dict[str, Any], words: str, more_pages: bool
    ) -> list[dict[str, Any]]:
        """合计 of the whole filter: the label spans the columns before the first sum."""
        if not any(key != "count" for key in totals):
            return []
        cells: list[dict[str, Any]] = []
        label = f"合计 {words}" + ("（含其他页）" if more_pages else "")
        before: list[str] = []
        for column in table.columns:
            css = css_of(column, "td")
            value = totals.get(column.name)
            if value is None and not cells:
                before.append(css)
                continue
            if not cells:
                cells = self.footer_label(label, before)
            cells.append({"label": total_text(value), "span": 1, "css": css})
        return cells

    def footer_label(self, label: str, before: list[str]) -> list[dict[str, Any]]:
        """The label over the columns before; those that a tablet drops get cells of their own, to be dropped too."""
        dropped = [css for css in before if "drop" in css.split()]
        span = max(len(before) - len(dropped), 1)
        return [
            {"label": label, "span": span, "css": ""},
            *({"label": "", "span": 1, "css": css} for css in dropped),
        ]

    def total_words(self, table: Any, totals: dict[str, Any]) -> str:
        """What the bulk bar says when the whole filter is taken: persons and sum."""
        parts = []
        if table.persons and totals.get(table.persons) is not None:
            parts.append(f"{totals[table.persons]:,} 人")
        if table.amount and totals.get(table.amount) is not None:
            parts.append(f"{ui.money_text(totals[table.amount])} 元")
        return "，".join(parts)

    def chips(self, request: HttpRequest, filterset: Any) -> list[dict[str, str]]:
        """The active conditions in words, each with the address without it."""
        if filterset is None or not filterset.is_valid():
            return []
        chips = []
        for name, value in filterset.form.cleaned_data.items():
            if value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
                continue
            query = request.GET.copy()
            for key in (name, f"{name}_min", f"{name}_max", f"{name}_after", f"{name}_before", "page"):
                query.pop(key, None)
            if name in self.defaults:
                query[name] = ""
            field = filterset.form.fields[name]
            words = f"{field.label}：{value_words(field, value)}"
            chips.append({"words": words, "url": f"?{query.urlencode()}"})
        return chips

    def clear_url(self, request: HttpRequest) -> str:
        """The list without any condition, the default ones included."""
        blank = "&".join(f"{name}=" for name in self.defaults)
        return f"{request.path}?{blank}" if blank else request.path

    def confirm_bulk(self, request: HttpRequest, action: BulkAction, queryset: Any) -> HttpResponse:
        totals = self.totals(queryset)
        words = f"{totals.get('count', None) or queryset.count():,} {self.unit}"
        sums = self.total_words(self.table_class([]), totals)
        lead = f"将对 {words}" + (f"（{sums}）" if sums else "") + f"{action.label}。"
        confirm = Confirm(
            lead=lead, button=f"{action.label} {words}", undo=action.confirm, danger=action.danger
        )
        hidden = [
            (key, value)
            for key, values in request.POST.lists()
            for value in values
            if key != "csrfmiddlewaretoken"
        ]
        return self.render(
            "pages/verb.html",
            confirm=confirm,
            hidden=hidden,
            back=request.get_full_path(),
            form=None,
            title=action.label,
        )

    def export(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """The whole filter as xlsx, with a trace; long lists in the background. Identity numbers stay masked."""
        rows = queryset.order_by()[: MOST_ROWS + 1].count()
        if rows > MOST_ROWS:
            messages.error(
                request, f"超过 {MOST_ROWS:,} {self.unit}，一张表放不下，请先用条件缩小范围再导出。"
            )
            query = request.GET.copy()
            query.pop("export")
            return redirect(f"{request.path}?{query.urlencode()}")
        if rows > self.export_limit:
            return redirect("core:job", pk=start_export(self, request, rows).pk)
        content, rows = table_workbook(self.get_title(), self.table(request, queryset))
        traced(self, request.user, rows, request.GET.urlencode(), request)
        return respond(f"{self.get_title()}-{timezone.localdate():%Y%m%d}.xlsx", content, XLSX)


def css_of(column: Any, cell: str) -> str:
    """The CSS classes of a column's head (`th`) or cells (`td`)."""
    return column.attrs.get(cell, {}).get("class") or ""


def total_text(value: Any) -> str:
    """A sum: money with two places, counts with thousands."""
    if isinstance(value, Decimal):
        return ui.money_text(value)
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def value_words(field: Any, value: Any) -> str:
    """A filter's value as its user reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, slice):
        return f"{value.start if value.start is not None else '…'} 至 {value.stop if value.stop is not None else '…'}"
    if isinstance(value, str):
        choices = dict(_flat(getattr(field, "choices", ())))
        return str(choices.get(value, value))
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m}" if "data-month" in field.widget.attrs else f"{value:%Y-%m-%d}"
    if isinstance(value, Iterable):
        choices = dict(_flat(getattr(field, "choices", ())))
        return "、".join(str(choices.get(one, one)) for one in value)
    return str(value)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups; lazy model choices are left alone."""
    if hasattr(choices, "queryset"):
        return []
    flat: list[tuple[Any, Any]] = []
    for value, label in choices:
        flat.extend(label if isinstance(label, (list, tuple)) else [(value, label)])
    return flat
