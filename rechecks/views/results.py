"""成效: what the year's rechecks led to, by list, township and programme; as a page with a chart and as xlsx."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from core.audit import log_access
from core.excel import Book
from core.files import XLSX, respond
from core.models import AccessKind
from core.pages import Action, TemplatePage
from core.places import Stat
from core.templatetags.ui import money_text
from rechecks import outcomes, reached
from rechecks.models import Finding, Lead
from rechecks.recovered import of_findings
from rechecks.views import HOME, SEEING, leads

TABLES = (
    ("按名单", outcomes.by_list),
    ("按停发原因", outcomes.by_reason),
    ("按乡镇（街道）", outcomes.by_township),
    ("按项目", outcomes.by_programme),
)
HEADS = [
    "",
    "疑点",
    "待办",
    "停发（户）",
    "停发（人）",
    "变更",
    "每月少发（元）",
    "多发（元）",
    "已追回（元）",
    "平均办结（日）",
    "误报率",
]


class Results(TemplatePage):
    title, template_name = "核查成效", "rechecks/results.html"
    crumbs, roles = [HOME, ("核查成效", "")], SEEING

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("year", "")
        if text and not (text.isdigit() and 1900 <= int(text) <= 2999):
            raise Http404
        mine, people = (model.objects.visible_to(request.user) for model in (Finding, Lead))
        months = (rows.order_by().values_list("first_month", flat=True).distinct() for rows in (mine, people))
        self.years = sorted({month.year for found in months for month in found})
        self.year = int(text) if text else (self.years[-1] if self.years else timezone.localdate().year)
        self.rows = outcomes.of_year(mine, self.year)
        self.money = of_findings(self.rows)
        self.help = leads.tables(people, self.year)
        if request.GET.get("export") == "xlsx":
            return self.export(request)
        return super().get(request, *args, **kwargs)

    def facts(self, request: HttpRequest) -> list[Any]:
        return [f"{self.year} 年", str(request.user.division)]

    def actions(self, request: HttpRequest) -> list[Action]:
        export = (
            [Action("导出本年成效", url=f"?year={self.year}&export=xlsx")] if self.rows or self.help else []
        )
        return [Action("打印", print=True), *export]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        tables = [(title, self.table(key)) for title, key in TABLES]
        months = self.table(lambda one: (f"{one.first_month:%m}", f"{one.first_month.month} 月"))
        return {
            "year": self.year,
            "years": self.years,
            "tables": tables,
            "stats": self.stats() if self.rows or self.help else [],
            "months": months,
            "help": self.help,
            "points": [(row.label, row.findings, row.households) for row in months],
        }

    def stats(self) -> list[Stat]:
        all_of_it = outcomes.whole(self.rows, self.money)
        got = self.help[0][1][-1] if self.help else reached.Row("")
        share = all_of_it.false_share
        return [
            Stat("疑点", f"{all_of_it.findings:,}", "条", f"还有 {all_of_it.open:,} 条待办"),
            Stat("停发", f"{all_of_it.households:,}", "户", f"{all_of_it.persons:,} 人"),
            Stat("每月少发", money_text(all_of_it.saved), "元", "停发待遇的月金额"),
            Stat("多发", money_text(all_of_it.overpaid), "元", f"已追回 {money_text(all_of_it.back)} 元"),
            Stat("误报", "—" if share is None else f"{100 * share:.1f}", "%", "保留或名单有误，占已办结"),
            Stat(
                "应保未保",
                f"{got.found:,}",
                "人",
                f"{got.reached:,} 人已享受，每月 {money_text(got.monthly)} 元",
            ),
        ]

    def table(self, key: Any) -> list[outcomes.Row]:
        return outcomes.table(self.rows, key, self.money)

    def export(self, request: HttpRequest) -> HttpResponse:
        title = f"{self.year} 核查成效（{request.user.division}）"
        rows: list[list[Any]] = []
        for name, key in TABLES:
            rows += [[name], *(self.values(row) for row in self.table(key))]
        detail = {"year": self.year, "rows": len(rows)}
        log_access(request.user, AccessKind.EXPORT, title, "rechecks:results", detail=detail, request=request)
        book = Book()
        book.sheet("核查成效", title, HEADS, rows)
        leads.add_sheet(book, f"{self.year} 应保尽保成效（{request.user.division}）", self.help)
        return respond(f"{title}.xlsx", book.content(), XLSX)

    @staticmethod
    def values(row: outcomes.Row) -> list[Any]:
        counts = [row.findings, row.open, row.households, row.persons, row.reduced]
        return [row.label, *counts, row.saved, row.overpaid, row.back, row.average_days, row.false_share]
