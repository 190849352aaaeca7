"""The acts on a list of a month: confirm, take out, approve, send back, print; and proposing lists."""

from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from core.audit import log_access
from core.errors import NotAllowed, UserError
from core.files import DOCX, respond
from core.jobs import start_job
from core.models import AccessKind
from core.months import format_month, month_of
from core.pages import Confirm, Page, VerbView
from core.templatetags.ui import money_text
from elderly import documents, panels, services
from elderly.forms import MonthForm, OpinionForm, OutForm, ReasonForm
from elderly.jobs import PROPOSE
from elderly.models import AllowanceList, ListKind
from elderly.panels import CLERK, OFFICER, SEEING
from elderly.views.lists import HOME, LISTS, approved_words


class OfList:
    """Acts on one list; `?row=…` narrows them to some of its rows."""

    stage = "listed"

    def queryset(self, request: HttpRequest) -> Any:
        return AllowanceList.objects.visible_to(request.user).select_related("programme", "division")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        batch = self.object  # type: ignore[attr-defined]
        return [HOME, LISTS, (str(batch), batch.get_absolute_url())]

    def keys(self, request: HttpRequest) -> list[int] | None:
        found = [int(key) for key in request.GET.getlist("row") if key.isdigit()]
        return found or None

    def rows(self, request: HttpRequest, batch: AllowanceList) -> Any:
        waiting = batch.rows.filter(state=CaseState.OPEN, stage=self.stage)
        keys = self.keys(request)
        return waiting if keys is None else waiting.filter(pk__in=keys)

    def about(self, request: HttpRequest, batch: AllowanceList) -> list[tuple[str, Any]]:
        rows = self.rows(request, batch)
        total = rows.aggregate(total=Sum("monthly_amount"))["total"] or 0
        names = list(rows.values_list("subject", flat=True)[:8])
        more = "等" if rows.count() > len(names) else ""
        return [
            ("人数", f"{rows.count()} 人（{'、'.join(names)}{more}）"),
            ("月合计", f"{money_text(total)} 元"),
        ]


class ConfirmList(OfList, VerbView):
    title, button = "确认名单", "确认名单，报区局"
    roles, form_class = {CLERK}, OpinionForm

    def confirm(self, request: HttpRequest, obj: AllowanceList) -> Confirm:
        words = (
            "核实下列人员死亡或迁出属实，报区局审批停发。"
            if obj.kind == ListKind.END
            else "确认下列人员在世、户籍在本地、账户无误，报区局审批。缺账户的可以先确认，发放前补登。"
        )
        return Confirm(
            lead=words,
            button="报区局审批",
            undo="区局审批前可由区局退回。",
            facts=self.about(request, obj),
        )

    def act(self, request: HttpRequest, obj: AllowanceList, data: dict[str, Any]) -> str:
        count = services.confirm_rows(obj, request.user, self.keys(request), data["opinion"])
        return f"已确认 {count} 人，报区局审批。"


class TakeOut(OfList, VerbView):
    title, button = "移出名单", "移出名单"
    roles, form_class = {CLERK}, OutForm

    def confirm(self, request: HttpRequest, obj: AllowanceList) -> Confirm:
        return Confirm(
            lead="把下列人员移出名单。原因为死亡、迁出、放弃、不符合条件的，以后不再自动列入。",
            button="移出名单",
            undo="移出的人可以另行登记申请；因移出而解除的暂缓由下一批次补发。",
            danger=True,
            facts=self.about(request, obj),
        )

    def act(self, request: HttpRequest, obj: AllowanceList, data: dict[str, Any]) -> str:
        rows = (
            [one.pk for one in self.rows(request, obj)] if self.keys(request) is None else self.keys(request)
        )
        count = services.take_out_rows(obj, rows or [], data["reason"], data["note"], request.user)
        return f"已移出 {count} 人。"


class ApproveList(OfList, VerbView):
    title, button = "审批名单", "批准名单"
    roles, form_class, stage = {OFFICER}, OpinionForm, "confirm"

    def confirm(self, request: HttpRequest, obj: AllowanceList) -> Confirm:
        lead = f"批准 {obj}。"
        if obj.kind == ListKind.GRANT:
            lead += "逐人核对年龄、存亡和在享待遇；不符合的留在名单里，其余即时生效。"
        return Confirm(
            lead=lead,
            button="批准名单",
            undo="批准后如有变化，可办理停发；已发金额不变。",
            facts=self.about(request, obj),
        )

    def act(self, request: HttpRequest, obj: AllowanceList, data: dict[str, Any]) -> str:
        return approved_words(*services.approve_rows(obj, request.user, self.keys(request), data["opinion"]))


class SendBack(OfList, VerbView):
    title, button = "退回乡镇", "退回乡镇"
    roles, form_class, stage = {OFFICER}, ReasonForm, "confirm"

    def confirm(self, request: HttpRequest, obj: AllowanceList) -> Confirm:
        return Confirm(
            lead="把下列人员退回乡镇（街道）重新核实。",
            button="退回乡镇",
            undo="乡镇确认后再次报来。",
            facts=self.about(request, obj),
        )

    def act(self, request: HttpRequest, obj: AllowanceList, data: dict[str, Any]) -> str:
        count = services.send_back_rows(obj, request.user, self.keys(request), data["opinion"])
        return f"已退回 {count} 人。"


class ListPaper(Page):
    """审批名单 as docx, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        shown = AllowanceList.objects.visible_to(request.user).select_related("programme", "division__parent")
        batch = get_object_or_404(shown, pk=pk)
        content = documents.approval_list(batch)
        log_access(
            request.user,
            AccessKind.DOWNLOAD,
            f"审批名单 {batch}",
            f"allowancelist:{batch.pk}",
            request=request,
        )
        return respond(f"{batch}.docx", content, DOCX)


class Propose(VerbView):
    """生成名单: what the first of the month does by itself, at once; the endings too."""

    title, button, form_class = "生成名单", "生成名单", MonthForm
    roles = {CLERK, OFFICER}
    crumbs = [HOME, LISTS]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"month": month_of(today())}

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        return Confirm(
            lead="列出该月到龄和应享未享的人、满百转发的人，以及已登记死亡或迁出、仍在享的人。",
            button="生成名单",
            undo="每月 1 日系统自动生成；重复生成不会重复列入。",
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        user = request.user
        if not panels.on_line(user):
            raise NotAllowed("您不办理老龄业务。")
        month = data["month"]
        if month > month_of(today()):
            raise UserError(f"{format_month(month)} 还没有到，不能生成名单。", field="month")
        job = start_job(
            PROPOSE,
            f"生成 {format_month(month)} 高龄津贴名单",
            {"month": format_month(month)},
            user,
            user.division_id,
        )
        return redirect("core:job", pk=job.pk)

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("elderly:lists")

    back_url = success_url


class ProposeEndings(VerbView):
    """列入停发名单: the deaths and departures of the area, at once."""

    title = "列入停发名单"
    roles = {CLERK, OFFICER}
    crumbs = [HOME, LISTS]

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        found = panels.to_end(request.user).select_related("person")
        names = "、".join(one.person.name for one in found[:8])
        return Confirm(
            lead="把已登记死亡或迁出、仍在享高龄津贴或长寿金的人列入停发名单，并自次月起暂缓发放。",
            button="列入停发名单",
            undo="登记有误的可以从名单移出，暂缓的月份补发。",
            facts=[("人数", f"{found.count()} 人" + (f"（{names}）" if names else ""))],
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        user = request.user
        if not panels.on_line(user):
            raise NotAllowed("您不办理老龄业务。")
        count = sum(services.propose_endings(one, user) for one in services.proposing.townships(user))
        return f"已列入停发名单 {count} 人。" if count else "没有需要列入停发名单的人。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return f"{reverse('elderly:lists')}?kind=end"

    back_url = success_url
