"""A case's rows → the facts of contract §5, and what the household was granted before, counted from rows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from benefits.models import Entitlement
from core.money import ZERO
from core.months import format_month, month_of
from registry.models import Household
from relief.dibao.services import PROGRAMMES
from relief.temporary.models import AdvanceState, Cause, Kind, TemporaryApplication
from relief.temporary.rules import CODE

# An advance that is out counts as a grant until the decision replaces it.
OUT = (AdvanceState.PAID,)


@dataclass(frozen=True)
class Before:
    """What counts against the household: the year's sum in yuan, and how often the cause was helped in 12 months."""

    amount: Decimal
    same_cause: int


def window_start(day: date) -> date:
    """The first day whose grants still count on `day`: twelve months end on the corresponding day (民法典第202条)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def earlier(household: Household, except_case: int | None = None) -> Any:
    """Cases of the household that count: granted ones, and open ones for which the township has paid ahead."""
    rows = TemporaryApplication.objects.filter(household=household).exclude(pk=except_case)
    return rows.filter(Q(granted_amount__isnull=False) | Q(advances__state__in=OUT)).distinct()


def granted_before(
    household: Household, day: date, cause: str = "", words: str = "", except_case: int | None = None
) -> Before:
    """What was granted in the calendar year of `day`, and for the same cause in the twelve months up to it.

    `其他` is the same cause only in the same words.
    """
    amount, same, since = ZERO, 0, window_start(day)
    for case in earlier(household, except_case).prefetch_related("advances"):
        advance = case.advance_paid
        worth = case.granted_amount
        when = case.decided_on
        if worth is None and advance is not None:
            worth, when = advance.amount, advance.paid_on
        assert worth is not None and when is not None
        if when.year == day.year:
            amount += worth
        if case.cause == cause and when >= since and (cause != Cause.OTHER or case.cause_words == words):
            same += 1
    return Before(amount + _without_case(household, day.year), same)


def _without_case(household: Household, year: int) -> Decimal:
    """One-off grants of the year that no case here led to (an old ledger's)."""
    rows = Entitlement.objects.filter(
        programme=CODE,
        household=household,
        is_void=False,
        first_month__gte=date(year, 1, 1),
        first_month__lte=date(year, 12, 1),
        temporary_case__isnull=True,
    )
    return rows.aggregate(total=Sum("monthly_amount"))["total"] or ZERO


def history(household: Household, except_case: int | None = None) -> list[TemporaryApplication]:
    """The household's grants and advances, newest first, for form and case page."""
    rows = earlier(household, except_case).prefetch_related("advances")
    return sorted(rows, key=lambda one: one.decided_on or one.advance_paid.paid_on, reverse=True)  # type: ignore[union-attr,return-value,arg-type]


def standard_of(area_kind: str) -> str:
    """Whose standard counts: 城市低保 in town, 农村低保 in the country."""
    return PROGRAMMES[area_kind]  # type: ignore[index]


def facts_of(case: TemporaryApplication, day: date) -> dict[str, Any]:
    """The facts of the case for a decision on `day`; what was granted before is counted afresh each time."""
    members = list(case.members.select_related("person"))
    before = granted_before(_household(case), day, case.cause, case.cause_words, case.pk)
    advance = case.advance_paid
    event: dict[str, Any] = {
        "kind": case.kind,
        "granted_this_year": str(before.amount),
        "grants_same_cause": before.same_cause,
        "programme_standard": standard_of(case.area_kind),
    }
    if case.kind == Kind.EMERGENCY:
        event |= {"severity": case.severity, "affected": sum(one.affected for one in members)}
    else:
        event["self_paid"] = str(case.self_paid)
    if advance and advance.state == AdvanceState.PAID:
        event["advanced"] = str(advance.amount)
    return {
        "ref": case.number,
        "programme": CODE,
        "month": format_month(month_of(day)),
        "division": case.division_id,
        "members": [
            {
                "ref": str(one.person_id),
                "name": one.person.name,
                "relation": one.relation,
                "birth_date": one.person.birth_date.isoformat(),
                "sex": one.person.sex,
                "income": {"wages": str(one.income)},
            }
            for one in members
        ],
        "household": {
            "income": {"transfer": str(case.home_income)},
            "financial_assets": str(case.financial_assets),
        },
        "event": event,
    }


def _household(case: TemporaryApplication) -> Household:
    assert case.household is not None
    return case.household
