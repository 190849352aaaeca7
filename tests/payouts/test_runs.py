"""A month is built, passes through three pairs of hands, is locked, and nobody can change it after that."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from core.errors import NotAllowed, UserError
from payouts import services
from payouts.models import Payment, Run, RunState, Transfer
from tests import factories
from tests.payouts.makers import DEC, JAN, NOV, Hands, answer, build, entitlement, entitlements, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return Hands()


def test_a_run_pays_every_live_entitlement_of_the_month_once(hands):
    due = entitlements(3, amount="512.50", members=2)
    entitlement(first=JAN)
    entitlement(first=NOV, last=NOV)
    entitlement(programme="dibao_rural")
    run = hands.made()
    assert run.state == RunState.DRAFT
    assert services.run_figures(run) == {
        "payments": 3,
        "households": 3,
        "persons": 6,
        "amount": Decimal("1537.50"),
    }
    assert set(run.payments.values_list("entitlement", flat=True)) == {one.pk for one in due}


def test_asking_for_a_run_again_gives_the_same_run_and_pays_nothing_more(hands):
    entitlements(2)
    first, second = hands.made(), hands.made()
    assert first.pk == second.pk
    assert Payment.objects.count() == 2


def test_a_township_run_and_a_district_run_never_pay_the_same_month_twice(hands):
    entitlement(), entitlement(division=factories.OTHER_VILLAGE)
    small = hands.made(division=factories.division(factories.TOWNSHIP))
    large = hands.made()
    assert (small.payments.count(), large.payments.count()) == (1, 1)
    assert (small.already_paid, large.already_paid) == (0, 1)


def test_a_held_month_is_left_out_and_a_payee_without_account_is_in_and_counted(hands):
    hold(entitlement(), DEC)
    lacking = entitlement(account=False)
    entitlement()
    run = hands.made()
    assert run.payments.count() == 2
    assert (run.held, run.without_account) == (1, 1)
    assert run.payments.get(beneficiary_id=lacking.home.pk).note == "缺账号"


def test_who_has_no_account_is_on_the_sheet_fails_at_lock_and_is_reissued_once_the_account_is_there(hands):
    first = entitlement()
    lacking = entitlement(account=False)
    last = entitlement()
    run = hands.locked(hands.made())
    table, control, _ = services.bank_file(run)
    lines = table.decode("gbk").splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == ["1", "2"]
    assert control.decode("gbk").splitlines() == [f"{run.number},2,1000.00", "缺账号未送银行,1,500.00"]
    failed = run.transfers.get(beneficiary_id=lacking.home.pk)
    assert (failed.state, failed.reason, failed.seq) == ("failed", "缺账号，未送银行", None)
    services.load_bank_return(answer(run), "回盘.csv", hands.maker)
    assert set(run.transfers.filter(state="success").values_list("beneficiary_id", flat=True)) == {
        first.home.pk,
        last.home.pk,
    }
    services.close(run, hands.maker)
    factories.bank_account(lacking.home.head)
    again = services.build_reissue(DEC, None, hands.maker)[0]
    services.load_bank_return(answer(hands.locked(again)), "回盘.csv", hands.maker)
    paid = Transfer.objects.filter(origin_run=run, state="success")
    assert sum(paid.values_list("amount", flat=True)) == run_total(run) == 1500


def test_nobody_without_an_account_turns_into_arrears_the_month_after(hands):
    entitlement(first=NOV)
    entitlement(first=NOV, account=False)
    hands.paid(NOV)
    assert set(hands.made(DEC).payments.values_list("kind", flat=True)) == {"regular"}


def run_total(run):
    return sum(run.payments.values_list("amount", flat=True))


def test_a_payment_keeps_payee_and_account_as_they_were(hands):
    found = entitlement()
    run = hands.made()
    before = run.payments.values().get()
    head = found.home.head
    head.accounts.update(until="2021-01-01")
    factories.bank_account(head, since="2021-01-01")
    type(head).objects.filter(pk=head.pk).update(name="改名")
    assert run.payments.values().get() == before


def test_maker_reviewer_and_approver_are_three_people(hands):
    entitlement()
    run = hands.made()
    with pytest.raises(NotAllowed, match="您是本批制表人"):
        services.review(run, hands.maker)
    with pytest.raises(NotAllowed, match="由财务复核"):
        services.review(run, hands.leader)
    services.review(run, hands.reviewer)
    for someone in (hands.maker, hands.reviewer, factories.user("township_clerk"), factories.user("finance")):
        with pytest.raises(NotAllowed):
            services.approve(run, someone)
    services.approve(run, hands.leader)
    with pytest.raises(NotAllowed, match="须由审定人"):
        services.lock(run, factories.user("leader"))
    assert services.lock(run, hands.leader).state == RunState.LOCKED


def test_a_third_finance_officer_approves_up_to_the_limit(hands):
    from benefits.models import Parameter

    Parameter.objects.filter(key="approval_limit").update(value="500")
    entitlement(500), entitlement(501, programme="dibao_rural")
    third = factories.user("finance")
    small = services.review(hands.made(), hands.reviewer)
    assert services.approve(small, third).approver == third
    large = services.review(hands.made(programme="dibao_rural"), hands.reviewer)
    with pytest.raises(NotAllowed, match="金额超过 500 元"):
        services.approve(large, third)


def test_a_run_made_by_the_system_still_needs_three_people(hands):
    entitlement()
    run = hands.locked(build())
    assert run.maker is None
    services.load_bank_return(answer(run), "回盘.csv")
    with pytest.raises(NotAllowed, match="另一名财务人员"):
        services.close(run, hands.reviewer)
    assert services.close(run, hands.maker).state == RunState.CLOSED


def test_a_run_sent_back_is_a_draft_again_and_says_why(hands):
    entitlement()
    run = services.review(hands.made(), hands.reviewer)
    with pytest.raises(UserError, match="退回原因"):
        services.send_back(run, " ", hands.leader)
    run = services.send_back(run, "罗市镇的金额请核对", hands.leader)
    assert (run.state, run.reviewer) == (RunState.DRAFT, None)
    assert run.events.first().opinion == "罗市镇的金额请核对"


def test_a_rebuilt_draft_takes_in_what_was_put_right_since(hands):
    late = entitlement(account=False)
    entitlement()
    run = hands.made()
    factories.bank_account(late.home.head)
    services.rebuild(run, hands.maker)
    run.refresh_from_db()
    from core.jobs import run_job_inline

    run_job_inline(run.job)
    run.refresh_from_db()
    assert (run.state, run.payments.count(), run.without_account) == (RunState.DRAFT, 2, 0)


LOCKED_ACTS = [
    "UPDATE payouts_payment SET amount = amount + 1",
    "DELETE FROM payouts_payment",
    'INSERT INTO payouts_payment SELECT (jsonb_populate_record(p, \'{"id": 999999, "month": "2019-01-01"}\')).*'
    " FROM payouts_payment p LIMIT 1",
    "UPDATE payouts_run SET state = 'draft'",
    "UPDATE payouts_run SET maker_id = NULL",
    "DELETE FROM payouts_run",
    "UPDATE payouts_transfer SET amount = amount - 1",
    "UPDATE payouts_transfer SET account_number = '62280000000'",
    "DELETE FROM payouts_transfer",
]


@pytest.mark.parametrize("statement", LOCKED_ACTS)
def test_the_database_itself_refuses_to_change_a_locked_run(hands, statement):
    entitlement()
    hands.locked(hands.made())
    with (
        pytest.raises(IntegrityError, match=r"锁定|复核|送银行"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_models_refuse_to_change_a_locked_run_too(hands):
    entitlement()
    run = hands.locked(hands.made())
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state="draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.update(state="planned")


def test_all_totals_are_the_same_to_the_fen(hands):
    for amount in ("333.33", "0.01", "1234.56"):
        entitlement(amount)
    entitlement("99.99", division=factories.OTHER_VILLAGE)
    run = hands.locked(hands.made())
    total = services.run_figures(run)["amount"]
    assert total == Decimal("1667.89")
    assert sum(one.amount for one in run.transfers.all()) == total
    table, control, number = services.bank_file(run)
    lines = table.decode("gbk").split("\r\n")[1:-1]
    assert sum(Decimal(line.split(",")[4]) for line in lines) == total
    assert control.decode("gbk") == f"{number},4,1667.89\r\n"


def test_a_run_is_closed_when_the_bank_has_answered_for_everyone(hands):
    entitlement()
    run = hands.locked(hands.made())
    with pytest.raises(NotAllowed, match="1 笔没有银行回盘"):
        services.close(run, hands.maker)


def test_one_program_has_one_run_in_the_making_at_a_time(hands):
    entitlement(first=NOV)
    services.build_run("dibao_urban", NOV, None, hands.maker, enqueue=False)
    with pytest.raises(UserError, match="正在生成"):
        services.build_run("dibao_urban", DEC, None, hands.maker, enqueue=False)


def test_nothing_due_makes_no_run(hands):
    with pytest.raises(UserError, match="没有应发放的待遇"):
        hands.made()
    assert not Run.objects.exists()
