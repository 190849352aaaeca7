"""Pages of 抽查: draw a sample, visit it, and what it says about the whole."""

import secrets
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from core.audit import log_access
from core.excel import Book
from core.files import XLSX, respond
from core.models import AccessKind
from core.months import format_month, month_of
from core.pages import Action, DetailPage, TemplatePage, VerbView
from core.places import Stat
from core.templatetags.ui import money_text
from district.models import Line
from rechecks import sampling
from rechecks.forms import DrawForm, SpotForm
from rechecks.models import SpotCheck, SpotCheckItem, SpotResult
from rechecks.views import CLERK, HOME, OFFICER, SEEING, SPOTS, OfRelief

HEADS = [
    "户主或本人",
    "村（社区）",
    "住址",
    "项目",
    "保障人数",
    "月金额（元）",
    "结果",
    "情况",
    "入户日期",
    "核查人",
]

MOST_LISTED = 1000
# A visit decides nothing: what it found is taken up on the holding.
NEXT: dict[str, str] = {
    SpotResult.WRONG: "请点姓名到待遇页，按规定办理停发。",
    SpotResult.CHANGED: "请点姓名到待遇页，按规定办理变更。",
    SpotResult.NOT_MET: "见到本人后请更正结果。",
}


class SpotChecks(TemplatePage):
    title, template_name = "抽查", "rechecks/spot_checks.html"
    crumbs, roles = [HOME, ("抽查", "")], SEEING

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role in OFFICER and Line.RELIEF in request.user.lines:
            return [Action("抽取样本", reverse("rechecks:spot_check_new"), primary=True)]
        return []

    def data(self, request: HttpRequest) -> dict[str, Any]:
        mine = SpotCheckItem.objects.visible_to(request.user)
        checks = SpotCheck.objects.filter(items__in=mine).distinct().select_related("drawn_by")
        counts = dict(mine.order_by().values_list("check_of").annotate(Count("pk")))
        done = dict(mine.order_by().exclude(result="").values_list("check_of").annotate(Count("pk")))
        return {"rows": [(one, counts[one.pk], done.get(one.pk, 0)) for one in checks[:36]]}


class Draw(OfRelief, VerbView):
    title, button, form_class, roles, crumbs = "抽取样本", "抽取样本", DrawForm, OFFICER, [HOME, SPOTS]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"month": month_of(timezone.localdate()), "wanted": 100}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        seed = secrets.randbelow(2**31)
        self.made = sampling.draw(data["month"], data["wanted"], request.user, seed)
        return f"已从 {self.made.population:,} 份待遇中抽取 {self.made.wanted} 份，随机种子 {seed}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("rechecks:spot_checks")


class SpotCheckPage(DetailPage):
    template_name, roles, crumbs = "rechecks/spot_check.html", SEEING, [HOME, SPOTS]

    def queryset(self, request: HttpRequest) -> Any:
        mine = SpotCheckItem.objects.visible_to(request.user)
        return SpotCheck.objects.filter(items__in=mine).distinct()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self.export(request, get_object_or_404(self.queryset(request), pk=kwargs["pk"]))
        return super().get(request, *args, **kwargs)

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        return [Action("打印", print=True), Action("导出样本", url="?export=xlsx")]

    def export(self, request: HttpRequest, obj: SpotCheck) -> HttpResponse:
        """The sample to take along, and its results once they are there."""
        title = f"{obj}（{request.user.division}）"
        rows = [
            [
                one.entitlement.person.name,
                one.entitlement.division.name,
                one.entitlement.person.address,
                one.entitlement.programme.name,
                one.entitlement.persons,
                one.entitlement.monthly_amount,
                one.get_result_display(),
                one.words,
                f"{one.visited_on or ''}",
                str(one.visited_by or ""),
            ]
            for one in self.items(request, obj)
        ]
        detail = {"rows": len(rows)}
        log_access(
            request.user, AccessKind.EXPORT, title, f"spot_check:{obj.pk}", detail=detail, request=request
        )
        book = Book()
        book.sheet(
            "抽查样本", f"{title}，在享 {obj.population:,} 份，随机种子 {obj.seed}", HEADS, rows, words=4
        )
        return respond(f"{title}.xlsx", book.content(), XLSX)

    def items(self, request: HttpRequest, obj: SpotCheck) -> Any:
        joined = ("entitlement__person", "entitlement__programme", "entitlement__division", "visited_by")
        mine = SpotCheckItem.objects.visible_to(request.user).filter(check_of=obj)
        return mine.select_related(*joined).order_by("entitlement__division_id", "pk")

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [f"在享 {obj.population:,} 份", f"随机种子 {obj.seed}", f"{obj.drawn_by or '系统'}抽取"]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        items = SpotCheckItem.objects.visible_to(request.user).filter(check_of=obj)
        return {
            "items": self.items(request, obj)[:MOST_LISTED],
            "unlisted": max(0, items.count() - MOST_LISTED),
            "stats": self.stats(obj, items, request.user.is_whole_district),
            "may_record": request.user.role in CLERK,
        }

    def stats(self, obj: SpotCheck, items: Any, whole: bool) -> list[Stat]:
        counts = items.aggregate(
            all=Count("pk"),
            done=Count("pk", filter=~Q(result="")),
            wrong=Count("pk", filter=Q(result__in=["wrong", "changed"])),
        )
        found = [
            Stat("样本", counts["all"], "份", f"{format_month(obj.month)} 按乡镇（街道）和项目分层"),
            Stat("已入户", counts["done"], "份", f"还有 {counts['all'] - counts['done']} 份"),
            Stat("有问题", counts["wrong"], "份", "不应享受或应调整"),
        ]
        told = sampling.estimate(obj) if whole else None
        if told:
            middle, low, high = told.holdings
            bounds = f"95% 区间 {told.low:.1%} 至 {told.high:.1%}"
            found += [
                Stat("推断问题率", f"{100 * told.share:.1f}", "%", bounds),
                Stat("推断涉及", f"{middle:,}", "份", f"{low:,} 至 {high:,} 份，全部 {told.population:,} 份"),
            ]
        return found


class RecordItem(VerbView):
    title, button, form_class, roles = "登记抽查结果", "登记抽查结果", SpotForm, CLERK

    def queryset(self, request: HttpRequest) -> Any:
        joined = ("entitlement__person", "entitlement__programme", "entitlement__division", "check_of")
        return SpotCheckItem.objects.visible_to(request.user).select_related(*joined)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, SPOTS, (str(self.object.check_of), self.object.check_of.get_absolute_url())]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "visited_on": obj.visited_on or timezone.localdate(),
            "result": obj.result,
            "words": obj.words,
        }

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        held = obj.entitlement
        amount = f"{held.programme} 每月 {money_text(held.monthly_amount)} 元"
        return {"facts": [held.person.name, held.division.name, amount, f"保障 {held.persons} 人"]}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        row = sampling.record(obj, request.user, **data)
        return f"{obj.entitlement.person}：{row.get_result_display()}。{NEXT.get(row.result, '')}"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.check_of.get_absolute_url()

    back_url = success_url
