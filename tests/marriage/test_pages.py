"""The registrar's pages, who sees them, and the traces they leave."""

from datetime import date

import pytest
from django.test import Client

from casework.services import move, today
from core.importing import take
from core.models import AccessKind, AccessLog, WorkdayOverride
from district.changes import find
from marriage import days, figures, services
from marriage.importing import MarriageImporter
from marriage.models import Certificate, Kind, MarriageCase, Registration
from tests import factories
from tests.marriage.makers import divorcing, entry, married, other_office, party, registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    # The year that comes must be known, or no receipt can be given at the end of this one.
    day = date(today().year + 1, 1, 1)
    WorkdayOverride.objects.create(day=day, is_workday=False, name="元旦")
    return registrar(full_name="唐婉")


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(kind="marriage", man=None, woman=None, **more):
    """What the counter's form sends for an application in order."""
    made = entry(kind, today(), man=man or party("M"), woman=woman or party("F"))
    data = {"papers": made.papers, "loss": made.loss}
    for side, one in (("man", made.man), ("woman", made.woman)):
        for name in ("id_number", "name", "nationality", "hukou", "before"):
            data[f"{side}_{name}"] = getattr(one, name)
        data[f"{side}_hukou_local"] = "on"
    names = ("both_present", "voluntary", "unrelated", "capable", "agreement")
    data |= {name: "on" for name in names if getattr(made, name)}
    return {**data, **more}


def test_a_marriage_from_the_form_to_the_printed_certificate(clerk):
    client = as_(clerk)
    answer = client.post("/marriage/new/marriage/", form(), follow=True)
    file = Registration.objects.get()
    assert f"已登记申请 JH-{today().year}-00001" in answer.content.decode()
    paper = client.get(f"/marriage/files/{file.pk}/papers/declaration/")
    assert paper["Content-Disposition"].endswith(".docx")
    client.post(f"/cases/{file.case.pk}/steps/accept/", {"version": 1, "opinion": ""})
    page = client.get(f"/marriage/files/{file.pk}/issue/").content.decode()
    assert f"J430503-{today().year}-000001" in page
    client.post(f"/marriage/files/{file.pk}/issue/", {"confirmed": "1"})
    certificate = Certificate.objects.get()
    printed = client.post(f"/marriage/certificates/{certificate.pk}/print/")
    assert printed.content.startswith(b"PK")
    certificate.refresh_from_db()
    assert certificate.printed_at
    client.post(f"/marriage/certificates/{certificate.pk}/spoil/", {"reason": "卡纸", "confirmed": "1"})
    client.post(f"/marriage/files/{file.pk}/reprint/")
    assert [one.state for one in Certificate.objects.all()] == ["spoiled", "issued"]
    page = client.get(f"/marriage/days/{today()}/").content.decode()
    assert "卡纸" in page
    page = client.get(f"/marriage/days/{today()}/close/").content.decode()
    assert f"还没有打印：J430503-{today().year}-000002" in page
    client.post(f"/marriage/days/{today()}/close/", {"confirmed": "1"})
    assert "已关簿" in client.get(f"/marriage/days/{today()}/print/").content.decode()


def test_typed_text_is_never_lost_and_what_is_wrong_is_said_where_it_is(clerk):
    data = form(man_id_number="430503199005011234", note="请尽快")
    answer = as_(clerk).post("/marriage/new/marriage/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "校验位不符" in page and 'value="430503199005011234"' in page and 'value="请尽快"' in page
    assert not Registration.objects.exists()


def test_what_blocks_is_listed_and_a_refusal_can_be_asked_for(clerk):
    young = party("F", birth=date(today().year - 19, 1, 1))
    client, data = as_(clerk), form(woman=young)
    page = client.post("/marriage/new/marriage/", data).content.decode()
    assert "未达法定婚龄" in page and "不予登记告知书" in page
    client.post("/marriage/new/marriage/", {**data, "insist": "on"})
    file = Registration.objects.get()
    assert file.case.stage == "refused"
    assert client.get(f"/marriage/files/{file.pk}/papers/refusal/").status_code == 200


def test_looking_up_fills_in_what_the_registry_has_under_exactly_that_number(clerk):
    known = factories.person(
        name="周建国", birth_date=date(1990, 5, 1), ethnicity="苗族", address="红旗路 1 号"
    )
    data = form(man_id_number=known.id_number.lower(), man_name="", man_hukou="", note="留着", look="1")
    page = as_(clerk).post("/marriage/new/marriage/", data).content.decode()
    for text in ("周建国", "苗族", "红旗路 1 号", "留着", "女方没有登记过"):
        assert text in page
    assert AccessLog.objects.filter(kind=AccessKind.VIEW, target_key=f"person:{known.pk}").count() == 1
    # A part of a number reveals nothing.
    page = (
        as_(clerk)
        .post("/marriage/new/marriage/", {**data, "man_id_number": known.id_number[-4:]})
        .content.decode()
    )
    assert "周建国" not in page


def test_the_desk_shows_windows_and_what_waits(clerk):
    case = divorcing(clerk, date(2021, 1, 4))
    services.pass_time(case, date(2021, 2, 4))
    waiting = services.apply(entry(), clerk, on=today())
    page = as_(clerk).get("/marriage/").content.decode()
    assert waiting.subject in page and case.subject in page and "逾期" in page


def test_opening_the_file_lets_the_calendar_pass(clerk):
    case = divorcing(clerk, date(2021, 1, 4))
    page = as_(clerk).get(f"/marriage/files/{case.registration_id}/").content.decode()
    assert "视为撤回" in page
    assert MarriageCase.objects.get(pk=case.pk).stage == "deemed"


def test_each_look_at_a_file_leaves_a_trace_without_names(clerk):
    case = services.apply(entry(), clerk, on=today())
    client, pk = as_(clerk), case.registration_id
    client.get(f"/marriage/files/{pk}/")
    client.get(f"/marriage/files/{pk}/edit/")
    client.get(f"/cases/{case.pk}/materials/")
    client.get(f"/marriage/files/{pk}/papers/declaration/")
    client.get("/marriage/files/?export=xlsx")
    kinds = list(AccessLog.objects.order_by("id").exclude(kind="login").values_list("kind", flat=True))
    assert kinds == ["view", "view", "view", "download", "export"]
    names = case.subject.split("、")
    assert not any(name in one.target for one in AccessLog.objects.all() for name in names)


def test_nobody_else_sees_a_file(clerk):
    case = married(clerk)
    file, names = case.registration, case.subject.split("、")
    others = [
        registrar(other_office().pk),
        factories.user("bureau_officer", lines=["marriage"]),
        *(factories.user(role) for role in ("leader", "auditor", "finance", "township_clerk", "sysadmin")),
    ]
    man = file.both[0]
    addresses = [
        f"/marriage/files/{file.pk}/",
        "/marriage/files/",
        f"/marriage/days/{file.registered_on}/",
        f"/marriage/files/{file.pk}/papers/receipt/",
        f"/cases/{case.pk}/",
        "/cases/",
        f"/persons/{man.person_id}/",
        f"/search/?q={names[0]}",
        f"/search/?q={file.certificates.get().number}",
        f"/api/cases/{case.pk}/",
    ]
    for user in others:
        client = as_(user)
        for address in addresses:
            answer = client.get(address, follow=True)
            page = answer.content.decode()
            assert case.number not in page, (user, address)
            assert file.certificates.get().number not in page or "search" in address, (user, address)
            if "persons" not in address and "search" not in address:
                assert names[1] not in page, (user, address)


def test_the_auditors_history_of_changes_shows_nothing_of_it(clerk):
    case = divorcing(clerk, date(2021, 1, 4))
    services.pass_time(case, date(2021, 2, 4))
    found, _ = find(limit=200)
    assert not [one for one in found if one.key.startswith(("marriage.", "casework.case"))]


def test_the_export_can_be_taken_in_as_it_is(clerk):
    for _ in range(3):
        married(clerk)
    services.apply(entry(), clerk, on=today())
    answer = as_(clerk).get("/marriage/files/?export=xlsx")
    outcome = take(MarriageImporter(clerk), answer.content, "登记档案.xlsx", write=True)
    assert (outcome.counts["rows"], outcome.counts["unchanged"]) == (3, 3), outcome.counts


def test_counts_for_those_who_may_count(clerk):
    case = married(clerk)
    services.spoil(case.registration.certificates.get(), "卡纸", clerk, on=date(2020, 6, 1))
    services.reprint(case.registration, clerk, on=date(2020, 6, 1))
    spoiled = married(clerk)
    services.spoil(spoiled.registration.certificates.get(), "卡纸", clerk, on=date(2020, 6, 1))
    divorce = divorcing(clerk, date(2020, 7, 1))
    services.issue(divorce, clerk, on=date(2020, 7, 1))
    found = {one.key: one.value for one in figures.provider(2020)}
    assert found == {"marriage.married": 1, "marriage.divorced": 1, "marriage.replaced": 0}
    leader = factories.user("leader")
    assert {one.key: one.value for one in figures.provider(2020, leader)} == found
    assert list(figures.provider(2020, factories.user("township_clerk"))) == []
    assert list(figures.provider(2020, factories.user("bureau_officer"))) == []
    assert list(figures.provider(2019)) == []
    for user in (
        clerk,
        leader,
        factories.user("auditor"),
        factories.user("bureau_officer", lines=["marriage"]),
    ):
        page = as_(user).get("/marriage/statistics/?year=2020").content.decode()
        assert "2020 年各月" in page and case.subject.split("、")[0] not in page
    assert as_(factories.user("bureau_officer")).get("/marriage/statistics/").status_code == 403


def test_a_correction_keeps_before_and_after(clerk):
    case = services.apply(entry(man=party("M", name="张三")), clerk, on=today())
    man, woman = case.registration.both
    data = form(version=case.version)
    for side, one in (("man", man), ("woman", woman)):
        data |= {f"{side}_id_number": one.id_number, f"{side}_name": one.name}
    data["man_name"] = "张山"
    client = as_(clerk)
    answer = client.post(f"/marriage/files/{case.registration_id}/edit/", data, follow=True)
    assert "张山" in answer.content.decode() and "张三" in answer.content.decode()
    answer = client.post(f"/marriage/files/{case.registration_id}/edit/", {**data, "man_name": "张珊"})
    assert answer.status_code == 409


def test_annotation_and_receipt_pages(clerk):
    file = married(clerk).registration
    data = {
        "kind": "annulled",
        "on": "2020-09-01",
        "authority": "大祥区人民法院",
        "document": "",
        "text": "胁迫",
    }
    client = as_(clerk)
    answer = client.post(f"/marriage/files/{file.pk}/annotate/", data)
    assert answer.status_code == 422
    client.post(f"/marriage/files/{file.pk}/annotate/", {**data, "document": "（2020）湘0503民初1号"})
    assert "撤销婚姻" in client.get(f"/marriage/files/{file.pk}/").content.decode()
    case = services.apply(entry(Kind.DIVORCE, today(), prior_number="J430102-2012-000123"), clerk, on=today())
    case = move(case, "receive", clerk)
    page = client.get(f"/marriage/files/{case.registration_id}/").content.decode()
    assert "冷静期与发证期" in page and "撤回申请书" in page
    answer = client.post(
        f"/marriage/files/{case.registration_id}/receipt/",
        {"version": case.version, "receipt_on": str(today()), "reason": "重新计算"},
    )
    assert "没有变化" in answer.content.decode()


def test_closed_days_are_listed(clerk):
    married(clerk)
    days.close_day(clerk, date(2020, 6, 1))
    assert "2020-06-01" in as_(clerk).get("/marriage/days/").content.decode()
    assert as_(clerk).get("/marriage/days/gestern/").status_code == 404
