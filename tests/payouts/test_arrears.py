"""Money owed and not paid is found and paid; money paid and not owed is taken back or claimed. Nothing is silent."""

from decimal import Decimal

import pytest

from core.errors import NotAllowed, UserError
from payouts import services
from payouts.models import Claim, ClaimState, Difference, Payment, Transfer
from tests import factories
from tests.payouts.makers import DEC, FEB, JAN, NOV, Hands, build, change, end, entitlement, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return Hands()


def lines(run):
    """The run's rows as an accountant reads them: (kind, month, amount)."""
    rows = run.payments.order_by("month", "id").values_list("kind", "month", "amount")
    return [(kind, f"{month:%Y-%m}", amount) for kind, month, amount in rows]


def test_a_raise_in_the_past_is_paid_as_arrears_of_its_month(hands):
    found = entitlement(500, first=NOV)
    hands.paid(NOV)
    change(found, 560, NOV, "收入核减")
    run = hands.made(DEC)
    assert lines(run) == [("arrears", "2020-11", 60), ("regular", "2020-12", 560)]
    arrears = run.payments.get(kind="arrears")
    assert "收入核减" in arrears.note
    assert not arrears.is_base


def test_arrears_are_paid_once_however_often_the_run_is_built(hands):
    found = entitlement(500, first=NOV)
    hands.paid(NOV)
    change(found, 560, NOV)
    run = hands.made(DEC)
    services.rebuild(run, hands.maker)
    build(DEC, actor=hands.maker)
    assert lines(run) == [("arrears", "2020-11", 60), ("regular", "2020-12", 560)]
    hands.locked(run)
    assert lines(hands.made(JAN)) == [("regular", "2021-01", 560)]
    assert Difference.objects.count() == 1


def test_a_month_whose_payee_had_no_account_is_reissued_and_never_paid_as_arrears(hands):
    entitlement(first=NOV)
    late = entitlement(first=NOV, account=False)
    hands.paid(NOV)
    factories.bank_account(late.home.head)
    mine = hands.made(DEC).payments.filter(beneficiary_id=late.home.pk)
    assert list(mine.values_list("kind", "is_base")) == [("regular", True)]
    again = services.build_reissue(NOV, None, hands.maker)[0]
    assert [one.beneficiary_id for one in again.transfers.all()] == [late.home.pk]


def test_months_before_the_programs_first_run_are_settled(hands):
    entitlement(first=NOV)
    assert lines(hands.made(DEC)) == [("regular", "2020-12", 500)]


def test_a_held_month_is_owed_again_when_the_hold_is_lifted(hands):
    entitlement(first=NOV)
    waiting = entitlement(first=NOV)
    stop = hold(waiting, NOV)
    hands.paid(NOV)
    mine = {"beneficiary_id": waiting.home.pk}
    run = hands.made(DEC)
    assert not run.payments.filter(**mine).exists()
    hands.locked(run)
    type(stop).objects.update(lifted_at="2021-01-05T00:00+08:00")
    run = hands.made(JAN)
    assert [
        (k, f"{m:%Y-%m}")
        for k, m in run.payments.filter(**mine).order_by("month").values_list("kind", "month")
    ] == [
        ("arrears", "2020-11"),
        ("arrears", "2020-12"),
        ("regular", "2021-01"),
    ]


def test_a_hold_takes_nothing_back_that_was_paid(hands):
    found = entitlement(first=NOV)
    entitlement(first=NOV)
    hands.paid(NOV)
    hold(found, NOV)
    hands.made(DEC)
    assert not Difference.objects.exists()


def test_an_overpayment_is_set_off_at_most_by_the_share_oldest_month_first(hands):
    found = entitlement(500, first=NOV)
    hands.paid(NOV), hands.paid(DEC)
    change(found, 300, NOV)
    run = hands.made(JAN)
    assert lines(run) == [("recovery", "2020-11", -90), ("regular", "2021-01", 300)]
    hands.locked(run)
    assert Transfer.objects.get(run=run).amount == 210
    paid = [lines(hands.locked(hands.made(month))) for month in (FEB, FEB.replace(month=3))]
    assert paid[0][0] == ("recovery", "2020-11", -90)
    # November's last 20 first, then 70 of December's 200.
    assert paid[1][:2] == [("recovery", "2020-11", -20), ("recovery", "2020-12", -70)]


def test_a_share_is_cut_to_the_fen_and_the_end_is_exact(hands):
    found = entitlement("333.33", first=NOV)
    hands.paid(NOV)
    change(found, "233.33", NOV)
    taken = Decimal(0)
    for month in (DEC, JAN, FEB):
        run = hands.locked(hands.made(month))
        part = sum(run.payments.filter(kind="recovery").values_list("amount", flat=True))
        assert -part <= Decimal("69.99")
        taken += part
    assert taken == -100


def test_death_found_late_becomes_a_claim_because_nothing_is_live(hands):
    dead = entitlement(500, first=NOV)
    entitlement(first=NOV)
    hands.paid(NOV), hands.paid(DEC)
    end(dead, NOV)
    run = hands.made(JAN)
    assert not run.payments.filter(beneficiary_id=dead.home.pk).exists()
    claim = Claim.objects.get()
    assert (claim.amount, claim.state, claim.person) == (500, ClaimState.OPEN, dead.home.head)
    assert "停发：死亡" in claim.differences.get().reason
    hands.locked(run)
    hands.made(FEB)
    assert Claim.objects.count() == 1


def test_a_decision_taken_back_before_money_moved_cancels_itself(hands):
    found = entitlement(500, first=NOV)
    hands.paid(NOV)
    lower = change(found, 300, NOV)
    lower.home = found.home
    run = hands.made(DEC)
    assert lines(run)[0] == ("recovery", "2020-11", -90)
    hands.locked(run)
    again = change(lower, 500, NOV)
    again.home = found.home
    run = hands.made(JAN)
    # 110 of 200 were still open: cancelled. The 90 taken back and December's 200 come back as arrears.
    assert lines(run) == [
        ("arrears", "2020-11", 90),
        ("arrears", "2020-12", 200),
        ("regular", "2021-01", 500),
    ]


def test_a_failed_payment_that_is_no_longer_owed_is_neither_reissued_nor_recovered(hands):
    dead = entitlement(500, first=NOV)
    entitlement(first=NOV)
    hands.paid(NOV, fail=[dead.home])
    Transfer.objects.get(state="failed")
    type(dead).objects.filter(pk=dead.pk).update(is_void=True)
    head = dead.home.head
    head.accounts.update(until="2020-12-01")
    factories.bank_account(head, since="2020-12-01")
    with pytest.raises(UserError, match="没有可以重发的"):
        services.build_reissue(NOV, None, hands.maker)
    hands.made(DEC)
    failed = Transfer.objects.get(state="failed")
    assert failed.given_up_reason
    assert not Difference.objects.exists()
    assert not Claim.objects.exists()


def test_a_failed_payment_whose_amount_changed_is_given_up_and_paid_as_it_should_be(hands):
    found = entitlement(500, first=NOV)
    hands.paid(NOV, fail=[found.home])
    change(found, 420, NOV)
    assert lines(hands.made(DEC)) == [("arrears", "2020-11", 420), ("regular", "2020-12", 420)]


def test_holding_back_a_payment_leaves_a_hold_and_the_month_is_owed_later(hands):
    pytest.importorskip("benefits.services")
    found = entitlement(first=NOV)
    other = entitlement(first=NOV)
    run = hands.made(NOV)
    payment = run.payments.get(entitlement=found)
    with pytest.raises(UserError, match="暂缓原因"):
        services.hold_back(payment, "", hands.maker)
    with pytest.raises(NotAllowed):
        services.hold_back(payment, "下落不明", hands.leader)
    services.hold_back(payment, "下落不明", hands.maker)
    assert list(run.payments.values_list("entitlement", flat=True)) == [other.pk]
    assert found.holds.get().reason == "下落不明"
    assert "下落不明" in run.events.first().opinion


def test_a_claim_is_paid_back_in_instalments_and_the_rest_written_off_by_a_leader(hands):
    dead = entitlement(500, first=NOV)
    entitlement(first=NOV)
    hands.paid(NOV), hands.paid(DEC)
    end(dead, NOV)
    hands.made(JAN)
    claim = services.plan_instalments(Claim.objects.get(), Decimal(100), FEB, "儿子代还", hands.maker)
    claim = services.record_repayment(claim, Decimal(100), JAN, "SJ-001", hands.maker)
    assert (claim.state, claim.remaining) == (ClaimState.INSTALMENTS, 400)
    with pytest.raises(UserError, match="已登记过"):
        services.record_repayment(claim, Decimal(100), JAN, "SJ-001", hands.maker)
    with pytest.raises(UserError, match="400"):
        services.record_repayment(claim, Decimal(401), JAN, "SJ-002", hands.maker)
    claim = services.propose_write_off(claim, "无遗产", hands.maker)
    with pytest.raises(NotAllowed):
        services.decide_write_off(claim, True, hands.reviewer)
    claim = services.decide_write_off(claim, True, hands.leader)
    assert (claim.state, claim.repaid) == (ClaimState.WRITTEN_OFF, 100)
    assert Payment.objects.filter(kind="recovery").count() == 0
