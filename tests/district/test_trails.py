"""What auditors read: who looked at what, and who changed what from what to what."""

import io
from datetime import timedelta

import pghistory
import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.audit import log_access
from core.models import AccessKind, AccessLog
from district import services
from registry.models import Household
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client):
    account = factories.user("auditor", full_name="郑审计")
    client.force_login(account)
    AccessLog.objects.all().delete()
    return account


def text(client, name, **query):
    page = client.get(reverse(name), query)
    assert page.status_code == 200
    return page.content.decode()


def test_the_trail_is_found_by_person_kind_day_and_object(client, auditor):
    clerk = factories.user(full_name="王经办", username="wang")
    seen = log_access(clerk, AccessKind.REVEAL, "罗建设 身份证号", "person.id_number:7", purpose="核对账户")
    log_access(factories.user("finance", full_name="李财务"), AccessKind.EXPORT, "居民 86 人")
    AccessLog.objects.filter(pk=seen.pk).update(at=timezone.now() - timedelta(days=40))

    both = text(client, "access_trail")
    assert "罗建设 身份证号" in both and "居民 86 人" in both and "核对账户" in both
    long_ago = timezone.localdate() - timedelta(days=41)
    for query in (
        {"user": "王经"},
        {"user": "wang"},
        {"kind": "reveal"},
        {"until": timezone.localdate() - timedelta(days=39), "since": long_ago},
        {"key": "person.id_number:7"},
        {"target": "罗建设"},
    ):
        found = text(client, "access_trail", **query)
        assert "罗建设 身份证号" in found and "居民 86 人" not in found, query


def test_the_trail_is_exported_with_its_seconds_and_the_export_is_in_the_trail(client, auditor):
    log_access(factories.user(full_name="王经办"), AccessKind.PRINT, "公示单 1 份")
    answer = client.get(reverse("access_trail"), {"export": "xlsx"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[1][1:5] == ("王经办", "乡镇（街道）经办人", "打印", "公示单 1 份")
    assert len(rows[1][0]) == len("2020-12-01 10:00:00")
    assert "查阅与导出痕迹 1 条" in text(client, "access_trail", kind="export")


def test_the_history_of_changes_shows_who_changed_what_from_what_to_what(client, auditor):
    admin, account = (
        factories.user("sysadmin", full_name="何系统"),
        factories.user("finance", full_name="李财务"),
    )
    services.change_account(account, role="leader", reason="岗位调整", actor=admin)
    services.change_account(account, role="auditor", reason="再次调整", actor=admin)
    page = text(client, "change_history", kind="district.user")
    for words in (
        "何系统",
        "系统管理员",
        "李财务",
        "岗位调整",
        "角色：<del>财务</del> → <ins>区局分管领导</ins>",
    ):
        assert words in page
    assert "角色：<del>区局分管领导</del> → <ins>审计（纪检）</ins>" in page
    assert page.index("再次调整") < page.index("岗位调整"), "newest first"


def test_changes_are_found_by_object_person_and_day(client, auditor):
    clerk, home, other = factories.user(full_name="王经办"), factories.household(), factories.household()
    with pghistory.context(user=clerk.pk):
        Household.objects.filter(pk=home.pk).update(note="门牌已换")
    with pghistory.context(by="历史数据导入"):
        Household.objects.filter(pk=other.pk).update(note="并入他户")
    today = timezone.localdate()
    for query in (
        {"kind": "registry.household", "number": home.pk},
        {"user": "王经办"},
        {"user": "王经办", "since": today, "until": today},
    ):
        page = text(client, "change_history", **query)
        assert "门牌已换" in page and "并入他户" not in page, query
    assert "历史数据导入" in text(client, "change_history", kind="registry.household")
    assert "门牌已换" not in text(client, "change_history", until=today - timedelta(days=1))


def test_identity_numbers_stay_masked_in_the_history(client, auditor):
    account = factories.household().head.accounts.get()
    number = account.number
    type(account).objects.filter(pk=account.pk).update(number=factories.account_number())
    page = text(client, "change_history", kind="registry.payeeaccount")
    assert "账号" in page and number not in page and number[-4:] in page


@pytest.mark.parametrize(
    "query, words",
    [
        ({"number": "7"}, "请先选对象种类"),
        ({"kind": "registry.person", "number": "abc"}, "编号不是这个样子"),
        ({"since": "昨天"}, "条件看不懂"),
        ({"kind": "registry.nothing"}, "条件看不懂"),
    ],
)
def test_a_condition_that_makes_no_sense_is_said_so(client, auditor, query, words):
    assert words in text(client, "change_history", **query)


def test_the_pages_of_the_history_do_not_overlap(client, auditor):
    home = factories.household()
    for number in range(60):
        Household.objects.filter(pk=home.pk).update(note=f"第 {number:02d} 次")
    first, second = (
        text(client, "change_history", kind="registry.household", page=number) for number in (1, 2)
    )
    assert first.count("<tr>") == 51 and second.count("<tr>") == 11
    assert 'rel="next"' in first and 'rel="next"' not in second


def test_what_is_new_and_what_is_gone_is_shown_with_its_content(client, auditor):
    page = text(client, "change_history", kind="benefits.parameter")
    assert "新增" in page and "示范政策集 2019-01" in page
    office = services.Office.objects.create(code="X1", name="试设机构", division_id=factories.DISTRICT)
    office.delete()
    page = text(client, "change_history", kind="district.office")
    assert "删除" in page and "名称：<del>试设机构</del>" in page
