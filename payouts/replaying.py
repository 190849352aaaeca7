"""A past month computed again from the facts frozen with its payments, programme by programme."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from benefits.models import Assessment
from benefits.replaying import recompute
from core.money import ZERO
from payouts.models import FINAL_STATES, Payment, Transfer

BATCH = 2000


def replayed_payments(month: date) -> Any:
    """The month's own payments of locked runs (corrections are not decisions), without those that were given up."""
    given_up = Transfer.objects.filter(given_up_at__isnull=False, origin_run__month__gte=month)
    rows = Payment.objects.filter(month=month, is_base=True, run__state__in=FINAL_STATES)
    for run, beneficiary in given_up.values_list("origin_run", "beneficiary_id"):
        rows = rows.exclude(Q(run=run) & Q(beneficiary_id=beneficiary))
    return rows


def replay(month: date) -> list[dict[str, Any]]:
    """Per programme: `programme, payments, paid, recomputed, without_facts, differences[]` (amounts as text, yuan).

    `paid` is the sum of all payments, `paid_without_facts` the part decided by an old ledger, which can't be computed
    again; `recomputed` is the sum of the others as the formula answers today on the frozen facts and policy.
    """
    found: dict[str, dict[str, Any]] = {}
    batch: list[Payment] = []
    rows = replayed_payments(month).select_related("programme").order_by("programme__position", "pk")
    for payment in rows.iterator(BATCH):
        batch.append(payment)
        if len(batch) == BATCH:
            _count(found, batch)
            batch = []
    _count(found, batch)
    for row in found.values():
        for key in ("paid", "recomputed", "paid_without_facts"):
            row[key] = f"{row[key]:.2f}"
    return list(found.values())


def _count(found: dict[str, dict[str, Any]], batch: list[Payment]) -> None:
    frozen = Assessment.objects.in_bulk({one.assessment_id for one in batch if one.assessment_id})
    for payment in batch:
        row = found.setdefault(payment.programme_id, _empty(payment.programme_id))
        row["payments"] += 1
        row["paid"] += payment.amount
        assessment = frozen.get(payment.assessment_id)
        if assessment is None:
            row["without_facts"] += 1
            row["paid_without_facts"] += payment.amount
            continue
        again = recompute(assessment)
        row["recomputed"] += again.amount
        if again.error or again.amount != payment.amount:
            row["differences"].append(_difference(payment, again.amount, again.error))


def _empty(programme: str) -> dict[str, Any]:
    return {
        "programme": programme,
        "payments": 0,
        "paid": ZERO,
        "recomputed": ZERO,
        "without_facts": 0,
        "paid_without_facts": ZERO,
        "differences": [],
    }


def _difference(payment: Payment, amount: Decimal, error: str) -> dict[str, Any]:
    return {
        "payment": payment.pk,
        "household_no": payment.household_number,
        "name": payment.head_name,
        "paid": f"{payment.amount:.2f}",
        "recomputed": f"{amount:.2f}",
        "reason": error or "重算金额与已发金额不同",
    }
