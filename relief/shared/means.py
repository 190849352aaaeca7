"""Means of a household: counted income and assets against the limits of 低保, which 特困 and 临时救助 use too.

Pure functions over facts and policy (社会救助暂行办法 第九条); every limit is a dated parameter.
"""

from dataclasses import dataclass
from decimal import Decimal

from benefits.assessing import Reason
from benefits.facts import FactsError, Home, Item, Member
from benefits.policy import Policy
from core.money import ZERO, to_fen
from core.months import format_month


@dataclass(frozen=True)
class Means:
    """What the household has, all members counted: yuan a month and yuan."""

    persons: int
    income: Decimal
    assets: Decimal

    @property
    def income_each(self) -> Decimal:
        return self.income / self.persons

    @property
    def assets_each(self) -> Decimal:
        return self.assets / self.persons


def plain(amount: Decimal) -> str:
    """A figure as one writes it: 1,468 or 1,468.50."""
    text = f"{to_fen(amount):,.2f}"
    return text.removesuffix(".00")


def setting(policy: Policy, key: str, item: Item) -> Decimal:
    """A number of the policy; FactsError when none is in force in that month."""
    value = policy.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        name = "低保标准" if key == "standard" else f"政策参数“{key}”"
        raise FactsError([f"{format_month(item.month)} 没有施行的{name}"])
    return Decimal(value)


def missing_means(item: Item) -> list[str]:
    """What has to be known of income and assets and was not said."""
    missing = [
        f"成员 {member.ref} 的收入（income）没有填写，没有收入请填 0"
        for member in item.members
        if member.income is None
    ]
    if item.home is None:
        return [*missing, "家庭情况（household）没有填写"]
    needed = {
        "金融资产（financial_assets）": item.home.financial_assets,
        "住房套数（houses）": item.home.houses,
        "机动车数量（vehicles）": item.home.vehicles,
        "门面数量（shops）": item.home.shops,
    }
    return missing + [f"家庭的{name}没有填写" for name, value in needed.items() if value is None]


def member_income(member: Member, policy: Policy, work_cost: Decimal) -> Decimal:
    """Counted income of a member a month; one with partial labour capacity and wages keeps his work cost.

    民发〔2021〕57号: 家庭收入的范围; 就业成本扣减.
    """
    income = member.income or {}
    total = sum((amount for kind, amount in income.items() if kind in policy["counted_income"]), ZERO)
    if member.labour == "partial" and "wages" in policy["counted_income"]:
        total -= min(income.get("wages", ZERO), work_cost)
    return total


def means(item: Item, home: Home, policy: Policy) -> Means:
    """Income and assets of the whole household, over all members given (also when one is assessed alone)."""
    if "counted_income" not in policy:
        raise FactsError([f"{format_month(item.month)} 没有施行的政策参数“counted_income”"])
    work_cost = setting(policy, "work_cost", item)
    income = sum((member_income(member, policy, work_cost) for member in item.members), ZERO)
    income += sum((amount for kind, amount in home.income.items() if kind in policy["counted_income"]), ZERO)
    return Means(len(item.members), income, home.financial_assets or ZERO)


def asset_reasons(item: Item, home: Home, policy: Policy, standard: Decimal, has: Means) -> list[Reason]:
    """财产状况 (社会救助暂行办法第九条): every limit that is passed, each once."""
    reasons = []
    limit = setting(policy, "asset_months", item) * standard
    if has.assets > limit * has.persons:
        text = f"人均金融资产 {plain(has.assets_each)} 元，超过 {plain(limit)} 元"
        reasons.append(Reason("financial_assets", to_fen(has.assets_each), to_fen(limit), text))
    counted = (
        ("houses", home.houses, "max_houses", "住房", "套"),
        ("vehicles", home.vehicles, "max_vehicles", "机动车", "辆"),
        ("shops", home.shops, "max_shops", "商业门面", "处"),
    )
    for code, actual, key, name, unit in counted:
        most = int(setting(policy, key, item))
        if (actual or 0) > most:
            reasons.append(Reason(code, actual, most, f"{name} {actual} {unit}，超过 {most} {unit}"))
    return reasons


def income_reason(has: Means, limit: Decimal, words: str) -> Reason:
    text = f"家庭人均月收入 {plain(has.income_each)} 元，{words} {plain(limit)} 元"
    return Reason("income", to_fen(has.income_each), to_fen(limit), text)
