"""Pages of 特困: who is cared for, find the person, apply, the case, facts, care grading, change, review."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from benefits.models import Entitlement
from benefits.words import breakdown
from casework import services as casework
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.months import add_months, age_in_month, format_month, month_of
from core.pages import Action, DetailPage, TemplatePage, VerbView
from core.tables import DayColumn, MoneyColumn, MonthColumn, NameColumn, Table, TextColumn
from core.templatetags.ui import money_text
from district.models import Role
from registry.models import Institution, Person
from relief.shared.models import ChangeKind, Review
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
from relief.tekun import panels, services
from relief.tekun.forms import ApplicationForm, ChangeForm, CorrectForm, GradeForm, ReviewForm
from relief.tekun.models import CareGrade, Placement, TekunApplication, TekunPlacement
from relief.tekun.rules import BASIC, CARE

HOME = ("工作台", "/")
LIST: Any = ("特困供养", reverse_lazy("relief:tekun"))
SEEING = panels.SEEING
CLERK = {Role.TOWNSHIP_CLERK}
NAMES = {BASIC: "基本生活", CARE: "照料护理"}


# -- who is cared for ----------------------------------------------------------------------------------------


class LiveFilter(FilterSet):
    more = ("division",)
    placement = AnyChoiceFilter(label="供养方式", choices=Placement.choices, field_name="placement")
    grade = AnyChoiceFilter(label="能力档次", choices=CareGrade.choices, field_name="grade")
    due = AnyChoiceFilter(
        label="核查期限", choices=[("late", "已逾期"), ("soon", "30 日内")], method="filter_due"
    )
    name = django_filters.CharFilter(label="姓名", field_name="person__name", lookup_expr="startswith")
    home = django_filters.ModelChoiceFilter(
        label="供养机构", queryset=lambda request: Institution.objects.visible_to(request.user),
        field_name="institution", empty_label="全部",
    )  # fmt: skip
    division = django_filters.CharFilter(
        label="区划代码", field_name="division__code", lookup_expr="startswith"
    )

    def filter_due(self, queryset, name, value):
        day = casework.today()
        last = day - timedelta(days=1) if value == "late" else day + panels.SOON
        return queryset.filter(Q(review_due__lte=last) | Q(care_due__lte=last))


class LiveTable(Table):
    person = NameColumn(
        verbose_name="姓名", accessor="person__name", url=lambda one: reverse("registry:person", args=[one.person_id])
    )  # fmt: skip
    division = TextColumn(verbose_name="村（社区）", accessor="division__name")
    placement = TextColumn(verbose_name="供养方式")
    home = TextColumn(verbose_name="供养机构", accessor="institution_name", drop=True)
    grade = TextColumn(verbose_name="能力档次")
    monthly_amount = MoneyColumn(verbose_name="基本生活（元/月）")
    care_amount = MoneyColumn(verbose_name="照料护理（元/月）")
    first_month = MonthColumn(verbose_name="起始月份", drop=True)
    review_due = DayColumn(verbose_name="核查期限")

    def render_placement(self, value):
        return dict(Placement.choices).get(value, "—")

    value_placement = render_placement

    def render_grade(self, value):
        return dict(CareGrade.choices).get(value, "—")

    value_grade = render_grade


def with_care(entitlements: Any, month: Any) -> Any:
    """Basic entitlements with what stands beside them: care amount, placement, home, grade, when the grading is due."""
    in_force = Q(last_month__isnull=True) | Q(last_month__gte=month)
    care = Entitlement.objects.filter(
        in_force, person=OuterRef("person"), programme=CARE, is_void=False
    ).order_by("first_month")
    placed = TekunPlacement.objects.filter(in_force, person=OuterRef("person")).order_by("first_month")
    return entitlements.annotate(
        care_amount=Subquery(care.values("monthly_amount")[:1]),
        care_due=Subquery(care.values("review_due")[:1]),
        placement=Subquery(placed.values("placement")[:1]),
        institution=Subquery(placed.values("institution")[:1]),
        institution_name=Subquery(placed.values("institution__name")[:1]),
        grade=Subquery(placed.values("grade")[:1]),
    )


class LiveList(ListPage):
    """特困供养: everyone who is cared for, with the way and the home, and when the next review is due."""

    title, unit, crumbs = "特困供养", "人", [HOME, ("特困供养", "")]
    roles = SEEING
    filterset_class, table_class = LiveFilter, LiveTable

    def queryset(self, request: HttpRequest) -> Any:
        rows = panels.live(request.user, BASIC).select_related("person", "division")
        return with_care(rows, month_of(casework.today())).order_by("division", "person__name", "pk")

    def totals(self, queryset: Any) -> dict[str, Any]:
        # Named apart from the columns: an aggregate of an annotation's own name shadows it.
        sums = queryset.aggregate(rows=Count("pk"), basic=Sum("monthly_amount"), care=Sum("care_amount"))
        return {"count": sums["rows"], "monthly_amount": sums["basic"], "care_amount": sums["care"]}

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role != Role.TOWNSHIP_CLERK:
            return []
        return [Action("新建特困申请", reverse("relief:tekun_find"), primary=True)]


# -- application ---------------------------------------------------------------------------------------------


class FindPerson(TemplatePage):
    """新建特困申请, first step: for whom? By name, ID number, telephone, household number."""

    title, template_name, crumbs = "新建特困申请", "relief/tekun/find.html", [HOME, LIST, ("新建申请", "")]
    roles = CLERK

    def data(self, request: HttpRequest) -> dict[str, Any]:
        text = request.GET.get("q", "").strip()[:40]
        found: list[Any] = []
        if text:
            known = (
                Q(name__startswith=text)
                | Q(id_number__iexact=text)
                | Q(phone=text)
                | Q(initials__startswith=text.lower())
                | Q(memberships__household__number=text, memberships__until=None)
            )
            if len(text) == 4 and text[:3].isdigit():
                known |= Q(id_number__endswith=text.upper())
            people = Person.objects.visible_to(request.user).filter(known, death_date=None)
            found = list(people.select_related("division").distinct().order_by("name", "pk")[:30])
        month = month_of(casework.today())
        for one in found:
            one.age = age_in_month(one.birth_date, month)
            one.may = panels.may_apply_now(request.user, one)
        return {"text": text, "found": found}


class Apply(VerbView):
    """新建特困申请, second step: who applies, supporters, income and assets, where he will live."""

    title, button = "登记特困申请", "登记申请"
    roles = CLERK
    template_name = "relief/tekun/apply.html"

    def queryset(self, request: HttpRequest) -> Any:
        return Person.objects.visible_to(request.user).filter(death_date=None).select_related("division")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LIST, ("新建申请", reverse("relief:tekun_find")), (str(self.object), "")]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return ApplicationForm(data, person=obj, user=request.user)

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"age": age_in_month(obj.birth_date, month_of(casework.today()))}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        self.made = services.apply(
            obj,
            request.user,
            incomes=form.incomes(),
            assets=form.assets(),
            supporters=form.supporters(),
            **form.facts(),
        )
        return f"已登记 {obj.name} 的特困申请，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("relief:tekun_find")


# -- the case ------------------------------------------------------------------------------------------------


class OfApplication:
    def queryset(self, request: HttpRequest) -> Any:
        return TekunApplication.objects.visible_to(request.user).select_related(
            "person", "division", "household", "institution", "basic", "care", "opened_by",
            "basic_decision", "care_decision", "basic_proposal", "care_proposal", "funeral",
        )  # fmt: skip

    def get_crumbs(self) -> list[tuple[str, Any]]:
        case = self.object  # type: ignore[attr-defined]
        return [HOME, LIST, (str(case), case.get_absolute_url())]


def kind_words(case: TekunApplication) -> str:
    """特困申请, 特困变更, 特困停止."""
    if not case.is_change:
        return "特困申请"
    return "特困停止" if case.change_kind == ChangeKind.END else "特困变更"


class CasePage(OfApplication, DetailPage):
    """The case: stage line, facts left, both amounts and record right, action bar."""

    template_name, place, roles = "relief/tekun/case.html", "case", SEEING
    menu_url = reverse_lazy("casework:case-list")

    def get_title(self) -> str:
        return f"{self.object.subject} {kind_words(self.object)}"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LIST]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        age = age_in_month(obj.person.birth_date, case_month(obj))
        found = [obj.number, obj.division.name, f"{age} 周岁", obj.get_placement_display()]
        if obj.accepted_on:
            found.append(f"受理 {obj.accepted_on:%Y-%m-%d}")
        return found

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        return case_actions(obj, "relief:tekun_print")

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        conflicts = held_conflicts(obj, [obj.person_id], BASIC)
        return {**case_data(obj), **handling(obj, request.user), "conflicts": conflicts}


def case_month(case: TekunApplication) -> Any:
    """The month whose rules count: of the decision, for a change the one before it takes effect, else this month."""
    if case.is_change and case.first_month:
        return add_months(case.first_month, -1)
    return month_of(case.decided_on or casework.today())


def case_data(case: TekunApplication) -> dict[str, Any]:
    """What page and print of a case share."""
    month = case_month(case)
    kept = {BASIC: case.basic_decision, CARE: case.care_decision}
    if case.state != "open" and all(kept.values()):
        answers = {code: frozen_answer(one) for code, one in kept.items()}
    else:
        answers = services.assess_now(case, month)
    basic = answers[BASIC]
    figures = basic.get("figures") or {}
    note = ""
    if figures:
        standard = money_text(figures["standard"])
        note = f"低保标准每人每月 {standard} 元，测算月份 {format_month(month)}，{summary(basic)}。"
    lines = [line for one in answers.values() for line in one.get("lines", [])]
    reasons = list({r["code"]: r for one in answers.values() for r in one.get("reasons", [])}.values())
    return {
        "case": case,
        "incomes": case.incomes.all(),
        "summary": summary(basic),
        "assets": asset_rows(case, basic),
        "assets_title": "本人财产",
        "answers": [(NAMES[code], one) for code, one in answers.items()],
        "basic": basic,
        "error": next((why for one in answers.values() if (why := why_no_answer(case, one))), ""),
        "reasons": reasons,
        "lines": breakdown(lines, {}),
        "total": services.total_of(answers),
        "total_label": f"每月合计（自 {basic.get('first_month') or '—'} 起）",
        "note": note,
        "grading": case.grading,
        "gradings": case.gradings.all(),
        "supporters": case.supporters.all(),
        **papers_of(case),
    }


class Facts(OfApplication, EditCase):
    title, button = "更正申请情况", "保存申请情况"
    template_name = "relief/tekun/facts.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return CorrectForm(data, case=obj, user=request.user, initial=self.get_initial(request, obj))

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        services.record_facts(
            obj, request.user, form.facts(), supporters=form.supporters(), version=data["version"]
        )
        return f"已保存 {obj.subject} 的申请情况。"


class Economy(OfApplication, EditEconomy):
    """本人收入与财产."""


class Grade(OfApplication, EditCase):
    """自理能力评估: six abilities, two graders, on a tablet at the bedside."""

    title, button = "自理能力评估", "登记评估"
    template_name = "relief/tekun/grade.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        first = {
            **self.get_initial(request, obj),
            "graded_on": casework.today(),
            "grader": request.user.full_name,
        }
        return GradeForm(data, initial=first)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        found = services.grade_care(
            obj,
            request.user,
            graded_on=data["graded_on"],
            grader=data["grader"],
            second_grader=data["second_grader"],
            abilities=form.abilities(),
            note=data["note"],
            version=data["version"],
        )
        return f"已登记 {obj.subject} 的评估：{found.get_grade_display()}（丧失 {found.lost} 项）。"


class PrintCase(OfApplication, PrintFile):
    template_name, roles = "relief/tekun/print.html", SEEING

    def kind_words(self, case: TekunApplication) -> str:
        return kind_words(case)

    def case_data(self, case: TekunApplication) -> dict[str, Any]:
        return case_data(case)


# -- what is granted -----------------------------------------------------------------------------------------


class OfEntitlement:
    """Verbs on a live 特困; the care entitlement leads to the same person's."""

    roles = CLERK

    def queryset(self, request: HttpRequest) -> Any:
        return panels.live(request.user).select_related("programme", "person", "division")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LIST]

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        month = month_of(casework.today())
        basic, care = services.live_tekun(obj.person, month)
        placed = services.placement_of(obj.person, month)
        return {"entitlement": obj, "basic": basic, "care": care, "placed": placed}

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("relief:tekun")


class OpenChange(OfEntitlement, VerbView):
    """变更或停止: begins the case that a bureau officer will decide."""

    title, button = "变更或停止特困供养", "登记变更"
    template_name = "relief/tekun/of_entitlement.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        first = add_months(month_of(casework.today()), 1)
        initial = {"kind": request.GET.get("kind", "adjust"), "from_month": max(first, obj.first_month)}
        return ChangeForm(data, initial=initial, user=request.user)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        ends = data["kind"] == ChangeKind.END
        self.made = services.open_change(
            obj,
            request.user,
            data["kind"],
            from_month=data["from_month"],
            placement="" if ends else data["placement"],
            institution=None if ends else data["institution"],
            end_reason=data["end_reason"] if ends else "",
            end_note=data["end_note"],
            death_date=data["death_date"] if ends else None,
            funeral_payee=data["funeral_payee"] if ends else None,
            reason=data["reason"],
        )
        return f"已登记 {obj.person} 的特困{'停止' if ends else '变更'}，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()


class DoReview(OfEntitlement, ReviewOne):
    """年度核查 of one person; a new care grade goes through a change."""

    title, form_class = "登记年度核查", ReviewForm
    template_name = "relief/tekun/of_entitlement.html"
    word, list_name = "年度核查", "relief:tekun"

    def review(self, entitlement: Any, actor: Any, **found: Any) -> Review:
        return services.review(entitlement, actor, **found)
