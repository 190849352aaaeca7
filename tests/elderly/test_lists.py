"""The month's list from the proposal to the entitlement: who is on it, who isn't, and that nothing doubles."""

from datetime import date

import pytest

from benefits.models import Entitlement, Parameter, Standard
from benefits.services import end_entitlement
from casework.models import Case
from core.errors import Conflict, NotAllowed, UserError
from elderly import services
from elderly.models import AllowanceApplication, AllowanceList
from elderly.rules import ALLOWANCE, LONGEVITY
from registry.services import leave, record_death
from tests import factories
from tests.elderly import people
from tests.elderly.people import MARCH

pytestmark = pytest.mark.django_db
FIRST_OF_APRIL = date(2020, 4, 1)


@pytest.fixture
def clerk():
    return factories.user("township_clerk", full_name="周敏")


@pytest.fixture
def chief():
    return people.officer(full_name="曾丽")


def names(batch, **facts):
    return set(batch.rows.filter(**facts).values_list("subject", flat=True))


def test_on_the_first_everyone_who_reaches_the_age_is_proposed_in_their_township():
    last = people.old(date(1930, 3, 31))
    first = people.old(date(1930, 3, 1))
    people.old(date(1930, 4, 1))
    people.old(date(1940, 3, 5))
    elsewhere = people.old(date(1930, 3, 7), factories.OTHER_VILLAGE)
    assert services.propose_all(MARCH) == 3
    batch = people.listed()
    assert names(batch) == {last.name, first.name}
    assert names(AllowanceList.objects.get(division=factories.OTHER_TOWNSHIP)) == {elsewhere.name}
    row = batch.rows.get(subject=last.name)
    assert (row.origin, row.age, row.age_month, row.first_month, row.monthly_amount) == (
        "reached", 90, MARCH, MARCH, 100,
    )  # fmt: skip
    assert (row.number, row.opened_by, row.stage, row.actor_role) == (
        row.number, None, "listed", "township_clerk",
    )  # fmt: skip
    assert set(Case.objects.values_list("number", flat=True)) == {
        f"GL-{row.opened_at.year}-{n:05d}" for n in (1, 2, 3)
    }


def test_running_it_again_adds_nothing_and_only_the_new_ones_later():
    people.old(date(1930, 3, 3))
    assert (people.propose(), people.propose()) == (1, 0)
    late = people.old(date(1930, 3, 9))
    assert people.propose() == 1
    assert late.name in names(people.listed())
    assert people.listed().rows.count() == 2


def test_who_never_had_it_is_shown_apart_as_owed_and_is_paid_from_the_list_on():
    forgotten = people.old(date(1926, 6, 6))
    people.propose()
    row = people.listed().rows.get()
    assert (row.subject, row.origin, row.age_month, row.first_month) == (
        forgotten.name, "overdue", date(2019, 1, 1), MARCH,
    )  # fmt: skip


def test_the_dead_the_departed_and_the_holders_are_left_out(clerk, chief):
    dead, gone, holding, had = (people.old(date(1929, 3, day)) for day in (1, 2, 3, 4))
    record_death(dead, date(2020, 2, 20))
    leave(gone.memberships.get(), date(2020, 2, 1))
    people.granted(MARCH, clerk=clerk, chief=chief)
    assert {one.person for one in Entitlement.objects.all()} == {holding, had}
    row = Entitlement.objects.get(person=had)

    end_entitlement(row, MARCH, "withdrew", "本人放弃", chief)
    assert people.propose(FIRST_OF_APRIL) == 0


def test_the_clerk_confirms_the_list_and_the_bureau_approves_it_in_one_act_each(clerk, chief):
    three = [people.old(date(1930, 3, day)) for day in (1, 15, 31)]
    people.propose()
    batch = people.listed()
    assert services.confirm_rows(batch, clerk, on=people.DAY) == 3
    batch.refresh_from_db()
    assert (batch.state, Entitlement.objects.count()) == ("sent", 0)
    assert services.approve_rows(batch, chief, opinion="同意", on=date(2020, 3, 5)) == (3, [])
    batch.refresh_from_db()
    assert batch.state == "done"
    for one in three:
        assert people.held(one) == [(ALLOWANCE, 100, MARCH, None)]
    case = AllowanceApplication.objects.get(person=three[0])
    assert (case.state, case.stage, case.decided_on, case.entitlement.decided_by.actor) == (
        "granted", "granted", date(2020, 3, 5), chief,
    )  # fmt: skip
    assert [(e.action, e.actor) for e in case.events.order_by("id")] == [
        ("open", None), ("confirm", clerk), ("grant", chief),
    ]  # fmt: skip
    # What it rested on is frozen with it, and the next proof of life is due in a year.
    assert case.decision.facts["members"][0]["birth_date"] == "1930-03-01"
    assert case.entitlement.review_due == date(2021, 3, 5)
    assert people.propose(FIRST_OF_APRIL) == 0


def test_only_some_are_confirmed_and_one_is_taken_off_with_its_reason(clerk, chief):
    here, moved, away = (people.old(date(1930, 3, day)) for day in (1, 2, 3))
    people.propose()
    batch = people.listed()
    rows = {one.person_id: one.pk for one in batch.rows.all()}
    services.confirm_rows(batch, clerk, [rows[here.pk]])
    services.take_out_rows(batch, [rows[moved.pk]], "moved", "随女儿迁往长沙", clerk)
    batch.refresh_from_db()
    assert batch.state == "open"
    out = AllowanceApplication.objects.get(person=moved)
    assert (out.state, out.out_reason) == ("withdrawn", "moved")
    assert out.events.first().opinion == "户籍已迁出。随女儿迁往长沙"
    services.take_out_rows(batch, [rows[away.pk]], "later", "", clerk)
    assert services.approve_rows(batch, chief) == (1, [])
    # Who has moved away is not proposed again by itself; who was only away is, as owed.
    assert people.propose() == 0
    assert people.propose(FIRST_OF_APRIL) == 1
    assert names(people.listed(FIRST_OF_APRIL), origin="overdue") == {away.name}


def test_a_row_without_a_reason_is_not_taken_off(clerk):
    people.old(date(1930, 3, 1))
    people.propose()
    batch = people.listed()
    with pytest.raises(UserError, match="请选择移出原因"):
        services.take_out_rows(batch, [batch.rows.get().pk], "", "", clerk)


def test_nobody_confirms_the_dead_and_who_dies_before_the_approval_is_left_waiting(clerk, chief):
    living, dying = people.old(date(1930, 3, 1)), people.old(date(1930, 3, 2))
    people.propose()
    batch = people.listed()
    services.confirm_rows(batch, clerk)
    record_death(dying, date(2020, 3, 3))
    granted, left = services.approve_rows(batch, chief)
    assert (granted, left) == (1, [f"{dying.name}：已登记死亡（2020-03-03）"])
    assert people.held(living) and not people.held(dying)
    services.send_back_rows(batch, chief, opinion="已死亡，请移出")
    with pytest.raises(UserError, match=f"{dying.name}已登记死亡"):
        services.confirm_rows(batch, clerk)


def test_each_hand_has_its_own_step(clerk, chief):
    people.old(date(1930, 3, 1))
    people.propose()
    batch = people.listed()
    for wrong in (
        factories.user("township_clerk", factories.OTHER_TOWNSHIP),
        factories.user("township_leader"),
        chief,
    ):
        with pytest.raises(NotAllowed):
            services.confirm_rows(batch, wrong)
    services.confirm_rows(batch, clerk)
    for wrong in (clerk, factories.user("bureau_officer"), factories.user("finance")):
        with pytest.raises(NotAllowed):
            services.approve_rows(batch, wrong)
    services.approve_rows(batch, chief)
    with pytest.raises(Conflict, match="曾丽 已批准"):
        services.approve_rows(batch, people.officer())


def test_what_the_bureau_sends_back_needs_its_reason(clerk, chief):
    people.old(date(1930, 3, 1))
    people.propose()
    batch = people.listed()
    services.confirm_rows(batch, clerk)
    with pytest.raises(UserError, match="退回的理由"):
        services.send_back_rows(batch, chief)
    services.send_back_rows(batch, chief, opinion="请核对账户")
    batch.refresh_from_db()
    assert batch.state == "open"


def test_a_month_that_has_not_begun_has_no_list():
    with pytest.raises(UserError, match="还没有到"):
        people.propose(date(2099, 1, 1))


def test_when_the_eighties_begin_to_be_paid_all_of_them_are_on_that_months_list():
    people.old(date(1936, 1, 1))
    Standard.objects.create(
        programme_id=ALLOWANCE,
        division_id=factories.DISTRICT,
        category="80-89",
        amount=50,
        effective_from=date(2020, 3, 1),
        source="区办发〔2020〕3号",
    )
    assert people.propose(date(2020, 2, 1)) == 0
    assert people.propose() == 1
    row = people.listed().rows.get()
    assert (row.origin, row.age_month, row.monthly_amount) == ("reached", MARCH, 50)


def test_where_arrears_are_paid_the_first_month_is_that_of_the_age(clerk, chief):

    Parameter.objects.create(
        programme_id=ALLOWANCE, key="arrears", value=True, effective_from=date(2020, 1, 1), source="区办发"
    )
    forgotten = people.old(date(1929, 12, 5))
    people.granted(MARCH, clerk=clerk, chief=chief)
    assert people.held(forgotten) == [(ALLOWANCE, 100, date(2019, 12, 1), None)]


def test_a_hundred_without_an_allowance_begins_with_longevity(clerk, chief):
    person = people.old(date(1920, 3, 31))
    assert people.propose() == 0
    people.granted(MARCH, LONGEVITY, clerk, chief)
    assert people.held(person) == [(LONGEVITY, 300, MARCH, None)]
