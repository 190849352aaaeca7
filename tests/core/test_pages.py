"""Lists, verbs and revealed numbers: what every page of the product gets from the mechanism."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import places
from core.jobs import run_job_inline
from core.models import AccessKind, AccessLog, Job, SavedFilter
from registry.models import Person
from tests.core.sample_urls import PersonList
from tests.factories import OTHER_VILLAGE, person, user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.sample_urls")]


@pytest.fixture
def clerk(client):
    account = user("township_clerk")
    client.force_login(account)
    return account


@pytest.fixture
def villagers():
    incomes = [None, 0, 400, Decimal("1286.50"), 50]
    return [person(name=f"村民{n}", labour="none", monthly_income=income) for n, income in enumerate(incomes)]


def text(response) -> str:
    return response.content.decode()


class TestList:
    def test_asks_a_stranger_to_log_in(self, client):
        assert client.get("/people/").headers["Location"] == "/login/?next=/people/"

    def test_refuses_a_role_that_has_no_business_here_in_chinese(self, client):
        client.force_login(user("finance"))
        response = client.get("/people/")
        assert response.status_code == 403
        assert "您的角色不办理这项业务" in text(response)

    def test_shows_the_own_township_and_nobody_else(self, client, clerk):
        person(name="自家人", labour="none"), person(OTHER_VILLAGE, name="别处人", labour="none")
        page = text(client.get("/people/"))
        assert "自家人" in page and "别处人" not in page

    def test_masks_the_id_number(self, client, clerk, villagers):
        page = text(client.get("/people/"))
        assert all(one.id_number not in page for one in villagers)
        assert f"4305**********{villagers[0].id_number[-4:]}" in page

    def test_totals_are_of_the_whole_filter_and_say_so(self, client, clerk, villagers):
        page = text(client.get("/people/"))
        assert "合计 5 人（含其他页）" in page and "1,736.50" in page
        assert page.count("data-row") == 3

    def test_unknown_is_a_dash_and_zero_is_grey(self, client, clerk, villagers):
        page = text(client.get("/people/?sort=name"))
        assert '<span class="unknown">—</span>' in page and '<span class="zero">0.00</span>' in page

    def test_pages_never_overlap(self, client, clerk, villagers):
        seen = []
        for number in (1, 2):
            rows = client.get(f"/people/?sort=labour&page={number}").context["rows"]
            seen += [row["pk"] for row in rows]
        assert sorted(seen) == sorted(one.pk for one in villagers)

    def test_sorting_stands_in_the_url_and_is_told_to_screen_readers(self, client, clerk, villagers):
        page = text(client.get("/people/?sort=-monthly_income"))
        assert 'aria-sort="descending"' in page and "sort=monthly_income" in page

    def test_a_default_condition_holds_until_its_chip_is_removed(self, client, clerk):
        person(name="能劳动", labour="full")
        first = client.get("/people/")
        assert "能劳动" not in text(first)
        [chip] = first.context["chips"]
        assert chip["words"] == "劳动能力：完全丧失劳动能力"
        assert "能劳动" in text(client.get(f"/people/{chip['url']}"))

    def test_a_range_is_one_chip_in_words(self, client, clerk):
        chips = client.get("/people/?labour=&income_min=100&income_max=900").context["chips"]
        assert [chip["words"] for chip in chips] == ["月收入：100 至 900"]
        assert "income" not in chips[0]["url"]

    def test_a_condition_that_cannot_be_read_is_not_nothing_found(self, client, clerk, villagers):
        page = text(client.get("/people/?income_min=abc"))
        assert "没有查：条件看不懂" in page and "村民" not in page

    def test_the_export_holds_the_whole_filter_masked_and_leaves_a_trace(self, client, clerk, villagers):
        response = client.get("/people/?export=xlsx&page=2")
        rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
        assert rows[0] == ("姓名", "身份证号", "劳动能力", "月收入（元）")
        assert len(rows) == 6 and rows[4][3] == 1286.5 and "*" in rows[1][1]
        trace = AccessLog.objects.get(kind=AccessKind.EXPORT)
        assert (trace.user, trace.detail["rows"]) == (clerk, 5)

    def test_a_list_takes_the_same_few_queries_however_long_it_is(
        self, client, clerk, villagers, django_assert_num_queries
    ):
        client.get("/people/")  # the menu's counts are kept for a while
        with CaptureQueriesContext(connection) as few:
            client.get("/people/")
        for n in range(20):
            person(name=f"新来{n}", labour="none", monthly_income=n)
        with django_assert_num_queries(len(few)):
            client.get("/people/")
        assert len(few) <= 8


class TestBulk:
    def test_asks_before_it_acts_and_repeats_number_and_sum(self, client, clerk, villagers):
        picked = [villagers[2].pk, villagers[3].pk]
        page = text(client.post("/people/", {"action": "visit", "pk": picked}))
        assert "将对 2 人（1,686.50 元）安排入户。" in page and "可以逐户取消。" in page
        assert not Person.objects.filter(note="待入户").exists()

    def test_acts_on_what_was_ticked(self, client, clerk, villagers):
        client.post("/people/", {"action": "visit", "pk": [villagers[1].pk], "confirmed": "1"})
        assert list(Person.objects.filter(note="待入户")) == [villagers[1]]

    def test_the_whole_filter_is_a_separate_act(self, client, clerk, villagers):
        person(name="能劳动", labour="full")
        client.post("/people/", {"action": "visit", "whole": "1", "confirmed": "1"})
        assert Person.objects.filter(note="待入户").count() == 5

    def test_a_foreign_key_smuggled_in_is_not_touched(self, client, clerk):
        stranger = person(OTHER_VILLAGE, labour="none")
        client.post("/people/", {"action": "visit", "pk": [stranger.pk], "confirmed": "1"})
        stranger.refresh_from_db()
        assert stranger.note == ""

    def test_an_action_of_another_role_is_refused(self, client, clerk, villagers):
        assert client.post("/people/", {"action": "close", "whole": "1"}).status_code == 403


class TestObjectAndVerb:
    def test_a_foreign_person_does_not_exist(self, client, clerk):
        stranger = person(OTHER_VILLAGE)
        for address in ("", "income/", "bury/"):
            assert client.get(f"/people/{stranger.pk}/{address}").status_code == 404

    def test_a_right_that_is_missing_gives_its_reason(self, client, clerk):
        page = text(client.get(f"/people/{person().pk}/"))
        assert "须由区局核定" in page and 'aria-disabled="true"' in page

    def test_a_verb_says_what_it_did(self, client, clerk):
        one = person(name="张三")
        form = {"amount": "1,286.50", "version": 1}
        page = text(client.post(f"/people/{one.pk}/income/", form, follow=True))
        assert "已登记 张三 月收入 1286.50 元。" in page

    def test_an_error_stands_at_its_field_and_typed_text_is_kept(self, client, clerk):
        one = person()
        form = {"amount": "98000", "note": "两处打工", "version": 1}
        response = client.post(f"/people/{one.pk}/income/", form)
        page = text(response)
        assert response.status_code == 422
        assert "月收入超过 1 万元" in page and "两处打工" in page and 'aria-invalid="true"' in page

    @pytest.mark.parametrize(
        ("typed", "words"), [("-980", "不能为负数。没有请填 0。"), ("没有", "请填数字"), ("", "请填写此项")]
    )
    def test_bad_amounts_get_a_plain_reason(self, client, clerk, typed, words):
        page = text(client.post(f"/people/{person().pk}/income/", {"amount": typed, "version": 1}))
        assert words in page and "没有保存：有 1 处需要改正。" in page

    def test_the_second_of_two_sees_what_the_first_changed_and_may_then_save(self, client, clerk):
        one = person(version=2)
        response = client.post(f"/people/{one.pk}/income/", {"amount": "300", "note": "我的话", "version": 1})
        page = text(response)
        assert response.status_code == 409
        assert "唐志强改过这份档案。" in page and "400.00 → 500.00" in page and "我的话" in page
        again = {"amount": "300", "version": response.context["form"]["version"].value()}
        assert client.post(f"/people/{one.pk}/income/", again).status_code == 302

    def test_a_grave_verb_asks_first(self, client, clerk):
        one = person(name="张三")
        page = text(client.post(f"/people/{one.pk}/bury/"))
        one.refresh_from_db()
        assert "将登记 张三 死亡。" in page and "登记错了可以更正。" in page and one.note == ""
        client.post(f"/people/{one.pk}/bury/", {"confirmed": "1"})
        one.refresh_from_db()
        assert one.note == "死亡"


class TestReveal:
    @pytest.fixture(autouse=True)
    def registered(self):
        places.reveals.add(
            "test.id_number",
            queryset=Person.objects.all().visible_to,
            value=lambda one: one.id_number,
            target=lambda one: f"{one.name} 身份证号",
            roles=("township_clerk",),
        )

    def test_a_number_is_shown_for_a_reason_and_leaves_a_trace(self, client, clerk):
        one = person(name="张三")
        response = client.post(
            f"/reveal/test.id_number/{one.pk}/", {"purpose": "入户核实"}, headers={"HX-Request": "true"}
        )
        assert one.id_number in text(response) and "no-store" in response["Cache-Control"]
        trace = AccessLog.objects.get(kind=AccessKind.REVEAL)
        assert (trace.kind, trace.target, trace.purpose) == ("reveal", "张三 身份证号", "入户核实")

    def test_without_a_reason_it_stays_masked(self, client, clerk):
        one = person()
        page = text(client.post(f"/reveal/test.id_number/{one.pk}/", {"purpose": " "}))
        assert "请写明查看事由" in page and one.id_number not in page
        assert not AccessLog.objects.filter(kind=AccessKind.REVEAL).exists()

    def test_looking_at_the_form_shows_nothing(self, client, clerk):
        one = person()
        assert one.id_number not in text(client.get(f"/reveal/test.id_number/{one.pk}/"))

    def test_foreign_people_other_roles_and_unknown_numbers_are_not_found(self, client, clerk):
        assert client.get(f"/reveal/test.id_number/{person(OTHER_VILLAGE).pk}/").status_code == 404
        assert client.get(f"/reveal/test.nothing/{person().pk}/").status_code == 404
        client.force_login(user("auditor"))
        assert client.get(f"/reveal/test.id_number/{person().pk}/").status_code == 404


class TestSavedFilter:
    def test_is_kept_under_its_name_and_offered_again(self, client, clerk):
        client.post(
            "/filters/save/", {"name": "无劳动", "page": "people", "query": "labour=none", "next": "/people/"}
        )
        assert '<a href="/people/?labour=none">无劳动</a>' in text(client.get("/people/"))

    def test_nobody_deletes_another_persons(self, client, clerk):
        other = SavedFilter.objects.create(user=user(), page="people", name="别人的", query="")
        assert client.post("/filters/delete/", {"pk": other.pk}).status_code == 404

    def test_does_not_lead_to_another_site(self, client, clerk):
        sent = {"name": "x", "page": "people", "query": "", "next": "https://evil.example/"}
        assert client.post("/filters/save/", sent).headers["Location"] == "/"


def test_the_workbench_sorts_by_urgency_and_tells_working_days(client, clerk):
    page = text(client.get("/"))
    assert "工作台" in page and "待办" in page
    assert client.get("/search/?q=张").status_code == 200


class TestLongExport:
    def test_is_made_in_the_background_and_only_its_owner_downloads_it(
        self, client, clerk, villagers, monkeypatch
    ):
        monkeypatch.setattr(PersonList, "export_limit", 2)
        person(OTHER_VILLAGE, labour="none")
        address = client.get("/people/?export=xlsx").headers["Location"]
        job = Job.objects.get()
        assert address == f"/jobs/{job.pk}/" and "导出 居民名册" in text(client.get(address))
        run_job_inline(job)
        page = text(client.get(address))
        assert "下载工作簿（5 行）" in page
        rows = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}file/").content)).active
        assert rows.max_row == 6
        assert AccessLog.objects.get(kind=AccessKind.EXPORT).detail["rows"] == 5
        client.force_login(user("township_clerk"))
        assert client.get(f"{address}file/").status_code == 404
