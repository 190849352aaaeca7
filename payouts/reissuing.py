"""重发: a new attempt at payments that failed at the bank, once the account was put right. Not arrears."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benefits.models import Programme
from core.errors import UserError
from core.months import format_month
from payouts.building import check_maker, district, locked_row, next_number, note
from payouts.models import Run, RunKind, RunState, Transfer

# Failed, not given up, no later attempt, not held now, still owed as it was, and the payee's account today is another
# than the one that failed, or was entered anew since.
_READY = """
WITH ready AS (
    SELECT t.id, t.origin_run_id, t.beneficiary_id, t.attempt, t.division_id, t.payee_name, t.amount,
           account.bank, account.number, account.holder_name
      FROM payouts_transfer t
      JOIN payouts_run origin ON origin.id = t.origin_run_id
      JOIN LATERAL (SELECT p.payee_id, p.payee_institution_id, p.entitlement_id FROM payouts_payment p
                     WHERE p.run_id = t.origin_run_id AND p.beneficiary_id = t.beneficiary_id
                     ORDER BY p.kind = 'regular' DESC, p.id LIMIT 1) paid ON true
      JOIN registry_payeeaccount account ON (account.institution_id = paid.payee_institution_id
                                             OR paid.payee_institution_id IS NULL AND account.person_id = paid.payee_id)
                                        AND account.since <= %(today)s
                                        AND (account.until IS NULL OR account.until > %(today)s)
     WHERE origin.programme_id = %(programme)s AND origin.month = %(month)s AND t.state = 'failed'
       AND t.given_up_at IS NULL
       AND NOT EXISTS (SELECT FROM payouts_transfer later WHERE later.origin_run_id = t.origin_run_id
                          AND later.beneficiary_id = t.beneficiary_id AND later.attempt > t.attempt)
       AND NOT EXISTS (SELECT FROM benefits_hold h WHERE h.entitlement_id = paid.entitlement_id AND h.lifted_at IS NULL
                          AND h.first_month <= %(month)s AND (h.last_month IS NULL OR h.last_month >= %(month)s))
       AND NOT EXISTS (
           SELECT FROM payouts_payment p
            WHERE p.run_id = t.origin_run_id AND p.beneficiary_id = t.beneficiary_id AND p.kind = 'regular'
              AND p.amount <> coalesce((SELECT sum(e.monthly_amount) FROM benefits_entitlement e
                   WHERE e.beneficiary_id = p.beneficiary_id AND e.programme_id = p.programme_id
                     AND NOT e.is_void AND NOT e.is_one_off AND e.first_month <= p.month
                     AND (e.last_month IS NULL OR e.last_month >= p.month)), 0))
       AND ((account.number, account.holder_name, account.bank) <> (t.account_number, t.account_name, t.bank)
            OR account.created_at > t.returned_at)
)
"""
_INSERT = (
    _READY
    + """
INSERT INTO payouts_transfer (origin_run_id, run_id, beneficiary_id, attempt, seq, division_id, payee_name, bank,
       account_number, account_name, amount, state, reason, given_up_reason)
SELECT origin_run_id, %(run)s, beneficiary_id, attempt + 1, NULL, division_id, payee_name, bank, number, holder_name,
       amount, 'planned', '', '' FROM ready
ON CONFLICT DO NOTHING
"""
)


def ready_to_reissue(programme: str, month: date, today: date) -> list[int]:
    """Keys of the failed transfers of a month that a reissue made now would take in."""
    with connection.cursor() as cursor:
        cursor.execute(
            _READY + "SELECT id FROM ready", {"programme": programme, "month": month, "today": today}
        )
        return [row[0] for row in cursor.fetchall()]


def build_reissue(month: date, programmes: Iterable[str] | None, actor: Any) -> list[Run]:
    """One reissue run a programme, for the month's failed payments whose account was put right since.

    The open drafts of an earlier call come back too, so that asking twice gives the same. UserError when there is none.
    """
    check_maker(actor)
    codes = list(programmes or [])
    if not codes:
        failed = Transfer.objects.filter(origin_run__month=month).exclude(state="success")
        codes = list(
            failed.order_by("origin_run__programme__position")
            .values_list("origin_run__programme", flat=True)
            .distinct()
        )
    runs: list[Run] = []
    for code in dict.fromkeys(codes):
        runs += _open_reissues(code, month)
        made = _reissue(code, month, actor, timezone.localdate())
        runs += [made] if made else []
    if not runs:
        raise UserError(f"{format_month(month)} 没有可以重发的：没有失败的发放，或账户还没有更正。")
    return runs


def _open_reissues(programme: str, month: date) -> list[Run]:
    return list(
        Run.objects.filter(
            programme=programme,
            month=month,
            kind=RunKind.REISSUE,
            state__in=[RunState.DRAFT, RunState.REVIEWED, RunState.APPROVED],
        ).order_by("pk")
    )


@transaction.atomic
def _reissue(programme: str, month: date, actor: Any, today: date) -> Run | None:
    # A run in the making gives up failures that are no longer owed; neither may look while the other writes.
    Programme.objects.select_for_update(no_key=True).get(pk=programme)
    if Run.objects.filter(programme=programme, state=RunState.BUILDING).exists():
        raise UserError("该项目有批次正在生成，请等它完成后再重发。")
    if not ready_to_reissue(programme, month, today):
        return None
    run = Run(
        programme_id=programme,
        month=month,
        division=district(),
        kind=RunKind.REISSUE,
        state=RunState.DRAFT,
        maker=actor,
        number=next_number(month),
    )
    run.save()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"programme": programme, "month": month, "today": today, "run": run.pk})
        if not cursor.rowcount:
            # Another reissue took them all between the look and the insert.
            transaction.set_rollback(True)
            return None
    note(run, "made", "生成重发批次", actor, f"{cursor.rowcount} 户")
    return run


@transaction.atomic
def discard_reissue(run: Run, actor: Any) -> None:
    """Give up a reissue that is still a draft; its payments can be reissued anew."""
    check_maker(actor)
    run = locked_row(run)
    if run.kind != RunKind.REISSUE or run.state != RunState.DRAFT:
        raise UserError("只有待复核的重发批次可以撤销。")
    run.transfers.all().delete()
    run.delete()
