"""Several registrars in the same moment: numbers without gap or double, nobody married twice, a day closed whole."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from casework.services import move
from core.errors import UserError
from marriage import days, services
from marriage.models import Certificate, DayRegister
from tests.marriage.makers import DAY, entry, party, registrar

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """All of them started in the same moment, each with its own connection; what each gave or raised."""
    start = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            start.wait()
            found[place] = work()
        except Exception as error:  # a thread's error must reach the test
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def ready(clerk: Any, **fields: Any) -> Any:
    """A couple whose declarations are signed."""
    case = services.apply(entry(**fields), clerk, on=DAY)
    return move(case, "accept", clerk, on=DAY)


def issuing(case: Any, clerk: Any) -> Callable[[], str]:
    return lambda: services.issue(case, clerk, on=DAY).number


def serials() -> list[int]:
    return sorted(Certificate.objects.values_list("serial", flat=True))


def test_ten_certificates_in_the_same_moment_have_ten_numbers_without_gap():
    clerks = [registrar() for _ in range(5)]
    works = [issuing(ready(clerk), clerk) for clerk in clerks for _ in range(2)]
    found = at_once(*works)
    assert all(isinstance(one, str) for one in found), found
    assert serials() == list(range(1, 11))


def test_one_that_fails_after_taking_its_number_gives_it_back():
    clerks = [registrar() for _ in range(4)]
    cases = [ready(clerk) for clerk in clerks]

    def failing() -> None:
        with transaction.atomic():
            services.issue(cases[0], clerks[0], on=DAY)
            raise RuntimeError("the printer's program fell over")

    found = at_once(
        failing, *(issuing(case, clerk) for case, clerk in zip(cases[1:], clerks[1:], strict=True))
    )
    assert isinstance(found[0], RuntimeError)
    assert serials() == [1, 2, 3]
    assert days.gaps("J", "430503", 2020) == []


def test_two_registrars_cannot_marry_one_man_in_the_same_moment():
    clerks, man = [registrar(), registrar()], party("M")
    cases = [ready(clerk, man=man) for clerk in clerks]
    found = at_once(*(issuing(case, clerk) for case, clerk in zip(cases, clerks, strict=True)))
    assert sum(isinstance(one, UserError) for one in found) == 1, found
    assert serials() == [1]


def test_crosswise_couples_do_not_block_each_other_for_ever():
    clerks = [registrar() for _ in range(4)]
    men, women = [party("M"), party("M")], [party("F"), party("F")]
    pairs = [(man, woman) for man in men for woman in women]
    cases = [ready(clerk, man=man, woman=woman) for clerk, (man, woman) in zip(clerks, pairs, strict=True)]
    found = at_once(*(issuing(case, clerk) for case, clerk in zip(cases, clerks, strict=True)))
    assert all(isinstance(one, (str, UserError)) for one in found), found
    assert 1 <= len(serials()) <= 2 and serials() == list(range(1, len(serials()) + 1))


def test_one_case_issued_twice_gives_one_number():
    clerk = registrar()
    case = ready(clerk)
    found = at_once(issuing(case, clerk), issuing(case, clerk))
    assert sum(isinstance(one, str) for one in found) == 1
    assert serials() == [1]


def test_what_is_in_the_closed_day_is_in_its_sums():
    clerks = [registrar() for _ in range(4)]
    works = [issuing(ready(clerk), clerk) for clerk in clerks]
    at_once(*works, lambda: days.close_day(registrar(), DAY))
    register = DayRegister.objects.get()
    assert register.lines[0]["given"] == Certificate.objects.filter(issued_on=DAY).count()
