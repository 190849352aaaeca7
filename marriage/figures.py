"""The year of marriage registration in numbers: counts only, for whoever may see the district's figures."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.db.models.functions import ExtractMonth
from django.urls import reverse

from core.places import Figure
from district.models import Role
from marriage import periods, rules
from marriage.models import CertificateState, Kind, Party, Registration, Side

COUNT_READERS = {Role.REGISTRAR, Role.LEADER, Role.AUDITOR, Role.FINANCE}
REISSUED = (Kind.REISSUE_MARRIAGE, Kind.REISSUE_DIVORCE)
AGES: tuple[tuple[int, int, str], ...] = (
    (0, 21, "21 岁及以下"),
    (22, 24, "22–24 岁"),
    (25, 29, "25–29 岁"),
    (30, 34, "30–34 岁"),
    (35, 39, "35–39 岁"),
    (40, 49, "40–49 岁"),
    (50, 200, "50 岁及以上"),
)


def may_count(user: Any) -> bool:
    """Whether the account sees the counts: the registrars, the district's readers, officers of the line."""
    if user is None or user.role in COUNT_READERS:
        return True
    return user.role == Role.BUREAU_OFFICER and "marriage" in user.lines


def registered(year: int, user: Any = None) -> Any:
    """The acts of a year with a certificate that stands; without an account, of the whole instance.

    A registrar counts the own office, everybody else the offices of the area. Rows are for counting alone.
    """
    rows = Registration.objects.filter(
        registered_on__year=year, certificates__state=CertificateState.ISSUED
    ).order_by()
    if user is None:
        return rows
    if not may_count(user):
        return rows.none()
    if user.role == Role.REGISTRAR:
        return rows.filter(office=user.office_id)
    return rows.filter(office__division__code__startswith=user.division_id)


def provider(year: int, user: Any = None) -> Iterable[Figure]:
    """`marriage.married`, `marriage.divorced`, `marriage.replaced`; nothing in a year without an act."""
    counts: Counter[str] = Counter()
    for kind, count in registered(year, user).values_list("kind").annotate(Count("pk")):
        counts[kind] += count
    if not counts:
        return []
    url = f"{reverse('marriage:statistics')}?year={year}" if user is not None and may_count(user) else ""
    return [
        Figure("marriage.married", "结婚登记", counts[Kind.MARRIAGE], "对", url),
        Figure("marriage.divorced", "离婚登记", counts[Kind.DIVORCE], "对", url),
        Figure("marriage.replaced", "补发婚姻登记证", sum(counts[one] for one in REISSUED), "件", url),
    ]


@dataclass
class Year:
    """What the statistics page shows of a year."""

    months: list[dict[str, Any]]
    total: dict[str, int]
    before: list[tuple[str, int, int]]
    ages: list[tuple[str, int, int]]
    first_both: int = 0
    foreign: int = 0


def of_year(year: int, user: Any) -> Year:
    """Pairs by kind and month; of the marriages also who marries again, how old, of which nationality."""
    rows = registered(year, user)
    by_month: Counter[tuple[int, str]] = Counter()
    counted = rows.annotate(month=ExtractMonth("registered_on")).values_list("month", "kind")
    for month, kind, count in counted.annotate(Count("pk")):
        by_month[month, kind] += count
    months = [
        {"month": month, **{kind: by_month[month, kind] for kind in Kind.values}} for month in range(1, 13)
    ]
    for one in months:
        one["total"] = sum(one[kind] for kind in Kind.values)
    total = {key: sum(one[key] for one in months) for key in (*Kind.values, "total")}
    parties = Party.objects.filter(registration__in=rows.filter(kind=Kind.MARRIAGE).values("pk"))
    return Year(months, total, _before(parties), _ages(parties), **_couples(rows, parties))


def _before(parties: Any) -> list[tuple[str, int, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    for before, side, count in parties.order_by().values_list("before", "side").annotate(Count("pk")):
        counts[before, side] += count
    words = {"single": "初婚", "divorced": "离婚后再婚", "widowed": "丧偶后再婚", "": "旧登记簿未载"}
    return [(words[key], counts[key, Side.MAN], counts[key, Side.WOMAN]) for key in words]


def _ages(parties: Any) -> list[tuple[str, int, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    rows = parties.order_by().values_list("side", "birth_date", "registration__registered_on")
    for side, birth, day in rows:
        age = periods.age_on(birth, day)
        label = next(words for first, last, words in AGES if first <= age <= last)
        counts[label, side] += 1
    return [(words, counts[words, Side.MAN], counts[words, Side.WOMAN]) for _, _, words in AGES]


def _couples(rows: Any, parties: Any) -> dict[str, int]:
    """Couples who both marry for the first time, and those with someone of another nationality."""
    married = rows.filter(kind=Kind.MARRIAGE)
    not_first = parties.exclude(before="single").values("registration")
    abroad = parties.exclude(nationality=rules.HOME).values("registration")
    return {
        "first_both": married.exclude(pk__in=not_first).count(),
        "foreign": married.filter(pk__in=abroad).count(),
    }


def years(user: Any) -> list[int]:
    """Years with an act that the account counts, newest first."""
    rows = Registration.objects.filter(registered_on__isnull=False)
    if user.role == Role.REGISTRAR:
        rows = rows.filter(office=user.office_id)
    else:
        rows = rows.filter(office__division__code__startswith=user.division_id)
    return sorted({day.year for day in rows.dates("registered_on", "year")}, reverse=True)
