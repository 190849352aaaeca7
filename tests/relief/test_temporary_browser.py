"""A night's fire by clicks alone: taken in, paid ahead by the township, its papers brought, confirmed, the rest due."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from benefits.models import Entitlement
from casework.services import today
from payouts import services as payouts
from relief.temporary import reserve
from relief.temporary.models import Advance, Reserve, TemporaryApplication
from tests import factories
from tests.browser import TABLET, serious_faults

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 200


def take_the_emergency(page, home):
    page.goto("/relief/temporary/")
    page.get_by_role("link", name="新建临时救助").first.click()
    page.get_by_label("哪一户申请").fill(home.head.name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=f"登记临时救助 {home.head.name}").click()
    page.get_by_label("急难型").check()
    page.get_by_label("事由").select_option("fire")
    page.get_by_label("情况说明").fill("昨夜厨房起火，房屋和口粮烧毁")
    page.get_by_role("button", name="登记申请").click()
    # The severity is missing: what was typed is still there.
    expect(page.get_by_role("alert").first).to_contain_text("困难程度")
    expect(page.get_by_label("情况说明")).to_have_value("昨夜厨房起火，房屋和口粮烧毁")
    page.get_by_label("困难程度").select_option("heavy")
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记")


def ask_for_an_advance(page):
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_role("link", name="提出先行救助").click()
    page.get_by_label("先行救助金额").fill("2500")
    page.get_by_label("意见").fill("今晚无处可住")
    page.get_by_role("button", name="提出先行救助").click()
    expect(page.get_by_text("每次不超过 2,000.00 元").first).to_be_visible()
    page.get_by_label("先行救助金额").fill("2000")
    page.get_by_role("button", name="提出先行救助").click()
    expect(page.get_by_text("现在由乡镇（街道）分管领导办理")).to_be_visible()


def bring_the_papers(page, case):
    page.goto(f"/cases/{case.pk}/visit/")
    page.get_by_label("调查人员二").fill("唐志强")
    page.get_by_label("生活状况").fill("房屋烧毁，一家二人借住邻居家。")
    page.get_by_role("button", name="登记入户").click()
    page.get_by_role("link", name="上传材料").click()
    page.get_by_label("文件").set_input_files({"name": "申请书.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="上传材料").click()
    expect(page.get_by_role("status").first).to_contain_text("已上传")
    page.goto(case.get_absolute_url())
    page.get_by_label("意见", exact=True).fill("情况属实，手续齐全")
    page.get_by_role("button", name="手续齐全，报送初审").click()


def from_workbench(page, case):
    page.goto("/")
    page.get_by_role("link", name=case.subject, exact=True).first.click()


def test_a_fire_is_helped_at_once_and_the_rest_is_paid(open_as):
    home = factories.household(members=2)
    bureau = factories.user("bureau_officer", full_name="曾丽")
    reserve.allot(today().year, bureau, "祥民〔2026〕3号")
    clerk = open_as(factories.user("township_clerk", full_name="周敏"), size=TABLET)
    leader = open_as(factories.user("township_leader", full_name="蒋卫东"))
    officer = open_as(bureau)

    take_the_emergency(clerk, home)
    assert serious_faults(clerk) == []
    ask_for_an_advance(clerk)
    case = TemporaryApplication.objects.get()

    from_workbench(leader, case)
    assert serious_faults(leader) == []
    leader.get_by_role("button", name="同意，当即付款").click()
    expect(leader.get_by_text("先行救助 2,000.00 元，当即付款")).to_be_visible()
    leader.get_by_role("button", name="同意，当即付款").click()
    assert Reserve.objects.get(township=factories.TOWNSHIP).balance == 18000

    bring_the_papers(clerk, case)
    from_workbench(leader, case)
    leader.get_by_label("意见", exact=True).fill("同意救助")
    leader.get_by_role("button", name="同意，报区局确认").click()

    from_workbench(officer, case)
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_text("先行救助已付 2,000.00 元，本次发放 4,000.00 元")).to_be_visible()
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_role("status").first).to_contain_text("已批准")
    assert Advance.objects.get().state == "settled"
    with officer.expect_download() as found:
        officer.get_by_role("link", name="临时救助决定书").click()
    assert found.value.suggested_filename.endswith(".docx")
    officer.goto("/relief/reserves/")
    assert serious_faults(officer) == []
    expect(officer.get_by_role("row", name="中心路街道").get_by_text("18,000.00")).to_be_visible()

    held = Entitlement.objects.get()
    assert held.monthly_amount == Decimal(4000)
    run = payouts.build_run("temporary", held.first_month, actor=factories.user("finance"), enqueue=False)
    from core.jobs import run_job_inline

    run_job_inline(run.job)
    assert [one.amount for one in run.payments.all()] == [Decimal(4000)]
