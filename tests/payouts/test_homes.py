"""What is due to people in a home's care goes to the home's account; the sheet names the person."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from payouts import services
from payouts.models import Payment
from registry.services import new_account
from tests import factories
from tests.payouts.makers import DEC, JAN, NOV, Hands, answer, change, end, entitlement

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def care():
    return factories.institution("罗市镇敬老院")


def placed(care, amount, programme="tekun_basic", first=DEC, home=None, **fields):
    return entitlement(
        amount, first, programme=programme, home=home, account=False, payee_institution=care, **fields
    )


def lines(run):
    table, _, _ = services.bank_file(run)
    return [line.split(",") for line in table.decode("gbk").splitlines()[1:]]


def test_basic_and_care_of_a_placed_person_go_to_the_homes_account(hands, care):
    basic = placed(care, 845)
    placed(care, 300, "tekun_care", home=basic.home)
    own = entitlement(700, programme="tekun_basic")
    account = care.accounts.get()
    for programme, amount in (("tekun_basic", "845.00"), ("tekun_care", "300.00")):
        run = hands.locked(hands.made(programme=programme))
        assert run.without_account == 0
        payment = run.payments.get(beneficiary_id=basic.home.pk)
        assert (payment.payee_institution, payment.payee_name, payment.account_number) == (
            care,
            care.name,
            account.number,
        )
        assert (payment.payee, payment.head_name) == (basic.home.head, basic.home.head.name)
        mine = next(line for line in lines(run) if line[2] == account.number)
        assert (mine[3], mine[4]) == (care.name, amount)
    assert Payment.objects.get(entitlement=own).payee_institution is None


def test_each_person_in_a_home_is_a_line_of_the_bank_file_and_named_on_the_sheet(hands, care):
    people = [placed(care, 845).home.head for _ in range(3)]
    run = hands.locked(hands.made(programme="tekun_basic"))
    assert [line[3] for line in lines(run)] == [care.name] * 3
    content = services.payout_sheet(run, factories.division(factories.TOWNSHIP))
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=4, values_only=True))[:3]
    assert {(row[1], row[2]) for row in rows} == {(one.name, one.id_number) for one in people}
    assert {row[9] for row in rows} == {f"付至{care.name}"}
    assert {row[8] for row in rows} == {care.accounts.get().number}
    assert set(run.transfers.values_list("payee_name", flat=True)) == {
        f"{one.name}（{care.name}）" for one in people
    }


def test_a_home_without_account_fails_at_lock_and_its_new_account_reissues(client, hands, care):
    account = care.accounts.get()
    one, other = placed(care, 845), placed(care, 845)
    run = hands.locked(hands.made(programme="tekun_basic"))
    services.load_bank_return(answer(run, fail=[one.home, other.home]), "回盘.csv", hands.maker)
    assert not services.ready_to_reissue("tekun_basic", DEC, date(2020, 12, 20))
    client.force_login(hands.maker)
    failures = reverse("payouts:failures")
    page = client.get(failures).content.decode()
    assert f"{one.home.head.name}（{care.name}）" in page and "待更正账户" in page
    new = new_account(care, factories.account_number(), "工商银行", factories.user("bureau_officer"))
    assert "已更正" in client.get(failures).content.decode()
    again = hands.locked(services.build_reissue(DEC, None, hands.maker)[0])
    assert [line[2] for line in lines(again)] == [new.number] * 2 != [account.number] * 2
    content = services.payout_sheet(again, factories.division(factories.TOWNSHIP))
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=4, values_only=True))[:2]
    assert {(row[8], row[9]) for row in rows} == {(new.number, f"重发；付至{care.name}")}


def test_a_persons_new_account_does_not_reissue_what_the_home_receives(hands, care):
    one = placed(care, 845)
    run = hands.locked(hands.made(programme="tekun_basic"))
    services.load_bank_return(answer(run, fail=[one.home]), "回盘.csv", hands.maker)
    factories.bank_account(one.home.head)
    assert not services.ready_to_reissue("tekun_basic", DEC, date(2021, 1, 5))


def test_a_home_that_has_no_account_yet_is_counted_as_lacking(hands):
    bare = factories.institution("新建敬老院", account=False)
    found = placed(bare, 845)
    run = hands.made(programme="tekun_basic")
    assert run.without_account == 1
    assert run.payments.get(entitlement=found).note == "付至新建敬老院；缺账号"


def test_arrears_and_recoveries_of_a_placed_person_go_through_the_homes_account_too(hands, care):
    raised, lowered = placed(care, 500, first=NOV), placed(care, 800, first=NOV)
    hands.paid(NOV, programme="tekun_basic")
    for old, amount in ((raised, 600), (lowered, 700)):
        successor = change(old, amount, NOV)
        type(successor).objects.filter(pk=successor.pk).update(payee_institution=care)
    run = hands.paid(DEC, programme="tekun_basic")
    arrears, recovery = run.payments.get(kind="arrears"), run.payments.get(kind="recovery")
    for payment, amount, words in ((arrears, 100, "补 2020-11"), (recovery, -100, "扣 2020-11")):
        assert (payment.amount, payment.payee_institution) == (Decimal(amount), care)
        assert payment.account_number == care.accounts.get().number
        assert payment.note.startswith(f"付至{care.name}；{words}")


def test_arrears_after_the_end_go_to_the_home_that_cared(hands, care):
    found = placed(care, 500, first=NOV)
    entitlement(100, NOV, programme="tekun_basic")
    hands.paid(NOV, programme="tekun_basic")
    rise = change(found, 600, NOV)
    type(rise).objects.filter(pk=rise.pk).update(payee_institution=care)
    end(rise, NOV)
    arrears = hands.made(DEC, programme="tekun_basic").payments.get(kind="arrears")
    assert (arrears.amount, arrears.payee_institution, arrears.payee_name) == (Decimal(100), care, care.name)


def test_who_leaves_the_home_is_paid_on_the_own_account_from_that_month(hands, care):
    found = placed(care, 845, last=DEC)
    head = found.home.head
    factories.bank_account(head)
    entitlement(700, JAN, programme="tekun_basic", home=found.home, previous=found)
    first, second = hands.paid(DEC, programme="tekun_basic"), hands.paid(JAN, programme="tekun_basic")
    assert first.payments.get().account_number == care.accounts.get().number
    assert second.payments.get().account_number == head.accounts.get().number


def test_a_closed_home_is_no_payee_any_more(care):
    from benefits.services import open_home
    from core.errors import UserError

    care.until = date(2020, 1, 1)
    care.save()
    with pytest.raises(UserError, match="已停用"):
        open_home(care)
