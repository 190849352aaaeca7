"""Names as people write and pronounce them: tidying, full pinyin and initials for the search box."""

from functools import lru_cache

from pypinyin import lazy_pinyin

from core.cells import as_text, drop_invisible, narrow

# Surnames that are read differently from the ordinary reading of the character.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "朴": "piao", "盖": "ge",
    "缪": "miao", "覃": "qin", "尉": "wei", "任": "ren", "华": "hua", "洗": "xian", "冼": "xian", "乐": "yue",
    "员": "yun", "翟": "zhai", "召": "shao", "折": "she", "黑": "he", "秘": "bi", "种": "chong", "繁": "po",
    "万俟": "moqi", "尉迟": "yuchi", "单于": "chanyu", "长孙": "zhangsun", "澹台": "tantai",
}  # fmt: skip
_DOTS = str.maketrans({"•": "·", "・": "·", "‧": "·", "．": "·", "∙": "·", "●": "·"})


def tidy_name(value: object) -> tuple[str, list[str]]:
    """A name without the spaces that forms put between characters; `·` in the names of minorities kept, one form."""
    text = as_text(value)
    half = drop_invisible(narrow(text)).translate(_DOTS)
    words = half.split()
    latin = all(word.isascii() for word in words)
    tidy = (" " if latin else "").join(words).strip("'’`*")
    if tidy == text:
        return tidy, []
    return tidy, ["去除空格" if tidy == "".join(text.split()) else "全角转半角"]


@lru_cache(maxsize=100_000)
def _syllable(character: str) -> str:
    return lazy_pinyin(character)[0]


def reading(name: str) -> tuple[str, str]:
    """Full pinyin and initials of a name, lower case: 张三丰 → (`zhangsanfeng`, `zsf`)."""
    if name[:2] in _SURNAMES and len(name) > 2:
        first, rest = [_SURNAMES[name[:2]]], name[2:]
        initials = "".join(_syllable(character)[:1] for character in name[:2])
    elif name[:1] in _SURNAMES:
        first, rest = [_SURNAMES[name[0]]], name[1:]
        initials = first[0][0]
    else:
        first, rest, initials = [], name, ""
    syllables = [_syllable(character) for character in rest if character.isalnum()]
    full = "".join([*first, *syllables]).lower()
    return full[:120], (initials + "".join(one[:1] for one in syllables)).lower()[:20]
