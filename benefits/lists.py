"""The register of entitlements, the holds, the standard changes: lists with their filters and sums."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Count, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse

from benefits import queries, standard_change
from benefits.models import (
    CareClass,
    ChangeState,
    EndReason,
    Entitlement,
    EntitlementMember,
    Hold,
    Programme,
    StandardChange,
    StandardChangeLine,
)
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.pages import Action
from core.places import Stat
from core.tables import (
    DayColumn,
    LinkColumn,
    MaskedColumn,
    MoneyColumn,
    MonthColumn,
    NameColumn,
    NumberColumn,
    Table,
    TagColumn,
    TextColumn,
)
from core.templatetags import ui
from district.models import Role
from registry import search
from registry.lists import AreaFilterSet
from registry.models import Person
from registry.search import READERS

CHANGERS = {Role.BUREAU_OFFICER, Role.LEADER, Role.AUDITOR}
STATES = [("live", "在享"), ("ended", "已停发"), ("held", "暂缓中"), ("void", "作废")]


class EntitlementFilters(AreaFilterSet):
    more = ("care_class", "end_reason", "source", "review")
    q = django_filters.CharFilter(label="姓名或证号", method="search")
    programme = AnyChoiceFilter(label="项目", choices=[])
    state = AnyChoiceFilter(label="状态", choices=STATES, method="by_state")
    care_class = AnyChoiceFilter(label="保障类别", choices=CareClass.choices)
    end_reason = AnyChoiceFilter(label="停发原因", choices=EndReason.choices)
    source = AnyChoiceFilter(label="来源", choices=Entitlement._meta.get_field("source").choices)
    review = AnyChoiceFilter(
        label="定期核查", choices=[("late", "已逾期"), ("soon", "30 日内到期")], method="by_review"
    )

    class Meta:
        model = Entitlement
        fields: ClassVar[list[str]] = [
            "q", "division", "programme", "state", "care_class", "end_reason", "source", "review",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.filter(is_active=True).values_list("code", "name")
        self.form.fields["programme"].choices = [("", "全部"), *programmes]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        word = value.strip()[:40]
        if queryset.filter(certificate_number=word).exists():
            return queryset.filter(certificate_number=word)
        people = search.narrowed(Person.objects.visible_to(self.request.user), word)
        covered = EntitlementMember.objects.filter(person__in=people).values("entitlement")
        return queryset.filter(pk__in=covered)

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        if value == "live":
            return queryset.filter(queries.live())
        if value == "ended":
            return queryset.filter(queries.ended())
        if value == "held":
            return queryset.filter(queries.live()).filter(queries.held_now())
        return queryset.filter(is_void=True)

    def by_review(self, queryset: Any, name: str, value: str) -> Any:
        due = queries.review_soon(0 if value == "late" else 30)
        return queryset.filter(due).filter(queries.live())


class EntitlementTable(Table):
    person = NameColumn(verbose_name="户主或本人", accessor="person__name")
    id_number = MaskedColumn(
        verbose_name="身份证号", accessor="person__id_number", orderable=False, drop=True
    )
    programme = TextColumn(verbose_name="项目", accessor="programme__name", order_by="programme__position")
    village = TextColumn(verbose_name="村（社区）", accessor="division__name", order_by="division_id")
    persons = NumberColumn(verbose_name="保障人数")
    monthly_amount = MoneyColumn(verbose_name="月金额（元）")
    first_month = MonthColumn(verbose_name="起始月份")
    last_month = MonthColumn(verbose_name="末月", drop=True)
    care_class = TextColumn(verbose_name="类别", drop=True)
    review_due = DayColumn(verbose_name="下次核查", drop=True)
    state = TextColumn(verbose_name="状态", accessor="pk", orderable=False)

    amount = "monthly_amount"

    class Meta(Table.Meta):
        model = None

    def render_state(self, record: Any) -> Any:
        words, tone = queries.state_of(record, record.held)
        return ui.tag(words, tone=tone)

    def value_state(self, record: Any) -> str:
        return queries.state_of(record, record.held)[0]


class EntitlementList(ListPage):
    """Who receives what: live ones unless asked otherwise."""

    title, unit = "待遇名册", "户"
    crumbs = [("工作台", "/"), ("待遇名册", "")]
    roles = READERS
    filterset_class, table_class = EntitlementFilters, EntitlementTable
    defaults: ClassVar[dict[str, str]] = {"state": "live"}
    empty_why = "批准的申请和接收的旧台账会出现在这里。"

    def queryset(self, request: Any) -> Any:
        return (
            Entitlement.objects.visible_to(request.user)
            .select_related("person", "programme", "division")
            .annotate(held=queries.held_now())
            .order_by("division_id", "pk")
        )

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(
            count=Count("pk"), persons=Sum("persons"), monthly_amount=Sum("monthly_amount")
        )


class HoldFilters(FilterSet):
    q = django_filters.CharFilter(label="姓名或身份证号", method="search")
    state = AnyChoiceFilter(
        label="状态", choices=[("open", "暂缓中"), ("lifted", "已解除")], method="by_state"
    )

    class Meta:
        model = Hold
        fields: ClassVar[list[str]] = ["q", "state"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        people = search.narrowed(Person.objects.visible_to(self.request.user), value.strip()[:40])
        return queryset.filter(entitlement__person__in=people)

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(lifted_at__isnull=value == "open")


class HoldTable(Table):
    person = NameColumn(
        verbose_name="户主或本人",
        accessor="entitlement__person__name",
        url=lambda hold: hold.entitlement.get_absolute_url(),
    )
    programme = TextColumn(verbose_name="项目", accessor="entitlement__programme__name", orderable=False)
    village = TextColumn(verbose_name="村（社区）", accessor="entitlement__division__name", orderable=False)
    amount = MoneyColumn(verbose_name="月金额（元）", accessor="entitlement__monthly_amount")
    first_month = MonthColumn(verbose_name="起始月份")
    last_month = MonthColumn(verbose_name="末月")
    reason = TextColumn(verbose_name="原因", orderable=False)
    placed_by = TextColumn(verbose_name="办理人", orderable=False, drop=True)
    placed_at = DayColumn(verbose_name="办理日期", drop=True)
    state = TextColumn(verbose_name="状态", accessor="pk", orderable=False)

    class Meta(Table.Meta):
        model = None

    def render_state(self, record: Any) -> Any:
        return ui.tag("已解除", tone="end") if record.lifted_at else ui.tag("暂缓中", tone="warn")

    def value_state(self, record: Any) -> str:
        return "已解除" if record.lifted_at else "暂缓中"


class HoldList(ListPage):
    title, unit = "暂缓发放", "条"
    crumbs = [("工作台", "/"), ("暂缓发放", "")]
    roles = READERS
    filterset_class, table_class = HoldFilters, HoldTable
    defaults: ClassVar[dict[str, str]] = {"state": "open"}
    empty_why = "在待遇页上可以暂缓发放，解除后补发。"

    def queryset(self, request: Any) -> Any:
        return (
            Hold.objects.visible_to(request.user)
            .select_related(
                "entitlement__person", "entitlement__programme", "entitlement__division", "placed_by"
            )
            .order_by("-pk")
        )


class ChangeTable(Table):
    name = NameColumn(verbose_name="调标批次", accessor="pk", orderable=False)
    standard = MoneyColumn(verbose_name="新标准（元）", accessor="standard__amount", orderable=False)
    from_month = MonthColumn(verbose_name="执行月份")
    entitlements = NumberColumn(verbose_name="涉及（户）", accessor="counts__entitlements", orderable=False)
    month = MoneyColumn(verbose_name="每月增加（元）", accessor="counts__month", orderable=False)
    made_by = TextColumn(verbose_name="提出人", orderable=False)
    decided_by = TextColumn(verbose_name="审批人", orderable=False)
    state = TagColumn(verbose_name="状态", plain={"applied"})

    class Meta(Table.Meta):
        model = None

    def render_name(self, record: Any) -> str:
        return self.base_columns["name"].render(str(record), record)


class ChangeFilters(FilterSet):
    state = AnyChoiceFilter(label="状态", choices=ChangeState.choices)

    class Meta:
        model = StandardChange
        fields: ClassVar[list[str]] = ["state"]


class ChangeList(ListPage):
    title, unit = "调标", "批"
    crumbs = [("工作台", "/"), ("调标", "")]
    roles = CHANGERS
    filterset_class, table_class = ChangeFilters, ChangeTable
    empty_why = "在后台管理录入新标准后，从这里提出调标。"

    def queryset(self, request: Any) -> Any:
        return (
            StandardChange.objects.visible_to(request.user)
            .select_related("programme", "standard", "made_by", "decided_by")
            .order_by("-pk")
        )

    def actions(self, request: Any) -> list[Action]:
        if request.user.role != Role.BUREAU_OFFICER:
            return []
        return [Action("提出调标", reverse("benefits:propose"), primary=True)]


class LineFilters(FilterSet):
    kind = AnyChoiceFilter(
        label="变动",
        choices=[("more", "增加"), ("less", "减少"), ("same", "不变"), ("noted", "有说明")],
        method="by_kind",
    )

    class Meta:
        model = StandardChangeLine
        fields: ClassVar[list[str]] = ["kind"]

    def by_kind(self, queryset: Any, name: str, value: str) -> Any:
        if value == "noted":
            return queryset.exclude(note="")
        return queryset.filter(standard_change.moved(value))


class LineTable(Table):
    person = NameColumn(
        verbose_name="户主或本人",
        accessor="entitlement__person__name",
        url=lambda line: line.entitlement.get_absolute_url(),
    )
    village = TextColumn(verbose_name="村（社区）", accessor="entitlement__division__name", orderable=False)
    persons = NumberColumn(verbose_name="保障人数", accessor="entitlement__persons")
    before = MoneyColumn(verbose_name="调前（元）")
    after = MoneyColumn(verbose_name="调后（元）")
    difference = MoneyColumn(verbose_name="增减（元）", orderable=False)
    note = LinkColumn(
        verbose_name="说明",
        orderable=False,
        url=lambda line: (
            reverse("benefits:decide_line", args=[line.pk])
            if line.entitlement.assessment_id is None and line.change.state == ChangeState.PROPOSED
            else ""
        ),
    )

    class Meta(Table.Meta):
        model = None


class ChangePage(ListPage):
    """One change of a standard: totals and every entitlement before and after."""

    template_name = "benefits/standard_change.html"
    unit, roles = "户", CHANGERS
    filterset_class, table_class = LineFilters, LineTable
    change: StandardChange

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            rows = StandardChange.objects.visible_to(request.user)
            self.change = get_object_or_404(
                rows.select_related("programme", "standard", "made_by", "decided_by", "job"), pk=kwargs["pk"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return str(self.change)

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [("工作台", "/"), ("调标", reverse("benefits:standard_changes")), (str(self.change), "")]

    def queryset(self, request: Any) -> Any:
        return (
            StandardChangeLine.objects.visible_to(request.user)
            .filter(change=self.change)
            .select_related("entitlement__person", "entitlement__division", "change")
            .annotate(difference=standard_change.DIFFERENCE)
            .order_by("entitlement__division_id", "pk")
        )

    def totals(self, queryset: Any) -> dict[str, Any]:
        difference = queryset.aggregate(sum=Sum(standard_change.DIFFERENCE))["sum"]
        sums = queryset.aggregate(
            count=Count("pk"), persons=Sum("entitlement__persons"), before=Sum("before"), after=Sum("after")
        )
        return {**sums, "difference": difference}

    def data(self, request: Any) -> dict[str, Any]:
        return {"change": self.change, "stats": self._stats(), "open": self.change.state == ChangeState.DRAFT}

    def _stats(self) -> list[Any]:
        counts = self.change.counts
        if not counts:
            return []
        return [
            Stat("涉及", counts["entitlements"], "户", f"{counts['persons']} 人"),
            Stat("增加", counts["more"], "户", f"减少 {counts['less']} 户，不变 {counts['same']} 户"),
            Stat(
                "每月影响",
                ui.money_text(counts["month"]),
                "元",
                f"{ui.money_text(counts['before'])} → {ui.money_text(counts['after'])}",
            ),
            Stat("全年影响", ui.money_text(counts["year"]), "元", "按 12 个月计"),
            Stat("有说明", counts["noted"], "户", "须逐户看过", tone="warn" if counts["noted"] else ""),
        ]

    def actions(self, request: Any) -> list[Action]:
        change, user = self.change, request.user
        if change.state != ChangeState.PROPOSED:
            return []
        why = standard_change.why_not_approve(change, user)
        found = []
        if user.role == Role.BUREAU_OFFICER:
            found.append(Action("重新测算", reverse("benefits:propose_again", args=[change.pk])))
        if user.pk == change.made_by_id:
            found.append(Action("撤回调标", reverse("benefits:refuse_change", args=[change.pk])))
        elif not why:
            found.append(Action("否决调标", reverse("benefits:refuse_change", args=[change.pk]), danger=True))
        approve = Action(
            "批准调标", reverse("benefits:approve_change", args=[change.pk]), primary=True, why=why
        )
        return [*found, approve]
