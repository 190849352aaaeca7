"""The REST interface gives each account its area and its lines, and numbers only masked."""

import re

import pytest
from django.urls import reverse

from core.models import AccessKind, AccessLog
from district.models import Role
from tests import factories
from tests.api.makers import neighbourhood

pytestmark = pytest.mark.django_db

ENDPOINTS = ["person", "household", "case", "entitlement", "run", "payment"]
WITH_LINE = ["case", "entitlement", "run", "payment"]
READERS = ["township_clerk", "township_leader", "bureau_officer", "finance", "leader", "auditor"]
BARRED = ["sysadmin", "registrar"]


@pytest.fixture
def own():
    return neighbourhood(factories.TOWNSHIP, factories.VILLAGE, "欧阳甲木")


@pytest.fixture
def foreign():
    return neighbourhood(factories.OTHER_TOWNSHIP, factories.OTHER_VILLAGE, "司徒乙石")


def listed(client, endpoint, **query):
    answer = client.get(reverse(f"api-{endpoint}-list"), query)
    assert answer.status_code == 200, answer.content.decode()
    return [row["id"] for row in answer.json()["results"]]


def detail(client, endpoint, row):
    return client.get(reverse(f"api-{endpoint}-detail", args=[row.pk]))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_township_reads_its_own_rows_and_a_foreign_one_does_not_exist(client, own, foreign, endpoint):
    client.force_login(own.clerk)
    mine, theirs = own.rows[endpoint], foreign.rows[endpoint]
    keys = listed(client, endpoint)
    assert mine.pk in keys and theirs.pk not in keys
    answer = detail(client, endpoint, mine)
    assert answer.status_code == 200 and answer.json()["id"] == mine.pk
    refused = detail(client, endpoint, theirs)
    assert refused.status_code == 404
    assert refused.json() == {"detail": "没有这条记录，或者它不在您的辖区、业务范围内。"}
    assert foreign.name not in client.get(reverse(f"api-{endpoint}-list")).content.decode()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_bureau_reads_the_whole_district(client, own, foreign, endpoint):
    client.force_login(factories.user("auditor"))
    assert {own.rows[endpoint].pk, foreign.rows[endpoint].pk} <= set(listed(client, endpoint))
    narrowed = listed(client, endpoint, division=factories.OTHER_TOWNSHIP) if endpoint != "run" else None
    assert narrowed is None or own.rows[endpoint].pk not in narrowed


@pytest.mark.parametrize("endpoint", WITH_LINE)
def test_an_officer_of_another_line_sees_nothing_of_this_one(client, own, endpoint):
    client.force_login(factories.user("bureau_officer", lines=["orgs"]))
    assert listed(client, endpoint) == []
    assert detail(client, endpoint, own.rows[endpoint]).status_code == 404


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "programme"])
@pytest.mark.parametrize("role", BARRED)
def test_roles_without_case_data_are_refused(client, endpoint, role):
    client.force_login(factories.user(role))
    answer = client.get(reverse(f"api-{endpoint}-list"))
    assert (answer.status_code, answer.json()) == (403, {"detail": "您的角色不使用这个接口。"})


@pytest.mark.parametrize("role", READERS)
def test_every_reader_role_gets_every_list(client, role):
    client.force_login(factories.user(role))
    for endpoint in [*ENDPOINTS, "programme", "division"]:
        assert client.get(reverse(f"api-{endpoint}-list")).status_code == 200


def test_divisions_are_those_of_the_own_area_for_every_role(client):
    for role in Role.values:
        account = factories.user(role)
        client.force_login(account)
        codes = [row["code"] for row in client.get(reverse("api-division-list")).json()["results"]]
        assert codes and all(code.startswith(account.division_id) for code in codes)


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "programme", "division"])
def test_a_stranger_is_told_to_log_in(client, endpoint):
    answer = client.get(reverse(f"api-{endpoint}-list"))
    assert (answer.status_code, answer.json()) == (403, {"detail": "请先登录。"})


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_list_and_no_detail_gives_a_complete_number(client, own, endpoint):
    client.force_login(own.clerk)
    pages = client.get(reverse(f"api-{endpoint}-list")), detail(client, endpoint, own.rows[endpoint])
    for page in pages:
        found = [secret for secret in own.secrets if secret in page.content.decode()]
        assert not found and not re.search(r"\d{17}[\dX]", page.content.decode())


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_nothing_can_be_written(client, own, endpoint):
    client.force_login(own.clerk)
    url = reverse(f"api-{endpoint}-detail", args=[own.rows[endpoint].pk])
    for method in (client.post, client.put, client.patch, client.delete):
        answer = method(url, "{}", content_type="application/json")
        assert answer.status_code == 405 and "不被允许" in answer.json()["detail"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_reading_a_list_leaves_a_trace_where_it_is_about_people(client, own, endpoint):
    client.force_login(own.clerk)
    query = {"id_number": own.rows["person"].id_number} if endpoint == "person" else {}
    listed(client, endpoint, **query)
    traces = list(AccessLog.objects.filter(user=own.clerk, kind=AccessKind.EXPORT))
    if endpoint == "run":
        assert not traces
        return
    assert [trace.detail["rows"] for trace in traces] == [1]
    assert own.rows["person"].id_number not in str(traces[0].detail), "the trail keeps no complete number"


def test_the_household_of_another_area_is_left_out_of_a_persons_past(client, own, foreign):
    """Who moved here had a household there; that one stays the other township's."""
    head, old_home = own.rows["person"], foreign.rows["household"]
    foreign_number = old_home.number
    old_home.memberships.create(person=head, relation="other", since="2010-01-01", until="2014-12-31")
    client.force_login(own.clerk)
    answer = detail(client, "person", head)
    assert foreign_number not in answer.content.decode()
    assert [one["household"] for one in answer.json()["memberships"]] == [own.rows["household"].pk]


def test_rows_that_have_a_line_are_all_tested_for_it():
    from minzheng.api import router

    models = {basename.removeprefix("api-"): viewset.model for _, viewset, basename in router.registry}
    lined = [key for key, model in models.items() if getattr(model, "line_path", None)]
    assert sorted(lined) == sorted(WITH_LINE)
