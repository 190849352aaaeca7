"""The townships' reserve: allotted once, topped up, never below zero, written once."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from benefits.models import Entitlement
from casework.services import move
from core.errors import NotAllowed, UserError
from relief.temporary import figures, reserve
from relief.temporary.models import Reserve, ReserveEntry, TemporaryApplication
from tests import factories
from tests.relief import temporary_stories as stories

JANUARY = date(2020, 1, 6)


def together(*acts):
    """Run the acts in threads of their own that begin at once; gives the errors."""
    start, errors = threading.Barrier(len(acts)), []

    def run(act):
        try:
            start.wait()
            act()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return errors


@pytest.mark.django_db
def test_all_fourteen_townships_get_their_year_by_one_act_and_only_once():
    officer = factories.user("bureau_officer")
    made = reserve.allot(2020, officer, "祥民〔2020〕12号", on=date(2020, 5, 12))
    assert len(made) == 14
    assert {one.balance for one in Reserve.objects.all()} == {Decimal(20000)}
    with pytest.raises(UserError, match="不能再次下拨"):
        reserve.allot(2020, officer, "祥民〔2020〕13号", on=date(2020, 6, 1))
    assert [(one.key, one.value) for one in figures.provider(2020)] == [
        ("reserve.townships", 14),
        ("reserve.allotted", "280000.00"),
    ]


@pytest.mark.django_db
def test_the_amount_is_the_parameter_of_that_day():
    from benefits.models import Parameter

    Parameter.objects.create(
        programme_id="temporary", key="reserve_allotment", value="30000", effective_from=date(2020, 6, 1)
    )
    reserve.allot(2020, factories.user("bureau_officer"), "祥民〔2020〕12号", on=date(2020, 6, 1))
    assert Reserve.objects.first().balance == 30000


@pytest.mark.django_db
def test_only_the_relief_section_of_the_bureau_gives_money():
    one = stories.allotted()
    for actor in (
        factories.user("township_clerk"),
        factories.user("township_leader"),
        factories.user("bureau_officer", lines=["elderly"]),
        factories.user("finance"),
    ):
        with pytest.raises(NotAllowed):
            reserve.top_up(one, Decimal(5000), actor, "祥民〔2020〕20号", on=JANUARY)
        with pytest.raises(NotAllowed):
            reserve.allot(2020, actor, "祥民〔2020〕20号", on=JANUARY)
    other_line = factories.user("bureau_officer", lines=["elderly"])
    assert not Reserve.objects.visible_to(other_line).exists()
    assert Reserve.objects.visible_to(factories.user("township_clerk")).count() == 1


@pytest.mark.django_db
def test_a_top_up_needs_its_document_and_is_entered_once():
    officer = factories.user("bureau_officer")
    one = stories.allotted(officer)
    with pytest.raises(UserError, match="文号"):
        reserve.top_up(one, Decimal(5000), officer, " ", on=JANUARY)
    with pytest.raises(UserError, match="大于 0"):
        reserve.top_up(one, Decimal(0), officer, "祥民〔2020〕20号", on=JANUARY)
    entry = reserve.top_up(one, Decimal(5000), officer, "祥民〔2020〕20号", on=JANUARY)
    assert (entry.balance, one.balance) == (Decimal(25000), Decimal(25000))
    with pytest.raises(UserError, match="已经登记过"):
        reserve.top_up(one, Decimal(5000), officer, "祥民〔2020〕20号", on=JANUARY)


@pytest.mark.django_db
def test_without_the_years_money_nothing_is_advanced():
    clerk, leader = factories.user("township_clerk"), factories.user("township_leader")
    with pytest.raises(UserError, match="还没有 2020 年的备用金"):
        stories.advanced(factories.household(), clerk, leader)


@pytest.mark.django_db
def test_the_database_itself_keeps_the_balance_and_the_entries():
    officer = factories.user("bureau_officer")
    one = stories.allotted(officer)
    entry = one.entries.get()
    for act in (
        lambda: ReserveEntry.objects.filter(pk=entry.pk).update(amount=1),
        lambda: ReserveEntry.objects.filter(pk=entry.pk).delete(),
        lambda: Reserve.objects.filter(pk=one.pk).update(balance=99999),
        lambda: Reserve.objects.create(township_id=factories.TOWNSHIP, year=2031, balance=5),
        lambda: ReserveEntry.objects.create(
            reserve=one, kind="top_up", amount=-1, on=JANUARY, document_number="x", made_by=officer
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    one.refresh_from_db()
    assert one.balance == 20000
    # Whatever the entry says of its balance, the database writes what it is.
    told = ReserveEntry.objects.create(
        reserve=one, kind="top_up", amount=1, balance=7, on=JANUARY, document_number="x", made_by=officer
    )
    told.refresh_from_db()
    assert told.balance == 20001


@pytest.mark.django_db
def test_proposer_and_approver_are_two_persons_in_the_database_too():
    stories.allotted()
    clerk, leader = factories.user("township_clerk"), factories.user("township_leader")
    case = stories.advanced(factories.household(), clerk, leader)
    advance = case.advance
    advance.approved_by = advance.proposed_by
    with pytest.raises(IntegrityError), transaction.atomic():
        advance.save()


def nearly_empty(left: int):
    """The own township's reserve with so many yuan left: the year's 20 000 paid out in advances of 2 000."""
    one = stories.allotted()
    clerk, leader = factories.user("township_clerk"), factories.user("township_leader")
    while one.balance > left:
        amount = min(Decimal(2000), one.balance - left)
        stories.advanced(factories.household(members=2), clerk, leader, amount=amount)
        one.refresh_from_db()
    return one, clerk, leader


@pytest.mark.django_db(transaction=True)
def test_two_advances_at_once_share_the_last_yuan_and_only_one_is_paid():
    one, clerk, leader = nearly_empty(500)
    cases = []
    for _ in range(2):
        case = move(stories.emergency(factories.household(members=2), clerk), "accept", clerk, on=stories.DAY)
        cases.append(
            move(
                case,
                "propose_advance",
                clerk,
                opinion="情况紧急",
                on=stories.DAY,
                advance_amount=Decimal(500),
            )
        )
    second = factories.user("township_leader")
    errors = together(
        lambda: move(cases[0], "approve_advance", leader, on=stories.DAY),
        lambda: move(cases[1], "approve_advance", second, on=stories.DAY),
    )
    assert len(errors) == 1 and isinstance(errors[0], UserError), errors
    assert "备用金余额 0.00 元" in errors[0].message
    one.refresh_from_db()
    assert one.balance == 0
    assert sorted(
        case.advance.state for case in TemporaryApplication.objects.filter(pk__in=[c.pk for c in cases])
    ) == [
        "paid",
        "proposed",
    ]
    # Topped up, the other one is paid.
    reserve.top_up(one, Decimal(500), factories.user("bureau_officer"), "祥民〔2020〕33号", on=stories.DAY)
    waiting = next(c for c in TemporaryApplication.objects.filter(stage="advance"))
    assert move(waiting, "approve_advance", leader, on=stories.DAY).advance.state == "paid"
    assert sum(entry.amount for entry in one.entries.all()) == 0


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_cannot_pass_the_cap_together():
    clerk, leader = factories.user("township_clerk"), factories.user("township_leader")
    officers = [factories.user("bureau_officer") for _ in range(2)]
    home = factories.household(members=4)
    cases = [
        stories.at_bureau(stories.emergency(home, clerk, cause=cause), clerk, leader)
        for cause in ("fire", "accident")
    ]
    errors = together(
        *[
            lambda case=case, officer=officer: move(case, "grant", officer, on=stories.DAY)
            for case, officer in zip(cases, officers, strict=True)
        ]
    )
    assert len(errors) == 1 and isinstance(errors[0], UserError), errors
    assert sum(one.monthly_amount for one in Entitlement.objects.all()) == 12000


@pytest.mark.django_db(transaction=True)
def test_two_officers_allotting_at_once_allot_once():
    officers = [factories.user("bureau_officer") for _ in range(2)]
    errors = together(
        *[
            lambda actor=actor: reserve.allot(2020, actor, "祥民〔2020〕12号", on=JANUARY)
            for actor in officers
        ]
    )
    assert len(errors) == 1 and isinstance(errors[0], UserError), errors
    assert ReserveEntry.objects.count() == 14
