"""The clerk runs one village from launch to a filed result, with a tie on the way; the bureau watches all villages."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from casework.services import today
from grassroots import services
from grassroots.models import Election
from tests import factories
from tests.browser import TABLET, serious_faults
from tests.grassroots import stories

pytestmark = pytest.mark.django_db(transaction=True)
DATES = ("polling_day", "commission_on", "roll_on", "nominated_on", "reviewed_on", "candidates_on")


def days_pass(count: int) -> None:
    """Everything that has happened lies so many days further back."""
    for election in Election.objects.all():
        for name in DATES:
            if getattr(election, name):
                setattr(election, name, getattr(election, name) - timedelta(days=count))
        election.save()


def village() -> Election:
    return Election.objects.get(division=factories.VILLAGE)


def launch(page) -> None:
    page.goto("/grassroots/launch/")
    page.get_by_label("投票日", exact=False).first.fill(f"{today() + timedelta(days=10):%Y-%m-%d}")
    page.get_by_label("中心路街道", exact=True).check()
    page.get_by_role("button", name="启动换届").click()
    # Ten days are too few: the words say from when on, and the tick is still there.
    expect(page.get_by_role("alert").first).to_contain_text("投票日最早为")
    expect(page.get_by_label("中心路街道", exact=True)).to_be_checked()
    page.get_by_label("投票日", exact=False).first.fill(f"{today() + timedelta(days=45):%Y-%m-%d}")
    page.get_by_role("button", name="启动换届").click()
    expect(page.get_by_role("status").first).to_contain_text("已启动 1 个乡镇（街道）")


def prepare(page, address: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="中心路社区", exact=False).first.click()
    page.get_by_role("link", name="登记选举委员会").click()
    page.get_by_label("主任", exact=False).first.fill("陈德明")
    page.get_by_label("委员", exact=False).last.fill("褚玉梅、卫东升、周伟")
    page.get_by_role("button", name="保存选举委员会").click()
    page.get_by_role("button", name="选举委员会产生，转选民登记").click()
    page.get_by_label("登记选民（代表）数").fill("1000")
    page.get_by_role("button", name="公布选民名单").click()
    page.get_by_role("button", name="名单确定，转候选人提名").click()
    expect(page.get_by_role("alert").first).to_contain_text("申诉期至")
    days_pass(6)
    page.goto(address)
    page.get_by_role("button", name="名单确定，转候选人提名").click()


def nominate(page, hands: stories.Hands, address: str) -> None:
    page.get_by_role("link", name="登记候选人").click()
    page.get_by_label("职务").select_option("member")
    page.get_by_label("姓名").fill("周伟")
    page.get_by_label("性别").select_option("M")
    page.get_by_role("button", name="登记候选人").click()
    expect(page.get_by_role("status").first).to_contain_text("周伟退出选举委员会")
    for post, name, sex in stories.SLATE:
        if name != "周伟":
            services.add_candidate(village(), hands.clerk, post=post, name=name, sex=sex)
    page.goto(address)
    page.get_by_role("button", name="提名结束，转资格联审").click()
    page.get_by_role("link", name="登记联审结果").click()
    page.get_by_role("button", name="保存联审结果").click()
    page.get_by_role("button", name="公布正式候选人").click()
    days_pass(39)


def fill_count(page, numbers: dict[str, int], votes: dict[str, int]) -> None:
    for label, value in numbers.items():
        page.get_by_label(label, exact=False).first.fill(str(value))
    for name, value in votes.items():
        page.get_by_label(f"{name}得票").fill(str(value))
    page.get_by_role("button", name="计算结果").click()


BALLOTS = {"发出选票": 650, "收回选票": 600, "有效票": 580, "无效票": 15, "弃权票": 5}


def count(page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="登记计票 主任").click()
    fill_count(page, {**BALLOTS, "有效票": 581}, {"赵建国": 400, "钱志强": 170})
    # One too many: the sum is shown, and what was typed is still there.
    expect(page.get_by_role("alert").first).to_contain_text("= 601，与收回选票 600 相差 1")
    expect(page.get_by_label("赵建国得票")).to_have_value("400")
    fill_count(page, {"有效票": 580}, {})
    expect(page.get_by_text("赵建国（400 票）")).to_be_visible()
    page.get_by_role("button", name="登记计票").click()
    page.get_by_role("link", name="登记计票 副主任").click()
    fill_count(page, BALLOTS, {"孙立军": 350, "李海波": 200})
    page.get_by_role("button", name="登记计票").click()
    page.get_by_role("link", name="登记计票 委员").click()
    fill_count(page, BALLOTS, {"周伟": 420, "吴刚": 350, "郑勇": 350, "王秀英": 340, "冯桂兰": 100})
    expect(page.get_by_text("王秀英当选最后 1 席")).to_be_visible()
    expect(page.get_by_text("就其再次投票，应选 1 人")).to_be_visible()
    page.get_by_role("button", name="登记计票").click()
    page.get_by_role("button", name="报送选举结果").click()
    expect(page.get_by_role("alert").first).to_contain_text("委员还须再次投票")
    page.goto(address)
    page.get_by_role("link", name="登记再次投票（票数相等） 委员").click()
    fill_count(
        page,
        {"发出选票": 600, "收回选票": 590, "有效票": 590, "无效票": 0, "弃权票": 0},
        {"吴刚": 310, "郑勇": 270},
    )
    page.get_by_role("button", name="登记计票").click()
    assert serious_faults(page) == []
    page.get_by_role("button", name="报送选举结果").click()
    expect(page.get_by_text("现在由乡镇（街道）分管领导办理")).to_be_visible()


def test_a_village_elects_its_committee_by_clicks_alone(open_as):
    hands = stories.Hands()
    officer, clerk = open_as(hands.officer), open_as(hands.clerk, size=TABLET)
    leader = open_as(hands.leader)
    launch(officer)
    address = f"/grassroots/elections/{village().pk}/"
    prepare(clerk, address)
    nominate(clerk, hands, address)
    count(clerk, address)

    leader.goto(address)
    leader.get_by_role("button", name="确认结果，报区局备案").click()
    officer.goto("/")
    officer.get_by_role("link", name="中心路社区", exact=False).first.click()
    officer.get_by_role("button", name="备案", exact=True).click()
    expect(officer.get_by_text("委员周伟、王秀英、吴刚")).to_be_visible()
    officer.get_by_role("button", name="备案", exact=True).click()
    expect(officer.get_by_role("status").first).to_contain_text("已备案")
    with officer.expect_download() as found:
        officer.get_by_role("link", name="选举结果报告单").click()
    assert found.value.suggested_filename.endswith("选举结果报告单.docx")

    officer.goto("/grassroots/")
    assert serious_faults(officer) == []
    row = officer.get_by_role("row").filter(has=officer.get_by_role("link", name="中心路社区"))
    expect(row).to_contain_text("工作移交")
    assert {one.name for one in village().members.all()} == {"赵建国", "孙立军", "周伟", "吴刚", "王秀英"}
