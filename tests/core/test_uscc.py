"""统一社会信用代码: made, checked, and refused in words."""

import pytest

from core import uscc
from core.errors import UserError


def test_a_known_code_is_right():
    assert uscc.check_code("91110000600037341L") == "91110000600037341L"


@pytest.mark.parametrize(("stem", "check"), [("60003734", "1"), ("D2143569", "X")])
def test_the_body_codes_own_check_character(stem, check):
    assert uscc.body_check(stem) == check


def test_a_made_code_passes_the_check_and_keeps_its_parts():
    code = uscc.make("51", "430503", uscc.body_code("MJJ00001"))
    assert code[:8] == "51430503"
    assert code[8:17] == uscc.body_code("MJJ00001")
    assert uscc.check_code(code, {"51": "社会团体"}) == code


def test_every_single_wrong_character_is_found():
    code = uscc.make("52", "430503", uscc.body_code("MJJ00017"))
    for place, right in enumerate(code):
        for wrong in uscc.ALPHABET:
            if wrong != right:
                with pytest.raises(UserError):
                    uscc.check_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("9111000060003734", "应为 18 位，填的是 16 位"),
        ("91110000600037341O", "不使用的字符“O”"),
        ("9111A000600037341L", "第 3 至 8 位"),
        ("91110000600037341M", "校验位不符：末位应为 L，填的是 M"),
    ],
)
def test_what_is_wrong_is_said(typed, words):
    with pytest.raises(UserError, match=words):
        uscc.check_code(typed)


def test_the_kind_stands_in_the_second_digit():
    code = uscc.make("52", "430503", uscc.body_code("MJJ00017"))
    with pytest.raises(UserError, match="前两位应为 51（社会团体），填的是 52"):
        uscc.check_code(code, {"51": "社会团体"})


def test_typing_is_repaired():
    assert uscc.read_code(" 91110000-600037341l ")[0] == "91110000600037341L"


def test_a_body_code_with_a_wrong_check_character_is_no_code():
    with pytest.raises(ValueError, match="wrong check character"):
        uscc.make("51", "430503", "MJJ000010" if uscc.body_check("MJJ00001") != "0" else "MJJ000011")
