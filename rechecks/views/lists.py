"""Pages of the outside lists: what there is and how old, loading one, one list with what was refused."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from core.files import download
from core.models import Job, JobState
from core.pages import Action, Confirm, DetailPage, Page, TemplatePage, VerbView
from rechecks import loading
from rechecks.forms import ListForm
from rechecks.kinds import KINDS
from rechecks.models import OutsideList
from rechecks.services import is_stale, missing_kinds, newest_lists
from rechecks.views import BUREAU, HOME, LISTS, OFFICER, OfRelief


class Lists(OfRelief, TemplatePage):
    """Coverage: every kind with its newest list, its day and age; what is missing is said aloud."""

    title, template_name, crumbs = "比对名单", "rechecks/lists.html", [HOME, ("比对名单", "")]
    roles = BUREAU

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role not in OFFICER:
            return []
        return [Action("载入名单", reverse("rechecks:list_new"), primary=True)]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        today = timezone.localdate()
        by_name = newest_lists(has_numbers=False)
        rows = [
            {
                "kind": KINDS[code],
                "list": one,
                "age": (today - one.as_of).days if one else None,
                "stale": one and is_stale(one, today),
                "refused": f"有 {one.rejected:,} 行没有载入" if one else "",
            }
            for code, by_number in newest_lists().items()
            for one in ([by_number, by_name[code]] if by_name[code] else [by_number])
        ]
        lists = OutsideList.objects.visible_to(request.user).select_related("loaded_by")
        week = timezone.now() - timedelta(days=7)
        jobs = Job.objects.filter(kind=loading.LOAD).exclude(state=JobState.DONE)
        jobs = jobs.exclude(state=JobState.FAILED, created_at__lt=week).order_by("-pk")
        return {
            "rows": rows,
            "missing": missing_kinds(),
            "lists": lists.order_by("-loaded_at")[:60],
            "jobs": [job for job in jobs[:5] if request.user.is_whole_district],
        }


class NewList(OfRelief, VerbView):
    """Load a list; the good one before it stays in force until this one is whole."""

    title, button, form_class, roles, crumbs = "载入名单", "载入名单", ListForm, OFFICER, [HOME, LISTS]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"as_of": timezone.localdate()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        file = data["file"]
        self.job = loading.upload(
            data["kind"], file.read(), file.name, data["as_of"], data["source"], request.user
        )
        return "文件已上传，正在载入；载入完成前仍用原来的名单。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("rechecks:lists")

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("rechecks:lists")


class OfList:
    def queryset(self, request: HttpRequest) -> Any:
        return OutsideList.objects.visible_to(request.user).select_related("loaded_by", "confirmed_by")


def needs_confirming(made: OutsideList) -> bool:
    """A list of the dead may hold payments once a second officer vouches for it; one without ID numbers never."""
    return made.kind == "death" and made.has_numbers and not made.confirmed_at


class ListPage(OfRelief, OfList, DetailPage):
    """One list: counts, notes, the first rows, the refused ones to download."""

    template_name, crumbs, roles = "rechecks/list.html", [HOME, LISTS], BUREAU

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [obj.source or "来源未填", obj.file_name, f"{obj.loaded:,} 行可用"]

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        if not needs_confirming(obj) or request.user.role not in OFFICER:
            return []
        why = "名单由您载入，须由另一名业务人员确认。" if obj.loaded_by_id == request.user.pk else ""
        return [Action("确认名单", "" if why else reverse("rechecks:list_confirm", args=[obj.pk]), why=why)]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        kind = KINDS[obj.kind]
        rows = list(obj.entries.order_by("row_no")[:20])
        for row in rows:
            row.cells = [row.data.get(column.key, "") for column in kind.columns]
        return {
            "kind": kind,
            "rows": rows,
            "current": newest_lists(obj.has_numbers)[obj.kind] == obj,
            "needs_confirming": needs_confirming(obj),
            "stale": is_stale(obj, timezone.localdate()),
        }


class ConfirmList(OfRelief, OfList, VerbView):
    title, button, roles = "确认名单", "确认名单", OFFICER

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LISTS, (str(self.object), self.object.get_absolute_url())]

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        return Confirm(
            lead=f"确认{obj}可靠。以后的回头看将按它自动暂缓发放单人户死亡次月起的待遇。",
            button="确认名单",
            undo="暂缓可以随时解除，解除后补发。",
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        loading.confirm(obj, request.user)
        return f"已确认{obj}。"


class RefusedRows(OfRelief, Page):
    """The error workbook of a list, with a trace."""

    roles = OFFICER

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        made = get_object_or_404(OutsideList.objects.visible_to(request.user), pk=pk)
        if made.errors_file is None:
            raise Http404
        return download(request, made.errors_file, f"{made} 错误行")
