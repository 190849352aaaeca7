"""Pages of every case, whatever its service line: list, steps, visit, materials, notices, papers to print."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import format_html

from casework import papers, services
from casework.documents import DOCUMENTS, document, township
from casework.forms import MaterialForm, StepForm, VisitForm, WithdrawMaterialForm
from casework.models import Attachment, Case, CaseState, PublicNotice
from casework.workflow import flow_of, flows
from core.audit import log_access
from core.errors import UserError
from core.files import DOCX, download, respond
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.models import AccessKind
from core.pages import Confirm, DetailPage, Page, VerbView
from core.tables import DayColumn, MoneyColumn, NameColumn, NumberColumn, Table, TagColumn, TextColumn
from core.templatetags.ui import day
from district.models import Role

ACTING = {Role.TOWNSHIP_CLERK, Role.TOWNSHIP_LEADER, Role.BUREAU_OFFICER, Role.REGISTRAR}
SEEING = {*ACTING, Role.LEADER, Role.AUDITOR, Role.FINANCE} - {Role.REGISTRAR}
# Registrars have lists of their own; what belongs to one file they meet here.
FILE_SEEING = {*SEEING, Role.REGISTRAR}
HOME = ("工作台", "/")
CASES: Any = ("案件", reverse_lazy("casework:case-list"))


def flow_choices() -> list[tuple[str, str]]:
    return [(flow.code, flow.name) for flow in flows()]


def stage_choices() -> list[tuple[str, str]]:
    return list({stage.code: (stage.code, stage.label) for flow in flows() for stage in flow.stages}.values())


class CaseFilter(FilterSet):
    more = ("opened_after", "opened_before", "division")
    state = AnyChoiceFilter(label="状态", choices=CaseState.choices)
    flow = AnyChoiceFilter(label="事项", choices=flow_choices)
    stage = AnyChoiceFilter(label="环节", choices=stage_choices)
    due = AnyChoiceFilter(
        label="时限", choices=[("late", "已逾期"), ("today", "今日到期")], method="filter_due"
    )
    mine = AnyChoiceFilter(label="应办", choices=[("1", "等我办理")], method="filter_mine")
    q = django_filters.CharFilter(label="编号或名称", method="filter_text")
    division = django_filters.CharFilter(
        label="区划代码", field_name="division__code", lookup_expr="startswith"
    )
    opened_after = django_filters.DateFilter(label="登记起", field_name="opened_at__date", lookup_expr="gte")
    opened_before = django_filters.DateFilter(label="登记止", field_name="opened_at__date", lookup_expr="lte")

    def filter_due(self, queryset, name, value):
        now = services.today()
        chosen = Q(due_on__lt=now) if value == "late" else Q(due_on=now)
        return queryset.filter(chosen, state=CaseState.OPEN)

    def filter_mine(self, queryset, name, value):
        return queryset.filter(state=CaseState.OPEN, actor_role=self.request.user.role)

    def filter_text(self, queryset, name, value):
        value = value.strip()
        return queryset.filter(Q(number__icontains=value) | Q(subject__startswith=value))


class CaseTable(Table):
    subject = NameColumn(verbose_name="对象")
    number = TextColumn(verbose_name="编号")
    flow = TextColumn(verbose_name="事项")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name", drop=True)
    stage = TextColumn(verbose_name="环节")
    actor_role = TextColumn(
        verbose_name="应办", accessor="get_actor_role_display", orderable=False, drop=True
    )
    due_on = DayColumn(verbose_name="期限")
    opened_at = DayColumn(verbose_name="登记", drop=True)
    state = TagColumn(verbose_name="状态", plain={"granted"})

    def render_flow(self, record):
        return flow_of(record).name

    value_flow = render_flow

    def render_opened_at(self, value):
        return day(timezone.localdate(value))

    def render_stage(self, record):
        return flow_of(record).stage(record.stage).label

    value_stage = render_stage


class CaseList(ListPage):
    title, unit, crumbs = "案件", "件", [HOME, ("案件", "")]
    roles = SEEING
    filterset_class, table_class = CaseFilter, CaseTable
    defaults = {"state": "open"}

    def queryset(self, request: HttpRequest) -> Any:
        return Case.objects.visible_to(request.user).select_related("division").order_by("-id")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"))


class CasePage(Page):
    """Leads to the case's page in its service line."""

    roles = FILE_SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
        return redirect(flow_of(case).url_name, pk)


class OfCase:
    """Pages below a case: found among what the account may see, as the service line's own row."""

    roles = ACTING

    def queryset(self, request: HttpRequest) -> Any:
        return Case.objects.visible_to(request.user)

    def get_object(self, request: HttpRequest) -> Any:
        case = get_object_or_404(self.queryset(request), pk=self.kwargs["pk"])  # type: ignore[attr-defined]
        if case.office_id:
            # Each look at the files of an office leaves a trace.
            log_access(request.user, AccessKind.VIEW, str(case), f"case:{case.pk}", request=request)
        child = flow_of(case).model()
        return child.objects.select_related("person", "division", "household").get(pk=case.pk)

    def get_crumbs(self) -> list[tuple[str, str]]:
        case = self.object  # type: ignore[attr-defined]
        return [HOME, CASES, (str(case), case.get_absolute_url())] if case else [HOME, CASES]


class StepView(OfCase, VerbView):
    """Any step of any flow: opinion, what else it asks, a confirmation where money or refusal hangs on it."""

    button = ""

    @property
    def step(self) -> Any:
        try:
            return flow_of(self.object).step(self.kwargs["action"])
        except UserError as error:
            raise Http404 from error

    @property
    def confirm_first(self) -> bool:  # type: ignore[override]
        return self.step.confirm is not None

    def get_title(self) -> str:
        return self.step.label

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return StepForm(data, initial={"version": obj.version}, case=obj, step=self.step)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object(request)
        services.check_right(self.object, self.step, request.user)
        return super().get(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except UserError as error:
            raise PermissionDenied(error.message) from error

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm | None:
        step = self.step
        if step.confirm is None:
            return None
        undo = step.undo or (
            "批准后如有变化，可办理变更或停发；已发金额不变。"
            if step.kind == "forward"
            else "申请人可以重新申请。"
        )
        return Confirm(lead=step.confirm(obj), button=step.label, undo=undo, danger=step.kind == "end")

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        step = self.step
        facts = {name: data[name] for name in step.asks}
        services.move(obj, step.action, request.user, data["version"], data["opinion"], **facts)
        # Labels of two clauses (手续齐全，报送初审) make no sentence with 已.
        done = f"已办理“{step.label}”" if "，" in step.label else f"已{step.label}"
        return f"{obj.number} {obj.subject}：{done}。"


class VisitView(OfCase, VerbView):
    """入户调查: a page that holds only what the visit needs."""

    title, button = "登记入户调查", "登记入户"
    roles = {Role.TOWNSHIP_CLERK}
    form_class = VisitForm
    template_name = "casework/visit.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "version": obj.version,
            "visited_on": services.today(),
            "first_visitor": request.user.full_name,
            "signed_by": obj.subject,
        }

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"why": services.why_not_edit(obj, request.user), "visits": obj.visits.all()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        names = VisitForm(request.POST)
        names.is_valid()
        papers.record_visit(
            obj,
            request.user,
            visited_on=data["visited_on"],
            visitors=names.visitors(),
            housing=data["housing"],
            living=data["living"],
            signed_by=data["signed_by"],
            remark=data["remark"],
            version=data["version"],
        )
        return f"已登记 {data['visited_on']:%m-%d} 的入户调查。"


class MaterialsView(OfCase, VerbView):
    title, button = "上传材料", "上传材料"
    roles = ACTING
    form_class = MaterialForm
    template_name = "casework/materials.html"

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        papers_of = obj.attachments.select_related("file", "added_by").defer("file__content")
        return {"attachments": papers_of, "why": services.why_not_edit(obj, request.user)}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        with transaction.atomic():
            for file in data["documents"]:
                papers.attach(obj, data["material"], file.name, file.read(), request.user, data["note"])
        return f"已上传 {data['material']} {len(data['documents'])} 份。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("casework:materials", args=[obj.pk])


class MaterialFile(Page):
    """A paper of a case, shown in the browser, with a trace."""

    roles = FILE_SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = get_object_or_404(
            Attachment.objects.visible_to(request.user).select_related("file", "case__person"), pk=pk
        )
        return download(request, one.file, f"{one.case} {one.material}", inline=True)


class WithdrawMaterial(VerbView):
    title, button = "作废材料", "作废材料"
    roles = ACTING
    form_class = WithdrawMaterialForm

    def queryset(self, request: HttpRequest) -> Any:
        return Attachment.objects.visible_to(request.user).select_related("case__person")

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        lead = f"作废 {obj.case.subject} 的“{obj.material}”。"
        return Confirm(lead=lead, button="作废材料", undo="文件仍保留在案卷里，标明作废。", danger=True)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        papers.withdraw_attachment(obj, data["reason"], request.user)
        return f"已作废“{obj.material}”。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("casework:materials", args=[obj.case_id])

    back_url = success_url


class NoticeFilter(FilterSet):
    phase = AnyChoiceFilter(
        label="状态", choices=[("up", "公示中"), ("over", "已期满")], method="filter_phase"
    )
    village = django_filters.CharFilter(label="村（社区）", field_name="village_name", lookup_expr="contains")

    def filter_phase(self, queryset, name, value):
        now = services.today()
        return queryset.filter(ends_on__gte=now) if value == "up" else queryset.filter(ends_on__lt=now)


class NoticeTable(Table):
    head_name = NameColumn(verbose_name="户主", url=lambda one: reverse("casework:case", args=[one.case_id]))
    village_name = TextColumn(verbose_name="村（社区）")
    programme_name = TextColumn(verbose_name="项目")
    persons = NumberColumn(verbose_name="保障人数")
    amount = MoneyColumn(verbose_name="月保障金（元）")
    starts_on = DayColumn(verbose_name="公示起")
    ends_on = DayColumn(verbose_name="公示止")
    place = TextColumn(verbose_name="张贴地点", drop=True)
    paper = TextColumn(verbose_name="公示单", empty_values=(), orderable=False)

    def render_paper(self, record):
        return format_html(
            '<a href="{}">打印公示单<span class="visually-hidden"> {}</span></a>',
            reverse("casework:notice-print", args=[record.pk]),
            record.head_name,
        )

    def value_paper(self, record):
        return ""


class NoticeList(ListPage):
    title, unit, crumbs = "公示", "户", [HOME, ("公示", "")]
    roles = SEEING
    filterset_class, table_class = NoticeFilter, NoticeTable
    defaults = {"phase": "up"}

    def queryset(self, request: HttpRequest) -> Any:
        shown = PublicNotice.objects.visible_to(request.user).filter(cancelled_at__isnull=True)
        return shown.order_by("-starts_on", "-id")


class NoticePrint(DetailPage):
    """公示单: all that hangs at one place from one day on for a programme; nothing but what may be published."""

    roles = SEEING
    template_name = "casework/notice_print.html"

    def queryset(self, request: HttpRequest) -> Any:
        return PublicNotice.objects.visible_to(request.user).select_related("case__division__parent__parent")

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        together = PublicNotice.objects.visible_to(request.user).filter(
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
            place=obj.place,
            programme_name=obj.programme_name,
            case__division=obj.case.division,
            cancelled_at__isnull=True,
        )
        rows = list(together.order_by("id"))
        if obj.pk not in {one.pk for one in rows}:
            rows = [obj]
        log_access(request.user, AccessKind.PRINT, f"公示单 {obj}", f"notice:{obj.pk}", request=request)
        return {
            "rows": rows,
            "persons": sum(one.persons for one in rows),
            "amount": sum(one.amount for one in rows),
            "days": (obj.ends_on - obj.starts_on).days + 1,
            **notice_words(obj.programme_name, flow_of(obj.case).code),
            "township": obj.case.division.parent,
            "office": township(obj.case),
            "district": obj.case.division.parent.parent,
            "back": obj.case.get_absolute_url(),
        }


class DocumentView(Page):
    """A printed form of the case as docx, with a trace."""

    roles = FILE_SEEING

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
        case = flow_of(case).model().objects.get(pk=case.pk)
        known = get_document(kind)
        if not known.when(case):
            raise Http404
        content = document(case, kind)
        log_access(
            request.user, AccessKind.DOWNLOAD, f"{case} {known.title}", f"case:{case.pk}", request=request
        )
        return respond(f"{case.number} {known.title}.docx", content, DOCX)


def notice_words(programme: str, flow: str) -> dict[str, str]:
    """How a notice calls itself: monthly support of a household, support of one person, or a single grant."""
    if flow.startswith("temporary"):
        return {
            "title_words": "临时救助拟救助对象公示",
            "lead": "拟给予下列家庭一次性临时救助",
            "head_label": "户主姓名",
            "amount_label": "救助金额（元）",
            "persons_label": "救助人数",
            "unit": "户",
        }
    programme = programme.replace("低保", "最低生活保障") if "最低" not in programme else programme
    one = flow.startswith("tekun")
    return {
        "title_words": f"{programme}拟纳入对象公示",
        "lead": f"拟将下列{'人员' if one else '家庭'}纳入{programme}",
        "head_label": "姓名" if one else "户主姓名",
        "amount_label": "月供养金（元）" if one else "月保障金（元）",
        "persons_label": "供养人数" if one else "保障人数",
        "unit": "人" if one else "户",
    }


def get_document(kind: str) -> Any:
    if kind not in DOCUMENTS:
        raise Http404
    return DOCUMENTS[kind]
