"""How the old 低保 ledgers write things: type and class. Pure functions, each `(value, repairs)`."""

from typing import Any

from benefits.models import CareClass
from core.cells import clean_text, narrow
from core.errors import UserError

TYPES = {
    "dibao_urban": {"城市", "城镇", "城市低保", "城镇低保", "城市居民", "城低", "城", "dibao_urban"},
    "dibao_rural": {"农村", "乡村", "农村低保", "农村居民", "农低", "农", "dibao_rural"},
}


def read_type(value: Any) -> tuple[str, list[str]]:
    """城市|农村 and their variants → programme code."""
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "")
    for code, words in TYPES.items():
        if tidy in words:
            return code, repairs if tidy in ("城市", "农村") else [f"“{text}”按“{_plain(code)}”"]
    raise UserError(f"类型“{text}”看不懂，请填 城市 或 农村")


def _plain(code: str) -> str:
    return "城市" if code == "dibao_urban" else "农村"


def read_class(value: Any) -> tuple[str, list[str]]:
    """A, A类, ａ → A."""
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "").upper().removesuffix("类")
    if tidy in CareClass.values:
        return tidy, repairs if text == tidy else [f"“{text}”改写为 {tidy}"]
    raise UserError(f"保障类别“{text}”看不懂，请填 A、B 或 C")
