"""统一社会信用代码 (GB 32100-2015) and the organisation body code in it (GB 11714-1997). Pure functions.

18 characters: registering authority and kind (2), area (6), body code (9, the last its own check character), check
character. `5` is civil affairs: 51 association, 52 private non-enterprise unit, 53 foundation, 54 village committee,
55 residents' committee.
"""

from typing import Any

from stdnum.cn import uscc

from core import cells
from core.errors import UserError, typed

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def body_check(stem: str) -> str:
    """The check character of a body code's first 8 characters (GB 11714-1997: 11 − Σ value × weight mod 11)."""
    if len(stem) != 8 or any(one not in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" for one in stem):
        raise ValueError(f"not the stem of a body code: {stem!r}")
    total = sum(int(one, 36) * weight for one, weight in zip(stem, BODY_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def body_code(stem: str) -> str:
    """The 9-character body code of its first 8 characters."""
    return stem + body_check(stem)


def make(prefix: str, area: str, body: str) -> str:
    """The whole code of authority and kind (`51`), six-digit area and nine-character body code."""
    if (len(prefix), len(area), len(body)) != (2, 6, 9):
        raise ValueError(f"not 2 + 6 + 9 characters: {prefix!r} {area!r} {body!r}")
    if body != body_code(body[:8]):
        raise ValueError(f"body code with a wrong check character: {body!r}")
    stem = f"{prefix}{area}{body}"
    return stem + str(uscc.calc_check_digit(stem))


def read_code(value: Any, kinds: dict[str, str] | None = None) -> tuple[str, list[str]]:
    """A code as staff type it, and the repairs made (spaces, hyphens, lower case). UserError with the reason.

    `kinds`: the first two characters that are allowed → what they stand for (`{"51": "社会团体"}`). The check
    character of the whole is checked always; that of the body code is not, since old codes carry others.
    """
    text, repairs = cells.clean_code(value)
    if "-" in text:
        text, repairs = text.replace("-", ""), [*repairs, "去除连字符"]
    if text != text.upper():
        text, repairs = text.upper(), [*repairs, "小写字母改为大写"]
    if len(text) != 18:
        raise UserError(f"统一社会信用代码应为 18 位，表中为 {len(text)} 位")
    wrong = next((one for one in text if one not in ALPHABET), "")
    if wrong:
        raise UserError(f"含有统一社会信用代码不使用的字符“{wrong}”（不用 I、O、Z、S、V）")
    if not text[2:8].isdigit():
        raise UserError(f"第 3 至 8 位应为登记机关区划代码的数字，表中为 {text[2:8]}")
    check = str(uscc.calc_check_digit(text[:17]))
    if check != text[17]:
        raise UserError(f"校验位不符：末位应为 {check}，表中为 {text[17]}")
    if kinds is not None and text[:2] not in kinds:
        allowed = "、".join(f"{prefix}（{name}）" for prefix, name in kinds.items())
        raise UserError(f"前两位应为 {allowed}，表中为 {text[:2]}")
    return text, repairs


def check_code(text: str, kinds: dict[str, str] | None = None) -> str:
    """A typed code, for forms; repairs silently, UserError with the reason."""
    try:
        return read_code(text, kinds)[0]
    except UserError as error:
        raise typed(error) from error
