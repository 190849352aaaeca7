"""追缴: instalments, repayments with a receipt, and writing off with a second person."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Conflict, NotAllowed, UserError
from district.models import Role
from payouts.models import Claim, ClaimState, Repayment

LIVE = (ClaimState.OPEN, ClaimState.INSTALMENTS)


def _locked(claim: Claim, version: int | None) -> Claim:
    row = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if version is not None and row.version != version:
        raise Conflict("这笔追缴刚被他人改动。", [f"现在：{row.get_state_display()}，已归还 {row.repaid} 元"])
    return row


def _finance(actor: Any) -> None:
    if actor.role != Role.FINANCE:
        raise NotAllowed("追缴由财务办理。")


def _save(claim: Claim, **values: Any) -> None:
    for name, value in values.items():
        setattr(claim, name, value)
    claim.version += 1
    claim.save(update_fields=[*values, "version"])


@transaction.atomic
def plan_instalments(
    claim: Claim, monthly: Decimal, first_month: date, note: str, actor: Any, version: int | None = None
) -> Claim:
    """Agree on so many yuan a month from a month on. A later plan replaces the earlier one (its history stays)."""
    _finance(actor)
    claim = _locked(claim, version)
    if claim.state not in LIVE:
        raise UserError(f"这笔追缴{claim.get_state_display()}，不能再定分期。")
    if not 0 < monthly <= claim.remaining:
        raise UserError(f"每期应在 0 与未还的 {claim.remaining} 元之间。", field="monthly")
    _save(
        claim,
        state=ClaimState.INSTALMENTS,
        plan_amount=monthly,
        plan_first_month=first_month,
        plan_note=note,
    )
    return claim


@transaction.atomic
def record_repayment(
    claim: Claim, amount: Decimal, paid_on: date, receipt: str, actor: Any, version: int | None = None
) -> Claim:
    """A repayment under its receipt number; the last one settles the claim."""
    _finance(actor)
    claim = _locked(claim, version)
    receipt = receipt.strip()
    if claim.state not in LIVE:
        raise UserError(f"这笔追缴{claim.get_state_display()}，不能再登记归还。")
    if not receipt:
        raise UserError("请填写收据号。", field="receipt")
    if not 0 < amount <= claim.remaining:
        raise UserError(f"归还金额应在 0 与未还的 {claim.remaining} 元之间。", field="amount")
    if paid_on > timezone.localdate():
        raise UserError("归还日期不能晚于今天。", field="paid_on")
    try:
        with transaction.atomic():
            Repayment.objects.create(
                claim=claim, amount=amount, paid_on=paid_on, receipt=receipt, recorded_by=actor
            )
    except IntegrityError as error:
        raise UserError(f"收据号“{receipt}”已登记过。", field="receipt") from error
    values: dict[str, Any] = {"repaid": claim.repaid + amount}
    if values["repaid"] == claim.amount:
        values |= {"state": ClaimState.SETTLED, "ended_at": timezone.now()}
    _save(claim, **values)
    return claim


@transaction.atomic
def propose_write_off(claim: Claim, reason: str, actor: Any, version: int | None = None) -> Claim:
    """Finance asks that the rest be written off; nothing is written off yet."""
    _finance(actor)
    claim = _locked(claim, version)
    if claim.state not in LIVE:
        raise UserError(f"这笔追缴{claim.get_state_display()}，不能申请核销。")
    if not reason.strip():
        raise UserError("请写明核销原因。", field="reason")
    _save(claim, state=ClaimState.WRITE_OFF, write_off_reason=reason.strip(), proposed_by=actor)
    return claim


@transaction.atomic
def decide_write_off(claim: Claim, agreed: bool, actor: Any, version: int | None = None) -> Claim:
    """A leader, never the one who asked, writes the rest off or lets the claim stand."""
    if actor.role != Role.LEADER:
        raise NotAllowed("核销由分管领导审批。")
    claim = _locked(claim, version)
    if claim.state != ClaimState.WRITE_OFF:
        raise UserError("这笔追缴没有待审批的核销。")
    if actor.pk == claim.proposed_by_id:
        raise NotAllowed("您是核销申请人，须由他人审批。")
    if agreed:
        _save(claim, state=ClaimState.WRITTEN_OFF, decided_by=actor, ended_at=timezone.now())
    else:
        state = ClaimState.INSTALMENTS if claim.plan_amount else ClaimState.OPEN
        _save(claim, state=state, proposed_by=None)
    return claim
