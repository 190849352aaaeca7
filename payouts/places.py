"""What this room puts into places of the rooms below: menu, panels, to-do list, figures, reveals, tones."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from benefits import paid, returned
from benefits.models import Programme
from benefits.policy import parameter
from core import places, tones
from core.money import ZERO
from core.months import month_of
from core.places import Stat, TodoItem
from core.templatetags.ui import money_text
from core.workdays import Calendar
from payouts import statements
from payouts.holdings import paid_in
from payouts.models import (
    Claim,
    ClaimState,
    Payment,
    PaymentKind,
    Run,
    RunKind,
    RunState,
    TransferState,
)
from payouts.recovered import money_since
from payouts.services import why_not
from payouts.views import VIEWERS

TOWNSHIP = ("township_clerk", "township_leader")


def register() -> None:
    """Called once, when all rooms are ready."""
    _tones()
    _menu()
    places.panels.add("person", 30, payments_of_person, title="发放", key="payments", count=count_of_person)
    places.panels.add(
        "household", 30, payments_of_household, title="发放", key="payments", count=count_of_household
    )
    places.panels.add("entitlement", 30, payments_of_entitlement, title="发放", key="payments")
    places.todos.add(todos)
    returned.register(money_since)
    paid.register(paid_in)
    places.workbench.add(figures, order=50, roles=("finance", "leader"))
    places.reveals.add(
        "payment.account_number",
        queryset=lambda user: Payment.objects.visible_to(user),
        value=lambda payment: payment.account_number,
        target=lambda payment: f"{payment.payee_name} 银行账号",
        roles=("finance", "auditor", "bureau_officer"),
    )
    places.reveals.add(
        "payment.id_number",
        queryset=lambda user: Payment.objects.visible_to(user),
        value=lambda payment: payment.payee_id_number,
        target=lambda payment: f"{payment.payee_name} 身份证号",
        roles=("finance", "auditor", "bureau_officer"),
    )


def _tones() -> None:
    tones.register(
        {
            RunState.BUILDING: "go",
            RunState.DRAFT: "warn",
            RunState.REVIEWED: "warn",
            RunState.APPROVED: "warn",
            RunState.LOCKED: "go",
            RunState.CLOSED: "end",
            PaymentKind.ARREARS: "go",
            PaymentKind.RECOVERY: "warn",
            PaymentKind.ONE_OFF: "go",
            TransferState.PLANNED: "go",
            TransferState.OUTSTANDING: "go",
            TransferState.SUCCESS: "ok",
            TransferState.FAILED: "bad",
            ClaimState.OPEN: "warn",
            ClaimState.INSTALMENTS: "go",
            ClaimState.WRITE_OFF: "warn",
            ClaimState.SETTLED: "ok",
            ClaimState.WRITTEN_OFF: "end",
        }
    )


def _menu() -> None:
    from payouts.views.failures import unsettled

    everyone = (*VIEWERS, *TOWNSHIP)
    add = places.menu.add
    add(
        "发放",
        "发放批次",
        "payouts:runs",
        roles=VIEWERS,
        order=410,
        count=lambda user: len(waiting_runs(user)),
    )
    add("发放", "发放明细", "payouts:payments", roles=everyone, order=420)
    add(
        "发放",
        "退票与重发",
        "payouts:failures",
        roles=everyone,
        order=440,
        count=lambda user: unsettled(user).count(),
        urgent=lambda user: True,
    )
    add("发放", "追缴与扣回", "payouts:claims", roles=everyone, order=450)
    add("发放", "花名册与银行文件", "payouts:files", roles=VIEWERS, order=460)
    add("账务", "月度结账", "payouts:months", roles=VIEWERS, order=510)
    add("账务", "重算核对", "payouts:replay", roles=("finance", "leader", "auditor"), order=520)


# --- panels ---


def _panel(rows: Any, more: str) -> tuple[str, dict[str, Any]] | None:
    from payouts.views.payments import newest_attempt

    rows = rows.select_related("programme", "run").annotate(outcome=newest_attempt("state"))
    found = list(rows.order_by("-month", "-pk")[:13])
    return "payouts/panel.html", {"payments": found[:12], "more": more if len(found) > 12 else ""}


def _of_person(user: Any, person: Any) -> Any:
    """Payments on entitlements that cover the person."""
    covering = person.coverage.values("entitlement")
    return Payment.objects.visible_to(user).filter(entitlement__in=covering)


def _of_household(user: Any, household: Any) -> Any:
    return Payment.objects.visible_to(user).filter(entitlement__household=household)


def payments_of_person(request: Any, person: Any) -> Any:
    return _panel(_of_person(request.user, person), reverse("payouts:payments") + f"?q={person.name}")


def count_of_person(request: Any, person: Any) -> int:
    return _of_person(request.user, person).count()


def payments_of_household(request: Any, household: Any) -> Any:
    return _panel(_of_household(request.user, household), "")


def count_of_household(request: Any, household: Any) -> int:
    return _of_household(request.user, household).count()


def payments_of_entitlement(request: Any, entitlement: Any) -> Any:
    return _panel(Payment.objects.visible_to(request.user).filter(entitlement=entitlement), "")


# --- what waits ---


def waiting_runs(user: Any) -> list[tuple[Run, str]]:
    """`(run, verb)` for each open run whose next step this user may take now."""
    if user.role not in ("finance", "leader"):
        return []
    verbs = {RunState.DRAFT: "review", RunState.REVIEWED: "approve", RunState.APPROVED: "lock"}
    runs = Run.objects.visible_to(user).filter(state__in=list(verbs)).select_related("programme")
    return [
        (run, verbs[RunState(run.state)])
        for run in runs.order_by("month")[:50]
        if not why_not(run, verbs[RunState(run.state)], user)
    ]


def todos(user: Any) -> Iterable[TodoItem]:
    """Runs that wait for this user's hand, failed payments to reissue, claims to decide."""
    words = {
        "review": ("待复核", "复核批次"),
        "approve": ("待审定", "审定批次"),
        "lock": ("待锁定", "锁定批次"),
    }
    for run, verb in waiting_runs(user):
        due = _deadline(run.month)
        yield TodoItem(
            subject=str(run),
            business="发放批次",
            stage=words[verb][0],
            url=run.get_absolute_url(),
            next_label=words[verb][1],
            due_on=due,
            days=Calendar().left(timezone.localdate(), due),
            number=run.number,
        )
    if user.role == "finance":
        yield from _one_off_waiting(user)
    if user.role == "leader":
        asked = Claim.objects.visible_to(user).filter(state=ClaimState.WRITE_OFF)
        for claim in asked.select_related("person", "division")[:50]:
            yield TodoItem(
                subject=f"{claim.person} {money_text(claim.remaining)} 元",
                business="追缴核销",
                stage=claim.get_state_display(),
                url=claim.get_absolute_url(),
                next_label="审批核销",
                division=str(claim.division),
            )


def _one_off_waiting(user: Any) -> Iterable[TodoItem]:
    """One-off money that was granted and stands in no run yet, by programme."""
    values: dict[str, Any] = {"month": month_of(timezone.localdate()), "scope": f"{user.division_id}%"}
    for programme in Programme.objects.filter(is_one_off=True, is_active=True):
        with connection.cursor() as cursor:
            cursor.execute(statements.ONE_OFF_WAITING, {**values, "programme": programme.pk})
            count, amount = cursor.fetchone()
        if not count:
            continue
        draft = Run.objects.filter(programme=programme, state=RunState.DRAFT, kind=RunKind.ONE_OFF).first()
        new = f"{reverse('payouts:run_new')}?programme={programme.pk}"
        yield TodoItem(
            subject=f"{programme} {count:,} 笔 {money_text(amount)} 元",
            business="一次性发放",
            stage="没有列入批次",
            url=draft.get_absolute_url() if draft else new,
            next_label="重新生成" if draft else "生成发放批次",
        )


def _deadline(month: date) -> date | None:
    """The day by which the month's money is to be there; none for a month long gone."""
    due = month.replace(day=int(parameter("payout_deadline_day", month)))
    return due if abs((due - timezone.localdate()).days) < 370 else None


def figures(user: Any) -> Iterable[Stat]:
    """The newest month's runs, and what failed at the bank."""
    from payouts.views.failures import unsettled

    newest = Run.objects.visible_to(user).order_by("-month").values_list("month", flat=True).first()
    if newest is not None:
        runs = Run.objects.visible_to(user).filter(month=newest)
        found = Payment.objects.filter(run__in=runs.values("pk")).aggregate(
            amount=Sum("amount"), count=Count("pk")
        )
        yield Stat(
            f"{newest:%Y-%m} 发放",
            money_text((found["amount"] or ZERO) / 10000),
            "万元",
            f"{runs.count()} 批 · {found['count']:,} 笔",
            f"{reverse('payouts:runs')}?month={newest:%Y-%m}",
        )
    failed = unsettled(user).aggregate(amount=Sum("amount"), count=Count("pk"))
    yield Stat(
        "退票待重发",
        f"{failed['count']:,}",
        "笔",
        f"{money_text(failed['amount'] or ZERO)} 元",
        reverse("payouts:failures"),
        tone="bad" if failed["count"] else "",
    )
