"""Certificates: issuing with its number, printing onto the sheet, spoiling, the next number."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from casework import services as casework
from core.errors import UserError
from core.files import DOCX, respond
from core.models import AccessKind
from core.pages import Confirm, VerbView
from marriage import certificates, layout, rules, services, status
from marriage.forms import SpoilForm
from marriage.models import Certificate, Letter, Registration
from marriage.views.common import FILES, HOME, AtCounter, OfFile, case_of, leave_trace, number_of


class Issue(OfFile, VerbView):
    """登记发证, confirmed with both names and the number that comes next."""

    title, confirm_first, button = "登记发证", True, "登记发证"

    def get_object(self, request: HttpRequest) -> Any:
        file = super().get_object(request)
        case = case_of(file)
        if case is None or case.stage != "issue":
            raise Http404
        leave_trace(request, file)
        return file

    def confirm(self, request: HttpRequest, obj: Registration) -> Confirm:
        number = certificates.coming_number(obj, casework.today().year)
        name = Letter(obj.letter).label
        man, woman = obj.both
        found = rules.checks(status.facts_of(obj, casework.today()))
        facts = [("证件", f"{name}，下一号 {number}")]
        facts += [(one.get_side_display(), f"{one.name}　{one.birth_date:%Y-%m-%d}") for one in (man, woman)]
        facts += [("请核对", one.text) for one in found if one.level == rules.WARN]
        return Confirm(
            lead=f"{man.name}与{woman.name} {casework.today():%Y-%m-%d} {obj.get_kind_display()}。"
            "登记后不能更改，只能附注。",
            button=f"登记并取号发{name.removeprefix('补发')}",
            undo="证件打印坏的可以作废，另取新号；登记本身不能撤销。",
            facts=facts,
        )

    def act(self, request: HttpRequest, obj: Registration, data: dict[str, Any]) -> str:
        case = case_of(obj)
        if case is None:
            raise UserError("这份档案没有在办的申请。")
        made = services.issue(case, request.user)
        return f"已登记 {obj.couple}，证件字号 {made.number}，请打印证件。"


class OfCertificate(AtCounter):
    """A certificate of the own office."""

    def queryset(self, request: HttpRequest) -> Any:
        rows = Certificate.objects.visible_to(request.user)
        return rows.select_related("registration__office", "issued_by")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.object  # type: ignore[attr-defined]
        return (
            [HOME, FILES, (number_of(one.registration), one.registration.get_absolute_url())]
            if one
            else [HOME]
        )

    def success_url(self, request: HttpRequest, obj: Certificate) -> str:
        return obj.registration.get_absolute_url()

    back_url = success_url


class PrintCertificate(OfCertificate, VerbView):
    """打印证件: both copies as docx for the sheet. The first printing is kept with the number."""

    title = "打印证件"

    def act(self, request: HttpRequest, obj: Certificate, data: dict[str, Any]) -> HttpResponse:
        services.mark_printed(obj, request.user)
        leave_trace(request, obj.registration, AccessKind.PRINT, f"打印 {obj.number}")
        content = layout.certificate_docx(obj, casework.today())
        return respond(f"{obj.number}.docx", content, DOCX)


class Spoil(OfCertificate, VerbView):
    """作废 a number whose sheet is spoiled."""

    title, form_class = "作废证件", SpoilForm

    def confirm(self, request: HttpRequest, obj: Certificate) -> Confirm:
        lead = f"作废 {obj.number}（{obj.registration.couple}）。"
        undo = "号码保留在登记簿里，注明原因，不再使用；作废后请重新打证，取下一号。"
        return Confirm(lead=lead, button=f"作废 {obj.number}", undo=undo, danger=True)

    def get_object(self, request: HttpRequest) -> Any:
        found = get_object_or_404(self.queryset(request), pk=self.kwargs["pk"])
        leave_trace(request, found.registration)
        return found

    def act(self, request: HttpRequest, obj: Certificate, data: dict[str, Any]) -> str:
        services.spoil(obj, data["reason"], request.user)
        return f"已作废 {obj.number}，请重新打证。"


class Reprint(OfFile, VerbView):
    """重新打证: the next number for an act whose sheet was spoiled."""

    title = "重新打证"

    def act(self, request: HttpRequest, obj: Registration, data: dict[str, Any]) -> str:
        made = services.reprint(obj, request.user)
        return f"已取新号 {made.number}，请打印证件。"

    def success_url(self, request: HttpRequest, obj: Registration) -> str:
        return reverse("marriage:file", args=[obj.pk])
