"""最低生活保障: who qualifies and for how much. Pure functions: facts and policy in, lines and reasons out.

The shape follows 《社会救助暂行办法》(国务院令第649号) and 《最低生活保障审核确认办法》(民发〔2021〕57号); every figure
is a dated parameter. The worked examples stand in tests/relief/test_rules.py.
"""

from decimal import Decimal
from typing import Any

from benefits.assessing import Line, Outcome, Policies, Reason, register, rounded
from benefits.facts import FactsError, Home, Item, Member
from benefits.policy import Policy
from core.money import to_fen
from core.months import add_months
from relief.shared.means import Means, asset_reasons, income_reason, means, missing_means, plain, setting

DIBAO = ("dibao_urban", "dibao_rural")
GAP = "《社会救助暂行办法》第十二条：按家庭成员人均收入低于当地低保标准的差额发给"
UPLIFT = "《社会救助暂行办法》第十二条：对低保家庭中的{who}采取必要措施给予生活保障（分类施保）"
SINGLE = "《最低生活保障审核确认办法》（民发〔2021〕57号）第八条：低保边缘家庭中的重残、重病人员单独纳入低保"
GRACE = "《最低生活保障审核确认办法》（民发〔2021〕57号）：因就业增收超过低保标准的家庭给予渐退期"
# On a tie of ratios the earlier one is paid.
CATEGORIES = {
    "severe_disability": "重度残疾人",
    "serious_illness": "重病患者",
    "single_parent_minor": "单亲家庭未成年人",
    "elderly70": "70周岁以上老年人",
    "minor": "未成年人",
}


def check_facts(item: Item) -> Home:
    """All that the formula needs must be known; FactsError names what is missing."""
    missing = [
        f"成员 {member.ref} 的出生日期（birth_date）没有填写"
        for member in item.members
        if member.birth_date is None
    ]
    missing += missing_means(item)
    if missing:
        raise FactsError(missing)
    assert item.home is not None
    return item.home


def severely_disabled(member: Member) -> bool:
    """重度残疾: grade 1 or 2 of any kind."""
    return member.disability_grade in (1, 2)


def may_stand_alone(member: Member) -> bool:
    """单人保 (民发〔2021〕57号第八条): grade 1–2, grade 3 intellectual or mental, or seriously ill."""
    third = member.disability_grade == 3 and member.disability_kind in ("intellectual", "mental")
    return severely_disabled(member) or third or member.serious_illness


def categories_of(member: Member, item: Item, home: Home) -> list[str]:
    """The uplift categories that a member falls into (社会救助暂行办法第十二条), in the order that decides a tie."""
    age = member.age(item.month)
    fits = {
        "severe_disability": severely_disabled(member),
        "serious_illness": member.serious_illness,
        "single_parent_minor": age < 18 and home.single_parent,
        "elderly70": age >= 70,
        "minor": age < 18,
    }
    return [code for code, so in fits.items() if so]


def uplift(member: Member, item: Item, home: Home, policy: Policy, standard: Decimal) -> Line | None:
    """分类施保 (社会救助暂行办法第十二条): the highest category of the member alone, as a share of the standard."""
    best: tuple[Decimal, str] | None = None
    for code in categories_of(member, item, home):
        ratio = setting(policy, f"uplift.{code}", item)
        if best is None or ratio > best[0]:
            best = ratio, code
    if best is None or not best[0]:
        return None
    ratio, code = best
    return Line(
        rule=f"uplift.{code}",
        basis=UPLIFT.format(who=CATEGORIES[code]),
        expr=f"{plain(standard)} × {(ratio * 100).normalize():f}%",
        amount=rounded(standard * ratio, policy),
        member=member.ref,
    )


def whole_household(item: Item, home: Home, policy: Policy, standard: Decimal, has: Means) -> Outcome:
    """The household's gap to the standard and its members' uplifts (社会救助暂行办法第九条、第十二条)."""
    lines, reasons = [], []
    if has.income >= standard * has.persons:
        reasons.append(income_reason(has, standard, "不低于低保标准"))
    else:
        gap = standard * has.persons - has.income
        expr = f"{plain(standard)} × {has.persons} − {plain(has.income)}"
        lines.append(Line("gap", GAP, expr, rounded(gap, policy)))
        lines += [line for member in item.members if (line := uplift(member, item, home, policy, standard))]
    return _outcome(item, list(item.members), lines, reasons)


def one_alone(item: Item, home: Home, policy: Policy, standard: Decimal, has: Means) -> Outcome:
    """单人保 (民发〔2021〕57号第八条): the first member, while income a head lies in [standard, edge × standard)."""
    member = item.members[0]
    edge = setting(policy, "edge_ratio", item) * standard
    reasons = []
    if has.income < standard * has.persons:
        reasons.append(income_reason(has, standard, "低于低保标准，应按家庭整户申请"))
    elif has.income >= edge * has.persons:
        reasons.append(income_reason(has, edge, "不低于低保边缘家庭上限"))
    if not may_stand_alone(member):
        actual = f"{member.disability_kind} {member.disability_grade}" if member.disability_grade else "none"
        text = "既不是重度残疾人（一、二级，或三级智力、精神残疾），也不是重病患者，不能单独纳入低保"
        reasons.append(Reason("disability", actual, "1-2", text))
    lines = [Line("gap", SINGLE, f"{plain(standard)} × 1 − 0", rounded(standard, policy))]
    extra = uplift(member, item, home, policy, standard)
    return _outcome(item, [member], [*lines, extra] if extra else lines, reasons)


def in_grace(item: Item, home: Home, policy: Policy, standard: Decimal, has: Means) -> Outcome:
    """渐退 (民发〔2021〕57号): income rose to the standard through work; the amount stays for some months.

    Below the standard the household is assessed as any other; above the edge, or after the last month, it is refused.
    """
    grace = item.grace
    assert grace is not None
    edge = setting(policy, "edge_ratio", item) * standard
    months = int(setting(policy, "grace_months", item))
    if has.income < standard * has.persons:
        return whole_household(item, home, policy, standard, has)
    lines, reasons = [], []
    if has.income > edge * has.persons:
        reasons.append(income_reason(has, edge, "超过渐退上限"))
    elif grace.months_used >= months:
        reasons.append(income_reason(has, standard, f"渐退期 {months} 个月已满，不低于低保标准"))
    else:
        expr = (
            f"保持原金额 {plain(grace.held_amount)}（渐退第 {grace.months_used + 1} 个月，共 {months} 个月）"
        )
        lines.append(Line("grace", GRACE, expr, to_fen(grace.held_amount)))
    return _outcome(item, list(item.members), lines, reasons)


def _outcome(item: Item, covered: list[Member], lines: list[Line], reasons: list[Reason]) -> Outcome:
    return Outcome(
        persons=len(covered),
        first_month=add_months(item.month, 1),
        lines=lines,
        reasons=reasons,
        covered=[member.ref for member in covered],
    )


def dibao(item: Item, policies: Policies) -> Outcome:
    """城市低保 / 农村低保: amount, breakdown and reasons of one household or, with `single`, of one member.

    Amounts in yuan a month; paid from the month after the decision. FactsError when something needed is not known.
    """
    home, policy = check_facts(item), policies[item.programme]
    standard = setting(policy, "standard", item)
    has = means(item, home, policy)
    way = one_alone if item.single else in_grace if item.grace else whole_household
    outcome = way(item, home, policy, standard, has)
    outcome.reasons += asset_reasons(item, home, policy, standard, has)
    outcome.figures = figures(item, policy, standard, has)
    return outcome


def figures(item: Item, policy: Policy, standard: Decimal, has: Means) -> dict[str, Any]:
    """What a page shows beside the breakdown: standard, income and assets of the household and a head."""
    return {
        "standard": to_fen(standard),
        "income": to_fen(has.income),
        "income_each": to_fen(has.income_each),
        "assets_each": to_fen(has.assets_each),
        "asset_limit": to_fen(setting(policy, "asset_months", item) * standard),
    }


def register_formulas() -> None:
    for code in DIBAO:
        register(code, dibao)
