"""What changes by itself: the allowance becomes 长寿金 at a hundred, another band another amount. Real runs pay."""

from datetime import date
from decimal import Decimal

import pytest

from benefits.models import Entitlement, EntitlementMember, Hold, Standard
from elderly import services
from elderly.models import AllowanceApplication
from elderly.rules import ALLOWANCE, LONGEVITY
from payouts.models import Claim, Payment
from tests import factories
from tests.elderly import people
from tests.payouts.makers import Hands

pytestmark = pytest.mark.django_db
JAN, FEB, MARCH, APRIL = (date(2020, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture
def hands():
    return Hands()


def paid(person):
    """Programme, month, kind and amount of everything paid to a person."""
    rows = Payment.objects.filter(person=person).order_by("month", "programme_id", "pk")
    return [(one.programme_id, one.month, one.kind, one.amount) for one in rows]


def turn_of_hundred(month=MARCH, on=None):
    people.granted(month, LONGEVITY, on=on)


def test_at_a_hundred_the_allowance_becomes_longevity_and_no_month_is_lost_or_double(hands):
    person, other = people.old(date(1920, 3, 31)), people.old(date(1925, 5, 5))
    people.granted(JAN)
    for month in (JAN, FEB):
        hands.paid(month, programme=ALLOWANCE)
    assert people.propose(FEB, LONGEVITY) == 0
    turn_of_hundred()
    assert people.held(person) == [
        (ALLOWANCE, 100, JAN, FEB),
        (LONGEVITY, 300, MARCH, None),
    ]
    row = AllowanceApplication.objects.get(programme=LONGEVITY)
    assert (row.origin, row.replaces.end_reason) == ("transition", "replaced")
    for code in (ALLOWANCE, LONGEVITY):
        hands.paid(MARCH, programme=code)
    assert len(paid(other)) == 3
    assert paid(person) == [
        (ALLOWANCE, JAN, "regular", 100),
        (ALLOWANCE, FEB, "regular", 100),
        (LONGEVITY, MARCH, "regular", 300),
    ]
    assert not Claim.objects.exists()


def test_a_list_approved_late_pays_the_months_back_and_the_allowance_was_held_meanwhile(hands):
    person, other = people.old(date(1920, 3, 1)), people.old(date(1915, 1, 1))
    keeps = people.old(date(1925, 5, 5))
    people.granted(JAN)
    people.granted(JAN, LONGEVITY)
    for month in (JAN, FEB):
        hands.paid(month, programme=ALLOWANCE)
        hands.paid(month, programme=LONGEVITY)
    people.propose(MARCH, LONGEVITY)
    hold = Hold.objects.get()
    assert (hold.first_month, hold.reason, hold.placed_by) == (MARCH, "满100周岁，待转发长寿金", None)
    # Nobody approves in March: neither programme pays the month.
    for code in (ALLOWANCE, LONGEVITY):
        hands.paid(MARCH, programme=code)
    batch = people.listed(MARCH, LONGEVITY)
    services.confirm_rows(batch, factories.user("township_clerk"), on=APRIL)
    services.approve_rows(batch, people.officer(), on=APRIL)
    for code in (ALLOWANCE, LONGEVITY):
        hands.paid(APRIL, programme=code)
    assert paid(person) == [
        (ALLOWANCE, JAN, "regular", 100),
        (ALLOWANCE, FEB, "regular", 100),
        (LONGEVITY, MARCH, "arrears", 300),
        (LONGEVITY, APRIL, "regular", 300),
    ]
    assert (len(paid(other)), len(paid(keeps)), Claim.objects.count()) == (4, 4, 0)
    hold.refresh_from_db()
    assert hold.lift_reason == "已转发长寿金"


def test_who_is_taken_off_the_list_keeps_the_allowance_and_is_paid_back(hands):
    person, _ = people.old(date(1920, 3, 1)), people.old(date(1925, 5, 5))
    people.granted(JAN)
    hands.paid(JAN, programme=ALLOWANCE)
    hands.paid(FEB, programme=ALLOWANCE)
    people.propose(MARCH, LONGEVITY)
    hands.paid(MARCH, programme=ALLOWANCE)
    assert len(paid(person)) == 2
    batch = people.listed(MARCH, LONGEVITY)
    services.take_out_rows(
        batch, [batch.rows.get().pk], "mistake", "出生日期有误", factories.user("township_clerk")
    )
    hands.paid(APRIL, programme=ALLOWANCE)
    assert paid(person)[2:] == [(ALLOWANCE, MARCH, "arrears", 100), (ALLOWANCE, APRIL, "regular", 100)]


def test_a_transition_found_months_late_begins_in_the_month_of_the_birthday():
    person = people.holder(date(1920, 3, 31), JAN)
    people.propose(date(2020, 6, 1), LONGEVITY)
    batch = people.listed(date(2020, 6, 1), LONGEVITY)
    services.confirm_rows(batch, factories.user("township_clerk"))
    services.approve_rows(batch, people.officer())
    assert people.held(person) == [(ALLOWANCE, 100, JAN, FEB), (LONGEVITY, 300, MARCH, None)]


def test_one_granted_in_the_very_month_of_the_hundredth_birthday_never_had_the_allowance():
    person = people.old(date(1920, 3, 31))
    row = Entitlement.objects.create(
        programme_id=ALLOWANCE, person=person, beneficiary_id=person.pk, division=person.division,
        monthly_amount=100, first_month=MARCH, source="taken_over",
    )  # fmt: skip
    EntitlementMember.objects.create(entitlement=row, person=person, group="old_age", first_month=MARCH)
    turn_of_hundred()
    assert people.held(person) == [(LONGEVITY, 300, MARCH, None)]


def bands(*rows):
    for category, amount, since in rows:
        Standard.objects.create(
            programme_id=ALLOWANCE, division_id=factories.DISTRICT, category=category, amount=amount,
            effective_from=since, source="区办发",
        )  # fmt: skip


def test_in_the_month_of_another_band_the_amount_changes_by_itself(hands):
    bands(("80-89", 50, date(2019, 6, 1)))
    person = people.holder(date(1930, 3, 31), JAN)
    stays = people.old(date(1931, 3, 1))
    people.granted(FEB)
    assert services.apply_crossings(factories.TOWNSHIP, FEB) == []
    (changed,) = services.apply_crossings(factories.TOWNSHIP, MARCH)
    assert changed.change_reason == "年龄段变化：2020-03 起进入90–99 岁"
    assert services.apply_crossings(factories.TOWNSHIP, MARCH) == []
    assert services.apply_crossings(factories.TOWNSHIP, APRIL) == []
    assert people.held(person) == [(ALLOWANCE, 50, JAN, FEB), (ALLOWANCE, 100, MARCH, None)]
    assert people.held(stays) == [(ALLOWANCE, 50, FEB, None)]
    for month in (JAN, FEB, MARCH):
        hands.paid(month, programme=ALLOWANCE)
    assert [amount for *_, amount in paid(person)] == [50, 50, 100]
    # The proof of life is due when it was.
    assert changed.review_due == date(2021, 1, 1)


def test_a_band_reached_while_the_servers_were_off_is_made_good_from_its_month(hands):
    bands(("80-89", 50, date(2019, 6, 1)))
    person = people.holder(date(1930, 2, 28), JAN)
    for month in (JAN, FEB, MARCH):
        hands.paid(month, programme=ALLOWANCE)
    services.apply_crossings(factories.TOWNSHIP, APRIL)
    hands.paid(APRIL, programme=ALLOWANCE)
    assert people.held(person)[1][1:3] == (Decimal(100), FEB)
    assert paid(person)[1:] == [
        (ALLOWANCE, FEB, "regular", 50),
        (ALLOWANCE, FEB, "arrears", 50),
        (ALLOWANCE, MARCH, "regular", 50),
        (ALLOWANCE, MARCH, "arrears", 50),
        (ALLOWANCE, APRIL, "regular", 100),
    ]


def test_a_new_layout_moves_nobody_who_stays_in_place_without_approval():
    person = people.holder(date(1923, 1, 1), JAN)
    bands(("95-99", 200, MARCH))
    assert services.apply_crossings(factories.TOWNSHIP, MARCH) == []
    assert people.held(person) == [(ALLOWANCE, 100, JAN, None)]


def test_two_bands_missed_at_once_are_the_last_one_and_nobody_below_loses():
    bands(
        ("90-92", 100, date(2019, 6, 1)), ("93-94", 120, date(2019, 6, 1)), ("95-99", 150, date(2019, 6, 1))
    )
    person = people.holder(date(1925, 3, 31), date(2019, 7, 1))
    assert people.held(person)[0][1] == 120
    services.apply_crossings(factories.TOWNSHIP, APRIL)
    assert [row[1:3] for row in people.held(person)] == [(120, date(2019, 7, 1)), (150, MARCH)]


def test_who_is_held_for_want_of_a_proof_stays_held_as_a_hundred_year_old():
    person = people.holder(date(1920, 3, 31), JAN)
    Entitlement.objects.update(review_due=date(2020, 1, 15))
    assert services.hold_unproven(on=date(2020, 2, 20)) == 1
    turn_of_hundred()
    new = Entitlement.objects.get(programme=LONGEVITY)
    assert new.holds.get(lifted_at=None).first_month == MARCH
    services.record_proof(new, date.today(), "visit", factories.user("township_clerk"))
    assert not Hold.objects.filter(lifted_at=None).exists()
    assert people.held(person)[1][0] == LONGEVITY
