"""One person's case: finding the person, the application, the case page, an ending."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from benefits.models import EntitlementMember
from benefits.words import breakdown
from casework import services as casework
from casework.documents import papers_for
from casework.forms import ASKS
from casework.line import action_bar, stage_steps, timeline
from core.months import add_months, age_in_month, format_month, month_of
from core.pages import Action, DetailPage, TemplatePage, VerbView
from core.templatetags.ui import money_text
from elderly import finding, services
from elderly.forms import ApplyForm, EndForm
from elderly.models import AllowanceApplication, Origin
from elderly.panels import CLERK, SEEING
from elderly.services.applying import look, programme_for
from elderly.services.granting import check_rows
from registry import search
from registry.models import Person

HOME = ("工作台", "/")
LISTS: Any = ("高龄名单", reverse_lazy("elderly:lists"))


class FindPerson(TemplatePage):
    """新建申请, first step: who applies? Old people by name or ID number, with what they hold."""

    title, template_name = "登记高龄津贴申请", "elderly/find.html"
    crumbs = [HOME, LISTS, ("登记申请", "")]
    roles = {CLERK}

    def data(self, request: HttpRequest) -> dict[str, Any]:
        text = request.GET.get("q", "").strip()[:40]
        if not text:
            return {"text": "", "found": []}
        month = month_of(casework.today())
        people = search.narrowed(Person.objects.visible_to(request.user), text).filter(
            birth_date__lt=add_months(month, -12 * 60)
        )
        found = list(people.select_related("division").order_by("birth_date")[:30])
        held = EntitlementMember.objects.filter(
            finding.in_force(month), person__in=[one.pk for one in found], group="old_age"
        ).select_related("entitlement__programme")
        holds = {one.person_id: one.entitlement for one in held}
        rows = [
            {"person": one, "age": age_in_month(one.birth_date, month), "held": holds.get(one.pk)}
            for one in found
        ]
        return {"text": text, "found": rows}


class Apply(VerbView):
    """新建申请, second step: what the rules say of the person, who applies."""

    title, button, form_class = "登记高龄津贴申请", "登记申请", ApplyForm
    template_name = "elderly/apply.html"
    roles = {CLERK}

    def queryset(self, request: HttpRequest) -> Any:
        return Person.objects.visible_to(request.user).select_related("division")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LISTS, ("登记申请", reverse("elderly:find")), (str(self.object), "")]

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        month = month_of(casework.today())
        answer = look(obj, month)
        return {
            "person": obj,
            "age": age_in_month(obj.birth_date, month),
            "answer": answer,
            "lines": breakdown(answer.get("lines", []), {}),
            "programme": {"longevity": "长寿金"}.get(programme_for(obj, month), "高龄津贴"),
            "account": obj.accounts.filter(until=None).first(),
        }

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.made = services.apply(obj, request.user, **data)
        return f"已登记 {obj.name} 的{self.made.programme.name}申请，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("elderly:find")


class ApplicationPage(DetailPage):
    """The case: stage line, who and since when, what the rules say, the record, the action bar."""

    template_name, place, roles = "elderly/application.html", "case", SEEING
    menu_url = reverse_lazy("elderly:lists")

    def queryset(self, request: HttpRequest) -> Any:
        return AllowanceApplication.objects.visible_to(request.user).select_related(
            "person", "division", "programme", "batch__programme", "batch__division", "entitlement__programme",
            "replaces__programme", "decision", "opened_by",
        )  # fmt: skip

    def get_title(self) -> str:
        what = "停发" if self.object.is_end else "申请"
        return f"{self.object.subject} {self.object.programme.name}{what}"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        batch = self.object.batch
        return [HOME, LISTS, *([(str(batch), batch.get_absolute_url())] if batch else [])]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        found = [obj.number, obj.division.name, Origin(obj.origin).label]
        if obj.age:
            found.append(f"{obj.age} 周岁")
        return found

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        return [
            Action(one.title, reverse("casework:document", args=[obj.pk, one.kind]))
            for one in papers_for(obj)
        ]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        bar = action_bar(obj, request.user)
        asks = [(name, ASKS[name](obj)) for name in bar.asks] if bar else []
        return {
            **assessed(obj),
            "case": obj,
            "stages": stage_steps(obj),
            "events": timeline(obj),
            "bar": bar,
            "asks": [
                (
                    name,
                    field,
                    field.widget.render(name, field.initial, {"id": f"bar-{name}", "class": "control"}),
                )
                for name, field in asks
            ],
            "account": obj.person.accounts.filter(until=None).first(),
            "replaced_until": add_months(obj.first_month, -1) if obj.first_month else None,
        }


def assessed(case: AllowanceApplication) -> dict[str, Any]:
    """The amount as decided, or as it would be decided now, with what stands in the way."""
    if case.is_end:
        return {}
    problems: list[str] = []
    assessment = case.decision
    if case.state == "open":
        ready = check_rows([case])
        assessment = ready.assessments.get(case.pk)
        problems = [why for _, why in ready.problems]
    lines = breakdown(assessment.lines, assessment.facts) if assessment else []
    start = format_month(case.first_month) or "—"
    return {
        "problems": problems,
        "reasons": assessment.reasons if assessment else [],
        "eligible": bool(assessment and assessment.eligible),
        "lines": lines,
        "total": money_text(assessment.monthly_amount) if assessment else "",
        "amount": assessment.monthly_amount if assessment else None,
        "total_label": f"月标准（自 {start} 起）",
        "conflicts": assessment.conflicts if assessment else [],
    }


class OpenEnding(VerbView):
    """登记停发 of a live entitlement: the bureau decides."""

    title, button, form_class = "登记停发", "登记停发", EndForm
    template_name = "elderly/of_entitlement.html"
    roles = {CLERK}

    def queryset(self, request: HttpRequest) -> Any:
        return finding.live(request.user).select_related("programme", "person", "division")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LISTS, (str(self.object), self.object.get_absolute_url())]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        death = obj.person.death_date
        month = add_months(month_of(death or casework.today()), 1)
        return {"from_month": month, "reason": "death" if death else ""}

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"entitlement": obj}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.made = services.open_ending(obj, request.user, **data)
        return f"已登记 {obj.person} 的停发，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url()
