"""The rows behind a figure, with the filters that the figures' links use."""

import django_filters
from django.urls import reverse

from benefits.models import EndReason, Entitlement, Programme
from core.filters import AnyChoiceFilter, FilterSet, MonthFilter
from core.tables import (
    MaskedColumn,
    MoneyColumn,
    MonthColumn,
    NameColumn,
    NumberColumn,
    Table,
    TagColumn,
    TextColumn,
)
from district.models import Division, DivisionLevel
from payouts.models import Payment, PaymentKind, Run


def _townships(request):
    if request is None:
        return Division.objects.none()
    return Division.objects.filter(level=DivisionLevel.TOWNSHIP).visible_to(request.user)


class _Rows(FilterSet):
    programme = django_filters.ModelChoiceFilter(
        label="项目", queryset=Programme.objects.all(), empty_label="全部"
    )
    township = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=_townships, empty_label="全部", method="in_township"
    )

    def in_township(self, queryset, name, value):
        return queryset.within(value.pk)


class PaymentRows(_Rows):
    """`month` is the month of the run, as in the table by months."""

    month = MonthFilter(label="发放月份", method="of_runs")
    kind = AnyChoiceFilter(label="类别", choices=PaymentKind.choices)

    class Meta:
        model = Payment
        fields = ["programme", "month", "township", "kind"]

    def of_runs(self, queryset, name, value):
        return queryset.filter(run__in=list(Run.objects.filter(month=value).values_list("pk", flat=True)))


class EntitlementRows(_Rows):
    end_reason = AnyChoiceFilter(label="停发原因", choices=EndReason.choices, method="for_reason")

    class Meta:
        model = Entitlement
        fields = ["programme", "township", "end_reason"]

    def for_reason(self, queryset, name, value):
        # An ending that an old ledger left without a reason counts as 其他.
        values = [value, ""] if value == EndReason.OTHER else [value]
        return queryset.filter(end_reason__in=values)


class PaymentTable(Table):
    head_name = NameColumn(verbose_name="户主或本人")
    payee_id_number = MaskedColumn(verbose_name="领款人身份证号", drop=True)
    village_name = TextColumn(verbose_name="村（社区）")
    programme = TextColumn(verbose_name="项目", drop=True)
    run_month = MonthColumn(accessor="run__month", verbose_name="发放月份")
    month = MonthColumn(verbose_name="所属月份", drop=True)
    kind = TagColumn(verbose_name="类别", plain=["regular"])
    persons = NumberColumn(verbose_name="保障人数")
    amount = MoneyColumn(verbose_name="金额（元）")


class EntitlementTable(Table):
    person = NameColumn(
        verbose_name="户主或本人", url=lambda row: reverse("registry:person", args=[row.person_id])
    )
    division = TextColumn(verbose_name="村（社区）")
    programme = TextColumn(verbose_name="项目", drop=True)
    persons = NumberColumn(verbose_name="保障人数")
    monthly_amount = MoneyColumn(verbose_name="月金额（元）")
    first_month = MonthColumn(verbose_name="起始月份")
    last_month = MonthColumn(verbose_name="末月")
    end_reason = TextColumn(accessor="get_end_reason_display", verbose_name="停发原因", orderable=False)
