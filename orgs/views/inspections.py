"""The yearly inspection: campaigns with their progress, one report, conclusions, notices."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy

from casework.services import today
from core.errors import UserError
from core.lists import ListPage
from core.pages import Action, BulkAction, Confirm, DetailPage, TemplatePage, VerbView
from core.places import Stat
from core.trail import changes_of
from orgs import documents, forms, inspection, lists
from orgs.models import InspectionCampaign, InspectionReport, Measure, MeasureState, ReportState
from orgs.rules import CONCLUSIONS, INSPECTION_PAPERS
from orgs.views.common import CAMPAIGNS, HOME, OFFICER, SEEING, OfLine, of_line, paper

OFFICERS = frozenset(str(role) for role in OFFICER)
PAPERS = str(InspectionReport._meta.get_field("papers").verbose_name)


class CampaignList(OfLine, TemplatePage):
    """All campaigns with their progress, and who has missed too many years."""

    title, template_name, roles = "年度检查", "orgs/campaigns.html", SEEING
    crumbs = [HOME, ("年度检查", "")]

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role not in OFFICER:
            return []
        return [Action("启动年度检查", reverse("orgs:campaign-new"), primary=True)]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        campaigns = list(InspectionCampaign.objects.visible_to(request.user).select_related("opened_by"))
        try:
            candidates = inspection.exception_candidates(request.user, today())
        except UserError:
            candidates = []
        measures = Measure.objects.visible_to(request.user).filter(state=MeasureState.PROPOSED)
        return {
            "rows": [(one, inspection.progress(one, today())) for one in campaigns],
            "candidates": candidates,
            "measures": measures.select_related("organisation", "proposed_by"),
            "may": request.user.role in OFFICER,
        }


class OpenCampaign(OfLine, VerbView):
    title, button, form_class, roles = "启动年度检查", "启动年度检查", forms.CampaignForm, OFFICER
    crumbs = [HOME, CAMPAIGNS, ("启动年度检查", "")]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"year": today().year - 1}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.made = inspection.open_campaign(data["year"], request.user, note=data["note"])
        return f"已启动{self.made}，应报送 {self.made.reports.count()} 家。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("orgs:campaigns")


class CampaignPage(OfLine, ListPage):
    """Of so many: handed in, complete, concluded, late; the bodies in a list with what can be done for many."""

    roles, unit, key = SEEING, "家", "orgs:campaign"
    template_name = "orgs/campaign.html"
    filterset_class, table_class = lists.ReportFilter, lists.ReportTable
    bulk_actions = [
        BulkAction("remind", "登记催报", roles=OFFICERS),
        BulkAction("pass", "拟定合格", roles=OFFICERS),
        BulkAction("conclude", "复核合格结论", roles=OFFICERS, confirm="复核后结论对外公布，不再改动。"),
    ]

    @property
    def campaign(self) -> InspectionCampaign:
        if not hasattr(self, "_campaign"):
            shown = InspectionCampaign.objects.visible_to(self.request.user)
            self._campaign = get_object_or_404(shown, pk=self.kwargs["pk"])
        return self._campaign

    def get_title(self) -> str:
        return str(self.campaign)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, CAMPAIGNS, (str(self.campaign), "")]

    def queryset(self, request: HttpRequest) -> Any:
        shown = InspectionReport.objects.visible_to(request.user).filter(campaign=self.campaign)
        return shown.select_related("organisation").order_by("organisation__founded_on", "pk")

    def facts(self, request: HttpRequest, count_words: str) -> list[Any]:
        one = self.campaign
        return [f"启动 {one.opened_on}", *([one.note] if one.note else []), count_words]

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("催报通知", reverse("orgs:reminders", args=[self.campaign.pk]))]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        return {"campaign": self.campaign, "stats": stats_of(self.campaign)}

    def bulk_remind(self, request: HttpRequest, queryset: Any) -> str:
        count = inspection.remind(queryset, request.user)
        return f"已登记催报 {count} 家；可用“催报通知”打印。" if count else "选中的都已报送，没有需要催报的。"

    def bulk_pass(self, request: HttpRequest, queryset: Any) -> str:
        chosen = queryset.count()
        count = inspection.propose_pass(queryset, request.user)
        return _told("已拟定合格", count, chosen, "材料不齐或已有结论")

    def bulk_conclude(self, request: HttpRequest, queryset: Any) -> str:
        chosen = queryset.count()
        count = inspection.conclude_all(queryset, request.user)
        return _told("已复核合格结论", count, chosen, "没有拟定合格，或由您本人拟定")


def _told(did: str, count: int, chosen: int, why: str) -> str:
    rest = f"；其余 {chosen - count} 家{why}，没有改动" if chosen > count else ""
    return f"{did} {count} 家{rest}。"


def stats_of(campaign: InspectionCampaign) -> list[Stat]:
    found, address = inspection.progress(campaign, today()), campaign.get_absolute_url()
    words = "，".join(f"{CONCLUSIONS[code]} {n}" for code, n in found.by_conclusion.items() if n)
    return [
        Stat("应报送", found.total, "家", f"{campaign.year} 年底前登记", address),
        Stat(
            "已报送", found.submitted, "家", f"未报 {found.total - found.submitted} 家", f"{address}?state=in"
        ),
        Stat("材料齐全", found.complete, "家", "含已作结论", f"{address}?state=complete"),
        Stat("待复核", found.proposed, "家", "由另一人复核", f"{address}?state=proposed"),
        Stat("已作结论", found.concluded, "家", words or "还没有", f"{address}?state=concluded"),
        Stat(
            "逾期未报",
            found.late,
            "家",
            f"主管单位初审逾期 {found.supervisor_late} 家",
            f"{address}?state=late",
            "bad" if found.late else "",
        ),
    ]


class Reminders(OfLine, DetailPage):
    """催报通知 of everyone who is late (before the last day: who has not handed in), one page each."""

    roles = SEEING

    def queryset(self, request: HttpRequest) -> Any:
        return InspectionCampaign.objects.visible_to(request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = self.get_object(request)
        waiting = campaign.reports.filter(submitted_on__isnull=True).select_related(
            "organisation__division", "campaign"
        )
        late = list(inspection.late_ones(waiting, today()).order_by("organisation__name"))
        chosen = late or list(waiting.order_by("organisation__name"))
        if not chosen:
            return self.render("orgs/nothing_due.html", campaign=campaign, title="催报通知")
        content = documents.reminders(chosen, today())
        name = f"{campaign}催报通知.docx"
        return paper(
            request, name, content, f"{campaign}催报通知 {len(chosen)} 家", f"campaign:{campaign.pk}"
        )


class OfReport(OfLine):
    roles = SEEING
    menu_url = reverse_lazy("orgs:campaigns")

    def queryset(self, request: HttpRequest) -> Any:
        return InspectionReport.objects.visible_to(request.user).select_related(
            "organisation__division", "campaign", "proposed_by", "concluded_by"
        )

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.object  # type: ignore[attr-defined]
        if one is None:
            return [HOME, CAMPAIGNS]
        campaign = (str(one.campaign), one.campaign.get_absolute_url())
        return [HOME, CAMPAIGNS, campaign, (str(one), one.get_absolute_url())]


class ReportPage(OfReport, DetailPage):
    template_name = "orgs/report.html"

    def get_title(self) -> str:
        return f"{self.object.organisation} {self.object.campaign.year} 年度工作报告"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return super().get_crumbs()[:-1]

    def facts(self, request: HttpRequest, obj: InspectionReport) -> list[Any]:
        return [f"报登记机关期限 {obj.due_on}"]

    def actions(self, request: HttpRequest, obj: InspectionReport) -> list[Action]:
        found = []
        if obj.state == ReportState.CONCLUDED:
            found.append(Action("年检结论通知", reverse("orgs:conclusion-notice", args=[obj.pk])))
        if request.user.role not in OFFICER or obj.state == ReportState.CONCLUDED:
            return found
        is_late = not obj.handed_in and obj.due_on < today()
        if obj.handed_in:
            found.append(Action("退回补正", reverse("orgs:return", args=[obj.pk])))
        if obj.state in (ReportState.COMPLETE, ReportState.PROPOSED) or is_late:
            first = obj.state == ReportState.COMPLETE
            found.append(Action("拟定结论", reverse("orgs:propose", args=[obj.pk]), primary=first))
        if obj.state == ReportState.PROPOSED:
            why = "您是拟定人，须由另一人复核。" if obj.proposed_by_id == request.user.pk else ""
            url = reverse("orgs:conclude", args=[obj.pk])
            found.append(Action("复核结论", url, primary=True, why=why))
        else:
            first = obj.state != ReportState.COMPLETE
            found.append(Action("登记报告", reverse("orgs:take", args=[obj.pk]), primary=first))
        return found

    def data(self, request: HttpRequest, obj: InspectionReport) -> dict[str, Any]:
        return {
            "report": obj,
            "papers": [(title, code in obj.papers) for code, title in INSPECTION_PAPERS],
            "lacking": inspection.lacking(obj),
            "is_late": not obj.handed_in and obj.due_on < today(),
            "events": record_of(obj),
            "may": of_line(request.user) and request.user.role in OFFICER,
        }


def record_of(report: InspectionReport) -> list[dict[str, Any]]:
    """Who changed the report, before and after; papers by their titles."""
    events = changes_of(report)
    for event in events:
        event["changes"] = [
            (label, _titles(before), _titles(after)) if label == PAPERS else (label, before, after)
            for label, before, after in event["changes"]
        ]
    return events


def _titles(text: str) -> str:
    return "、".join(title for code, title in INSPECTION_PAPERS if f"'{code}'" in text)


class ReportVerb(OfReport, VerbView):
    roles = OFFICER

    def get_title(self) -> str:
        return f"{self.title}：{self.object}"


class TakeReport(ReportVerb):
    title, button, form_class = "登记年度工作报告", "登记报告", forms.ReportForm
    template_name = "orgs/take.html"

    def get_initial(self, request: HttpRequest, obj: InspectionReport) -> dict[str, Any]:
        found = forms.initial_of(obj, forms.ReportForm)
        return {**found, "submitted_on": obj.submitted_on or today()}

    def act(self, request: HttpRequest, obj: InspectionReport, data: dict[str, Any]) -> str:
        facts = {name: value for name, value in data.items() if name != "version"}
        made = inspection.take_report(obj, request.user, facts, data["version"])
        lacking = inspection.lacking(made)
        return f"已登记 {obj} 的报告，" + (f"还缺：{'、'.join(lacking)}。" if lacking else "材料齐全。")


class ReturnReport(ReportVerb):
    title, button, form_class = "退回补正", "退回补正", forms.ReturnForm
    template_name = "orgs/return.html"

    def page_data(self, request: HttpRequest, obj: InspectionReport) -> dict[str, Any]:
        return {"lacking": inspection.lacking(obj)}

    def act(self, request: HttpRequest, obj: InspectionReport, data: dict[str, Any]) -> str:
        inspection.return_report(obj, request.user, data["words"], data["version"])
        return f"已退回 {obj} 的报告，请其补正。"


class ProposeConclusion(ReportVerb):
    title, button, form_class = "拟定结论", "拟定结论", forms.ConclusionForm

    def get_initial(self, request: HttpRequest, obj: InspectionReport) -> dict[str, Any]:
        first = "pass" if obj.state == ReportState.COMPLETE else "fail" if not obj.handed_in else ""
        ground = "" if obj.handed_in else f"未在 {obj.due_on} 前报送年度工作报告。"
        return {
            "version": obj.version,
            "conclusion": obj.proposed or first,
            "ground": obj.ground or ground,
        }

    def act(self, request: HttpRequest, obj: InspectionReport, data: dict[str, Any]) -> str:
        made = inspection.propose_conclusion(
            obj, request.user, data["conclusion"], data["ground"], data["version"]
        )
        return f"已对 {obj} 拟定结论：{made.get_proposed_display()}，待另一人复核。"


class Conclude(ReportVerb):
    title, confirm_first = "复核结论", True

    def confirm(self, request: HttpRequest, obj: InspectionReport) -> Confirm:
        ground = f"依据：{obj.ground}" if obj.ground else ""
        lead = f"复核 {obj} {obj.campaign.year} 年度检查结论：{obj.get_proposed_display() or '还没有拟定'}。{ground}"
        return Confirm(lead=lead, button="复核结论", undo="复核后结论对外公布，不再改动。")

    def act(self, request: HttpRequest, obj: InspectionReport, data: Any) -> str:
        made = inspection.conclude(obj, request.user)
        return f"{obj} {obj.campaign.year} 年度检查结论：{made.get_conclusion_display()}。"


class ConclusionNotice(OfReport, DetailPage):
    """年检结论通知 as docx."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.get_object(request)
        if one.state != ReportState.CONCLUDED:
            raise Http404
        content = documents.conclusion_notice(one)
        name = f"{one.organisation} {one.campaign.year} 年度检查结论通知.docx"
        return paper(request, name, content, f"年检结论通知 {one}", f"inspectionreport:{one.pk}")
