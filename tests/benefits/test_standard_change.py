"""调标 end to end: proposed, assessed, looked at, approved by another officer, applied once and only then."""

from datetime import date
from decimal import Decimal

import pytest

from benefits import services, standard_change
from benefits.models import Entitlement, Standard, StandardChangeLine
from benefits.replaying import recompute
from core.errors import Conflict, NotAllowed, UserError
from core.jobs import run_job_inline
from tests import factories
from tests.benefits.test_entitlements import granted

pytestmark = pytest.mark.django_db
JUL, JUN = date(2020, 7, 1), date(2020, 6, 1)


@pytest.fixture
def officers():
    return factories.user("bureau_officer"), factories.user("bureau_officer")


def new_standard(amount=550, start=JUL):
    return Standard.objects.create(
        programme_id="dibao_urban",
        division=factories.division(),
        amount=amount,
        effective_from=start,
        source="区政府〔2020〕8号",
    )


def taken_over(home, amount="310"):
    row = Entitlement(
        programme_id="dibao_urban", household=home, person=home.head, division_id=home.division_id,
        persons=1, monthly_amount=amount, first_month=date(2018, 1, 1), source="taken_over",
    )  # fmt: skip
    return services.grant_bulk([(row, [home.head.pk])])[0]


def proposed(officer, **standard):
    change = standard_change.propose(new_standard(**standard), officer)
    run_job_inline(change.job)
    change.refresh_from_db()
    return change


def test_a_raised_standard_from_proposal_to_the_new_amounts(officers):
    maker, checker = officers
    pair, lone = granted(factories.household(members=2)), granted(factories.household(members=1))
    elsewhere = granted(factories.household(members=1, division=factories.OTHER_VILLAGE))
    ended = services.end_entitlement(granted(), date(2020, 5, 1), "tax", "", None)
    old_ledger = taken_over(factories.household())
    change = proposed(maker)
    assert change.state == "proposed"
    lines = {line.entitlement_id: line for line in change.lines.all()}
    assert set(lines) == {pair.pk, lone.pk, elsewhere.pk, old_ledger.pk}
    assert (lines[pair.pk].before, lines[pair.pk].after) == (Decimal("800.00"), Decimal("900.00"))
    assert "没有测算事实" in lines[old_ledger.pk].note
    assert (change.counts["month"], change.counts["year"]) == ("200.00", "2400.00")
    pair.refresh_from_db()
    assert pair.last_month is None, "nothing may change before approval"

    with pytest.raises(NotAllowed, match="提出人"):
        standard_change.approve(change, "同意", maker)
    with pytest.raises(NotAllowed):
        standard_change.approve(change, "同意", factories.user("finance"))
    standard_change.approve(change, "同意", checker)
    pair.refresh_from_db()
    new = pair.successors.get()
    assert (pair.last_month, pair.is_void, pair.end_reason) == (JUN, False, "")
    assert (new.first_month, new.monthly_amount, new.persons) == (JUL, Decimal("900.00"), 2)
    assert new.members.count() == 2 and new.beneficiary_id == pair.beneficiary_id
    assert recompute(new.assessment).agrees
    assert new.assessment.policy["dibao_urban"]["standard"] == "550.00"
    for row in (ended, old_ledger):
        assert not row.successors.exists()
    with pytest.raises(Conflict, match="已执行"):
        standard_change.approve(change, "再来", checker)


def test_what_changed_since_the_proposal_stops_the_approval(officers):
    maker, checker = officers
    row = granted(factories.household(members=2))
    change = proposed(maker)
    services.end_entitlement(row, date(2020, 8, 1), "tax", "", None)
    late = granted(factories.household(members=1))
    with pytest.raises(Conflict, match="2 份待遇新增、变更或停发") as stopped:
        standard_change.approve(change, "同意", checker)
    assert str(late) in stopped.value.changes
    change = standard_change.propose_again(change, maker)
    run_job_inline(change.job)
    standard_change.approve(change, "同意", checker)
    successor = row.successors.get()
    assert (successor.first_month, successor.last_month, successor.end_reason) == (
        JUL,
        date(2020, 8, 1),
        "tax",
    )


def test_one_that_began_after_the_new_standard_is_replaced_from_its_first_month(officers):
    maker, checker = officers
    home = factories.household(members=1)
    row = granted(home)
    change = standard_change.propose(new_standard(600, date(2019, 7, 1)), maker)
    run_job_inline(change.job)
    standard_change.approve(change, "同意", checker)
    row.refresh_from_db()
    new = row.successors.get()
    assert row.is_void and new.first_month == row.first_month and new.monthly_amount == Decimal("400.00")


def test_holds_go_along(officers):
    maker, checker = officers
    row = granted()
    services.place_hold(row, JUN, None, "核查", maker)
    standard_change.approve(proposed(maker), "同意", checker)
    assert row.holds.get().last_month == JUN
    assert row.successors.get().holds.get().first_month == JUL


def test_refusing_changes_nothing_and_needs_a_reason(officers):
    maker, checker = officers
    row = granted()
    change = proposed(maker)
    with pytest.raises(UserError, match="理由"):
        standard_change.refuse(change, " ", checker)
    assert standard_change.refuse(change, "测算有误", checker).state == "refused"
    assert not row.successors.exists()
    assert standard_change.propose(change.standard, maker).pk != change.pk


def test_only_one_change_of_a_programme_is_open_at_a_time(officers):
    change = proposed(officers[0])
    with pytest.raises(UserError, match="还没有审批"):
        standard_change.propose(change.standard, officers[1])
    with pytest.raises(NotAllowed):
        standard_change.propose(change.standard, factories.user("finance"))


def test_an_amount_without_facts_may_be_fixed_by_an_officer_with_words(officers):
    maker, checker = officers
    with_facts, old = granted(), taken_over(factories.household())
    change = proposed(maker)
    line = StandardChangeLine.objects.get(entitlement=old)
    with pytest.raises(UserError, match="依据"):
        standard_change.decide_line(line, Decimal("360"), "", maker)
    with pytest.raises(UserError, match="由测算得出"):
        standard_change.decide_line(change.lines.get(entitlement=with_facts), Decimal("1"), "多给", maker)
    standard_change.decide_line(line, Decimal("360"), "入户核实后差额增加 50 元", maker)
    standard_change.approve(change, "同意", checker)
    new = old.successors.get()
    assert (new.monthly_amount, new.source, new.assessment) == (Decimal("360.00"), "taken_over", None)


def test_one_that_no_longer_qualifies_is_listed_and_left_alone(officers):
    maker, checker = officers
    home = factories.household(members=1)
    row = granted(home, income=450)
    change = proposed(maker, amount=440)
    line = change.lines.get()
    assert line.after == line.before and "不符合条件" in line.note
    standard_change.approve(change, "同意", checker)
    assert not row.successors.exists()
