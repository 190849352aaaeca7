"""年度统计, and the lists behind its figures."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone

from benefits.models import Programme
from core import places
from core.audit import log_access
from core.errors import UserError
from core.files import XLSX, respond
from core.lists import ListPage
from core.models import AccessKind
from core.pages import Action, TemplatePage
from core.places import Stat
from reports import figures as counting
from reports.sheet import workbook
from reports.tables import EntitlementRows, EntitlementTable, PaymentRows, PaymentTable
from reports.yearbook import FIGURES, endings, heads, rows_url, table

ROLES = {"township_clerk", "township_leader", "bureau_officer", "finance", "leader", "auditor"}


class YearFigures(TemplatePage):
    """The year counted from rows, inside the user's area and lines; every figure leads to what was counted."""

    template_name = "reports/year.html"
    title = "年度统计"
    menu_url = "reports:year"
    crumbs = [("工作台", "/"), ("查询统计", "")]
    roles = ROLES

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.rows = counting.Rows.visible_to(request.user)
        self.years = counting.years(self.rows)
        self.year = self.asked_year(request)
        self.figures = counting.figures(self.year, self.rows)
        codes = {key.split(".")[0] for key in self.figures}
        self.programmes = list(Programme.objects.filter(pk__in=codes))
        self.lines = table(self.year, self.figures, self.programmes)
        self.endings = endings(self.year, self.figures, self.programmes)
        self.rooms = places.figures.of_year(self.year, request.user)
        self.months = counting.by_month(self.year, self.rows)
        if request.GET.get("export") == "xlsx":
            return self.export(request)
        return super().get(request, *args, **kwargs)

    def asked_year(self, request: HttpRequest) -> int:
        """The year in the address, else the newest one that has payments."""
        text = request.GET.get("year", "")
        if not text:
            return self.years[0] if self.years else timezone.localdate().year
        try:
            return counting.check_year(int(text))
        except (ValueError, UserError):
            raise Http404 from None

    def facts(self, request: HttpRequest) -> list[Any]:
        return [f"{self.year} 年", str(request.user.division), "从发放明细和待遇逐行计数"]

    def actions(self, request: HttpRequest) -> list[Action]:
        export = Action("导出本年统计", url=f"?year={self.year}&export=xlsx")
        return [Action("打印", print=True), *([export] if self.figures or self.rooms else [])]

    def data(self, request: HttpRequest) -> Mapping[str, Any]:
        shown = self.shown(request)
        months = [row for row in self.months if shown is None or row.programme == shown.pk]
        return {
            "year": self.year,
            "years": self.years,
            "heads": heads(),
            "columns": FIGURES,
            "lines": self.lines,
            "endings": self.endings,
            "stats": self.stats(),
            "programmes": self.programmes if len(self.programmes) > 1 else [],
            "shown": shown,
            "months": self.month_rows(months, shown),
            "points": self.points(months),
            "rooms": self.rooms,
        }

    def shown(self, request: HttpRequest) -> Programme | None:
        """The programme whose months are asked for; None: all together."""
        asked = request.GET.get("programme", "")
        return next((one for one in self.programmes if one.pk == asked), None)

    def stats(self) -> list[Stat]:
        """The sums over all programmes that the opening of a report quotes."""
        if not self.lines:
            return []
        sums = {cell.figure.key: cell for cell in self.lines[-1].cells}
        wanted = (
            ("household_months", "累计保障", "户次"),
            ("person_months", "累计保障", "人次"),
            ("amount", "发放金额", "万元"),
            ("new_households", "新增", "户"),
            ("ended_households", "停发", "户"),
            ("live_households", "12 月在册", "户"),
        )
        found = []
        for key, label, unit in wanted:
            value = sums[key].value
            if value is not None:
                figure = f"{Decimal(value) / 10_000:,.2f}" if key == "amount" else f"{value:,}"
                found.append(Stat(label, figure, unit, url=sums[key].url))
        return found

    def month_rows(
        self, months: list[counting.MonthFigures], shown: Programme | None
    ) -> list[dict[str, Any]]:
        """One row a month: of the programme shown, or of all together."""
        about = {"programme": shown.pk} if shown else {}
        found: dict[date, dict[str, Any]] = {}
        for row in months:
            one = found.setdefault(row.month, {"households": 0, "persons": 0, "amount": Decimal(0)})
            one["households"] += row.households
            one["persons"] += row.persons
            one["amount"] += row.amount
        for month, one in found.items():
            one |= {
                "month": month,
                "counted": rows_url("counted", self.year, month=f"{month:%Y-%m}", **about),
                "paid": rows_url("paid", self.year, month=f"{month:%Y-%m}", **about),
            }
        return list(found.values())

    def points(self, months: list[counting.MonthFigures]) -> list[tuple[str, Decimal | None]]:
        """Yuan a month over all programmes; a month without a payment breaks the line."""
        sums: dict[date, Decimal] = {}
        for row in months:
            sums[row.month] = sums.get(row.month, Decimal(0)) + row.amount
        return [(f"{n} 月", sums.get(date(self.year, n, 1))) for n in range(1, 13)] if sums else []

    def export(self, request: HttpRequest) -> HttpResponse:
        title = f"{self.year} 年度统计（{request.user.division}）"
        log_access(
            request.user,
            AccessKind.EXPORT,
            target=title,
            target_key="reports:year",
            detail={"year": self.year, "rows": len(self.lines)},
            request=request,
        )
        names = {programme.pk: programme.name for programme in self.programmes}
        months = [
            [f"{one.month:%Y-%m}", names[one.programme], one.households, one.persons, one.amount]
            for one in self.months
        ]
        content = workbook(title, self.lines, self.endings, months, self.rooms)
        return respond(f"年度统计-{self.year}.xlsx", content, XLSX)


class FigureRows(ListPage):
    """What a figure counted: paid payments, the household-months among them, new, ended or live entitlements."""

    roles = ROLES
    menu_url = "reports:year"
    titles = {
        "paid": "已发放明细",
        "counted": "计入户次的发放",
        "new": "新增待遇",
        "ended": "停发待遇",
        "live": "12 月在册待遇",
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.kind, self.year = self.kwargs["behind"], self.kwargs["year"]
        if self.kind not in self.titles or not 1900 <= self.year <= 2999:
            raise Http404
        self.of_payments = self.kind in ("paid", "counted")
        self.filterset_class = PaymentRows if self.of_payments else EntitlementRows
        self.table_class = PaymentTable if self.of_payments else EntitlementTable
        self.unit = "笔" if self.of_payments else "户"
        self.key = f"reports:rows:{self.kind}"
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.year} 年{self.titles[self.kind]}"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [("工作台", "/"), ("年度统计", f"{reverse_lazy('reports:year')}?year={self.year}")]

    def queryset(self, request: HttpRequest) -> Any:
        rows = counting.Rows.visible_to(request.user)
        if self.of_payments:
            chosen = counting.paid if self.kind == "paid" else counting.paid_months
            return (
                chosen(rows.payments, self.year)
                .select_related("programme")
                .prefetch_related("run")
                .order_by("-run_id", "id")
            )
        count = {"new": counting.new, "ended": counting.ended, "live": counting.live}[self.kind]
        found = count(rows.entitlements, self.year).select_related("person", "programme", "division")
        return found.order_by("division_id", "id")

    def totals(self, queryset: Any) -> dict[str, Any]:
        if self.of_payments:
            return queryset.aggregate(count=Count("pk"), persons=Sum("persons"), amount=Sum("amount"))
        return queryset.aggregate(
            count=Count("pk"), persons=Sum("persons"), monthly_amount=Sum("monthly_amount")
        )
