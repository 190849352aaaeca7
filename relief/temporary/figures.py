"""The year of 临时救助 and of the reserve, counted from rows."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from core.money import ZERO
from core.places import Figure
from relief.temporary.models import Advance, AdvanceState, EntryKind, ReserveEntry, TemporaryApplication


def granted(cases: Any, year: int) -> Any:
    """Cases granted by a decision of the year; one with an advance is one."""
    return cases.filter(granted_amount__isnull=False, decided_on__year=year)


def totals(cases: Any) -> dict[str, Any]:
    """What a list of cases comes to."""
    return cases.aggregate(count=Count("pk"), granted_amount=Sum("granted_amount"))


def of_year(cases: Any, year: int) -> dict[str, Any]:
    """Counts and yuan of the year among the cases that an account sees."""
    found = granted(cases, year).aggregate(
        grants=Count("pk"),
        amount=Sum("granted_amount"),
        emergency=Count("pk", filter=Q(kind="emergency")),
        expenditure=Count("pk", filter=Q(kind="expenditure")),
    )
    advances = Advance.objects.filter(case__in=cases)
    paid = advances.filter(case__granted_amount__isnull=False, case__decided_on__year=year)
    out = advances.filter(state=AdvanceState.PAID, case__papers_done_on__isnull=True)
    return {
        **found,
        "amount": found["amount"] or ZERO,
        "advanced": paid.aggregate(total=Sum("amount") - Sum("to_recover"))["total"] or ZERO,
        "open": cases.filter(state=CaseState.OPEN).count(),
        "papers_open": out.count(),
        "papers_late": out.filter(paper_due_on__lt=today()).count(),
    }


def provider(year: int, user: Any = None) -> Iterable[Figure]:
    """`temporary.grants`, `reserve.townships`, `reserve.allotted` (contract §7); absent where there is nothing."""
    cases, entries = TemporaryApplication.objects.all(), ReserveEntry.objects.all()
    if user is not None:
        cases, entries = cases.visible_to(user), entries.visible_to(user)
    grants = granted(cases, year).count()
    allotted = entries.filter(kind=EntryKind.ALLOTMENT, reserve__year=year).aggregate(
        townships=Count("reserve__township", distinct=True), amount=Sum("amount")
    )
    address = f"{reverse('relief:temporary')}?year={year}&state=granted"
    if grants:
        yield Figure("temporary.grants", "临时救助批准", grants, "件", address)
    if allotted["townships"]:
        pages = f"{reverse('relief:reserves')}?year={year}"
        yield Figure("reserve.townships", "下拨备用金的乡镇（街道）", allotted["townships"], "个", pages)
        yield Figure("reserve.allotted", "下拨备用金", str(allotted["amount"]), "元", pages)
