"""An old man's 特困 by clicks and keys alone: a proxy applies, two grade, the bureau grants, the month is paid."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from benefits.models import Entitlement
from casework.models import PublicNotice
from casework.services import today
from core.months import add_months, month_of
from relief.tekun.models import TekunApplication
from tests import factories
from tests.browser import TABLET, serious_faults
from tests.payouts.makers import build

pytestmark = pytest.mark.django_db(transaction=True)


def a_week_passes():
    """The notice has hung for eight days."""
    for notice in PublicNotice.objects.all():
        notice.starts_on -= timedelta(days=8)
        notice.ends_on -= timedelta(days=8)
        notice.save()


def apply(page, person, home):
    page.goto("/")
    page.get_by_role("link", name="新建特困申请").first.click()
    page.get_by_label("为谁申请").fill(person.name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=f"登记申请 {person.name}").click()
    page.get_by_label("申请理由").fill("年老无依靠，生活不能自理")
    page.get_by_label("代理人", exact=True).fill("唐秋生")
    page.get_by_label("已签核对授权书").check()
    page.get_by_label("集中供养").check()
    page.get_by_role("button", name="登记申请").click()
    # What is missing is said, and nothing typed is lost.
    expect(page.get_by_role("alert").first).to_contain_text("供养机构")
    expect(page.get_by_label("申请理由")).to_have_value("年老无依靠，生活不能自理")
    page.get_by_label("供养机构").select_option(label=home.name)
    page.get_by_label("代理人与本人关系").fill("社区干部")
    page.get_by_label("没有法定赡养、抚养、扶养义务人").check()
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记")


def investigate(page, case):
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_role("button", name="发起核对").click()
    page.get_by_role("button", name="登记核对报告").click()
    page.goto(f"/cases/{case.pk}/visit/")
    page.get_by_label("调查人员二").fill("唐志强")
    page.get_by_label("生活状况").fill("独居，卧床，由邻居送饭。")
    page.get_by_role("button", name="登记入户").click()
    page.get_by_role("link", name="登记评估").click()
    page.get_by_label("评估人二").fill("唐志强")
    for place, name in enumerate(("吃饭", "穿衣", "上下床", "如厕", "室内行走", "洗澡")):
        group = page.get_by_role("group", name=f"自主{name}")
        group.get_by_label("不能" if place >= 2 else "能", exact=True).check()
    page.get_by_role("button", name="登记评估").click()
    expect(page.get_by_role("status").first).to_contain_text("失能（丧失 4 项）")
    page.get_by_role("link", name="填写收入与财产").click()
    page.get_by_label("其余按核对结果认定（没有核对结果的按申报）").check()
    page.get_by_role("button", name="保存收入与财产").click()
    page.get_by_label("意见", exact=True).fill("建议纳入供养")
    page.get_by_role("button", name="报送初审").click()
    expect(page.get_by_text("现在由乡镇（街道）分管领导办理")).to_be_visible()


def open_case(page, case):
    page.goto(f"/relief/tekun/{case.pk}/")


def test_a_proxy_applies_and_the_home_is_paid(open_as):
    home = factories.institution("中心路街道敬老院")
    person = factories.household(
        head=factories.person(birth_date=today().replace(year=today().year - 76, day=1), monthly_income=0)
    ).head
    clerk = open_as(factories.user("township_clerk", full_name="周敏"), size=TABLET)
    leader = open_as(factories.user("township_leader", full_name="蒋卫东"))
    officer = open_as(factories.user("bureau_officer", full_name="曾丽"))

    apply(clerk, person, home)
    case = TekunApplication.objects.get()
    investigate(clerk, case)

    open_case(leader, case)
    assert serious_faults(leader) == []
    leader.get_by_label("意见", exact=True).fill("情况属实，同意供养")
    leader.get_by_role("button", name="同意，转公示").click()

    open_case(clerk, case)
    clerk.get_by_role("button", name="张贴公示").click()
    a_week_passes()
    open_case(clerk, case)
    clerk.get_by_role("button", name="报送区局确认").click()

    open_case(officer, case)
    officer.get_by_role("button", name="批准", exact=True).click()
    # The confirmation says whom, how much, from when, and to whom it is paid.
    expect(officer.get_by_text("中心路街道敬老院").first).to_be_visible()
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_role("status").first).to_contain_text("已批准")

    month = add_months(month_of(today()), 1)
    basic = Entitlement.objects.get(person=person, programme="tekun_basic")
    assert (basic.first_month, basic.payee_institution) == (month, home)
    assert Entitlement.objects.filter(person=person, programme="tekun_care").exists()
    run = build(month, "tekun_basic", actor=factories.user("finance"))
    assert [one.amount for one in run.payments.all()] == [basic.monthly_amount]
