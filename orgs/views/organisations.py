"""Bodies and their certificates: list, page, what an officer may begin from there."""

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from core.lists import ListPage
from core.pages import Action, Confirm, DetailPage, VerbView
from core.trail import changes_of, hide_number
from district.services import district
from orgs import certificates, documents, forms, inspection, lists, services
from orgs.models import CertificateState, Measure, MeasureState, Organisation, OrgCertificate, OrgState
from orgs.views.common import HOME, OFFICER, ORGS, SEEING, OfLine, of_line, paper


class OrganisationList(OfLine, ListPage):
    title, unit, crumbs = "社会组织", "家", [HOME, ("社会组织", "")]
    roles = SEEING
    filterset_class, table_class = lists.OrganisationFilter, lists.OrganisationTable
    defaults = {"state": "live"}

    def queryset(self, request: HttpRequest) -> Any:
        return Organisation.objects.visible_to(request.user).order_by("-founded_on", "-pk")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"), capital=Sum("capital"))

    def actions(self, request: HttpRequest) -> list[Action]:
        return (
            [Action("成立登记", reverse("orgs:establish"), primary=True)]
            if request.user.role in OFFICER
            else []
        )


class OfOrganisation(OfLine):
    """Pages and verbs of one body."""

    roles = SEEING

    def queryset(self, request: HttpRequest) -> Any:
        return Organisation.objects.visible_to(request.user).select_related("division", "person")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        body = self.object  # type: ignore[attr-defined]
        return [HOME, ORGS, (str(body), body.get_absolute_url())] if body else [HOME, ORGS]


class OrganisationPage(OfOrganisation, DetailPage):
    """What is registered, its certificate, acts, inspections, measures and the history of changes."""

    template_name, place = "orgs/organisation.html", "organisation"
    crumbs = [HOME, ORGS]

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, ORGS]

    def facts(self, request: HttpRequest, obj: Organisation) -> list[Any]:
        return [obj.credit_code, obj.get_kind_display(), f"成立 {obj.founded_on}"]

    def actions(self, request: HttpRequest, obj: Organisation) -> list[Action]:
        if request.user.role not in OFFICER or not obj.is_live:
            return []
        open_act = obj.acts.filter(state=CaseState.OPEN).first()
        why = f"{open_act.number} 还在办理" if open_act else ""
        return [
            Action("提出监管措施", reverse("orgs:measure", args=[obj.pk])),
            Action("注销登记", reverse("orgs:cancel", args=[obj.pk]), why=why),
            Action("变更登记", reverse("orgs:change", args=[obj.pk]), primary=True, why=why),
        ]

    def data(self, request: HttpRequest, obj: Organisation) -> dict[str, Any]:
        return {
            "body": obj,
            "certificates": obj.certificates.select_related("issued_by"),
            "acts": obj.acts.order_by("-pk"),
            "inspections": obj.inspections.select_related("campaign").order_by("-campaign__year"),
            "measures": obj.measures.select_related("proposed_by", "decided_by"),
            "events": record_of(obj),
            "today": today(),
            "missed": inspection.years_missed(obj, today()),
            "may": request.user.role in OFFICER and of_line(request.user),
            "public": request.build_absolute_uri(reverse("orgs:public", args=[obj.credit_code])),
        }


def record_of(body: Organisation) -> list[dict[str, Any]]:
    """The history of what is registered; identity and phone numbers stay masked."""
    events = changes_of(body)
    for event in events:
        event["changes"] = [
            (label, hide_number(before), hide_number(after)) for label, before, after in event["changes"]
        ]
    return events


class Establish(OfLine, VerbView):
    """成立登记, first page: name and facts."""

    title, button, form_class, roles = "成立登记", "登记成立申请", forms.EstablishForm, OFFICER
    template_name, crumbs = "orgs/facts.html", [HOME, ORGS, ("成立登记", "")]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"name_area": district().name}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        facts = {name: value for name, value in data.items() if name != "version"}
        self.made = services.open_establish(request.user, facts)
        return f"已登记“{self.made.name}”的成立申请，编号 {self.made.number}；请先核准名称。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("orgs:applications")


class BodyVerb(OfOrganisation, VerbView):
    roles = OFFICER

    def get_title(self) -> str:
        return f"{self.title}：{self.object}"


class OpenChange(BodyVerb):
    title, button, form_class = "变更登记", "登记变更申请", forms.ChangeForm
    template_name = "orgs/facts.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        self.form = forms.ChangeForm(data, initial=forms.initial_of(obj, forms.ChangeForm), kept=obj)
        return self.form

    def act(self, request: HttpRequest, obj: Organisation, data: dict[str, Any]) -> str:
        wished = self.form.facts()
        parts = {name: wished.pop(name) for name in services.NAME_PARTS}
        if parts["name_form"]:
            wished |= {**parts, "name": services.name_parts(parts).whole}
        self.made = services.open_change(obj, request.user, wished, data["reason"])
        return f"已登记 {obj} 的变更申请，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()


class OpenCancel(BodyVerb):
    title, button, form_class = "注销登记", "登记注销申请", forms.CancelForm

    def act(self, request: HttpRequest, obj: Organisation, data: dict[str, Any]) -> str:
        self.made = services.open_cancel(obj, request.user, data["reason"])
        return f"已登记 {obj} 的注销申请，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()


class ProposeMeasure(BodyVerb):
    title, button, form_class = "提出监管措施", "提出措施", forms.MeasureForm

    def get_initial(self, request: HttpRequest, obj: Organisation) -> dict[str, Any]:
        missed = inspection.years_missed(obj, today())
        ground = f"连续 {missed} 年未按规定报送年度工作报告。" if missed else ""
        return {"kind": "exception" if obj.state == OrgState.ACTIVE else "lift", "ground": ground}

    def act(self, request: HttpRequest, obj: Organisation, data: dict[str, Any]) -> str:
        made = inspection.propose_measure(obj, data["kind"], data["ground"], request.user)
        return f"已提出对 {obj} {made.get_kind_display()}，待另一人决定。"


class DecideMeasure(OfLine, VerbView):
    title, button, form_class, roles = "决定监管措施", "作出决定", forms.DecideForm, OFFICER
    template_name = "orgs/measure.html"

    def queryset(self, request: HttpRequest) -> Any:
        return Measure.objects.visible_to(request.user).select_related("organisation", "proposed_by")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, ORGS, (str(self.object.organisation), self.object.get_absolute_url())]

    def page_data(self, request: HttpRequest, obj: Measure) -> dict[str, Any]:
        why = "您是提出人，须由另一人决定。" if obj.proposed_by_id == request.user.pk else ""
        done = "" if obj.state == MeasureState.PROPOSED else f"这项措施{obj.get_state_display()}。"
        return {"measure": obj, "why": why or done}

    def act(self, request: HttpRequest, obj: Measure, data: dict[str, Any]) -> str:
        made = inspection.decide_measure(obj, request.user, data["agree"] == "yes", data["opinion"])
        return f"{obj.organisation}：{obj.get_kind_display()}，{made.get_state_display()}。"


class RenewCertificate(BodyVerb):
    title, confirm_first = "换发登记证书", True

    def confirm(self, request: HttpRequest, obj: Organisation) -> Confirm:
        lead = f"为 {obj} 按现登记事项换发证书，取下一个证书编号，原证收回。"
        return Confirm(lead=lead, button="换发登记证书", undo="新证可以作废重制，编号不再使用。")

    def act(self, request: HttpRequest, obj: Organisation, data: Any) -> str:
        made = certificates.renew_certificate(obj, request.user)
        return f"已为 {obj} 换发证书 {made.number}。"


class CertificateList(OfLine, ListPage):
    """All certificate numbers, the spoiled ones with their reason: the series is accounted for."""

    title, unit, crumbs = "登记证书", "本", [HOME, ("登记证书", "")]
    roles = SEEING
    filterset_class, table_class = lists.CertificateFilter, lists.CertificateTable

    def queryset(self, request: HttpRequest) -> Any:
        return (
            OrgCertificate.objects.visible_to(request.user).select_related("organisation").order_by("-number")
        )

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"))


class OfCertificate(OfLine):
    roles = OFFICER

    def queryset(self, request: HttpRequest) -> Any:
        return OrgCertificate.objects.visible_to(request.user).select_related("organisation__division")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        body = self.object.organisation  # type: ignore[attr-defined]
        return [HOME, ORGS, (str(body), body.get_absolute_url())]


class SpoilCertificate(OfCertificate, VerbView):
    title, button, form_class = "作废登记证书", "作废并重制", forms.SpoilForm

    def confirm(self, request: HttpRequest, obj: OrgCertificate) -> Confirm:
        lead = f"作废 {obj.organisation} 的证书 {obj.number}，同样内容取下一个编号重制。"
        return Confirm(lead=lead, button="作废并重制", undo="作废的编号保留，不再使用。", danger=True)

    def act(self, request: HttpRequest, obj: OrgCertificate, data: dict[str, Any]) -> str:
        made = certificates.spoil_certificate(obj, data["reason"], request.user)
        return f"证书 {obj.number} 已作废，新编号 {made.number}。"


class PrintCertificate(OfCertificate, DetailPage):
    """The certificate on its layout, as docx; a certificate no longer valid isn't printed again."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.object = self.get_object(request)
        if one.state != CertificateState.VALID:
            return self.render("orgs/not_valid.html", status=409, certificate=one, title=f"证书 {one.number}")
        certificates.mark_printed(one)
        name = f"登记证书 {one.number} {one.organisation}.docx"
        return paper(request, name, documents.certificate(one), f"登记证书 {one}", f"orgcertificate:{one.pk}")
