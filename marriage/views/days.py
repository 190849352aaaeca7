"""日登记簿: the day line by line, its closing, its print."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse, reverse_lazy

from casework.services import today
from core.audit import log_access
from core.lists import ListPage
from core.models import AccessKind
from core.pages import Action, Confirm, TemplatePage, VerbView
from core.tables import DayColumn, NameColumn, NumberColumn, Table, TextColumn
from marriage import days
from marriage.forms import CloseForm
from marriage.models import DayRegister
from marriage.views.common import DESK, HOME, AtCounter

DAYS: tuple[str, Any] = ("日登记簿", reverse_lazy("marriage:days"))


def day_of(text: str) -> date:
    """A day of an address; 404 for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


class DayTable(Table):
    day = NameColumn(verbose_name="日期", url=lambda row: reverse("marriage:day", args=[row.day]))
    married = NumberColumn(verbose_name="结婚证", empty_values=(), orderable=False)
    divorced = NumberColumn(verbose_name="离婚证", empty_values=(), orderable=False)
    reissued = NumberColumn(verbose_name="补发", empty_values=(), orderable=False)
    spoiled = NumberColumn(verbose_name="作废", empty_values=(), orderable=False)
    closed_by = TextColumn(verbose_name="关簿人", drop=True)
    closed_at = DayColumn(verbose_name="关簿时间", drop=True)

    def _sum(self, record: DayRegister, key: str, *letters: str) -> int:
        return sum(one[key] for one in record.lines if not letters or one["letter"] in letters)

    def render_day(self, value: date) -> str:
        return f"{value:%Y-%m-%d}"

    def render_married(self, record: DayRegister) -> int:
        return self._sum(record, "standing", "J")

    def render_divorced(self, record: DayRegister) -> int:
        return self._sum(record, "standing", "L")

    def render_reissued(self, record: DayRegister) -> int:
        return self._sum(record, "standing", "BJ", "BL")

    def render_spoiled(self, record: DayRegister) -> int:
        return self._sum(record, "spoiled")

    value_married, value_divorced = render_married, render_divorced
    value_reissued, value_spoiled = render_reissued, render_spoiled


class ClosedDays(AtCounter, ListPage):
    """The closed days of the own office."""

    title, unit, crumbs = "日登记簿", "日", [HOME, DESK, ("日登记簿", "")]
    table_class = DayTable

    def queryset(self, request: HttpRequest) -> Any:
        return DayRegister.objects.visible_to(request.user).select_related("closed_by").order_by("-day")

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("今日登记簿", reverse("marriage:day", args=[today()]), primary=True)]


class OfDay(AtCounter):
    """A day of the own office, its couples by name: each look leaves a trace."""

    kwargs: dict[str, Any]

    def day(self) -> date:
        return day_of(self.kwargs["day"])

    def trace(self, request: HttpRequest, kind: Any) -> None:
        words = f"婚姻登记 {self.day():%Y-%m-%d} 日登记簿"
        log_access(request.user, kind, words, f"marriage-day:{self.day()}", request=request)

    def register(self, request: HttpRequest) -> DayRegister | None:
        rows = DayRegister.objects.visible_to(request.user).select_related("closed_by", "office")
        return rows.filter(day=self.day()).first()

    def of_day(self, request: HttpRequest) -> dict[str, Any]:
        office, register = request.user.office, self.register(request)
        return {
            "day": self.day(),
            "office": office,
            "register": register,
            "lines": register.lines if register else days.lines(office, self.day()),
            "entries": days.entries(office, self.day()),
        }


class DayPage(OfDay, TemplatePage):
    """One day: every number given or spoiled, the sums, and whether it is closed."""

    template_name = "marriage/day.html"

    def get_title(self) -> str:
        return f"{self.day():%Y-%m-%d} 登记簿"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, DESK, DAYS]

    def actions(self, request: HttpRequest) -> list[Action]:
        found = [Action("打印登记簿", reverse("marriage:day-print", args=[self.day()]))]
        if self.register(request) is None and self.day() <= today():
            found.append(Action("关簿", reverse("marriage:day-close", args=[self.day()]), primary=True))
        return found

    def data(self, request: HttpRequest) -> dict[str, Any]:
        self.trace(request, AccessKind.VIEW)
        return self.of_day(request)


def day_words(line: dict[str, Any]) -> str:
    """A kind's numbers of the day in a line."""
    if not line["given"] and not line["spoiled"]:
        return "没有"
    numbers = f"，{line['first']} 至 {line['last']}" if line["given"] else ""
    return f"{line['standing']} 件{numbers}，作废 {line['spoiled']} 号"


class CloseDay(OfDay, VerbView):
    """关簿, with the day's numbers before one's eyes."""

    title, form_class, button = "关闭日登记簿", CloseForm, "关簿"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, DESK, DAYS]

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        office = request.user.office
        facts = [(one["label"], day_words(one)) for one in days.lines(office, self.day())]
        waiting = days.unprinted(office, self.day())
        if waiting:
            facts.append(("请核对", f"还没有打印：{'、'.join(waiting)}"))
        return Confirm(
            lead=f"关闭 {self.day():%Y-%m-%d} 的登记簿。",
            button=f"关闭 {self.day():%Y-%m-%d} 登记簿",
            undo="关簿后当日不能再发证、作废，登记簿不能更改。",
            facts=facts,
            danger=True,
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        days.close_day(request.user, self.day(), data["note"])
        return f"已关闭 {self.day():%Y-%m-%d} 的登记簿。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("marriage:day", args=[self.day()])

    back_url = success_url


class PrintDay(OfDay, TemplatePage):
    """The day's register on paper, as it is bound into the book."""

    template_name = "marriage/day_print.html"

    def get_title(self) -> str:
        return f"{self.day():%Y-%m-%d} 婚姻登记簿"

    def data(self, request: HttpRequest) -> dict[str, Any]:
        self.trace(request, AccessKind.PRINT)
        return {**self.of_day(request), "back": reverse("marriage:day", args=[self.day()])}
