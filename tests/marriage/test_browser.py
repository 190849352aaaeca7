"""A registrar's day by clicks and keys alone: a marriage, a spoiled sheet, a divorce applied for and withdrawn, the day
closed and printed."""

from datetime import date

import pytest
from playwright.sync_api import expect

from casework.services import today
from core.models import WorkdayOverride
from marriage.models import Certificate, DayRegister, MarriageCase
from tests import factories
from tests.browser import serious_faults
from tests.marriage.makers import married, registrar

pytestmark = pytest.mark.django_db(transaction=True)


def fill_party(page, card, number, name, before=""):
    side = page.locator("section.card", has=page.get_by_role("heading", name=card, exact=True))
    side.get_by_label("身份证号").fill(number)
    side.get_by_label("姓名").fill(name)
    side.get_by_label("常住户口在本区").check()
    if before:
        side.get_by_label("婚姻状况").select_option(before)


def tick(page, *labels):
    for label in labels:
        page.get_by_role("checkbox", name=label).check()


def marry(page):
    """An application with a slip in it first, then the declaration, then the certificate."""
    page.goto("/marriage/")
    page.get_by_role("link", name="新建结婚登记").click()
    good = factories.id_number(date(1995, 3, 8), "F")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    fill_party(page, "男方", factories.id_number(date(1993, 5, 6)), "周建国", "single")
    fill_party(page, "女方", wrong, "罗小红", "single")
    tick(page, "双方居民身份证", "双方近期合影三张", "双方共同亲自到场", "双方完全自愿结婚")
    page.get_by_label("备注").fill("上午第一对")
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_role("alert").first).to_contain_text("校验位不符")
    expect(page.get_by_label("备注")).to_have_value("上午第一对")
    fill_party(page, "女方", good, "罗小红", "single")
    page.get_by_role("button", name="登记申请").click()
    # Two declarations are missing: the law says so, and everything typed is still there.
    expect(page.get_by_role("alert").first).to_contain_text("旁系血亲")
    tick(page, "双方具有完全民事行为能力", "双方申明没有直系血亲和三代以内旁系血亲关系")
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记申请")
    assert serious_faults(page) == []
    with page.expect_download() as found:
        page.get_by_role("link", name="申请结婚登记声明书").click()
    assert found.value.suggested_filename.endswith("申请结婚登记声明书.docx")
    page.get_by_role("button", name="审查通过").click()
    page.get_by_role("link", name="登记发证").click()
    expect(page.get_by_text(f"J430503-{today().year}-000001")).to_be_visible()
    page.get_by_role("button", name="登记并取号发结婚证").click()
    expect(page.get_by_role("status").first).to_contain_text("请打印证件")


def spoil_and_print_again(page):
    with page.expect_download():
        page.get_by_role("button", name="打印证件").click()
    page.reload()
    page.get_by_role("link", name="作废").click()
    page.get_by_label("作废原因").fill("打印错位")
    page.get_by_role("button", name="作废 J430503").click()
    page.get_by_role("button", name="重新打证，取下一号").click()
    expect(page.get_by_role("status").first).to_contain_text("000002")
    with page.expect_download() as found:
        page.get_by_role("button", name="打印证件").click()
    assert found.value.suggested_filename == f"J430503-{today().year}-000002.docx"


def divorce_and_think_again(page, couple):
    """The couple is found by its numbers; the receipt tells the days; the woman withdraws."""
    man, woman = couple.registration.both
    page.goto("/marriage/")
    page.get_by_role("link", name="新建离婚登记").click()
    for card, one in (("男方", man), ("女方", woman)):
        side = page.locator("section.card", has=page.get_by_role("heading", name=card, exact=True))
        side.get_by_label("身份证号").fill(one.id_number)
    page.get_by_role("button", name="查找并核查").click()
    expect(page.get_by_text("本处登记簿载有双方的婚姻")).to_be_visible()
    tick(page, "双方居民身份证", "结婚证", "离婚协议书", "双方单人近期照片各两张")
    tick(page, "双方共同亲自到场", "双方具有完全民事行为能力", "双方自愿离婚", "已就子女抚养")
    page.get_by_role("button", name="登记申请").click()
    page.get_by_role("button", name="受理，出具回执").click()
    expect(page.get_by_text("当前：冷静期")).to_be_visible()
    with page.expect_download():
        page.get_by_role("link", name="受理回执单").click()
    assert serious_faults(page) == []
    page.get_by_label("意见").fill("女方到场撤回")
    page.get_by_role("button", name="当事人撤回").click()
    expect(page.get_by_text("已撤回").first).to_be_visible()


def test_a_registrars_day(open_as):
    WorkdayOverride.objects.create(day=date(today().year + 1, 1, 1), is_workday=False, name="元旦")
    clerk = registrar(full_name="唐婉")
    couple = married(clerk, on=date(2015, 6, 1))
    page = open_as(clerk)
    marry(page)
    spoil_and_print_again(page)
    divorce_and_think_again(page, couple)
    assert MarriageCase.objects.get(flow="divorce").stage == "withdrawn"

    page.goto("/marriage/")
    assert serious_faults(page) == []
    page.get_by_role("link", name="逐件查看").click()
    page.get_by_role("link", name="关簿", exact=True).click()
    page.get_by_role("button", name=f"关闭 {today()} 登记簿").click()
    expect(page.get_by_role("status").first).to_contain_text("已关闭")
    page.get_by_role("link", name="打印登记簿").click()
    expect(page.get_by_role("heading", name="婚姻登记簿")).to_be_visible()
    expect(page.get_by_text("作废：打印错位")).to_be_visible()
    line = DayRegister.objects.get().lines[0]
    assert (line["given"], line["spoiled"], line["standing"]) == (2, 1, 1)
    assert Certificate.objects.filter(printed_at__isnull=False).count() == 2
