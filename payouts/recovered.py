"""What was overpaid on holdings since a moment, and what of it came back: from differences, set-offs and claims."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from benefits.returned import Holding, Money
from core.money import ZERO
from payouts.models import FINAL_STATES, Claim, Difference, Payment, PaymentKind


def money_since(since: Mapping[Holding, datetime]) -> dict[Holding, Money]:
    """Yuan by holding, for what the runs found from that moment on; holdings without any are left out."""
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
