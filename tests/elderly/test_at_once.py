"""Two hands in the same moment: the job twice, two officers on one list, a list and the counter."""

import threading
from datetime import date

import pytest
from django.db import connection

from benefits.models import Entitlement, Standard
from core.errors import UserError
from elderly import services
from elderly.models import AllowanceApplication
from elderly.rules import ALLOWANCE
from tests import factories
from tests.elderly import people
from tests.elderly.people import MARCH

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Do all of it in the same moment, each with its own connection; the outcomes and refusals."""
    start, done, refused = threading.Barrier(len(acts)), [], []

    def run(act):
        try:
            start.wait()
            done.append(act())
        except UserError as error:
            refused.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return done, refused


def test_the_job_run_twice_at_once_proposes_everyone_once():
    for day in range(1, 16):
        people.old(date(1930, 3, day))
    done, refused = at_once(people.propose, people.propose)
    assert (sorted(done), refused) == ([0, 15], [])
    assert AllowanceApplication.objects.count() == 15
    assert len(set(AllowanceApplication.objects.values_list("number", flat=True))) == 15


def test_two_officers_approve_one_list_at_once_and_everyone_begins_once():
    for day in range(1, 11):
        people.old(date(1930, 3, day))
    people.propose()
    batch = people.listed()
    services.confirm_rows(batch, factories.user("township_clerk"))
    first, second = people.officer(full_name="蒋丽萍"), people.officer(full_name="邹建华")
    done, refused = at_once(
        lambda: services.approve_rows(batch, first), lambda: services.approve_rows(batch, second)
    )
    assert done == [(10, [])]
    assert len(refused) == 1 and "已批准" in refused[0]
    assert Entitlement.objects.filter(programme=ALLOWANCE).count() == 10


def test_the_list_and_the_counter_at_once_make_one_case():
    person, clerk = people.old(date(1930, 3, 5)), factories.user("township_clerk")
    done, refused = at_once(people.propose, lambda: services.apply(person, clerk, on=people.DAY))
    assert AllowanceApplication.objects.count() == 1
    assert len(done) + len(refused) == 2


def test_two_morning_jobs_change_a_band_once():
    Standard.objects.create(
        programme_id=ALLOWANCE, division_id=factories.DISTRICT, category="80-89", amount=50,
        effective_from=date(2019, 6, 1), source="区办发",
    )  # fmt: skip
    person = people.holder(date(1930, 3, 31), date(2020, 1, 1))
    done, refused = at_once(
        lambda: len(services.apply_crossings(factories.TOWNSHIP, MARCH)),
        lambda: len(services.apply_crossings(factories.TOWNSHIP, MARCH)),
    )
    assert (sorted(done), refused) == ([0, 1], [])
    assert len(people.held(person)) == 2
