"""Entitlements: granted, changed, ended, held; what the database itself refuses; what is frozen."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from benefits import services
from benefits.models import Assessment, Entitlement, EntitlementMember, Programme
from benefits.replaying import recompute
from core.errors import Conflict, NotAllowed, UserError
from tests import factories

pytestmark = pytest.mark.django_db
JAN, MAR, JUL, DEC = date(2020, 1, 1), date(2020, 3, 1), date(2020, 7, 1), date(2020, 12, 1)


def facts_of(home, income=200, month="2019-12", programme="dibao_urban"):
    return {
        "ref": home.number,
        "programme": programme,
        "month": month,
        "members": [
            {
                "ref": str(one.pk),
                "birth_date": one.birth_date.isoformat(),
                "income": {"wages": income if one == home.head else 0},
            }
            for one in home.people
        ],
        "household": {"financial_assets": 0, "houses": 1, "vehicles": 0, "shops": 0},
    }


def granted(home=None, income=200, programme="dibao_urban", **more):
    home = home or factories.household(members=2)
    assessment = services.record_assessment(facts_of(home, income, programme=programme), household=home)
    return services.grant(
        assessment,
        programme=Programme.objects.get(pk=programme),
        household=home,
        person=home.head,
        members=home.people,
        **more,
    )


def test_granting_takes_amount_months_and_persons_from_the_assessment():
    home = factories.household(members=2)
    row = granted(home, care_class="B")
    assert (row.monthly_amount, row.persons, row.first_month) == (Decimal("800.00"), 2, JAN)
    assert row.division_id == home.division_id and row.beneficiary_id == home.pk
    assert row.review_due == date(2020, 6, 30)
    assert {one.person_id for one in row.members.all()} == {one.pk for one in home.people}
    assert set(row.members.values_list("group", flat=True)) == {"dibao"}


def test_a_second_grant_says_who_holds_what_since_when():
    home = factories.household(members=2)
    granted(home)
    with pytest.raises(UserError, match=f"{home.head.name} 自 2020-01 起已享受城市低保"):
        granted(home)
    with pytest.raises(UserError, match="已享受城市低保"):
        granted(home, programme="dibao_rural")
    assert Entitlement.objects.count() == 1 and EntitlementMember.objects.count() == 2


def test_a_person_is_never_covered_by_two_households():
    first = factories.household(members=2)
    granted(first)
    second = factories.household(members=1)
    second.people.append(first.people[1])
    with pytest.raises(UserError, match=f"{first.people[1].name} 自 2020-01 起已享受城市低保"):
        granted(second)
    assert not Entitlement.objects.filter(household=second).exists()


def test_a_refused_assessment_grants_nothing():
    with pytest.raises(UserError, match="不符合条件"):
        granted(income=5000)


def test_a_change_ends_the_old_row_and_opens_its_successor():
    home = factories.household(members=2)
    old = granted(home)
    dearer = services.record_assessment(facts_of(home, 500, "2020-06"), household=home)
    new = services.change_entitlement(old, dearer, JUL, "收入变化", None, version=1)
    old.refresh_from_db()
    assert (old.last_month, old.is_void, old.end_reason) == (date(2020, 6, 1), False, "")
    assert (new.first_month, new.monthly_amount, new.previous) == (JUL, Decimal("500.00"), old)
    assert set(old.members.values_list("last_month", flat=True)) == {date(2020, 6, 1)}
    assert new.members.count() == 2


def test_a_change_from_the_first_month_makes_the_old_row_void():
    home = factories.household(members=2)
    old = granted(home)
    new = services.change_entitlement(
        old, services.record_assessment(facts_of(home, 500), household=home), JAN, "更正收入", None
    )
    old.refresh_from_db()
    assert old.is_void and new.first_month == JAN
    with pytest.raises(UserError, match="自始无效"):
        services.end_entitlement(old, MAR, "income", "", None)


def test_two_people_changing_the_same_entitlement_do_not_overwrite_each_other():
    home = factories.household(members=2)
    row = granted(home)
    seen = Entitlement.objects.get(pk=row.pk)
    services.end_entitlement(row, MAR, "income", "", None, version=1)
    with pytest.raises(Conflict) as refused:
        services.end_entitlement(seen, DEC, "tax", "", None, version=1)
    assert "末月：（空） → 2020-03" in refused.value.changes


def test_ending_needs_a_reason_and_other_needs_words():
    row = granted()
    with pytest.raises(UserError, match="停发原因"):
        services.end_entitlement(row, MAR, "因为", "", None)
    with pytest.raises(UserError, match="须写明说明"):
        services.end_entitlement(row, MAR, "other", " ", None)
    services.end_entitlement(row, MAR, "other", "长期外出", None)
    with pytest.raises(UserError, match="已于 2020-03 止"):
        services.end_entitlement(row, DEC, "tax", "", None)


def test_death_is_paid_in_its_own_month_and_no_later():
    home = factories.household(members=1)
    row = granted(home)
    home.head.death_date = date(2020, 3, 9)
    home.head.save()
    with pytest.raises(UserError, match="末月应为 2020-03"):
        services.end_entitlement(row, date(2020, 4, 1), "death", "", None)
    assert services.end_entitlement(row, MAR, "death", "", None).last_month == MAR


def test_an_ending_found_late_undoes_the_changes_made_since():
    home = factories.household(members=1)
    old = granted(home)
    new = services.change_entitlement(
        old, services.record_assessment(facts_of(home, 300, "2020-06"), household=home), JUL, "收入变化", None
    )
    ended = services.end_entitlement(new, MAR, "death", "", None)
    new.refresh_from_db()
    assert new.is_void and ended.pk == old.pk
    assert (ended.last_month, ended.end_reason) == (MAR, "death")


def test_holds_go_along_with_a_change_and_are_lifted_with_a_reason():
    home, officer = factories.household(members=1), factories.user("bureau_officer")
    old = granted(home)
    services.place_hold(old, MAR, None, "疑点核查", officer)
    with pytest.raises(UserError, match="已在暂缓之中"):
        services.place_hold(old, JUL, None, "又一次", officer)
    with pytest.raises(NotAllowed):
        services.place_hold(old, JUL, None, "越权", factories.user("township_clerk"))
    new = services.change_entitlement(
        old, services.record_assessment(facts_of(home, 300, "2020-06"), household=home), JUL, "收入变化", None
    )
    assert old.holds.get().last_month == date(2020, 6, 1)
    carried = new.holds.get()
    assert (carried.first_month, carried.last_month, carried.reason) == (JUL, None, "疑点核查")
    assert services.lift_hold(carried, "核查无误", officer).lifted_by == officer
    with pytest.raises(UserError, match="已由"):
        services.lift_hold(carried, "再来", officer)


def test_many_are_granted_in_a_few_statements(django_assert_max_num_queries):
    homes = [factories.household(members=1 + n % 3) for n in range(30)]
    rows = [
        (
            Entitlement(
                programme_id="dibao_urban",
                household=home,
                person=home.head,
                division_id=home.division_id,
                persons=len(home.people),
                monthly_amount="100",
                first_month=JAN,
                assessment=services.build_assessment(facts_of(home), household=home),
            ),
            [one.pk for one in home.people],
        )
        for home in homes
    ]
    with django_assert_max_num_queries(8):
        services.grant_bulk(rows)
    assert Entitlement.objects.count() == 30 == Assessment.objects.count()
    with pytest.raises(UserError, match="已享受城市低保"):
        services.grant_bulk(
            [(Entitlement(programme_id="dibao_rural", household=homes[3], person=homes[3].head, persons=1,
                          division_id=homes[3].division_id, monthly_amount=1, first_month=JUL), [homes[3].head.pk])]
        )  # fmt: skip


def test_an_assessment_is_never_changed_even_by_raw_sql():
    assessment = granted().assessment
    for statement in (
        "UPDATE benefits_assessment SET monthly_amount = 1",
        "DELETE FROM benefits_assessment",
    ):
        with pytest.raises(IntegrityError, match="不得更改"), transaction.atomic():
            connection.cursor().execute(statement)
    assessment.refresh_from_db()
    assert assessment.monthly_amount == Decimal("800.00")


def test_recomputing_uses_the_policy_of_that_day_not_of_today():
    assessment = granted().assessment
    Programme.objects.get(pk="dibao_urban").standards.update(amount=999)
    assert recompute(assessment).agrees
    assert recompute(assessment).amount == Decimal("800.00")
    assert services.build_assessment(assessment.facts).monthly_amount == "1798.00"


@pytest.mark.django_db(transaction=True)
def test_two_officers_granting_the_same_household_at_once_grant_it_once():
    """Two processes, each with its own connection, released at the same moment."""
    home = factories.household(members=2)
    gate, answers = threading.Barrier(2), []

    def officer():
        try:
            gate.wait(10)
            granted(home)
            answers.append("granted")
        except UserError as error:
            answers.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=officer) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted("已享受城市低保" in one for one in answers) == [False, True], answers
    assert Entitlement.objects.count() == 1
