"""生存认证: due, notice, held, proven, paid back. Deaths and departures. Real runs pay."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from benefits.models import Entitlement, Hold
from casework.services import move
from core.errors import NotAllowed, UserError
from elderly import services
from elderly.models import AllowanceApplication, LifeProof
from elderly.rules import ALLOWANCE
from payouts.models import Claim, Difference, Payment
from registry.services import leave, record_death
from tests import factories
from tests.elderly import people
from tests.payouts.makers import Hands

pytestmark = pytest.mark.django_db
JAN, FEB, MARCH, APRIL, MAY = (date(2020, month, 1) for month in (1, 2, 3, 4, 5))


@pytest.fixture
def clerk():
    return factories.user("township_clerk", full_name="周敏")


@pytest.fixture
def hands():
    return Hands()


def paid(person):
    rows = Payment.objects.filter(person=person).order_by("month", "pk")
    return [(one.month, one.kind, one.amount) for one in rows]


def due(person, day):
    """When the person's next proof is due."""
    Entitlement.objects.filter(person=person, is_void=False).update(review_due=day)
    return Entitlement.objects.get(person=person, last_month=None)


@pytest.mark.parametrize(
    "day, expected",
    [
        (date(2020, 2, 29), date(2021, 2, 28)),
        (date(2020, 12, 31), date(2021, 12, 31)),
        (date(2019, 2, 28), date(2020, 2, 28)),
    ],
)
def test_the_next_proof_is_due_on_the_same_day_a_year_later(day, expected):
    assert services.next_due(ALLOWANCE, day) == expected


def test_unproven_is_held_only_when_the_notice_is_over():
    person = people.holder(date(1925, 1, 1), JAN)
    held = due(person, date(2020, 3, 1))
    assert services.hold_unproven(on=date(2020, 3, 31)) == 0
    assert services.hold_unproven(on=date(2020, 4, 1)) == 1
    hold = Hold.objects.get()
    assert (hold.entitlement, hold.first_month, hold.last_month) == (held, APRIL, None)
    assert hold.reason == "未按期进行生存认证（期限 2020-03-01）"
    assert services.hold_unproven(on=date(2020, 4, 2)) == 0


def test_who_is_held_is_paid_back_by_the_next_run_when_proven(hands, clerk):
    person, other = people.old(date(1925, 1, 1)), people.old(date(1926, 1, 1))
    people.granted(JAN)
    for month in (JAN, FEB):
        hands.paid(month, programme=ALLOWANCE)
    due(person, date(2020, 1, 20))
    services.hold_unproven(on=MARCH)
    for month in (MARCH, APRIL):
        hands.paid(month, programme=ALLOWANCE)
    assert [month for month, *_ in paid(person)] == [JAN, FEB]
    assert services.record_proofs(
        [due(person, date(2020, 1, 20)).pk], timezone.localdate(), "visit", clerk
    ) == (1, 1)
    hands.paid(MAY, programme=ALLOWANCE)
    assert paid(person)[2:] == [(MARCH, "arrears", 100), (APRIL, "arrears", 100), (MAY, "regular", 100)]
    assert len(paid(other)) == 5
    hold = Hold.objects.get()
    assert "已认证（上门，周敏登记）" in hold.lift_reason


def test_a_list_is_proven_in_one_act_and_twice_adds_nothing(clerk):
    two = [people.old(date(1925, 1, day)) for day in (1, 2)]
    people.granted(JAN)
    rows = [due(one, date(2020, 12, 31)).pk for one in two]
    day = timezone.localdate() - timedelta(days=1)
    assert services.record_proofs(rows, day, "office", clerk) == (2, 0)
    assert services.record_proofs(rows, day, "office", clerk) == (0, 0)
    proof = LifeProof.objects.filter(entitlement=rows[0]).get()
    assert (proof.method, proof.recorded_by, proof.next_due) == (
        "office",
        clerk,
        services.next_due(ALLOWANCE, day),
    )
    assert Entitlement.objects.get(pk=rows[0]).review_due == proof.next_due


def test_an_old_proof_entered_late_lifts_nothing_that_is_overdue_again(clerk):
    person = people.holder(date(1925, 1, 1), JAN)
    held = due(person, date(2020, 1, 20))
    services.hold_unproven(on=MARCH)
    services.record_proof(held, date(2020, 2, 1), "video", clerk)
    assert Hold.objects.get().lifted_at is None
    assert Entitlement.objects.get().review_due == date(2021, 2, 1)


def test_a_proof_that_cannot_be_is_refused_where_it_is_entered(clerk):
    person = people.holder(date(1925, 1, 1), JAN)
    held = due(person, date(2020, 12, 31))
    with pytest.raises(UserError, match="不能晚于今天") as error:
        services.record_proof(held, timezone.localdate() + timedelta(days=1), "visit", clerk)
    assert error.value.field == "proved_on"
    with pytest.raises(UserError, match="认证方式"):
        services.record_proof(held, timezone.localdate(), "telepathy", clerk)
    record_death(person, date(2020, 6, 1))
    with pytest.raises(UserError, match="已于 2020-06-01 登记死亡"):
        services.record_proof(held, date(2020, 6, 2), "visit", clerk)
    with pytest.raises(NotAllowed):
        services.record_proof(
            held, date(2020, 2, 1), "visit", factories.user("township_clerk", factories.OTHER_TOWNSHIP)
        )


# -- death and departure -------------------------------------------------------------------------------------


def end_all(clerk, on=None):
    batch = people.listed(on or timezone.localdate().replace(day=1), kind="end")
    services.confirm_rows(batch, clerk, on=on)
    services.approve_rows(batch, people.officer(), on=on)


def test_death_is_proposed_as_an_ending_and_the_month_of_death_is_still_paid(hands, clerk):
    person, other = people.old(date(1925, 1, 1)), people.old(date(1926, 1, 1))
    people.granted(JAN)
    hands.paid(JAN, programme=ALLOWANCE)
    record_death(person, date(2020, 2, 28))
    assert services.propose_endings(people.township(), on=date(2020, 2, 29)) == 1
    assert services.propose_endings(people.township(), on=date(2020, 2, 29)) == 0
    row = AllowanceApplication.objects.get(flow="allowance_end")
    assert (row.end_reason, row.first_month, row.end_note) == ("death", MARCH, "2020-02-28 死亡，次月起停发")
    # Nobody decides before March is paid: the payment is held, and nothing is overpaid.
    for month in (FEB, MARCH):
        hands.paid(month, programme=ALLOWANCE)
    end_all(clerk, FEB)
    hands.paid(APRIL, programme=ALLOWANCE)
    assert people.held(person) == [(ALLOWANCE, 100, JAN, FEB)]
    assert [month for month, *_ in paid(person)] == [JAN, FEB]
    assert (len(paid(other)), Claim.objects.count()) == (4, 0)
    assert Entitlement.objects.get(person=person).ended_by.actor.lines == ["elderly"]


def test_a_death_found_late_makes_what_was_paid_since_a_claim(hands, clerk):
    person = people.old(date(1925, 1, 1))
    people.old(date(1926, 1, 1))
    people.granted(JAN)
    for month in (JAN, FEB, MARCH):
        hands.paid(month, programme=ALLOWANCE)
    record_death(person, date(2020, 1, 31))
    services.propose_endings(people.township(), on=APRIL)
    end_all(clerk, APRIL)
    hands.paid(APRIL, programme=ALLOWANCE)
    assert people.held(person) == [(ALLOWANCE, 100, JAN, JAN)]
    claim = Claim.objects.get()
    assert (claim.person, claim.amount) == (person, 200)
    assert {one.reason for one in Difference.objects.all()} == {"自 2020-02 起停发：死亡"}


def test_who_moves_away_is_paid_to_the_month_of_moving(hands, clerk):
    person, _ = people.old(date(1925, 1, 1)), people.old(date(1926, 1, 1))
    people.granted(JAN)
    hands.paid(JAN, programme=ALLOWANCE)
    leave(person.memberships.get(), date(2020, 2, 10))
    services.propose_endings(people.township(), on=MARCH)
    end_all(clerk, MARCH)
    row = Entitlement.objects.get(person=person)
    assert (row.end_reason, row.last_month) == ("moved", FEB)


def test_a_death_entered_by_mistake_lets_the_payment_go_on(hands, clerk):
    person = people.old(date(1925, 1, 1))
    people.old(date(1926, 1, 1))
    people.granted(JAN)
    hands.paid(JAN, programme=ALLOWANCE)
    record_death(person, date(2020, 1, 15))
    services.propose_endings(people.township(), on=FEB)
    hands.paid(FEB, programme=ALLOWANCE)
    batch = people.listed(FEB, kind="end")
    services.take_out_rows(batch, [batch.rows.get().pk], "mistake", "同名误录", clerk)
    hands.paid(MARCH, programme=ALLOWANCE)
    assert paid(person) == [(JAN, "regular", 100), (FEB, "arrears", 100), (MARCH, "regular", 100)]


def test_an_ending_at_the_counter_is_decided_by_the_bureau(clerk):
    person = people.holder(date(1925, 1, 1), JAN)
    held = Entitlement.objects.get()
    with pytest.raises(UserError, match="请先在居民页登记死亡日期"):
        services.open_ending(held, clerk, reason="death", from_month=MARCH)
    with pytest.raises(UserError, match="请写明情况"):
        services.open_ending(held, clerk, reason="other", from_month=MARCH)
    case = services.open_ending(held, clerk, reason="withdrew", from_month=MARCH, note="本人书面放弃")
    with pytest.raises(UserError, match="已在办理"):
        services.open_ending(held, clerk, reason="withdrew", from_month=MARCH)
    case = move(case, "confirm", clerk)
    move(case, "grant", people.officer())
    assert people.held(person) == [(ALLOWANCE, 100, JAN, FEB)]
    assert Entitlement.objects.get().end_note == "本人书面放弃"
