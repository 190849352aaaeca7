"""退票与重发: what failed at the bank and what becomes of it."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from benefits.models import Programme
from core import tables
from core.filters import AnyChoiceFilter, FilterSet, MonthFilter, MonthFormField
from core.lists import ListPage
from core.pages import Action, VerbView
from core.templatetags.ui import tag
from district.models import Division, DivisionLevel
from payouts import services
from payouts.models import Payment, Transfer, TransferState
from payouts.views import CRUMB

ROLES = ("finance", "leader", "auditor", "bureau_officer", "township_clerk", "township_leader")
STANDINGS = [("open", "待重发"), ("again", "已另行重发"), ("given_up", "不再重发")]


def failed_transfers(user: Any) -> Any:
    """Failed attempts inside the user's area, told apart by whether a later attempt was made."""
    later = Transfer.objects.filter(
        origin_run=OuterRef("origin_run"),
        beneficiary_id=OuterRef("beneficiary_id"),
        attempt__gt=OuterRef("attempt"),
    )
    rows = Transfer.objects.visible_to(user).filter(state=TransferState.FAILED)
    return rows.annotate(again=Exists(later))


def unsettled(user: Any) -> Any:
    """Failed, not tried again and not given up."""
    return failed_transfers(user).filter(again=False, given_up_at=None)


class FailureFilters(FilterSet):
    q = django_filters.CharFilter(label="姓名", field_name="payee_name", lookup_expr="contains")
    month = MonthFilter(label="月份", field_name="origin_run__month")
    programme = django_filters.ModelChoiceFilter(
        label="项目",
        field_name="origin_run__programme",
        queryset=Programme.objects.all(),
        empty_label="全部",
    )
    township = django_filters.ModelChoiceFilter(
        label="乡镇（街道）",
        method="in_township",
        empty_label="全部",
        queryset=Division.objects.filter(level=DivisionLevel.TOWNSHIP),
    )
    standing = AnyChoiceFilter(label="处理", method="standing_as", choices=STANDINGS)

    def in_township(self, queryset: Any, name: str, value: Division) -> Any:
        return queryset.within(value.pk)

    def standing_as(self, queryset: Any, name: str, value: str) -> Any:
        if value == "given_up":
            return queryset.filter(given_up_at__isnull=False)
        return queryset.filter(again=value == "again", given_up_at=None)


class FailureTable(tables.Table):
    amount = "amount"
    payee_name = tables.NameColumn(
        verbose_name="领款人", url=lambda record: reverse("payouts:payment", args=[record.payment])
    )
    township = tables.TextColumn(verbose_name="乡镇（街道）", accessor="division__parent", orderable=False)
    programme = tables.TextColumn(verbose_name="项目", accessor="origin_run__programme", orderable=False)
    month = tables.MonthColumn(verbose_name="月份", accessor="origin_run__month")
    account_number = tables.MaskedColumn(verbose_name="银行账号", drop=True, orderable=False)
    attempt = tables.NumberColumn(verbose_name="第几次", drop=True)
    reason = tables.TextColumn(verbose_name="失败原因", orderable=False)
    returned_at = tables.DayColumn(verbose_name="回盘", drop=True)
    money = tables.MoneyColumn(verbose_name="金额（元）", accessor="amount")
    standing = tables.TextColumn(verbose_name="处理", orderable=False, accessor="pk")

    def render_standing(self, record: Transfer) -> Any:
        return standing(record)


def standing(record: Any) -> Any:
    if record.given_up_at:
        return tag("不再重发", tone="end")
    if record.again:
        return tag("已另行重发", tone="go")
    return tag("已更正" if record.corrected else "待更正账户", tone="go" if record.corrected else "warn")


class FailureList(ListPage):
    title, unit, crumbs = "退票与重发", "笔", [CRUMB, ("退票与重发", "")]
    roles, menu_url = ROLES, "payouts:failures"
    filterset_class, table_class = FailureFilters, FailureTable
    defaults = {"standing": "open"}

    def queryset(self, request: HttpRequest) -> Any:
        from registry.models import PayeeAccount

        # The person's own payment says who is paid; the account that is open now says whether it was put right.
        paid = Payment.objects.filter(run=OuterRef("origin_run"), beneficiary_id=OuterRef("beneficiary_id"))
        changed = (
            PayeeAccount.objects.filter(
                Q(institution=OuterRef("home")) | Q(person=OuterRef("payee"), institution=None), until=None
            )
            .exclude(number=OuterRef("account_number"), holder_name=OuterRef("account_name"))
            .order_by()
        )
        rows = failed_transfers(request.user).select_related("division__parent", "origin_run__programme")
        return rows.annotate(
            payee=paid.filter(payee_institution=None).order_by("pk").values("payee")[:1],
            home=paid.order_by("pk").values("payee_institution")[:1],
            payment=paid.order_by("pk").values("pk")[:1],
        ).annotate(corrected=Exists(changed))

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.order_by().aggregate(count=Count("pk"), money=Sum("amount"))

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role != "finance":
            return []
        return [Action("生成重发批次", reverse("payouts:reissue_new"), primary=True)]


class ReissueForm(forms.Form):
    month = MonthFormField(label="月份", help_text="失败的发放所在的月份。")
    programme = forms.ModelChoiceField(
        label="项目", queryset=Programme.objects.all(), empty_label="全部项目", required=False
    )


class NewReissue(VerbView):
    title, button = "生成重发批次", "生成重发批次"
    crumbs = [CRUMB, ("退票与重发", reverse_lazy("payouts:failures")), ("生成重发批次", "")]
    roles, form_class, menu_url = ("finance",), ReissueForm, "payouts:failures"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        from core.months import format_month

        newest = unsettled(request.user).order_by("-origin_run__month").first()
        return {"month": format_month(newest.origin_run.month) if newest else ""}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        codes = [data["programme"].pk] if data["programme"] else None
        self.runs = services.build_reissue(data["month"], codes, request.user)
        return (
            "重发批次：" + "、".join(f"{run.number} {run.transfers.count()} 户" for run in self.runs) + "。"
        )

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.runs[0].get_absolute_url() if len(self.runs) == 1 else reverse("payouts:runs")
