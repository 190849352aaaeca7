"""What was paid after it should have ended, and how much of it came back: read from the runs and the claims."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F

from core.money import ZERO
from payouts.models import FINAL_STATES, Claim, Difference, Payment, PaymentKind
from rechecks.models import Finding, FindingState

Holding = tuple[str, int]


CHANGED = (FindingState.ENDED, FindingState.REDUCED)


@dataclass(frozen=True)
class Money:
    """Yuan of one holding: found to have been overpaid, and back by set-off or repayment."""

    overpaid: Decimal = ZERO
    back: Decimal = ZERO


def of_findings(findings: Iterable[Finding]) -> dict[Holding, Money]:
    """Holding → money, for the holdings that the findings ended or reduced; only what the runs found since."""
    since: dict[Holding, Any] = {}
    for one in findings:
        if one.state in CHANGED:
            key = one.programme_id, one.beneficiary_id
            since[key] = min(since.get(key, one.found_at), one.found_at)
    if not since:
        return {}
    keys = {"programme__in": {key[0] for key in since}, "beneficiary_id__in": {key[1] for key in since}}
    found: dict[Holding, list[Decimal]] = {}

    def add(rows: Iterable[tuple[str, int, Any, Decimal]], place: int) -> None:
        for programme, beneficiary, at, amount in rows:
            key = programme, beneficiary
            if key in since and at >= since[key]:
                found.setdefault(key, [ZERO, ZERO])[place] += amount

    who = ("programme_id", "beneficiary_id")
    less = Difference.objects.filter(**keys, amount__lt=0)
    add(less.values_list(*who, "found_at", F("cancelled") - F("amount")), 0)
    set_off = Payment.objects.filter(
        difference__in=less, kind=PaymentKind.RECOVERY, run__state__in=FINAL_STATES
    )
    add(set_off.values_list(*who, "difference__found_at", -F("amount")), 1)
    claims = Claim.objects.filter(**keys, repaid__gt=0)
    add(claims.values_list(*who, "opened_at", "repaid"), 1)
    return {key: Money(*values) for key, values in found.items()}
