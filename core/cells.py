"""What staff type into cells, read forgivingly: text, whole numbers, days, months, amounts. Pure functions.

Each gives `(value, repairs)`: what was understood, and in words what had to be repaired; UserError with the reason when
a cell can't be understood. A blank cell is `""` or None.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import UserError
from core.money import to_fen
from core.months import parse_month

# Doubles hold whole numbers exactly up to here; Excel itself keeps 15 digits.
EXACT = 10**15
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CONTROLS = [code for code in range(32) if chr(code) not in "\t\n\r\v\f"] + [0x7F]
_INVISIBLE = dict.fromkeys(_CONTROLS) | dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202c\u202d\u200e\u200f")
)
_APOSTROPHES = "'’‘`´＇"
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+\d+$", re.IGNORECASE)
_EXCEL_QUOTED = re.compile(r'^="(.*)"$')
_DAY = re.compile(r"^(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?(?:[ T]0?0:00(?::00(?:\.0+)?)?)?$")
_AMOUNT = re.compile(r"^([¥￥]?)(-?\d+(?:,\d{3})*(?:\.\d+)?|-?\.\d+)(万元|万|元)?(?:/月|每月)?$")
_BLANKS = {"", "-", "--", "—", "——", "/", "\\", "无", "N/A", "n/a", "NULL", "null", "None", "nan"}
FIRST_SERIAL_YEAR, LAST_SERIAL = 1880, 2_958_465


def narrow(text: str) -> str:
    """Full-width letters, digits and signs to half-width, the ideographic space included."""
    return text.translate(_WIDE)


def drop_invisible(text: str) -> str:
    """Without control characters and zero-width signs, which no eye sees and no database takes."""
    return text if text.isprintable() else text.translate(_INVISIBLE)


def is_blank(value: Any) -> bool:
    """Nothing in the cell, or only spaces."""
    if not isinstance(value, str):
        return value is None
    text = value.strip()
    return not text or (not text.isprintable() and not text.translate(_INVISIBLE).strip())


def as_text(value: Any) -> str:
    """A cell as it reads: numbers without `.0`, days as 2020-01-05."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.min.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def clean_text(value: Any) -> tuple[str, list[str]]:
    """Free text (addresses, notes): outer spaces go, line breaks become spaces, everything else stays as written."""
    written = as_text(value)
    if (
        written.isprintable()
        and written.strip() == written
        and "  " not in written
        and "\u3000" not in written
    ):
        return written, []
    text = written.translate(_INVISIBLE)
    tidy = " ".join(text.split())
    if tidy == text:
        return tidy, []
    return tidy, ["去除多余空格"]


def clean_code(value: Any) -> tuple[str, list[str]]:
    """A number that identifies (household, phone, account, ID): no spaces, half-width, no apostrophe, no `.0`.

    UserError when the sheet kept it as a number with more digits than a number can hold.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _code_of_number(value)
    if isinstance(value, str) and value.isascii() and value.isalnum():
        return value, []
    text, repairs = as_text(value), []
    quoted = _EXCEL_QUOTED.match(text.strip())
    if quoted:
        text = quoted[1]
        repairs.append("去除表格引号")
    half = text.translate(_WIDE)
    if half.replace(" ", "") != text.replace("\u3000", " ").replace(" ", ""):
        repairs.append("全角转半角")
    stripped = half.translate(_INVISIBLE).strip().strip(_APOSTROPHES)
    if stripped != half.translate(_INVISIBLE).strip():
        repairs.append("去除撇号")
    tight = "".join(stripped.split())
    if len(tight) != len(stripped) or half.translate(_INVISIBLE).strip() != half or "\u3000" in text:
        repairs.append("去除空格")
    if _SCIENTIFIC.match(tight):
        raise UserError("表格按数值保存，后几位数字已丢失，请按文本重新填写")
    shorter = re.sub(r"^(\d+)\.0+$", r"\1", tight)
    if shorter != tight:
        repairs.append("去除“.0”")
    return shorter, repairs


def _code_of_number(value: float) -> tuple[str, list[str]]:
    if value != value or value < 0 or abs(value) >= EXACT:
        raise UserError("表格按数值保存，后几位数字已丢失，请按文本重新填写")
    if not float(value).is_integer():
        raise UserError(f"“{value}”不是编号")
    return str(int(value)), []


def parse_day(value: Any) -> tuple[date | None, list[str]]:
    """A day. Takes date cells, 2020-1-5, 2020.01.05, 2020/1/5, 2020年1月5日, 20200105 and Excel's day numbers.

    A month alone (202001, 2020年1月) gives the first of the month with the repair `MONTH_ONLY` among its words.
    """
    if isinstance(value, datetime):
        return value.date(), []
    if isinstance(value, date):
        return value, []
    if is_blank(value):
        return None, []
    text = as_text(value)
    tidy = narrow(text).translate(_INVISIBLE).strip().strip(_APOSTROPHES)
    tidy = re.sub(r"\s*([-./年月日])\s*", r"\1", tidy)
    plain = bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))
    found = _DAY.match(tidy)
    if found:
        day = int(found[3]) if found[3] else 1
        words = [] if plain else [f"日期“{text.strip()}”改写"]
        return _day(int(found[1]), int(found[2]), day, text), words + ([] if found[3] else [MONTH_ONLY])
    digits = re.sub(r"^(\d+)\.0+$", r"\1", tidy)
    if re.fullmatch(r"\d{8}", digits):
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]), text), [f"日期“{text.strip()}”改写"]
    if re.fullmatch(r"\d{6}", digits):
        return _day(int(digits[:4]), int(digits[4:]), 1, text), [f"日期“{text.strip()}”改写", MONTH_ONLY]
    if re.fullmatch(r"\d{1,5}", digits) and not FIRST_SERIAL_YEAR <= int(digits) <= 2100 and int(digits):
        return date(1899, 12, 30) + timedelta(days=int(digits)), [f"日期序号 {digits} 换成日期"]
    raise UserError(f"日期“{text.strip()}”看不懂，请写成 2020-01-05 的样子")


MONTH_ONLY = "只有年月"


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        if 1 <= month <= 12 and 1 <= day <= 31:
            raise UserError(f"{year}年{month}月没有{day}日") from error
        raise UserError(f"日期“{text.strip()}”不存在") from error


def parse_month_cell(value: Any) -> tuple[date | None, list[str]]:
    """A month: 2020-12, 2020.12, 2020年12月, 202012, a date cell, a full date in any form `parse_day` reads."""
    if is_blank(value):
        return None, []
    if not isinstance(value, date):
        text = as_text(value).strip()
        try:
            return parse_month(narrow(text)), [] if re.fullmatch(r"\d{4}-\d{2}", text) else [
                f"月份“{text}”改写"
            ]
        except UserError:
            pass
    try:
        day, _ = parse_day(value)
    except UserError as error:
        raise UserError(f"月份“{as_text(value).strip()}”看不懂，请写成 2020-12 的样子") from error
    return day and day.replace(day=1), [f"日期“{as_text(value).strip()}”取其年月"]


def parse_amount(value: Any, unit: int = 1) -> tuple[Decimal | None, list[str]]:
    """Yuan with two places. Takes 1,286.50, 1286.5元, 0.5万元; `unit` is 10000 under a head that says 万元."""
    if is_blank(value) or (isinstance(value, str) and value.strip() in _BLANKS):
        return None, []
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        amount = Decimal(repr(value))
        repairs = []
    else:
        text = as_text(value)
        tidy = "".join(narrow(text).translate(_INVISIBLE).split()).strip(_APOSTROPHES)
        found = _AMOUNT.match(tidy)
        if not found:
            raise UserError(f"金额“{text.strip()}”看不懂，请填数字；没有请填 0")
        try:
            amount = Decimal(found[2].replace(",", ""))
        except InvalidOperation as error:  # pragma: no cover - the pattern admits numbers only
            raise UserError(f"金额“{text.strip()}”看不懂，请填数字") from error
        repairs = [] if text == found[2].replace(",", "") else [f"金额“{text.strip()}”换成元"]
        if found[3] in ("万元", "万"):
            unit = 10_000
    if not amount.is_finite():
        raise UserError("金额看不懂，请填数字；没有请填 0")
    if unit != 1:
        amount *= unit
        repairs = repairs or [f"{unit // 10_000}万元换成元"]
    if amount < 0:
        raise UserError("金额不能为负数")
    if amount >= Decimal(10) ** 12:
        raise UserError("金额过大，请核对")
    rounded = to_fen(amount)
    if rounded != amount:
        repairs = [*repairs, "金额四舍五入到分"]
    return rounded, repairs


def parse_count(value: Any) -> tuple[int | None, list[str]]:
    """A whole number of persons, months …; 3, 3.0, `3人`, `３`."""
    if is_blank(value):
        return None, []
    text = as_text(value)
    tidy = "".join(narrow(text).split()).strip(_APOSTROPHES)
    found = re.fullmatch(r"(\d{1,6})(?:\.0+)?[人口个]?", tidy)
    if not found:
        raise UserError(f"“{text.strip()}”不是整数")
    return int(found[1]), [] if text == found[1] else [f"“{text.strip()}”改写为 {found[1]}"]
