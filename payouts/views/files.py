"""Files that go out and come in: sheets, bank files, the bank's answers; closing a month; computing it again."""

from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy

from core.audit import log_access
from core.errors import UserError
from core.files import XLSX, ZIP, download, respond
from core.filters import MonthFormField
from core.models import AccessKind
from core.months import format_month
from core.pages import Action, DetailPage, Page, TemplatePage, VerbView
from district.models import Division
from payouts import services
from payouts.models import FINAL_STATES, BankReturn, Run, RunFile, RunState, Transfer, TransferState
from payouts.replaying import replay, replayed_payments
from payouts.sheets import sheet_name
from payouts.views import CRUMB, VIEWERS

FILES = ("花名册与银行文件", reverse_lazy("payouts:files"))
MOST = 20 * 1024 * 1024


class RunDownload(Page):
    """A file of a run, with a trace. A sheet of a run not yet locked is a draft and says so."""

    roles = VIEWERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run = get_object_or_404(Run.objects.visible_to(request.user), pk=kwargs["pk"])
        try:
            return self.give(request, run)
        except UserError as error:
            raise Http404(error.message) from error

    def give(self, request: HttpRequest, run: Run) -> HttpResponse:
        raise NotImplementedError


class SheetDownload(RunDownload):
    def give(self, request: HttpRequest, run: Run) -> HttpResponse:
        township = get_object_or_404(Division, pk=self.kwargs["township"])
        if township not in services.townships_of(run):
            raise Http404
        target = f"{run} {township} 花名册"
        if run.is_final:
            return download(request, services.sheet_file(run, township), target)
        content = services.payout_sheet(run, township)
        log_access(request.user, AccessKind.DOWNLOAD, f"{target}（草稿）", f"run:{run.pk}", request=request)
        return respond(sheet_name(run, township), content, XLSX)


class SheetsDownload(RunDownload):
    """All townships in one zip."""

    def give(self, request: HttpRequest, run: Run) -> HttpResponse:
        content = services.all_sheets(run)
        log_access(
            request.user,
            AccessKind.DOWNLOAD,
            f"{run} 全部花名册",
            f"run:{run.pk}",
            detail={"bytes": len(content)},
            request=request,
        )
        return respond(f"{run.month:%Y-%m} {run.programme} 花名册.zip", content, ZIP)


class BankDownload(RunDownload):
    roles = ("finance", "leader", "auditor")

    def give(self, request: HttpRequest, run: Run) -> HttpResponse:
        table, control = services.bank_files(run)
        return download(request, control if self.kwargs["form"] == "txt" else table, f"{run} 银行代发文件")


class FileList(TemplatePage):
    """What was handed out and what came back, newest first."""

    template_name, title, crumbs = "payouts/files.html", "花名册与银行文件", [CRUMB, ("花名册与银行文件", "")]
    roles, menu_url = VIEWERS, "payouts:files"

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role != "finance":
            return []
        return [Action("导入回盘文件", reverse("payouts:return_new"), primary=True)]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        mine = Run.objects.visible_to(request.user)
        files = (
            RunFile.objects.visible_to(request.user)
            .select_related("file", "run__programme", "division")
            .defer("file__content")
        )
        runs = mine.filter(state__in=FINAL_STATES).select_related("programme")
        return {
            "files": files.order_by("-pk")[:100],
            "runs": runs[:30],
            "returns": returns_of(request)[:50],
        }


def returns_of(request: HttpRequest) -> Any:
    """Answers whose lines lie in runs that the user may see (and those that named no known run)."""
    mine = Run.objects.visible_to(request.user).values("pk")
    lines_of_mine = Transfer.objects.filter(bank_return=OuterRef("pk"), run__in=mine)
    return (
        BankReturn.objects.filter(Q(run__in=mine) | Q(loaded_by=request.user) | Exists(lines_of_mine))
        .select_related("file", "run__programme", "loaded_by")
        .defer("file__content")
    )


class ReturnForm(forms.Form):
    file = forms.FileField(label="回盘文件", help_text="银行返回的 csv 或 xlsx，最大 20 MB。")

    def clean_file(self) -> Any:
        found = self.cleaned_data["file"]
        if found.size > MOST:
            raise forms.ValidationError("文件超过 20 MB。")
        return found


class NewReturn(VerbView):
    title, button, crumbs = "导入回盘文件", "导入回盘文件", [CRUMB, FILES, ("导入回盘文件", "")]
    roles, form_class, menu_url = ("finance",), ReturnForm, "payouts:files"

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        upload = data["file"]
        found = services.load_bank_return(upload.read(), upload.name, request.user)
        self.newest = BankReturn.objects.filter(loaded_by=request.user).order_by("-pk").first()
        return (
            f"回盘 {found['lines']} 行：成功 {found['success']}，失败 {found['failed']}，"
            f"此前已回盘 {found['already']}，拒收 {len(found['refused'])}。"
        )

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("payouts:return", args=[self.newest.pk]) if self.newest else reverse("payouts:files")


class ReturnPage(DetailPage):
    template_name, roles, menu_url = "payouts/return.html", VIEWERS, "payouts:files"

    def queryset(self, request: HttpRequest) -> Any:
        return returns_of(request)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [CRUMB, FILES, (str(self.object), "")]

    def data(self, request: HttpRequest, obj: BankReturn) -> dict[str, Any]:
        failed = obj.transfers.filter(state=TransferState.FAILED).select_related("division__parent")
        return {"failed": failed.order_by("seq")[:200]}


class ReturnDownload(DetailPage):
    """The bank's file as it came."""

    roles = ("finance", "leader", "auditor")

    def queryset(self, request: HttpRequest) -> Any:
        return returns_of(request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.get_object(request)
        return download(request, found.file, f"银行回盘 {found.file.name}")


# --- closing a month ---


class Months(TemplatePage):
    """月度结账: each month's runs side by side, and what stands in the way of closing them."""

    template_name, title, crumbs = "payouts/months.html", "月度结账", [("账务", ""), ("月度结账", "")]
    roles, menu_url = VIEWERS, "payouts:months"

    def data(self, request: HttpRequest) -> dict[str, Any]:
        runs = Run.objects.visible_to(request.user).select_related("programme", "division")
        months = list(runs.order_by("-month").values_list("month", flat=True).distinct()[:24])
        found = list(runs.filter(month__in=months).order_by("-month", "programme__position", "pk"))
        sums = dict(_by_run(found))
        groups: dict[Any, list[dict[str, Any]]] = {month: [] for month in months}
        for run in found:
            groups[run.month].append(
                {
                    **sums.get(run.pk, {}),
                    "run": run,
                    "why": services.why_not(run, "close", request.user)
                    if run.state == RunState.LOCKED
                    else "",
                }
            )
        return {"months": list(groups.items()), "may_close": request.user.role == "finance"}


def _by_run(runs: list[Run]) -> list[tuple[int, dict[str, Any]]]:
    rows = Transfer.objects.filter(run__in=[run.pk for run in runs]).values("run").order_by()
    rows = rows.annotate(
        lines=Count("pk"),
        success=Count("pk", filter=Q(state=TransferState.SUCCESS)),
        paid=Sum("amount", filter=Q(state=TransferState.SUCCESS)),
        failed=Count("pk", filter=Q(state=TransferState.FAILED)),
        waiting=Count("pk", filter=Q(state=TransferState.OUTSTANDING)),
        # Last: it hides the field that the sums above are of.
        amount=Sum("amount"),
    )
    return [(row["run"], row) for row in rows]


# --- computing again ---


class MonthForm(forms.Form):
    month = MonthFormField(label="月份")


class Replay(VerbView):
    """重算核对: a past month computed again from the facts frozen with it."""

    template_name, title, button = "payouts/replay.html", "重算核对", "重算核对"
    crumbs = [("账务", ""), ("重算核对", "")]
    roles, form_class, menu_url = ("finance", "leader", "auditor"), MonthForm, "payouts:replay"
    most = 50_000

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        newest = Run.objects.filter(state__in=FINAL_STATES).order_by("-month").first()
        return {"month": format_month(newest.month) if newest else ""}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        if replayed_payments(data["month"]).count() > self.most:
            raise UserError(f"超过 {self.most:,} 笔，请在服务器上执行：bin/manage replay --month …")
        rows = replay(data["month"])
        form = self.get_form(request, obj, request.POST)
        return self.show(request, obj, form, results=rows, month=data["month"], asked=True)
