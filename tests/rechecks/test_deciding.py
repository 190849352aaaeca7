"""From finding to outcome: verified by the township, decided by another in the bureau, ended through the case."""

from datetime import date

import pytest
from django.utils import timezone

from benefits.models import Entitlement
from casework.services import move
from core.errors import Conflict, NotAllowed, UserError
from rechecks import deciding, loading, services
from rechecks.models import Finding, FindingState, Outcome
from tests import factories
from tests.rechecks.lists import DECEMBER, heard, holder, loaded, only, recheck

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def clerk():
    return factories.user("township_clerk")


@pytest.fixture
def officer():
    return factories.user("bureau_officer")


def entry(outcome, words="入户核实，情况属实。", **more):
    return deciding.Report(outcome, words, "周敏、唐志强", TODAY(), **more)


def found(kind="payroll", *says, members=1):
    home = holder(members)
    loaded(kind, (home.head, *(says or ("某小学", "3200"))))
    recheck()
    return only()


def test_a_confirmed_job_on_the_public_payroll_ends_the_household_through_its_case(clerk, officer):
    finding = found()
    row = deciding.report(
        heard(finding, clerk), clerk, entry(Outcome.END, end_reason="payroll", from_month=date(2021, 1, 1))
    )
    assert row.state == FindingState.IN_CASE
    assert row.case.stage == "confirm"
    move(row.case, "grant", officer, opinion="同意停发")
    row = only()
    assert row.state == FindingState.ENDED
    ended = Entitlement.objects.get(pk=row.entitlement_id)
    assert (ended.last_month, ended.end_reason) == (DECEMBER, "payroll")
    assert "死亡" not in ended.end_note and "财政供养" in ended.end_note


def test_a_case_that_the_bureau_refuses_opens_the_finding_again(clerk, officer):
    row = deciding.report(heard(found(), clerk), clerk, entry(Outcome.END, end_reason="payroll"))
    move(row.case, "refuse", officer, opinion="工资为补发往年，证据不足")
    assert only().state == FindingState.OPEN


def test_an_ended_holding_is_not_found_again_for_the_months_that_it_was_still_owed(clerk, officer):
    row = deciding.report(
        heard(found(), clerk), clerk, entry(Outcome.END, end_reason="payroll", from_month=date(2021, 1, 1))
    )
    move(row.case, "grant", officer, opinion="同意停发")
    again = recheck()
    assert again.new == 0
    assert only().state == FindingState.ENDED
    assert recheck(date(2021, 1, 1)).checked == 0


def test_what_does_not_matter_is_kept_with_a_reason_by_another_than_the_verifier(clerk, officer):
    row = deciding.report(found(), clerk, entry(Outcome.KEEP, "公益性岗位，收入已计入。"))
    assert row.state == FindingState.REPORTED
    with pytest.raises(NotAllowed):
        deciding.decide(row, clerk, True, "同意")
    assert deciding.decide(row, officer, True, "同意保留").state == FindingState.KEPT


def test_the_bureau_sends_back_what_was_not_verified_well(clerk, officer):
    row = deciding.report(found(), clerk, entry(Outcome.LIST_WRONG, "本人说没有。"))
    row = deciding.decide(row, officer, False, "请取得单位证明")
    assert (row.state, row.proposal) == (FindingState.OPEN, "")


def test_a_suspended_holding_is_on_hold_from_the_next_month(clerk, officer):
    row = deciding.report(found(), clerk, entry(Outcome.SUSPEND, "外出务工，联系不上。"))
    row = deciding.decide(row, officer, True, "联系不上，先暂缓")
    assert row.hold.first_month > TODAY()
    assert row.hold.lifted_at is None


def test_someone_elsewhere_can_neither_see_nor_verify_it():
    stranger = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    finding = found()
    assert not Finding.objects.visible_to(stranger).exists()
    with pytest.raises(NotAllowed):
        deciding.report(finding, stranger, entry(Outcome.KEEP))


def test_who_comes_second_is_told(clerk):
    finding = found()
    deciding.report(finding, clerk, entry(Outcome.KEEP), version=finding.version)
    with pytest.raises(Conflict):
        deciding.report(finding, clerk, entry(Outcome.KEEP), version=finding.version)


def test_ending_needs_its_reason(clerk):
    with pytest.raises(UserError, match="停发原因"):
        deciding.report(found(), clerk, entry(Outcome.END))


class TestDeaths:
    def test_many_clear_deaths_are_sent_to_the_bureau_in_one_act(self, clerk, officer):
        alone, other, family = holder(), holder(), holder(2)
        loaded("death", (alone.head, "2020-10-08"), (other.head, "2020-11-30"), (family.head, "2020-11-30"))
        recheck()
        taken, left = deciding.report_deaths(Finding.objects.order_by("pk"), clerk)
        assert taken == 2
        assert left == [f"{family.head}：须逐条核查"]
        for one in Finding.objects.filter(state=FindingState.IN_CASE):
            move(one.case, "grant", officer, opinion="同意")
        last = dict(Entitlement.objects.values_list("person__name", "last_month"))
        # The month of death is still paid.
        assert last == {
            alone.head.name: date(2020, 10, 1),
            other.head.name: date(2020, 11, 1),
            family.head.name: None,
        }

    def test_only_a_list_that_a_second_officer_confirmed_holds_payments_by_itself(self, officer):
        home = holder()
        made = loaded("death", (home.head, "2020-10-08"), user=officer)
        recheck()
        assert only().hold is None
        with pytest.raises(NotAllowed, match="另一名"):
            loading.confirm(made, officer)
        loading.confirm(made, factories.user("bureau_officer"))
        recheck()
        assert only().hold.first_month == date(2020, 11, 1)

    def test_the_hold_is_lifted_when_the_list_was_wrong(self, clerk, officer):
        home = holder()
        loading.confirm(loaded("death", (home.head, "2020-10-08")), officer)
        recheck()
        row = deciding.report(only(), clerk, entry(Outcome.LIST_WRONG, "本人健在，当面核实。"))
        deciding.decide(row, officer, True, "名单有误，恢复发放")
        assert only().hold.lifted_at is not None

    def test_a_death_under_another_name_is_not_held(self, officer):
        home = holder()
        head = home.head
        head.name = "别人"
        loading.confirm(loaded("death", (head, "2020-10-08")), officer)
        recheck()
        assert only().name_mismatch
        assert only().hold is None


def test_a_preview_counts_what_a_changed_line_would_hit_and_writes_nothing():
    home = holder()
    loaded("tax", (home.head, "2020", "50000"))
    loaded("vehicle", (home.head, "湘E1", "普通二轮摩托车", "非营运"))
    (told,) = services.preview(DECEMBER, {"tax_line": 40000})
    assert (told["kind"].code, told["before"], told["after"]) == ("tax", 0, 1)
    for exempt in (["拖拉机"], []):
        (told,) = services.preview(DECEMBER, {"vehicle_exempt": exempt})
        assert (told["kind"].code, told["before"], told["after"]) == ("vehicle", 0, 1)
    assert not Finding.objects.exists()
