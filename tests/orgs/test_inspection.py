"""The yearly inspection: who must report, who has, who is late, two officers for a conclusion, what follows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from benefits.models import Parameter
from core.errors import Conflict, NotAllowed, UserError
from orgs import inspection
from orgs.figures import figures
from orgs.models import InspectionReport, OrgState, ReportState
from tests import factories
from tests.orgs import stories
from tests.orgs.stories import body

pytestmark = pytest.mark.django_db
OPENED = date(2020, 1, 15)
IN_TIME = date(2020, 5, 20)
WHOLE = {
    "papers": ["report", "finance", "audit", "certificate"],
    "income": Decimal(120_000),
    "expenses": Decimal(98_000),
    "net_assets": Decimal(-500),
    "staff": 3,
    "activities": 12,
    "supervisor_on": date(2020, 3, 20),
    "supervisor_opinion": "同意上报",
}


@pytest.fixture
def maker():
    return stories.officer("刘经办")


@pytest.fixture
def checker():
    return stories.officer("陈复核")


def report_of(one, year=2019):
    return InspectionReport.objects.get(organisation=one, campaign__year=year)


def test_the_campaign_asks_everyone_registered_by_the_years_end_and_still_there(maker):
    last_day, next_day = body("年末协会", date(2019, 12, 31)), body("新年协会", date(2020, 1, 1))
    ended = body("注销协会", date(2010, 1, 1), state="cancelled", ended_on=date(2020, 1, 8))
    listed = body("异常协会", date(2010, 1, 1), state="exception")
    campaign = inspection.open_campaign(2019, maker, OPENED)
    asked = {one.organisation for one in campaign.reports.all()}
    assert asked == {last_day, listed} and next_day not in asked and ended not in asked


def test_last_days_are_frozen_with_the_campaign(maker):
    supervised = body("太极拳协会")
    direct = body("社区服务中心", kind="private_unit", supervisor="", direct_kind="community")
    fund = body("爱心基金会", kind="foundation")
    inspection.open_campaign(2019, maker, OPENED)
    assert (report_of(supervised).supervisor_due_on, report_of(supervised).due_on) == (
        date(2020, 3, 31),
        date(2020, 5, 31),
    )
    assert (report_of(direct).supervisor_due_on, report_of(direct).due_on) == (None, date(2020, 5, 31))
    assert report_of(fund).due_on == date(2020, 3, 31)
    Parameter.objects.create(
        key="orgs.inspection.registrar_due", value="06-30", effective_from=date(2020, 4, 1)
    )
    assert report_of(supervised).due_on == date(2020, 5, 31)


def test_a_campaign_is_opened_once_and_only_for_a_year_that_is_over(maker):
    inspection.open_campaign(2019, maker, OPENED)
    with pytest.raises(UserError, match="已经启动"):
        inspection.open_campaign(2019, maker, OPENED)
    with pytest.raises(UserError, match="还没有过完"):
        inspection.open_campaign(2020, maker, OPENED)
    with pytest.raises(NotAllowed):
        inspection.open_campaign(2018, factories.user("bureau_officer"), OPENED)


@pytest.mark.parametrize(("day", "late"), [(date(2020, 5, 31), 0), (date(2020, 6, 1), 1)])
def test_the_last_day_is_still_in_time(maker, day, late):
    body("太极拳协会")
    campaign = inspection.open_campaign(2019, maker, OPENED)
    assert inspection.progress(campaign, day).late == late


def test_a_report_is_complete_with_papers_figures_and_the_supervisors_opinion(maker):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    report = inspection.take_report(
        report_of(one), maker, {**WHOLE, "papers": ["report"], "supervisor_on": None, "supervisor_opinion": ""},
        on=IN_TIME,
    )  # fmt: skip
    assert report.state == ReportState.SUBMITTED
    assert inspection.lacking(report) == [
        "年度财务会计报告",
        "审计报告",
        "登记证书副本",
        "业务主管单位初审意见",
    ]
    report = inspection.take_report(report, maker, WHOLE, report.version, on=IN_TIME)
    assert (report.state, inspection.lacking(report)) == (ReportState.COMPLETE, [])


def test_a_report_of_which_nothing_came_in_is_none(maker):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    with pytest.raises(UserError, match="一份材料也没有的不算报送") as refused:
        inspection.take_report(report_of(one), maker, {**WHOLE, "papers": []}, on=IN_TIME)
    assert refused.value.field == "papers"
    assert report_of(one).state == ReportState.DUE


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"submitted_on": date(2019, 12, 31)}, "应在次年报送"),
        ({"submitted_on": date(2020, 5, 21)}, "不能晚于今天"),
        ({"supervisor_opinion": ""}, "一起填写"),
        ({"supervisor_on": date(2020, 6, 1)}, "初审日期不能晚于今天"),
    ],
)
def test_impossible_days_are_refused(maker, facts, words):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    with pytest.raises(UserError, match=words):
        inspection.take_report(report_of(one), maker, {**WHOLE, **facts}, on=IN_TIME)


def test_one_proposes_and_another_concludes(maker, checker):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    report = inspection.take_report(report_of(one), maker, WHOLE, on=IN_TIME)
    report = inspection.propose_conclusion(report, maker, "pass", on=IN_TIME)
    with pytest.raises(NotAllowed, match="须由另一人复核"):
        inspection.conclude(report, maker, on=IN_TIME)
    report = inspection.conclude(report, checker, on=date(2020, 6, 18))
    assert (report.conclusion, report.concluded_on) == ("pass", date(2020, 6, 18))
    with pytest.raises(UserError, match="已作结论"):
        inspection.propose_conclusion(report, maker, "fail", "后悔")
    with pytest.raises(UserError, match="不再改动"):
        inspection.take_report(report, maker, WHOLE)


def test_less_than_good_needs_its_ground_and_incomplete_has_no_conclusion(maker):
    one, other = body("太极拳协会"), body("书法协会")
    inspection.open_campaign(2019, maker, OPENED)
    report = inspection.take_report(report_of(one), maker, WHOLE, on=IN_TIME)
    with pytest.raises(UserError, match="请写明依据"):
        inspection.propose_conclusion(report, maker, "basic", on=IN_TIME)
    with pytest.raises(UserError, match="材料齐全后"):
        inspection.propose_conclusion(report_of(other), maker, "pass", on=IN_TIME)


def test_who_never_reported_can_be_found_wanting_once_the_time_is_up(maker):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    with pytest.raises(UserError):
        inspection.propose_conclusion(report_of(one), maker, "fail", "未报送", on=date(2020, 5, 31))
    with pytest.raises(UserError, match="只能拟定不合格"):
        inspection.propose_conclusion(report_of(one), maker, "pass", on=date(2020, 6, 1))
    report = inspection.propose_conclusion(report_of(one), maker, "fail", "未报送", on=date(2020, 6, 1))
    assert report.state == ReportState.PROPOSED


def test_a_report_sent_back_loses_its_proposed_conclusion(maker):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    report = inspection.take_report(report_of(one), maker, WHOLE, on=IN_TIME)
    with pytest.raises(UserError, match="请写明补正内容"):
        inspection.return_report(report, maker, "")
    report = inspection.propose_conclusion(report, maker, "pass", on=IN_TIME)
    report = inspection.return_report(report, maker, "审计报告缺签章", on=IN_TIME)
    assert (report.state, report.proposed, report.missing) == (ReportState.RETURNED, "", "审计报告缺签章")


def test_two_editors_of_one_report(maker):
    one = body("太极拳协会")
    inspection.open_campaign(2019, maker, OPENED)
    report = report_of(one)
    inspection.take_report(report, maker, WHOLE, report.version, on=IN_TIME)
    with pytest.raises(Conflict):
        inspection.take_report(report, maker, WHOLE, report.version, on=IN_TIME)


def test_many_at_once_take_only_what_is_ready(maker, checker):
    ready, waiting, bad = body("太极拳协会"), body("书法协会"), body("象棋协会")
    campaign = inspection.open_campaign(2019, maker, OPENED)
    for one in (ready, bad):
        inspection.take_report(report_of(one), maker, WHOLE, on=IN_TIME)
    inspection.propose_conclusion(report_of(bad), maker, "basic", "活动少", on=IN_TIME)
    assert inspection.propose_pass(campaign.reports.all(), maker, IN_TIME) == 1
    assert inspection.conclude_all(campaign.reports.all(), maker, IN_TIME) == 0
    assert inspection.conclude_all(campaign.reports.all(), checker, IN_TIME) == 1
    assert inspection.remind(campaign.reports.all(), maker, IN_TIME) == 1
    assert report_of(waiting).reminders == 1
    found = inspection.progress(campaign, date(2020, 6, 1))
    assert (found.total, found.submitted, found.complete, found.concluded, found.late, found.proposed) == (
        3, 2, 2, 1, 1, 1,
    )  # fmt: skip


def test_two_missed_years_are_proposed_for_the_list_and_a_person_decides(maker, checker):
    one, good = body("太极拳协会"), body("书法协会")
    for year in (2018, 2019):
        inspection.open_campaign(year, maker, date(year + 1, 1, 15))
        inspection.take_report(
            report_of(good, year), maker, {**WHOLE, "supervisor_on": date(year + 1, 3, 1)},
            on=date(year + 1, 5, 1),
        )  # fmt: skip
    assert inspection.exception_candidates(maker, date(2020, 5, 31)) == []
    assert inspection.exception_candidates(maker, date(2020, 6, 1)) == [(one, 2)]
    measure = inspection.propose_measure(one, "exception", "连续两年未报送", maker, date(2020, 6, 10))
    one.refresh_from_db()
    assert one.state == OrgState.ACTIVE
    with pytest.raises(NotAllowed, match="须由另一人决定"):
        inspection.decide_measure(measure, maker, True, "同意")
    inspection.decide_measure(measure, checker, True, "同意列入", date(2020, 6, 20))
    one.refresh_from_db()
    assert one.state == OrgState.EXCEPTION
    # Revocation is a further measure, again of two people.
    with pytest.raises(UserError, match="不能提出“列入"):
        inspection.propose_measure(one, "exception", "再列一次", maker)
    revoke = inspection.propose_measure(one, "revoke", "列入后仍未报送", maker, date(2021, 6, 10))
    inspection.decide_measure(revoke, checker, True, "同意撤销", date(2021, 7, 1))
    one.refresh_from_db()
    assert (one.state, one.ended_on) == (OrgState.REVOKED, date(2021, 7, 1))


def test_a_measure_not_taken_changes_nothing(maker, checker):
    one = body("太极拳协会")
    measure = inspection.propose_measure(one, "exception", "失联", maker)
    inspection.decide_measure(measure, checker, False, "已取得联系")
    one.refresh_from_db()
    assert one.state == OrgState.ACTIVE


def test_figures_count_who_is_there_at_the_years_end_and_conclusions_given_in_the_year(maker, checker):
    one = body("太极拳协会")
    body("幼儿园", date(2020, 12, 31), kind="private_unit")
    body("后来协会", date(2021, 1, 1))
    body("年内注销", state="cancelled", ended_on=date(2020, 12, 31))
    body("次年注销", state="cancelled", ended_on=date(2021, 1, 1))
    inspection.open_campaign(2019, maker, OPENED)
    report = inspection.take_report(report_of(one), maker, WHOLE, on=IN_TIME)
    inspection.conclude(inspection.propose_conclusion(report, maker, "pass", on=IN_TIME), checker, on=IN_TIME)
    found = {one.key: one.value for one in figures(2020)}
    assert found == {
        "orgs.total": 3,
        "orgs.associations": 2,
        "orgs.private_units": 1,
        "orgs.foundations": 0,
        "orgs.inspected": 1,
    }
    assert {one.key: one.value for one in figures(2019)}["orgs.inspected"] == 0
    assert list(figures(1990)) == []
    assert [one.value for one in figures(2020, factories.user("bureau_officer"))] == []


def test_a_body_that_ended_meanwhile_is_no_longer_late(maker):
    one = body("太极拳协会")
    campaign = inspection.open_campaign(2019, maker, OPENED)
    one.state, one.ended_on = OrgState.CANCELLED, OPENED + timedelta(days=9)
    one.save()
    found = inspection.progress(campaign, date(2020, 6, 1))
    assert (found.total, found.late) == (0, 0)
