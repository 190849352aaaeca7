"""A month of 高龄津贴 by clicks alone: the list confirmed and approved, paid; unproven, held, proven, paid back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from benefits.models import Entitlement, Hold
from core.months import add_months, month_of
from elderly import services
from elderly.rules import ALLOWANCE
from payouts.models import Payment
from tests import factories
from tests.browser import TABLET, serious_faults
from tests.elderly import people
from tests.payouts.makers import Hands

pytestmark = pytest.mark.django_db(transaction=True)


def turning_ninety(day: int, **fields):
    month = month_of(timezone.localdate())
    return people.old(date(month.year - 90, month.month, day), **fields)


def confirm_list(page, away):
    """The clerk takes one off and confirms the others."""
    page.goto("/")
    page.get_by_role("link", name="享受名单 3 人").first.click()
    assert serious_faults(page) == []
    page.get_by_role("checkbox", name=away.name).check()
    page.get_by_role("button", name="移出名单").click()
    page.get_by_role("button", name="移出名单").click()
    # The reason is missing: it is asked for where it belongs.
    expect(page.get_by_role("alert").first).to_contain_text("移出原因")
    page.get_by_label("移出原因").select_option("later")
    page.get_by_role("button", name="移出名单").click()
    expect(page.get_by_role("status").first).to_contain_text("已移出 1 人")
    page.get_by_role("link", name="确认全部 2 人").click()
    page.get_by_role("button", name="报区局审批").click()
    expect(page.get_by_role("status").first).to_contain_text("已确认 2 人")


def approve_list(page):
    page.goto("/")
    page.get_by_role("link", name="享受名单 2 人").first.click()
    assert serious_faults(page) == []
    with page.expect_download() as found:
        page.get_by_role("link", name="审批名单").click()
    assert found.value.suggested_filename.endswith(".docx")
    page.get_by_role("link", name="批准全部 2 人").click()
    page.get_by_label("意见").fill("同意")
    page.get_by_role("button", name="批准名单").click()
    expect(page.get_by_role("status").first).to_contain_text("已批准 2 人")


def prove(page, person):
    """The village's visit is entered from the list of those who are held."""
    page.goto("/elderly/proofs/?state=held")
    assert serious_faults(page) == []
    page.get_by_label(f"选中 {Entitlement.objects.get(person=person)}").check()
    page.get_by_role("button", name="登记认证").click()
    tomorrow = timezone.localdate() + timedelta(days=1)
    page.get_by_label("认证日期").fill(f"{tomorrow:%Y-%m-%d}")
    page.get_by_label("说明").fill("村干部上门见到本人")
    page.get_by_role("button", name="登记 1 人").click()
    # A day that has not come yet is refused, and what was typed stays.
    expect(page.get_by_role("alert").first).to_contain_text("不能晚于今天")
    expect(page.get_by_label("说明")).to_have_value("村干部上门见到本人")
    page.get_by_label("认证日期").fill(f"{timezone.localdate():%Y-%m-%d}")
    page.get_by_role("button", name="登记 1 人").click()
    expect(page.get_by_role("status").first).to_contain_text("解除暂缓 1 人")


def test_a_month_of_the_allowance_by_clicks_alone(open_as):
    stays, other, away = turning_ninety(1), turning_ninety(9, account=False), turning_ninety(15)
    month, hands = month_of(timezone.localdate()), Hands()
    services.propose_all(month)
    clerk = open_as(factories.user("township_clerk", full_name="周敏"), size=TABLET)
    officer = open_as(people.officer(full_name="曾丽"))

    confirm_list(clerk, away)
    approve_list(officer)
    hands.paid(month, programme=ALLOWANCE)
    assert Payment.objects.get(person=stays).month == month

    # Next month nobody has seen him for a year: held, visible, paid back once he is proven.
    Entitlement.objects.filter(person=stays).update(review_due=timezone.localdate() - timedelta(days=40))
    assert services.hold_unproven() == 1
    following = add_months(month, 1)
    Hold.objects.update(first_month=following)
    prove(clerk, stays)
    expect(clerk.get_by_text("暂缓的月份由下一批次补发")).to_be_visible()
    clerk.goto(f"/elderly/entitlements/{Entitlement.objects.get(person=stays).pk}/proof/")
    expect(clerk.get_by_text("村干部上门见到本人")).to_be_visible()
    hands.paid(following, programme=ALLOWANCE)
    assert [one.month for one in Payment.objects.filter(person=stays).order_by("month")] == [month, following]
    assert Payment.objects.filter(person=other).count() == 2


def test_who_never_had_it_applies_at_the_counter(open_as):
    person = people.old(date(timezone.localdate().year - 92, 1, 5), name="欧阳守仁")
    clerk = open_as(factories.user("township_clerk", full_name="周敏"))
    officer = open_as(people.officer())
    clerk.goto("/")
    clerk.get_by_role("link", name="登记申请").first.click()
    clerk.get_by_label("谁申请").fill("欧阳守仁")
    clerk.keyboard.press("Enter")
    clerk.get_by_role("link", name="登记申请 欧阳守仁").click()
    clerk.get_by_label("代办人", exact=True).fill("欧阳强")
    clerk.get_by_role("button", name="登记申请").click()
    expect(clerk.get_by_role("alert").first).to_contain_text("与本人的关系")
    expect(clerk.get_by_label("代办人", exact=True)).to_have_value("欧阳强")
    clerk.get_by_label("与本人关系").fill("子")
    clerk.get_by_role("button", name="登记申请").click()
    assert serious_faults(clerk) == []
    clerk.get_by_role("button", name="确认，报区局").click()
    officer.goto("/")
    officer.get_by_role("link", name="欧阳守仁", exact=True).first.click()
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_text("每月 100.00 元")).to_be_visible()
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_role("status").first).to_contain_text("已批准")
    assert people.held(person)[0][:3] == (ALLOWANCE, 100, month_of(timezone.localdate()))
    with officer.expect_download() as found:
        officer.get_by_role("link", name="高龄津贴、长寿金批准通知书").click()
    assert found.value.suggested_filename.endswith(".docx")
