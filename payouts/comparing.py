"""A run against the month before: last month + new − ended ± changed = this run, by township."""

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from core.money import ZERO
from core.months import add_months
from payouts.models import Payment, PaymentKind, Run, RunKind

_COMPARE = """
WITH now AS (
    SELECT beneficiary_id, amount, persons, left(division_id, 9) AS township
      FROM payouts_payment WHERE run_id = %(run)s AND kind = 'regular'
), before AS (
    SELECT beneficiary_id, amount, persons, left(division_id, 9) AS township
      FROM payouts_payment WHERE run_id = ANY(%(before)s) AND kind = 'regular' AND division_id LIKE %(scope)s
)
SELECT coalesce(n.township, b.township) AS township,
       count(b.*), coalesce(sum(b.persons), 0), coalesce(sum(b.amount), 0),
       count(n.*) FILTER (WHERE b IS NULL), coalesce(sum(n.persons) FILTER (WHERE b IS NULL), 0),
       coalesce(sum(n.amount) FILTER (WHERE b IS NULL), 0),
       count(b.*) FILTER (WHERE n IS NULL), coalesce(sum(b.persons) FILTER (WHERE n IS NULL), 0),
       coalesce(sum(b.amount) FILTER (WHERE n IS NULL), 0),
       count(*) FILTER (WHERE n.amount <> b.amount), coalesce(sum(n.amount - b.amount), 0),
       count(n.*), coalesce(sum(n.persons), 0), coalesce(sum(n.amount), 0)
  FROM now n FULL JOIN before b ON b.beneficiary_id = n.beneficiary_id
 GROUP BY 1 ORDER BY 1
"""
_CORRECTIONS = """
SELECT left(division_id, 9), coalesce(sum(amount) FILTER (WHERE kind = 'arrears'), 0),
       coalesce(sum(amount) FILTER (WHERE kind = 'recovery'), 0),
       coalesce(sum(amount) FILTER (WHERE kind = 'one_off'), 0),
       count(*) FILTER (WHERE kind = 'one_off'), coalesce(sum(persons) FILTER (WHERE kind = 'one_off'), 0)
  FROM payouts_payment WHERE run_id = %(run)s AND kind <> 'regular' GROUP BY 1
"""
_RESULTS = """
SELECT left(division_id, 9), count(*) FILTER (WHERE state = 'success'), count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE state IN ('planned', 'outstanding')), count(*), sum(amount)
  FROM payouts_transfer WHERE run_id = %(run)s GROUP BY 1
"""


@dataclass
class Comparison:
    """Households, persons and yuan of one township (or of all) against the month before."""

    township: str = ""
    before_households: int = 0
    before_persons: int = 0
    before_amount: Decimal = ZERO
    new_households: int = 0
    new_persons: int = 0
    new_amount: Decimal = ZERO
    ended_households: int = 0
    ended_persons: int = 0
    ended_amount: Decimal = ZERO
    changed_households: int = 0
    changed_amount: Decimal = ZERO
    households: int = 0
    persons: int = 0
    regular: Decimal = ZERO
    arrears: Decimal = ZERO
    recovery: Decimal = ZERO
    one_off: Decimal = ZERO
    success: int = 0
    failed: int = 0
    waiting: int = 0
    lines: int = 0
    transferred: Decimal = ZERO
    division: Any = field(default=None, compare=False)

    @property
    def amount(self) -> Decimal:
        """What the run pays there, corrections included."""
        return self.regular + self.arrears + self.recovery + self.one_off or self.transferred

    @property
    def difference(self) -> Decimal:
        return self.amount - self.before_amount

    def add(self, other: "Comparison") -> None:
        for one in fields(self):
            if one.name not in ("township", "division"):
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def runs_before(run: Run) -> list[int]:
    """The monthly runs of the programme in the month before."""
    before = Run.objects.filter(
        programme=run.programme_id, kind=RunKind.MONTHLY, month=add_months(run.month, -1)
    )
    return list(before.values_list("pk", flat=True))


def compare(run: Run) -> tuple[list[Comparison], Comparison]:
    """By township in official order, and the total."""
    values: dict[str, Any] = {"run": run.pk, "before": runs_before(run), "scope": f"{run.division_id}%"}
    rows: dict[str, Comparison] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE, values)
        for row in cursor.fetchall():
            rows[row[0]] = Comparison(*row)
        cursor.execute(_CORRECTIONS, values)
        for township, arrears, recovery, one_off, households, persons in cursor.fetchall():
            found = rows.setdefault(township, Comparison(township))
            found.arrears, found.recovery, found.one_off = arrears, recovery, one_off
            found.households += households
            found.persons += persons
        cursor.execute(_RESULTS, values)
        for township, success, failed, waiting, lines, transferred in cursor.fetchall():
            found = rows.setdefault(township, Comparison(township))
            found.success, found.failed, found.waiting, found.lines = success, failed, waiting, lines
            found.transferred = transferred
    total = Comparison()
    for found in rows.values():
        total.add(found)
    return [rows[key] for key in sorted(rows)], total


def new_payments(run: Run) -> Any:
    """The run's payments to those who got none the month before."""
    return _regular(run).filter(~Exists(_before(run)))


def changed_payments(run: Run) -> Any:
    """The run's payments whose amount differs from the month before."""
    return _regular(run).filter(Exists(_before(run).exclude(amount=OuterRef("amount"))))


def ended_payments(run: Run) -> Any:
    """Last month's payments to those whom the run does not pay."""
    mine = Payment.objects.filter(
        run=run, kind=PaymentKind.REGULAR, beneficiary_id=OuterRef("beneficiary_id")
    )
    last = Payment.objects.filter(run__in=runs_before(run), kind=PaymentKind.REGULAR).within(run.division_id)
    return last.filter(~Exists(mine))


def _regular(run: Run) -> Any:
    return Payment.objects.filter(run=run, kind=PaymentKind.REGULAR)


def _before(run: Run) -> Any:
    return Payment.objects.filter(
        Q(run__in=runs_before(run)), kind=PaymentKind.REGULAR, beneficiary_id=OuterRef("beneficiary_id")
    )
