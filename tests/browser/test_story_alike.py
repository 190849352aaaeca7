"""A list without ID numbers, by clicks: the officer loads what the funeral home keeps, the township's clerk finds who
may be meant, can't end anything on a likeness, and ends it when it is certain that it is he."""

from datetime import date

import pytest
from playwright.sync_api import expect

from benefits.models import Hold
from rechecks.models import Finding, OutsideList, Verification
from tests.browser import TABLET
from tests.browser.test_story_paid_and_reissued import done, menu, signed_in  # noqa: F401
from tests.payouts.makers import entitlement
from tests.rechecks.lists import AS_OF, DECEMBER, recheck

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.worker]


def load(officer, content: str) -> None:
    menu(officer, "比对名单")
    officer.get_by_role("link", name="载入名单").click()
    officer.get_by_label("名单种类").select_option(label="死亡名单")
    officer.get_by_label("文件").set_input_files(
        {"name": "殡仪馆.csv", "mimeType": "text/csv", "buffer": content.encode("gbk")}
    )
    officer.get_by_label("截止日期").fill(f"{AS_OF}")
    officer.get_by_label("来源单位").fill("区殡仪馆")
    officer.get_by_role("button", name="载入名单").click()
    done(officer, "正在载入")
    expect(officer.get_by_role("row", name="区殡仪馆")).to_contain_text("只提示疑似", timeout=60_000)


def test_who_is_only_alike_is_ended_when_a_person_says_how_he_is_known_to_be_the_same(signed_in, worker):  # noqa: F811
    worker.start(beat=False, concurrency=1)
    head = entitlement("430.50", first=date(2020, 1, 1)).home.head
    officer = signed_in("bureau_officer", "刘敏")
    clerk = signed_in("township_clerk", "周晓兰", TABLET)
    load(officer, f"姓名,出生年月日,村,死亡日期\n{head.name},{head.birth_date},{head.division},2020-11-05\n")
    assert OutsideList.objects.get().has_numbers is False
    recheck(DECEMBER)

    menu(clerk, "疑点")
    clerk.get_by_label("身份").select_option(label="疑似同一人")
    clerk.get_by_role("button", name="筛选").click()
    expect(clerk.get_by_role("row", name=head.name)).to_contain_text("疑似 95 分")
    clerk.get_by_role("link", name=head.name).click()
    expect(clerk.get_by_text("姓名、出生日期、村（社区）一致")).to_be_visible()

    clerk.get_by_role("link", name="登记核查").click()
    clerk.get_by_label("核查人员").fill("周晓兰、唐志强")
    clerk.get_by_label("核查情况").fill("家属说本人十一月五日去世。")
    clerk.get_by_label("停发", exact=True).check()
    clerk.get_by_label("起始月份").fill("2020-12")
    clerk.get_by_role("button", name="报送核查结果").click()
    expect(clerk.get_by_text("请写明怎样确认是同一人").first).to_be_visible()
    assert Finding.objects.get().state == "open"

    expect(clerk.get_by_label("核查情况")).to_have_value("家属说本人十一月五日去世。")
    clerk.get_by_label("确认同一人").fill("火化证上的身份证号与户口簿一致。")
    clerk.get_by_role("button", name="报送核查结果").click()
    done(clerk, "办理停发或变更")
    expect(clerk.get_by_text("火化证上的身份证号与户口簿一致。")).to_be_visible()
    assert Verification.objects.get().same_person and not Hold.objects.exists()
