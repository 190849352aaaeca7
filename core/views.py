"""Pages that belong to no trade: workbench, search, a job's progress, revealing a masked number, saved filters."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from core import places
from core.audit import log_access
from core.files import download
from core.filters import mask
from core.models import AccessKind, Job, JobState, SavedFilter, StoredFile
from core.pages import Action, DetailPage, Page, TemplatePage
from core.templatetags.ui import job_context

SAVED_FILTERS_EACH = 12


def group_todos(items: list[places.TodoItem]) -> list[tuple[str, str, list[places.TodoItem]]]:
    """Overdue, today, this week, next week, later — as (title, tone, items), empty groups left out."""
    today = timezone.localdate()
    week_end = today + timedelta(days=6 - today.weekday())
    groups: dict[str, list[places.TodoItem]] = {
        "已逾期": [],
        "今日到期": [],
        "本周内到期": [],
        "以后到期": [],
        "不限期": [],
    }
    for item in items:
        if item.due_on is None:
            groups["不限期"].append(item)
        elif item.overdue or item.due_on < today:
            groups["已逾期"].append(item)
        elif item.due_on == today:
            groups["今日到期"].append(item)
        elif item.due_on <= week_end:
            groups["本周内到期"].append(item)
        else:
            groups["以后到期"].append(item)
    tones = {"已逾期": "bad", "今日到期": "warn"}
    return [
        (f"{title} {len(found)} 件", tones.get(title, ""), found) for title, found in groups.items() if found
    ]


class Workbench(TemplatePage):
    """What is late, what is due today, what comes this week, each with its next step as a link."""

    template_name = "pages/workbench.html"
    title = "工作台"

    def facts(self, request: HttpRequest) -> list[Any]:
        return [str(request.user.division), request.user.get_role_display()]

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("打印今日待办", print=True)]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        items = places.todos.for_user(request.user)
        found = places.panels.at("workbench", request.user)
        return {
            "groups": group_todos(items),
            "count": len(items),
            "stats": places.workbench.for_user(request.user),
            "main_panels": [panel for panel in found if not panel.side],
            "side_panels": [panel for panel in found if panel.side],
        }


class SearchPage(TemplatePage):
    """The search box's answer. One single hit is opened at once."""

    template_name = "pages/search.html"
    title = "查找"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:40]
        groups = places.search.find(request.user, text) if text else []
        hits = [hit for group in groups for hit in group.hits]
        if len(hits) == 1:
            return redirect(hits[0].url)
        facts = [f"“{text}”", f"{len(hits)} 条"] if text else []
        return self.render(groups=groups, search_text=text, facts=facts)


class JobScope:
    """Jobs that the user started, or that lie in the user's area (whole-district jobs: whole-district users)."""

    def queryset(self, request: HttpRequest) -> Any:
        area = request.user.division_id
        return Job.objects.filter(Q(started_by=request.user) | Q(area__startswith=area))


class JobPage(JobScope, DetailPage):
    """A job of its own, for work that has no page of its own."""

    template_name = "pages/job.html"
    crumbs = [("工作台", "/"), ("后台任务", "")]


class JobPanel(JobScope, DetailPage):
    """The progress panel alone, asked for by htmx every two seconds; its last answer no longer asks."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = self.get_object(request)
        response = render(request, "components/job.html", job_context(job, request.user))
        if job.state in {"done", "failed"} and request.headers.get("HX-Request"):
            response["HX-Refresh"] = "true"
        return response


class JobFile(Page):
    """The file that a job made (`result["file"]`), for the one who asked for it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = get_object_or_404(Job, pk=self.kwargs["pk"], started_by=request.user, state=JobState.DONE)
        file = get_object_or_404(StoredFile, pk=job.result.get("file") or 0)
        return download(request, file, target=job.title)


class Reveal(Page):
    """A masked number in full, for a reason and with a trace; only that field is reloaded."""

    title = "查看完整号码"

    def find(self, request: HttpRequest) -> tuple[places.Revealable, Any]:
        known = places.reveals.get(self.kwargs["key"], request.user)
        if known is None:
            raise Http404
        return known, get_object_or_404(known.queryset(request.user), pk=self.kwargs["pk"])

    def answer(self, request: HttpRequest, fragment: str, status: int = 200, **more: Any) -> HttpResponse:
        context = {"key": self.kwargs["key"], "pk": self.kwargs["pk"], **more}
        if request.headers.get("HX-Request"):
            response = render(request, f"components/{fragment}.html", context, status=200)
        else:
            response = self.render(
                "pages/reveal.html", status=status, fragment=f"components/{fragment}.html", **context
            )
        response["Cache-Control"] = "no-store"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known, obj = self.find(request)
        return self.answer(request, "reveal_form", mask=mask(known.value(obj)), target=known.target(obj))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known, obj = self.find(request)
        value, target = known.value(obj), known.target(obj)
        purpose = request.POST.get("purpose", "").strip()
        if len(purpose) < 2:
            words = "请写明查看事由。"
            return self.answer(request, "reveal_form", 422, mask=mask(value), target=target, error=words)
        log_access(
            request.user, AccessKind.REVEAL, target, f"{known.key}:{obj.pk}", purpose=purpose, request=request
        )
        return self.answer(request, "revealed", mask=mask(value), value=value, target=target)


def _back(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("next", "")
    return redirect(address if url_has_allowed_host_and_scheme(address, None) else "core:workbench")


class SaveFilter(Page):
    """Keeps the conditions of a list under a name; the same name again replaces them."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name, page = request.POST.get("name", "").strip()[:40], request.POST.get("page", "")[:60]
        query = request.POST.get("query", "")
        mine = SavedFilter.objects.filter(user=request.user, page=page)
        if not name or not page:
            messages.error(request, "请给常用筛选起个名称。")
        elif len(query) > 500:
            messages.error(request, "条件太多，存不下，请去掉几个再存。")
        elif mine.exclude(name=name).count() >= SAVED_FILTERS_EACH:
            messages.error(request, f"每个页面最多存 {SAVED_FILTERS_EACH} 个常用筛选，请先删除不用的。")
        else:
            mine.update_or_create(user=request.user, page=page, name=name, defaults={"query": query})
            messages.success(request, f"已存为常用筛选“{name}”。")
        return _back(request)


class DeleteFilter(Page):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.POST.get("pk", "")
        found = get_object_or_404(SavedFilter, user=request.user, pk=int(key) if key.isdigit() else 0)
        found.delete()
        messages.success(request, f"已删除常用筛选“{found.name}”。")
        return _back(request)
