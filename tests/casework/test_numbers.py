"""Case numbers under many hands at once."""

import threading
from datetime import date

import pytest
from django.db import connection

from casework.models import Case
from relief.dibao import services
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_twenty_cases_opened_at_once_are_numbered_one_to_twenty():
    clerks = [factories.user("township_clerk") for _ in range(20)]
    homes = [factories.household() for _ in range(20)]
    start, errors = threading.Barrier(20), []

    def open_one(clerk, home):
        try:
            start.wait()
            services.apply(home, clerk, on=date(2020, 3, 2))
        except Exception as error:  # a thread's error must reach the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_one, args=pair) for pair in zip(clerks, homes, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not errors
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"DB-2020-{n:05d}" for n in range(1, 21)]


@pytest.mark.django_db
def test_a_case_that_was_not_written_gives_its_number_back():
    clerk = factories.user("township_clerk")
    with pytest.raises(Exception, match="不是这户的成员"):
        services.apply(factories.household(), clerk, members=[services.MemberEntry(factories.person())])
    assert services.apply(factories.household(), clerk).number.endswith("-00001")
