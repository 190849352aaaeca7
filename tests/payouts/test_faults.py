"""Faults really made: processes killed, two at once, the database gone in the middle. Nothing is paid twice or lost."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from benefits.models import Entitlement
from core.models import Job, JobPart, JobState
from district.models import Division
from minzheng.servers import ROOT
from payouts import services
from payouts.models import BankReturn, Payment, Run, RunState, Transfer
from registry.models import Household, PayeeAccount, Person
from tests import factories
from tests.payouts.makers import DEC, Hands, answer, entitlement, entitlements
from tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("MINZHENG_KILLS", "30"))  # bench/faults asks for more


def crowd(each: int) -> Decimal:
    """So many households in each township, straight into the tables; gives what they are owed a month."""
    villages: dict[str, Any] = {}
    for village in Division.objects.filter(level="village"):
        villages.setdefault(village.pk[:9], village.pk)
    places = [village for village in villages.values() for _ in range(each)]
    rows = Person.objects.bulk_create(
        Person(
            id_number=f"{number:06d}195003020010",
            name=f"居民{number}",
            birth_date=date(1950, 3, 2),
            sex="M",
            division_id=village,
        )
        for number, village in enumerate(places)
    )
    homes = Household.objects.bulk_create(
        Household(number=f"K{one.pk}", division_id=one.division_id) for one in rows
    )
    PayeeAccount.objects.bulk_create(
        PayeeAccount(
            person=one, bank="农业银行", number=f"6228{one.pk:015d}", holder_name=one.name, since="2015-01-01"
        )
        for one in rows
    )
    Entitlement.objects.bulk_create(
        Entitlement(
            programme_id="dibao_urban",
            household=home,
            person=one,
            beneficiary_id=home.pk,
            division_id=one.division_id,
            monthly_amount=Decimal(300) + one.pk % 200,
            first_month=DEC,
        )
        for one, home in zip(rows, homes, strict=True)
    )
    return Entitlement.objects.aggregate(sum=Sum("monthly_amount"))["sum"]


def manage(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_paid_once(run: Run, owed: Decimal) -> None:
    paid = Payment.objects.filter(run=run)
    assert paid.aggregate(sum=Sum("amount"))["sum"] == owed
    assert paid.count() == Entitlement.objects.count()
    assert paid.values("entitlement").distinct().count() == paid.count()


def executing(job: Job) -> list[int]:
    """The processes that execute a part of the job at this moment."""
    workers = JobPart.objects.filter(job=job, state=JobState.RUNNING).values_list("worker", flat=True)
    return [int(one.rpartition(":")[2]) for one in workers]


@pytest.mark.worker
def test_a_run_survives_thirty_kills_and_is_finished_without_a_click(worker):
    """kill -9 of the process that executes a part, at random points; the worker itself is killed too, and replaced."""
    owed = crowd(each=250)
    maker = factories.user("finance")
    chance = random.Random(2020)
    worker.start(concurrency=4)
    run = services.build_run("dibao_urban", DEC, None, maker)
    kills, restarts = 0, 0
    end = time.monotonic() + 400 + 12 * KILLS
    while kills < KILLS:
        assert time.monotonic() < end, f"only {kills} kills in time"
        run.refresh_from_db()
        if run.state == RunState.DRAFT:
            services.rebuild(run, maker)
            continue
        pids = executing(run.job)
        if not pids:
            time.sleep(0.005)
            continue
        time.sleep(chance.random() * 0.06)
        victim = chance.choice(pids)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        kills += 1
        if kills % 10 == 0:
            worker.kill()
            worker.start(concurrency=4)
            restarts += 1
    last = time.monotonic()
    wait_for(
        lambda: Run.objects.get(pk=run.pk).state == RunState.DRAFT, 60, what="the run is taken to its end"
    )
    assert restarts >= 2
    assert time.monotonic() - last < 60
    assert_paid_once(run, owed)
    assert run.events.filter(action="made").exists()
    job = Job.objects.get(pk=Run.objects.get(pk=run.pk).job_id)
    assert job.state == JobState.DONE


def test_two_processes_that_build_the_same_run_build_it_once(transactional_db):
    owed = crowd(each=30)
    both = [manage("disburse", "--month", "2020-12", "--json") for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    first, second = (json.loads(out) for out, _ in answers)
    assert first == second
    assert len(first) == 1
    assert Decimal(first[0]["amount"]) == owed
    assert_paid_once(Run.objects.get(), owed)


def test_a_command_killed_in_the_middle_is_finished_by_the_next(transactional_db):
    owed = crowd(each=100)
    for delay in (0.2, 0.5, 0.9):
        process = manage("disburse", "--month", "2020-12")
        wait_for(
            lambda process=process: (
                JobPart.objects.filter(state=JobState.DONE).exists() or process.poll() is not None
            ),
            60,
        )
        time.sleep(delay * 0.2)
        process.kill()
        process.communicate()
    process = manage("disburse", "--month", "2020-12", "--json")
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert Decimal(json.loads(out)[0]["amount"]) == owed
    assert_paid_once(Run.objects.get(), owed)


def at_once(*acts):
    """Each in its own thread and connection, begun together; gives what they returned or raised."""
    results, gate = {}, threading.Barrier(len(acts))

    def work(place, act):
        gate.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    crowd = [threading.Thread(target=work, args=(place, act)) for place, act in enumerate(acts)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return [results[place] for place in range(len(acts))]


def test_the_same_bank_return_loaded_twice_at_once_is_taken_once():
    hands = Hands()
    bad, *_ = entitlements(20)
    run = hands.locked(hands.made())
    content = answer(run, fail=[bad.home])
    found = at_once(*[lambda: services.load_bank_return(content, "回盘.csv", hands.maker)] * 3)
    assert sum(one["success"] for one in found) == 19
    assert sum(one["failed"] for one in found) == 1
    assert sorted(one["already"] for one in found) == [0, 20, 20]
    assert BankReturn.objects.count() == 1


def test_two_reissues_at_once_never_pay_one_failure_twice():
    hands = Hands()
    bad = entitlement()
    hands.paid(fail=[bad.home])
    bad.home.head.accounts.update(until="2020-12-15")
    factories.bank_account(bad.home.head, since=date(2020, 12, 15))
    at_once(*[lambda: services.build_reissue(DEC, None, hands.maker)] * 4)
    assert Transfer.objects.filter(attempt=2).count() == 1
    assert Run.objects.filter(kind="reissue").count() == 1


def test_two_leaders_who_approve_at_once_approve_once():
    hands = Hands()
    entitlement()
    run = services.review(hands.made(), hands.reviewer)
    other = factories.user("leader")
    found = at_once(lambda: services.approve(run, hands.leader), lambda: services.approve(run, other))
    assert sum(isinstance(one, Exception) for one in found) == 1
    assert run.events.filter(action="approve").count() == 1


def test_a_run_is_never_locked_while_an_insert_into_it_is_open(owner_connection):
    """The guard takes the run's row lock, so the lock waits for the insert or refuses it, never half of each."""
    from django.db import transaction

    hands = Hands()
    entitlement()
    late = entitlement(programme="dibao_rural")
    run = hands.made()
    opened, go_on = threading.Event(), threading.Event()

    def insert():
        try:
            with transaction.atomic():
                row = Payment.objects.filter(run=run).first()
                row.pk, row.entitlement, row.beneficiary_id = None, late, late.beneficiary_id
                row.save(force_insert=True)
                opened.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=insert)
    thread.start()
    opened.wait(20)
    locker = threading.Thread(target=lambda: (hands.locked(Run.objects.get(pk=run.pk)), connection.close()))
    locker.start()
    time.sleep(0.3)
    assert Run.objects.get(pk=run.pk).state == RunState.DRAFT
    go_on.set()
    thread.join(), locker.join(20)
    run.refresh_from_db()
    assert run.state == RunState.LOCKED
    assert run.transfers.count() == run.payments.count() == 2
