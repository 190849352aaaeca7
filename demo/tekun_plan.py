"""The year of 特困, solved so that the report's money comes out: who is paid in how many months at which amounts.

Pure: targets and a random source in, plans out. Amounts are the formula's own (urban and rural basic, half and full
care, funeral); only who lives where, who needs which care, and when people come and go is chosen.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from benefits.models import EndReason

_ENTRY_WEIGHTS = (6, 5, 8, 10, 11, 10, 9, 9, 8, 8, 8, 8)
# The first month no longer paid; the review (回头看) since March and the deaths of the year.
_EXIT_WEIGHTS = (0, 5, 8, 12, 12, 11, 9, 9, 8, 8, 9, 9)
_DEATHS = 44
_TRIES = 40
_OTHER_REASONS = (
    EndReason.SUPPORTER,
    EndReason.MEANS,
    EndReason.RECOVERED,
    EndReason.MOVED,
    EndReason.WITHDREW,
    EndReason.SENTENCE,
)


@dataclass(frozen=True)
class Amounts:
    """What the formulas give, whole yuan: basic in town and country, care by halves and in full, months of funeral."""

    urban: int
    rural: int
    semi: int
    full: int
    funeral_months: int


@dataclass(frozen=True)
class Target:
    """The report: live in December, of them in homes, new, ended, yuan of basic, yuan of care and funerals."""

    live: int = 864
    placed: int = 169
    new: int = 136
    ended: int = 66
    basic: int = 5_390_000
    care: int = 980_000

    def scaled(self, scale: float) -> "Target":
        """The same year in a smaller district."""

        def part(value: int, least: int = 2) -> int:
            return max(round(value * scale), least)

        new, ended = part(self.new), part(self.ended)
        live = max(part(self.live), new + 3)
        return Target(
            live, min(part(self.placed), live - 2), new, ended, part(self.basic, 1), part(self.care, 1)
        )


@dataclass(frozen=True)
class Year:
    """One person's year: `entry` 0 stands for the stock of January, else the first month paid; `exit` is the first
    month no longer paid, 0 who stays. `extra`: yuan a month that an old ledger paid more than the rules give."""

    entry: int = 0
    exit: int = 0
    reason: str = ""
    urban: bool = False
    grade: str = "none"
    placed: bool = False
    extra: int = 0

    @property
    def months(self) -> int:
        return (self.exit or 13) - (self.entry or 1)


def solve(target: Target, amounts: Amounts, rng: Random) -> list[Year]:
    """Plans whose payments make the target's money; in a small district a few hundred yuan may be missing."""
    wanted = (target.basic, target.care)
    best: tuple[Decimal, list[Year]] | None = None
    for _ in range(_TRIES):
        years = _try(target, amounts, rng)
        found = money(years, amounts)
        missed = sum((abs(one - want) for one, want in zip(found, wanted, strict=True)), Decimal(0))
        if best is None or missed < best[0]:
            best = missed, years
        if not missed:
            break
    assert best is not None
    return best[1]


def _try(target: Target, amounts: Amounts, rng: Random) -> list[Year]:
    deaths, urban = _burials(target, amounts)
    years = _movements(target, deaths, rng)
    years = _kinds(years, target, amounts, rng)
    years = _grades(years, urban, target, amounts, rng)
    return _placed(years, target, rng)


def _movements(target: Target, deaths: int, rng: Random) -> list[Year]:
    entries = sorted(rng.choices(range(1, 13), _ENTRY_WEIGHTS, k=target.new))
    exits = sorted(rng.choices(range(1, 13), _EXIT_WEIGHTS, k=target.ended))
    # Somebody comes in each of the last months, so that every remainder of months can be placed.
    for place in range(min(len(entries), 12)):
        entries[place] = place + 1
    # The urban months come out whole when all months divide by three.
    stay = target.live - target.new
    while (12 * stay + sum(13 - one for one in entries) + sum(one - 1 for one in exits)) % 3:
        movable = [i for i, one in enumerate(exits) if 2 <= one < 12]
        if not movable:
            break
        exits[movable[0]] += 1
    ended = [Year(exit=one) for one in exits]
    dead = set(rng.sample(range(len(ended)), deaths))
    ended = [
        replace(one, reason=str(EndReason.DEATH if i in dead else rng.choice(_OTHER_REASONS)))
        for i, one in enumerate(ended)
    ]
    return [Year()] * stay + [Year(entry=one) for one in entries] + ended


def _burials(target: Target, amounts: Amounts) -> tuple[int, int]:
    """How many died, and how many of them in town: near the usual, so that the funerals leave whole units of care."""
    usual = max(round(target.ended * _DEATHS / 66), 1)
    found = []
    for deaths in range(1, target.ended + 1):
        for urban in range(deaths + 1):
            funerals = amounts.funeral_months * (urban * amounts.urban + (deaths - urban) * amounts.rural)
            if funerals <= target.care and (target.care - funerals) % amounts.semi == 0:
                found.append((3 * abs(deaths - usual) + abs(urban - deaths * 0.4), deaths, urban))
    return min(found)[1:] if found else (usual, -1)


def _kinds(years: list[Year], target: Target, amounts: Amounts, rng: Random) -> list[Year]:
    """Town or country: so many months in town that basic makes its sum; the last yuan an old ledger paid more."""
    months = sum(one.months for one in years)
    gap = amounts.urban - amounts.rural
    urban = min(max((target.basic - amounts.rural * months) // gap, 0), months)
    rest = target.basic - amounts.rural * months - gap * urban
    chosen = set(_subset([one.months for one in years], urban, rng))
    years = [replace(one, urban=i in chosen) for i, one in enumerate(years)]
    return _more(years, rest)


def _more(years: list[Year], rest: int) -> list[Year]:
    """Who came from the old ledger with an amount that the rules don't give makes up what is left of the sum."""
    found = [
        i
        for i, one in enumerate(years)
        if one.exit and not one.urban and 0 < rest < 60 * one.months and rest % one.months == 0
    ]
    if found:
        place = max(found, key=lambda i: years[i].months)
        years[place] = replace(years[place], extra=rest // years[place].months)
    return years


def _grades(years: list[Year], urban: int, target: Target, amounts: Amounts, rng: Random) -> list[Year]:
    """Who needs care: units of half care (full is two) that with the year's funerals make the sum of both."""
    dead = [i for i, one in enumerate(years) if one.reason == EndReason.DEATH]
    if urban >= 0:
        years = _swap(years, dead, urban - sum(years[i].urban for i in dead), rng) or years
    funerals = sum(
        amounts.funeral_months * (amounts.urban if years[i].urban else amounts.rural) for i in dead
    )
    units = max((target.care - funerals) // amounts.semi, 0)
    places = list(range(len(years)))
    rng.shuffle(places)
    # A third of those who need care need it in full.
    for place in places:
        want = 2 if rng.random() < 0.36 else 1
        need = years[place].months * want
        if need <= units - 12 and years[place].grade == "none":
            years[place] = replace(years[place], grade="full" if want == 2 else "semi")
            units -= need
    rest = [i for i in places if years[i].grade == "none"]
    for i in _subset_of(rest, [years[i].months for i in rest], units, rng):
        years[i] = replace(years[i], grade="semi")
    return years


def _swap(years: list[Year], dead: list[int], more: int, rng: Random) -> list[Year] | None:
    """`more` of the dead become urban (fewer, when negative), others of the same months rural, so that the sum of basic
    stays; None when that is impossible."""
    years = list(years)
    become = more > 0
    for i in rng.sample(dead, len(dead)):
        if not more:
            break
        if years[i].urban == become or years[i].extra:
            continue
        other = next(
            (
                j
                for j, one in enumerate(years)
                if one.months == years[i].months
                and one.urban == become
                and one.reason != EndReason.DEATH
                and not one.extra
            ),
            None,
        )
        if other is None:
            continue
        years[i], years[other] = replace(years[i], urban=become), replace(years[other], urban=not become)
        more += -1 if become else 1
    return years if not more else None


def _placed(years: list[Year], target: Target, rng: Random) -> list[Year]:
    """Who lives in a home in December: those who need care first; of those who ended some did too."""
    staying = [i for i, one in enumerate(years) if not one.exit]
    order = {"full": 0.0, "semi": 0.35, "none": 0.75}
    staying.sort(key=lambda i: order[years[i].grade] + rng.random())
    homes = set(staying[: target.placed])
    homes |= {i for i, one in enumerate(years) if one.exit and rng.random() < 0.15 and not one.extra}
    return [replace(one, placed=i in homes) for i, one in enumerate(years)]


def _subset(months: list[int], total: int, rng: Random) -> list[int]:
    return _subset_of(list(range(len(months))), months, total, rng)


def _subset_of(places: list[int], months: list[int], total: int, rng: Random) -> list[int]:
    """Places whose months sum to `total`, in a random order; the last ones are fitted exactly where they can be."""
    order = list(range(len(places)))
    rng.shuffle(order)
    found, left = [], total
    for k in order:
        if months[k] <= left - 12:
            found.append(k)
            left -= months[k]
    rest = [k for k in order if k not in set(found)]
    best: dict[int, list[int]] = {0: []}
    for k in rest:
        for sum_, used in list(best.items()):
            if sum_ + months[k] <= left and sum_ + months[k] not in best:
                best[sum_ + months[k]] = [*used, k]
        if left in best:
            break
    found += best[max(best)]
    return [places[k] for k in found]


def money(years: list[Year], amounts: Amounts) -> tuple[Decimal, Decimal]:
    """Yuan of basic, and of care and funerals, that the plans come to."""
    care_of = {"none": 0, "semi": amounts.semi, "full": amounts.full}
    basic = care = 0
    for one in years:
        each = amounts.urban if one.urban else amounts.rural
        basic += one.months * (each + one.extra)
        care += one.months * care_of[one.grade]
        care += amounts.funeral_months * each * (one.reason == EndReason.DEATH)
    return Decimal(basic), Decimal(care)
