"""Pages of the right to be heard: write the notice, print it, say how it was handed over, record the answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.audit import log_access
from core.files import DOCX, download, respond
from core.models import AccessKind
from core.pages import Page, VerbView
from rechecks import deciding, hearing, papers
from rechecks.forms import AnswerForm, DeliverForm, HearingForm
from rechecks.kinds import KINDS
from rechecks.models import Hearing, Outcome
from rechecks.views import CLERK, FINDINGS, HOME, SEEING
from rechecks.views.findings import OfFinding, brief, by_numbers, rows_of, told_of, uploaded


class DraftHearing(OfFinding, VerbView):
    """拟写告知书: what is intended and why, in words that the family reads; then the paper can be printed."""

    title, button, form_class, roles = "拟写陈述申辩告知书", "生成告知书", HearingForm, CLERK
    template_name = "rechecks/hearing.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        told = hearing.current(obj)
        return {
            "version": obj.version,
            "outcome": told.outcome if told else Outcome.END,
            "end_reason": told.end_reason if told else deciding.suggested_reason(obj),
            "from_month": told.from_month if told else deciding.suggested_month(obj),
            "words": told.words if told else "",
            "same_person": told.same_person if told else "",
        }

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return by_numbers(super().get_form(request, obj, data, files), obj)

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"kind": KINDS[obj.kind], "rows": rows_of(obj), "facts": brief(obj), **told_of(obj)}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        version = data.pop("version")
        told = hearing.draft(obj, request.user, hearing.Intent(**data), version)
        return f"已生成 {told.number}。请打印、送达家庭，再登记送达。"


class OfHearing:
    def queryset(self, request: HttpRequest) -> Any:
        joined = ("finding__person", "finding__division__parent__parent", "finding__programme")
        rows = Hearing.objects.visible_to(request.user)
        return rows.select_related(*joined, "finding__entitlement__person")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.object.finding  # type: ignore[attr-defined]
        return [HOME, FINDINGS, (str(one), one.get_absolute_url())]

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"facts": [obj.number, hearing.intent_of(obj), *brief(obj.finding)]}


class DeliverHearing(OfHearing, VerbView):
    title, button, form_class, roles = "登记送达", "登记送达", DeliverForm, CLERK

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        today = timezone.localdate()
        return {"version": obj.version, "given_on": today, "given_by": request.user.full_name}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        handed = hearing.Handed(data["way"], data["given_on"], data["given_by"], data["receiver"])
        told = hearing.deliver(obj, request.user, handed, uploaded(request), data["version"])
        return f"已登记 {told.number} 送达；家庭可以陈述申辩至 {told.due_on}。"


class AnswerHearing(OfHearing, VerbView):
    title, button, form_class, roles = "登记陈述申辩", "登记陈述申辩", AnswerForm, CLERK

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"version": obj.version, "answered_on": timezone.localdate(), "answer": obj.answer}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        told = hearing.answer(
            obj,
            request.user,
            data["answer"],
            data["statement"],
            data["answered_on"],
            uploaded(request),
            data["version"],
        )
        return f"已登记：{told.get_answer_display()}。可以登记核查了。"


class HearingPaper(OfHearing, Page):
    """告知书 as docx, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        told = get_object_or_404(self.queryset(request), pk=pk)
        name = f"{told.finding.entitlement.person} 陈述申辩告知书"
        key = f"finding:{told.finding_id}"
        log_access(request.user, AccessKind.DOWNLOAD, f"{name} {told.number}", key, request=request)
        return respond(f"{name}.docx", papers.notice(told), DOCX)


class HearingFile(Page):
    """A paper of a hearing (receipt, statement, waiver), with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        told = get_object_or_404(Hearing.objects.visible_to(request.user), pk=pk)
        paper = get_object_or_404(told.files, pk=file)
        return download(request, paper, f"{told.finding} 陈述申辩材料", inline=True)
