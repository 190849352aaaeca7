"""低保 from application to decision, by the people who really do each step."""

from datetime import date
from decimal import Decimal

import pytest

from benefits.models import Entitlement
from casework import papers
from casework.models import CaseEvent, PublicNotice
from casework.services import correct, move
from core.errors import Conflict, NotAllowed, UserError
from relief.dibao import services
from relief.dibao.models import DibaoApplication, Review
from tests import factories
from tests.relief import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return {
        "clerk": factories.user("township_clerk", full_name="周敏"),
        "leader": factories.user("township_leader", full_name="蒋卫东"),
        "officer": factories.user("bureau_officer", full_name="曾丽"),
    }


def test_a_family_is_granted_by_three_pairs_of_hands(people):
    case = stories.apply(stories.family(), people["clerk"])
    assert case.number == "DB-2020-00001"
    case = stories.at_bureau(case, people["clerk"], people["leader"])
    case = move(case, "grant", people["officer"], opinion="符合条件", on=date(2020, 3, 25))

    assert case.state == "granted"
    held = Entitlement.objects.get()
    assert held.monthly_amount == Decimal("600.00")  # 500 × 2 − 400
    assert (held.first_month, held.persons) == (date(2020, 4, 1), 2)
    assert held.decided_by == CaseEvent.objects.get(action="grant")
    assert held.assessment.facts["members"][0]["name"] == case.person.name
    assert set(held.members.values_list("person_id", flat=True)) == {
        one.person_id for one in case.members.all()
    }


def test_limits_are_counted_in_working_days_over_the_holidays(people):
    case = stories.apply(stories.family(), people["clerk"], on=date(2020, 4, 2))
    case = move(case, "accept", people["clerk"], on=date(2020, 4, 2))
    # 清明: 4-4 to 4-6 are free, so the third working day after 4-2 is 4-8.
    assert case.due_on == date(2020, 4, 8)


def test_nobody_is_accepted_before_every_adult_has_signed(people):
    home = stories.family()
    case = services.apply(home, people["clerk"], on=stories.DAY)
    with pytest.raises(UserError, match="授权书"):
        move(case, "accept", people["clerk"])


def test_the_notice_cannot_be_ended_early(people):
    case = stories.apply(stories.family(), people["clerk"])
    stories.investigated(case, people["clerk"])
    case = stories.published(case, people["clerk"], people["leader"])
    assert papers.current_notice(case).ends_on == date(2020, 3, 18)
    assert case.due_on == date(2020, 3, 19)
    with pytest.raises(UserError, match="公示期未满"):
        move(case, "send_up", people["clerk"], on=date(2020, 3, 18))
    assert move(case, "send_up", people["clerk"], on=date(2020, 3, 19)).stage == "confirm"


def test_the_notice_freezes_only_what_may_be_published(people):
    case = stories.apply(stories.family(), people["clerk"])
    stories.investigated(case, people["clerk"])
    stories.published(case, people["clerk"], people["leader"])
    notice = PublicNotice.objects.get()
    assert (notice.head_name, notice.persons, notice.amount) == (case.person.name, 2, Decimal("600.00"))
    names = {one.name for one in PublicNotice._meta.get_fields()}
    assert not names & {"id_number", "phone", "account", "members"}


def test_an_objection_leads_to_the_villages_assessment_and_the_longer_limit(people):
    clerk = people["clerk"]
    case = stories.apply(stories.family(), clerk)
    stories.investigated(case, clerk)
    case = stories.published(case, clerk, people["leader"])
    before = case.whole_due_on
    case = move(case, "object", clerk, opinion="他家有出租房", on=date(2020, 3, 14), by="村民")
    assert (case.stage, case.is_hard) == ("deliberation", True)
    assert case.whole_due_on > before
    case = move(case, "uphold", clerk, opinion="到会15人，14人同意维持", on=date(2020, 3, 17))
    assert case.stage == "notice"
    assert PublicNotice.objects.get().objections.get().outcome == "到会15人，14人同意维持"
    assert move(case, "send_up", clerk, on=date(2020, 3, 19)).stage == "confirm"


def test_whoever_took_the_application_may_not_decide_it(people):
    clerk = people["clerk"]
    case = stories.apply(stories.family(), clerk)
    case = stories.at_bureau(case, clerk, people["leader"])
    # The clerk has moved to the bureau meanwhile.
    clerk.role, clerk.lines = "bureau_officer", ["relief"]
    clerk.division_id = factories.DISTRICT
    clerk.save()
    for action in ("grant", "refuse", "send_back"):
        with pytest.raises(NotAllowed, match="另一人"):
            move(case, action, clerk, opinion="同意", on=date(2020, 3, 25))


def test_a_step_belongs_to_its_role_and_area(people):
    case = stories.apply(stories.family(), people["clerk"])
    with pytest.raises(NotAllowed):
        move(case, "accept", people["leader"])
    with pytest.raises(NotAllowed):
        move(case, "accept", factories.user("township_clerk", factories.OTHER_TOWNSHIP))
    with pytest.raises(NotAllowed):
        stories.apply(stories.family(), factories.user("township_clerk", factories.OTHER_TOWNSHIP))


def test_a_refusal_gives_every_reason(people):
    clerk = people["clerk"]
    home = stories.family(income=3000)
    case = stories.apply(home, clerk)
    services.record_economy(
        case, clerk, assets=[{"pk": case.assets.get(kind="vehicles").pk, "declared": Decimal(1)}]
    )
    stories.investigated(case, clerk)
    with pytest.raises(UserError, match="不符合条件"):
        move(case, "agree", people["leader"], opinion="同意", on=date(2020, 3, 12))
    move(case, "advise_refusal", people["leader"], opinion="收入和车辆超标", on=date(2020, 3, 12))
    with pytest.raises(UserError, match="意见"):
        move(case, "refuse", people["officer"], on=date(2020, 3, 20))
    case = move(case, "refuse", people["officer"], opinion="不符合条件", on=date(2020, 3, 20))
    assert case.state == "refused"
    assert {one["code"] for one in case.decision.reasons} == {"income", "vehicles"}
    words = case.events.get(action="refuse").opinion
    assert "人均月收入" in words and "机动车" in words
    assert not Entitlement.objects.exists()


def test_two_editors_of_a_case_do_not_overwrite_each_other(people):
    clerk, other = people["clerk"], factories.user("township_clerk", full_name="唐志强")
    case = stories.apply(stories.family(), clerk)
    seen = case.version
    item = case.incomes.first()
    services.record_economy(case, clerk, incomes=[{"pk": item.pk, "declared": Decimal(450)}], version=seen)
    with pytest.raises(Conflict) as caught:
        services.record_economy(
            case, other, incomes=[{"pk": item.pk, "declared": Decimal(500)}], version=seen
        )
    assert "周敏" in caught.value.changes[0]
    assert "400.00 → 450.00" in caught.value.changes[0]
    item.refresh_from_db()
    assert item.declared == Decimal(450)


def test_what_was_granted_is_what_was_published(people):
    clerk = people["clerk"]
    case = stories.apply(stories.family(), clerk)
    case = stories.at_bureau(case, clerk, people["leader"])
    case.incomes.update(recognised=Decimal(100))
    with pytest.raises(UserError, match="不一致"):
        move(case, "grant", people["officer"], opinion="同意", on=date(2020, 3, 25))
    case = move(case, "send_back", people["officer"], opinion="请重新核实并公示", on=date(2020, 3, 25))
    assert case.stage == "visit"


def test_a_family_may_take_its_application_back(people):
    case = stories.apply(stories.family(), people["clerk"])
    case = move(case, "withdraw", people["clerk"], opinion="本人撤回", on=stories.DAY)
    assert case.state == "withdrawn"
    with pytest.raises(UserError):
        move(case, "accept", people["clerk"])
    # and may apply again
    assert stories.apply(_home(case), people["clerk"]).number == "DB-2020-00002"


def _home(case):
    home = case.household
    home.people = [one.person for one in case.members.all()]
    return home


def test_a_correction_keeps_before_and_after(people):
    case = stories.apply(stories.family(), people["clerk"])
    case = correct(case, {"reason": "户主患病"}, people["clerk"], case.version)
    event = case.events.get(action="correct")
    assert event.changes == [["申请理由", "家庭困难", "户主患病"]]
    assert correct(case, {"reason": "户主患病"}, people["clerk"], case.version).version == case.version


def test_a_household_has_one_open_case_and_one_dibao(people):
    home = stories.family()
    case = stories.apply(home, people["clerk"])
    with pytest.raises(UserError, match=case.number):
        stories.apply(home, people["clerk"])


def granted(people):
    case = stories.apply(stories.family(), people["clerk"])
    case = stories.at_bureau(case, people["clerk"], people["leader"])
    return move(case, "grant", people["officer"], opinion="符合条件", on=date(2020, 3, 25))


def test_a_change_is_proposed_by_the_township_and_decided_by_the_bureau(people):
    clerk = people["clerk"]
    held = granted(people).entitlement
    change = services.open_change(held, clerk, "adjust", reason="户主加薪", on=date(2020, 6, 2))
    assert change.number == "DBBG-2020-00001"
    item = change.incomes.first()
    services.record_economy(
        change, clerk, incomes=[{"pk": item.pk, "recognised": Decimal(500), "basis": "工资单"}]
    )
    move(change, "submit", clerk, opinion="收入增加", on=date(2020, 6, 3))
    with pytest.raises(NotAllowed):
        move(change, "grant", clerk, opinion="同意", on=date(2020, 6, 4))
    change = move(change, "grant", people["officer"], opinion="同意调整", on=date(2020, 6, 5))
    held.refresh_from_db()
    assert held.last_month == date(2020, 6, 1)
    assert (change.entitlement.first_month, change.entitlement.monthly_amount) == (
        date(2020, 7, 1),
        Decimal("500.00"),
    )
    assert change.entitlement.previous == held


def test_an_ending_has_its_reason_and_other_needs_words(people):
    clerk = people["clerk"]
    held = granted(people).entitlement
    with pytest.raises(UserError, match="其他"):
        services.open_change(held, clerk, "end", end_reason="other", on=date(2020, 6, 2))
    change = services.open_change(
        held, clerk, "end", end_reason="vehicle", end_note="购置轿车", on=date(2020, 6, 2)
    )
    move(change, "submit", clerk, opinion="名下有轿车", on=date(2020, 6, 3))
    move(change, "grant", people["officer"], opinion="同意停发", on=date(2020, 6, 5))
    held.refresh_from_db()
    assert (held.last_month, held.end_reason) == (date(2020, 6, 1), "vehicle")


def test_a_review_sets_the_next_one_by_class(people):
    held = granted(people).entitlement
    services.review(held, people["clerk"], result="continue", note="情况没有变化", on=date(2020, 9, 10))
    found = Review.objects.get()
    held.refresh_from_db()
    assert held.review_due == found.next_due
    assert found.next_due > date(2020, 9, 10)


def test_a_review_that_finds_more_leads_to_a_change(people):
    held = granted(people).entitlement
    found = services.review(
        held, people["clerk"], result="end", note="名下有门面", end_reason="shop", on=date(2020, 9, 10)
    )
    assert found.case.change_kind == "end"
    assert DibaoApplication.objects.filter(flow="dibao_change", state="open").count() == 1
