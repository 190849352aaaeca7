"""The room's pages: who may open them, what the public register shows, papers as docx."""

import io
from datetime import date

import pytest
from django.core.cache import cache
from django.urls import reverse
from docx import Document

from casework.services import move
from core.models import AccessLog
from orgs import certificates, inspection, services
from orgs.models import InspectionReport, OrgApplication
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


@pytest.fixture(autouse=True)
def _nothing_cached():
    cache.clear()


def words(answer) -> str:
    """All text of a docx."""
    book = Document(io.BytesIO(answer.content))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in book.paragraphs), *cells])


def test_the_public_register_needs_no_login_and_shows_only_what_is_public(client, maker, checker):
    one = stories.established(maker, checker, DAY, phone="13800731234")
    campaign = inspection.open_campaign(2020, maker, date(2021, 1, 10))
    InspectionReport.objects.filter(campaign=campaign).update(
        state="concluded", conclusion="pass", proposed="pass", concluded_on=date(2021, 6, 1)
    )
    listed = client.get(reverse("orgs:public-list"))
    page = client.get(reverse("orgs:public", args=[one.credit_code]))
    for answer in (listed, page):
        text = answer.content.decode()
        assert answer.status_code == 200 and one.name in text and one.credit_code in text
        assert one.representative_name in text
        for secret in (one.representative_id, "13800731234", maker.full_name, "个人会员"):
            assert secret not in text
        assert "sessionid" not in answer.cookies and "csrftoken" not in answer.cookies
    assert "合格" in page.content.decode() and "2021-06-01" in page.content.decode()


def test_the_public_register_is_searched_by_name_and_code_in_pages(client):
    bodies = [stories.body(f"第{n}协会") for n in range(31)]
    assert "下一页" in client.get(reverse("orgs:public-list")).content.decode()
    found = client.get(reverse("orgs:public-list"), {"q": "第7协会"})
    assert bodies[7].credit_code in found.content.decode() and found["X-Robots-Tag"] == "noindex"
    assert bodies[3].credit_code not in found.content.decode()
    by_code = client.get(reverse("orgs:public-list"), {"q": bodies[3].credit_code.lower()})
    assert bodies[3].name in by_code.content.decode()
    for odd in ({"page": "999"}, {"page": "x"}, {"q": "%_'\x00"}, {"kind": "company"}):
        assert client.get(reverse("orgs:public-list"), odd).status_code == 200
    assert client.get(reverse("orgs:public", args=["51430503XXXXXXXXXX"])).status_code == 404
    assert client.post(reverse("orgs:public-list")).status_code == 405


def test_nobody_copies_the_register_in_one_go(client, monkeypatch):
    monkeypatch.setattr("orgs.views.public.PER_MINUTE", 2)
    answers = [client.get(reverse("orgs:public-list")).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_behind_the_offices_proxy_each_visitor_is_counted_apart(client, monkeypatch, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    monkeypatch.setattr("orgs.views.public.PER_MINUTE", 1)
    seen = [
        client.get(reverse("orgs:public-list"), HTTP_X_FORWARDED_FOR=told).status_code
        for told in ("10.0.0.1", "10.0.0.2", "6.6.6.6, 10.0.0.1")
    ]
    assert seen == [200, 200, 429]


def test_the_room_is_for_its_line(client, maker):
    one = stories.body("太极拳协会")
    addresses = [reverse("orgs:organisations"), one.get_absolute_url(), reverse("orgs:establish")]
    for user, statuses in (
        (maker, [200, 200, 200]),
        (factories.user("bureau_officer"), [403, 403, 403]),
        (factories.user("leader"), [200, 200, 403]),
        (factories.user("auditor"), [200, 200, 403]),
        (factories.user("township_clerk"), [403, 403, 403]),
        (factories.user("sysadmin"), [403, 403, 403]),
    ):
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == statuses, user.role


def establish_data(**more):
    facts = stories.facts(**more)
    return {name: str(value) for name, value in facts.items()}


def test_an_impossible_id_number_is_refused_where_it_is_typed_and_nothing_is_lost(client, maker):
    client.force_login(maker)
    answer = client.post(reverse("orgs:establish"), establish_data(representative_id="430503197013011234"))
    text = answer.content.decode()
    assert answer.status_code == 422 and "身份证号" in text and "太极拳推广、培训、展演" in text
    assert not OrgApplication.objects.exists()


def test_the_act_page_says_what_is_missing_and_what_the_law_asks(client, maker):
    case = services.open_establish(maker, stories.facts(individuals=49), on=DAY)
    case = move(case, "approve_name", maker, on=DAY)
    client.force_login(maker)
    text = client.get(case.get_absolute_url(), follow=True).content.decode()
    assert "个人会员 49 个，应有 50 个以上" in text and "缺 8 份" in text
    assert case.representative_id not in text


def test_a_change_is_typed_on_the_page_and_shown_before_and_after(client, maker, checker):
    one = stories.established(maker, checker, DAY)
    client.force_login(maker)
    data = {**establish_data(), "representative_id": one.representative_id, "address": "西湖路6号"}
    data |= {"reason": "迁址", "name_area": "", "name_style": "", "name_field": "", "name_form": ""}
    answer = client.post(reverse("orgs:change", args=[one.pk]), data)
    assert answer.status_code == 302
    text = client.get(answer.url, follow=True).content.decode()
    assert "西湖路6号" in text and "1 项" in text


def test_papers_of_an_act(client, maker, checker):
    one = stories.established(maker, checker, DAY)
    case = one.acts.get()
    client.force_login(maker)
    for kind, found in (("org_accepted", "2020年7月31日"), ("org_granted_establish", one.credit_code)):
        text = words(client.get(reverse("casework:document", args=[case.pk, kind])))
        assert "大祥区民政局" in text and found in text
    assert client.get(reverse("casework:document", args=[case.pk, "org_refused"])).status_code == 404
    assert client.get(reverse("casework:document", args=[case.pk, "receipt"])).status_code == 404


def test_the_certificate_on_its_layout(client, maker, checker):
    one = stories.established(maker, checker, DAY)
    client.force_login(maker)
    first = one.certificates.get()
    text = words(client.get(reverse("orgs:certificate", args=[first.pk])))
    for part in ("社会团体登记证书", one.credit_code, one.name, "430503-2020-0001", "2025年6月1日"):
        assert part in text
    assert AccessLog.objects.filter(target__contains="430503-2020-0001").exists()
    certificates.spoil_certificate(first, "打印错位", maker)
    assert client.get(reverse("orgs:certificate", args=[first.pk])).status_code == 409


def test_reminders_and_conclusion_as_papers(client, maker, checker):
    one, late = stories.body("太极拳协会"), stories.body("书法协会")
    campaign = inspection.open_campaign(2019, maker, date(2020, 1, 15))
    report = campaign.reports.get(organisation=one)
    InspectionReport.objects.filter(pk=report.pk).update(
        state="concluded", conclusion="basic", proposed="basic", ground="活动少",
        submitted_on=date(2020, 5, 1), concluded_on=date(2020, 6, 1),
    )  # fmt: skip
    client.force_login(maker)
    text = words(client.get(reverse("orgs:reminders", args=[campaign.pk])))
    assert late.name in text and one.name not in text and "逾期" in text
    text = words(client.get(reverse("orgs:conclusion-notice", args=[report.pk])))
    assert "基本合格" in text and "活动少" in text
    waiting = campaign.reports.get(organisation=late)
    assert client.get(reverse("orgs:conclusion-notice", args=[waiting.pk])).status_code == 404


def test_bulk_acts_of_a_campaign_say_what_they_did(client, maker):
    stories.body("太极拳协会")
    campaign = inspection.open_campaign(2019, maker, date(2020, 1, 15))
    client.force_login(maker)
    answer = client.post(campaign.get_absolute_url(), {"action": "remind", "whole": "1"}, follow=True)
    assert "已登记催报 1 家" in answer.content.decode()
    answer = client.post(campaign.get_absolute_url(), {"action": "pass", "whole": "1"}, follow=True)
    assert "已拟定合格 0 家；其余 1 家材料不齐或已有结论" in answer.content.decode()
    client.force_login(factories.user("leader"))
    assert client.post(campaign.get_absolute_url(), {"action": "remind", "whole": "1"}).status_code == 403


def test_the_workbench_shows_acts_and_reports_that_wait(client, maker, checker):
    case = stories.at_decision(maker, on=None)
    one = stories.body("书法协会")
    inspection.open_campaign(2019, maker, date(2020, 1, 15))
    InspectionReport.objects.filter(organisation=one).update(
        state="proposed", proposed="pass", proposed_by=maker, submitted_on=date(2020, 5, 1)
    )
    client.force_login(checker)
    text = client.get("/").content.decode()
    assert case.subject in text and one.name in text and "复核结论" in text


def test_a_persons_page_shows_whom_they_represent(client, maker, checker):
    person = factories.person(name="欧阳立")
    one = stories.established(maker, checker, DAY, representative_id=person.id_number)
    assert one.person == person
    client.force_login(factories.user("leader"))
    assert one.name in client.get(person.get_absolute_url()).content.decode()
