"""The year's movements come out at the report's counts, whatever the seed."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.plan import MAX_SIZE, REPORT_2020, Movement, shares, solve


def counted(movements: list[Movement]) -> dict[str, int]:
    new = [m for m in movements if m.entry]
    ended = [m for m in movements if m.exit]
    return {
        "household_months": sum(m.months for m in movements),
        "person_months": sum(m.months * m.size for m in movements),
        "new_households": len(new),
        "new_persons": sum(m.size for m in new),
        "ended_households": len(ended),
        "ended_persons": sum(m.size for m in ended),
    }


@pytest.mark.parametrize("target", REPORT_2020, ids=lambda target: target.programme)
@pytest.mark.parametrize("seed", [1, 7, 2020])
def test_the_report_s_counts_come_out_exactly(target, seed):
    movements = solve(target, Random(seed))
    assert counted(movements) == {key: getattr(target, key) for key in counted(movements)}
    assert all(1 <= m.size <= MAX_SIZE and 1 <= m.months <= 12 for m in movements)
    assert not any(m.entry and m.exit for m in movements)


def test_the_ended_of_both_programmes_are_the_report_s_with_its_nine_reasons():
    ended = [m for target in REPORT_2020 for m in solve(target, Random(1)) if m.exit]
    assert (len(ended), sum(m.size for m in ended)) == (1066, 1698)
    assert len(Counter(m.reason for m in ended)) == 9
    assert all(m.size == 1 for m in ended if m.reason == "death")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.01, 0.02, 0.05, 0.1, 0.3]))
def test_a_smaller_district_keeps_its_counts_as_near_as_months_allow(seed, scale):
    for report in REPORT_2020:
        target = report.scaled(scale)
        counts = counted(solve(target, Random(seed)))
        for key in ("new_households", "new_persons", "ended_households", "ended_persons"):
            assert counts[key] == getattr(target, key)
        for key in ("household_months", "person_months"):
            assert 0 <= getattr(target, key) - counts[key] < 12


@given(count=st.integers(0, 5000))
def test_shares_lose_nobody(count):
    assert sum(shares(count, {"a": 3, "b": 5, "c": 1}).values()) == count
