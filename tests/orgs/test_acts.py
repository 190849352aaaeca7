"""From the name to the certificate, change and cancellation: two officers, the law's edges, no double number."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections

from benefits.models import Parameter
from casework.documents import papers_for
from casework.models import CaseState
from casework.services import move
from core import uscc
from core.errors import Conflict, NotAllowed, UserError
from orgs import certificates, services
from orgs.models import CertificateState, Organisation, OrgApplication, OrgCertificate, OrgState
from tests import factories
from tests.orgs import stories

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)


@pytest.fixture
def maker():
    return stories.officer("刘经办")


@pytest.fixture
def checker():
    return stories.officer("陈复核")


def test_an_association_from_the_name_to_its_certificate(maker, checker):
    body = stories.established(maker, checker, DAY)
    assert (body.name, body.state, body.founded_on) == ("大祥区太极拳协会", OrgState.ACTIVE, DAY)
    assert uscc.check_code(body.credit_code, {"51": "社会团体"}) == body.credit_code
    assert body.credit_code[2:8] == "430503"
    certificate = body.certificates.get()
    assert certificate.number == "430503-2020-0001"
    assert (certificate.valid_from, certificate.valid_until) == (DAY, date(2025, 6, 1))
    assert certificate.content["credit_code"] == body.credit_code
    case = body.acts.get()
    assert (case.state, case.number) == (CaseState.GRANTED, "SZ-2020-00001")
    assert body.term_until == date(2025, 6, 1)


def test_a_private_unit_gets_a_code_of_its_own_kind(maker, checker):
    body = stories.established(maker, checker, DAY, **stories.unit())
    assert body.credit_code.startswith("52430503")


def test_whoever_took_the_papers_or_reviewed_does_not_decide(maker, checker):
    case = stories.at_decision(maker, DAY)
    with pytest.raises(NotAllowed, match="须由另一人"):
        move(case, "grant", maker, on=DAY)
    # Another one opened it, but this one accepted it.
    other = services.open_establish(checker, stories.facts(name_field="书法"), on=DAY)
    other = move(other, "approve_name", checker, on=DAY)
    other = services.save_papers(other, [one.code for one in services.wanted_papers(other)], maker, on=DAY)
    other = move(move(other, "accept", maker, on=DAY), "send_up", checker, opinion="符合", on=DAY)
    for one in (maker, checker):
        with pytest.raises(NotAllowed):
            move(other, "grant", one, on=DAY)
    assert move(other, "grant", stories.officer(), on=DAY).state == CaseState.GRANTED


def test_papers_are_counted_and_what_is_missing_is_told_once(maker):
    case = move(services.open_establish(maker, stories.facts(), on=DAY), "approve_name", maker, on=DAY)
    codes = [one.code for one in services.wanted_papers(case)]
    case = services.save_papers(case, codes[1:], maker, on=DAY)
    with pytest.raises(UserError, match="还缺材料：登记申请书"):
        move(case, "accept", maker, on=DAY)
    case = move(case, "ask_materials", maker, on=DAY)
    assert case.events.first().changes == [["登记申请书", "缺", "待补"]]
    case = services.save_papers(case, codes, maker, on=DAY)
    assert move(case, "accept", maker, on=DAY).stage == "review"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"individuals": 49}, "个人会员 49 个，应有 50 个以上"),
        ({"individuals": 0, "units": 29}, "单位会员 29 个，应有 30 个以上"),
        ({"capital": Decimal(29_999)}, "应在 30,000 元以上"),
        ({"supervisor": ""}, "没有业务主管单位的审查同意"),
        ({"representative_id": ""}, "没有填写法定代表人"),
    ],
)
def test_what_the_law_asks_stops_the_acceptance(maker, facts, words):
    with pytest.raises(UserError, match=words):
        stories.accepted(maker, DAY, **facts)


@pytest.mark.parametrize("facts", [{"individuals": 50}, {"individuals": 0, "units": 30}])
def test_just_enough_is_enough(maker, checker, facts):
    assert stories.established(maker, checker, DAY, **facts).is_live


def test_the_bureau_has_sixty_days_from_complete_papers(maker):
    case = stories.accepted(maker, DAY)
    assert case.whole_due_on == DAY + timedelta(days=60) == date(2020, 7, 31)


def test_nobody_represents_two_associations(maker, checker):
    first = stories.established(maker, checker, DAY)
    again = {"name_field": "书法", "representative_id": first.representative_id}
    with pytest.raises(UserError, match="不得同时担任其他社会团体的法定代表人"):
        stories.accepted(maker, DAY, **again)
    # A private unit is another matter.
    unit = stories.unit(representative_id=first.representative_id)
    assert stories.established(maker, checker, DAY, **unit).is_live


def test_a_name_that_is_registered_or_approved_is_not_given_twice(maker, checker):
    stories.established(maker, checker, DAY)
    with pytest.raises(UserError, match="与已登记的大祥区太极拳协会"):
        stories.accepted(maker, DAY)
    waiting = stories.accepted(maker, DAY, name_field="书法")
    with pytest.raises(UserError, match=f"已核准给 {waiting.number}"):
        stories.accepted(maker, DAY, name_field="书法")


def test_the_name_of_a_cancelled_body_rests_three_years_to_the_day(maker, checker):
    stories.cancelled(stories.established(maker, checker, date(2019, 1, 5)), maker, checker, date(2019, 6, 8))
    with pytest.raises(UserError, match="2022-06-08 起才可使用"):
        stories.accepted(maker, date(2022, 6, 7))
    assert stories.accepted(maker, date(2022, 6, 8)).stage == "review"


def test_a_foundation_only_where_it_is_delegated(maker, checker):
    fund = stories.facts(
        kind="foundation", name_style="爱心", name_field="", name_form="基金会", individuals=0,
        capital=Decimal(2_000_000), paid_in=True,
    )  # fmt: skip
    with pytest.raises(UserError, match="省里没有下放"):
        stories.accepted(maker, DAY, **fund)
    Parameter.objects.create(key="orgs.foundation.enabled", value=True, effective_from=date(2020, 6, 1))
    fund["name_style"] = "爱民"
    body = stories.established(maker, checker, DAY, **fund)
    assert body.credit_code.startswith("53")


def test_an_approved_name_is_changed_only_by_going_back(maker):
    case = move(services.open_establish(maker, stories.facts(), on=DAY), "approve_name", maker, on=DAY)
    with pytest.raises(UserError, match="先“退回更改名称”"):
        services.save_facts(case, {**stories.facts(), "name_field": "书法"}, maker)
    case = move(case, "recheck_name", maker, on=DAY)
    case = services.save_facts(case, stories.facts(name_field="书法"), maker, case.version)
    assert (case.name, case.subject, case.name_approved_on) == ("大祥区书法协会", "大祥区书法协会", None)


def test_two_editors_do_not_overwrite_each_other(maker):
    case = services.open_establish(maker, stories.facts(), on=DAY)
    services.save_facts(case, {"address": "新路1号"}, maker, case.version)
    with pytest.raises(Conflict, match="刚刚被别人改动过"):
        services.save_facts(case, {"address": "旧路2号"}, maker, case.version)


def test_a_change_keeps_before_and_after_and_gives_a_new_certificate(maker, checker):
    body = stories.established(maker, checker, DAY)
    case = stories.changed(
        body, maker, checker, date(2020, 9, 1), address="城南街道敏州路2号", capital=Decimal(50_000)
    )
    body.refresh_from_db()
    assert (body.address, body.capital) == ("城南街道敏州路2号", Decimal(50_000))
    assert case.differences == [
        ["住所", "中心路街道红旗路18号", "城南街道敏州路2号"],
        ["注册资金（元）", "30000.00", "50000.00"],
    ]
    new, old = body.certificates.order_by("-pk")
    assert (old.state, new.state, new.number) == ("replaced", "valid", "430503-2020-0002")
    assert old.content["address"] == "中心路街道红旗路18号"


def test_a_new_phone_needs_no_new_certificate(maker, checker):
    body = stories.established(maker, checker, DAY)
    stories.changed(body, maker, checker, date(2020, 9, 1), phone="13900731111")
    assert body.certificates.count() == 1


def test_a_change_that_changes_nothing_is_refused(maker, checker):
    body = stories.established(maker, checker, DAY)
    with pytest.raises(UserError, match="没有改动任何登记事项"):
        services.open_change(body, maker, {"address": body.address})


def test_one_act_at_a_time(maker, checker):
    body = stories.established(maker, checker, DAY)
    services.open_cancel(body, maker, "不再活动", on=DAY)
    with pytest.raises(UserError, match="ZX-2020-00001 还在办理"):
        services.open_change(body, maker, {"address": "新路1号"}, on=DAY)


def test_cancellation_waits_for_the_creditors_and_everything_handed_in(maker, checker):
    body = stories.established(maker, checker, DAY)
    case = stories.liquidated(body, maker, date(2020, 10, 1), noticed=date(2020, 8, 17))
    with pytest.raises(UserError, match="2020-10-02 起方可报送"):
        move(case, "send_up", maker, opinion="清算完毕", on=date(2020, 10, 1))
    for fact, words in (
        ("seal_returned_on", "印章还没有收缴"),
        ("liquidation_reported_on", "还没有清算报告书"),
    ):
        case = services.save_facts(case, {fact: None}, maker)
        with pytest.raises(UserError, match=words):
            move(case, "send_up", maker, opinion="清算完毕", on=date(2020, 10, 2))
        case = services.save_facts(case, {fact: date(2020, 10, 2)}, maker)
    case = move(case, "send_up", maker, opinion="清算完毕", on=date(2020, 10, 2))
    case = move(case, "grant", checker, on=date(2020, 10, 9))
    assert case.state == CaseState.GRANTED
    assert [paper.title for paper in papers_for(case)] == ["受理通知书", "准予注销登记决定书"]
    body.refresh_from_db()
    assert (body.state, body.ended_on) == (OrgState.CANCELLED, date(2020, 10, 9))
    assert body.certificates.get().state == CertificateState.RETURNED
    with pytest.raises(UserError, match="已注销"):
        services.open_change(body, maker, {"address": "新路1号"})


def test_a_spoiled_certificate_keeps_its_number_and_its_reason(maker, checker):
    body = stories.established(maker, checker, DAY)
    with pytest.raises(UserError, match="作废原因"):
        certificates.spoil_certificate(body.certificates.get(), " ", maker)
    new = certificates.spoil_certificate(body.certificates.get(), "打印错位", maker, on=DAY)
    old = OrgCertificate.objects.get(number="430503-2020-0001")
    assert (old.state, old.reason) == (CertificateState.SPOILED, "打印错位")
    assert (new.number, new.content) == ("430503-2020-0002", old.content)
    with pytest.raises(UserError, match="作废，不能作废"):
        certificates.spoil_certificate(old, "再来一次", maker)


def test_officers_of_other_lines_and_townships_see_no_organisation(maker, checker):
    stories.established(maker, checker, DAY)
    for user in (
        factories.user("bureau_officer"),
        factories.user("township_clerk"),
        factories.user("sysadmin"),
    ):
        assert not Organisation.objects.visible_to(user).exists()
        assert not OrgApplication.objects.visible_to(user).exists()
        assert not OrgCertificate.objects.visible_to(user).exists()
    with pytest.raises(NotAllowed):
        services.open_establish(factories.user("bureau_officer"), stories.facts(name_field="书法"))


def test_a_body_code_given_elsewhere_is_passed_over(maker, checker):
    taken = uscc.make("52", "430502", uscc.body_code("MJH00001"))
    Organisation.objects.create(
        division_id=factories.DISTRICT, kind="private_unit", name="旧单位", credit_code=taken, founded_on=DAY
    )
    body = stories.established(maker, checker, DAY)
    assert body.credit_code[8:16] == "MJH00002"


@pytest.mark.django_db(transaction=True)
def test_two_officers_giving_codes_at_once_never_give_one_twice():
    maker, checker, another = stories.officer(), stories.officer(), stories.officer()
    fields = ["太极拳", "书法", "摄影", "象棋", "舞蹈", "诗词"]
    cases = [stories.at_decision(maker, DAY, name_field=one) for one in fields]
    faults, gate = [], threading.Barrier(2)

    def decide(actor, mine):
        try:
            gate.wait(10)
            for case in mine:
                move(case, "grant", actor, on=DAY)
        except Exception as error:  # shown below
            faults.append(error)
        finally:
            connections.close_all()

    hands = [
        threading.Thread(target=decide, args=(actor, mine))
        for actor, mine in ((checker, cases[::2]), (another, cases[1::2]))
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    assert faults == []
    bodies = list(Organisation.objects.order_by("pk"))
    assert len({one.credit_code[8:17] for one in bodies}) == 6
    assert sorted(OrgCertificate.objects.values_list("number", flat=True)) == [
        f"430503-2020-{n:04d}" for n in range(1, 7)
    ]


@pytest.mark.django_db(transaction=True)
def test_one_name_decided_twice_in_the_same_moment_is_registered_once():
    maker, checker, another = stories.officer(), stories.officer(), stories.officer()
    cases = [stories.at_decision(maker, DAY, name_field="太极拳")]
    OrgApplication.objects.update(name_approved_on=None)
    cases.append(stories.at_decision(maker, DAY, name_field="太极拳"))
    OrgApplication.objects.update(name_approved_on=None)
    answers, gate = [], threading.Barrier(2)

    def decide(actor, case):
        try:
            gate.wait(10)
            answers.append(move(case, "grant", actor, on=DAY).state)
        except UserError as error:
            answers.append(error.message)
        finally:
            connections.close_all()

    hands = [
        threading.Thread(target=decide, args=pair) for pair in zip((checker, another), cases, strict=True)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    assert sorted(one == "granted" for one in answers) == [False, True]
    assert Organisation.objects.count() == 1


def test_the_database_itself_holds_one_body_code():
    body = uscc.body_code("MJH00001")
    for kind, prefix, refused in (("association", "51", False), ("private_unit", "52", True)):
        one = Organisation(division_id=factories.DISTRICT, kind=kind, name=kind, founded_on=DAY)
        one.credit_code = uscc.make(prefix, "430503", body)
        if refused:
            with pytest.raises(IntegrityError, match="organisation_body_code_once"):
                one.save()
        else:
            one.save()
