"""One-off money is paid any day: a month may have several runs of it, and no grant is paid twice."""

import io
import json
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from core.jobs import run_job_inline
from payouts import services
from payouts.building import NothingDue
from payouts.models import Payment, Run, RunState
from reports.figures import figures
from tests import factories
from tests.payouts.makers import DEC, JAN, NOV, Hands, answer, build, entitlement, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return Hands()


def grant(amount=1000, first=DEC, **fields):
    return entitlement(amount, first=first, last=first, programme="temporary", is_one_off=True, **fields)


def paid(hands, run):
    services.load_bank_return(answer(hands.locked(run)), "回盘.csv", hands.maker)
    run.refresh_from_db()
    return run


def made(hands, month=DEC):
    return hands.made(month, programme="temporary")


def disburse(*more, capsys):
    call_command("disburse", "--month", "2020-12", "--programme", "temporary", "--json", *more)
    return json.loads(capsys.readouterr().out)


def test_a_month_gets_a_further_run_when_the_last_is_locked_and_something_new_was_granted(hands):
    grant(1000)
    first = made(hands)
    grant(2000)
    assert made(hands).pk == first.pk  # still a draft: it can be made again
    assert first.payments.count() == 1
    paid(hands, first)
    second = made(hands)
    assert (second.batch, services.run_figures(second)["amount"]) == (2, Decimal(2000))
    assert (str(first), str(second)) == ("临时救助 2020年12月", "临时救助 2020年12月 第 2 批")
    assert (second.already_paid, second.held) == (1, 0)
    paid(hands, second)
    assert made(hands).pk == second.pk  # nothing new: the newest one, as it stands
    assert Run.objects.count() == 2


def test_disburse_lists_all_runs_of_the_month_and_does_nothing_twice(hands, capsys):
    grant(1000)
    once = disburse(capsys=capsys)
    assert disburse(capsys=capsys) == once
    paid(hands, Run.objects.get())
    grant(500)
    both = disburse(capsys=capsys)
    assert [(row["amount"], row["state"]) for row in both] == [("1000.00", "locked"), ("500.00", "draft")]
    assert disburse(capsys=capsys) == both


def test_a_grant_left_out_is_paid_by_a_later_run_of_another_month(hands):
    late = grant(first=NOV)
    hold(late, NOV, NOV)
    with pytest.raises(NothingDue):
        made(hands, NOV)
    grant(first=DEC)
    run = paid(hands, made(hands, DEC))
    assert set(run.payments.values_list("month", flat=True)) == {NOV, DEC}
    with pytest.raises(NothingDue):
        made(hands, JAN)


def test_a_held_grant_makes_no_empty_run(hands):
    grant()
    paid(hands, made(hands))
    held = grant()
    hold(held, DEC)
    assert made(hands).batch == 1
    held.holds.update(lifted_at="2020-12-20T00:00+08:00")
    assert made(hands).payments.get().entitlement == held


def test_the_database_pays_a_grant_once_and_keeps_a_monthly_programme_to_one_run(hands):
    found = grant()
    paid(hands, made(hands))
    grant()
    second = made(hands)
    row = {
        f.attname: getattr(Payment.objects.first(), f.attname) for f in Payment._meta.fields if f.name != "id"
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(**{**row, "run_id": second.pk, "entitlement_id": found.pk})
    entitlement()
    monthly = hands.made()
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(
            number="X",
            kind="monthly",
            programme_id="dibao_urban",
            month=DEC,
            division=monthly.division,
            batch=2,
        )


def test_the_years_figures_count_each_grant_once(hands):
    for amount in (1000, 2000):
        grant(amount)
        paid(hands, made(hands))
    assert figures(2020)["temporary.amount"] == "3000.00"


def test_sheets_and_bank_files_of_the_months_runs_have_names_of_their_own(hands):
    grant()
    first = paid(hands, made(hands))
    grant()
    second = hands.locked(made(hands))
    township = factories.division(factories.TOWNSHIP)
    names = [services.sheet_file(run, township).name for run in (first, second)]
    assert names[0] != names[1] and "第 2 批" in names[1]
    table, _, number = services.bank_file(second)
    assert number == second.number and "临时救助第2批" in table.decode("gbk")
    title = openpyxl.load_workbook(io.BytesIO(services.payout_sheet(second, township))).active["A1"].value
    assert "12月第2批发放花名册" in title


def test_finance_is_told_of_grants_that_stand_in_no_run(client, hands, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *a: date(2020, 12, 10))
    grant(1500)
    client.force_login(hands.maker)
    page = client.get("/").content.decode()
    assert "临时救助 1 笔 1,500.00 元" in page and "programme=temporary" in page
    run = made(hands)
    assert "临时救助 1 笔" not in client.get("/").content.decode()
    grant(700)
    assert f"{run.get_absolute_url()}" in client.get("/").content.decode()
    left = client.get(reverse("payouts:left_out", args=[run.pk])).content.decode()
    assert "700.00" in left and "生成以后新增" in left
    shown = client.get(run.get_absolute_url()).content.decode()
    assert "2020-12 共 1 批" in shown and "较上月" not in shown


@pytest.mark.django_db(transaction=True)
def test_two_who_build_a_further_run_at_once_build_one_and_pay_once(hands):
    grant(1000)
    hands.locked(made(hands))
    grants = [grant(100 + n) for n in range(20)]
    both_ready, runs, problems = Barrier(2), [], []

    def make():
        try:
            both_ready.wait(30)
            runs.append(build(DEC, "temporary", actor=hands.maker).pk)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems and len(set(runs)) == 1
    run = Run.objects.get(pk=runs[0])
    run_job_inline(run.job)
    run.refresh_from_db()
    assert (run.batch, run.state, run.payments.count()) == (2, RunState.DRAFT, 20)
    assert Payment.objects.filter(entitlement__in=grants).values("entitlement").distinct().count() == 20
