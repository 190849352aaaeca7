"""高龄津贴 and 长寿金: who gets what from which age. Pure functions: facts in, decision and breakdown out.

Source of the shape: 《中华人民共和国老年人权益保障法》（2018年修正）第三十三条, by which local governments may set up
allowances of this kind; ages, bands and amounts are the bureau's own dated standards and parameters.
"""

from decimal import Decimal
from typing import Any

from benefits.assessing import Line, Outcome, Policies, Reason, register, rounded
from benefits.facts import FactsError, Item
from core.months import format_month
from core.templatetags.ui import money_text
from elderly.bands import Band, band_for, bands_of

ALLOWANCE, LONGEVITY = "elderly_allowance", "longevity"
CODES = (ALLOWANCE, LONGEVITY)
LAW = "《中华人民共和国老年人权益保障法》第三十三条"


def age_of(item: Item) -> int:
    """Completed years of the applicant on the month's last day. FactsError without a birth date."""
    person = item.members[0]
    if person.birth_date is None:
        raise FactsError([f"成员 {person.ref} 的出生日期没有填写"])
    return person.age(item.month)


def bound(policy: Any, key: str, item: Item) -> int:
    """An age limit of the policy. FactsError in a month in which none is in force."""
    if policy.get(key) is None:
        raise FactsError([f"{format_month(item.month)} 没有施行的政策参数“{key}”"])
    return int(policy[key])


def elderly_allowance(item: Item, policies: Policies) -> Outcome:
    """高龄津贴 of the first member: yuan a month by age band, from the item's month on.

    Ages from `min_age` up to where 长寿金 begins. A band that pays 0 is refused with `band`, every other age outside
    with `age`. FactsError without a birth date, or in a month without any band in force.
    """
    policy, age = policies[ALLOWANCE], age_of(item)
    bands = bands_of(policy)
    if not bands:
        raise FactsError([f"{format_month(item.month)} 没有施行的高龄津贴年龄段标准"])
    low = bound(policy, "min_age", item)
    top = int(policies.get(LONGEVITY, {}).get("min_age") or max(one.high for one in bands) + 1)
    outcome = Outcome(persons=1, first_month=item.month, covered=[item.members[0].ref])
    outcome.figures = {"age": age}
    band = band_for(age, bands)
    if age < low:
        outcome.reasons.append(Reason("age", age, low, f"{age} 周岁，未满 {low} 周岁"))
    elif age >= top:
        outcome.reasons.append(Reason("age", age, top - 1, f"{age} 周岁，满 {top} 周岁的享受长寿金"))
    elif band is None or not band.amount:
        outcome.reasons.append(_unpaid(age, band, [one for one in bands if one.amount and one.low > age]))
    else:
        outcome.figures["band"] = band.category
        outcome.lines.append(
            Line(
                "allowance",
                LAW,
                f"{age} 周岁，{band.name} {money_text(band.amount)} 元/月",
                rounded(band.amount, policy),
            )
        )
    return outcome


def _unpaid(age: int, band: Band | None, later: list[Band]) -> Reason:
    """The age's band pays nothing; `limit` is the age from which one does, where there is one."""
    name = band.name if band else f"{age} 岁"
    begins = min((one.low for one in later), default=None)
    words = f"{age} 周岁，{name}年龄段标准为 0" + (f"，{begins} 周岁起发放" if begins else "")
    return Reason("band", age, begins, words)


def longevity(item: Item, policies: Policies) -> Outcome:
    """长寿金 of the first member: the standard a month from `min_age` (100) on, from the item's month."""
    policy, age = policies[LONGEVITY], age_of(item)
    low = bound(policy, "min_age", item)
    standard = policy.get("standard")
    if standard is None:
        raise FactsError([f"{format_month(item.month)} 没有施行的长寿金标准"])
    outcome = Outcome(persons=1, first_month=item.month, covered=[item.members[0].ref])
    outcome.figures = {"age": age}
    if age < low:
        outcome.reasons.append(Reason("age", age, low, f"{age} 周岁，未满 {low} 周岁"))
    else:
        words = f"{age} 周岁，长寿金 {money_text(standard)} 元/月"
        amount = rounded(Decimal(standard), policy)
        outcome.lines.append(Line("allowance", LAW, words, amount))
    return outcome


def register_formulas() -> None:
    """Make both formulas known; the allowance ends where 长寿金 begins, so it reads that policy too."""
    register(ALLOWANCE, elderly_allowance, uses=(LONGEVITY,))
    register(LONGEVITY, longevity)
