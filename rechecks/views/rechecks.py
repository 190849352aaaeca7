"""Pages of the recheck runs: start one, what it found, by list and township, on which lists it rested."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.months import format_month, month_of
from core.pages import Action, DetailPage, TemplatePage, VerbView
from core.places import Stat
from district.models import Division, DivisionLevel
from rechecks import matching, services
from rechecks.forms import MonthForm, PreviewForm
from rechecks.kinds import KINDS, matched
from rechecks.models import CLEARED, Finding, FindingState, Recheck
from rechecks.views import BUREAU, CHANGED, CLEARED_ONES, HOME, OFFICER, RECHECKS, OfRelief


class Rechecks(OfRelief, TemplatePage):
    """Month by month: compared, found, decided."""

    title, template_name, crumbs = "回头看", "rechecks/rechecks.html", [HOME, ("回头看", "")]
    roles = BUREAU

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role not in OFFICER:
            return []
        return [Action("开始回头看", reverse("rechecks:recheck_new"), primary=True)]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        found = Recheck.objects.visible_to(request.user).select_related("started_by", "job")
        return {"rechecks": list(found[:36]), "missing": services.missing_kinds()}


class NewRecheck(OfRelief, VerbView):
    title, button, form_class, roles, crumbs = "开始回头看", "开始比对", MonthForm, OFFICER, [HOME, RECHECKS]
    template_name, confirm_first = "rechecks/recheck_new.html", False

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"month": month_of(timezone.localdate())}

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"missing": services.missing_kinds(), "stale": services.stale_kinds()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.made = services.start_recheck(data["month"], request.user)
        return f"已开始 {format_month(data['month'])} 回头看，可离开本页。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("rechecks:rechecks")


class RecheckPage(OfRelief, DetailPage):
    """What a month's comparison found, township by township and list by list; every figure opens its rows."""

    template_name, crumbs, roles = "rechecks/recheck.html", [HOME, RECHECKS], BUREAU

    def queryset(self, request: HttpRequest) -> Any:
        return Recheck.objects.visible_to(request.user).select_related("started_by", "job")

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        who = obj.started_by.full_name if obj.started_by else "系统"
        return [f"比对待遇 {obj.checked:,} 份", f"{who} {timezone.localtime(obj.started_at):%Y-%m-%d %H:%M}"]

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        if request.user.role not in OFFICER:
            return [Action("打印", print=True)]
        return [
            Action("打印", print=True),
            Action("重新比对", reverse("rechecks:recheck_again", args=[obj.pk]), method="post"),
        ]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        mine = Finding.objects.visible_to(request.user).filter(recheck=obj)
        return {
            "stats": self.stats(obj, mine),
            "lists": [
                (KINDS[kind], used) for kind, used in services.used_lists(obj) if KINDS[kind].is_matched
            ],
            "kinds": list(matched()),
            "townships": self.matrix(obj, mine),
            "month": format_month(obj.month),
        }

    def stats(self, obj: Recheck, mine: Any) -> list[Stat]:
        counts = mine.aggregate(
            found=Count("pk", filter=~Q(state__in=services.NOT_COUNTED)),
            open=Count("pk", filter=Q(state=FindingState.OPEN)),
            reported=Count("pk", filter=Q(state=FindingState.REPORTED)),
            in_case=Count("pk", filter=Q(state=FindingState.IN_CASE)),
            ended=Count("pk", filter=Q(state__in=[FindingState.ENDED, FindingState.REDUCED])),
            cleared=Count("pk", filter=Q(state__in=CLEARED)),
        )
        rows = f"{reverse('rechecks:findings')}?recheck={obj.pk}"
        return [
            Stat("疑点", counts["found"], "条", f"其中本次新增 {obj.new} 条", f"{rows}&state="),
            Stat("待核查", counts["open"], "条", "乡镇（街道）入户核查", f"{rows}&state=open"),
            Stat("待审定", counts["reported"], "条", "区局审定", f"{rows}&state=reported"),
            Stat("办案中", counts["in_case"], "条", "停发或变更案件", f"{rows}&state=in_case"),
            Stat("已停发或变更", counts["ended"], "条", "案件已执行", f"{rows}&state={CHANGED}"),
            Stat("保留或名单有误", counts["cleared"], "条", "误报", f"{rows}&state={CLEARED_ONES}"),
        ]

    def matrix(self, obj: Recheck, mine: Any) -> list[dict[str, Any]]:
        counted = mine.exclude(state__in=services.NOT_COUNTED).order_by()
        found: dict[tuple[str, str], int] = {}
        for division, kind, count in counted.values_list("division_id", "kind").annotate(Count("pk")):
            key = division[:9], kind
            found[key] = found.get(key, 0) + count
        rows = []
        for place in Division.objects.filter(level=DivisionLevel.TOWNSHIP).order_by("code"):
            cells = [
                (kind, found.get((place.pk, kind.code), 0 if services.is_compared(obj, kind.code) else None))
                for kind in matched()
            ]
            rows.append({"place": place, "cells": cells, "total": sum(count or 0 for _, count in cells)})
        return rows


class Again(OfRelief, VerbView):
    """The same month once more, on the lists that are there now."""

    roles = OFFICER

    def queryset(self, request: HttpRequest) -> Any:
        return Recheck.objects.visible_to(request.user)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        services.start_recheck(obj.month, request.user)
        return f"已重新开始 {format_month(obj.month)} 回头看。"


class Preview(OfRelief, VerbView):
    """How many holdings a changed line or exemption would hit; nothing is written. The lines themselves are parameters
    of the admin, each with the month from which it is in force."""

    title, roles, crumbs, form_class = "试算规则变动", OFFICER, [HOME, RECHECKS], PreviewForm
    template_name, button = "rechecks/preview.html", "试算"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        month = month_of(timezone.localdate())
        return {"month": month, **matching.Rules.in_force(month).shown()}

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("rechecks:rechecks")

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> HttpResponse:
        month = data.pop("month")
        found = services.preview(month, data)
        return self.show(request, None, self.get_form(request, None, request.POST), found=found, month=month)
