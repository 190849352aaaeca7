"""The whole road by clicks and keys: a family registers, applies, is granted, is paid, the bank refuses, it is paid
again, the month is closed. Each step by the account of the one who really does it; the sums are compared at the end."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone
from playwright.sync_api import expect

from benefits.models import Entitlement
from casework.models import PublicNotice
from core.months import add_months, format_month, month_of
from payouts.models import Run, RunState, Transfer
from reports.figures import figures
from tests import factories
from tests.browser import TABLET
from tests.payouts.makers import entitlement
from tests.registry.sheets import read

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.worker]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PASSWORD = "Zhongxin-Lu-18"
HEAD, WIFE = "欧阳建国", "蒋玉梅"


@pytest.fixture
def signed_in(open_as):
    """`signed_in("finance", "李会芳")`: a browser in which that person typed name and password."""

    def opened(role: str, name: str, size=None):
        user = factories.user(role, full_name=name, password=PASSWORD)
        page = open_as(size=size)
        page.goto("/")
        page.get_by_label("账号").fill(user.username)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        return page

    return opened


def done(page, words: str) -> None:
    """The page says that it was done."""
    expect(page.get_by_role("status").first).to_contain_text(words)


def menu(page, words: str) -> None:
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name=re.compile(f"^{words}")).click()


def search(page, words: str) -> None:
    """By the keyboard alone: `/`, what is looked for, Enter."""
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def register(clerk, card: str) -> None:
    """登记入户 with the head, then his wife."""
    menu(clerk, "家庭")
    clerk.get_by_role("link", name="登记入户").click()
    clerk.get_by_label("村（社区）").select_option(factories.VILLAGE)
    clerk.get_by_label("户主身份证号").fill(factories.id_number(date(1968, 5, 12)))
    clerk.get_by_label("户主姓名").fill(HEAD)
    clerk.get_by_label("户籍类别").select_option(label="城镇")
    clerk.get_by_label("住址").fill("中心路18号")
    clerk.get_by_label("户主月收入（元）").fill("450")
    clerk.get_by_label("开户银行").fill("邵阳农商银行")
    clerk.get_by_label("银行账号").fill(card)
    clerk.keyboard.press("Enter")
    done(clerk, "请接着登记其他成员")
    clerk.get_by_role("link", name="登记新成员").click()
    clerk.get_by_label("身份证号").fill(factories.id_number(date(1970, 9, 3), "F"))
    clerk.get_by_label("姓名").fill(WIFE)
    clerk.get_by_label("与户主关系").select_option(label="配偶")
    clerk.get_by_role("button", name="登记成员").click()
    done(clerk, f"{WIFE} 自")


def apply(clerk) -> None:
    clerk.get_by_role("link", name="登记低保申请").click()
    for name in (HEAD, WIFE):
        clerk.get_by_label(f"{name} 已签授权书").check()
    clerk.get_by_label("申请理由").fill("户主患病，收入减少")
    clerk.get_by_role("button", name="登记申请").click()
    done(clerk, "已登记")
    clerk.get_by_role("link", name="上传材料").click()
    clerk.get_by_label("文件").set_input_files(
        {"name": "申请书.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    clerk.get_by_role("button", name="上传材料").click()
    done(clerk, "已上传")


def investigate(clerk) -> None:
    """受理, check, home visit, income and assets, on to the leader."""
    open_case(clerk)
    clerk.get_by_role("button", name="受理", exact=True).click()
    clerk.get_by_role("button", name="发起核对").click()
    clerk.get_by_role("button", name="核对报告返回，转入户调查").click()
    clerk.get_by_role("link", name="登记入户", exact=True).click()
    clerk.get_by_label("调查人员二").fill("唐志强")
    clerk.get_by_label("生活状况").fill("户主卧床，家中陈设简陋。")
    clerk.get_by_role("button", name="登记入户").click()
    done(clerk, "入户调查")
    clerk.get_by_role("link", name="填写收入与财产").click()
    clerk.get_by_label(f"{HEAD} 工资性收入 认定").fill("430")
    clerk.get_by_label(f"{HEAD} 工资性收入 依据").fill("用工方证明")
    clerk.get_by_label("其余按核对结果认定（没有核对结果的按申报）").check()
    clerk.get_by_role("button", name="保存收入与财产").click()
    clerk.get_by_label("意见", exact=True).fill("建议纳入")
    clerk.get_by_role("button", name="报送初审").click()
    done(clerk, "报送初审")


def open_case(page) -> None:
    """From the to-do list."""
    page.goto("/")
    page.get_by_role("link", name=HEAD, exact=True).first.click()


def a_week_passes() -> None:
    """Nobody can put up a notice last week: the page takes today, as it must. So the notice's days are moved."""
    for notice in PublicNotice.objects.all():
        notice.starts_on -= timedelta(days=8)
        notice.ends_on -= timedelta(days=8)
        notice.save()


def decide(clerk, leader, officer) -> None:
    open_case(leader)
    leader.get_by_label("意见", exact=True).fill("情况属实，同意纳入")
    leader.get_by_role("button", name="同意，转公示").click()
    open_case(clerk)
    clerk.get_by_role("button", name="张贴公示").click()
    a_week_passes()
    open_case(clerk)
    clerk.get_by_role("button", name="报送区局确认").click()
    open_case(officer)
    officer.get_by_label("意见", exact=True).fill("符合条件")
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.locator(".confirm-lead")).to_contain_text("每月 570.00 元")
    officer.get_by_role("button", name="批准", exact=True).click()
    done(officer, "已批准")


def make_run(maker, month: str) -> None:
    """A real worker builds it while the page waits."""
    menu(maker, "发放批次")
    maker.get_by_role("link", name="生成发放批次").click()
    maker.get_by_label("月份").fill(month)
    maker.get_by_label("项目").select_option(label="城市低保")
    maker.keyboard.press("Enter")
    expect(maker.get_by_role("heading", name="按乡镇（街道）")).to_be_visible(timeout=60_000)


def three_hands(run: str, reviewer, leader) -> None:
    """Checked by another of finance, approved and locked by the leader."""
    for page, verb in ((reviewer, "复核通过"), (leader, "审定通过"), (leader, "锁定批次")):
        menu(page, "发放批次")
        page.get_by_role("link", name=run).click()
        page.get_by_role("link", name=verb).click()
        page.get_by_role("button", name=verb).click()
        done(page, verb)


def downloaded(page, link: str) -> bytes:
    with page.expect_download() as found:
        page.get_by_role("link", name=re.compile(link)).click()
    return found.value.path().read_bytes()


def bank_lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("gbk"))))


def load_return(finance, lines: list[dict[str, str]], failed: str = "") -> None:
    """The bank's answer: all paid, but for the account named."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*lines[0], "结果", "失败原因"])
    writer.writeheader()
    for line in lines:
        bad = line["账号"] == failed
        writer.writerow({**line, "结果": "失败" if bad else "成功", "失败原因": "账户已销户" if bad else ""})
    menu(finance, "花名册与银行文件")
    finance.get_by_role("link", name="导入回盘文件").click()
    finance.get_by_label("回盘文件").set_input_files(
        {"name": "回盘.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("gbk")}
    )
    finance.get_by_role("button", name="导入回盘文件").click()
    done(finance, f"成功 {len(lines) - bool(failed)}，失败 {int(bool(failed))}")


def put_right(clerk, card: str) -> None:
    """The clerk finds the failure among the to-dos, looks the person up by keys and enters the new card."""
    menu(clerk, "退票与重发")
    expect(clerk.get_by_role("link", name=HEAD)).to_be_visible()
    search(clerk, "oyjg")
    # One person alone has these initials: the search leads straight to him.
    clerk.get_by_role("link", name="更换账户").click()
    clerk.get_by_label("开户银行").fill("邮储银行")
    clerk.get_by_label("银行账号").fill(card)
    clerk.get_by_role("button", name="启用新账户").click()
    done(clerk, "尾号")


def sheet_total(content: bytes) -> Decimal:
    """The 合计 row of a payout sheet."""
    head, *rows = read(content)[2:]
    last = next(row for row in rows if row[0] == "合计")
    return Decimal(str(last[head.index("发放金额")])).quantize(Decimal("0.01"))


def total_of(lines: list[dict[str, str]]) -> Decimal:
    return sum((Decimal(line["金额"]) for line in lines), Decimal(0))


def test_a_family_is_registered_granted_paid_refused_by_the_bank_and_paid_again(signed_in, worker):
    worker.start(beat=False, concurrency=1)
    month = add_months(month_of(timezone.localdate()), 1)
    others = [entitlement(amount, first=month) for amount in ("420.50", "388.30")]
    clerk = signed_in("township_clerk", "周晓兰", TABLET)
    leader, officer = signed_in("township_leader", "张国强"), signed_in("bureau_officer", "刘敏")
    old_card, new_card = factories.account_number(), factories.account_number()

    register(clerk, old_card)
    apply(clerk)
    investigate(clerk)
    decide(clerk, leader, officer)
    granted = Entitlement.objects.exclude(pk__in=[one.pk for one in others]).get()
    assert (granted.monthly_amount, granted.first_month) == (570, month)

    maker, reviewer = signed_in("finance", "李会芳"), signed_in("finance", "王志坚")
    chief = signed_in("leader", "罗国平")
    make_run(maker, format_month(month))
    run = Run.objects.get()
    three_hands(run.number, reviewer, chief)
    maker.goto(run.get_absolute_url())
    sheet = downloaded(maker, "中心路街道 花名册")
    sent = bank_lines(downloaded(maker, r"\.csv$"))
    load_return(maker, sent, failed=old_card)

    put_right(clerk, new_card)
    menu(maker, "退票与重发")
    maker.get_by_role("link", name="生成重发批次").click()
    maker.get_by_role("button", name="生成重发批次").click()
    done(maker, "重发批次：")
    again = Run.objects.exclude(pk=run.pk).get()
    three_hands(again.number, reviewer, chief)
    maker.goto(again.get_absolute_url())
    sent_again = bank_lines(downloaded(maker, r"\.csv$"))
    assert [(line["账号"], line["金额"]) for line in sent_again] == [(new_card, "570.00")]
    load_return(maker, sent_again)

    for _ in (run, again):
        menu(maker, "月度结账")
        maker.get_by_role("link", name="结账", exact=True).first.click()
        maker.get_by_role("button", name="结账").click()
        done(maker, "结账")
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.CLOSED}
    in_run = run.payments.aggregate(sum=Sum("amount"))["sum"]
    paid = Transfer.objects.filter(state="success").aggregate(sum=Sum("amount"))["sum"]
    assert in_run == sheet_total(sheet) == total_of(sent) == paid == Decimal("1378.80")
    counted = figures(month.year)
    of_dibao = [counted[f"dibao_urban.{key}"] for key in ("household_months", "person_months", "amount")]
    assert of_dibao == [3, 4, str(paid)]
