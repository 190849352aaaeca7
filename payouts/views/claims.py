"""追缴与扣回: what was overpaid, how it comes back, and how it ends."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from benefits.models import Programme
from core import tables
from core.filters import AnyChoiceFilter, DayInput, FilterSet, MoneyFormField, MonthFormField
from core.lists import ListPage
from core.pages import Action, Confirm, DetailPage, VerbView
from core.templatetags.ui import money_text
from core.trail import changes_of
from payouts import services
from payouts.claims import LIVE
from payouts.models import Claim, ClaimState, Difference
from payouts.views import CRUMB, VIEWERS

CLAIMS = ("追缴与扣回", reverse_lazy("payouts:claims"))
ROLES = (*VIEWERS, "township_clerk", "township_leader")


class ClaimFilters(FilterSet):
    q = django_filters.CharFilter(label="姓名", field_name="person__name", lookup_expr="contains")
    programme = django_filters.ModelChoiceFilter(
        label="项目", queryset=Programme.objects.all(), empty_label="全部"
    )
    state = AnyChoiceFilter(label="状态", choices=ClaimState.choices)


class ClaimTable(tables.Table):
    person = tables.NameColumn(verbose_name="户主或本人", order_by="person__name")
    village = tables.TextColumn(verbose_name="村（社区）", accessor="division", orderable=False)
    programme = tables.TextColumn(verbose_name="项目", orderable=False)
    amount = tables.MoneyColumn(verbose_name="应追缴（元）")
    repaid = tables.MoneyColumn(verbose_name="已归还（元）")
    remaining = tables.MoneyColumn(verbose_name="未还（元）", orderable=False)
    opened_at = tables.DayColumn(verbose_name="登记", drop=True)
    state = tables.TagColumn(verbose_name="状态")


class ClaimList(ListPage):
    title, unit, crumbs = "追缴", "笔", [CRUMB, ("追缴与扣回", "")]
    roles, menu_url = ROLES, "payouts:claims"
    filterset_class, table_class = ClaimFilters, ClaimTable
    empty_why = "多发的金额先从以后的发放中扣回；没有发放可扣的才列入追缴。"

    def queryset(self, request: HttpRequest) -> Any:
        return Claim.objects.visible_to(request.user).select_related("person", "division", "programme")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.order_by().aggregate(count=Count("pk"), amount=Sum("amount"), repaid=Sum("repaid"))

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("补扣差额", reverse("payouts:differences"))]


class DifferenceFilters(FilterSet):
    q = django_filters.CharFilter(
        label="姓名", field_name="entitlement__person__name", lookup_expr="contains"
    )
    programme = django_filters.ModelChoiceFilter(
        label="项目", queryset=Programme.objects.all(), empty_label="全部"
    )
    direction = AnyChoiceFilter(
        label="方向", method="signed", choices=[("arrears", "应补"), ("recovery", "应扣")]
    )

    def signed(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(amount__gt=0) if value == "arrears" else queryset.filter(amount__lt=0)


class DifferenceTable(tables.Table):
    person = tables.NameColumn(
        verbose_name="户主或本人",
        accessor="entitlement__person",
        orderable=False,
        url=lambda record: record.entitlement.get_absolute_url(),
    )
    programme = tables.TextColumn(verbose_name="项目", orderable=False)
    month = tables.MonthColumn(verbose_name="所属月份")
    amount = tables.MoneyColumn(verbose_name="差额（元）")
    settled = tables.MoneyColumn(verbose_name="已补扣（元）", orderable=False)
    cancelled = tables.MoneyColumn(verbose_name="撤销（元）", drop=True, orderable=False)
    reason = tables.TextColumn(verbose_name="原因", orderable=False)
    found_by = tables.LinkColumn(
        verbose_name="发现批次",
        accessor="found_by__number",
        orderable=False,
        drop=True,
        url=lambda record: record.found_by.get_absolute_url(),
    )


class DifferenceList(ListPage):
    """Every gap between what a month should have been and what was accounted for it, with its reason."""

    title, unit, crumbs = "补扣差额", "条", [CRUMB, CLAIMS, ("补扣差额", "")]
    roles, menu_url = VIEWERS, "payouts:claims"
    filterset_class, table_class = DifferenceFilters, DifferenceTable

    def queryset(self, request: HttpRequest) -> Any:
        rows = Difference.objects.visible_to(request.user).annotate(settled=Sum("payments__amount"))
        return rows.select_related("entitlement__person", "programme", "found_by").order_by("-month", "-pk")


class ClaimPage(DetailPage):
    template_name, roles, menu_url = "payouts/claim.html", ROLES, "payouts:claims"

    def queryset(self, request: HttpRequest) -> Any:
        return Claim.objects.visible_to(request.user).select_related(
            "person", "household", "division__parent", "programme", "proposed_by", "decided_by"
        )

    def get_title(self) -> str:
        return f"追缴 {self.object.person} {money_text(self.object.amount)} 元"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [CRUMB, CLAIMS, (str(self.object.person), "")]

    def facts(self, request: HttpRequest, claim: Claim) -> list[Any]:
        return [str(claim.programme), f"{claim.division.parent}{claim.division}", claim.get_state_display()]

    def actions(self, request: HttpRequest, claim: Claim) -> list[Action]:
        def verb(label: str, name: str, why: str = "", **more: Any) -> Action:
            return Action(label, reverse(f"payouts:claim_{name}", args=[claim.pk]), why=why, **more)

        role = request.user.role
        if role == "finance" and claim.state in LIVE:
            return [
                verb("申请核销", "write_off"),
                verb("约定分期", "plan"),
                verb("登记归还", "repay", primary=True),
            ]
        if claim.state == ClaimState.WRITE_OFF and role in ("finance", "leader"):
            why = "" if role == "leader" else "核销由分管领导审批。"
            return [verb("审批核销", "decide", why, primary=True)]
        return []

    def data(self, request: HttpRequest, claim: Claim) -> dict[str, Any]:
        return {
            "differences": claim.differences.select_related("found_by"),
            "repayments": claim.repayments.select_related("recorded_by"),
            "events": changes_of(claim),
        }


class ClaimVerb(VerbView):
    roles, menu_url = ("finance",), "payouts:claims"

    def queryset(self, request: HttpRequest) -> Any:
        return Claim.objects.visible_to(request.user).select_related("person")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        claim = self.object
        return [CRUMB, CLAIMS, (str(claim.person), claim.get_absolute_url()), (self.title, "")]

    def confirm(self, request: HttpRequest, claim: Claim) -> Confirm:
        lead = (
            f"{claim.person}：应追缴 {money_text(claim.amount)} 元，未还 {money_text(claim.remaining)} 元。"
        )
        return Confirm(lead=lead, button=self.title)


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class PlanForm(VersionForm):
    monthly = MoneyFormField(label="每期归还（元）")
    first_month = MonthFormField(label="首期月份")
    note = forms.CharField(label="说明", max_length=300, required=False)


class Plan(ClaimVerb):
    title, form_class = "约定分期", PlanForm

    def act(self, request: HttpRequest, claim: Claim, data: dict[str, Any]) -> str:
        services.plan_instalments(
            claim, data["monthly"], data["first_month"], data["note"], request.user, data["version"]
        )
        return f"已约定每期归还 {money_text(data['monthly'])} 元。"


class RepayForm(VersionForm):
    amount = MoneyFormField(label="归还金额（元）")
    paid_on = forms.DateField(label="归还日期", widget=DayInput)
    receipt = forms.CharField(label="收据号", max_length=40)


class Repay(ClaimVerb):
    title, form_class = "登记归还", RepayForm

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {**super().get_initial(request, obj), "paid_on": timezone.localdate()}

    def act(self, request: HttpRequest, claim: Claim, data: dict[str, Any]) -> str:
        services.record_repayment(
            claim, data["amount"], data["paid_on"], data["receipt"], request.user, data["version"]
        )
        return f"已登记归还 {money_text(data['amount'])} 元。"


class WriteOffForm(VersionForm):
    reason = forms.CharField(label="核销原因", max_length=300)


class WriteOff(ClaimVerb):
    title, form_class = "申请核销", WriteOffForm

    def act(self, request: HttpRequest, claim: Claim, data: dict[str, Any]) -> str:
        services.propose_write_off(claim, data["reason"], request.user, data["version"])
        return "已申请核销，等待分管领导审批。"


class DecideForm(VersionForm):
    agreed = forms.TypedChoiceField(
        label="审批意见",
        choices=[("yes", "同意核销"), ("no", "不同意，继续追缴")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class Decide(ClaimVerb):
    title, form_class, roles = "审批核销", DecideForm, ("leader",)

    def confirm(self, request: HttpRequest, claim: Claim) -> Confirm:
        lead = (
            f"{claim.person}：未还 {money_text(claim.remaining)} 元申请核销。原因：{claim.write_off_reason}"
        )
        return Confirm(lead=lead, button=self.title, undo="同意后不能撤销。")

    def act(self, request: HttpRequest, claim: Claim, data: dict[str, Any]) -> str:
        services.decide_write_off(claim, data["agreed"], request.user, data["version"])
        return "已同意核销。" if data["agreed"] else "不同意核销，继续追缴。"
