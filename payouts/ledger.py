"""What was really paid: payments whose transfer the bank confirmed. Reports count from here."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from payouts.models import Payment, Transfer, TransferState


def paid_payments(year: int | None = None, programme: str | None = None) -> Any:
    """Payments (queryset) paid with success, for months of that year; signed amounts, all kinds."""
    confirmed = Transfer.objects.filter(
        origin_run=OuterRef("run"), beneficiary_id=OuterRef("beneficiary_id"), state=TransferState.SUCCESS
    )
    rows = Payment.objects.filter(Exists(confirmed))
    if year is not None:
        rows = rows.filter(month__range=(date(year, 1, 1), date(year, 12, 1)))
    if programme is not None:
        rows = rows.filter(programme=programme)
    return rows


# The same as a table expression for raw SQL: `FROM (PAID_SQL) paid`, all columns of the payment.
PAID_SQL = """
SELECT p.* FROM payouts_payment p
 WHERE EXISTS (SELECT FROM payouts_transfer t WHERE t.origin_run_id = p.run_id
                  AND t.beneficiary_id = p.beneficiary_id AND t.state = 'success')
"""


def figures(year: int, programme: str | None = None) -> list[dict[str, Any]]:
    """By programme: `household_months` 户次, `person_months` 人次 and `amount` (yuan) of the year.

    A household-month counts once, however many payments it took; corrections add to the amount alone.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT programme_id, count(*) FILTER (WHERE persons > 0), coalesce(sum(persons), 0)::bigint, sum(amount)
              FROM (SELECT programme_id, beneficiary_id, month, max(persons) FILTER (WHERE amount > 0) AS persons,
                           sum(amount) AS amount
                      FROM ({PAID_SQL}) paid
                     WHERE month BETWEEN %s AND %s AND (%s::text IS NULL OR programme_id = %s)
                     GROUP BY programme_id, beneficiary_id, month) months
             GROUP BY programme_id ORDER BY programme_id
            """,
            [date(year, 1, 1), date(year, 12, 1), programme, programme],
        )
        names = ("programme", "household_months", "person_months", "amount")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
