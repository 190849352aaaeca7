"""临时救助: who is helped once, and with how much. Pure functions: facts and policy in, lines and reasons out.

The shape follows 《国务院关于全面建立临时救助制度的通知》(国发〔2014〕47号); every figure is a dated parameter.
The worked examples stand in tests/relief/test_temporary_rules.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benefits.assessing import Line, Outcome, Policies, Reason, register, rounded
from benefits.facts import FactsError, Home, Item, Reader
from benefits.policy import Policy
from benefits.words import name_rules
from core.money import ZERO, to_fen
from core.months import format_month
from relief.dibao.rules import DIBAO
from relief.shared.means import Means, income_reason, means, plain, setting

CODE = "temporary"
EMERGENCY, EXPENDITURE = "emergency", "expenditure"
KINDS = (EMERGENCY, EXPENDITURE)
SEVERITIES = {"light": "轻度", "medium": "中度", "heavy": "重度"}
LAW = "《国务院关于全面建立临时救助制度的通知》（国发〔2014〕47号）"
URGENT = f"{LAW}：急难型救助对象，按困难程度发给几个月的低保标准"
SPENDING = f"{LAW}：支出型救助对象，自付费用超过起付线的部分分段按比例救助"
CAP = f"{LAW}：一户一年累计不超过救助限额"
ADVANCED = f"{LAW}：情况紧急的先行救助，事后补齐手续，已付部分不再重复发放"


@dataclass(frozen=True)
class Event:
    """What happened, and what the household was granted before. Yuan; None is unknown.

    `advanced` is not in the contract: what the township paid at once for this very event, to be set off.
    """

    kind: str
    severity: str
    affected: int | None
    self_paid: Decimal | None
    granted_this_year: Decimal
    grants_same_cause: int
    programme_standard: str
    advanced: Decimal


def read_event(raw: Mapping[str, Any]) -> Event:
    """The `event` of an item (contract §5). FactsError names all that is missing or impossible."""
    read = Reader()
    value = raw.get("event")
    if not isinstance(value, Mapping) or not value:
        raise FactsError(["救助事项（event）没有填写"])
    kind, standard = value.get("kind") or "", value.get("programme_standard") or ""
    affected = read.count(value.get("affected"), "受困人数")
    self_paid = read.amount(value.get("self_paid"), "自付费用")
    granted = read.amount(value.get("granted_this_year"), "本年已救助金额")
    same = read.count(value.get("grants_same_cause"), "同一事由已救助次数")
    advanced = read.amount(value.get("advanced"), "先行救助金额")
    severity = value.get("severity") or ""
    if kind not in KINDS:
        read.fail(f"救助类型“{kind}”不认识" if kind else "救助类型（kind）没有填写：emergency 或 expenditure")
    if standard not in DIBAO:
        read.fail(f"所用标准“{standard}”不认识" if standard else "所用低保标准（programme_standard）没有填写")
    if granted is None:
        read.fail("本年已救助金额（granted_this_year）没有填写，没有请填 0")
    if same is None:
        read.fail("同一事由已救助次数（grants_same_cause）没有填写，没有请填 0")
    if kind == EMERGENCY:
        if severity not in SEVERITIES:
            read.fail(f"困难程度“{severity}”不认识" if severity else "困难程度（severity）没有填写")
        if not affected:
            read.fail("受困人数（affected）没有填写" if affected is None else "受困人数至少 1 人")
    if kind == EXPENDITURE and self_paid is None:
        read.fail("自付费用（self_paid）没有填写")
    if read.problems:
        raise FactsError(read.problems)
    return Event(kind, severity, affected, self_paid, granted or ZERO, same or 0, standard, advanced or ZERO)


def progressive(excess: Decimal, brackets: list[Any]) -> list[tuple[Decimal, Decimal]]:
    """What lies above the deductible, cut into the brackets: (part, ratio) of each that it reaches.

    `brackets`: [[upper limit or None, ratio], …] in rising order, each limit counted above the deductible.
    """
    parts, low = [], Decimal(0)
    for upper, ratio in brackets:
        top = excess if upper is None else min(excess, Decimal(upper))
        if top > low:
            parts.append((top - low, Decimal(ratio)))
            low = top
    return parts


def percent(ratio: Decimal) -> str:
    return f"{(ratio * 100).normalize():f}%"


def emergency_line(event: Event, policy: Policy, standard: Decimal, item: Item) -> Line:
    """急难型: standard × affected persons × months by severity."""
    months = setting(policy, f"severity.{event.severity}", item)
    expr = f"{plain(standard)} × {event.affected} 人 × {months.normalize():f} 个月"
    return Line(EMERGENCY, URGENT, expr, rounded(standard * (event.affected or 0) * months, policy))


def expenditure_line(event: Event, policy: Policy, item: Item) -> Line:
    """支出型: the self-paid expenses above the deductible by progressive brackets."""
    deductible = setting(policy, "deductible", item)
    paid = event.self_paid or ZERO
    brackets = policy.get("brackets")
    if not isinstance(brackets, list) or not brackets:
        raise FactsError([f"{format_month(item.month)} 没有施行的政策参数“brackets”"])
    parts = progressive(max(paid - deductible, ZERO), brackets)
    sums = " ＋ ".join(f"{plain(part)} × {percent(ratio)}" for part, ratio in parts)
    amount = sum((part * ratio for part, ratio in parts), ZERO)
    expr = f"{plain(paid)} − {plain(deductible)} ＝ {plain(max(paid - deductible, ZERO))}；{sums}"
    return Line(EXPENDITURE, SPENDING, expr, rounded(amount, policy))


def grants_reason(event: Event, policy: Policy, item: Item) -> Reason | None:
    """Nothing left under the year's cap, or the same cause helped often enough in 12 months; one reason for both."""
    cap = setting(policy, "year_cap", item)
    most = int(setting(policy, "same_cause_grants", item))
    words, actual, limit = [], Decimal(0), Decimal(0)
    if event.grants_same_cause >= most:
        words.append(f"同一事由 12 个月内已救助 {event.grants_same_cause} 次，最多 {most} 次")
        actual, limit = Decimal(event.grants_same_cause), Decimal(most)
    if event.granted_this_year >= cap:
        words.append(f"本年已救助 {plain(event.granted_this_year)} 元，已达一户一年限额 {plain(cap)} 元")
        actual, limit = event.granted_this_year, cap
    return Reason("grants", actual, limit, "；".join(words)) if words else None


def expenditure_reasons(
    event: Event, item: Item, policy: Policy, dibao: Policy, standard: Decimal
) -> tuple[list[Reason], Means]:
    """支出型: the expenses pass the deductible, and income a head lies below the edge of 低保."""
    reasons = []
    deductible = setting(policy, "deductible", item)
    paid = event.self_paid or ZERO
    if paid <= deductible:
        text = f"自付费用 {plain(paid)} 元，没有超过起付线 {plain(deductible)} 元"
        reasons.append(Reason("band", to_fen(paid), to_fen(deductible), text))
    has = household_means(item, dibao)
    edge = setting(policy, "edge_ratio", item) * standard
    if has.income >= edge * has.persons:
        reasons.append(income_reason(has, edge, "不低于支出型救助的收入上限"))
    return reasons, has


def household_means(item: Item, dibao: Policy) -> Means:
    """Income as 低保 counts it, over all members given; what a member earns must be known."""
    unknown = [one.ref for one in item.members if one.income is None]
    if unknown:
        raise FactsError([f"成员 {ref} 的收入（income）没有填写，没有收入请填 0" for ref in unknown])
    if "counted_income" not in dibao:
        raise FactsError([f"{format_month(item.month)} 没有施行的政策参数“counted_income”"])
    return means(item, item.home or Home(), dibao)


def temporary(item: Item, policies: Policies) -> Outcome:
    """临时救助 of one household and event: a one-off amount in yuan of the item's own month.

    FactsError when something that this kind of help needs is not known.
    """
    event, policy = read_event(item.raw), policies[CODE]
    dibao = policies[event.programme_standard]
    standard = setting(dibao, "standard", item)
    reasons: list[Reason] = []
    income: Means | None = None
    if event.kind == EMERGENCY:
        lines = [emergency_line(event, policy, standard, item)]
    else:
        reasons, income = expenditure_reasons(event, item, policy, dibao, standard)
        lines = [expenditure_line(event, policy, item)]
    barred = grants_reason(event, policy, item)
    if barred:
        reasons.append(barred)
    cap = setting(policy, "year_cap", item)
    left = max(cap - event.granted_this_year, ZERO)
    if lines[0].amount > left:
        expr = f"限额 {plain(cap)} − 本年已救助 {plain(event.granted_this_year)} ＝ {plain(left)}"
        lines.append(Line("cap", CAP, expr, to_fen(left - lines[0].amount)))
    worth = sum((line.amount for line in lines), ZERO)
    if event.advanced:
        expr = f"先行救助 {plain(event.advanced)}"
        lines.append(Line("advance", ADVANCED, expr, -to_fen(min(event.advanced, worth))))
    return Outcome(
        persons=len(item.members),
        first_month=item.month,
        lines=lines,
        reasons=reasons,
        covered=[member.ref for member in item.members],
        figures={
            "standard": to_fen(standard),
            "worth": to_fen(worth),
            "year_cap": to_fen(cap),
            "granted": to_fen(event.granted_this_year),
            "left": to_fen(left),
            "overpaid": to_fen(max(event.advanced - worth, ZERO)),
            **(
                {
                    "income_each": to_fen(income.income_each),
                    "income_limit": to_fen(setting(policy, "edge_ratio", item) * standard),
                }
                if income
                else {}
            ),
        },
    )


def register_formulas() -> None:
    register(CODE, temporary, uses=DIBAO)
    name_rules({"advance": "先行救助已付"})
