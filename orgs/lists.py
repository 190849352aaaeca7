"""Filters and tables of the room's lists."""

import django_filters
from django.db.models import Q
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from casework.workflow import flow_of
from core.filters import AnyChoiceFilter, FilterSet
from core.tables import DayColumn, MoneyColumn, NameColumn, NumberColumn, Table, TagColumn, TextColumn
from core.templatetags.ui import tag
from orgs.models import (
    LIVE,
    CertificateState,
    Conclusion,
    DirectKind,
    OrgFlow,
    OrgKind,
    OrgState,
    ReportState,
)


class OrganisationFilter(FilterSet):
    more = ("supervision", "founded_after", "founded_before", "term", "on")
    q = django_filters.CharFilter(label="名称或代码", method="filter_text")
    kind = AnyChoiceFilter(label="类型", choices=OrgKind.choices)
    state = AnyChoiceFilter(
        label="状态", choices=[("live", "在册"), *OrgState.choices], method="filter_state"
    )
    supervision = AnyChoiceFilter(
        label="登记方式",
        choices=[("direct", "直接登记"), ("supervised", "有业务主管单位"), *DirectKind.choices],
        method="filter_supervision",
    )
    founded_after = django_filters.DateFilter(label="成立起", field_name="founded_on", lookup_expr="gte")
    founded_before = django_filters.DateFilter(label="成立止", field_name="founded_on", lookup_expr="lte")
    on = django_filters.DateFilter(label="某日在册", method="filter_on")
    term = AnyChoiceFilter(label="理事会", choices=[("over", "届满未换届")], method="filter_term")

    def filter_text(self, queryset, name, value):
        value = value.strip()
        return queryset.filter(
            Q(name__contains=value)
            | Q(credit_code__startswith=value.upper())
            | Q(representative_name__startswith=value)
        )

    def filter_state(self, queryset, name, value):
        return queryset.filter(state__in=LIVE) if value == "live" else queryset.filter(state=value)

    def filter_on(self, queryset, name, value):
        ended = Q(ended_on__isnull=True) | Q(ended_on__gt=value)
        return queryset.filter(ended, founded_on__lte=value)

    def filter_supervision(self, queryset, name, value):
        if value == "direct":
            return queryset.exclude(direct_kind="")
        return queryset.filter(direct_kind="" if value == "supervised" else value)

    def filter_term(self, queryset, name, value):
        return queryset.filter(term_until__lt=today(), state__in=LIVE)


class OrganisationTable(Table):
    name = NameColumn(verbose_name="名称", attrs={"td": {"class": "wrap"}})
    kind = TextColumn(verbose_name="类型", accessor="get_kind_display", order_by=("kind",))
    credit_code = TextColumn(verbose_name="统一社会信用代码")
    representative_name = TextColumn(verbose_name="法定代表人")
    supervisor = TextColumn(verbose_name="业务主管单位", drop=True, empty_values=())
    capital = MoneyColumn(verbose_name="注册资金（元）", drop=True)
    founded_on = DayColumn(verbose_name="成立日期", drop=True)
    state = TagColumn(verbose_name="状态", plain={"active"})

    def render_supervisor(self, record):
        return record.supervisor or (
            f"直接登记·{record.get_direct_kind_display()}" if record.direct_kind else "—"
        )

    value_supervisor = render_supervisor


class ActFilter(FilterSet):
    more = ("opened_after", "opened_before")
    q = django_filters.CharFilter(label="编号或名称", method="filter_text")
    flow = AnyChoiceFilter(label="事项", choices=OrgFlow.choices)
    state = AnyChoiceFilter(label="状态", choices=CaseState.choices)
    due = AnyChoiceFilter(label="时限", choices=[("late", "已逾期")], method="filter_due")
    opened_after = django_filters.DateFilter(label="申请起", field_name="opened_at__date", lookup_expr="gte")
    opened_before = django_filters.DateFilter(label="申请止", field_name="opened_at__date", lookup_expr="lte")

    def filter_text(self, queryset, name, value):
        value = value.strip()
        return queryset.filter(Q(number__icontains=value) | Q(name__contains=value))

    def filter_due(self, queryset, name, value):
        return queryset.filter(due_on__lt=today(), state=CaseState.OPEN)


class ActTable(Table):
    name = NameColumn(verbose_name="名称", url=lambda one: reverse("orgs:application", args=[one.pk]))
    number = TextColumn(verbose_name="编号")
    flow = TextColumn(verbose_name="事项")
    kind = TextColumn(verbose_name="类型", accessor="get_kind_display", orderable=False, drop=True)
    stage = TextColumn(verbose_name="环节")
    due_on = DayColumn(verbose_name="期限")
    whole_due_on = DayColumn(verbose_name="总期限", drop=True)
    opened_at = DayColumn(verbose_name="登记", drop=True)
    state = TagColumn(verbose_name="状态", plain={"granted"})

    def render_flow(self, record):
        return flow_of(record).name.removeprefix("社会组织")

    value_flow = render_flow

    def render_stage(self, record):
        return flow_of(record).stage(record.stage).label

    value_stage = render_stage


class CertificateFilter(FilterSet):
    q = django_filters.CharFilter(label="编号或名称", method="filter_text")
    state = AnyChoiceFilter(label="状态", choices=CertificateState.choices)
    year = django_filters.NumberFilter(label="年度", field_name="issued_on", lookup_expr="year")
    expiring = AnyChoiceFilter(label="有效期", choices=[("over", "已到期未换发")], method="filter_over")

    def filter_text(self, queryset, name, value):
        value = value.strip()
        return queryset.filter(Q(number__contains=value) | Q(organisation__name__contains=value))

    def filter_over(self, queryset, name, value):
        return queryset.filter(state=CertificateState.VALID, valid_until__lt=today())


class CertificateTable(Table):
    number = TextColumn(verbose_name="证书编号")
    organisation = NameColumn(
        verbose_name="社会组织", accessor="organisation__name", url=lambda one: one.get_absolute_url()
    )
    issued_on = DayColumn(verbose_name="发证")
    valid_until = DayColumn(verbose_name="有效期至")
    state = TagColumn(verbose_name="状态", plain={"valid"})
    closed_on = DayColumn(verbose_name="收回（作废）", drop=True)
    reason = TextColumn(verbose_name="作废原因", drop=True)


class ReportFilter(FilterSet):
    q = django_filters.CharFilter(label="名称", field_name="organisation__name", lookup_expr="contains")
    kind = AnyChoiceFilter(label="类型", field_name="organisation__kind", choices=OrgKind.choices)
    state = AnyChoiceFilter(
        label="进度",
        choices=[("late", "逾期未报"), ("in", "已报送"), *ReportState.choices],
        method="filter_state",
    )
    conclusion = AnyChoiceFilter(label="结论", choices=Conclusion.choices)

    def filter_state(self, queryset, name, value):
        if value == "late":
            return queryset.filter(
                submitted_on__isnull=True, due_on__lt=today(), organisation__state__in=LIVE
            )
        if value == "in":
            return queryset.filter(submitted_on__isnull=False)
        return queryset.filter(state=value)


class ProgressColumn(TagColumn):
    """How far a report has come; one whose time is up is late."""

    def _late(self, record):
        return record.state == ReportState.DUE and record.due_on < today()

    def render(self, value, record, bound_column):
        return (
            tag("逾期未报", tone="bad") if self._late(record) else super().render(value, record, bound_column)
        )

    def value(self, value, record, bound_column):
        return "逾期未报" if self._late(record) else super().value(value, record, bound_column)


class ConclusionColumn(TagColumn):
    """The conclusion, or the one that waits for its second officer."""

    def render(self, value, record, bound_column):
        if not record.conclusion and record.proposed:
            return f"拟{record.get_proposed_display()}"
        return super().render(value, record, bound_column)


class ReportTable(Table):
    organisation = NameColumn(verbose_name="名称", accessor="organisation__name")
    kind = TextColumn(
        verbose_name="类型", accessor="organisation__get_kind_display", orderable=False, drop=True
    )
    due_on = DayColumn(verbose_name="报送期限")
    submitted_on = DayColumn(verbose_name="报送")
    supervisor_on = DayColumn(verbose_name="主管初审", drop=True)
    income = MoneyColumn(verbose_name="收入（元）", drop=True)
    expenses = MoneyColumn(verbose_name="支出（元）", drop=True)
    reminders = NumberColumn(verbose_name="催报（次）", drop=True)
    state = ProgressColumn(verbose_name="进度", plain={"concluded"})
    conclusion = ConclusionColumn(verbose_name="结论", plain={"pass"})
