"""发放批次: the list, one run with its chain and townships, and the verbs on it."""

from typing import Any

import django_filters
from django import forms
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from benefits.models import Entitlement, Programme
from benefits.pairs import not_payable
from benefits.policy import parameter
from core import tables
from core.filters import AnyChoiceFilter, FilterSet, MonthFilter, MonthFormField
from core.lists import ListPage
from core.models import JobState
from core.months import format_month, month_of
from core.pages import Action, Confirm, DetailPage, VerbView
from core.templatetags.ui import money_text
from district.models import Division
from payouts import services, statements
from payouts.comparing import compare
from payouts.models import Payment, Run, RunKind, RunState, TransferState
from payouts.views import CRUMB, VIEWERS
from payouts.views.run_page import chain, held_in, run_actions, stats, timeline

RUNS = ("发放批次", reverse_lazy("payouts:runs"))


def visible_runs(request: HttpRequest) -> Any:
    return Run.objects.visible_to(request.user).select_related(
        "programme", "division", "maker", "reviewer", "approver", "closer", "job"
    )


class RunFilters(FilterSet):
    month = MonthFilter(label="月份")
    programme = django_filters.ModelChoiceFilter(
        label="项目", queryset=Programme.objects.all(), empty_label="全部"
    )
    state = AnyChoiceFilter(label="状态", choices=RunState.choices)
    kind = AnyChoiceFilter(label="种类", choices=RunKind.choices)


class RunTable(tables.Table):
    number = tables.NameColumn(verbose_name="批次号")
    month = tables.MonthColumn(verbose_name="月份")
    programme = tables.TextColumn(verbose_name="项目")
    kind = tables.TagColumn(verbose_name="种类", plain={"monthly"})
    division = tables.TextColumn(verbose_name="范围", drop=True)
    state = tables.TagColumn(verbose_name="状态")
    maker = tables.TextColumn(verbose_name="制表人", drop=True, orderable=False)
    reviewer = tables.TextColumn(verbose_name="复核人", drop=True, orderable=False)
    approver = tables.TextColumn(verbose_name="审定人", drop=True, orderable=False)
    made_at = tables.DayColumn(verbose_name="制表时间", drop=True)

    def render_programme(self, record: Run) -> str:
        return f"{record.programme}{record.batch_words}"

    def render_maker(self, value: Any) -> str:
        return value or "系统"


class RunList(ListPage):
    title, unit, crumbs = "发放批次", "批", [CRUMB, ("发放批次", "")]
    roles, menu_url = VIEWERS, "payouts:runs"
    filterset_class, table_class = RunFilters, RunTable

    def queryset(self, request: HttpRequest) -> Any:
        return visible_runs(request)

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role != "finance":
            return []
        return [
            Action("导入回盘文件", reverse("payouts:return_new")),
            Action("生成发放批次", reverse("payouts:run_new"), primary=True),
        ]


class NewRunForm(forms.Form):
    month = MonthFormField(label="月份", help_text="例如 2020-12。")
    programme = forms.ModelChoiceField(
        label="项目", queryset=Programme.objects.filter(is_active=True), empty_label="请选择"
    )


class NewRun(VerbView):
    """Starts a month's run; the building goes on in the background."""

    title, crumbs, button = "生成发放批次", [CRUMB, RUNS, ("生成发放批次", "")], "生成发放批次"
    roles, form_class = ("finance",), NewRunForm
    menu_url = "payouts:runs"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        asked = request.GET.get("programme")
        return {"month": format_month(month_of(timezone.localdate())), "programme": asked}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        self.run = services.build_run(data["programme"], data["month"], None, request.user)
        return f"{self.run}发放批次 {self.run.number} 已开始生成。" if self.run.state == "building" else ""

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.run.get_absolute_url()


class RunPage(DetailPage):
    """The chain of hands, this month against last, the townships, what failed, what is held, the files."""

    template_name, place = "payouts/run.html", "run"
    roles, menu_url = VIEWERS, "payouts:runs"

    def queryset(self, request: HttpRequest) -> Any:
        return visible_runs(request)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [CRUMB, RUNS, (self.object.number, "")]

    def facts(self, request: HttpRequest, run: Run) -> list[Any]:
        due = run.month.replace(day=int(parameter("payout_deadline_day", run.month)))
        return [f"批次 {run.number}", str(run.division), f"发放限期 {due:%m-%d}"]

    def actions(self, request: HttpRequest, run: Run) -> list[Action]:
        return run_actions(run, request.user)

    def data(self, request: HttpRequest, run: Run) -> dict[str, Any]:
        if run.state == RunState.BUILDING:
            return {"stages": chain(run), "building": True, **progress_of(run)}
        rows, total = compare(run)
        names = dict(Division.objects.filter(pk__in=[row.township for row in rows]).values_list("pk", "name"))
        failed = run.transfers.filter(state=TransferState.FAILED).order_by("division_id")
        return {
            "stages": chain(run),
            "compared": not (run.is_reissue or run.is_one_off),
            "stats": stats(run, total),
            "rows": [(row, names.get(row.township, row.township)) for row in rows],
            "total": total,
            "failed": failed[:8],
            "lacking": run.without_account if not run.is_final else 0,
            "failed_count": total.failed,
            "holds": held_in(run)[:8],
            "files": run.files.select_related("file", "division").defer("file__content"),
            "townships": services.townships_of(run),
            "events": timeline(run),
        }


def progress_of(run: Run) -> dict[str, Any]:
    parts = list(run.job.parts.all()) if run.job else []
    done = sum(part.state == JobState.DONE for part in parts)
    return {"run": run, "parts": parts, "done": done, "job": run.job}


class RunProgress(RunPage):
    """The townships while the run is in the making, asked for by htmx; the page is loaded anew when it ends."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        run = self.get_object(request)
        response = render(request, "payouts/progress.html", progress_of(run))
        over = run.job is None or run.job.state in (JobState.DONE, JobState.FAILED)
        if over and request.headers.get("HX-Request"):
            response["HX-Refresh"] = "true"
        return response


# --- verbs ---


class OpinionForm(forms.Form):
    opinion = forms.CharField(label="意见", required=False, max_length=300)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=300)


class RunVerb(VerbView):
    """Review, approve, send back, lock, close: a page that repeats what is confirmed, then the verb."""

    roles, menu_url = ("finance", "leader"), "payouts:runs"
    labels = {
        "review": "复核通过",
        "approve": "审定通过",
        "send_back": "退回制表",
        "lock": "锁定批次",
        "close": "结账",
    }

    def queryset(self, request: HttpRequest) -> Any:
        return visible_runs(request)

    @property
    def verb(self) -> str:
        return self.kwargs["verb"]

    def get_title(self) -> str:
        return self.labels[self.verb]

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [CRUMB, RUNS, (self.object.number, self.object.get_absolute_url()), (self.get_title(), "")]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        form = {"review": OpinionForm, "approve": OpinionForm, "send_back": ReasonForm}.get(self.verb)
        return form(data) if form else None

    def confirm(self, request: HttpRequest, run: Run) -> Confirm:
        figures = services.run_figures(run)
        what = f"{run}（批次 {run.number}），{figures['households']:,} 户 {figures['persons']:,} 人，"
        what += f"{money_text(figures['amount'])} 元"
        undo = {
            "review": "复核后可由财务或分管领导退回。",
            "approve": "锁定之前可以退回。",
            "send_back": "退回后由制表人修改或重新生成，再次复核、审定。",
            "lock": "锁定后任何人都不能再改动本批，只能以补发、扣回更正。",
            "close": "结账后本批不再变动。",
        }[self.verb]
        label = self.labels[self.verb]
        return Confirm(lead=f"{label}：{what}。", button=label, undo=undo)

    def act(self, request: HttpRequest, run: Run, data: dict[str, Any]) -> str:
        user = request.user
        if self.verb == "send_back":
            services.send_back(run, data["reason"], user)
        elif self.verb in ("review", "approve"):
            getattr(services, self.verb)(run, user, data.get("opinion", ""))
        else:
            getattr(services, self.verb)(run, user)
        return f"{run}（批次 {run.number}）{self.labels[self.verb]}。"


class Rebuild(RunVerb):
    """A draft made again from what is owed now."""

    roles = ("finance",)
    verb = "rebuild"  # type: ignore[assignment]
    labels = {"rebuild": "重新生成"}

    def confirm(self, request: HttpRequest, run: Run) -> Confirm:
        lead = f"将按现在的待遇、暂缓和账户重新生成{run}（批次 {run.number}）。"
        return Confirm(lead=lead, button="重新生成", undo="您成为本批制表人。")

    def act(self, request: HttpRequest, run: Run, data: dict[str, Any]) -> str:
        services.rebuild(run, request.user)
        return f"{run}（批次 {run.number}）已开始重新生成。"


class Discard(RunVerb):
    roles = ("finance",)
    verb = "discard"  # type: ignore[assignment]
    labels = {"discard": "撤销重发批次"}

    def confirm(self, request: HttpRequest, run: Run) -> Confirm:
        lead = f"将撤销{run}（批次 {run.number}）。其中的失败发放以后可以另行重发。"
        return Confirm(lead=lead, button="撤销重发批次", danger=True)

    def act(self, request: HttpRequest, run: Run, data: dict[str, Any]) -> str:
        words = f"已撤销批次 {run.number}。"
        services.discard_reissue(run, request.user)
        return words

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("payouts:failures")


class ContinueBuild(RunVerb):
    roles = ("finance",)
    verb = "continue"  # type: ignore[assignment]
    labels = {"continue": "继续生成"}

    def confirm(self, request: HttpRequest, run: Run) -> Confirm:
        return Confirm(lead=f"将继续生成{run}（批次 {run.number}）中没有完成的部分。", button="继续生成")

    def act(self, request: HttpRequest, run: Run, data: dict[str, Any]) -> str:
        services.continue_build(run, request.user)
        return ""


class LeftOut(RunPage):
    """Who is entitled in the month and not in the run, and why: held, barred by another programme, or decided since."""

    template_name = "payouts/left_out.html"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [CRUMB, RUNS, (self.object.number, self.object.get_absolute_url()), ("未列入本批", "")]

    def actions(self, request: HttpRequest, run: Run) -> list[Action]:
        return [Action("打印", print=True)]

    def data(self, request: HttpRequest, run: Run) -> dict[str, Any]:
        return {"rows": left_out(run)}


def left_out(run: Run) -> list[tuple[Any, str, str]]:
    """`(entitlement, reason, what the matrix of programmes says)`, at most 500."""
    if run.is_reissue:
        return []
    values = {"programme": run.programme_id, "month": run.month, "scope": f"{run.division_id}%"}
    query = statements.ONE_OFF_NOT_PAID if run.is_one_off else statements.LIVE_NOT_PAID
    with connection.cursor() as cursor:
        cursor.execute(f"{query} ORDER BY e.division_id, e.id LIMIT 500", values)
        found = dict(cursor.fetchall())
    rows = Entitlement.objects.select_related("person", "household", "division__parent").in_bulk(list(found))
    barred = {} if run.is_one_off else not_payable(run.programme_id, run.month, values["scope"])
    return [
        (rows[pk], "项目互斥", barred[pk].sentence)
        if pk in barred
        else (rows[pk], "暂缓发放" if held else "生成以后新增", "")
        for pk, held in found.items()
    ]


class HoldForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=300, help_text="例如：死亡名单待核实。")
    until_lifted = forms.BooleanField(
        label="以后各月也暂缓，直到解除", required=False, help_text="不勾选只暂缓本月。"
    )


class HoldBack(VerbView):
    """One beneficiary leaves the draft, with a hold on the entitlement."""

    title, roles, form_class = "暂缓发放", ("finance",), HoldForm
    menu_url = "payouts:payments"

    def queryset(self, request: HttpRequest) -> Any:
        return Payment.objects.visible_to(request.user).select_related("run__programme", "entitlement")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        run = self.object.run
        return [CRUMB, RUNS, (run.number, run.get_absolute_url()), ("暂缓发放", "")]

    def confirm(self, request: HttpRequest, payment: Payment) -> Confirm:
        lead = f"将 {payment.head_name} {format_month(payment.run.month)} {money_text(payment.amount)} 元移出批次。"
        return Confirm(
            lead=lead,
            button=f"暂缓发放 {payment.head_name}",
            undo="解除暂缓后，所欠月份作为补发列入以后的批次。",
        )

    def act(self, request: HttpRequest, payment: Payment, data: dict[str, Any]) -> str:
        services.hold_back(payment, data["reason"], request.user, data["until_lifted"])
        self.run = payment.run
        return f"已暂缓发放 {payment.head_name} {format_month(payment.run.month)}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return self.run.get_absolute_url()
