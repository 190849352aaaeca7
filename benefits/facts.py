"""The facts of one assessment (contract §5), read from JSON into typed values. What is wrong or missing is said.

Unknown and zero are different things: a value that was not given is None here, and the formula that needs it says so.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import UserError
from core.months import age_in_month, parse_month

DISABILITY_KINDS = {"visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple"}
INCOME_NAMES = {
    "wages": "工资性收入",
    "pension": "养老金",
    "farming": "经营净收入",
    "property": "财产净收入",
    "support": "赡抚扶养费",
    "transfer": "转移净收入",
}


class FactsError(UserError):
    """Facts that are missing or cannot be; the message names each of them."""

    def __init__(self, problems: Iterable[str]):
        self.problems = list(problems)
        super().__init__("；".join(self.problems) + "。")


@dataclass(frozen=True)
class Member:
    """One person of the item. `income` is yuan a month by kind; None when nothing was said about it."""

    ref: str
    relation: str = ""
    birth_date: date | None = None
    sex: str = ""
    labour: str = ""
    disability_kind: str = ""
    disability_grade: int | None = None
    serious_illness: bool = False
    student: bool = False
    income: dict[str, Decimal] | None = None
    holds: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)

    def age(self, month: date) -> int:
        """Completed years on the last day of the month. The birth date must be known."""
        assert self.birth_date is not None
        return age_in_month(self.birth_date, month)


@dataclass(frozen=True)
class Home:
    """The household's common facts: income a month by kind, assets in yuan, counts of houses, vehicles, shops."""

    income: dict[str, Decimal] = field(default_factory=dict)
    single_parent: bool = False
    financial_assets: Decimal | None = None
    houses: int | None = None
    vehicles: int | None = None
    shops: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Grace:
    """渐退: the amount held until now and how many months of the grace period are used."""

    held_amount: Decimal
    months_used: int


@dataclass(frozen=True)
class Item:
    """One thing to assess."""

    ref: Any
    programme: str
    month: date
    members: tuple[Member, ...]
    home: Home | None
    single: bool = False
    grace: Grace | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


class Reader:
    """Reads values out of JSON and collects what is wrong instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def fail(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def amount(self, value: Any, name: str) -> Decimal | None:
        """A yuan amount ≥ 0; None stays None."""
        if value is None or value == "":
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
                raise InvalidOperation
            number = Decimal(str(value))
            if not number.is_finite() or abs(number) >= 10**12:
                raise InvalidOperation
        except InvalidOperation:
            self.fail(f"{name}“{value}”不是金额")
            return None
        if number < 0:
            self.fail(f"{name}不能是负数")
            return None
        return number

    def count(self, value: Any, name: str) -> int | None:
        """A whole number ≥ 0."""
        if isinstance(value, bool):
            return int(value)
        number = self.amount(value, name)
        if number is None:
            return None
        if number != int(number):
            self.fail(f"{name}“{value}”应为整数")
            return None
        return int(number)

    def flag(self, value: Any, name: str) -> bool:
        if value is None:
            return False
        if isinstance(value, bool):
            return value
        self.fail(f"{name}应为 true 或 false")
        return False

    def day(self, value: Any, name: str) -> date | None:
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{name}“{value}”不是日期，请写成 1948-03-02 的样子")
            return None

    def mapping(self, value: Any, name: str) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return value
        self.fail(f"{name}的格式不对")
        return {}

    def income(self, value: Any, name: str) -> dict[str, Decimal] | None:
        if value is None:
            return None
        found = {}
        for kind, amount in self.mapping(value, name).items():
            number = self.amount(amount, f"{name}{INCOME_NAMES.get(kind, kind)}")
            if number is not None:
                found[str(kind)] = number
        return found


def _member(read: Reader, value: Any, place: int, month: date | None) -> Member:
    raw = read.mapping(value, f"第{place}个成员")
    ref = str(raw.get("ref") or place)
    name = f"成员 {ref} 的"
    disability = read.mapping(raw.get("disability"), f"{name}残疾情况")
    kind, grade = disability.get("kind") or "", read.count(disability.get("grade"), f"{name}残疾等级")
    if disability and kind not in DISABILITY_KINDS:
        read.fail(f"{name}残疾类别“{kind}”不认识" if kind else f"{name}残疾类别没有填写")
    if disability and grade is None:
        read.fail(f"{name}残疾等级没有填写")
    elif grade is not None and not 1 <= grade <= 4:
        read.fail(f"{name}残疾等级应为 1 至 4")
    birth = read.day(raw.get("birth_date"), f"{name}出生日期")
    if birth and month and (birth.year, birth.month) > (month.year, month.month):
        read.fail(f"{name}出生日期晚于测算月份")
    labour = raw.get("labour") or ""
    if labour not in ("", "none", "partial", "full"):
        read.fail(f"{name}劳动能力“{labour}”不认识")
    holds = raw.get("holds") or ()
    if isinstance(holds, str) or not isinstance(holds, list | tuple):
        read.fail(f"{name}holds 应为项目代码的列表")
        holds = ()
    return Member(
        ref=ref,
        relation=str(raw.get("relation") or ""),
        birth_date=birth,
        sex=str(raw.get("sex") or ""),
        labour=labour,
        disability_kind=kind,
        disability_grade=grade,
        serious_illness=read.flag(raw.get("serious_illness"), f"{name}serious_illness"),
        student=read.flag(raw.get("student"), f"{name}student"),
        income=read.income(raw.get("income"), name),
        holds=tuple(str(code) for code in holds),
        raw=raw,
    )


def _home(read: Reader, value: Any) -> Home | None:
    if value is None:
        return None
    raw = read.mapping(value, "household")
    return Home(
        income=read.income(raw.get("income"), "家庭的") or {},
        single_parent=read.flag(raw.get("single_parent"), "single_parent"),
        financial_assets=read.amount(raw.get("financial_assets"), "家庭金融资产"),
        houses=read.count(raw.get("houses"), "住房套数"),
        vehicles=read.count(raw.get("vehicles"), "机动车数量"),
        shops=read.count(raw.get("shops"), "门面数量"),
        raw=raw,
    )


def _grace(read: Reader, value: Any) -> Grace | None:
    if not value:
        return None
    raw = read.mapping(value, "渐退情况")
    held = read.amount(raw.get("held_amount"), "渐退前的月金额")
    used = read.count(raw.get("months_used"), "已渐退月数")
    if held is None:
        read.fail("渐退前的月金额（held_amount）没有填写")
    if used is None:
        read.fail("已渐退月数（months_used）没有填写")
    return Grace(held or Decimal(0), used or 0)


def read_item(value: Any, memberless: Collection[str] = ()) -> Item:
    """One item of the contract → its typed facts. FactsError with everything that is wrong in it.

    `memberless`: the programmes that are about no member's facts and need none (丧葬补助).
    """
    read = Reader()
    raw = read.mapping(value, "这一项")
    programme, month = raw.get("programme"), None
    if not programme:
        read.fail("项目（programme）没有填写")
    try:
        if not raw.get("month"):
            read.fail("测算月份（month）没有填写")
        else:
            month = parse_month(str(raw["month"])[:7])
    except UserError:
        read.fail(f"测算月份“{raw['month']}”看不懂，请写成 2020-12 的样子")
    given = raw.get("members")
    if not isinstance(given, list | tuple) or not given:
        if given or programme not in memberless:
            read.fail("成员（members）没有填写")
        given = ()
    members = tuple(_member(read, one, place, month) for place, one in enumerate(given, 1))
    refs = [member.ref for member in members]
    if len(set(refs)) < len(refs):
        read.fail("成员编号（ref）有重复")
    item = Item(
        ref=raw.get("ref"),
        programme=str(programme or ""),
        month=month or date.min,
        members=members,
        home=_home(read, raw.get("household")),
        single=read.flag(raw.get("single"), "single"),
        grace=_grace(read, raw.get("grace")),
        raw=raw,
    )
    if read.problems:
        raise FactsError(read.problems)
    return item
