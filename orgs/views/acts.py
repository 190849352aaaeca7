"""Acts of registration: list, page, facts, papers, liquidation. The steps themselves are casework's pages."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from casework import services as casework
from casework.documents import papers_for
from casework.line import action_bar, stage_steps, timeline
from casework.models import CaseState
from casework.workflow import flow_of
from core.lists import ListPage
from core.pages import Action, DetailPage, VerbView
from core.trail import hide_number
from orgs import forms, lists, services
from orgs.models import OrgApplication, OrgFlow
from orgs.views.common import ACTS, HOME, OFFICER, SEEING, OfLine


class ApplicationList(OfLine, ListPage):
    title, unit, crumbs = "登记事项", "件", [HOME, ("登记事项", "")]
    roles = SEEING
    filterset_class, table_class = lists.ActFilter, lists.ActTable
    defaults = {"state": "open"}

    def queryset(self, request: HttpRequest) -> Any:
        return OrgApplication.objects.visible_to(request.user).order_by("-pk")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"))

    def actions(self, request: HttpRequest) -> list[Action]:
        return (
            [Action("成立登记", reverse("orgs:establish"), primary=True)]
            if request.user.role in OFFICER
            else []
        )


class OfApplication(OfLine):
    roles = SEEING

    def queryset(self, request: HttpRequest) -> Any:
        return OrgApplication.objects.visible_to(request.user).select_related(
            "division", "organisation", "opened_by", "person"
        )

    def get_crumbs(self) -> list[tuple[str, Any]]:
        case = self.object  # type: ignore[attr-defined]
        return [HOME, ACTS, (str(case), case.get_absolute_url())] if case else [HOME, ACTS]


class ApplicationPage(OfApplication, DetailPage):
    """The act: stage line, what is asked for, papers, what the law says, record, action bar."""

    template_name, place = "orgs/application.html", "case"

    def get_title(self) -> str:
        return f"{self.object.subject} {flow_of(self.object).name.removeprefix('社会组织')}"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, ACTS]

    def facts(self, request: HttpRequest, obj: OrgApplication) -> list[Any]:
        found = [obj.number, obj.get_kind_display()]
        if obj.accepted_on:
            found.append(f"受理 {obj.accepted_on}")
        if obj.whole_due_on and obj.state == CaseState.OPEN:
            found.append(f"应于 {obj.whole_due_on} 前决定")
        return found

    def actions(self, request: HttpRequest, obj: OrgApplication) -> list[Action]:
        return [
            Action(one.title, reverse("casework:document", args=[obj.pk, one.kind]))
            for one in papers_for(obj)
        ]

    def data(self, request: HttpRequest, obj: OrgApplication) -> dict[str, Any]:
        given = {one.code: one for one in obj.given.filter(returned_on=None).select_related("received_by")}
        papers = [{"paper": one, "given": given.get(one.code)} for one in services.wanted_papers(obj)]
        is_open = obj.state == CaseState.OPEN
        may_edit = is_open and not casework.why_not_edit(obj, request.user)
        changes = obj.differences
        if obj.flow == OrgFlow.CHANGE and is_open and obj.organisation:
            changes = services.differences(
                obj.organisation, {name: getattr(obj, name) for name in services.FACTS}
            )
        return {
            "case": obj,
            "stages": stage_steps(obj),
            "events": timeline(obj),
            "papers": papers,
            "missing": [one for one in papers if one["given"] is None],
            "problems": services.problems_of(obj, casework.today()) if is_open else [],
            "changes": [masked_change(one) for one in changes],
            "bar": action_bar(obj, request.user),
            "asks": [],
            "may_edit": may_edit,
            "is_cancel": obj.flow == OrgFlow.CANCEL,
            "is_change": obj.flow == OrgFlow.CHANGE,
            "attachments": obj.attachments.filter(removed_at__isnull=True)
            .select_related("file", "added_by")
            .defer("file__content"),
        }


def masked_change(change: list[str]) -> list[str]:
    """A change as the page shows it; identity and phone numbers stay masked."""
    label, before, after = change
    return [label, hide_number(before), hide_number(after)]


class EditAct(OfApplication, VerbView):
    """Pages that change what an act says, by whoever must act now."""

    roles = OFFICER

    def get_title(self) -> str:
        return f"{self.title}：{self.object.subject}"

    def page_data(self, request: HttpRequest, obj: OrgApplication) -> dict[str, Any]:
        return {"why": casework.why_not_edit(obj, request.user), "case": obj}


class EditFacts(EditAct):
    """更正申请事项; with the name while it is not approved yet."""

    title, button, template_name = "更正申请事项", "保存申请事项", "orgs/facts.html"

    def form_for(self, obj: OrgApplication) -> Any:
        return forms.EstablishForm if obj.flow == OrgFlow.ESTABLISH else forms.ChangeForm

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        form = self.form_for(obj)
        self.form = form(data, initial=forms.initial_of(obj, form), kept=obj)
        return self.form

    def act(self, request: HttpRequest, obj: OrgApplication, data: dict[str, Any]) -> str:
        facts = self.form.facts()
        if obj.flow == OrgFlow.CHANGE:
            facts["reason"] = data["reason"]
        if obj.flow == OrgFlow.CHANGE and not facts.get("name_form"):
            facts = {name: value for name, value in facts.items() if name not in services.NAME_PARTS}
        services.save_facts(obj, facts, request.user, data["version"])
        return f"已保存 {obj.number} 的申请事项。"


class Papers(EditAct):
    """核收材料: what lies here, what is missing."""

    title, button, template_name = "核收材料", "保存材料清单", "orgs/papers.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        there = list(obj.given.filter(returned_on=None).values_list("code", flat=True))
        initial = {"version": obj.version, "papers": there}
        return forms.PapersForm(data, initial=initial, wanted=services.wanted_papers(obj))

    def page_data(self, request: HttpRequest, obj: OrgApplication) -> dict[str, Any]:
        return {**super().page_data(request, obj), "missing": services.missing_papers(obj)}

    def act(self, request: HttpRequest, obj: OrgApplication, data: dict[str, Any]) -> str:
        services.save_papers(obj, data["papers"], request.user, data["version"])
        missing = services.missing_papers(obj)
        words = f"还缺 {len(missing)} 份" if missing else "材料齐全"
        return f"已保存 {obj.number} 的材料清单，{words}。"


class Liquidation(EditAct):
    title, button, template_name = "登记清算", "保存清算情况", "orgs/liquidation.html"
    form_class = forms.LiquidationForm

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return forms.initial_of(obj, forms.LiquidationForm)

    def act(self, request: HttpRequest, obj: OrgApplication, data: dict[str, Any]) -> str:
        facts = {name: value for name, value in data.items() if name != "version"}
        services.save_facts(obj, facts, request.user, data["version"])
        return f"已保存 {obj.subject} 的清算情况。"
