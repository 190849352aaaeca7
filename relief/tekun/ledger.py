"""How the old 特困 ledgers write things: way of care, care grade, stop reasons. Pure functions: `(value, repairs)`."""

from typing import Any

from benefits.models import EndReason
from benefits.takeover import REASON_WORDS
from core.cells import clean_text, narrow
from core.errors import UserError
from relief.tekun.models import CareGrade, Placement

PLACEMENTS = {
    Placement.DISPERSED: {"分散", "分散供养", "散居", "居家"},
    Placement.INSTITUTION: {"集中", "集中供养", "机构", "机构供养", "敬老院"},
}
GRADES = {
    CareGrade.NONE: {"全自理", "自理", "能自理", "完全自理", "具备生活自理能力"},
    CareGrade.SEMI: {"半失能", "半自理", "半护理", "部分丧失生活自理能力"},
    CareGrade.FULL: {"失能", "全失能", "全护理", "不能自理", "完全丧失生活自理能力"},
}
STOP_WORDS = {word: reason for word, reason in REASON_WORDS.items() if reason != EndReason.TO_TEKUN} | {
    "恢复劳动": EndReason.RECOVERED,
    "有生活来源": EndReason.RECOVERED,
    "义务人": EndReason.SUPPORTER,
    "赡养": EndReason.SUPPORTER,
    "满18": EndReason.GROWN_UP,
    "满十八": EndReason.GROWN_UP,
    "成年": EndReason.GROWN_UP,
}


def _read(value: Any, words: dict, name: str, official: str) -> tuple[Any, list[str]]:
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "")
    for choice, known in words.items():
        if tidy in (choice.value, choice.label) or tidy in known:
            label = str(choice.label)
            plain = tidy in (label, label.removesuffix("供养"))
            return choice.value, repairs if plain else [*repairs, f"“{text}”按“{label}”"]
    raise UserError(f"{name}“{text}”看不懂，请填 {official}")


def read_placement(value: Any) -> tuple[str, list[str]]:
    """分散|集中 and their variants."""
    return _read(value, PLACEMENTS, "供养方式", "分散 或 集中")


def read_grade(value: Any) -> tuple[str, list[str]]:
    """全自理|半失能|失能 and their variants."""
    return _read(value, GRADES, "照料护理档次", "全自理、半失能 或 失能")
