"""What the page of a run shows: the chain of hands, the figures, what is held, who did what, what can be done now."""

from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from benefits.models import Hold
from core.models import JobState
from core.money import ZERO
from core.months import add_months, format_month
from core.pages import Action
from core.places import Stat
from core.templatetags.ui import money_text
from payouts import services
from payouts.comparing import Comparison
from payouts.models import Payment, Run, RunState, TransferState


def chain(run: Run) -> list[dict[str, Any]]:
    """制表 → 复核 → 审定 → 锁定 → 回盘 → 结账, each with who and when."""
    order = [
        RunState.BUILDING,
        RunState.DRAFT,
        RunState.REVIEWED,
        RunState.APPROVED,
        RunState.LOCKED,
        RunState.CLOSED,
    ]
    at = order.index(RunState(run.state))
    waiting = run.transfers.filter(state=TransferState.OUTSTANDING).exists() if run.is_final else True
    now = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4 if waiting else 5, 5: 6}[at]
    steps = [
        ("制表", run.maker or "系统", run.made_at),
        ("复核", run.reviewer or "另一名财务人员", run.reviewed_at),
        ("审定", run.approver or "分管领导", run.approved_at),
        ("锁定", run.approver or "审定人", run.locked_at),
        ("回盘", "银行", None),
        ("结账", run.closer or "财务", run.closed_at),
    ]
    return [
        {
            "name": name,
            "who": str(who),
            "note": f"{timezone.localtime(when):%m-%d %H:%M}" if when and number < now else "",
            "state": "done" if number < now else "now" if number == now else "later",
        }
        for number, (name, who, when) in enumerate(steps)
    ]


def stats(run: Run, total: Comparison) -> list[Stat]:
    """Last month + new − ended ± changed = this run; each leads to its rows."""
    if run.is_reissue:
        return reissue_stats(total)
    if run.is_one_off:
        return one_off_stats(run, total)
    return [*_against_last_month(run, total), *_this_month(run, total)]


def reissue_stats(total: Comparison) -> list[Stat]:
    return [
        Stat("本批重发", f"{total.lines:,}", "户", f"{money_text(total.transferred)} 元", on=True),
        Stat("成功", f"{total.success:,}", "户", tone="ok"),
        Stat("失败", f"{total.failed:,}", "户", tone="bad" if total.failed else ""),
    ]


def _against_last_month(run: Run, total: Comparison) -> list[Stat]:
    """What was paid last month, and what has come, gone and changed since."""
    listing = reverse("payouts:payments")
    before = format_month(add_months(run.month, -1))
    corrections = f"补发 {money_text(total.arrears)} · 扣回 {money_text(total.recovery)} 元"
    month = f"month={before}&programme={run.programme_id}"
    return [
        Stat(
            f"上月 {before}",
            f"{total.before_households:,}",
            "户",
            f"{total.before_persons:,} 人 · {money_text(total.before_amount)} 元",
            f"{listing}?{month}&kind=regular",
        ),
        Stat(
            "新增",
            f"+{total.new_households:,}",
            "户",
            f"{total.new_persons:,} 人 · +{money_text(total.new_amount)} 元",
            f"{listing}?run={run.number}&change=new",
        ),
        Stat(
            "停发",
            f"−{total.ended_households:,}",
            "户",
            f"{total.ended_persons:,} 人 · −{money_text(total.ended_amount)} 元",
            f"{listing}?run={run.number}&change=ended",
        ),
        Stat(
            "金额变动",
            f"{total.changed_households:,}",
            "户",
            f"净 {money_text(total.changed_amount)} 元 · {corrections}",
            f"{listing}?run={run.number}&change=changed",
        ),
    ]


def _this_month(run: Run, total: Comparison) -> list[Stat]:
    listing = reverse("payouts:payments")
    return [
        Stat(
            f"本批 {format_month(run.month)}",
            f"{total.households:,}",
            "户",
            f"{total.persons:,} 人 · {money_text(total.amount)} 元",
            f"{listing}?run={run.number}",
            on=True,
        ),
        Stat(
            "未列入本批",
            f"{run.held:,}",
            "户",
            f"暂缓 {run.held} · 他批已发 {run.already_paid}",
            reverse("payouts:left_out", args=[run.pk]),
        ),
    ]


def one_off_stats(run: Run, total: Comparison) -> list[Stat]:
    """This run, the whole month of the programme, and what was left out."""
    month = Payment.objects.filter(run__programme=run.programme_id, run__month=run.month, kind="one_off")
    whole = month.within(run.division_id).aggregate(count=Count("pk"), amount=Sum("amount"))
    runs = Run.objects.filter(programme=run.programme_id, month=run.month, kind=run.kind).count()
    listing = reverse("payouts:payments")
    return [
        Stat(
            "本批",
            f"{total.households:,}",
            "户",
            f"{total.persons:,} 人 · {money_text(total.amount)} 元",
            f"{listing}?run={run.number}",
            on=True,
        ),
        Stat(
            f"{format_month(run.month)} 共 {runs} 批",
            f"{whole['count']:,}",
            "笔",
            f"{money_text(whole['amount'] or ZERO)} 元",
            f"{reverse('payouts:runs')}?month={format_month(run.month)}&programme={run.programme_id}",
        ),
        Stat(
            "暂缓", f"{run.held:,}", "笔", "解除后列入以后的批次", reverse("payouts:left_out", args=[run.pk])
        ),
    ]


def held_in(run: Run) -> Any:
    """Holds of the run's programme and area that cover its month."""
    return (
        Hold.objects.filter(
            entitlement__programme=run.programme_id, lifted_at=None, first_month__lte=run.month
        )
        .exclude(last_month__lt=run.month)
        .within(run.division_id)
        .select_related("entitlement__person", "entitlement__division__parent")
    )


def timeline(run: Run) -> list[dict[str, Any]]:
    return [
        {"at": one.at, "who": str(one.actor or "系统"), "act": one.label, "words": one.opinion}
        for one in run.events.select_related("actor")
    ]


def run_actions(run: Run, user: Any) -> list[Action]:
    """The next step first; who may not take it reads why."""

    def verb(label: str, name: str, **more: Any) -> Action:
        url = reverse("payouts:run_verb", args=[run.pk, name])
        return Action(label, url, why=services.why_not(run, name, user), **more)

    finance = user.role == "finance"
    actions: list[Action] = [Action("打印", print=True)]
    if user.role not in ("finance", "leader"):
        return actions
    if run.state == RunState.BUILDING and run.job and run.job.state == JobState.FAILED and finance:
        actions.append(
            Action("继续生成", reverse("payouts:run_continue", args=[run.pk]), primary=True, method="post")
        )
    elif run.state == RunState.DRAFT:
        if finance:
            word = ("撤销重发批次", "discard") if run.is_reissue else ("重新生成", "rebuild")
            actions.append(Action(word[0], reverse(f"payouts:run_{word[1]}", args=[run.pk])))
        actions.append(verb("复核通过", "review", primary=True))
    elif run.state == RunState.REVIEWED:
        actions += [verb("退回制表", "send_back"), verb("审定通过", "approve", primary=True)]
    elif run.state == RunState.APPROVED:
        actions += [verb("退回制表", "send_back"), verb("锁定批次", "lock", primary=True)]
    elif run.state == RunState.LOCKED and finance:
        waiting = run.transfers.filter(state=TransferState.OUTSTANDING).exists()
        actions.append(Action("导入回盘文件", reverse("payouts:return_new"), primary=waiting))
        actions.append(verb("结账", "close", primary=not waiting))
    return actions
