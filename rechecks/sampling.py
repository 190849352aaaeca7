"""抽查: a random sample of a month's recipients, and what its results say about the whole.

The sample can be drawn again from its seed: within each stratum (township × programme) the holdings in the order of
their keys are shuffled by `random.Random(seed)`, and the first ones are taken.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import sqrt
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from benefits.models import Entitlement
from core.errors import NotAllowed, UserError
from core.months import format_month, month_of
from district.models import Division, DivisionLevel, Line, Role
from rechecks.models import SpotCheck, SpotCheckItem, SpotResult

MOST = 5_000
Z = 1.96  # 95 %


def allot(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """`wanted` cut by the strata's sizes, each stratum at least one; largest remainders first. Pure."""
    total = sum(sizes.values())
    wanted = min(max(wanted, len(sizes)), total)
    shares = {key: max(size * wanted // total, 1) for key, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda key: (-(sizes[key] * wanted % total), key))
    while sum(shares.values()) < wanted:
        for key in by_remainder:
            if sum(shares.values()) < wanted and shares[key] < sizes[key]:
                shares[key] += 1
    while sum(shares.values()) > wanted:
        largest = max(shares, key=lambda key: (shares[key], key))
        shares[largest] -= 1
    return shares


def population(month: date) -> dict[str, list[int]]:
    """Keys of what is in force in the month, by stratum."""
    rows = (
        Entitlement.objects.filter(is_void=False, is_one_off=False, first_month__lte=month)
        .exclude(last_month__lt=month)
        .order_by("pk")
        .values_list("pk", "division_id", "programme_id")
    )
    strata: dict[str, list[int]] = defaultdict(list)
    for pk, division, programme in rows.iterator():
        strata[f"{division[:9]}:{programme}"].append(pk)
    return dict(strata)


def draw(month: date, wanted: int, actor: Any, seed: int) -> SpotCheck:
    """Draw a sample of the month. UserError when nothing is in force or too many are asked for; NotAllowed for others
    than officers of 社会救助."""
    if actor is not None and (actor.role != Role.BUREAU_OFFICER or Line.RELIEF not in actor.lines):
        raise NotAllowed("抽查由区局社会救助股室抽取。")
    if not 1 <= wanted <= MOST:
        raise UserError(f"抽取份数应在 1 至 {MOST:,} 之间。", field="wanted")
    month = month_of(month)
    strata = population(month)
    if not strata:
        raise UserError(f"{format_month(month)} 没有在享的待遇。", field="month")
    shares, rng = allot({key: len(rows) for key, rows in strata.items()}, wanted), Random(seed)
    with transaction.atomic():
        made = SpotCheck.objects.create(
            month=month,
            seed=seed,
            wanted=sum(shares.values()),
            population=sum(map(len, strata.values())),
            division=Division.objects.get(level=DivisionLevel.DISTRICT),
            drawn_by=actor,
        )
        items = []
        for key in sorted(strata):
            rows = list(strata[key])
            rng.shuffle(rows)
            weight = Decimal(len(rows)) / shares[key]
            items += [
                SpotCheckItem(check_of=made, entitlement_id=pk, stratum=key, weight=round(weight, 4))
                for pk in sorted(rows[: shares[key]])
            ]
        SpotCheckItem.objects.bulk_create(items, batch_size=1000)
    return made


def record(item: SpotCheckItem, actor: Any, result: str, words: str, visited_on: date) -> SpotCheckItem:
    """What the visit found; corrected by recording again. The township's clerk."""
    if actor.role != Role.TOWNSHIP_CLERK:
        raise NotAllowed("抽查结果由乡镇（街道）经办人登记。")
    if result not in SpotResult.values:
        raise UserError("请选择结果。", field="result")
    if result != SpotResult.RIGHT and len(words.strip()) < 2:
        raise UserError("请写明情况。", field="words")
    if visited_on > timezone.localdate():
        raise UserError("入户日期晚于今天。", field="visited_on")
    with transaction.atomic():
        row = (
            SpotCheckItem.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=item.pk).first()
        )
        if row is None:
            raise NotAllowed("这份待遇不在您的辖区内。")
        row.result, row.words, row.visited_on, row.visited_by = result, words.strip()[:500], visited_on, actor
        row.save(update_fields=["result", "words", "visited_on", "visited_by"])
    return row


@dataclass(frozen=True)
class Estimate:
    """What the sample says about the whole: shares between 0 and 1, holdings out of `population`."""

    visited: int
    wrong: int
    share: float
    low: float
    high: float
    population: int

    @property
    def holdings(self) -> tuple[int, int, int]:
        """About how many of all are wrong: the estimate and its bounds."""
        return tuple(round(one * self.population) for one in (self.share, self.low, self.high))  # type: ignore[return-value]


def interval(share: float, count: float) -> tuple[float, float]:
    """Wilson's interval of a share from `count` observations, 95 %. Pure."""
    if count <= 0:
        return 0.0, 1.0
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = Z * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count)) / (1 + Z * Z / count)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def estimate(check: SpotCheck) -> Estimate | None:
    """The share of holdings that are wrong or should change, each visited one weighted by what it stands for. None
    before anybody was visited."""
    rows = check.items.exclude(result__in=["", SpotResult.NOT_MET]).values_list("result", "weight")
    weights = [(result != SpotResult.RIGHT, float(weight)) for result, weight in rows]
    if not weights:
        return None
    total = sum(weight for _, weight in weights)
    share = sum(weight for wrong, weight in weights if wrong) / total
    # Unequal weights tell less than as many equal ones (Kish).
    effective = total * total / sum(weight * weight for _, weight in weights)
    low, high = interval(share, effective)
    return Estimate(len(weights), sum(wrong for wrong, _ in weights), share, low, high, check.population)
