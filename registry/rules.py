"""What the words of a ledger mean: relation, residence, labour, sex, certificate, village. Pure functions.

Each reader gives `(value, repairs)` like those of `core.cells`, and raises UserError with the reason.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.cells import as_text, clean_code, clean_text, is_blank, narrow
from core.errors import UserError
from core.sheets import tidy_title
from district.models import AreaKind
from registry.models import DisabilityKind, Labour, Relation, Sex

_CANONICAL = {
    "本人": Relation.HEAD, "户主": Relation.HEAD, "本人/户主": Relation.HEAD, "配偶": Relation.SPOUSE,
    "子": Relation.SON, "女": Relation.DAUGHTER, "父母": Relation.PARENT, "孙子女": Relation.GRANDCHILD,
    "兄弟姐妹": Relation.SIBLING, "其他": Relation.OTHER,
}  # fmt: skip
_VARIANTS = {
    Relation.HEAD: "户主本人 户主(本人) 本人(户主) 本人户主 户主/本人 本人或户主 户 自己 申请人本人",
    Relation.SPOUSE: "丈夫 妻子 夫 妻 老公 老婆 爱人 夫妻 妻(配偶) 夫(配偶) 配偶(妻) 配偶(夫)",
    Relation.SON: "儿子 长子 次子 三子 四子 五子 六子 二子 独生子 独子 养子 继子 大儿子 二儿子 三儿子 小儿子 "
    "幼子 长男 次男 儿 养子或继子 非婚生子 子(儿子)",
    Relation.DAUGHTER: "女儿 长女 次女 三女 四女 五女 六女 二女 独生女 独女 养女 继女 大女儿 二女儿 三女儿 小女儿 "
    "幼女 养女或继女 非婚生女 女(女儿)",
    Relation.PARENT: "父亲 母亲 父 母 爸爸 妈妈 爸 妈 养父 养母 继父 继母 公公 婆婆 岳父 岳母 公婆 岳父母 "
    "公公婆婆 岳父岳母 父母亲 父亲/母亲",
    Relation.GRANDCHILD: "孙子 孙女 外孙 外孙女 外孙子 长孙 次孙 长孙女 次孙女 孙 曾孙 曾孙子 曾孙女 重孙 重孙女 "
    "外孙子女 孙子女/外孙子女 孙子(女) 孙子或孙女 外曾孙 外曾孙女",
    Relation.SIBLING: "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 哥 姊 兄弟 姐妹 兄长 大哥 二哥 大姐 二姐 胞兄 胞弟 胞姐 胞妹",
    Relation.OTHER: "其它 儿媳 儿媳妇 媳妇 女婿 婿 孙媳 孙媳妇 孙女婿 祖父 祖母 爷爷 奶奶 外公 外婆 外祖父 外祖母 "
    "祖父母 外祖父母 曾祖父 曾祖母 侄子 侄女 侄儿 侄 外甥 外甥女 甥女 伯父 伯母 叔父 叔母 叔叔 婶婶 婶 姑姑 姑母 姑父 "
    "舅舅 舅父 舅母 姨 姨母 姨父 嫂 嫂子 弟媳 弟妹 姐夫 妹夫 堂兄 堂弟 堂姐 堂妹 表兄 表弟 表姐 表妹 其他亲属 "
    "其他亲戚 亲属 亲戚 非亲属 寄养 保姆 同居 监护人 被监护人 儿媳或女婿 兄嫂 弟妇",
}


def _by_word(words: dict[Any, str]) -> dict[str, Any]:
    """Word → meaning, from meaning → words."""
    return {word: meaning for meaning, text in words.items() for word in text.split()}


_RELATIONS = _by_word(_VARIANTS) | _CANONICAL
_SEXES = _by_word({Sex.MALE: "男 男性 M m 1", Sex.FEMALE: "女 女性 F f 2"})
_RESIDENCE = _by_word(
    {
        AreaKind.URBAN: "城镇 城市 非农业 非农 非农业户口 非农户口 城镇户口 城市户口 城镇居民 城镇户籍 居民(城镇) "
        "非农业家庭户口 非农业户",
        AreaKind.RURAL: "农村 农业 农 农业户口 农村户口 农村居民 农村户籍 居民(农村) 农业家庭户口 农户 农业户",
    }
)
_LABOUR = _by_word(
    {
        Labour.FULL: "完全 完全劳动能力 有 有劳动能力 有劳动力 正常 完全劳动力 完全有劳动能力 具备劳动能力 健全 "
        "普通劳动力 具有劳动能力",
        Labour.PARTIAL: "部分 部分丧失 部分劳动能力 部分丧失劳动能力 部分有 有部分劳动能力 弱劳动力 半劳动力 "
        "部分劳动力 弱 部分有劳动能力",
        Labour.NONE: "丧失 完全丧失 完全丧失劳动能力 无 无劳动能力 丧失劳动能力 无劳动力 没有劳动能力 丧失劳动力",
    }
)
_KINDS = dict(zip("1234567", DisabilityKind.values, strict=True))
_CERTIFICATE = re.compile(r"^(\d{17}[\dX])([1-7])([1-4])((?:B\d{1,2})?)$")
_OFFICIAL = {
    Sex: {"男", "女"},
    AreaKind: {"城镇", "农村"},
    Labour: {"完全", "部分", "丧失", *Labour.labels},
}


def read_relation(value: Any) -> tuple[Relation, list[str]]:
    """与户主关系: the eight words, and the family's variants of them (丈夫, 次女, 儿媳 …)."""
    text = as_text(value)
    tidy = tidy_title(text)
    relation = _RELATIONS.get(tidy)
    if relation is None:
        raise UserError(f"“{text.strip()}”不认识，请填本人、配偶、子、女、父母、孙子女、兄弟姐妹或其他")
    if text in _CANONICAL:
        return relation, []
    return relation, [f"“{text.strip()}”记为“{relation.label}”"]


def _word(value: Any, table: dict[str, Any], official: set[str], asked: str) -> tuple[Any, list[str]]:
    text = as_text(value)
    found = table.get(tidy_title(text))
    if found is None:
        raise UserError(f"“{text.strip()}”不认识，请填{asked}")
    return found, [] if text in official else [f"“{text.strip()}”记为“{found.label}”"]


def read_sex(value: Any) -> tuple[Sex, list[str]]:
    return _word(value, _SEXES, _OFFICIAL[Sex], "男或女")


def read_residence(value: Any) -> tuple[AreaKind, list[str]]:
    return _word(value, _RESIDENCE, _OFFICIAL[AreaKind], "城镇或农村")


def read_labour(value: Any) -> tuple[Labour, list[str]]:
    return _word(value, _LABOUR, _OFFICIAL[Labour], "完全、部分或丧失")


@dataclass(frozen=True, slots=True)
class Certificate:
    """残疾证号 taken apart: the holder's ID number, category, grade."""

    number: str
    holder: str
    kind: str
    grade: int


def read_certificate(value: Any) -> tuple[Certificate | None, list[str]]:
    """残疾证号 = ID number + category 1–7 + grade 1–4, perhaps `B1` for a re-issue; 无 means none."""
    if as_text(value).strip() in {"无", "没有", "否", "-", "—", "/", "0"}:
        return None, []
    text, repairs = clean_code(value)
    if text != text.upper():
        text, repairs = text.upper(), [*repairs, "小写字母改大写"]
    found = _CERTIFICATE.match(text)
    if not found:
        raise UserError("残疾证号应为身份证号加一位类别（1–7）和一位等级（1–4）")
    return Certificate(text, found[1], _KINDS[found[2]], int(found[3])), repairs


@cache
def read_short(limit: int) -> Any:
    """A reader of free text with at most `limit` characters."""

    def reader(value: Any) -> tuple[str, list[str]]:
        text, repairs = clean_text(value)
        if len(text) > limit:
            raise UserError(f"超过 {limit} 个字，请缩短")
        return text, repairs

    return reader


@cache
def read_number(limit: int) -> Any:
    """A reader of numbers that identify (户编号, 电话), at most `limit` characters."""

    def reader(value: Any) -> tuple[str, list[str]]:
        text, repairs = clean_code(value)
        if len(text) > limit:
            raise UserError(f"超过 {limit} 位，请核对")
        return text, repairs

    return reader


class Villages:
    """Finds a village or community by its name, by name with township, or by its 12-digit code."""

    def __init__(self, divisions: Iterable[tuple[str, str]]):
        """`divisions`: `(code, name)` of all divisions in force, of every level."""
        self.names: dict[str, str] = {}
        self._villages: dict[str, list[str]] = {}
        self._townships: dict[str, list[str]] = {}
        self._seen: dict[tuple[str, str, str], tuple[str, list[str]]] = {}
        district = ""
        for code, name in sorted(divisions, key=lambda one: len(one[0])):
            self.names[code] = name
            tidy = tidy_title(name)
            if len(code) == 6:
                district = tidy
            elif len(code) == 9:
                short = re.sub(r"(街道|镇|乡)$", "", tidy)
                for form in {
                    tidy,
                    short,
                    f"{short}街道办事处",
                    f"{short}办事处",
                    f"{tidy}人民政府",
                    f"{district}{tidy}",
                }:
                    self._townships.setdefault(form, []).append(code)
            elif len(code) == 12:
                township = tidy_title(self.names.get(code[:9], ""))
                for form in _village_forms(tidy):
                    for prefix in ("", township, f"{district}{township}"):
                        known = self._villages.setdefault(prefix + form, [])
                        if code not in known:
                            known.append(code)

    def find(self, name: Any, code: Any, township: Any) -> tuple[str, list[str]]:
        """The village's code and repairs. UserError (its `field` is `village`, `village_code` or `township`) else."""
        key = (as_text(name), as_text(code), as_text(township))
        if key not in self._seen:
            self._seen[key] = self._find(*key)
        return self._seen[key]

    def near(self, name: str, township: str) -> str:
        """As near as the words lead: the village's code, the township's, or nothing. For what others wrote."""
        try:
            if name:
                return self.find(name, "", township)[0]
        except UserError:
            pass
        try:
            found = self._township(township)
        except UserError:
            return ""
        return found[0] if len(found) == 1 else ""

    def _find(self, name: str, code: str, township: str) -> tuple[str, list[str]]:
        inside, repairs = self._township(township), []
        tidy = tidy_title(name)
        number = re.sub(r"\.0+$", "", tidy_title(code).strip("'’‘`"))
        if re.fullmatch(r"'?\d{12}(\.0+)?", tidy) and not number:
            number, tidy, name = re.sub(r"\.0+$", "", tidy.strip("'")), "", ""
        found: list[str] = []
        if number:
            if number not in self.names or len(number) != 12:
                raise UserError(
                    f"没有代码为“{number}”的村（社区）", "village_code" if code.strip() else "village"
                )
            found = [number]
        if tidy:
            named = self._villages.get(tidy, [])
            if not named:
                raise UserError(self._unknown(name.strip(), tidy, inside), "village")
            if number and number not in named:
                raise UserError(f"村居代码是{self.names[number]}，与“{name.strip()}”不符", "village_code")
            found = found or named
            if name != name.strip() or " " in name.strip() or "\n" in name:
                repairs.append("去除空格")
        if inside:
            within = [one for one in found if one[:9] in inside]
            if not within:
                where = "、".join(self.names[one] for one in inside)
                raise UserError(f"{where}没有“{name.strip() or number}”", "village")
            found = within
        if len(found) > 1:
            where = "、".join(self.names[one[:9]] for one in found)
            raise UserError(f"“{name.strip()}”不止一个（{where}），请填乡镇（街道）", "village")
        return found[0], repairs

    def _township(self, text: str) -> list[str]:
        if is_blank(text):
            return []
        tidy = re.sub(r"\.0+$", "", tidy_title(text))
        if tidy in self.names and len(tidy) == 9:
            return [tidy]
        found = self._townships.get(tidy, [])
        if not found:
            raise UserError(f"没有“{narrow(text).strip()}”这个乡镇（街道）", "township")
        return found

    def _unknown(self, name: str, tidy: str, inside: list[str]) -> str:
        names = [n for c, n in self.names.items() if len(c) == 12 and (not inside or c[:9] in inside)]
        near = difflib.get_close_matches(tidy, names, n=1, cutoff=0.6)
        where = "、".join(self.names[one] for one in inside)
        return f"{where}没有“{name}”" + (f"，是否为{near[0]}" if near else "")


def _village_forms(tidy: str) -> set[str]:
    """The official name, and with the committee's title behind it."""
    forms = {tidy, f"{tidy}居委会", f"{tidy}村委会", f"{tidy}居民委员会", f"{tidy}村民委员会"}
    if tidy.endswith("村"):
        forms |= {f"{tidy}委会", f"{tidy}民委员会"}
    return forms
