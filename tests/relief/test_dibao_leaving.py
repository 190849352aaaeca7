"""A member of a 低保 household becomes 特困: from that month the household is reckoned without her, in one act."""

from datetime import date
from decimal import Decimal

import pytest

from benefits import services
from benefits.conflicts import conflicts_for
from benefits.models import Entitlement, EntitlementMember
from casework.models import CaseEvent
from casework.services import move
from core.errors import UserError
from tests import factories
from tests.benefits.programmes import JUL, dibao, dibao_facts, hold, tekun, tekun_facts, three
from tests.relief import stories

pytestmark = pytest.mark.django_db
JUN = date(2020, 6, 1)


def live(month=JUL, **what):
    rows = Entitlement.objects.filter(is_void=False, first_month__lte=month, **what)
    return [one for one in rows if one.last_month is None or one.last_month >= month]


def test_the_grandmother_becomes_tekun_and_the_household_is_paid_for_two():
    home, grandmother = three()
    before = dibao(home, income=200)
    # 500 × 3 − 200, and a tenth of the standard for who is over seventy.
    assert (before.monthly_amount, before.persons) == (Decimal("1350.00"), 3)
    granted = tekun(grandmother)
    before.refresh_from_db()
    [after] = live(household=home)
    assert (before.last_month, before.end_reason) == (JUN, "")
    assert (after.first_month, after.persons, after.monthly_amount) == (JUL, 2, Decimal("800.00"))
    assert after.previous == before and "转" not in after.end_reason
    assert f"{grandmother} 自 2020-07 起享受特困基本生活".replace(" ", "") in after.change_reason.replace(
        " ", ""
    )
    assert {one.person_id for one in after.members.all()} == {one.pk for one in home.people[:2]}
    assert (granted.first_month, granted.persons) == (JUL, 1)
    held = EntitlementMember.objects.filter(person=grandmother, is_void=False).order_by("first_month")
    assert [(one.group, one.first_month, one.last_month) for one in held] == [
        ("dibao", date(2020, 1, 1), JUN),
        ("tekun_basic", JUL, None),
    ]
    # Care follows beside basic: nothing of the household's is touched again.
    tekun(grandmother, programme="tekun_care")
    assert [one.pk for one in live(household=home)] == [after.pk]


def test_the_page_says_beforehand_what_the_household_will_get():
    home, grandmother = three()
    dibao(home, income=200)
    [found] = conflicts_for([grandmother], "tekun_basic", JUL)
    assert (found.verdict, found.label) == ("replaces", "替代")
    assert "3 人每月 1,350.00 元同时变更为 2 人每月 800.00 元" in found.way
    assert "第十四条" in found.sentence


def test_who_lives_alone_simply_ends_with_the_month_before():
    home = factories.household(members=1, head=factories.person(birth_date=date(1948, 3, 2)))
    before = dibao(home, income=0)
    tekun(home.head)
    before.refresh_from_db()
    assert (before.last_month, before.end_reason) == (JUN, "to_tekun")
    assert not live(household=home)


def test_the_newest_decision_counts_not_the_first():
    home, grandmother = three()
    first = dibao(home, income=200)
    dearer = services.record_assessment(
        {**dibao_facts(home.people, 500), "month": "2020-03", "members": [
            {**one, "holds": []} for one in dibao_facts(home.people, 500)["members"]]}, household=home
    )  # fmt: skip
    services.change_entitlement(first, dearer, date(2020, 4, 1), "收入增加", None)
    tekun(grandmother)
    [after] = live(household=home)
    assert after.monthly_amount == Decimal("500.00")


def test_a_household_taken_over_is_reckoned_from_the_registry():
    home, grandmother = three()
    home.head.monthly_income = 300
    home.head.save()
    old = hold("dibao_urban", home.head, household=home, amount=1111)
    EntitlementMember.objects.bulk_create(
        EntitlementMember(entitlement=old, person=one, first_month=old.first_month) for one in home.people[1:]
    )
    tekun(grandmother)
    [after] = live(household=home)
    assert (after.persons, after.monthly_amount) == (2, Decimal("700.00"))


def test_without_any_known_income_the_dibao_has_to_be_changed_first():
    home, grandmother = three()
    Entitlement.objects.all()
    type(home.head).objects.update(monthly_income=None)
    old = hold("dibao_urban", home.head, household=home)
    EntitlementMember.objects.create(entitlement=old, person=grandmother, first_month=old.first_month)
    with pytest.raises(UserError, match="请先办理低保变更"):
        tekun(grandmother)
    assert [one.pk for one in live(household=home)] == [old.pk]
    [found] = conflicts_for([grandmother], "tekun_basic", JUL)
    assert "请先办理低保变更" in found.way


def test_a_household_that_no_longer_qualifies_is_not_ended_unheard():
    home, grandmother = three()
    before = dibao(home, income=1200)
    with pytest.raises(UserError, match=r"不再符合城市低保条件.*请先办理低保变更或停发"):
        tekun(grandmother)
    before.refresh_from_db()
    assert before.last_month is None and before.members.count() == 3
    assert not Entitlement.objects.filter(programme="tekun_basic").exists()


def test_who_was_not_seen_in_the_assessment_is_not_taken_out():
    """The 低保 came between the assessment and the grant: the decision did not know of it."""
    home, grandmother = three()
    facts = tekun_facts(grandmother)
    dibao(home)
    with pytest.raises(UserError, match="请重新测算后再批准"):
        tekun(grandmother, facts=facts)
    assert live(household=home)[0].persons == 3


def test_the_case_records_what_it_ended():
    """批准 writes into the record of the case that the household's 低保 was changed with it."""
    clerk, leader, officer = (
        factories.user(one) for one in ("township_clerk", "township_leader", "bureau_officer")
    )
    case = stories.at_bureau(stories.apply(stories.family(), clerk), clerk, leader)
    move(case, "grant", officer, on=date(2020, 3, 20))
    event = CaseEvent.objects.filter(case=case.pk, action="grant").get()
    home, grandmother = three()
    dibao(home, income=200)
    tekun(grandmother, decided_by=event, actor=officer)
    noted = CaseEvent.objects.get(action="made_way")
    assert noted.case_id == case.pk and "3 人每月 1,350.00 元 → 2 人每月 800.00 元" in noted.opinion
    assert live(household=home)[0].decided_by == event
