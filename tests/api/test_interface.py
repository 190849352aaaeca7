"""What a program meets at the REST interface: pages, conditions, errors, assessment, documentation."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benefits.api import EXAMPLE
from tests import factories
from tests.api.makers import case
from tests.payouts import makers

pytestmark = pytest.mark.django_db
LISTS = ["person", "household", "case", "entitlement", "run", "payment", "programme", "division"]


@pytest.fixture
def auditor(client):
    account = factories.user("auditor")
    client.force_login(account)
    return account


def get(client, endpoint, **query):
    return client.get(reverse(f"api-{endpoint}-list"), query)


def queries(client, url):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("endpoint", ["person", "household", "case", "entitlement", "run", "payment"])
def test_more_rows_take_no_more_queries(client, auditor, endpoint):
    clerk, url = factories.user("township_clerk"), reverse(f"api-{endpoint}-list")

    def month(count, first):
        for held in makers.entitlements(count, members=3, first=first):
            case(held.home, clerk, f"DB-{held.pk}")
        makers.build(first)

    month(1, makers.DEC)
    queries(client, url)
    few, before = queries(client, url), len(client.get(url).json()["results"])
    month(4, makers.JAN), month(4, makers.FEB)
    assert len(client.get(url).json()["results"]) >= before + 2
    assert queries(client, url) == few


@pytest.mark.parametrize("endpoint", ["person", "household", "case", "entitlement", "run", "payment"])
def test_a_detail_takes_the_same_queries_however_much_hangs_on_it(client, auditor, endpoint):
    clerk, counts = factories.user("township_clerk"), []
    for members, month in ((1, makers.DEC), (5, makers.JAN)):
        held = makers.entitlement(members=members, first=month, division=factories.OTHER_VILLAGE)
        run = makers.build(month)
        rows = {"person": held.home.head, "household": held.home, "entitlement": held, "run": run}
        rows |= {"case": case(held.home, clerk, f"DB-{held.pk}"), "payment": run.payments.first()}
        url = reverse(f"api-{endpoint}-detail", args=[rows[endpoint].pk])
        counts.append(queries(client, url))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize("endpoint", ["person", "household", "entitlement", "payment"])
def test_a_list_never_counts_its_rows(client, auditor, endpoint):
    makers.entitlements(2)
    makers.build()
    with CaptureQueriesContext(connection) as caught:
        get(client, endpoint)
    assert not [one["sql"] for one in caught if "COUNT(" in one["sql"].upper()]


def test_pages_follow_one_another_without_gap_or_double(client, auditor):
    everyone = {factories.person().pk for _ in range(7)}
    seen, url = [], reverse("api-person-list") + "?page_size=3"
    while url:
        page = client.get(url).json()
        assert len(page["results"]) <= 3
        seen += [row["id"] for row in page["results"]]
        factories.person()  # someone registers meanwhile
        url = page["next"]
    assert len(seen) == len(set(seen)) and set(seen) == everyone


@pytest.mark.parametrize("cursor", ["%00", "abc", "cD1hYmM=", "cD0lMDA=", "cj0xJnA9eA=="])
@pytest.mark.parametrize("endpoint", ["person", "programme"])
def test_a_made_up_cursor_is_refused_or_harmless(client, auditor, endpoint, cursor):
    factories.person()
    answer = client.get(reverse(f"api-{endpoint}-list") + f"?cursor={cursor}")
    assert answer.status_code in (200, 404)


def test_a_page_has_at_most_two_hundred_rows(client, auditor):
    assert len(get(client, "division", page_size=5000).json()["results"]) == 113
    get(client, "person", page_size="x")


def test_a_condition_that_does_not_exist_is_named_not_ignored(client, auditor):
    answer = get(client, "payment", programe="dibao_urban")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"programe": ["没有这个查询条件。"]}


@pytest.mark.parametrize(
    ("endpoint", "query"),
    [
        ("person", {"id_number": "4305"}),
        ("person", {"division": "4305%"}),
        ("payment", {"month": "去年"}),
        ("payment", {"run": "1.5"}),
        ("payment", {"kind": "gift"}),
        ("run", {"state": "nowhere"}),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_in_chinese(client, auditor, endpoint, query):
    answer = get(client, endpoint, **query)
    assert answer.status_code == 400
    (name,) = query
    words = answer.json()["errors"][name][0]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in words)


@pytest.mark.parametrize("endpoint", ["person", "payment", "run"])
def test_a_key_beyond_all_keys_is_simply_not_there(client, auditor, endpoint):
    assert client.get(f"/api/{endpoint}s/999999999999999999/").status_code == 404
    if endpoint == "payment":
        assert get(client, endpoint, run="9" * 30).json()["results"] == []


def test_a_person_is_found_by_the_complete_number_and_by_part_of_the_name(client, auditor):
    wanted, _ = factories.person(name="张三丰"), factories.person(name="李四")
    for query in ({"id_number": wanted.id_number}, {"name": "三丰"}):
        rows = get(client, "person", **query).json()["results"]
        assert [row["name"] for row in rows] == ["张三丰"]


def test_entitlements_of_a_month_are_those_live_in_it(client, auditor):
    live = makers.entitlement(first=makers.DEC)
    makers.entitlement(first=makers.JAN), makers.entitlement(first=makers.NOV, last=makers.NOV)
    makers.entitlement(first=makers.DEC, is_void=True)
    rows = get(client, "entitlement", month="2020-12").json()["results"]
    assert [(row["id"], row["first_month"], row["monthly_amount"]) for row in rows] == [
        (live.pk, "2020-12", "500.00")
    ]


def test_a_run_says_what_it_pays_and_a_payment_what_became_of_it(client, auditor):
    makers.entitlements(2, amount="512.50", members=2)
    hands = makers.Hands()
    run = hands.made()
    found = client.get(reverse("api-run-detail", args=[run.pk])).json()
    assert found["figures"] == {"payments": 2, "households": 2, "persons": 4, "amount": "1025.00"}
    assert (found["maker_name"], found["reviewer_name"]) == (hands.maker.full_name, None)
    states = [row["transfer_state"] for row in get(client, "payment", run=run.pk).json()["results"]]
    assert states == [None, None]
    hands.locked(run)
    states = [row["transfer_state"] for row in get(client, "payment", run=run.pk).json()["results"]]
    assert states == ["outstanding", "outstanding"]


def test_a_programme_lists_its_standards(client, auditor):
    found = client.get(reverse("api-programme-detail", args=["dibao_urban"])).json()
    assert ("2019-01", "500.00") in [(one["effective_from"], one["amount"]) for one in found["standards"]]


class TestAssess:
    URL = "/api/assess/"

    def post(self, client, body, **more):
        text = body if isinstance(body, str) else json.dumps(body)
        return client.post(self.URL, text, content_type="application/json", **more)

    def test_the_amount_is_that_of_the_formula(self, client):
        client.force_login(factories.user("township_clerk"))
        (answer,) = self.post(client, EXAMPLE).json()
        assert (answer["ref"], answer["eligible"], answer["monthly_amount"]) == ("case-1", True, "400.00")
        assert [line["rule"] for line in answer["lines"]] == ["gap", "uplift.severe_disability"]

    def test_one_item_that_lacks_facts_does_not_stop_the_others(self, client, auditor):
        first, second = self.post(client, [{"ref": "x", "programme": "dibao_urban"}, *EXAMPLE]).json()
        assert first["ref"] == "x" and "没有填写" in first["error"]
        assert second["eligible"] is True

    def test_fractions_stay_exact(self, client, auditor):
        text = json.dumps(EXAMPLE).replace('"pension": 120', '"pension": 120.10')
        policy = '"policy": {"dibao_urban": {"round": "fen", "standard": 500.30}}, "month"'
        (answer,) = self.post(client, text.replace('"month"', policy)).json()
        assert sum(Decimal(line["amount"]) for line in answer["lines"]) == Decimal(answer["monthly_amount"])
        assert answer["lines"][0]["amount"] == "300.20"

    def test_it_writes_nothing(self, client, auditor):
        self.post(client, EXAMPLE)
        with CaptureQueriesContext(connection) as caught:
            self.post(client, EXAMPLE)
        assert [one["sql"] for one in caught if not one["sql"].upper().startswith("SELECT")] == []

    @pytest.mark.parametrize("body", ["", "{", '{"ref": 1}', "NaN", "[NaN]", '"\\ud800"', "[" * 100_000])
    def test_what_is_no_list_of_facts_is_refused_in_chinese(self, client, auditor, body):
        answer = self.post(client, body)
        assert answer.status_code == 400
        assert "JSON" in answer.json()["detail"] or "列表" in answer.json()["detail"]

    def test_too_many_at_once_are_refused(self, client, auditor):
        answer = self.post(client, [{}] * 1001)
        assert answer.status_code == 400 and "1000" in answer.json()["detail"]

    @pytest.mark.parametrize("items", [[None, 1, "a", [], {}], [{"ref": {"a": 1.5}, "members": {}}]])
    def test_items_of_any_shape_get_their_reason(self, client, auditor, items):
        answers = self.post(client, items).json()
        assert len(answers) == len(items) and all(answer["error"] for answer in answers)

    def test_other_content_is_refused_in_chinese(self, client, auditor):
        answer = client.post(self.URL, "a=1", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer.json()["detail"]) == (415, "请求内容应为 application/json。")

    @pytest.mark.parametrize("role", ["sysadmin", "registrar"])
    def test_roles_without_cases_are_refused(self, client, role):
        client.force_login(factories.user(role))
        assert self.post(client, EXAMPLE).status_code == 403

    def test_a_stranger_is_told_to_log_in(self, client):
        answer = self.post(client, EXAMPLE)
        assert (answer.status_code, answer.json()["detail"]) == (403, "请先登录。")

    def test_without_the_csrf_token_nothing_is_taken(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(factories.user("auditor"))
        answer = self.post(client, EXAMPLE)
        assert answer.status_code == 403 and "X-CSRFToken" in answer.json()["detail"]
        client.get("/")
        answer = self.post(client, EXAMPLE, headers={"X-CSRFToken": client.cookies["csrftoken"].value})
        assert answer.status_code == 200


class TestDocumentation:
    def test_is_for_signed_in_accounts_only(self, client):
        assert client.get("/api/schema/").status_code == 403
        assert client.get("/api/docs/").headers["Location"].startswith("/login/")
        client.force_login(factories.user("sysadmin"))
        assert client.get("/api/schema/").status_code == 200
        page = client.get("/api/docs/").content.decode()
        assert "/static/drf_spectacular_sidecar/swagger-ui-dist/" in page
        assert "//cdn" not in page and "https://" not in page

    def test_the_schema_is_made_without_a_warning(self):
        from drf_spectacular.drainage import GENERATOR_STATS
        from drf_spectacular.generators import SchemaGenerator
        from drf_spectacular.validation import validate_schema

        with GENERATOR_STATS.silence():
            GENERATOR_STATS.reset()
            schema = SchemaGenerator().get_schema(request=None, public=True)
            assert not GENERATOR_STATS._warn_cache and not GENERATOR_STATS._error_cache
        validate_schema(schema)
        names = [path.split("/")[2] for path in schema["paths"]]
        assert set(names) == {"assess", *(f"{name}s" for name in LISTS)}

    def test_every_operation_speaks_chinese(self):
        from drf_spectacular.generators import SchemaGenerator

        schema = SchemaGenerator().get_schema(request=None, public=True)
        for path in schema["paths"].values():
            for operation in path.values():
                words = operation["summary"] + operation["description"]
                assert any("\u4e00" <= letter <= "\u9fff" for letter in words)
