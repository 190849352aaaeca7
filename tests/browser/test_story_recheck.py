"""From an outside list to money that comes back, by clicks: an officer loads the pensioners, compares the month, the
township's clerk visits and proposes to end, the officer approves, the next run claims what was paid too long, finance
takes a first instalment, and the year's results show the same sums."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from benefits.models import Entitlement
from core.months import add_months, format_month, month_of
from payouts.models import Claim, Run
from rechecks.models import Finding, OutsideList, Recheck
from tests.browser import TABLET
from tests.browser.test_story_paid_and_reissued import done, make_run, menu, signed_in  # noqa: F401
from tests.payouts.makers import Hands, entitlement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.worker]


def pensioners(person, since: date) -> bytes:
    """The list as the office of social insurance sends it: in GBK, with a row that nobody can use."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["公民身份号码", "姓名", "月养老金", "起领年月", "备注"])
    writer.writerow([person.id_number, person.name, "1860.50", format_month(since), "企业职工"])
    writer.writerow(["430503", "坏号码", "900", format_month(since), ""])
    return text.getvalue().encode("gbk")


def load(officer, content: bytes) -> None:
    """A real worker takes the list in while the page waits."""
    menu(officer, "比对名单")
    officer.get_by_role("link", name="载入名单").click()
    officer.get_by_label("名单种类").select_option(label="养老金名单")
    officer.get_by_label("文件").set_input_files(
        {"name": "养老金.csv", "mimeType": "text/csv", "buffer": content}
    )
    officer.get_by_label("来源单位").fill("区人社局")
    officer.get_by_role("button", name="载入名单").click()
    done(officer, "正在载入")
    row = officer.get_by_role("row", name="养老金名单 退休")
    expect(row).to_contain_text("可用", timeout=60_000)
    row.get_by_role("link").click()
    with officer.expect_download() as found:
        officer.get_by_role("link", name="下载错误行").click()
    assert found.value.suggested_filename.endswith(".xlsx")


def compare(officer) -> None:
    menu(officer, "回头看")
    officer.get_by_role("link", name="开始回头看").click()
    expect(officer.get_by_role("status").first).to_contain_text("没有名单、不会比对：死亡名单")
    officer.get_by_role("button", name="开始比对").click()
    expect(officer.get_by_text("其中本次新增 1 条")).to_be_visible(timeout=60_000)


def hear(clerk, name: str, month: str) -> None:
    """The family is told in writing and answers: printed, handed over, written down."""
    menu(clerk, "疑点")
    clerk.get_by_role("link", name=name).click()
    expect(clerk.locator("table").first).to_contain_text("1860.50")
    clerk.get_by_role("link", name="告知陈述申辩").click()
    clerk.get_by_label("起始月份").fill(month)
    clerk.get_by_label("事实和理由").fill("您每月领取职工养老金，没有申报。")
    clerk.get_by_role("button", name="生成告知书").click()
    done(clerk, "已生成")
    with clerk.expect_download() as paper:
        clerk.get_by_role("link", name="陈述申辩告知书").click()
    assert paper.value.suggested_filename.endswith("陈述申辩告知书.docx")
    clerk.get_by_role("link", name="登记送达").click()
    clerk.get_by_label("当面送达").check()
    clerk.get_by_label("签收情况").fill(f"{name}本人签收")
    clerk.get_by_role("button", name="登记送达").click()
    done(clerk, "可以陈述申辩至")
    too_early(clerk)
    clerk.get_by_role("link", name="登记陈述申辩").click()
    clerk.get_by_label("陈述申辩", exact=True).check()
    clerk.get_by_label("陈述申辩内容").fill("不知道领了养老金要报告。")
    clerk.get_by_role("button", name="登记陈述申辩").click()
    done(clerk, "已登记：陈述申辩")


def too_early(clerk) -> None:
    """Nothing goes up before the family has answered; the page says until when."""
    clerk.get_by_role("link", name="登记核查").click()
    clerk.get_by_label("核查情况").fill("存折显示每月有职工养老金到账。")
    clerk.get_by_role("button", name="报送核查结果").click()
    expect(clerk.get_by_text("家庭还没有答复").first).to_be_visible()
    clerk.get_by_role("link", name="返回").click()


def verify(clerk, month: str) -> None:
    """The home visit: what was seen and what is proposed."""
    clerk.get_by_role("link", name="登记核查").click()
    clerk.get_by_label("核查人员").fill("周晓兰、唐志强")
    clerk.get_by_label("核查情况").fill("存折显示每月有职工养老金到账，与名单一致。")
    clerk.get_by_label("停发", exact=True).check()
    clerk.get_by_label("起始月份").fill(month)
    clerk.get_by_role("button", name="报送核查结果").click()
    done(clerk, "办理停发或变更")


def approve(officer, finding: Finding) -> None:
    """The officer finds the case among the to-dos."""
    officer.goto("/")
    officer.get_by_role("link", name=finding.person.name, exact=True).first.click()
    officer.get_by_label("意见", exact=True).fill("同意停发，多发的追缴")
    officer.get_by_role("button", name="批准执行", exact=True).click()
    officer.get_by_role("button", name="批准执行", exact=True).click()
    done(officer, "批准执行")


def repay(finance, amount: str) -> None:
    finance.get_by_role("link", name="登记归还").click()
    finance.get_by_label("归还金额（元）").fill(amount)
    finance.get_by_label("收据号").fill("SJ-2020-0001")
    finance.get_by_role("button", name="登记归还").click()
    done(finance, "归还")


def test_a_pensioner_on_a_list_is_verified_ended_and_what_was_overpaid_is_claimed(signed_in, worker):  # noqa: F811
    worker.start(beat=False, concurrency=1)
    month = month_of(timezone.localdate())
    before = add_months(month, -1)
    held, other = entitlement("430.50", first=before), entitlement("388.30", first=before)
    hands = Hands()
    hands.paid(before), hands.paid(month)
    head = held.home.head
    officer = signed_in("bureau_officer", "刘敏")
    clerk = signed_in("township_clerk", "周晓兰", TABLET)

    load(officer, pensioners(head, before))
    made = OutsideList.objects.get()
    assert (made.rows, made.loaded, made.rejected, made.source) == (2, 1, 1, "区人社局")
    compare(officer)
    assert (Recheck.objects.get().checked, Finding.objects.get().person) == (2, head)
    hear(clerk, head.name, format_month(before))
    verify(clerk, format_month(before))
    approve(officer, Finding.objects.get())
    assert Finding.objects.get().state == "ended"
    assert Entitlement.objects.get(pk=held.pk).end_reason == "pension"

    finance = signed_in("finance", "李会芳")
    make_run(finance, format_month(add_months(month, 1)))
    run = Run.objects.latest("pk")
    assert list(run.payments.values_list("beneficiary_id", "amount")) == [
        (other.beneficiary_id, Decimal("388.30"))
    ]
    claim = Claim.objects.get()
    assert (claim.person, claim.amount) == (head, Decimal("861.00"))
    menu(finance, "追缴")
    finance.get_by_role("link", name=head.name).click()
    repay(finance, "300")

    menu(officer, "核查成效")
    strip = officer.locator(".stats, .stat-strip").first
    for words in ("430.50", "861.00", "已追回 300.00 元"):
        expect(strip).to_contain_text(words)
