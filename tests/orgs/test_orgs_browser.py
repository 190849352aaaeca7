"""An association from the name to its certificate by two officers; a yearly report; what the public then sees."""

import pytest
from playwright.sync_api import expect

from casework.services import today
from orgs.models import InspectionReport, Organisation, OrgApplication
from tests import factories
from tests.browser import serious_faults
from tests.orgs import stories

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "13907391357"


def apply(page, id_number):
    page.goto("/")
    page.get_by_role("link", name="登记事项").click()
    page.get_by_role("link", name="成立登记").click()
    page.get_by_label("业务领域").fill("太极拳")
    page.get_by_label("组织形式").fill("协会")
    page.get_by_label("业务主管单位").fill("大祥区文化旅游广电体育局")
    page.get_by_label("法定代表人").fill("欧阳立")
    page.get_by_label("身份证号").fill(id_number[:-1] + ("0" if id_number[-1] != "0" else "1"))
    page.get_by_label("注册资金").fill("30,000")
    page.get_by_label("联系电话").fill(PHONE)
    page.get_by_label("住所").fill("中心路街道红旗路18号")
    page.get_by_label("业务范围").fill("太极拳推广、培训")
    page.get_by_label("个人会员").fill("49")
    page.get_by_label("专职人员").fill("2")
    page.get_by_label("理事会每届").fill("5")
    page.get_by_role("button", name="登记成立申请").click()
    # A wrong check character is refused where it was typed, and nothing typed is lost.
    expect(page.get_by_role("alert").first).to_contain_text("校验位不符")
    expect(page.get_by_label("业务范围")).to_have_value("太极拳推广、培训")
    page.get_by_label("身份证号").fill(id_number)
    page.get_by_role("button", name="登记成立申请").click()
    expect(page.get_by_role("status").first).to_contain_text("请先核准名称")


def accept(page):
    page.get_by_role("button", name="核准名称").click()
    page.get_by_role("link", name="核收材料").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="保存材料清单").click()
    expect(page.get_by_role("status").first).to_contain_text("材料齐全")
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("个人会员 49 个，应有 50 个以上")
    page.goto(OrgApplication.objects.get().get_absolute_url())
    page.get_by_role("link", name="更正").click()
    page.get_by_label("个人会员").fill("50")
    page.get_by_role("button", name="保存申请事项").click()
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_label("意见", exact=True).fill("材料属实，符合条件")
    page.get_by_role("button", name="报送决定").click()
    # Who reviewed doesn't decide, and reads why.
    expect(page.get_by_text("审核须由另一人办理")).to_be_visible()


def test_two_officers_register_an_association_and_the_public_sees_it(open_as):
    id_number = factories.id_number()
    maker, checker, anyone = (
        open_as(stories.officer("谢琳")),
        open_as(stories.officer("周正平")),
        open_as(),
    )
    apply(maker, id_number)
    accept(maker)

    checker.goto("/")
    checker.get_by_role("link", name="大祥区太极拳协会").first.click()
    assert serious_faults(checker) == []
    checker.get_by_role("button", name="准予成立登记").click()
    expect(checker.get_by_text("给定统一社会信用代码和登记证书编号")).to_be_visible()
    checker.get_by_role("button", name="准予成立登记").click()
    expect(checker.get_by_role("status").first).to_contain_text("已准予成立登记")
    body = Organisation.objects.get()
    checker.goto(body.get_absolute_url())
    assert serious_faults(checker) == []
    with checker.expect_download() as found:
        checker.get_by_role("link", name="打印", exact=True).click()
    assert found.value.suggested_filename.startswith("登记证书 430503-")

    anyone.goto("/public/orgs/")
    anyone.get_by_label("名称或统一社会信用代码").fill("太极")
    anyone.get_by_role("button", name="查询").click()
    anyone.get_by_role("link", name="大祥区太极拳协会").click()
    assert serious_faults(anyone) == []
    expect(anyone.get_by_text(body.credit_code)).to_be_visible()
    expect(anyone.get_by_text("欧阳立")).to_be_visible()
    expect(anyone.get_by_text(PHONE)).to_have_count(0)
    expect(anyone.get_by_text(id_number)).to_have_count(0)
    assert anyone.context.cookies() == []


def test_a_yearly_report_is_taken_judged_and_published(open_as):
    body = stories.body("书法协会")
    maker, checker, anyone = (
        open_as(stories.officer("谢琳")),
        open_as(stories.officer("周正平")),
        open_as(),
    )
    maker.goto("/orgs/inspections/")
    maker.get_by_role("link", name="启动年度检查").click()
    maker.get_by_role("button", name="启动年度检查").click()
    expect(maker.get_by_role("status").first).to_contain_text("应报送 1 家")
    maker.get_by_role("link", name=body.name).click()
    maker.get_by_role("link", name="登记报告").click()
    for box in maker.get_by_role("checkbox").all():
        box.check()
    for label, value in (("本年收入", "120000"), ("本年支出", "98000"), ("年末净资产", "-500")):
        maker.get_by_label(label).fill(value)
    maker.get_by_label("从业人员").fill("3")
    maker.get_by_label("开展活动").fill("12")
    maker.get_by_label("主管单位初审").fill(f"{today():%Y-%m-%d}")
    maker.get_by_label("初审意见").fill("同意上报")
    maker.get_by_role("button", name="登记报告").click()
    expect(maker.get_by_role("status").first).to_contain_text("材料齐全")
    maker.get_by_role("link", name="拟定结论").click()
    maker.get_by_role("button", name="拟定结论").click()
    expect(maker.get_by_role("status").first).to_contain_text("待另一人复核")

    checker.goto("/")
    checker.get_by_role("link", name="复核结论").click()
    assert serious_faults(checker) == []
    checker.get_by_role("link", name="复核结论").click()
    checker.get_by_role("button", name="复核结论").click()
    expect(checker.get_by_role("status").first).to_contain_text("年度检查结论：合格")
    assert InspectionReport.objects.get().conclusion == "pass"
    anyone.goto(f"/public/orgs/{body.credit_code}/")
    expect(anyone.get_by_text("合格", exact=True)).to_be_visible()
    expect(anyone.get_by_text(body.phone)).to_have_count(0)
