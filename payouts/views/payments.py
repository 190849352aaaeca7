"""发放明细: the list, and one payment with its breakdown, its snapshot and its attempts at the bank."""

from typing import Any

import django_filters
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from benefits.models import Programme
from benefits.words import breakdown
from core import tables
from core.filters import AnyChoiceFilter, FilterSet, MonthFilter, mask
from core.lists import ListPage
from core.months import format_month
from core.pages import Action, DetailPage
from district.models import Division, DivisionLevel
from payouts.comparing import changed_payments, ended_payments, new_payments
from payouts.models import Payment, PaymentKind, Run, RunState, Transfer, TransferState
from payouts.views import CRUMB

ROLES = ("finance", "leader", "auditor", "bureau_officer", "township_clerk", "township_leader")
CHANGES = {
    "new": ("新增", new_payments),
    "changed": ("金额变动", changed_payments),
    "ended": ("停发", ended_payments),
}
PAYMENTS = ("发放明细", reverse_lazy("payouts:payments"))


def newest_attempt(field: str) -> Subquery:
    """A field of the newest attempt at the bank for a payment."""
    attempts = Transfer.objects.filter(
        origin_run=OuterRef("run"), beneficiary_id=OuterRef("beneficiary_id")
    ).order_by("-attempt")
    return Subquery(attempts.values(field)[:1])


class PaymentFilters(FilterSet):
    more = ("kind", "run", "account")
    q = django_filters.CharFilter(label="姓名或身份证号", method="search")
    month = MonthFilter(label="所属月份")
    programme = django_filters.ModelChoiceFilter(
        label="项目", queryset=Programme.objects.all(), empty_label="全部"
    )
    township = django_filters.ModelChoiceFilter(
        label="乡镇（街道）",
        method="in_township",
        empty_label="全部",
        queryset=Division.objects.filter(level=DivisionLevel.TOWNSHIP),
    )
    outcome = AnyChoiceFilter(label="结果", method="with_outcome", choices=TransferState.choices)
    kind = AnyChoiceFilter(label="类别", choices=PaymentKind.choices)
    run = django_filters.CharFilter(label="批次号", method="of_run")
    account = AnyChoiceFilter(label="账户", method="with_account", choices=[("lacking", "缺账号")])
    change = AnyChoiceFilter(
        label="较上月", method="compared", choices=[(key, words) for key, (words, _) in CHANGES.items()]
    )

    def search(self, queryset: Any, name: str, value: str) -> Any:
        text = value.strip()
        number = Q(payee_id_number=text.upper()) if len(text) == 18 else Q(payee_id_number__endswith=text)
        return queryset.filter(Q(head_name__contains=text) | Q(payee_name__contains=text) | number)

    def in_township(self, queryset: Any, name: str, value: Division) -> Any:
        return queryset.within(value.pk)

    def with_outcome(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(outcome=value)

    def with_account(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(account_number="")

    def of_run(self, queryset: Any, name: str, value: str) -> Any:
        if self.data.get("change") in CHANGES:
            return queryset
        run = Run.objects.filter(number=value.strip()).first()
        if run is not None and run.is_reissue:
            mine = Transfer.objects.filter(run=run)
            return queryset.filter(
                run__in=mine.values("origin_run"), beneficiary_id__in=mine.values("beneficiary_id")
            )
        return queryset.filter(run=run)

    def compared(self, queryset: Any, name: str, value: str) -> Any:
        run = Run.objects.filter(number=self.data.get("run", "").strip()).first()
        if run is None:
            return queryset.none()
        return queryset.filter(pk__in=CHANGES[value][1](run).values("pk"))


class PaymentTable(tables.Table):
    persons, amount = "persons", "amount"
    head_name = tables.NameColumn(verbose_name="户主或本人")
    payee_id_number = tables.MaskedColumn(verbose_name="身份证号", drop=True, orderable=False)
    village_name = tables.TextColumn(verbose_name="村（社区）", orderable=False)
    programme = tables.TextColumn(verbose_name="项目", orderable=False)
    month = tables.MonthColumn(verbose_name="所属月份")
    kind = tables.TagColumn(verbose_name="类别", plain={"regular"}, orderable=False)
    people = tables.NumberColumn(verbose_name="人数", accessor="persons", orderable=False)
    money = tables.MoneyColumn(verbose_name="金额（元）", accessor="amount")
    account_number = tables.MaskedColumn(verbose_name="银行账号", drop=True, orderable=False)
    outcome = tables.TextColumn(verbose_name="结果", orderable=False)

    def render_outcome(self, value: Any, record: Payment) -> Any:
        from core.templatetags.ui import tag

        if value is None:
            return "未锁定" if not record.run.is_final else "—"
        return tag(TransferState(value))

    def value_outcome(self, value: Any) -> str:
        return TransferState(value).label if value else ""


class PaymentList(ListPage):
    title, unit, crumbs = "发放明细", "笔", [CRUMB, ("发放明细", "")]
    roles, menu_url = ROLES, "payouts:payments"
    filterset_class, table_class = PaymentFilters, PaymentTable

    def queryset(self, request: HttpRequest) -> Any:
        rows = Payment.objects.visible_to(request.user).select_related("programme", "run")
        return rows.annotate(outcome=newest_attempt("state")).order_by("-run_id", "division_id", "pk")

    def totals(self, queryset: Any) -> dict[str, Any]:
        plain = queryset.order_by()
        found = plain.aggregate(count=Count("pk"), money=Sum("amount"))
        return {"count": found["count"], "money": found["money"]}


class PaymentPage(DetailPage):
    template_name, roles, menu_url = "payouts/payment.html", ROLES, "payouts:payments"

    def queryset(self, request: HttpRequest) -> Any:
        return Payment.objects.visible_to(request.user).select_related(
            *["programme", "run__programme", "entitlement", "assessment", "difference", "division__parent"],
            "payee_institution",
        )

    def get_title(self) -> str:
        return f"{self.object.head_name} {self.object.programme} {format_month(self.object.month)}"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [CRUMB, PAYMENTS, (self.get_title(), "")]

    def facts(self, request: HttpRequest, payment: Payment) -> list[Any]:
        return [
            payment.get_kind_display(),
            mask(payment.payee_id_number),
            f"{payment.division.parent}{payment.village_name}",
            f"{payment.persons} 人",
        ]

    def actions(self, request: HttpRequest, payment: Payment) -> list[Action]:
        own = payment.kind in (PaymentKind.REGULAR, PaymentKind.ONE_OFF)
        if request.user.role != "finance" or not own:
            return []
        why = ""
        if payment.run.state != RunState.DRAFT:
            why = f"批次{payment.run.get_state_display()}，只有待复核的批次可以暂缓。"
        return [Action("暂缓发放", reverse("payouts:hold_back", args=[payment.pk]), why=why)]

    def data(self, request: HttpRequest, payment: Payment) -> dict[str, Any]:
        attempts = (
            Transfer.objects.filter(origin_run=payment.run_id, beneficiary_id=payment.beneficiary_id)
            .select_related("run", "bank_return__file")
            .defer("bank_return__file__content")
        )
        related = Payment.objects.filter(
            beneficiary_id=payment.beneficiary_id, programme=payment.programme_id, month=payment.month
        ).select_related("run")
        frozen = payment.assessment
        return {
            "attempts": attempts.order_by("attempt"),
            "related": related.exclude(pk=payment.pk).order_by("pk"),
            "lines": breakdown(frozen.lines, frozen.facts) if frozen else [],
            "may_open_run": request.user.role in ("finance", "leader", "auditor", "bureau_officer"),
        }
