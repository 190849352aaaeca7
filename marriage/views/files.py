"""The files: the list of the own office, one file, its papers, annotations and corrections."""

from typing import Any

import django_filters
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from casework import services as casework
from casework.line import action_bar, stage_steps, timeline
from core.files import DOCX, respond
from core.filters import AnyChoiceFilter, DayInput, FilterSet
from core.lists import ListPage
from core.models import AccessKind
from core.pages import Action, DetailPage, Page, VerbView
from core.tables import DayColumn, NameColumn, Table, TagColumn, TextColumn
from core.workdays import Calendar
from marriage import papers, periods, rules, services, status
from marriage.forms import AnnotationForm, ReceiptForm, declarations
from marriage.models import Certificate, CertificateState, FileState, Kind, MarriageCase, Party, Registration
from marriage.views.common import DESK, FILES, HOME, AtCounter, OfFile, case_of, leave_trace, number_of
from marriage.workflow import COOLING


class FileFilter(FilterSet):
    more = ("applied_after", "applied_before")
    q = django_filters.CharFilter(label="姓名、身份证号或证件字号", method="filter_text")
    kind = AnyChoiceFilter(label="类别", choices=Kind.choices)
    state = AnyChoiceFilter(label="状态", choices=FileState.choices)
    since = django_filters.DateFilter(
        label="登记起", field_name="registered_on", lookup_expr="gte", widget=DayInput
    )
    until = django_filters.DateFilter(
        label="登记止", field_name="registered_on", lookup_expr="lte", widget=DayInput
    )
    applied_after = django_filters.DateFilter(
        label="申请起", field_name="applied_on", lookup_expr="gte", widget=DayInput
    )
    applied_before = django_filters.DateFilter(
        label="申请止", field_name="applied_on", lookup_expr="lte", widget=DayInput
    )

    def filter_text(self, queryset: Any, name: str, value: str) -> Any:
        """A name's beginning, a whole ID number, a certificate's or a case's number."""
        value = value.strip().upper()
        ways = Q(case__number=value)
        ways |= Q(pk__in=Certificate.objects.filter(number=value).values("registration"))
        people = Q(id_number=value) | Q(name__startswith=value)
        ways |= Q(pk__in=Party.objects.filter(people).values("registration"))
        return queryset.filter(ways)


class FileTable(Table):
    couple = NameColumn(verbose_name="男方、女方", orderable=False)
    kind = TextColumn(verbose_name="类别", accessor="get_kind_display", order_by="kind")
    number = TextColumn(verbose_name="证件字号", empty_values=(), orderable=False)
    registered_on = DayColumn(verbose_name="登记日期")
    applied_on = DayColumn(verbose_name="申请日期", drop=True)
    stage = TextColumn(verbose_name="环节", empty_values=(), orderable=False, drop=True)
    registrar = TextColumn(verbose_name="登记员", drop=True)
    state = TagColumn(verbose_name="状态", plain={"registered"})

    def render_number(self, record: Registration) -> str:
        return next((one.number for one in record.certificates.all()), "—")

    def render_stage(self, record: Registration) -> str:
        return stage_words(record)


def stage_words(file: Registration) -> str:
    """Where the file stands, in one word."""
    case = getattr(file, "case", None)
    if case is None:
        return "旧登记簿接收" if file.taken_over else "已登记"
    return casework.flow_of(case).stage(case.stage).label


class LedgerTable(Table):
    """The export: the columns of the ledger, so that what was exported can be taken in again as it is."""

    kind = TextColumn(verbose_name="类别", accessor="get_kind_display")
    number = TextColumn(verbose_name="证件字号", accessor="pk")
    registered_on = TextColumn(verbose_name="登记日期")
    man_name = TextColumn(verbose_name="男方姓名", accessor="pk")
    man_id = TextColumn(verbose_name="男方身份证号", accessor="pk")
    woman_name = TextColumn(verbose_name="女方姓名", accessor="pk")
    woman_id = TextColumn(verbose_name="女方身份证号", accessor="pk")
    office_name = TextColumn(verbose_name="登记机关")
    applied_on = TextColumn(verbose_name="申请日期")

    def value_kind(self, record: Registration) -> str:
        return record.get_kind_display()

    def value_number(self, record: Registration) -> str:
        return next((one.number for one in record.certificates.all()), "")

    def value_man_name(self, record: Registration) -> str:
        return record.man.name

    def value_man_id(self, record: Registration) -> str:
        return record.man.id_number

    def value_woman_name(self, record: Registration) -> str:
        return record.woman.name

    def value_woman_id(self, record: Registration) -> str:
        return record.woman.id_number

    def value_registered_on(self, record: Registration) -> str:
        return f"{record.registered_on:%Y-%m-%d}"

    def value_applied_on(self, record: Registration) -> str:
        return f"{record.applied_on:%Y-%m-%d}" if record.applied_on else ""


class FileList(AtCounter, ListPage):
    """登记档案 of the own office. The export carries whole ID numbers, and leaves its trace."""

    title, unit, crumbs = "登记档案", "件", [HOME, DESK, ("登记档案", "")]
    filterset_class, table_class = FileFilter, FileTable

    def queryset(self, request: HttpRequest) -> Any:
        live = Certificate.objects.filter(state=CertificateState.ISSUED)
        return (
            Registration.objects.visible_to(request.user)
            .select_related("registrar", "case")
            .prefetch_related("parties", Prefetch("certificates", live))
            .order_by("-pk")
        )

    def table(self, request: HttpRequest, queryset: Any) -> Any:
        if request.GET.get("export") != "xlsx":
            return super().table(request, queryset)
        registered = queryset.filter(state=FileState.REGISTERED, certificates__state=CertificateState.ISSUED)
        return LedgerTable(registered.order_by("registered_on", "pk"), request=request)

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"))


class FilePage(OfFile, DetailPage):
    """One file: where it stands, both parties, what is checked, certificates, annotations, record."""

    template_name = "marriage/file.html"

    def get_object(self, request: HttpRequest) -> Any:
        file = super().get_object(request)
        leave_trace(request, file)
        case = case_of(file)
        if case is not None:
            services.pass_time(case, casework.today())
            file = super().get_object(request)
        return file

    def get_title(self) -> str:
        return f"{self.object.couple} {title_of(self.object)}"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, FILES]

    def facts(self, request: HttpRequest, obj: Registration) -> list[Any]:
        found: list[Any] = [number_of(obj), obj.office_name]
        if obj.registered_on:
            found.append(f"{obj.registered_on:%Y-%m-%d} 登记")
        return found

    def actions(self, request: HttpRequest, obj: Registration) -> list[Action]:
        case = case_of(obj)
        found = [
            Action(one.title, reverse("marriage:paper", args=[obj.pk, one.kind]))
            for one in papers.papers_for(obj, case)
        ]
        if obj.registered_on:
            found.append(Action("附注", reverse("marriage:annotate", args=[obj.pk])))
        return found

    def data(self, request: HttpRequest, obj: Registration) -> dict[str, Any]:
        case = case_of(obj)
        bar = action_bar(case, request.user) if case else None
        certificates = list(obj.certificates.select_related("issued_by", "spoiled_by").order_by("pk"))
        live = next((one for one in certificates if one.state == CertificateState.ISSUED), None)
        return {
            "file": obj,
            "case": case,
            "stages": line_of(case) if case else [],
            "bar": bar,
            "may_edit": case is not None and not casework.why_not_edit(case, request.user),
            "checks": checks_of(obj) if obj.state == FileState.OPEN else [],
            "papers_shown": shown_papers(obj),
            "declared": [words for name, words in declarations(obj.kind).items() if getattr(obj, name)],
            "days": days_of(obj),
            "certificates": certificates,
            "live": live,
            "may_reprint": bool(obj.registered_on and not obj.taken_over and live is None),
            "annotations": obj.annotations.select_related("written_by"),
            "events": timeline(case) if case else [],
            "attachments": attachments_of(case),
            "followers": obj.followers.filter(registered_on__isnull=False).order_by("registered_on"),
        }


def title_of(file: Registration) -> str:
    return (
        f"{file.get_kind_display()}登记"
        if file.kind in (Kind.MARRIAGE, Kind.DIVORCE)
        else file.get_kind_display()
    )


def attachments_of(case: MarriageCase | None) -> list[Any]:
    if case is None:
        return []
    found = case.attachments.filter(removed_at__isnull=True).select_related("file", "added_by")
    return list(found.defer("file__content"))


def line_of(case: MarriageCase) -> list[dict[str, Any]]:
    """The stage line: without the cooling-off where there is none, and nobody to act in it."""
    found = stage_steps(case)
    cools = case.registration.receipt_on is not None or (
        case.registration.kind == Kind.DIVORCE
        and case.registration.applied_on is not None
        and periods.cooling_off_applies(case.registration.applied_on)
    )
    for step in found:
        if step.get("note", "").startswith("限 0 日"):
            step["note"] = "当场办结"
        if step["name"] == COOLING.label and step["state"] == "now":
            step["who"] = "双方均可撤回申请"
    return found if cools else [step for step in found if step["name"] != COOLING.label]


def checks_of(file: Registration) -> list[rules.Check]:
    return rules.checks(status.facts_of(file, casework.today()))


def shown_papers(file: Registration) -> list[str]:
    """The documents that were shown, in words."""
    day = file.applied_on or casework.today()
    return [one.label for one in rules.papers_needed(file.kind, day) if one.code in file.papers]


def days_of(file: Registration) -> dict[str, Any] | None:
    """The days of a divorce since 2021 and how many are left."""
    if file.receipt_on is None:
        return None
    calendar, now = Calendar(), casework.today()
    return {
        "cooling_left": (file.cooling_off_ends - now).days if file.cooling_off_ends else None,
        "window_left": calendar.left(now, file.window_until) if file.window_until else None,
        "cooling": file.cooling_off_ends is not None and now <= file.cooling_off_ends,
        "open": file.window_from is not None and now >= file.window_from,
    }


class CaseRedirect(AtCounter, Page):
    """From a case to its file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = get_object_or_404(MarriageCase.objects.visible_to(request.user), pk=pk)
        return redirect("marriage:file", case.registration_id)


class PaperFile(OfFile, Page):
    """A paper to print and sign, as docx, with a trace."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        file = get_object_or_404(self.queryset(request), pk=pk)
        case = case_of(file)
        known = next((one for one in papers.papers_for(file, case) if one.kind == kind), None)
        if known is None:
            raise Http404
        leave_trace(request, file, AccessKind.DOWNLOAD, known.title)
        return respond(f"{number_of(file)} {known.title}.docx", papers.document(file, case, kind), DOCX)


class Annotate(OfFile, VerbView):
    """附注: what a court decided or what came after, beside the act."""

    title, button, form_class = "登记附注", "登记附注", AnnotationForm

    def get_object(self, request: HttpRequest) -> Any:
        file = super().get_object(request)  # type: ignore[safe-super]
        leave_trace(request, file)
        if file.registered_on is None:
            raise Http404
        return file

    def act(self, request: HttpRequest, obj: Registration, data: dict[str, Any]) -> str:
        made = services.annotate(
            obj,
            data["kind"],
            data["on"],
            data["text"],
            request.user,
            authority=data["authority"],
            document=data["document"],
        )
        return f"已在 {number_of(obj)} 登记附注：{made.get_kind_display()}。"


class CorrectReceipt(OfFile, VerbView):
    """更正受理日期: the only way in which the days of a divorce change."""

    title, button, form_class = "更正受理日期并重新计算", "更正受理日期", ReceiptForm

    def get_object(self, request: HttpRequest) -> Any:
        file = super().get_object(request)  # type: ignore[safe-super]
        leave_trace(request, file)
        if file.receipt_on is None:
            raise Http404
        return file

    def get_initial(self, request: HttpRequest, obj: Registration) -> dict[str, Any]:
        case = case_of(obj)
        return {"receipt_on": obj.receipt_on, "version": case.version if case else 0}

    def act(self, request: HttpRequest, obj: Registration, data: dict[str, Any]) -> str:
        case = case_of(obj)
        assert case is not None
        services.correct_receipt(case, data["receipt_on"], data["reason"], request.user, data["version"])
        return f"已更正 {case.number} 的受理日期，冷静期和发证期已重新计算。"
