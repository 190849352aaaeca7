"""The law of social organisations as pure functions: conditions, names, papers, dates. No database, no request.

社会团体登记管理条例 (国务院令第666号修订, 2016), 民办非企业单位登记管理暂行条例 (国务院令第251号, 1998),
基金会管理条例 (国务院令第400号, 2004), 社会组织名称管理办法 (民政部令第69号, 2024). What law or bureau may change
comes in as `policy` (keys of `orgs.policy`), never as a number here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

ASSOCIATION, PRIVATE_UNIT, FOUNDATION = "association", "private_unit", "foundation"
KIND_NAMES = {ASSOCIATION: "社会团体", PRIVATE_UNIT: "民办非企业单位", FOUNDATION: "基金会"}
CODE_PREFIX = {ASSOCIATION: "51", PRIVATE_UNIT: "52", FOUNDATION: "53"}
LAW = {
    ASSOCIATION: "《社会团体登记管理条例》",
    PRIVATE_UNIT: "《民办非企业单位登记管理暂行条例》",
    FOUNDATION: "《基金会管理条例》",
}
NAME_LAW = "《社会组织名称管理办法》"
Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """A condition that is not met: in words, with its article, and the form field it is about ("" for the whole)."""

    text: str
    basis: str
    field: str = ""

    def __str__(self):
        return f"{self.text}（{self.basis}）"


@dataclass(frozen=True)
class Plan:
    """What is to be registered, as the application states it. Money in yuan."""

    kind: str
    individuals: int = 0
    units: int = 0
    staff: int = 0
    capital: Decimal = Decimal(0)
    address: str = ""
    supervisor: str = ""
    direct_kind: str = ""
    public_raising: bool = False
    paid_in: bool = False
    term_years: int = 0


# -- conditions ----------------------------------------------------------------------


def problems(plan: Plan, policy: Policy) -> list[Problem]:
    """All conditions of its kind that the plan does not meet; an empty list: it may be registered."""
    own = {ASSOCIATION: _association, PRIVATE_UNIT: _private_unit, FOUNDATION: _foundation}[plan.kind]
    return [*own(plan, policy), *_premises(plan), *_supervision(plan)]


def _association(plan: Plan, policy: Policy) -> list[Problem]:
    """社会团体登记管理条例第十条: 50 individual, or 30 unit, or mixed 50 members; 30 000 yuan of a local one."""
    found, law = [], f"{LAW[ASSOCIATION]}第十条"
    if plan.individuals and plan.units:
        total, least = plan.individuals + plan.units, int(policy["association.mixed"])
        if total < least:
            found.append(Problem(f"个人会员和单位会员共 {total} 个，应有 {least} 个以上", law, "individuals"))
    elif plan.units:
        least = int(policy["association.units"])
        if plan.units < least:
            found.append(Problem(f"单位会员 {plan.units} 个，应有 {least} 个以上", law, "units"))
    else:
        least = int(policy["association.individuals"])
        if plan.individuals < least:
            found.append(Problem(f"个人会员 {plan.individuals} 个，应有 {least} 个以上", law, "individuals"))
    found += _capital(plan, policy["association.capital"], "活动资金", law)
    found += _staff(plan, policy["association.staff"], law)
    most = int(policy["association.term_years"])
    if not 1 <= plan.term_years <= most:
        found.append(
            Problem(f"理事会每届 {plan.term_years} 年，应为 1 至 {most} 年", "章程示范文本", "term_years")
        )
    return found


def _private_unit(plan: Plan, policy: Policy) -> list[Problem]:
    """民办非企业单位登记管理暂行条例第八条: staff, property and premises that fit its work."""
    law = f"{LAW[PRIVATE_UNIT]}第八条"
    return [
        *_capital(plan, policy["private_unit.capital"], "开办资金", law),
        *_staff(plan, policy["private_unit.staff"], law),
    ]


def _foundation(plan: Plan, policy: Policy) -> list[Problem]:
    """基金会管理条例第六条 (registered by ministry or province, unless delegated), 第八条 (paid-in money)."""
    found = []
    if not policy["foundation.enabled"]:
        found.append(
            Problem("基金会由省级登记，省里没有下放本区，不能受理", f"{LAW[FOUNDATION]}第六条", "kind")
        )
    law = f"{LAW[FOUNDATION]}第八条"
    least = policy["foundation.public" if plan.public_raising else "foundation.non_public"]
    found += _capital(plan, least, "公募原始基金" if plan.public_raising else "非公募原始基金", law)
    if not plan.paid_in:
        found.append(Problem("原始基金须为到账货币资金", law, "paid_in"))
    found += _staff(plan, policy["foundation.staff"], law)
    return found


def _capital(plan: Plan, least: Any, name: str, law: str) -> list[Problem]:
    least = Decimal(least)
    if plan.capital >= least:
        return []
    return [Problem(f"{name} {plan.capital:,.2f} 元，应在 {least:,.0f} 元以上", law, "capital")]


def _staff(plan: Plan, least: Any, law: str) -> list[Problem]:
    least = int(least)
    if plan.staff >= least:
        return []
    return [Problem(f"专职工作人员 {plan.staff} 人，应有 {least} 人以上", law, "staff")]


def _premises(plan: Plan) -> list[Problem]:
    if plan.address.strip():
        return []
    articles = {ASSOCIATION: "第十条", PRIVATE_UNIT: "第八条", FOUNDATION: "第八条"}
    return [Problem("没有固定的住所", f"{LAW[plan.kind]}{articles[plan.kind]}", "address")]


def _supervision(plan: Plan) -> list[Problem]:
    """Four kinds register directly; all others need a supervising body (国务院机构改革和职能转变方案, 2013)."""
    if plan.direct_kind and plan.supervisor.strip():
        return [
            Problem(
                "直接登记的四类社会组织没有业务主管单位，两项只填一项", "国务院机构改革方案", "supervisor"
            )
        ]
    if plan.direct_kind or plan.supervisor.strip():
        return []
    articles = {ASSOCIATION: "第三条", PRIVATE_UNIT: "第三条", FOUNDATION: "第七条"}
    return [
        Problem(
            "没有业务主管单位的审查同意；行业协会商会、科技、公益慈善、城乡社区服务四类才可直接登记",
            f"{LAW[plan.kind]}{articles[plan.kind]}",
            "supervisor",
        )
    ]


# -- names ----------------------------------------------------------------------


@dataclass(frozen=True)
class NameParts:
    """行政区划 + 字号 + 业务领域 + 组织形式."""

    area: str = ""
    style: str = ""
    field: str = ""
    form: str = ""

    @property
    def whole(self) -> str:
        return f"{self.area}{self.style}{self.field}{self.form}"


def name_problems(parts: NameParts, kind: str, district: str, policy: Policy) -> list[Problem]:
    """What is wrong with a name by its parts. `district`: the registrar's division, which the name begins with.

    An association may do without 字号 (its members or trade name it); the others may not.
    """
    found = []
    if not parts.area.endswith(district):
        found.append(Problem(f"应冠本级行政区划“{district}”", NAME_LAW, "name_area"))
    if kind != ASSOCIATION and len(parts.style) < 2:
        found.append(Problem("字号应有两个以上汉字", NAME_LAW, "name_style"))
    if kind != FOUNDATION and not parts.field:
        found.append(Problem("没有写业务领域", NAME_LAW, "name_field"))
    forms = policy[f"name.forms.{kind}"]
    if not any(parts.form.endswith(one) for one in forms):
        words = "、".join(forms)
        found.append(Problem(f"{KIND_NAMES[kind]}的组织形式应为 {words} 等", NAME_LAW, "name_form"))
    own = f"{parts.style}{parts.field}{parts.form}"
    bad = [one for one in policy["name.forbidden"] if one in own]
    if bad:
        found.append(Problem(f"含有不得使用的字词“{'”“'.join(bad)}”", NAME_LAW, "name_style"))
    if not re.fullmatch(r"[\u4e00-\u9fff（）()·]+", parts.whole):
        found.append(Problem("名称应使用规范汉字，不用字母、数字和空格", NAME_LAW, "name_style"))
    return found


def tidy_name(name: str) -> str:
    """A name for comparing: without spaces, brackets in one form."""
    return re.sub(r"\s", "", name).replace("(", "（").replace(")", "）")


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February has 28 February as its end (民法典第202条)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def name_free_from(ended_on: date, policy: Policy) -> date:
    """The first day on which the name of a body that ended on that day may be used again (three years ○)."""
    return years_after(ended_on, int(policy["name.rest_years"]))


# -- papers ----------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """A paper that must be handed in."""

    code: str
    title: str
    basis: str


_COMMON_ESTABLISH = (
    ("application", "登记申请书"),
    ("supervisor", "业务主管单位的批准文件"),
    ("capital", "验资报告"),
    ("premises", "住所（场所）使用权证明"),
    ("people", "发起人（举办者）和拟任负责人的基本情况、身份证明"),
    ("charter", "章程草案"),
)
_ESTABLISH = {
    ASSOCIATION: (
        "第十一条",
        (*_COMMON_ESTABLISH, ("meeting", "会员（代表）大会纪要、选举结果"), ("members", "会员名册")),
    ),
    PRIVATE_UNIT: (
        "第九条",
        (*_COMMON_ESTABLISH, ("licence", "行业许可证明（教育、卫生、养老等依法须经许可的）")),
    ),
    FOUNDATION: ("第九条", (*_COMMON_ESTABLISH, ("council", "理事名单、简历和拟任理事长的产生纪要"))),
}
_CHANGE = (
    ("application", "变更登记申请表"),
    ("minutes", "会员（代表）大会或理事会决议"),
    ("supervisor", "业务主管单位的批准文件"),
    ("proof", "与变更事项有关的证明（住所使用权、身份证明、验资报告、审计报告、修改后的章程）"),
    ("certificate", "原登记证书正副本"),
)
_CANCEL = (
    ("application", "注销登记申请书（法定代表人签署）"),
    ("minutes", "会员（代表）大会或理事会的注销决议"),
    ("supervisor", "业务主管单位的审查同意文件"),
    ("liquidation", "清算组名单"),
)
_CANCEL_BASIS = {
    ASSOCIATION: "第十九条至第二十二条",
    PRIVATE_UNIT: "第十六条至第十八条",
    FOUNDATION: "第十六条至第十九条",
}
_CHANGE_BASIS = {ASSOCIATION: "第十八条", PRIVATE_UNIT: "第十五条", FOUNDATION: "第十五条"}
NOT_WHEN_DIRECT = {"supervisor"}


def papers(act: str, kind: str, direct: bool = False, licensed: bool = True) -> list[Paper]:
    """The papers of an act (`establish`, `change`, `cancel`); a directly registered body has no supervisor's paper."""
    if act == "establish":
        article, wanted = _ESTABLISH[kind]
    else:
        wanted = _CHANGE if act == "change" else _CANCEL
        article = (_CHANGE_BASIS if act == "change" else _CANCEL_BASIS)[kind]
    return [
        Paper(code, title, f"{LAW[kind]}{article}")
        for code, title in wanted
        if not (direct and code in NOT_WHEN_DIRECT) and (licensed or code != "licence")
    ]


# -- dates ----------------------------------------------------------------------


def notice_over(noticed_on: date, days: int) -> date:
    """The first day after the creditors' notice of so many days; its own day is not counted (民法典第201条)."""
    return noticed_on + timedelta(days=days + 1)


def inspection_dues(year: int, kind: str, policy: Policy) -> tuple[date | None, date]:
    """When the report on a year is due: (to the supervisor, to the registrar), in the year after.

    Associations and private units by 31 March and 31 May (条例第二十八条；第二十三条), foundations by 31 March
    straight to the registrar (基金会管理条例第三十六条).
    """
    if kind == FOUNDATION:
        return None, _day_of(year + 1, policy["inspection.foundation_due"])
    return (
        _day_of(year + 1, policy["inspection.supervisor_due"]),
        _day_of(year + 1, policy["inspection.registrar_due"]),
    )


def _day_of(year: int, words: str) -> date:
    month, day = (int(part) for part in str(words).split("-"))
    return date(year, month, day)


def must_submit(kind: str, founded_on: date, ended_on: date | None, year: int) -> bool:
    """Whether the body reports on that year: registered by its end and not ended when the report is asked for."""
    return founded_on <= date(year, 12, 31) and ended_on is None


INSPECTION_PAPERS = (
    ("report", "年度工作报告书"),
    ("finance", "年度财务会计报告"),
    ("audit", "审计报告"),
    ("certificate", "登记证书副本"),
)
CONCLUSIONS = {"pass": "合格", "basic": "基本合格", "fail": "不合格"}


def years_missed(answers: Iterable[tuple[int, bool]]) -> int:
    """How many inspected years in a row, back from the last one, nothing was handed in: (year, whether handed in)."""
    missed = 0
    for _, handed_in in sorted(answers, reverse=True):
        if handed_in:
            break
        missed += 1
    return missed
