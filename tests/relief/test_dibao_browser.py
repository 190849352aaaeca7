"""A family's 低保 by clicks and keys alone, from the search for the household to the granted amount."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from benefits.models import Entitlement
from casework.models import PublicNotice
from relief.dibao.models import DibaoApplication
from tests import factories
from tests.browser import TABLET, serious_faults

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 200


def a_week_passes():
    """The notice has hung for eight days."""
    for notice in PublicNotice.objects.all():
        notice.starts_on -= timedelta(days=8)
        notice.ends_on -= timedelta(days=8)
        notice.save()


def take_application(page, home):
    page.goto("/")
    page.get_by_role("link", name="新建申请").first.click()
    page.get_by_label("哪一户申请").fill(home.head.name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=f"登记申请 {home.head.name}").click()
    for one in home.people:
        page.get_by_label(f"{one.name} 已签授权书").check()
    page.get_by_label("申请理由").fill("")
    page.get_by_role("button", name="登记申请").click()
    # Something is missing: what was ticked is still there.
    expect(page.get_by_role("alert").first).to_contain_text("申请理由")
    expect(page.get_by_label(f"{home.head.name} 已签授权书")).to_be_checked()
    page.get_by_label("申请理由").fill("户主患病，收入减少")
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记")


def investigate(page, case):
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_role("button", name="发起核对").click()
    page.get_by_role("button", name="核对报告返回，转入户调查").click()
    page.get_by_role("link", name="上传材料").click()
    page.get_by_label("文件").set_input_files({"name": "入户.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="上传材料").click()
    expect(page.get_by_role("status").first).to_contain_text("已上传")
    page.goto(f"/cases/{case.pk}/visit/")
    page.get_by_label("调查人员二").fill("唐志强")
    page.get_by_label("生活状况").fill("一家二人，户主卧床，陈设简陋。")
    page.get_by_role("button", name="登记入户").click()
    page.get_by_role("link", name="填写收入与财产").click()
    page.get_by_label(f"{case.person.name} 工资性收入 认定").fill("450")
    page.get_by_label(f"{case.person.name} 工资性收入 依据").fill("用工方证明")
    page.get_by_label("其余按核对结果认定（没有核对结果的按申报）").check()
    page.get_by_role("button", name="保存收入与财产").click()
    page.get_by_label("意见", exact=True).fill("建议纳入")
    page.get_by_role("button", name="报送初审").click()
    expect(page.get_by_text("现在由乡镇（街道）分管领导办理")).to_be_visible()


def open_case_from_workbench(page, case):
    page.goto("/")
    page.get_by_role("link", name=case.person.name, exact=True).first.click()


def test_a_family_is_granted_dibao_by_clicks_alone(open_as):
    home = factories.household(members=2, income=400)
    clerk = open_as(factories.user("township_clerk", full_name="周敏"), size=TABLET)
    leader = open_as(factories.user("township_leader", full_name="蒋卫东"))
    officer = open_as(factories.user("bureau_officer", full_name="曾丽"))

    take_application(clerk, home)
    case = DibaoApplication.objects.get()
    investigate(clerk, case)

    open_case_from_workbench(leader, case)
    assert serious_faults(leader) == []
    # Without an opinion the step is refused, and what was typed stays where it was.
    leader.get_by_role("button", name="同意，转公示").click()
    leader.get_by_label("意见", exact=False).fill("同意纳入，转公示")
    leader.get_by_role("button", name="同意，转公示").click()

    open_case_from_workbench(clerk, case)
    clerk.get_by_role("button", name="张贴公示").click()
    clerk.get_by_role("button", name="报送区局确认").click()
    expect(clerk.get_by_role("alert").first).to_contain_text("公示期未满")
    a_week_passes()
    open_case_from_workbench(clerk, case)
    clerk.get_by_role("button", name="报送区局确认").click()

    officer.goto("/cases/")
    assert serious_faults(officer) == []
    open_case_from_workbench(officer, case)
    assert serious_faults(officer) == []
    officer.get_by_label("意见", exact=True).fill("符合条件，同意")
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_text("每月 550.00 元")).to_be_visible()
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_role("status").first).to_contain_text("已批准")
    assert Entitlement.objects.get().monthly_amount == 550
    with officer.expect_download() as found:
        officer.get_by_role("link", name="最低生活保障批准通知书").click()
    assert found.value.suggested_filename.endswith(".docx")
    clerk.goto(f"/notices/{PublicNotice.objects.get().pk}/print/")
    expect(clerk.get_by_text(home.head.id_number)).to_have_count(0)
