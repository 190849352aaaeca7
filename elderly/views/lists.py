"""名单: the lists of the months, and one list with its rows; the acts on it stand in `acts`."""

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property

from benefits.models import EntitlementMember
from casework.models import CaseState
from casework.services import today
from core.filters import AnyChoiceFilter, FilterSet, MonthFilter
from core.lists import ListPage
from core.months import format_month, month_of
from core.pages import Action, BulkAction
from core.tables import (
    DayColumn,
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
from district.models import Division, DivisionLevel
from elderly import panels, services
from elderly.models import AllowanceApplication, AllowanceList, ListKind, ListState, Origin
from elderly.panels import CLERK, OFFICER, SEEING
from registry.models import PayeeAccount

HOME = ("工作台", "/")
LISTS: Any = ("高龄名单", reverse_lazy("elderly:lists"))


class Lists(FilterSet):
    month = MonthFilter(label="月份")
    state = AnyChoiceFilter(label="状态", choices=ListState.choices)
    kind = AnyChoiceFilter(label="种类", choices=ListKind.choices)
    programme = AnyChoiceFilter(
        label="项目", choices=[("elderly_allowance", "高龄津贴"), ("longevity", "长寿金")]
    )
    division = AnyChoiceFilter(label="乡镇（街道）", choices=[], method="in_division")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        user = self.request.user
        shown = Division.objects.filter(level=DivisionLevel.TOWNSHIP, code__startswith=user.division_id)
        names = shown.order_by("code").values_list("code", "name")
        self.form.fields["division"].choices = [("", "全部"), *names]

    def in_division(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.within(value)


class ListTable(Table):
    programme = NameColumn(verbose_name="名单", accessor="programme__name")
    kind = TextColumn(verbose_name="种类", accessor="get_kind_display", orderable=False)
    division = TextColumn(verbose_name="乡镇（街道）", accessor="division__name")
    month = MonthColumn(verbose_name="月份")
    people = NumberColumn(verbose_name="人数")
    overdue = NumberColumn(verbose_name="应享未享", drop=True)
    listed = NumberColumn(verbose_name="待确认")
    sent = NumberColumn(verbose_name="待审批")
    done = NumberColumn(verbose_name="已批准", drop=True)
    out = NumberColumn(verbose_name="移出", drop=True)
    total = MoneyColumn(verbose_name="月合计（元）")
    due_on = DayColumn(verbose_name="期限")
    state = TagColumn(verbose_name="状态", plain={"done"})
    persons, amount = "people", "total"


class ListOfLists(ListPage):
    """Every month's lists by township; the officer approves several in one act."""

    title, unit, crumbs = "高龄名单", "份", [HOME, ("高龄名单", "")]
    roles = SEEING
    filterset_class, table_class = Lists, ListTable
    bulk_actions = [
        BulkAction(
            "approve",
            "批准待审批的",
            roles=frozenset({OFFICER}),
            confirm="批准后待遇即生效；未待审批的名单不受影响。",
        )
    ]
    empty_why = "每月 1 日系统自动列出到龄人员；也可以按“生成名单”立即生成。"

    def queryset(self, request: HttpRequest) -> Any:
        waiting = Q(rows__state=CaseState.OPEN)
        return (
            AllowanceList.objects.visible_to(request.user)
            .select_related("programme", "division")
            .annotate(
                people=Count("rows", filter=~Q(rows__state=CaseState.WITHDRAWN)),
                overdue=Count("rows", filter=Q(rows__origin=Origin.OVERDUE)),
                listed=Count("rows", filter=waiting & Q(rows__stage="listed")),
                sent=Count("rows", filter=waiting & Q(rows__stage="confirm")),
                done=Count("rows", filter=Q(rows__state=CaseState.GRANTED)),
                out=Count("rows", filter=Q(rows__state=CaseState.WITHDRAWN)),
                total=Sum("rows__monthly_amount", filter=~Q(rows__state=CaseState.WITHDRAWN)),
            )
            .order_by("-month", "division_id", "programme_id", "kind")
        )

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role in (CLERK, OFFICER) and panels.on_line(request.user):
            return [Action("生成名单", reverse("elderly:propose"))]
        return []

    def bulk_approve(self, request: HttpRequest, queryset: Any) -> str:
        count, left, lists = 0, [], 0
        for batch in queryset.filter(state=ListState.SENT):
            done, stayed = services.approve_rows(batch, request.user)
            count, lists = count + done, lists + 1
            left += stayed
        if not lists:
            return "选中的名单里没有待审批的。"
        return f"已批准 {lists} 份名单 {count} 人。" + (
            f"未批准 {len(left)} 人：{'；'.join(left[:5])}。" if left else ""
        )


class Rows(FilterSet):
    waits = AnyChoiceFilter(
        label="状态",
        choices=[
            ("listed", "待确认"),
            ("confirm", "待审批"),
            ("granted", "已批准"),
            ("refused", "不予批准"),
            ("out", "已移出"),
        ],
        field_name="stage",
    )
    origin = AnyChoiceFilter(label="来由", choices=Origin.choices)
    account = AnyChoiceFilter(
        label="账户", choices=[("no", "缺账户"), ("yes", "有账户")], method="by_account", empty_label="全部"
    )

    def by_account(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(account_number__isnull=value == "no")


class RowTable(Table):
    subject = NameColumn(verbose_name="姓名")
    id_number = MaskedColumn(verbose_name="身份证号", accessor="person__id_number")
    birth = DayColumn(verbose_name="出生日期", accessor="person__birth_date", drop=True)
    age = NumberColumn(verbose_name="周岁")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name", drop=True)
    origin = TagColumn(verbose_name="来由", plain={"reached"})
    age_month = MonthColumn(verbose_name="到龄月份", drop=True)
    monthly_amount = MoneyColumn(verbose_name="月标准（元）")
    first_month = MonthColumn(verbose_name="起始月份")
    account_number = TextColumn(verbose_name="账户", orderable=False)
    others = TextColumn(verbose_name="在享其他项目", empty_values=(), orderable=False, drop=True)
    stage = TagColumn(verbose_name="状态", accessor="stage")
    amount = "monthly_amount"

    def render_birth(self, value: Any) -> Any:
        return f"{value:%Y-%m-%d}"

    def render_account_number(self, value: Any, record: Any) -> Any:
        if record.person.death_date:
            return ui.tag(f"{record.person.death_date:%Y-%m-%d} 死亡", tone="bad")
        if not value:
            return ui.tag("缺账户", tone="warn")
        return f"尾号\u00a0{value[-4:]}"

    def value_account_number(self, value: Any) -> Any:
        return f"尾号\u00a0{value[-4:]}" if value else "缺账户"

    def render_others(self, record: Any) -> Any:
        names = [one.entitlement.programme.name for one in record.person.held_now]
        return "、".join(dict.fromkeys(names)) or "无"

    value_others = render_others

    def render_stage(self, record: Any) -> Any:
        words, tone = stage_words(record)
        return ui.tag(words, tone=tone)

    def value_stage(self, record: Any) -> Any:
        return stage_words(record)[0]


class EndTable(Table):
    subject = NameColumn(verbose_name="姓名")
    id_number = MaskedColumn(verbose_name="身份证号", accessor="person__id_number")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name", drop=True)
    end_reason = TagColumn(verbose_name="停发原因")
    end_note = TextColumn(verbose_name="说明")
    monthly_amount = MoneyColumn(verbose_name="月标准（元）")
    first_month = MonthColumn(verbose_name="停发月份")
    stage = TagColumn(verbose_name="状态", accessor="stage")
    amount = "monthly_amount"
    render_stage = RowTable.render_stage
    value_stage = RowTable.value_stage


def stage_words(row: AllowanceApplication) -> tuple[str, str]:
    """Where a row of a list stands, and its tone."""
    if row.stage == "out":
        return f"移出：{row.get_out_reason_display()}", "end"
    ended = row.is_end
    return {
        "listed": ("待核实" if ended else "待确认", "go"),
        "confirm": ("待审批", "warn"),
        "granted": ("已停发" if ended else "已批准", "ok"),
        "refused": ("不予批准", "bad"),
    }[row.stage]


class RowsOfList(ListPage):
    """One list: age, birth date, account, what else is held; the clerk confirms it whole or in part, in one act."""

    template_name = "elderly/list.html"
    roles = SEEING
    filterset_class, table_class = Rows, RowTable
    unit = "人"
    menu_url = reverse_lazy("elderly:lists")
    per_page = 200
    bulk_actions = [
        BulkAction("confirm", "确认选中", roles=frozenset({CLERK})),
        BulkAction("take_out", "移出名单", roles=frozenset({CLERK}), danger=True),
        BulkAction("approve", "批准选中", roles=frozenset({OFFICER}), confirm="批准后待遇即生效。"),
        BulkAction("send_back", "退回选中", roles=frozenset({OFFICER})),
    ]

    @cached_property
    def batch(self) -> AllowanceList:
        shown = AllowanceList.objects.visible_to(self.request.user).select_related("programme", "division")
        return get_object_or_404(shown, pk=self.kwargs["pk"])

    def get_key(self) -> str:
        return "elderly:list"

    def get_title(self) -> str:
        return str(self.batch)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LISTS]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.table_class = EndTable if self.batch.kind == ListKind.END else RowTable
        return super().get(request, *args, **kwargs)

    def queryset(self, request: HttpRequest) -> Any:
        day = today()
        accounts = PayeeAccount.objects.filter(
            Q(until__isnull=True) | Q(until__gt=day), person=OuterRef("person"), since__lte=day
        )
        held = EntitlementMember.objects.filter(
            Q(last_month__isnull=True) | Q(last_month__gte=month_of(day)), is_void=False
        ).select_related("entitlement__programme")
        return (
            AllowanceApplication.objects.visible_to(request.user)
            .filter(batch=self.batch)
            .select_related("person", "division")
            .prefetch_related(Prefetch("person__coverage", held, to_attr="held_now"))
            .annotate(account_number=Subquery(accounts.values("number")[:1]))
            .order_by("division_id", "person__birth_date", "pk")
        )

    def totals(self, queryset: Any) -> dict[str, Any]:
        shown = queryset.exclude(state=CaseState.WITHDRAWN)
        found = queryset.aggregate(count=Count("pk"))
        return {**found, **shown.aggregate(monthly_amount=Sum("monthly_amount"))}

    def facts(self, request: HttpRequest, count_words: str) -> list[Any]:
        due = f"期限 {self.batch.due_on:%Y-%m-%d}" if self.batch.due_on else ""
        return [
            one for one in (self.batch.division.name, format_month(self.batch.month), count_words, due) if one
        ]

    def allowed_bulk(self, request: HttpRequest) -> list[BulkAction]:
        if not panels.on_line(request.user):
            return []
        stages = set(self.counts)
        needs = {"confirm": "listed", "take_out": "listed", "approve": "confirm", "send_back": "confirm"}
        return [one for one in super().allowed_bulk(request) if needs[one.name] in stages]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows that wait, by stage."""
        rows = self.batch.rows.filter(state=CaseState.OPEN).order_by()
        return dict(rows.values_list("stage").annotate(count=Count("pk")))

    def actions(self, request: HttpRequest) -> list[Action]:
        user, pk, acts = request.user, self.batch.pk, []
        if not panels.on_line(user):
            return []
        acts.append(Action("审批名单", reverse("elderly:list_paper", args=[pk])))
        listed, sent = self.counts.get("listed", 0), self.counts.get("confirm", 0)
        if user.role == OFFICER and sent:
            acts.append(Action("退回乡镇", reverse("elderly:list_send_back", args=[pk])))
            acts.append(
                Action(f"批准全部 {sent} 人", reverse("elderly:list_approve", args=[pk]), primary=True)
            )
        if user.role == CLERK and listed:
            word = "核实" if self.batch.kind == ListKind.END else "确认"
            acts.append(
                Action(f"{word}全部 {listed} 人", reverse("elderly:list_confirm", args=[pk]), primary=True)
            )
        return acts

    def data(self, request: HttpRequest) -> dict[str, Any]:
        rows = self.batch.rows
        return {
            "batch": self.batch,
            "counts": self.counts,
            "overdue": rows.filter(origin=Origin.OVERDUE, state=CaseState.OPEN).count(),
            "transitions": rows.filter(origin=Origin.TRANSITION, state=CaseState.OPEN).count(),
        }

    # -- on the ticked rows ------------------------------------------------------------------------------

    def bulk_confirm(self, request: HttpRequest, queryset: Any) -> str:
        count = services.confirm_rows(self.batch, request.user, _keys(queryset))
        return f"已确认 {count} 人，报区局审批。"

    def bulk_take_out(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._onward("elderly:list_take_out", queryset)

    def bulk_approve(self, request: HttpRequest, queryset: Any) -> str:
        return approved_words(*services.approve_rows(self.batch, request.user, _keys(queryset)))

    def bulk_send_back(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._onward("elderly:list_send_back", queryset)

    def _onward(self, name: str, queryset: Any) -> HttpResponse:
        """To the page that asks the reason, with the rows in its address."""
        keys = "&".join(f"row={key}" for key in _keys(queryset))
        return redirect(f"{reverse(name, args=[self.batch.pk])}?{keys}")


def _keys(queryset: Any) -> list[int]:
    return list(queryset.order_by().values_list("pk", flat=True))


def approved_words(count: int, left: list[str]) -> str:
    words = f"已批准 {count} 人。"
    return words + (f"未批准 {len(left)} 人，仍待审批：{'；'.join(left[:8])}。" if left else "")
