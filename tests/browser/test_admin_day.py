"""A day in the back office, by clicks and keys: a standard is raised and let through by a second officer, a township
gets a new account, offices are imported and exported, and the history says who changed what."""

import csv
import io
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from benefits.models import Entitlement
from core.models import AccessKind, AccessLog
from core.months import add_months, format_month, month_of
from district.models import Office, User
from tests import factories
from tests.benefits.test_entitlements import granted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def back_office(page, words: str) -> None:
    """From the main menu into one table of the admin."""
    page.goto("/")
    page.get_by_role("link", name="后台管理").click()
    page.locator("#main, main").first.get_by_role("link", name=words, exact=True).first.click()


def add(page) -> None:
    page.locator("a[href$='/add/']:visible").last.click()


def field(page, label: str):
    """A field of the form; the navigation beside it has labels of its own."""
    return page.locator("form[id$=_form]").get_by_label(label)


def choose(page, label: str, words: str) -> None:
    """An autocomplete, by keys: open, type, take the first."""
    page.locator("form[id$=_form]").get_by_role("combobox", name=label).click()
    page.keyboard.type(words)
    expect(
        page.locator(".select2-results__option--selectable, .select2-results__option").first
    ).to_contain_text(words)
    page.keyboard.press("Enter")


@pytest.mark.worker
def test_a_standard_is_raised_in_the_back_office_and_let_through_by_a_second_officer(open_as, worker):
    worker.start(beat=False, concurrency=1)
    entitlement = granted(factories.household(members=2))
    month = add_months(month_of(timezone.localdate()), 1)
    maker = open_as(factories.user("bureau_officer", full_name="刘敏"))
    checker = open_as(factories.user("bureau_officer", full_name="陈刚"))

    back_office(maker, "标准")
    add(maker)
    field(maker, "项目").select_option(label="城市低保")
    choose(maker, "适用区划", "大祥区")
    field(maker, "标准（元/月）").fill("550")
    field(maker, "施行月份").fill(format_month(month))
    field(maker, "依据文件").fill("大政办发〔2026〕12号")
    maker.get_by_role("button", name="保存", exact=True).click()
    maker.get_by_role("link", name="按新标准重新测算").first.click()
    maker.get_by_role("button", name="开始测算").click()
    expect(maker.get_by_text("待审批").first).to_be_visible(timeout=60_000)
    entitlement.refresh_from_db()
    assert entitlement.last_month is None, "nothing changes before a second officer lets it through"

    checker.goto("/")
    checker.get_by_role("link", name=re.compile("^调标")).first.click()
    checker.get_by_role("link", name=re.compile("城市低保")).first.click()
    checker.get_by_role("link", name="批准调标").click()
    checker.get_by_label("意见").fill("与文件一致")
    checker.get_by_role("button", name="批准调标").click()
    expect(checker.get_by_role("status").first).to_contain_text("已批准")
    entitlement.refresh_from_db()
    assert entitlement.last_month == add_months(month, -1)
    raised = Entitlement.objects.get(previous=entitlement)
    assert (raised.first_month, raised.monthly_amount) == (month, 900)


def test_a_new_clerk_of_a_township_gets_an_account_and_makes_it_his_own(open_as, page):
    admin = open_as(factories.user("sysadmin", full_name="邓工"))
    back_office(admin, "账号")
    add(admin)
    field(admin, "用户名").fill("zhongxin2")
    field(admin, "姓名").fill("罗小红")
    field(admin, "角色").select_option(label="乡镇（街道）经办人")
    choose(admin, "辖区", "中心路街道")
    admin.get_by_role("button", name="保存", exact=True).click()
    first = admin.locator("#first-password").inner_text()
    assert User.objects.get(username="zhongxin2").division_id == factories.TOWNSHIP

    page.goto("/")
    page.get_by_label("账号").fill("zhongxin2")
    page.get_by_label("密码").fill(first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    page.get_by_label("原密码").fill(first)
    page.get_by_label("新密码").fill("Qiutian-2026-xin")
    page.get_by_label("再输一次").fill("Qiutian-2026-xin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def test_offices_are_imported_exported_and_their_history_read(open_as):
    admin = open_as(factories.user("sysadmin", full_name="邓工"))
    known = Office.objects.order_by("code").first()
    back_office(admin, "机构")
    admin.locator("a[href*='/import/']:visible").first.click()
    admin.locator("input[type=file]").set_input_files(
        {
            "name": "机构.csv",
            "mimeType": "text/csv",
            "buffer": f"code,name,division\nZXL-02,中心路街道便民服务中心,{factories.TOWNSHIP}\n".encode(),
        }
    )
    admin.locator("select[name=format]").select_option(label="csv")
    admin.locator("form [type=submit]:visible").last.click()
    expect(admin.get_by_text("中心路街道便民服务中心")).to_be_visible()
    assert not Office.objects.filter(code="ZXL-02").exists(), "a preview writes nothing"
    admin.locator("form [type=submit]:visible").last.click()
    expect(admin.get_by_role("link", name="ZXL-02")).to_be_visible()

    admin.locator("a[href*='/export/']:visible").first.click()
    admin.locator("select[name=format]").select_option(label="csv")
    with admin.expect_download() as found:
        admin.locator("form [type=submit]:visible").last.click()
    rows = list(csv.DictReader(io.StringIO(found.value.path().read_text("utf-8-sig"))))
    assert {"ZXL-02", known.code} <= {row["code"] for row in rows}
    assert AccessLog.objects.filter(kind=AccessKind.EXPORT, user__full_name="邓工").exists()

    back_office(admin, "机构")
    admin.get_by_role("link", name="ZXL-02").click()
    field(admin, "名称").fill("中心路街道社会救助站")
    admin.get_by_role("button", name="保存", exact=True).click()
    admin.get_by_role("link", name="ZXL-02").click()
    admin.locator("a[href$='/history/']:visible").first.click()
    text = admin.locator("body").inner_text()
    for words in ("邓工", "中心路街道便民服务中心", "中心路街道社会救助站"):
        assert words in text
