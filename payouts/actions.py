"""The verbs on a run, each under its row lock: review, approve, send back, lock, hold back a payment, close."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benefits.policy import parameter
from core.errors import NotAllowed, UserError
from district.models import Role
from payouts.building import locked_row, note, run_figures
from payouts.models import Payment, PaymentKind, Run, RunState, TransferState


def why_not(run: Run, action: str, actor: Any) -> str:
    """Why this user may not do this now; empty when allowed. The page shows it, the verb refuses with it."""
    return _REASONS[action](run, actor)


def _why_not_review(run: Run, actor: Any) -> str:
    if run.state != RunState.DRAFT:
        return _wrong_state(run, "复核")
    if actor.role != Role.FINANCE:
        return "批次由财务复核。"
    if actor.pk == run.maker_id:
        return "您是本批制表人，须由另一名财务人员复核。"
    return ""


def _why_not_approve(run: Run, actor: Any) -> str:
    if run.state != RunState.REVIEWED:
        return _wrong_state(run, "审定")
    if actor.pk == run.maker_id:
        return "您是本批制表人，须由他人审定。"
    if actor.pk == run.reviewer_id:
        return "您是本批复核人，须由他人审定。"
    if actor.role == Role.LEADER:
        return ""
    if actor.role != Role.FINANCE:
        return "批次由分管领导审定。"
    limit = parameter("approval_limit", run.month)
    if run_figures(run)["amount"] > limit:
        return f"金额超过 {limit} 元，须由分管领导审定。"
    return ""


def _why_not_lock(run: Run, actor: Any) -> str:
    if run.state != RunState.APPROVED:
        return _wrong_state(run, "锁定")
    if actor.pk != run.approver_id:
        return f"须由审定人（{run.approver}）锁定。"
    return ""


def _why_not_send_back(run: Run, actor: Any) -> str:
    if run.state not in (RunState.REVIEWED, RunState.APPROVED):
        return _wrong_state(run, "退回")
    if actor.role not in (Role.FINANCE, Role.LEADER):
        return "批次由财务或分管领导退回。"
    return ""


def _why_not_close(run: Run, actor: Any) -> str:
    if run.state != RunState.LOCKED:
        return _wrong_state(run, "结账")
    if actor.role != Role.FINANCE:
        return "批次由财务结账。"
    if run.maker_id is None and actor.pk == run.reviewer_id:
        return "本批由系统制表，您是复核人，须由另一名财务人员结账。"
    waiting = run.transfers.filter(state=TransferState.OUTSTANDING).count()
    if waiting:
        return f"还有 {waiting} 笔没有银行回盘，不能结账。"
    return ""


def _wrong_state(run: Run, verb: str) -> str:
    return f"批次{run.get_state_display()}，现在不能{verb}。"


_REASONS: dict[str, Callable[[Run, Any], str]] = {
    "review": _why_not_review,
    "approve": _why_not_approve,
    "lock": _why_not_lock,
    "send_back": _why_not_send_back,
    "close": _why_not_close,
}


def _begin(run: Run, action: str, actor: Any) -> Run:
    """The locked row, once the actor may do this with it as it is now."""
    run = locked_row(run)
    if not run.division_id.startswith(actor.division_id):
        raise NotAllowed("这个批次不在您的辖区内。")
    reason = why_not(run, action, actor)
    if reason:
        raise NotAllowed(f"批次 {run.number}：{reason}")
    return run


def _set(run: Run, **values: Any) -> None:
    Run.objects.filter(pk=run.pk).update(**values)
    run.refresh_from_db()


@transaction.atomic
def review(run: Run, actor: Any, opinion: str = "") -> Run:
    """复核 by a finance officer who did not make it."""
    run = _begin(run, "review", actor)
    if not run_figures(run)["payments"]:
        raise UserError(f"批次 {run.number} 没有发放明细，不用复核。")
    _set(run, state=RunState.REVIEWED, reviewer=actor, reviewed_at=timezone.now())
    note(run, "review", "复核通过", actor, opinion)
    return run


@transaction.atomic
def approve(run: Run, actor: Any, opinion: str = "") -> Run:
    """审定 by a leader, or up to the approval limit by a third finance officer."""
    run = _begin(run, "approve", actor)
    _set(run, state=RunState.APPROVED, approver=actor, approved_at=timezone.now())
    note(run, "approve", "审定通过", actor, opinion)
    return run


@transaction.atomic
def send_back(run: Run, reason: str, actor: Any) -> Run:
    """退回 to a draft, with the reason; review and approval begin anew."""
    if not reason.strip():
        raise UserError("请写明退回原因。", field="reason")
    run = _begin(run, "send_back", actor)
    _set(
        run,
        state=RunState.DRAFT,
        reviewer=None,
        reviewed_at=None,
        approver=None,
        approved_at=None,
    )
    note(run, "send_back", "退回", actor, reason)
    return run


# Whoever has no account is no line of the bank file: failed at once, to be reissued when the account is entered.
# Of a home's many lines each says for whom it is.
_NAMED = """CASE WHEN payee_institution_id IS NULL THEN payee_name
                 ELSE left(head_name || '（' || payee_name || '）', 60) END"""
_TRANSFERS_OF_RUN = f"""
INSERT INTO payouts_transfer (origin_run_id, run_id, beneficiary_id, attempt, seq, division_id, payee_name, bank,
       account_number, account_name, amount, state, reason, given_up_reason)
SELECT %(run)s, %(run)s, beneficiary_id, 1,
       CASE WHEN account <> '' THEN row_number() OVER (PARTITION BY account = '' ORDER BY place, first) END,
       place, payee, bank, account, holder, amount,
       CASE WHEN account <> '' THEN 'outstanding' ELSE 'failed' END,
       CASE WHEN account <> '' THEN '' ELSE '缺账号，未送银行' END, ''
  FROM (SELECT beneficiary_id, min(division_id) AS place, min(id) AS first,
               (array_agg({_NAMED} ORDER BY id))[1] AS payee, (array_agg(bank ORDER BY id))[1] AS bank,
               (array_agg(account_number ORDER BY id))[1] AS account,
               (array_agg(account_name ORDER BY id))[1] AS holder, sum(amount) AS amount
          FROM payouts_payment WHERE run_id = %(run)s GROUP BY beneficiary_id) lines
"""
# A reissue's lines get their numbers when it is locked, in the order of the sheet.
_PLANNED_TO_BANK = """
UPDATE payouts_transfer t SET state = 'outstanding', seq = n.seq
  FROM (SELECT id, row_number() OVER (ORDER BY division_id, id) AS seq FROM payouts_transfer WHERE run_id = %(run)s) n
 WHERE t.id = n.id AND t.state = 'planned'
"""


@transaction.atomic
def lock(run: Run, actor: Any) -> Run:
    """锁定 by the approver: from here nothing of the run changes, and its lines wait for the bank's answer."""
    run = _begin(run, "lock", actor)
    with connection.cursor() as cursor:
        cursor.execute(_PLANNED_TO_BANK if run.is_reissue else _TRANSFERS_OF_RUN, {"run": run.pk})
    note(run, "lock", "锁定", actor)
    _set(run, state=RunState.LOCKED, locked_at=timezone.now())
    return run


@transaction.atomic
def close(run: Run, actor: Any) -> Run:
    """结账: nothing is outstanding at the bank any more. Failed lines stay, to be reissued or given up."""
    run = _begin(run, "close", actor)
    failed = run.transfers.filter(state=TransferState.FAILED).count()
    note(run, "close", "结账", actor, f"失败 {failed} 笔" if failed else "")
    _set(run, state=RunState.CLOSED, closer=actor, closed_at=timezone.now())
    return run


@transaction.atomic
def hold_back(payment: Payment, reason: str, actor: Any, until_lifted: bool = False) -> None:
    """暂缓 one beneficiary in a draft: the entitlement is held for the run's month and its rows leave the run.

    The hold stands in the entitlement's record; when it is lifted the month is owed again and paid as arrears.
    """
    from benefits.services import place_hold

    if not reason.strip():
        raise UserError("请写明暂缓原因。", field="reason")
    if actor.role != Role.FINANCE:
        raise NotAllowed("由财务从批次中暂缓发放。")
    run = locked_row(payment.run)
    if run.state != RunState.DRAFT:
        raise UserError("只有待复核的批次可以暂缓；已送复核的请先退回。")
    if payment.kind not in (PaymentKind.REGULAR, PaymentKind.ONE_OFF):
        raise UserError("补发、扣回不能单独暂缓，请暂缓当月的正常发放。")
    place_hold(payment.entitlement, run.month, None if until_lifted else run.month, reason, actor)
    removed = Payment.objects.filter(run=run, beneficiary_id=payment.beneficiary_id)
    count = removed.count()
    removed.delete()
    lacking = int(not payment.account_number)
    Run.objects.filter(pk=run.pk).update(held=run.held + 1, without_account=run.without_account - lacking)
    words = f"{payment.head_name} {payment.amount} 元（{count} 行）：{reason}"
    note(run, "hold_back", "暂缓发放", actor, words)
