"""Numbers that identify people and accounts: 公民身份号码 (GB 11643-1999), bank accounts. Pure functions."""

import re
import string
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from stdnum import luhn
from stdnum.cn.ric import calc_check_digit

from core import cells
from core.errors import UserError, typed

_LOST = "表格按数值保存，后三位数字已丢失，请按文本重新填写"
EARLIEST_BIRTH = 1880


@dataclass(frozen=True, slots=True)
class IdNumber:
    """An 18-digit ID number with what follows from it."""

    number: str
    birth: date
    sex: str


def read_id(value: Any, today: date) -> tuple[IdNumber, list[str]]:
    """An ID number as staff type it, and the repairs made (15 → 18 digits, lower-case x, spaces, `.0` …).

    The area digits are not checked against any list: people move and codes change. UserError with the reason else.
    """
    as_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    from_float = isinstance(value, str) and bool(re.search(r"\.0+\D*$", value))
    try:
        text, repairs = cells.clean_code(value)
    except UserError as error:
        raise UserError(_LOST) from error
    if as_number:
        repairs = ["数值转文本"]
    if text.endswith("x"):
        text, repairs = text.upper(), [*repairs, "末位小写 x 改为 X"]
    # A number holds 15 digits: an old one is whole, a long one has lost its last three.
    lost = from_float and len(text) == 18 and text.endswith("000")
    if re.fullmatch(r"\d{15}", text):
        text, repairs = _lengthen(text), [*repairs, "15 位号码升为 18 位"]
    if not re.fullmatch(r"\d{17}[\dX]", text):
        raise UserError(f"应为 18 位，表中为 {len(text)} 位" if len(text) != 18 else "含有不应有的字符")
    if lost:
        raise UserError(_LOST)
    return _checked(text, today), repairs


# GB 11643: the digits weighed by these, with the check character, leave 1 when divided by 11.
_WEIGHTS = [2 ** (17 - place) % 11 for place in range(18)]
_DIGITS = frozenset(string.digits)
_KNOWN = 100_000  # parts of numbers that are remembered: areas, days and the last four repeat


@lru_cache(_KNOWN)
def _weighed(part: str, first: int) -> int | None:
    """What a part of a number that begins at that place adds to the sum; None when it is not of digits."""
    body, last = (part[:-1], 10) if part.endswith("X") and first + len(part) == 18 else (part, 0)
    if not _DIGITS.issuperset(body):
        return None
    return last + sum(int(one) * weight for one, weight in zip(body, _WEIGHTS[first:], strict=False))


@lru_cache(_KNOWN)
def _weighed_day(digits: str) -> int | None:
    """As `_weighed` for the birth date; None when there is no such day."""
    weighed = _weighed(digits, 6)
    try:
        is_day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= EARLIEST_BIRTH
    except ValueError:
        return None
    return weighed if is_day else None


def sound_id(value: Any, today: str) -> str | None:
    """The number when it is written as it should be: 18 characters, a possible birth date, the right check character.

    None else, and then `read_id` repairs it or says what is wrong. For millions of rows: it gives what `read_id` gives,
    or None. `today` as in 20201231.
    """
    if not isinstance(value, str) or len(value) != 18:
        return None
    day = value[6:14]
    area, born, rest = _weighed(value[:6], 0), _weighed_day(day), _weighed(value[14:], 14)
    if area is None or born is None or rest is None or day > today:
        return None
    return value if (area + born + rest) % 11 == 1 else None


def parse_id(text: str, today: date) -> IdNumber:
    """A typed ID number, for forms; repairs silently, UserError with the reason."""
    try:
        return read_id(text, today)[0]
    except UserError as error:
        raise typed(error) from error


def _lengthen(old: str) -> str:
    stem = f"{old[:6]}19{old[6:]}"
    return stem + calc_check_digit(stem + "0")


def _checked(number: str, today: date) -> IdNumber:
    check = calc_check_digit(number)
    if check != number[-1]:
        if number.endswith("000"):
            raise UserError("后三位为 000 且校验位不符，可能因按数值保存而丢失，请按文本重新填写")
        raise UserError(f"校验位不符：末位应为 {check}，表中为 {number[-1]}")
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    try:
        birth = date(year, month, day)
    except ValueError as error:
        raise UserError(f"号码中的出生日期 {number[6:14]} 不存在") from error
    if birth > today or year < EARLIEST_BIRTH:
        raise UserError(f"号码中的出生日期 {birth:%Y-%m-%d} 不可能")
    return IdNumber(number, birth, "M" if int(number[16]) % 2 else "F")


def read_bank_number(value: Any) -> tuple[str, list[str]]:
    """A bank account number: 8–32 digits; 16–19 digits that begin with 62 are cards and carry a Luhn check digit
    (passbook numbers carry none). UserError with the reason.
    """
    text, repairs = cells.clean_code(value)
    if isinstance(value, (int, float)) and text:
        repairs = ["数值转文本"]
    if not text.isascii() or not text.isdigit():
        raise UserError("账号只能是数字")
    if not 8 <= len(text) <= 32:
        raise UserError(f"账号应为 8 至 32 位，表中为 {len(text)} 位")
    if text.startswith("62") and 16 <= len(text) <= 19 and not luhn.is_valid(text):
        raise UserError("卡号校验位不符")
    return text, repairs
