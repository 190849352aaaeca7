"""Pages of 低保: find the household, apply, the case, the matrix, change, review."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from benefits.words import breakdown
from casework import services as casework
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.months import add_months, format_month, month_of
from core.pages import Action, DetailPage, TemplatePage, VerbView
from core.tables import DayColumn, MoneyColumn, NameColumn, NumberColumn, Table, TagColumn, TextColumn
from core.templatetags.ui import money_text
from district.models import Role
from registry.models import Household
from relief.dibao import pages, panels, services
from relief.dibao.facts import facts_of, members_of
from relief.dibao.forms import ApplicationForm, ChangeForm, MembersForm, ReviewForm
from relief.dibao.models import ChangeKind, DibaoApplication
from relief.shared.models import Review
from relief.shared.pages import (
    asset_rows,
    case_actions,
    frozen_answer,
    handling,
    held_conflicts,
    papers_of,
    summary,
)
from relief.shared.steps import why_no_answer
from relief.shared.views import EditCase, EditEconomy, PrintFile, ReviewOne

HOME = ("工作台", "/")
CASES: Any = ("案件", reverse_lazy("casework:case-list"))
SEEING = panels.SEEING
CLERK = {Role.TOWNSHIP_CLERK}


class FindHousehold(TemplatePage):
    """新建申请, first step: whose? By name, ID number, household number; who is not registered is registered first."""

    title, template_name, crumbs = "新建申请", "relief/dibao/find.html", [HOME, ("新建低保申请", "")]
    roles = CLERK

    def data(self, request: HttpRequest) -> dict[str, Any]:
        text = request.GET.get("q", "").strip()[:40]
        found: list[Any] = []
        if text:
            shown = Household.objects.visible_to(request.user).filter(until__isnull=True)
            person = (
                Q(memberships__person__name__startswith=text)
                | Q(memberships__person__id_number__iexact=text)
                | Q(memberships__person__phone=text)
                | Q(memberships__person__initials__startswith=text.lower())
            )
            if len(text) == 4 and text[:3].isdigit():
                person |= Q(memberships__person__id_number__endswith=text.upper())
            found = list(
                shown.filter(person, memberships__until__isnull=True)
                .select_related("division")
                .distinct()[:30]
            )
            found += list(shown.filter(number=text).select_related("division"))
        for one in found:
            members = members_of(one, casework.today())
            one.head = members[0].person if members else None
            one.count = len(members)
            one.names = "、".join(m.person.name for m in members[:6])
        return {"text": text, "found": found}


class Apply(VerbView):
    """新建申请, second step: members, what they declare, assets. Typed text stays when something is missing."""

    title, button = "登记低保申请", "登记申请"
    roles = CLERK
    template_name = "relief/dibao/apply.html"

    def queryset(self, request: HttpRequest) -> Any:
        return (
            Household.objects.visible_to(request.user).filter(until__isnull=True).select_related("division")
        )

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, ("新建申请", reverse("relief:find")), (str(self.object), "")]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return ApplicationForm(data, memberships=members_of(obj, casework.today()))

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        self.made = services.apply(
            obj,
            request.user,
            members=form.entries(),
            household_income=form.household_income(),
            assets=form.assets(),
            reason=data["reason"],
            single=data["single"],
            single_parent=data["single_parent"],
            staff_relative=data["staff_relative"],
        )
        return f"已登记 {self.made.person.name} 户的{self.made.programme.name}申请，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("relief:find")


class OfApplication:
    def queryset(self, request: HttpRequest) -> Any:
        return DibaoApplication.objects.visible_to(request.user).select_related(
            "person", "division", "household", "programme", "entitlement", "decision", "proposal", "opened_by"
        )

    def get_crumbs(self) -> list[tuple[str, str]]:
        case = self.object  # type: ignore[attr-defined]
        return [HOME, CASES, (str(case), case.get_absolute_url())]


def kind_words(case: DibaoApplication) -> str:
    """城市最低生活保障 申请, …停发."""
    kind = "申请" if not case.is_change else case.get_change_kind_display()
    return f"{case.programme.name}{kind}"


class ApplicationPage(OfApplication, DetailPage):
    """The case: stage line, facts left, amount and record right, action bar."""

    template_name, place, roles = "relief/dibao/application.html", "case", SEEING
    menu_url = reverse_lazy("casework:case-list")

    def get_title(self) -> str:
        return f"{self.object.person.name} {kind_words(self.object)}"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, CASES]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        persons = obj.members.filter(covered=True).count()
        found = [obj.number, obj.division.name, f"{persons} 人"]
        if obj.accepted_on and obj.whole_due_on:
            found.append(f"受理 {obj.accepted_on:%Y-%m-%d}，总时限 {obj.whole_due_on:%Y-%m-%d}")
        return found

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        return case_actions(obj, "relief:print")

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        conflicts = held_conflicts(
            obj, [one.person_id for one in obj.members.all() if one.covered], obj.programme
        )
        return {**case_data(obj), **handling(obj, request.user), "conflicts": conflicts}


def case_data(case: DibaoApplication) -> dict[str, Any]:
    """What page and print of a case share."""
    month = case_month(case)
    if case.decision and case.state != "open":
        facts, answer = case.decision.facts, frozen_answer(case.decision)
    else:
        facts = facts_of(case, month)
        answer = services.assess(facts)
    rows, sums = pages.income_rows(case)
    persons = len(case.members.all()) if case.single else sum(one.covered for one in case.members.all())
    figures = answer.get("figures") or {}
    note = ""
    if figures:
        standard = money_text(figures["standard"])
        note = f"标准：{case.programme.name}每人每月 {standard} 元；测算月份 {format_month(month)}，"
        note += f"{summary(answer)}。"
    return {
        "case": case,
        "incomes": rows,
        "sums": sums,
        "summary": summary(answer),
        "assets": asset_rows(case, answer, persons),
        "answer": answer,
        "error": why_no_answer(case, answer),
        "lines": breakdown(answer.get("lines", []), facts),
        "total": answer.get("monthly_amount"),
        "total_label": f"月保障金（{answer.get('persons', 0)} 人，自 {answer.get('first_month') or '—'} 起）",
        "note": note,
        **papers_of(case),
        "unsigned": [one for one in case.members.all() if not one.authorised],
    }


def case_month(case: DibaoApplication) -> Any:
    """The month whose rules count: of the decision, for a change the one before it takes effect, else this month."""
    if case.is_change and case.first_month:
        return add_months(case.first_month, -1)
    return month_of(case.decided_on or casework.today())


class EditFacts(OfApplication):
    """What the case says of itself, as the forms begin with it."""

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        names = ("reason", "single", "single_parent", "staff_relative", "is_hard", "version")
        return {name: getattr(obj, name) for name in names}


class Economy(EditFacts, EditEconomy):
    whose = " 户"


class Members(EditFacts, EditCase):
    title, button = "更正家庭成员", "保存家庭成员"
    template_name = "relief/dibao/members.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return MembersForm(data, case=obj, initial=self.get_initial(request, obj))

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        services.record_members(
            obj, request.user, form.member_rows(), facts=form.case_facts(), version=data["version"]
        )
        return f"已保存 {obj.person.name} 户的家庭成员。"


class PrintCase(OfApplication, PrintFile):
    template_name, roles = "relief/dibao/print.html", SEEING

    def kind_words(self, case: DibaoApplication) -> str:
        return kind_words(case)

    def case_data(self, case: DibaoApplication) -> dict[str, Any]:
        return case_data(case)


class OfEntitlement:
    """Verbs on a live 低保."""

    roles = CLERK

    def queryset(self, request: HttpRequest) -> Any:
        return panels.live_dibao(request.user).select_related("programme", "household", "person", "division")

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [HOME, ("定期核查", reverse("relief:reviews"))]

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"entitlement": obj}

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("relief:reviews")


class OpenChange(OfEntitlement, VerbView):
    """变更或停发: begins the case that a bureau officer will decide."""

    title, button, form_class = "变更或停发", "登记变更", ChangeForm
    template_name = "relief/dibao/of_entitlement.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        first = add_months(month_of(casework.today()), 1)
        return {"kind": request.GET.get("kind", "adjust"), "from_month": max(first, obj.first_month)}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        self.made = services.open_change(
            obj,
            request.user,
            data["kind"],
            from_month=data["from_month"],
            end_reason=data["end_reason"] if data["kind"] == ChangeKind.END else "",
            end_note=data["end_note"],
            reason=data["reason"],
            grace=data["grace"],
            grace_months_used=data["grace_months_used"],
        )
        return f"已登记 {obj.person} 户的{self.made.get_change_kind_display()}，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()


class DoReview(OfEntitlement, ReviewOne):
    """年审 of one household."""

    title, form_class = "登记定期核查", ReviewForm
    template_name = "relief/dibao/of_entitlement.html"
    whose, list_name = " 户", "relief:reviews"

    def review(self, entitlement: Any, actor: Any, **found: Any) -> Review:
        return services.review(entitlement, actor, **found)


class ReviewFilter(FilterSet):
    due = AnyChoiceFilter(
        label="期限", choices=[("late", "已逾期"), ("soon", "30 日内")], method="filter_due"
    )
    care_class = AnyChoiceFilter(label="类别", choices=[("A", "A类"), ("B", "B类"), ("C", "C类")])

    def filter_due(self, queryset, name, value):
        day = casework.today()
        return queryset.filter(review_due__lt=day if value == "late" else day + timedelta(days=30))


class ReviewTable(Table):
    person = NameColumn(
        verbose_name="户主", accessor="person__name", url=lambda one: reverse("relief:review", args=[one.pk])
    )
    division = TextColumn(verbose_name="村（社区）", accessor="division__name")
    programme = TextColumn(verbose_name="项目", accessor="programme__name", drop=True)
    care_class = TagColumn(verbose_name="类别")
    persons = NumberColumn(verbose_name="人数")
    monthly_amount = MoneyColumn(verbose_name="月保障金（元）")
    review_due = DayColumn(verbose_name="核查期限")


class Reviews(ListPage):
    """定期核查: live 低保 by when its next review is due."""

    title, unit, crumbs = "定期核查", "户", [HOME, ("定期核查", "")]
    roles = {Role.TOWNSHIP_CLERK, Role.TOWNSHIP_LEADER, Role.BUREAU_OFFICER}
    filterset_class, table_class = ReviewFilter, ReviewTable
    defaults = {"due": "soon"}

    def queryset(self, request: HttpRequest) -> Any:
        shown = panels.live_dibao(request.user).filter(review_due__isnull=False)
        return shown.select_related("person", "division", "programme").order_by("review_due", "id")
