"""临时救助 from the counter to the one-off amount, by the people who really do each step."""

from datetime import date
from decimal import Decimal

import pytest

from benefits.models import Entitlement, Parameter
from casework.services import move
from core.errors import Conflict, NotAllowed, UserError
from relief.temporary import services
from relief.temporary.facts import granted_before, window_start
from relief.temporary.models import Advance
from tests import factories
from tests.relief import temporary_stories as stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return {
        "clerk": factories.user("township_clerk", full_name="周敏"),
        "leader": factories.user("township_leader", full_name="蒋卫东"),
        "officer": factories.user("bureau_officer", full_name="曾丽"),
    }


def test_an_emergency_is_granted_by_three_pairs_of_hands(people):
    home = factories.household(members=2)
    case = stories.emergency(home, people["clerk"])
    assert (case.number, case.due_on) == ("LS-2020-00001", date(2020, 3, 3))
    case = stories.at_bureau(case, people["clerk"], people["leader"])
    case = move(case, "grant", people["officer"], on=stories.DAY)
    held = Entitlement.objects.get()
    assert (case.state, case.granted_amount) == ("granted", Decimal("6000.00"))  # 500 × 2 × 6
    assert (held.monthly_amount, held.first_month, held.last_month) == (
        Decimal("6000.00"),
        date(2020, 3, 1),
        date(2020, 3, 1),
    )
    assert held.is_one_off and held.persons == 2
    assert case.entitlement == held and held.decided_by.action == "grant"


def test_a_small_emergency_is_decided_by_the_entrusted_township(people):
    home = factories.household(members=2)
    case = stories.emergency(home, people["clerk"], severity="light")
    case = stories.sent_in(case, people["clerk"])
    # 500 × 2 × 1 is exactly what the township is entrusted with.
    case = move(case, "grant_here", people["leader"], opinion="同意", on=stories.DAY)
    assert (case.state, case.granted_amount) == ("granted", Decimal("1000.00"))


def test_a_yuan_above_the_delegation_goes_to_the_bureau(people):
    Parameter.objects.filter(programme="temporary", key="delegated_amount").update(value="999.99")
    case = stories.emergency(factories.household(members=2), people["clerk"], severity="light")
    case = stories.sent_in(case, people["clerk"])
    with pytest.raises(UserError, match="报区局确认"):
        move(case, "grant_here", people["leader"], opinion="同意", on=stories.DAY)
    assert move(case, "agree", people["leader"], opinion="同意", on=stories.DAY).stage == "confirm"


def test_dear_treatment_is_published_in_the_village_before_the_bureau_decides(people):
    home = factories.household(members=2, income=400)
    case = stories.expenditure(home, people["clerk"], 34000)
    case = stories.sent_in(case, people["clerk"])
    assert case.whole_due_on == date(2020, 3, 30)  # 20 working days
    case = move(case, "publish", people["leader"], opinion="同意", on=date(2020, 3, 3))
    case = move(case, "post", people["clerk"], on=date(2020, 3, 3), place="村务公开栏")
    assert (case.notices.get().amount, case.notices.get().ends_on) == (Decimal("9600.00"), date(2020, 3, 5))
    with pytest.raises(UserError, match="公示期未满"):
        move(case, "send_up", people["clerk"], on=date(2020, 3, 5))
    case = move(case, "send_up", people["clerk"], on=date(2020, 3, 6))
    case = move(case, "grant", people["officer"], on=date(2020, 3, 9))
    assert case.granted_amount == Decimal("9600.00")


def test_expenses_need_their_papers(people):
    case = stories.expenditure(factories.household(), people["clerk"], 34000)
    case = move(case, "accept", people["clerk"], on=stories.DAY)
    with pytest.raises(UserError, match="入户"):
        move(case, "send_in", people["clerk"], opinion="属实", on=stories.DAY)


def test_expenses_count_twelve_months_back(people):
    home, clerk = factories.household(), people["clerk"]

    def spent(day):
        return services.Facts(
            kind="expenditure",
            cause="treatment",
            cause_words="住院",
            expenses=[services.ExpenseEntry(day, "住院", Decimal(9000), "发票 1")],
        )

    with pytest.raises(UserError, match="12 个月"):
        services.apply(home, clerk, spent(date(2019, 3, 1)), on=stories.DAY)
    with pytest.raises(UserError, match="12 个月"):
        services.apply(home, clerk, spent(date(2020, 3, 3)), on=stories.DAY)
    assert services.apply(home, clerk, spent(date(2019, 3, 2)), on=stories.DAY).self_paid == 9000


def test_the_clerk_may_not_decide_even_with_another_role(people):
    clerk = people["clerk"]
    case = stories.at_bureau(
        stories.emergency(factories.household(members=2), clerk), clerk, people["leader"]
    )
    clerk.role, clerk.lines, clerk.division_id = "bureau_officer", ["relief"], factories.DISTRICT
    clerk.save()
    for action in ("grant", "refuse", "send_back"):
        with pytest.raises(NotAllowed, match="另一人"):
            move(case, action, clerk, opinion="同意", on=stories.DAY)


# -- what was granted before ---------------------------------------------------------------------------------


def test_the_years_cap_is_reached_to_the_yuan_and_then_nothing_is_left(people):
    home = factories.household(members=4)
    first = stories.granted(home, *people.values(), cause="fire")
    assert first.granted_amount == 12000  # 500 × 4 × 6
    second = stories.granted(home, *people.values(), cause="accident", words="交通事故")
    assert second.granted_amount == 8000
    rules = [(line["rule"], line["amount"]) for line in second.decision.lines]
    assert rules == [("emergency", "12000.00"), ("cap", "-4000.00")]
    third = stories.emergency(home, people["clerk"], cause="illness", words="急病")
    answer = services.assess_now(third, stories.DAY)
    assert [one["code"] for one in answer["reasons"]] == ["grants"]


def test_a_decision_in_december_counts_in_its_year(people):
    home = factories.household(members=4)
    for day, cause in ((date(2020, 12, 31), "fire"), (date(2020, 12, 30), "accident")):
        stories.granted(home, *people.values(), on=day, cause=cause, words="年底突发")
    assert granted_before(home, date(2020, 12, 31)).amount == 20000
    assert granted_before(home, date(2021, 1, 1)).amount == 0
    case = stories.granted(home, *people.values(), on=date(2021, 1, 4), cause="illness", words="急病")
    assert case.granted_amount == 12000


@pytest.mark.parametrize(
    ("again", "counted"), [(date(2021, 3, 1), 1), (date(2021, 3, 2), 1), (date(2021, 3, 3), 0)]
)
def test_the_same_cause_is_counted_for_twelve_months(people, again, counted):
    """Granted on 2020-03-02: twelve months end on 2021-03-02, the 365th day after it; the 366th is free."""
    home = factories.household()
    stories.granted(home, *people.values(), affected=1)
    assert granted_before(home, again, "fire").same_cause == counted
    assert granted_before(home, again, "accident").same_cause == 0


def test_the_third_grant_for_a_cause_waits_for_the_day_after_twelve_months(people):
    home = factories.household()
    for day in (date(2020, 3, 2), date(2020, 5, 6)):
        stories.granted(home, *people.values(), on=day)
    case = stories.emergency(home, people["clerk"], on=date(2021, 3, 2))
    answer = services.assess_now(case, date(2021, 3, 2))
    assert (answer["eligible"], answer["reasons"][0]["code"]) == (False, "grants")
    assert "12 个月内已救助 2 次" in answer["reasons"][0]["text"]
    assert services.assess_now(case, date(2021, 3, 3))["eligible"]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2021, 3, 2), date(2020, 3, 2)),
        (date(2020, 2, 29), date(2019, 3, 1)),
        (date(2021, 2, 28), date(2020, 2, 28)),
    ],
)
def test_twelve_months_end_on_the_corresponding_day(day, first):
    assert window_start(day) == first


def test_other_causes_are_the_same_only_in_the_same_words(people):
    home = factories.household()
    stories.granted(home, *people.values(), cause="other", words="住房倒塌")
    assert granted_before(home, stories.DAY, "other", "住房倒塌").same_cause == 1
    assert granted_before(home, stories.DAY, "other", "财物被盗").same_cause == 0


def test_what_was_granted_meanwhile_sends_the_case_back(people):
    home = factories.household(members=4)
    one = stories.at_bureau(
        stories.emergency(home, people["clerk"], cause="fire"), people["clerk"], people["leader"]
    )
    two = stories.at_bureau(
        stories.emergency(home, people["clerk"], cause="accident"), people["clerk"], people["leader"]
    )
    move(one, "grant", people["officer"], on=stories.DAY)
    with pytest.raises(Conflict, match=r"8,000.00 元，请退回重新初审"):
        move(two, "grant", people["officer"], on=stories.DAY)


def test_the_same_family_is_not_taken_twice_for_one_cause(people):
    home = factories.household()
    stories.emergency(home, people["clerk"])
    with pytest.raises(UserError, match="已有在办"):
        stories.emergency(home, people["clerk"])


def test_facts_are_put_right_with_before_and_after(people):
    home = factories.household(members=2)
    case = stories.emergency(home, people["clerk"])
    facts = services.Facts(
        kind="emergency",
        cause="fire",
        cause_words="厨房起火，房屋烧毁",
        severity="medium",
        members=[
            services.MemberEntry(one, affected=place == 0, income=Decimal(300))
            for place, one in enumerate(home.people)
        ],
    )
    case = services.record_facts(case, people["clerk"], facts, case.version)
    assert services.assess_now(case, stories.DAY)["monthly_amount"] == "1500.00"
    changes = [tuple(change) for event in case.events.all() for change in event.changes]
    assert ("困难程度", "重度", "中度") in changes
    assert (f"{home.people[1].name} 受困", "是", "否") in changes


# -- 先行救助 ------------------------------------------------------------------------------------------------


def test_the_advance_is_part_of_the_grant_and_the_rest_is_paid(people):
    stories.allotted()
    home = factories.household(members=2)
    case = stories.advanced(home, people["clerk"], people["leader"])
    assert case.advance.state == "paid"
    # What is out counts at once, also for another cause of the same family.
    assert granted_before(home, stories.DAY, "fire").amount == 2000
    stories.papers_in(case, people["clerk"], date(2020, 3, 5))
    case = move(case, "send_in", people["clerk"], opinion="手续齐全", on=date(2020, 3, 5))
    case = move(case, "agree", people["leader"], opinion="同意", on=date(2020, 3, 5))
    case = move(case, "grant", people["officer"], on=date(2020, 3, 6))
    assert (case.granted_amount, case.entitlement.monthly_amount) == (Decimal(6000), Decimal(4000))
    assert case.advance.state == "settled"
    assert granted_before(home, date(2020, 3, 6), "fire") == granted_before(home, date(2020, 12, 31), "fire")
    assert granted_before(home, date(2020, 3, 6), "fire").amount == 6000
    assert granted_before(home, date(2020, 3, 6), "fire").same_cause == 1


def test_an_advance_of_the_whole_amount_leaves_nothing_to_pay(people):
    stories.allotted()
    home = factories.household(members=2)
    case = stories.advanced(home, people["clerk"], people["leader"], amount=1000, severity="light")
    stories.papers_in(case, people["clerk"], date(2020, 3, 5))
    case = move(case, "send_in", people["clerk"], opinion="手续齐全", on=date(2020, 3, 5))
    case = move(case, "grant_here", people["leader"], opinion="同意", on=date(2020, 3, 5))
    assert (case.state, case.granted_amount, case.entitlement) == ("granted", Decimal(1000), None)
    assert not Entitlement.objects.exists()


def test_papers_are_due_after_ten_working_days_over_the_national_day(people):
    stories.allotted()
    case = stories.advanced(factories.household(), people["clerk"], people["leader"], on=date(2020, 9, 28))
    # 10-01 to 10-08 are free, 10-10 is a make-up Saturday: 9-29, 9-30, 10-9, 10-10, 10-12 … 10-17.
    assert case.advance.paper_due_on == date(2020, 10, 17) or case.advance.paper_due_on == date(2020, 10, 19)
    assert case.due_on == case.whole_due_on == case.advance.paper_due_on


def test_a_refused_case_leaves_its_advance_to_be_recovered_by_the_township(people):
    reserve = stories.allotted()
    home = factories.household(members=2)
    case = stories.advanced(home, people["clerk"], people["leader"])
    stories.papers_in(case, people["clerk"], date(2020, 3, 5))
    case = move(case, "send_in", people["clerk"], opinion="手续齐全", on=date(2020, 3, 5))
    case = move(case, "advise_refusal", people["leader"], opinion="有保险赔付", on=date(2020, 3, 5))
    case = move(case, "refuse", people["officer"], opinion="已由保险赔付", on=date(2020, 3, 6))
    advance = Advance.objects.get()
    assert (advance.state, advance.to_recover) == ("to_recover", Decimal(2000))
    assert granted_before(home, date(2020, 3, 6)).amount == 0
    from relief.temporary.panels import todo_items

    assert [one.stage for one in todo_items(people["clerk"])] == ["待追回 2,000.00 元"]
    from relief.temporary import reserve as ledger

    with pytest.raises(NotAllowed):
        ledger.take_back(advance, people["officer"])
    ledger.take_back(advance, people["clerk"], on=date(2020, 3, 20))
    reserve.refresh_from_db()
    assert reserve.balance == 20000
    with pytest.raises(UserError, match="没有待追回"):
        ledger.take_back(advance, people["clerk"], on=date(2020, 3, 20))


@pytest.mark.parametrize(
    ("amount", "words"),
    [("2000.01", "不超过 2,000.00"), ("0", "填写先行救助金额"), ("-5", "填写先行救助金额")],
)
def test_an_advance_keeps_its_limit(people, amount, words):
    stories.allotted()
    with pytest.raises(UserError, match=words):
        stories.advanced(factories.household(members=2), people["clerk"], people["leader"], amount=amount)


def test_an_advance_is_never_more_than_the_case_is_worth(people):
    stories.allotted()
    with pytest.raises(UserError, match=r"500\.00 元，先行救助不能超过它"):
        stories.advanced(
            factories.household(), people["clerk"], people["leader"], amount=501, severity="light"
        )


def test_a_case_with_money_out_is_decided_and_not_withdrawn(people):
    stories.allotted()
    case = stories.advanced(factories.household(), people["clerk"], people["leader"])
    with pytest.raises(UserError, match="不能撤回"):
        move(case, "withdraw", people["clerk"], opinion="不要了", on=stories.DAY)


def test_a_proposal_turned_down_may_be_made_again(people):
    stories.allotted()
    case = move(
        stories.emergency(factories.household(), people["clerk"]), "accept", people["clerk"], on=stories.DAY
    )
    for step in ("turn_down_advance", "approve_advance"):
        case = move(
            case,
            "propose_advance",
            people["clerk"],
            opinion="情况紧急",
            on=stories.DAY,
            advance_amount=Decimal(500),
        )
        case = move(case, step, people["leader"], opinion="照办", on=stories.DAY)
    assert [one.state for one in case.advances.order_by("id")] == ["refused", "paid"]
