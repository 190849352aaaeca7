"""疑似同一人 on the pages: told in list, export and finding; nothing changes without the word how it is the same."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_job_inline
from core.models import Job
from rechecks.models import Finding, FindingState, OutsideList, Verification
from tests import factories
from tests.rechecks.lists import holder, loaded, only, recheck
from tests.rechecks.test_resemblance import dead, named

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return holder()


@pytest.fixture
def finding(home):
    named(dead(home.head))
    recheck()
    return only()


@pytest.fixture
def as_clerk(client):
    client.force_login(factories.user("township_clerk"))
    return client


def entered(finding, **more):
    return {
        "version": finding.version,
        "verified_on": timezone.localdate(),
        "visitors": "周敏、唐志强",
        "words": "入户核实，人已去世。",
        "outcome": "end",
        "end_reason": "death",
        "from_month": "2020-12",
        **more,
    }


def test_the_list_tells_them_apart_and_filters_them(as_clerk, finding):
    other = holder()
    loaded("payroll", (other.head, "某小学", "3200"))
    recheck()
    everybody = as_clerk.get(reverse("rechecks:findings")).content.decode()
    assert everybody.count("疑似 60 分") == 1 and other.head.name in everybody
    alike = as_clerk.get(reverse("rechecks:findings"), {"name_mismatch": "alike"}).content.decode()
    assert finding.person.name in alike and other.head.name not in alike
    sure = as_clerk.get(reverse("rechecks:findings"), {"name_mismatch": "0"}).content.decode()
    assert other.head.name in sure and "疑似 60 分" not in sure


def test_the_export_tells_how_much_alike(as_clerk, finding):
    answer = as_clerk.get(reverse("rechecks:findings"), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert "疑似 60 分" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_the_finding_shows_what_agreed_beside_what_is_registered(as_clerk, finding):
    page = as_clerk.get(finding.get_absolute_url()).content.decode()
    assert "疑似同一人 60 分" in page and "姓名、出生日期一致，名单没有住址" in page
    assert f"{finding.person.birth_date:%Y-%m-%d} 生" in page
    assert "确认是同一人以前，不停发、不变更、不暂缓" in page


def test_an_ending_without_the_word_is_refused_at_its_field_and_nothing_typed_is_lost(as_clerk, finding):
    address = reverse("rechecks:report", args=[finding.pk])
    answer = as_clerk.post(address, entered(finding))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明怎样确认是同一人" in page and "入户核实，人已去世。" in page
    assert only().state == FindingState.OPEN


def test_with_the_word_the_case_is_opened_and_the_word_stands_on_the_finding(as_clerk, finding):
    address = reverse("rechecks:report", args=[finding.pk])
    answer = as_clerk.post(address, entered(finding, same_person="火化证与户口簿一致"), follow=True)
    assert "火化证与户口簿一致" in answer.content.decode()
    assert (only().state, Verification.objects.get().same_person) == (
        FindingState.IN_CASE,
        "火化证与户口簿一致",
    )


def test_a_finding_by_number_has_no_such_field(as_clerk, home):
    loaded("death", (home.head, "2020-11-02"))
    recheck()
    page = as_clerk.get(reverse("rechecks:report", args=[only().pk])).content.decode()
    assert "确认同一人" not in page


def test_ticked_with_clear_deaths_it_is_left_out(as_clerk, finding, home):
    sure = holder()
    loaded("death", (sure.head, "2020-11-02"))
    recheck()
    ticked = {"action": "deaths", "confirmed": "1", "pk": list(Finding.objects.values_list("pk", flat=True))}
    as_clerk.post(reverse("rechecks:findings"), ticked)
    states = dict(Finding.objects.values_list("person", "state"))
    assert states == {home.head.pk: "open", sure.head.pk: "in_case"}


def test_an_officer_sends_such_a_list_by_the_page(client, home):
    client.force_login(factories.user("bureau_officer"))
    content = f"姓名,生日,死亡日期\n{home.head.name},{home.head.birth_date},2020-11-05\n".encode("gbk")
    file = SimpleUploadedFile("殡仪馆.csv", content)
    sent = {"kind": "death", "file": file, "as_of": "2020-12-20", "source": "区殡仪馆"}
    assert client.post(reverse("rechecks:list_new"), sent).status_code == 302
    run_job_inline(Job.objects.get())
    made = OutsideList.objects.get()
    assert (made.loaded, made.has_numbers, made.source) == (1, False, "区殡仪馆")


def test_a_file_with_neither_is_refused_on_the_page(client):
    client.force_login(factories.user("bureau_officer"))
    file = SimpleUploadedFile("x.csv", "姓名,死亡日期\n甲,2020-11-05\n".encode())
    sent = {"kind": "death", "file": file, "as_of": "2020-12-20", "source": "区殡仪馆"}
    answer = client.post(reverse("rechecks:list_new"), sent)
    assert answer.status_code == 422 and "身份证号或出生日期" in answer.content.decode()


def test_the_list_shows_people_by_birth_and_place_and_is_not_to_be_confirmed(client, finding):
    client.force_login(factories.user("bureau_officer"))
    made = OutsideList.objects.get()
    page = client.get(made.get_absolute_url()).content.decode()
    assert "只提示疑似" in page and f"{finding.person.birth_date:%Y-%m-%d}" in page
    assert "确认名单" not in page and "未确认" not in page
    lists = client.get(reverse("rechecks:lists")).content.decode()
    assert "无身份证号，只提示疑似" in lists and "只有无身份证号的" in lists
    month = client.get(recheck().get_absolute_url()).content.decode()
    assert "无身份证号，只提示疑似" in month
