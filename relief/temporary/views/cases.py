"""Pages of 临时救助 cases: list with the year's figures, find the household, apply, the case, correct its facts."""

from decimal import Decimal
from typing import Any

import django_filters
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from benefits.assessing import assess
from benefits.words import breakdown
from casework import services as casework
from casework.documents import papers_for
from casework.models import CaseState
from casework.papers import current_notice
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.months import format_month, month_of
from core.pages import Action, DetailPage, VerbView
from core.places import Stat
from core.tables import DayColumn, MoneyColumn, NameColumn, Table, TagColumn, TextColumn
from core.templatetags.ui import day, money_text
from district.models import Role
from registry.models import Household
from relief.dibao.facts import members_of
from relief.dibao.views import FindHousehold
from relief.shared.pages import frozen_answer, handling, papers_of
from relief.shared.steps import why_no_answer
from relief.temporary import figures, reserve, services
from relief.temporary.facts import facts_of, granted_before, history
from relief.temporary.forms import ApplyForm, CorrectForm
from relief.temporary.models import AdvanceState, Cause, Kind, TemporaryApplication
from relief.temporary.steps import worth_of

HOME = ("工作台", "/")
LIST: Any = ("临时救助", reverse_lazy("relief:temporary"))
SEEING = {
    Role.TOWNSHIP_CLERK,
    Role.TOWNSHIP_LEADER,
    Role.BUREAU_OFFICER,
    Role.LEADER,
    Role.AUDITOR,
    Role.FINANCE,
}
CLERK = {Role.TOWNSHIP_CLERK}


class TemporaryFilter(FilterSet):
    more = ("division", "decided_after", "decided_before", "number")
    year = django_filters.NumberFilter(label="决定年度", field_name="decided_on__year")
    state = AnyChoiceFilter(label="状态", choices=CaseState.choices)
    kind = AnyChoiceFilter(label="类型", choices=Kind.choices)
    cause = AnyChoiceFilter(label="事由", choices=Cause.choices)
    advance = AnyChoiceFilter(label="先行救助", choices=AdvanceState.choices, method="filter_advance")
    q = django_filters.CharFilter(label="户主", field_name="subject", lookup_expr="startswith")
    number = django_filters.CharFilter(label="编号", lookup_expr="icontains")
    division = django_filters.CharFilter(
        label="区划代码", field_name="division__code", lookup_expr="startswith"
    )
    decided_after = django_filters.DateFilter(label="决定起", field_name="decided_on", lookup_expr="gte")
    decided_before = django_filters.DateFilter(label="决定止", field_name="decided_on", lookup_expr="lte")

    def filter_advance(self, queryset, name, value):
        return queryset.filter(advances__state=value).distinct()


class TemporaryTable(Table):
    subject = NameColumn(verbose_name="户主")
    number = TextColumn(verbose_name="编号")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name", drop=True)
    kind = TextColumn(verbose_name="类型", accessor="get_kind_display", orderable=False)
    cause = TextColumn(verbose_name="事由", accessor="get_cause_display", orderable=False, drop=True)
    opened_at = DayColumn(verbose_name="登记", drop=True)
    due_on = DayColumn(verbose_name="期限")
    decided_on = DayColumn(verbose_name="决定")
    granted_amount = MoneyColumn(verbose_name="救助金额（元）")
    state = TagColumn(verbose_name="状态", plain={"granted"})
    amount = "granted_amount"

    def render_opened_at(self, value):
        return day(timezone.localdate(value))


class TemporaryList(ListPage):
    """临时救助: the year's figures above, the cases below."""

    title, unit, crumbs = "临时救助", "件", [HOME, ("临时救助", "")]
    roles = SEEING
    template_name = "relief/temporary/list.html"
    filterset_class, table_class = TemporaryFilter, TemporaryTable

    def queryset(self, request: HttpRequest) -> Any:
        shown = TemporaryApplication.objects.visible_to(request.user)
        return shown.select_related("division").order_by("-id")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return figures.totals(queryset)

    def actions(self, request: HttpRequest) -> list[Action]:
        found = [Action("备用金", reverse("relief:reserves"))]
        if request.user.role == Role.TOWNSHIP_CLERK:
            found.append(Action("新建临时救助", reverse("relief:temporary_find"), primary=True))
        return found

    def data(self, request: HttpRequest) -> dict[str, Any]:
        return {"stats": year_stats(request.user)}


def year_stats(user: Any) -> list[Stat]:
    """This year in one line: granted, by kind, in hand, advances whose papers are out."""
    year = casework.today().year
    counted = figures.of_year(TemporaryApplication.objects.visible_to(user), year)
    address = f"{reverse('relief:temporary')}?year={year}&state=granted"
    late = counted["papers_late"]
    return [
        Stat(f"{year} 年批准", counted["grants"], "件", "含先行救助，一案一次", address),
        Stat(
            "救助金额",
            money_text(counted["amount"]),
            "元",
            f"其中先行 {money_text(counted['advanced'])}",
            address,
        ),
        Stat("急难型", counted["emergency"], "件", "", f"{address}&kind=emergency"),
        Stat("支出型", counted["expenditure"], "件", "", f"{address}&kind=expenditure"),
        Stat("办理中", counted["open"], "件", "", f"{reverse('relief:temporary')}?state=open"),
        Stat(
            "先行待补手续",
            counted["papers_open"],
            "件",
            f"逾期 {late} 件" if late else "没有逾期",
            f"{reverse('relief:temporary')}?advance=paid",
            "bad" if late else "",
        ),
    ]


class FindForTemporary(FindHousehold):
    """新建临时救助, first step: whose?"""

    title, template_name = "新建临时救助", "relief/temporary/find.html"
    crumbs = [HOME, LIST, ("新建临时救助", "")]


class Apply(VerbView):
    """新建临时救助, second step. Typed text stays when something is missing."""

    title, button, roles = "登记临时救助申请", "登记申请", CLERK
    template_name = "relief/temporary/apply.html"

    def queryset(self, request: HttpRequest) -> Any:
        shown = Household.objects.visible_to(request.user).filter(until__isnull=True)
        return shown.select_related("division")

    def get_crumbs(self) -> list[tuple[str, str]]:
        members = members_of(self.object, casework.today())
        name = f"{members[0].person.name} 户" if members else str(self.object)
        return [HOME, LIST, ("新建", reverse("relief:temporary_find")), (name, "")]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        people = [(one.person, one.get_relation_display()) for one in members_of(obj, casework.today())]
        return ApplyForm(data, people=people)

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return before_data(obj)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        self.made = services.apply(obj, request.user, form.facts())
        return f"已登记 {self.made.subject} 户的{self.made.get_kind_display()}临时救助，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("relief:temporary_find")


def before_data(household: Any, case: TemporaryApplication | None = None) -> dict[str, Any]:
    """What was granted already, and what is left of the year's cap."""
    now = (case.decided_on if case else None) or casework.today()
    except_case = case.pk if case else None
    cause, words = (case.cause, case.cause_words) if case else ("", "")
    counted = granted_before(household, now, cause, words, except_case)
    cap = Decimal(reserve.setting("year_cap", now))
    return {
        "before": history(household, except_case),
        "counted": counted,
        "cap": cap,
        "left": max(cap - counted.amount, Decimal(0)),
        "most": int(reserve.setting("same_cause_grants", now)),
        "year": now.year,
    }


class OfTemporary:
    def queryset(self, request: HttpRequest) -> Any:
        return TemporaryApplication.objects.visible_to(request.user).select_related(
            "person", "division", "household", "entitlement", "decision", "proposal", "opened_by"
        )

    def get_crumbs(self) -> list[tuple[str, str]]:
        case = self.object  # type: ignore[attr-defined]
        return [HOME, LIST, (str(case), case.get_absolute_url())]


class TemporaryPage(OfTemporary, DetailPage):
    """The case: stage line, facts left, amount and record right, action bar."""

    template_name, place, roles = "relief/temporary/case.html", "case", SEEING
    menu_url = reverse_lazy("relief:temporary")

    def get_title(self) -> str:
        return f"{self.object.subject} {self.object.get_kind_display()}临时救助"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, LIST]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        found = [obj.number, obj.division.name, f"{obj.members.count()} 人", obj.get_cause_display()]
        if obj.accepted_on and obj.whole_due_on:
            found.append(f"受理 {obj.accepted_on:%Y-%m-%d}，总时限 {obj.whole_due_on:%Y-%m-%d}")
        return found

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        notice = current_notice(obj)
        found = [
            Action(one.title, reverse("casework:document", args=[obj.pk, one.kind]))
            for one in papers_for(obj)
        ]
        if notice:
            found.append(Action("公示单", reverse("casework:notice-print", args=[notice.pk])))
        return found

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        advance = obj.advances.select_related("proposed_by", "approved_by", "reserve").first()
        may_take_back = (
            advance and advance.state == AdvanceState.TO_RECOVER and request.user.role == Role.TOWNSHIP_CLERK
        )
        return {
            **assessment_data(obj),
            **before_data(obj.household, obj),
            "case": obj,
            "members": obj.members.select_related("person"),
            "expenses": obj.expenses.all(),
            "self_paid": obj.self_paid,
            **papers_of(obj),
            **handling(obj, request.user),
            "advance": advance,
            "advance_late": bool(advance and advance.is_late(casework.today())),
            "may_take_back": may_take_back,
            "reserve_left": reserve.balance_of(obj.division, casework.today().year),
        }


def assessment_data(case: TemporaryApplication) -> dict[str, Any]:
    """The sum: as decided, or as it would be today."""
    now = casework.today()
    frozen = case.decision if case.state != CaseState.OPEN else None
    if frozen:
        facts, answer = frozen.facts, frozen_answer(frozen)
    else:
        facts = facts_of(case, now)
        answer = assess(facts)
    found = answer.get("figures") or {}
    note = ""
    if found:
        month = format_month(month_of(case.decided_on or now))
        note = f"标准：每人每月 {money_text(found['standard'])} 元；测算月份 {month}；一户一年限额 "
        note += f"{money_text(found['year_cap'])} 元，本次之前已救助 {money_text(found['granted'])} 元。"
        if "income_each" in found:
            note += f"人均月收入 {money_text(found['income_each'])} 元，须低于 {money_text(found['income_limit'])} 元。"
    lines = answer.get("lines", [])
    capped = next((Decimal(one["amount"]) for one in lines if one["rule"] == "cap"), None)
    return {
        "answer": answer,
        "error": why_no_answer(case, answer),
        "lines": breakdown(lines, facts),
        "total": answer.get("monthly_amount"),
        "worth": worth_of(lines) if answer.get("eligible") else None,
        "capped": -capped if capped else None,
        "note": note,
        "total_label": total_label(case, answer),
    }


def total_label(case: TemporaryApplication, answer: dict[str, Any]) -> str:
    """What the sum means: paid in that month, or only computed."""
    if case.state in (CaseState.REFUSED, CaseState.WITHDRAWN):
        return f"测算结果（{case.get_state_display()}，不发放）"
    return f"本次发放（{answer.get('first_month') or '—'}）"


class Correct(OfTemporary, VerbView):
    """更正: what happened, members, expenses, by whoever must act now."""

    title, button = "更正申请内容", "保存申请内容"
    roles = {Role.TOWNSHIP_CLERK, Role.TOWNSHIP_LEADER, Role.BUREAU_OFFICER}
    template_name = "relief/temporary/apply.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return CorrectForm(data, case=obj)

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            **before_data(obj.household, obj),
            "case": obj,
            "why": casework.why_not_edit(obj, request.user),
        }

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        services.record_facts(obj, request.user, form.facts(), data["version"])
        return f"已保存 {obj.subject} 户的申请内容。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url()
