"""REST: runs with their figures, and payments as they were paid. Numbers leave masked."""

from typing import Any

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import serializers

from benefits.api import BreakdownLine
from core.api import (
    ApiMonthFilter,
    AreaFilter,
    KeyFilter,
    MaskedField,
    RoomFilterSet,
    RoomSerializer,
    ScopedViewSet,
)
from district.api import CASE_READERS
from payouts.building import run_figures
from payouts.models import Payment, PaymentKind, Run, RunState, Transfer, TransferState


class RunFilter(RoomFilterSet):
    number = django_filters.CharFilter(label="批次号")
    programme = django_filters.CharFilter(field_name="programme_id", label="项目代码")
    month = ApiMonthFilter(label="月份")
    state = django_filters.ChoiceFilter(label="状态", choices=RunState.choices)
    division = AreaFilter()


def _name_of(field: str, label: str) -> serializers.CharField:
    """The name of the account at `field`, null while nobody has acted."""
    return serializers.CharField(
        source=f"{field}.full_name", read_only=True, default=None, allow_null=True, label=label
    )


class RunRow(RoomSerializer):
    maker_name = _name_of("maker", "制表人")
    reviewer_name = _name_of("reviewer", "复核人")
    approver_name = _name_of("approver", "审定人")

    class Meta:
        model = Run
        fields = [
            *["id", "number", "kind", "programme", "month", "batch", "division", "state"],
            *["maker_name", "made_at", "reviewer_name", "reviewed_at", "approver_name", "approved_at"],
            *["locked_at", "closed_at", "already_paid", "held", "without_account"],
        ]


class RunFigures(serializers.Serializer):
    payments = serializers.IntegerField(label="笔数")
    households = serializers.IntegerField(label="户数")
    persons = serializers.IntegerField(label="人数")
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, label="金额（元）")


class RunDetail(RunRow):
    figures = serializers.SerializerMethodField(label="合计")

    class Meta(RunRow.Meta):
        fields = [*RunRow.Meta.fields, "figures"]

    def get_figures(self, run: Run) -> RunFigures:
        return RunFigures(run_figures(run)).data  # type: ignore[return-value]


class RunViewSet(ScopedViewSet):
    """Runs inside the account's area and lines; a township sees its own, not the district's."""

    model = Run
    roles = CASE_READERS
    tag, title = "发放", "发放批次"
    about = "辖区和业务线内的发放批次；单条附笔数、户数、人数和金额。全区批次只对全区账号可见。"
    joins = ("maker", "reviewer", "approver")
    filterset_class = RunFilter
    serializers_by_action = {"list": RunRow, "retrieve": RunDetail}
    about_people = False


class PaymentFilter(RoomFilterSet):
    run = KeyFilter(field_name="run_id", label="批次 id")
    programme = django_filters.CharFilter(field_name="programme_id", label="项目代码")
    month = ApiMonthFilter(label="所属月份")
    kind = django_filters.ChoiceFilter(label="类别", choices=PaymentKind.choices)
    person = KeyFilter(field_name="person_id", label="户主或本人（居民 id）")
    household = KeyFilter(field_name="household_id", label="家庭 id")
    entitlement = KeyFilter(field_name="entitlement_id", label="待遇 id")
    division = AreaFilter()


class PaymentRow(RoomSerializer):
    run_number = serializers.CharField(source="run.number", read_only=True, label="批次号")
    payee_id_number = MaskedField(label="身份证号（掩码）")
    account_number = MaskedField(label="银行账号（掩码）")
    transfer_state = serializers.ChoiceField(
        choices=TransferState.choices,
        read_only=True,
        allow_null=True,
        label="最近一次银行代发的结果，锁定前为空",
    )

    class Meta:
        model = Payment
        fields = [
            *["id", "run", "run_number", "entitlement", "programme", "month", "kind", "amount", "persons"],
            *["person", "household", "household_number", "head_name", "payee_name", "payee_id_number"],
            *["division", "village_name", "bank", "account_number", "account_name", "transfer_state"],
            "note",
        ]


class PaymentDetail(PaymentRow):
    lines = BreakdownLine(many=True, read_only=True, source="assessment.lines", default=[])

    class Meta(PaymentRow.Meta):
        fields = [*PaymentRow.Meta.fields, "lines"]


class PaymentViewSet(ScopedViewSet):
    """Payments inside the account's area and lines, with payee and account as they were."""

    model = Payment
    roles = CASE_READERS
    tag, title = "发放", "发放明细"
    about = "辖区和业务线内的发放明细，领款人、账户、人数均为发放时的情况；单条附计算明细。"
    joins = ("run",)
    filterset_class = PaymentFilter
    serializers_by_action = {"list": PaymentRow, "retrieve": PaymentDetail}

    def scope(self, user: Any) -> QuerySet:
        attempts = Transfer.objects.filter(
            origin_run=OuterRef("run_id"), beneficiary_id=OuterRef("beneficiary_id")
        ).order_by("-attempt")
        return super().scope(user).annotate(transfer_state=Subquery(attempts.values("state")[:1]))

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        return queryset.select_related("assessment")
