"""Faults really made: a worker killed in the middle, two at once, a list that comes in while a month is compared."""

import io
import os
import signal
import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from benefits.models import Entitlement, EntitlementMember
from core.models import JobPart, JobState
from rechecks import loading, reading, services
from rechecks.kinds import KINDS
from rechecks.models import Finding, FindingEvent, ListRow, OutsideList, Recheck
from registry.models import Person
from tests import factories
from tests.payouts.test_faults import crowd, manage
from tests.processes import wait_for
from tests.rechecks.lists import csv_file, holder, loaded, recheck

pytestmark = pytest.mark.django_db(transaction=True)


def everybody(each: int) -> int:
    """A district of holders, each covering himself; gives how many."""
    crowd(each)
    people = list(Person.objects.order_by("pk"))
    for one in people:
        one.id_number = factories.id_number(one.birth_date)
    Person.objects.bulk_update(people, ["id_number"])
    EntitlementMember.objects.bulk_create(
        EntitlementMember(
            entitlement=one, person_id=one.person_id, group="dibao", first_month=one.first_month
        )
        for one in Entitlement.objects.all()
    )
    return Entitlement.objects.count()


def payroll(people, others: int = 0) -> bytes:
    """All of them on the public payroll, between so many that nobody knows."""
    rows = [[one.id_number, one.name, "某小学", "3200"] for one in people]
    rows += [
        [factories.id_number(date(1955, 1, 1) + timedelta(days=place)), "外地人", "某小学", "3200"]
        for place in range(others)
    ]
    head = [one.title for one in KINDS["payroll"].all_columns()]
    return csv_file(head, rows).getvalue()


def victim() -> int | None:
    """The process that executes a part at this moment."""
    found = JobPart.objects.filter(state=JobState.RUNNING).values_list("worker", flat=True).first()
    return int(found.rpartition(":")[2]) if found else None


def kill_one(within: float = 30) -> None:
    """kill -9 of the process in the middle of a part."""
    pid = wait_for(victim, within, every=0.002, what="a part runs")
    os.kill(pid, signal.SIGKILL)


@pytest.mark.worker
def test_a_load_whose_process_is_killed_is_taken_up_again_and_whole(worker):
    count = everybody(each=20)
    officer = factories.user("bureau_officer")
    people = list(Person.objects.order_by("pk"))
    worker.start(concurrency=1)
    loading.upload("payroll", payroll(people, 4000), "财政.csv", timezone.localdate(), "区财政局", officer)
    kill_one()
    wait_for(OutsideList.objects.exists, 60, what="the list is loaded in the end")
    made = OutsideList.objects.get()
    assert (made.loaded, ListRow.objects.count()) == (count + 4000, count + 4000)


@pytest.mark.worker
def test_a_recheck_whose_worker_is_killed_finds_everybody_once(worker):
    count = everybody(each=20)
    people = list(Person.objects.order_by("pk"))
    loading.load("payroll", io.BytesIO(payroll(people, 4000)), "财政.csv")
    worker.start(concurrency=1)
    month = services.month_of(timezone.localdate())
    run = services.start_recheck(month, factories.user("bureau_officer"))
    kill_one()
    worker.kill()
    worker.start(concurrency=1)
    wait_for(
        lambda: Recheck.objects.get(pk=run.pk).state == "done", 60, what="the recheck is done in the end"
    )
    run.refresh_from_db()
    assert (run.checked, run.findings, run.new) == (count, count, count)
    assert FindingEvent.objects.count() == count
    again = recheck(month)
    assert (again.findings, again.new) == (count, 0)


def test_two_rechecks_of_one_month_at_once_find_everybody_once():
    count = everybody(each=10)
    loaded("payroll", *((one, "某小学", "3200") for one in Person.objects.all()))
    both = [manage("recheck", "--month", "2020-12", "--json") for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert Finding.objects.count() == count
    assert FindingEvent.objects.count() == count
    assert Recheck.objects.get().findings == count


def test_a_month_compared_while_a_list_comes_in_rests_on_the_one_before():
    """The new list stands in an open transaction: nobody sees it, and it counts from its commit on."""
    known, other = holder(), holder()
    before = loaded("payroll", (known.head, "某小学", "3200"))
    half, go_on, errors = threading.Event(), threading.Event(), []

    def beat(*_):
        half.set()
        go_on.wait(30)

    def load():
        try:
            content = io.BytesIO(payroll([other.head] * 1, reading.BEAT_EVERY))
            loading.load("payroll", content, "新.csv", date(2020, 12, 28), beat=beat)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=load)
    thread.start()
    assert half.wait(60)
    made = recheck()
    assert made.lists["payroll"]["list"] == before.pk
    assert [one.person for one in Finding.objects.all()] == [known.head]
    go_on.set()
    thread.join(60)
    assert not errors
    recheck()
    assert Finding.objects.get(person=known.head).state == "gone"
    assert Finding.objects.get(person=other.head).state == "open"
