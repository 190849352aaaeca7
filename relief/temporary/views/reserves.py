"""Pages of the reserve: the matrix of townships, one township's ledger, allotment, top-up, taking back an advance."""

from decimal import Decimal
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy

from casework.services import today
from core.audit import log_access
from core.files import DOCX, respond
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.models import AccessKind
from core.money import ZERO
from core.pages import Action, Confirm, Page, TemplatePage, VerbView
from core.tables import DayColumn, LinkColumn, MoneyColumn, Table, TextColumn
from core.templatetags.ui import money_text
from district.models import Line, Role
from relief.temporary import reserve
from relief.temporary.documents import ledger
from relief.temporary.forms import AllotForm, TakeBackForm, TopUpForm
from relief.temporary.models import Advance, AdvanceState, EntryKind, Reserve, ReserveEntry
from relief.temporary.views.cases import HOME, SEEING

RESERVES: Any = ("备用金", reverse_lazy("relief:reserves"))
OFFICER = {Role.BUREAU_OFFICER}
MONEY: Any = DecimalField(max_digits=14, decimal_places=2)


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    return int(text) if text.isdigit() and 2000 <= int(text) <= 2999 else today().year


def may_allot(user: Any) -> bool:
    return user.role == Role.BUREAU_OFFICER and Line.RELIEF in user.lines


def _sum(kind: str) -> Any:
    return Coalesce(Sum("entries__amount", filter=Q(entries__kind=kind)), Value(ZERO), output_field=MONEY)


def rows_of(user: Any, year: int) -> list[Any]:
    """The townships' reserves of the year in official order, with what moved and whose papers are out."""
    rows = (
        Reserve.objects.visible_to(user)
        .filter(year=year)
        .select_related("township")
        .annotate(
            allotted=_sum(EntryKind.ALLOTMENT),
            topped_up=_sum(EntryKind.TOP_UP),
            advanced=_sum(EntryKind.ADVANCE),
            returned=_sum(EntryKind.RETURNED),
        )
        .order_by("township")
    )
    out = Q(state=AdvanceState.PAID, case__papers_done_on__isnull=True)
    counts = {
        one["reserve"]: one
        for one in Advance.objects.filter(reserve__year=year)
        .values("reserve")
        .order_by()
        .annotate(
            count=Count("pk"),
            papers=Count("pk", filter=out),
            late=Count("pk", filter=out & Q(paper_due_on__lt=today())),
            recover=Count("pk", filter=Q(state=AdvanceState.TO_RECOVER)),
        )
    }
    found = list(rows)
    for row in found:
        row.counts = counts.get(row.pk, {"count": 0, "papers": 0, "late": 0, "recover": 0})
        row.spent = -row.advanced
        row.share = row.allotted + row.topped_up
    return found


class Reserves(TemplatePage):
    """备用金: 14 townships in one table; each leads to its entries."""

    title, template_name, crumbs = "临时救助备用金", "relief/temporary/reserves.html", [HOME, ("备用金", "")]
    roles = SEEING

    def facts(self, request: HttpRequest) -> list[Any]:
        return [f"{_year(request)} 年度"]

    def actions(self, request: HttpRequest) -> list[Action]:
        if not may_allot(request.user):
            return []
        year = today().year
        done = ReserveEntry.objects.filter(reserve__year=year, kind=EntryKind.ALLOTMENT).exists()
        if done:
            return [
                Action(
                    f"下拨 {year} 年备用金",
                    why=f"{year} 年备用金已经下拨，不能再次下拨；不足的办理追加拨付。",
                )
            ]
        return [Action(f"下拨 {year} 年备用金", reverse("relief:reserve_allot", args=[year]), primary=True)]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        year = _year(request)
        rows = rows_of(request.user, year)
        years = sorted(
            {*Reserve.objects.visible_to(request.user).values_list("year", flat=True), year}, reverse=True
        )
        total = {
            name: sum((getattr(row, name) for row in rows), Decimal(0))
            for name in ("allotted", "topped_up", "spent", "returned", "balance")
        }
        for name in ("count", "papers", "late", "recover"):
            total[name] = sum(row.counts[name] for row in rows)
        return {
            "rows": rows,
            "total": total,
            "year": year,
            "years": years,
            "may_top_up": may_allot(request.user) and year == today().year,
        }


class EntryFilter(FilterSet):
    kind = AnyChoiceFilter(label="类别", choices=EntryKind.choices)
    after = django_filters.DateFilter(label="日期起", field_name="on", lookup_expr="gte")
    before = django_filters.DateFilter(label="日期止", field_name="on", lookup_expr="lte")


class EntryTable(Table):
    on = DayColumn(verbose_name="日期")
    kind = TextColumn(verbose_name="类别", accessor="get_kind_display", orderable=False)
    amount = MoneyColumn(verbose_name="收（＋）付（−）（元）")
    balance = MoneyColumn(verbose_name="余额（元）")
    note = LinkColumn(
        verbose_name="摘要",
        url=lambda one: reverse("casework:case", args=[one.advance.case_id]) if one.advance_id else "",
    )
    document_number = TextColumn(verbose_name="拨付文号", drop=True)
    made_by = TextColumn(verbose_name="经办人", accessor="made_by__full_name", drop=True)


class Entries(ListPage):
    """One township's ledger of a year, newest first."""

    unit, roles = "笔", SEEING
    filterset_class, table_class = EntryFilter, EntryTable
    menu_url: Any = reverse_lazy("relief:reserves")

    def of(self, request: HttpRequest) -> Any:
        shown = Reserve.objects.visible_to(request.user).select_related("township")
        return get_object_or_404(shown, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"{self.of(self.request)}台账"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, RESERVES, (self.get_title(), "")]

    def queryset(self, request: HttpRequest) -> Any:
        rows = ReserveEntry.objects.visible_to(request.user).filter(reserve=self.of(request))
        return rows.select_related("made_by", "advance").order_by("-id")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"), amount=Sum("amount"))

    def facts(self, request: HttpRequest, count_words: str) -> list[Any]:
        return [count_words, f"余额 {money_text(self.of(request).balance)} 元"]

    def actions(self, request: HttpRequest) -> list[Action]:
        one = self.of(request)
        found = [Action("备用金台账（docx）", reverse("relief:reserve_ledger", args=[one.pk]))]
        if may_allot(request.user) and one.year == today().year:
            found.append(Action("追加拨付", reverse("relief:reserve_top_up", args=[one.pk]), primary=True))
        return found


class Allot(VerbView):
    """年度下拨: all townships by one act; what it comes to is said before."""

    roles, form_class = OFFICER, AllotForm
    confirm_first = True

    @property
    def year(self) -> int:
        return self.kwargs["year"]

    def load(self, request: HttpRequest) -> Any:
        if not may_allot(request.user):
            raise PermissionDenied("备用金由区局救助业务股室拨付。")
        return None

    def get_title(self) -> str:
        return f"下拨 {self.year} 年备用金"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, RESERVES]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"on": today()}

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        count = reserve.townships().count()
        each = Decimal(reserve.setting("reserve_allotment", today()))
        lead = f"向 {count} 个乡镇（街道）各下拨 {self.year} 年备用金 {money_text(each)} 元，"
        lead += f"共 {money_text(each * count)} 元。"
        return Confirm(
            lead=lead, button=f"下拨 {count} 个乡镇（街道）", undo="台账一经登记不能更改，一年只下拨一次。"
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        made = reserve.allot(self.year, request.user, data["document_number"], data["on"])
        return f"已向 {len(made)} 个乡镇（街道）下拨 {self.year} 年备用金。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return f"{reverse('relief:reserves')}?year={self.year}"

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("relief:reserves")


class TopUp(VerbView):
    """追加拨付 to one township, under the transfer's document number."""

    title, button, roles, form_class = "追加拨付", "登记追加拨付", OFFICER, TopUpForm

    def queryset(self, request: HttpRequest) -> Any:
        return Reserve.objects.visible_to(request.user).select_related("township")

    def get_title(self) -> str:
        return f"{self.object}追加拨付"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, RESERVES, (str(self.object), self.object.get_absolute_url())]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"on": today()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        entry = reserve.top_up(
            obj, data["amount"], request.user, data["document_number"], data["note"], data["on"]
        )
        return f"已向{obj.township}追加 {money_text(entry.amount)} 元，余额 {money_text(entry.balance)} 元。"


class TakeBack(VerbView):
    """登记追回 of an advance that the decision did not cover."""

    title, button, form_class = "登记追回先行救助", "登记追回", TakeBackForm
    roles = {Role.TOWNSHIP_CLERK}

    def queryset(self, request: HttpRequest) -> Any:
        return (
            Advance.objects.visible_to(request.user)
            .filter(state=AdvanceState.TO_RECOVER)
            .select_related("case__division", "reserve__township")
        )

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, RESERVES, (str(self.object.case), self.object.case.get_absolute_url())]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"on": today()}

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        lead = (
            f"登记已从 {obj.case.subject} 户追回先行救助 {money_text(obj.to_recover)} 元，退入{obj.reserve}。"
        )
        return Confirm(lead=lead, button="登记追回", undo="台账一经登记不能更改。")

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        entry = reserve.take_back(obj, request.user, data["note"], data["on"])
        return f"已登记追回 {money_text(entry.amount)} 元，备用金余额 {money_text(entry.balance)} 元。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.case.get_absolute_url()

    back_url = success_url


class LedgerDocument(Page):
    """备用金台账 of a township and year as docx, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        shown = Reserve.objects.visible_to(request.user).select_related("township__parent")
        one = get_object_or_404(shown, pk=pk)
        log_access(request.user, AccessKind.DOWNLOAD, f"{one}台账", f"reserve:{one.pk}", request=request)
        return respond(f"{one}台账.docx", ledger(one), DOCX)
