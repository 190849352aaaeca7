"""特困供养: who qualifies, for how much, and what is paid on death. Pure functions: facts and policy in, lines out.

The shape follows 《社会救助暂行办法》(国务院令第649号) 第三章 and 《特困人员认定办法》(民发〔2021〕43号); income and
assets are measured as for 低保 of the same area kind; every figure is a dated parameter. The worked examples stand in
tests/relief/test_tekun_rules.py.
"""

from decimal import Decimal

from benefits.assessing import Line, Outcome, Policies, Reason, register, rounded
from benefits.facts import FactsError, Home, Item, Member
from benefits.policy import Policy
from core.money import to_fen
from core.months import add_months
from relief.shared.means import asset_reasons, income_reason, means, missing_means, plain, setting

BASIC, CARE, FUNERAL = "tekun_basic", "tekun_care", "funeral"
TEKUN = (BASIC, CARE)
DIBAO_OF_AREA = {"urban": "dibao_urban", "rural": "dibao_rural"}
ABILITIES = 6
GRADES = {"none": "全自理", "semi": "半失能", "full": "失能"}

STATE_COUNCIL = "《国务院关于进一步健全特困人员救助供养制度的意见》（国发〔2016〕14号）"
BASIC_LAW = f"《社会救助暂行办法》第十五条、{STATE_COUNCIL}：基本生活标准"
CARE_LAW = f"{STATE_COUNCIL}：照料护理标准按生活自理能力分档"
FUNERAL_LAW = f"{STATE_COUNCIL}：办理丧葬事宜"


def care_grade(lost: int) -> str:
    """Grade by how many of the six abilities are lost: 0 none, 1–3 semi, 4–6 full (民发〔2021〕43号)."""
    return "none" if lost == 0 else "semi" if lost <= 3 else "full"


def dibao_of(item: Item) -> str:
    """The 低保 programme whose standard and limits count, by `area`. FactsError when it was not said."""
    area = item.raw.get("area")
    if area in (None, ""):
        raise FactsError(["城乡（area）没有填写"])
    if area not in DIBAO_OF_AREA:
        raise FactsError([f"城乡“{area}”看不懂，请填 urban 或 rural"])
    return DIBAO_OF_AREA[area]


def flag(member: Member, key: str, name: str) -> bool | None:
    """A yes or no of the member; None when nothing was said. FactsError for anything else."""
    value = member.raw.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise FactsError([f"成员 {member.ref} 的{name}（{key}）应为 true 或 false"])


def abilities_lost(member: Member) -> int | None:
    """How many of the six abilities the member has lost; None when nothing was said."""
    value = member.raw.get("abilities_lost")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
        raise FactsError([f"成员 {member.ref} 丧失的自理能力项数（abilities_lost）应为整数"])
    if not 0 <= value <= ABILITIES:
        raise FactsError([f"成员 {member.ref} 丧失的自理能力项数（abilities_lost）应为 0 至 {ABILITIES}"])
    return int(value)


def check_facts(item: Item) -> Home:
    """All that both formulas need of the applicant must be known; FactsError names what is missing."""
    member, missing = item.members[0], []
    if member.birth_date is None:
        missing.append(f"成员 {member.ref} 的出生日期（birth_date）没有填写")
    if flag(member, "supporter_capable", "法定义务人有无履行义务能力") is None:
        missing.append(f"成员 {member.ref} 的法定义务人有无履行义务能力（supporter_capable）没有填写")
    if item.programme == CARE and abilities_lost(member) is None:
        missing.append(f"成员 {member.ref} 的自理能力还没有评估：丧失几项（abilities_lost）没有填写")
    missing += missing_means(item)
    if missing:
        raise FactsError(missing)
    assert item.home is not None
    return item.home


def disabled_enough(member: Member) -> bool:
    """民发〔2021〕43号 第五条: intellectual or mental grade 1–3, physical grade 1–2, visual grade 1."""
    worst = {"intellectual": 3, "mental": 3, "physical": 2, "visual": 1}.get(member.disability_kind, 0)
    return bool(member.disability_grade and member.disability_grade <= worst)


def category_of(member: Member, item: Item, policy: Policy) -> str:
    """elderly, minor or disabled; empty when no category of person fits.

    Who holds it already as a minor goes on to 18, and past 18 while at school (民发〔2021〕43号); a new minor is
    under 16.
    """
    age = member.age(item.month)
    if age >= setting(policy, "min_age", item):
        return "elderly"
    if disabled_enough(member):
        return "disabled"
    if age < setting(policy, "minor_age", item):
        return "minor"
    if set(member.holds) & set(TEKUN):
        at_school = flag(member, "in_education", "是否在读")
        if age < setting(policy, "continue_age", item) or at_school:
            return "minor"
    return ""


def qualify(item: Item, policies: Policies) -> tuple[list[Reason], dict]:
    """Every failed condition of 特困供养, each once, and the figures beside it."""
    home, member = check_facts(item), item.members[0]
    dibao, basic = policies[dibao_of(item)], policies[BASIC]
    standard = setting(dibao, "standard", item)
    has = means(item, home, dibao)
    reasons = []
    if not category_of(member, item, basic):
        oldest, youngest = setting(basic, "min_age", item), setting(basic, "minor_age", item)
        text = (
            f"{member.age(item.month)} 周岁，不属于 {oldest} 周岁以上老年人、未满 {youngest} 周岁的未成年人"
            "或规定类别等级的残疾人"
        )
        reasons.append(Reason("age", member.age(item.month), int(oldest), text))
    if has.income >= standard * has.persons:
        reasons.append(income_reason(has, standard, "不低于低保标准"))
    reasons += asset_reasons(item, home, dibao, standard, has)
    if flag(member, "supporter_capable", ""):
        reasons.append(Reason("supporter", True, False, "有履行义务能力的法定赡养、抚养、扶养义务人"))
    return reasons, {
        "standard": to_fen(standard),
        "income": to_fen(has.income),
        "income_each": to_fen(has.income_each),
        "assets_each": to_fen(has.assets_each),
        "asset_limit": to_fen(setting(dibao, "asset_months", item) * standard),
        "category": category_of(member, item, basic),
    }


def basic_line(item: Item, policies: Policies) -> Line:
    """基本生活标准: a multiple of the 低保 standard of the area kind."""
    standard = setting(policies[dibao_of(item)], "standard", item)
    ratio = setting(policies[BASIC], "basic_ratio", item)
    amount = rounded(standard * ratio, policies[BASIC])
    return Line("basic", BASIC_LAW, f"{plain(standard)} × {ratio.normalize():f}", amount)


def tekun_basic(item: Item, policies: Policies) -> Outcome:
    """特困基本生活 of the first member, yuan a month, from the month after the decision."""
    reasons, figures = qualify(item, policies)
    return _outcome(item, basic_line(item, policies), reasons, figures)


def tekun_care(item: Item, policies: Policies) -> Outcome:
    """特困照料护理 of the first member by care grade: a share of the minimum wage, yuan a month.

    A divisor of 0 switches the grade off: nothing is paid for it, and the answer says so.
    """
    reasons, figures = qualify(item, policies)
    lost = abilities_lost(item.members[0])
    assert lost is not None
    grade, policy = care_grade(lost), policies[CARE]
    wage = setting(policy, "minimum_wage", item)
    divisor = setting(policy, f"care_divisor.{grade}", item)
    figures["care_grade"] = grade
    if not divisor:
        text = f"{GRADES[grade]}（丧失 {lost} 项自理能力），本地对这一档不发照料护理费"
        reasons.append(Reason("care_grade", grade, "semi", text))
        return _outcome(item, None, reasons, figures)
    amount = rounded(wage / divisor, policy)
    expr = f"{plain(wage)} ÷ {divisor.normalize():f}（{GRADES[grade]}）"
    return _outcome(item, Line("care", CARE_LAW, expr, amount), reasons, figures)


def funeral(item: Item, policies: Policies) -> Outcome:
    """丧葬补助: so many months of the basic amount, once, in the item's month; it asks for nothing but `area`."""
    basic = basic_line(item, policies).amount
    months = setting(policies[FUNERAL], "funeral_months", item)
    amount = rounded(basic * months, policies[FUNERAL])
    line = Line("funeral", FUNERAL_LAW, f"{plain(basic)} × {months.normalize():f} 个月", amount)
    covered = [item.members[0].ref] if item.members else []
    return Outcome(persons=1, first_month=item.month, lines=[line], covered=covered)


def _outcome(item: Item, line: Line | None, reasons: list[Reason], figures: dict) -> Outcome:
    return Outcome(
        persons=1,
        first_month=add_months(item.month, 1),
        lines=[line] if line else [],
        reasons=reasons,
        covered=[item.members[0].ref],
        figures=figures,
    )


def register_formulas() -> None:
    dibao = tuple(DIBAO_OF_AREA.values())
    register(BASIC, tekun_basic, uses=dibao)
    register(CARE, tekun_care, uses=(BASIC, *dibao))
    register(FUNERAL, funeral, uses=(BASIC, *dibao), memberless=True)
