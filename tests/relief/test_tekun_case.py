"""A 特困 case from the counter to what is paid: application, grading, decision, change, death, review."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from benefits.models import Entitlement, Hold, Parameter
from benefits.services import place_hold
from casework import papers
from casework.models import PublicNotice
from casework.services import move
from core.errors import Conflict, NotAllowed, UserError
from relief.shared.economy import recognise_rest
from relief.shared.models import Review
from relief.tekun import figures, services
from relief.tekun.models import CareAssessment, TekunApplication, TekunPlacement
from relief.tekun.panels import todo_items
from tests import factories
from tests.payouts.makers import entitlement
from tests.relief import tekun_stories as stories
from tests.relief.tekun_stories import APRIL, DAY, old_man

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return factories.user("township_clerk", full_name="周敏")


@pytest.fixture
def leader():
    return factories.user("township_leader")


@pytest.fixture
def officer():
    return factories.user("bureau_officer")


def held(person, month):
    """What is in force in that month: code → yuan."""
    rows = Entitlement.objects.filter(person=person, is_void=False, first_month__lte=month)
    return {
        one.programme_id: one.monthly_amount
        for one in rows
        if one.last_month is None or one.last_month >= month
    }


# -- the application -----------------------------------------------------------------------------------------


def test_granting_opens_both_programmes_from_the_month_after_on_one_event(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer, lost=2)
    assert case.number == "TK-2020-00001"
    assert held(case.person, APRIL) == {"tekun_basic": Decimal("650.00"), "tekun_care": Decimal("257.00")}
    assert held(case.person, date(2020, 3, 1)) == {}
    assert case.basic.decided_by == case.care.decided_by == case.events.get(action="grant")
    assert (case.basic.review_due, case.care.review_due) == (date(2021, 3, 31), date(2021, 3, 31))
    placement = TekunPlacement.objects.get(person=case.person)
    assert (placement.placement, placement.grade, placement.first_month) == ("dispersed", "semi", APRIL)


def test_who_can_do_everything_gets_the_lowest_care_grade_or_none_where_it_is_switched_off(
    clerk, leader, officer
):
    first = stories.granted(clerk, leader, officer)
    assert held(first.person, APRIL)["tekun_care"] == Decimal("154.00")
    Parameter.objects.create(
        programme_id="tekun_care", key="care_divisor.none", value=0, effective_from=date(2020, 1, 1)
    )
    second = stories.granted(clerk, leader, officer)
    assert held(second.person, APRIL) == {"tekun_basic": Decimal("650.00")}
    assert second.care is None


def test_a_proxy_applies_with_his_relation_and_a_minor_always_needs_one(clerk):
    case = stories.apply(old_man(), clerk, proxy_name="唐志强", proxy_relation="村委会干部")
    assert (case.proxy_name, case.subject) == ("唐志强", case.person.name)
    with pytest.raises(UserError) as error:
        stories.apply(old_man(), clerk, proxy_name="唐志强")
    assert error.value.field == "proxy_relation"
    child = old_man(birth_date=date(2010, 5, 1))
    with pytest.raises(UserError, match="监护人"):
        stories.apply(child, clerk)


def test_nothing_is_accepted_without_signature_and_word_on_supporters(clerk):
    unsigned = stories.apply(old_man(), clerk, authorised=False)
    with pytest.raises(UserError, match="授权书"):
        move(unsigned, "accept", clerk, on=DAY)
    unsaid = stories.apply(old_man(), clerk, no_supporter=False)
    with pytest.raises(UserError, match="法定义务人"):
        move(unsaid, "accept", clerk, on=DAY)


def test_no_proposal_without_report_visit_grading_and_recognised_figures(clerk):
    case = stories.apply(old_man(), clerk)
    move(case, "accept", clerk, on=DAY)
    assert case.refresh_from_db() is None
    assert case.due_on == date(2020, 3, 23)  # 15 working days
    for missing, then in (
        ("核对报告", lambda: (move(case, "start_check", clerk), move(case, "report", clerk, opinion="一致"))),
        ("入户", lambda: _visit(case, clerk)),
        ("自理能力", lambda: stories.grade(case, clerk)),
        ("还没有认定", lambda: recognise_rest(case, clerk)),
    ):
        with pytest.raises(UserError, match=missing):
            move(case, "propose", clerk, opinion="建议纳入")
        then()
    assert move(case, "propose", clerk, opinion="建议纳入").stage == "opinion"


def _visit(case, clerk):
    papers.record_visit(
        case, clerk, visited_on=DAY, visitors=["周敏", "唐志强"], living="独居", signed_by=case.subject
    )


def test_grading_takes_two_people_and_keeps_who_and_when(clerk):
    case = stories.apply(old_man(), clerk)
    with pytest.raises(UserError) as error:
        services.grade_care(
            case, clerk, graded_on=DAY, grader="周敏", second_grader="周敏", abilities=stories.abilities()
        )
    assert error.value.field == "second_grader"
    with pytest.raises(UserError, match="晚于今天"):
        services.grade_care(
            case,
            clerk,
            graded_on=date.today() + timedelta(days=400),
            grader="周敏",
            second_grader="唐志强",
            abilities=stories.abilities(),
        )
    stories.grade(case, clerk, lost=1)
    newer = stories.grade(case, clerk, lost=4)
    assert CareAssessment.objects.filter(application=case).count() == 2
    assert (newer.grade, newer.lost, newer.recorded_by) == ("full", 4, clerk)
    event = case.events.filter(action="grade").first()
    assert event.changes == [["能力档次", "半失能", "失能"]]
    with transaction.atomic(), pytest.raises(IntegrityError):
        CareAssessment.objects.filter(pk=newer.pk).update(second_grader=newer.grader)


def test_an_able_supporter_or_a_wrong_age_is_refused_with_every_reason(clerk, leader, officer):
    son = {"name": "罗小军", "kin": "child", "income": Decimal(6000), "capable": True, "note": "有固定工作"}
    person = old_man(birth_date=date(1970, 2, 11))
    case = stories.apply(person, clerk, supporters=[son])
    stories.investigated(case, clerk)
    with pytest.raises(UserError, match="建议不予批准"):
        move(case, "agree", leader, opinion="同意", on=date(2020, 3, 12))
    move(case, "advise_refusal", leader, opinion="儿子有能力赡养", on=date(2020, 3, 12))
    case = move(case, "refuse", officer, opinion="不符合条件", on=date(2020, 3, 13))
    assert [one["code"] for one in case.basic_decision.reasons] == ["age", "supporter"]
    assert "义务人" in case.events.get(action="refuse").opinion
    assert not Entitlement.objects.filter(person=person).exists()


def test_the_notice_shows_name_village_and_total_and_never_a_minor(clerk, leader):
    case = stories.apply(old_man(), clerk)
    stories.at_bureau(case, clerk, leader, lost=6)
    notice = PublicNotice.objects.get(case=case)
    assert (notice.head_name, notice.persons, notice.amount) == (case.subject, 1, Decimal("1164.00"))
    child = old_man(birth_date=date(2012, 5, 1), name="谭小宇")
    case = stories.apply(child, clerk, proxy_name="谭国平", proxy_relation="伯父（监护人）")
    stories.at_bureau(case, clerk, leader)
    assert PublicNotice.objects.get(case=case).head_name == "谭国平"


def test_maker_and_checker_differ(clerk, leader, officer):
    case = stories.apply(old_man(), clerk)
    stories.at_bureau(case, clerk, leader)
    clerk.role, clerk.division_id, clerk.lines = "bureau_officer", factories.DISTRICT, ["relief"]
    clerk.save()
    with pytest.raises(NotAllowed):
        move(case, "grant", clerk, on=date(2020, 3, 24))
    with pytest.raises(NotAllowed):
        move(case, "grant", leader, on=date(2020, 3, 24))


def test_one_open_case_and_one_tekun_a_person(clerk, leader, officer):
    person = old_man()
    stories.apply(person, clerk)
    with pytest.raises(UserError, match="在办"):
        stories.apply(person, clerk)
    case = stories.granted(clerk, leader, officer)
    with pytest.raises(UserError, match="正在享受特困"):
        stories.apply(case.person, clerk, on=date(2020, 4, 2))


def test_who_died_meanwhile_is_not_granted(clerk, leader, officer):
    case = stories.apply(old_man(), clerk)
    stories.at_bureau(case, clerk, leader)
    case.person.death_date = date(2020, 3, 20)
    case.person.save()
    with pytest.raises(UserError, match="死亡"):
        move(case, "grant", officer, on=date(2020, 3, 24))


# -- placed --------------------------------------------------------------------------------------------------


def test_what_is_due_to_a_placed_person_goes_to_the_home(clerk, leader, officer):
    home = factories.institution("大祥区中心敬老院")
    with pytest.raises(UserError) as error:
        stories.apply(old_man(), clerk, placement="institution")
    assert error.value.field == "institution"
    case = stories.granted(clerk, leader, officer, lost=5, placement="institution", institution=home)
    assert case.basic.payee_institution == case.care.payee_institution == home
    change = stories.changed(
        case, clerk, officer, "adjust", placement="dispersed", reason="家属接回", from_month=date(2020, 7, 1)
    )
    assert change.basic.payee_institution is None
    assert change.basic.previous == case.basic
    assert held(case.person, date(2020, 7, 1)) == {
        "tekun_basic": Decimal("650.00"),
        "tekun_care": Decimal("514.00"),
    }
    ways = TekunPlacement.objects.filter(person=case.person).order_by("first_month")
    assert [(one.placement, one.first_month, one.last_month) for one in ways] == [
        ("institution", APRIL, date(2020, 6, 1)),
        ("dispersed", date(2020, 7, 1), None),
    ]


def test_figures_count_december_by_the_placement_in_force_then(clerk, leader, officer):
    home = factories.institution("大祥区中心敬老院")
    stories.granted(clerk, leader, officer)
    placed = stories.granted(clerk, leader, officer, placement="institution", institution=home)
    moved = stories.granted(clerk, leader, officer)
    stories.changed(
        moved, clerk, officer, "adjust", placement="institution", institution=home, reason="失能入住",
        from_month=date(2020, 12, 1),
    )  # fmt: skip
    stories.changed(
        placed, clerk, officer, "end", end_reason="withdrew", reason="退出", from_month=date(2021, 1, 1)
    )
    assert {one.key: one.value for one in figures.year(2020)} == {"tekun.dispersed": 1, "tekun.placed": 2}
    assert {one.key: one.value for one in figures.year(2021)} == {"tekun.dispersed": 1, "tekun.placed": 1}
    elsewhere = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    assert list(figures.year(2020, elsewhere)) == []
    assert list(figures.year(2019)) == []


# -- change and ending ---------------------------------------------------------------------------------------


def test_a_new_grade_in_mid_year_changes_care_alone(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer, lost=1)
    change = stories.changed(
        case, clerk, officer, "adjust", lost=4, reason="摔伤卧床", from_month=date(2020, 7, 1)
    )
    assert change.number == "TKBG-2020-00001"
    assert held(case.person, date(2020, 6, 1))["tekun_care"] == Decimal("257.00")
    assert held(case.person, date(2020, 7, 1))["tekun_care"] == Decimal("514.00")
    assert change.basic == case.basic
    assert change.care.previous == case.care


def test_care_ends_where_the_new_grade_is_not_paid_and_begins_where_it_is(clerk, leader, officer):
    Parameter.objects.create(
        programme_id="tekun_care", key="care_divisor.none", value=0, effective_from=date(2020, 1, 1)
    )
    case = stories.granted(clerk, leader, officer, lost=1)
    better = stories.changed(
        case, clerk, officer, "adjust", lost=0, reason="康复", from_month=date(2020, 7, 1)
    )
    assert held(case.person, date(2020, 7, 1)) == {"tekun_basic": Decimal("650.00")}
    stories.changed(
        better,
        clerk,
        officer,
        "adjust",
        on=date(2020, 8, 3),
        lost=3,
        reason="中风",
        from_month=date(2020, 9, 1),
    )
    assert held(case.person, date(2020, 9, 1))["tekun_care"] == Decimal("257.00")


@pytest.mark.parametrize(
    "reason", ["recovered", "supporter", "sentence", "grown_up", "means", "moved", "withdrew", "missing"]
)
def test_each_reason_ends_both_programmes(clerk, leader, officer, reason):
    case = stories.granted(clerk, leader, officer)
    change = stories.changed(
        case, clerk, officer, "end", end_reason=reason, reason="核查发现", from_month=date(2020, 7, 1)
    )
    assert held(case.person, date(2020, 7, 1)) == {}
    assert set(held(case.person, date(2020, 6, 1))) == {"tekun_basic", "tekun_care"}
    change.basic.refresh_from_db()
    assert change.basic.end_reason == reason
    assert TekunPlacement.objects.get(person=case.person).last_month == date(2020, 6, 1)
    assert change.funeral is None


def test_other_needs_words_and_an_ending_a_reason(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer)
    with pytest.raises(UserError) as error:
        services.open_change(case.basic, clerk, "end")
    assert error.value.field == "end_reason"
    with pytest.raises(UserError) as error:
        services.open_change(case.basic, clerk, "end", end_reason="other")
    assert error.value.field == "end_note"
    with pytest.raises(UserError) as error:
        services.open_change(case.basic, clerk, "end", end_reason="death")
    assert error.value.field == "death_date"


@pytest.mark.parametrize(
    ("died", "last"),
    [
        (date(2020, 5, 31), date(2020, 5, 1)),
        (date(2020, 6, 1), date(2020, 6, 1)),
        (date(2020, 5, 1), date(2020, 5, 1)),
    ],
)
def test_the_month_of_death_is_paid_and_the_funeral_with_the_ending(clerk, leader, officer, died, last):
    case = stories.granted(clerk, leader, officer, lost=4)
    change = stories.changed(
        case, clerk, officer, "end", on=date(2020, 6, 8), end_reason="death", death_date=died
    )
    case.person.refresh_from_db()
    assert case.person.death_date == died
    for one in (case.basic, case.care):
        one.refresh_from_db()
        assert (one.last_month, one.end_reason) == (last, "death")
    assert (change.funeral.monthly_amount, change.funeral.first_month) == (
        Decimal("3900.00"),
        date(2020, 6, 1),
    )
    assert change.funeral.is_one_off
    assert change.funeral.decided_by == change.basic.ended_by or change.funeral.decided_by is not None


def test_the_funeral_goes_to_who_buried_him(clerk, leader, officer):
    nephew = factories.person(name="罗小军")
    case = stories.granted(clerk, leader, officer)
    change = stories.changed(
        case, clerk, officer, "end", end_reason="death", death_date=date(2020, 5, 3), funeral_payee=nephew
    )
    assert change.funeral.payee == nephew


def test_the_funeral_is_paid_once_and_the_database_holds_that(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer)
    change = stories.changed(case, clerk, officer, "end", end_reason="death", death_date=date(2020, 5, 3))
    again = Entitlement.objects.get(pk=change.funeral.pk)
    again.pk = None
    with pytest.raises(IntegrityError, match="relief_funeral_once"), transaction.atomic():
        again.save(force_insert=True)
    with pytest.raises(UserError, match="已经停止"):
        services.open_change(case.basic, clerk, "end", end_reason="death", on=date(2020, 7, 1))


def test_a_refused_ending_leaves_no_funeral_and_nothing_ended(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer)
    change = services.open_change(
        case.basic, clerk, "end", end_reason="death", death_date=date(2020, 5, 3), on=date(2020, 5, 11)
    )
    with pytest.raises(Conflict, match="在办"):
        services.open_change(case.basic, clerk, "adjust", on=date(2020, 5, 12))
    move(change, "submit", clerk, opinion="死亡证明", on=date(2020, 5, 11))
    move(change, "refuse", officer, opinion="证明不清", on=date(2020, 5, 12))
    assert not Entitlement.objects.filter(programme="funeral").exists()
    assert held(case.person, date(2020, 7, 1)) != {}


def test_a_child_goes_on_to_eighteen_and_past_it_at_school(clerk, leader, officer):
    child = old_man(birth_date=date(2004, 5, 20), name="谭小宇")
    case = stories.granted(
        clerk, leader, officer, person=child, proxy_name="谭国平", proxy_relation="伯父（监护人）"
    )
    assert case.basic.review_due == date(2021, 3, 31)
    # In June 2020 he is 16: a new applicant would be refused, he goes on.
    change = stories.changed(
        case, clerk, officer, "adjust", lost=1, reason="受伤", from_month=date(2020, 7, 1)
    )
    assert change.basic_decision.eligible
    # 18 in May 2022: at school it goes on, otherwise it ends as grown up.
    assert services.next_review(child, "tekun_basic", date(2021, 8, 1)) == date(2022, 5, 31)
    later = services.open_change(
        change.basic, clerk, "adjust", on=date(2022, 5, 9), from_month=date(2022, 6, 1), reason="年满18"
    )
    answers = services.assess_now(later, date(2022, 5, 1))
    assert [one["code"] for one in answers["tekun_basic"]["reasons"]] == ["age"]
    later = services.record_facts(later, clerk, {"in_education": True})
    assert services.assess_now(later, date(2022, 5, 1))["tekun_basic"]["eligible"]


def test_dibao_held_is_given_up_for_tekun(clerk, leader, officer):
    """低保 → 特困: the matrix says replaces; from the first month of 特困 the person is in no 低保."""
    person = old_man()
    home = person.memberships.get().household
    home.head, home.people = person, [person]
    entitlement(home=home, first=date(2020, 1, 1), amount=500)
    case = stories.granted(clerk, leader, officer, person=person)
    assert set(held(person, APRIL)) == {"tekun_basic", "tekun_care"}
    assert set(held(person, date(2020, 3, 1))) == {"dibao_urban"}
    assert case.basic_decision.conflicts[0]["verdict"] == "replaces"


# -- review --------------------------------------------------------------------------------------------------


def test_the_yearly_review_sets_the_next_one_and_waits_on_the_to_do_list(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer)
    # It was due in 2021: late today, basic and care.
    assert [(one.subject, one.overdue) for one in todo_items(clerk)] == [(case.subject, True)] * 2
    found = services.review(case.basic, clerk, result="continue", note="情况无变化")
    assert found.next_due == services.next_review(case.person, "tekun_basic", date.today())
    assert todo_items(clerk) == []
    assert Review.objects.get().reviewed_by == clerk
    with pytest.raises(NotAllowed):
        services.review(case.basic, officer, result="continue", note="情况无变化")


def test_a_review_that_finds_a_supporter_opens_the_ending(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer)
    found = services.review(
        case.basic,
        clerk,
        result="end",
        note="儿子刑满返乡，有赡养能力",
        end_reason="supporter",
        on=date(2020, 9, 1),
    )
    change = TekunApplication.objects.get(pk=found.case_id)
    assert (change.change_kind, change.end_reason, change.first_month) == (
        "end",
        "supporter",
        date(2020, 10, 1),
    )


def test_a_held_payment_goes_on_with_the_changed_entitlement(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer, lost=1)
    place_hold(case.care, date(2020, 5, 1), None, "待核实", officer)
    change = stories.changed(
        case, clerk, officer, "adjust", lost=4, reason="卧床", from_month=date(2020, 7, 1)
    )
    assert Hold.objects.filter(entitlement=change.care, first_month=date(2020, 7, 1)).exists()


def test_another_township_and_line_see_nothing(clerk, leader, officer):
    case = stories.granted(clerk, leader, officer)
    elsewhere = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    other_line = factories.user("bureau_officer", lines=["marriage"])
    for account in (elsewhere, other_line):
        assert not TekunApplication.objects.visible_to(account).exists()
        assert not TekunPlacement.objects.visible_to(account).exists()
        assert not CareAssessment.objects.visible_to(account).exists()
    with pytest.raises(NotAllowed):
        services.review(case.basic, elsewhere, result="continue", note="情况无变化")
    assert TekunPlacement.objects.visible_to(officer).exists()
