"""What the bank carried out on some holdings in a year's runs."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from benefits.returned import Holding
from payouts.models import Payment, Transfer, TransferState


def paid_in(holdings: Collection[Holding], year: int) -> dict[Holding, Decimal]:
    """Yuan by holding, recoveries taken off; a reissue counts for the run whose payment it repeats."""
    success = Transfer.objects.filter(
        origin_run=OuterRef("run_id"), beneficiary_id=OuterRef("beneficiary_id"), state=TransferState.SUCCESS
    )
    rows = (
        Payment.objects.filter(
            Exists(success),
            programme__in={key[0] for key in holdings},
            beneficiary_id__in={key[1] for key in holdings},
            run__month__gte=date(year, 1, 1),
            run__month__lte=date(year, 12, 1),
        )
        .order_by()
        .values_list("programme_id", "beneficiary_id")
        .annotate(Sum("amount"))
    )
    wanted = set(holdings)
    return {(code, who): amount for code, who, amount in rows if (code, who) in wanted}
