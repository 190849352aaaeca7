"""ID numbers read quickly are read as they are read carefully."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from core.errors import UserError
from core.identity import read_id, sound_id

TODAY = date(2020, 12, 31)
WRITTEN = f"{TODAY:%Y%m%d}"


def carefully(value) -> tuple[str | None, list[str]]:
    try:
        found, repairs = read_id(value, TODAY)
    except UserError:
        return None, []
    return found.number, repairs


@st.composite
def numbers(draw):
    """Numbers right in their check character, with days that are, are not, or are still to come."""
    day = draw(
        st.one_of(
            st.dates(date(1870, 1, 1), date(2030, 1, 1)).map(lambda one: f"{one:%Y%m%d}"),
            st.from_regex(r"(19|20)[0-9]{6}", fullmatch=True),
        )
    )
    stem = draw(st.from_regex(r"[0-9]{6}", fullmatch=True)) + day
    stem += draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    return stem + calc_check_digit(stem + "0")


@st.composite
def slips(draw):
    """A right number with one character written otherwise, or one too many or too few."""
    number = draw(numbers())
    place = draw(st.integers(0, 17))
    other = draw(st.sampled_from([*"0123456789Xx ０９Ⅹ٣.'\u200b", ""]))
    return number[:place] + other + number[place + 1 :]


@given(st.one_of(numbers(), slips(), st.text(max_size=20), st.integers(), st.floats(), st.none()))
def test_a_number_that_is_read_quickly_is_the_one_that_is_read_carefully(value):
    quickly = sound_id(value, WRITTEN)
    if quickly is not None:
        assert carefully(value) == (quickly, [])


@given(st.one_of(numbers(), slips()))
def test_what_needs_no_repair_is_read_quickly(value):
    number, repairs = carefully(value)
    if number is not None and not repairs and value.isascii():
        assert sound_id(value, WRITTEN) == number


def test_the_day_of_today_is_the_last_that_can_be_a_birth():
    for day, can_be in (
        (TODAY, True),
        (date(2021, 1, 1), False),
        (date(1880, 1, 1), True),
        (date(1879, 12, 31), False),
    ):
        stem = f"430503{day:%Y%m%d}001"
        number = stem + calc_check_digit(stem + "0")
        assert (sound_id(number, WRITTEN) == number) is can_be
        assert (carefully(number)[0] == number) is can_be
