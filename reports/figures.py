"""The year counted from rows. Each figure is defined once, as a queryset: the page's number counts it, the page behind
the number lists it. docs/figures.md says the same in the bureau's words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, Exists, Func, OuterRef, Q, QuerySet, Subquery, Sum

from benefits.models import EndReason, Entitlement, Programme
from core import places
from core.errors import UserError
from core.money import ZERO, to_fen
from payouts.models import Payment, PaymentKind, Run, Transfer, TransferState

_COUNTED = (PaymentKind.REGULAR, PaymentKind.ARREARS, PaymentKind.ONE_OFF)


class NextMonth(Func):
    """The month after a month."""

    template = "(%(expressions)s + interval '1 month')::date"
    output_field = DateField()


class MonthBefore(Func):
    template = "(%(expressions)s - interval '1 month')::date"
    output_field = DateField()


@dataclass(frozen=True)
class Rows:
    """What may be counted: all rows of the instance, or what an account may see."""

    payments: QuerySet
    entitlements: QuerySet

    @classmethod
    def all(cls) -> "Rows":
        return cls(Payment.objects.all(), Entitlement.objects.all())

    @classmethod
    def visible_to(cls, user: Any) -> "Rows":
        return cls(Payment.objects.visible_to(user), Entitlement.objects.visible_to(user))


def check_year(year: int) -> int:
    """The year itself. UserError outside 1900–2999."""
    if not 1900 <= year <= 2999:
        raise UserError("年度应为四位数字，例如 2020。")
    return year


# -- what is counted ------------------------------------------------------------------------------------------


def paid(payments: QuerySet, year: int) -> QuerySet:
    """Payments of the year's runs that the bank carried out (a reissue counts for the run whose payment it repeats)."""
    runs = Run.objects.filter(month__gte=date(year, 1, 1), month__lte=date(year, 12, 1))
    return _carried_out(payments.filter(run__in=list(runs.values_list("pk", flat=True))))


def _carried_out(payments: QuerySet) -> QuerySet:
    """A look-up by index for each payment. As a join over run and beneficiary the planner expects a handful of rows
    where there are all, and takes minutes."""
    success = Transfer.objects.filter(
        origin_run=OuterRef("run_id"), beneficiary_id=OuterRef("beneficiary_id"), state=TransferState.SUCCESS
    )
    answer = Subquery(success.order_by().values("state")[:1])
    return payments.alias(bank_says=answer).filter(bank_says=TransferState.SUCCESS)


def paid_months(payments: QuerySet, year: int) -> QuerySet:
    """The paid rows that are a household-month: the first that was paid for a month. Recoveries never are, arrears only
    for a month for which nothing had been paid."""
    earlier = _carried_out(
        Payment.objects.filter(
            beneficiary_id=OuterRef("beneficiary_id"),
            programme=OuterRef("programme"),
            month=OuterRef("month"),
            kind__in=_COUNTED,
        ).filter(
            Q(run__month__lt=OuterRef("run__month"))
            | Q(run__month=OuterRef("run__month"), pk__lt=OuterRef("pk"))
        )
    )
    # The database keeps at most one base payment of a month, so only other arrears must look for an earlier one.
    return paid(payments, year).filter(
        Q(kind__in=(PaymentKind.REGULAR, PaymentKind.ONE_OFF), is_base=True)
        | Q(kind=PaymentKind.ARREARS) & ~Exists(earlier)
    )


def in_force(entitlements: QuerySet) -> QuerySet:
    return entitlements.filter(is_void=False, is_one_off=False)


def _same_beneficiary() -> QuerySet:
    return in_force(Entitlement.objects.all()).filter(
        programme=OuterRef("programme"), beneficiary_id=OuterRef("beneficiary_id")
    )


def new(entitlements: QuerySet, year: int) -> QuerySet:
    """新增: entitlements that begin in the year for someone who had none of the programme in the month before."""
    before = _same_beneficiary().filter(last_month=MonthBefore(OuterRef("first_month")))
    rows = in_force(entitlements).filter(
        first_month__gte=date(year, 1, 1), first_month__lte=date(year, 12, 1)
    )
    return rows.filter(~Exists(before))


def ended(entitlements: QuerySet, year: int) -> QuerySet:
    """停发: entitlements whose first unpaid month (停发月份) lies in the year and that no other one continues."""
    after = _same_beneficiary().filter(first_month=NextMonth(OuterRef("last_month")))
    rows = in_force(entitlements).filter(
        last_month__gte=date(year - 1, 12, 1), last_month__lte=date(year, 11, 1)
    )
    return rows.filter(~Exists(after))


def live(entitlements: QuerySet, year: int) -> QuerySet:
    """在册: entitlements in force in December."""
    month = date(year, 12, 1)
    return in_force(entitlements).filter(
        Q(last_month__isnull=True) | Q(last_month__gte=month), first_month__lte=month
    )


def reason_of(code: str) -> str:
    """The reason code of an ending; one that an old ledger left empty counts as `other`."""
    return code or str(EndReason.OTHER)


# -- counting ---------------------------------------------------------------------------------------------------


def average(months: int) -> int:
    """A twelfth, half up to a whole number."""
    return (months * 2 + 12) // 24


def figures(year: int, rows: Rows | None = None) -> dict[str, int | str]:
    """The year's figures under the keys of the contract; money as text in yuan. Programmes without a row are absent."""
    check_year(year)
    rows = rows or Rows.all()
    found: dict[str, dict[str, Any]] = {}
    for code, count, persons in _by_programme(paid_months(rows.payments, year)):
        _of(found, code).update(household_months=count, person_months=persons)
    for code, amount in paid(rows.payments, year).order_by().values_list("programme").annotate(Sum("amount")):
        _of(found, code)["amount"] = amount
    for name, queryset in (("new", new), ("ended", ended), ("live", live)):
        for code, count, persons in _by_programme(queryset(rows.entitlements, year)):
            _of(found, code).update({f"{name}_households": count, f"{name}_persons": persons})
    for code, reason, count in _by_reason(ended(rows.entitlements, year)):
        key = f"ended.{reason_of(reason)}"
        _of(found, code)[key] = found[code].get(key, 0) + count
    return {
        f"{code}.{key}": value
        for code in Programme.objects.filter(pk__in=found).values_list("pk", flat=True)
        for key, value in _complete(found[code]).items()
    }


def everything(year: int) -> dict[str, int | str]:
    """The whole instance's year: the programmes' figures, then each room's own (contract §7)."""
    found = figures(year)
    for _, counted in places.figures.of_year(year):
        found |= {one.key: one.value for one in counted}
    return found


def _of(found: dict[str, dict[str, Any]], code: str) -> dict[str, Any]:
    return found.setdefault(code, {})


def _by_programme(queryset: QuerySet) -> Iterable[tuple[str, int, int]]:
    return queryset.order_by().values_list("programme").annotate(Count("pk"), Sum("persons"))


def _by_reason(queryset: QuerySet) -> Iterable[tuple[str, str, int]]:
    return queryset.order_by().values_list("programme", "end_reason").annotate(Count("pk"))


def _complete(counted: dict[str, Any]) -> dict[str, int | str]:
    """All keys of a programme in the contract's order; what had no row is 0."""
    months, persons = counted.get("household_months", 0), counted.get("person_months", 0)
    values: dict[str, int | str] = {
        "household_months": months,
        "person_months": persons,
        "amount": str(to_fen(counted.get("amount", ZERO))),
        "avg_households": average(months),
        "avg_persons": average(persons),
    }
    for name in ("new", "ended", "live"):
        for unit in ("households", "persons"):
            values[f"{name}_{unit}"] = counted.get(f"{name}_{unit}", 0)
        if name == "ended":
            reasons = {key: count for key, count in counted.items() if key.startswith("ended.")}
            values.update(sorted(reasons.items(), key=lambda one: _order(one[0])))
    return values


def _order(key: str) -> int:
    return EndReason.values.index(key.removeprefix("ended."))


@dataclass(frozen=True)
class MonthFigures:
    """What one month's runs paid for a programme."""

    programme: str
    month: date
    households: int
    persons: int
    amount: Decimal


def by_month(year: int, rows: Rows) -> list[MonthFigures]:
    """The year's months by run, programmes in their order; months without a payment are left out."""
    runs = {run.pk: run for run in Run.objects.filter(month__year=year).select_related("programme")}
    counts: dict[tuple[date, int, str], list[Any]] = {}
    for pk, count, persons in _by_run(paid_months(rows.payments, year), Count("pk"), Sum("persons")):
        _add(counts, runs[pk], (count, persons, ZERO))
    for pk, amount in _by_run(paid(rows.payments, year), Sum("amount")):
        _add(counts, runs[pk], (0, 0, amount))
    return [MonthFigures(code, month, *sums) for (month, _, code), sums in sorted(counts.items())]


def _by_run(queryset: QuerySet, *sums: Any) -> Iterable[tuple]:
    return queryset.order_by().values_list("run").annotate(*sums)


def _add(counts: dict[tuple[date, int, str], list[Any]], run: Run, values: tuple) -> None:
    key = (run.month, run.programme.position, run.programme_id)
    counts[key] = [one + more for one, more in zip(counts.get(key, (0, 0, ZERO)), values, strict=True)]


def years(rows: Rows) -> list[int]:
    """Years that have a run with payments the user may see, newest first."""
    months = dict(Run.objects.values_list("pk", "month"))
    found = rows.payments.order_by().values_list("run", flat=True).distinct()
    return sorted({months[run].year for run in found}, reverse=True)
