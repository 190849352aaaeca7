"""The old 低保 ledger taken over: what is repaired, what is refused and why, and that nothing doubles."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from benefits import services
from benefits.models import Entitlement
from benefits.takeover import read_month, read_reason
from core.importing import take
from relief.dibao.importing import DibaoImporter
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = [
    "户主身份证号",
    "类型",
    "保障人数",
    "月保障金",
    "起始月份",
    "停保月份",
    "停发原因",
    "保障类别",
    "家庭月收入",
    "低保证号",
]


def sheet(*rows, head=HEAD) -> bytes:
    book = Workbook()
    book.active.append(["某区城乡低保台账"])
    book.active.append(head)
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def line(
    home,
    amount=500,
    start="2018-03",
    stop="",
    reason="",
    kind="城市",
    persons=None,
    care="B",
    income="",
    number="",
):
    return [
        home.head.id_number,
        kind,
        persons or len(home.people),
        amount,
        start,
        stop,
        reason,
        care,
        income,
        number,
    ]


def imported(*rows, write=True):
    return take(DibaoImporter(), sheet(*rows), "台账.xlsx", write)


def reasons(outcome):
    return [reason for row in outcome.rejected() for _, reason in row.errors]


def test_live_and_ended_rows_become_entitlements():
    live, ended = factories.household(members=3), factories.household(members=1)
    outcome = imported(
        line(live, "1,234.50元", number="DB001"),
        line(ended, 380, "2017年5月", "2019.11", "死亡", kind="农村低保"),
    )
    assert outcome.counts == {
        "rows": 2, "created": 2, "updated": 0, "unchanged": 0, "fixed": 2, "rejected": 0, "warnings": 1,
    }  # fmt: skip
    row = Entitlement.objects.get(household=live)
    assert (row.monthly_amount, row.persons, row.first_month, row.last_month) == (
        Decimal("1234.50"),
        3,
        date(2018, 3, 1),
        None,
    )
    assert (row.source, row.certificate_number, row.care_class) == ("taken_over", "DB001", "B")
    assert {one.person_id for one in row.members.all()} == {one.pk for one in live.people}
    old = Entitlement.objects.get(household=ended)
    assert (old.programme_id, old.last_month, old.end_reason) == ("dibao_rural", date(2019, 10, 1), "death")


def test_months_as_dates_numbers_and_words():
    homes = [factories.household() for _ in range(4)]
    starts = [date(2019, 12, 1), 201912, "2019.12", 43800]
    imported(*[line(home, start=start) for home, start in zip(homes, starts, strict=True)])
    assert set(Entitlement.objects.values_list("first_month", flat=True)) == {date(2019, 12, 1)}


def test_a_month_that_may_be_january_or_october_is_refused_and_not_guessed():
    assert reasons(imported(line(factories.household(), start=2019.10))) == [
        "“2019.1”是数值，分不清是 1 月还是 10 月，请写成 2019-01 或 2019-10"
    ]
    assert read_month(2019.09)[0] == date(2019, 9, 1)
    assert read_month("2019.10")[0] == date(2019, 10, 1)


def test_the_same_file_twice_changes_nothing():
    homes = [factories.household(members=2) for _ in range(3)]
    rows = [line(home) for home in homes]
    rows[2] = line(homes[2], stop="2020-01", reason="退休")
    imported(*rows)
    again = imported(*rows)
    assert (again.counts["created"], again.counts["unchanged"]) == (0, 3)
    assert Entitlement.objects.count() == 3
    newer = imported(line(homes[0], number="DB777", care="A"))
    assert newer.counts["updated"] == 1
    assert Entitlement.objects.get(household=homes[0]).certificate_number == "DB777"


def test_a_stop_that_the_old_ledger_wrote_meanwhile_ends_the_entitlement():
    homes = [factories.household() for _ in range(3)]
    imported(*[line(home) for home in homes])
    outcome = imported(
        line(homes[0], stop="2020-06", reason="死亡", number="DB9"),
        line(homes[1], 999, stop="2020-06", reason="死亡"),
        line(homes[2], persons=2),
    )
    assert (outcome.counts["updated"], outcome.counts["rejected"]) == (1, 2)
    assert all("变更须走变更程序" in reason for reason in reasons(outcome))
    row = Entitlement.objects.get(household=homes[0])
    assert (row.last_month, row.end_reason, row.certificate_number) == (date(2020, 5, 1), "death", "DB9")
    assert imported(line(homes[0], stop="2020-06", reason="死亡")).counts["unchanged"] == 1
    later = imported(line(homes[0], stop="2020-09", reason="死亡"))
    assert reasons(later) == ["该户在本系统中已变更或停发，请在系统内办理"]


def test_refusals_say_why_and_do_not_stop_the_good_rows():
    good, bad, twice = factories.household(), factories.household(), factories.household()
    stranger = factories.person()
    outcome = imported(
        line(good),
        line(bad, start="2019-05", stop="2019-05", reason="死亡"),
        line(bad, amount=0),
        line(bad, kind="乡下"),
        line(bad, persons="三"),
        line(bad, reason="死亡"),
        [stranger.id_number, "城市", 1, 300, "2019-01"],
        [good.head.id_number[:-1] + "A", "城市", 1, 300, "2019-01"],
        line(twice, start="2018-01", stop="2019-06", reason="退休"),
        line(twice, start="2019-01"),
    )
    found = " / ".join(reasons(outcome))
    for words in (
        "2019-05 不晚于起始月份 2019-05",
        "应大于 0",
        "类型“乡下”看不懂",
        "“三”不是整数",
        "写了停发原因却没有停保月份",
        "没有登记家庭",
        "含有不应有的字符",
        "是同一户，月份重叠",
    ):
        assert words in found, words
    assert outcome.counts["created"] == 1 and outcome.counts["rejected"] == 9
    assert Entitlement.objects.get().household == good


def test_an_overlap_with_a_live_entitlement_is_refused_a_gap_is_not():
    home = factories.household()
    imported(line(home, 400, "2016-01", "2017-01", "主动放弃"), line(home, 500, "2018-03"))
    assert Entitlement.objects.count() == 2
    assert "月份重叠" in reasons(imported(line(home, 600, "2019-01")))[0]


def test_a_member_covered_by_another_household_refuses_the_row():
    first, second = factories.household(members=2), factories.household()
    imported(line(first))
    wife = first.people[1].memberships.get()
    wife.until = date(2020, 1, 1)
    wife.save()
    second.memberships.create(person=first.people[1], relation="spouse", since=date(2020, 1, 1))
    assert f"成员{first.people[1]}已由户编号 {first.number} 的低保保障" in reasons(imported(line(second)))[0]


def test_differences_are_warnings():
    home = factories.household(members=3, income=200)
    outcome = imported(line(home, 700, persons=2))
    (note,) = outcome.notes
    assert "保障人数 2，登记成员 3 人" in note and "旧台账每月 700.00 元，按登记情况测算为" in note
    assert Entitlement.objects.get().persons == 2 and Entitlement.objects.get().members.count() == 3


def test_changed_since_in_this_system_is_left_alone():
    home = factories.household()
    imported(line(home))
    services.end_entitlement(Entitlement.objects.get(), date(2020, 5, 1), "tax", "", None)
    again = imported(line(home))
    assert again.counts["unchanged"] == 1 and "已变更或停发" in again.notes[0]
    assert Entitlement.objects.get().last_month == date(2020, 5, 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("退休", "pension"), ("领取养老金", "pension"),
        ("已去世", "death"), ("病故", "death"), ("名下有车辆", "vehicle"),
        ("经济状况及财产状况超过标准", "means"),
        ("纳入特困", "to_tekun"), ("自愿放弃", "withdrew"), ("户口迁出", "moved"),
        ("外出打工不回", "other"), ("死亡或迁出", "other"),
    ],
)  # fmt: skip
def test_the_ledgers_words_for_a_stop(words, code):
    (found, note), _ = read_reason(words)
    assert found == code
    assert (note == words) is (code == "other" or words not in ("退休", "经济状况及财产状况超过标准"))


def test_the_command_prints_counts_and_writes_the_error_workbook(tmp_path, capsys):
    home = factories.household()
    file, errors = tmp_path / "台账.xlsx", tmp_path / "错误.xlsx"
    file.write_bytes(sheet(line(home), line(home, kind="乡下")))
    call_command("import_dibao", str(file), "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["created"] == 1
    assert not Entitlement.objects.exists()
    call_command("import_dibao", str(file), "--json", "--errors", str(errors))
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["created"], told["rejected"]) == (2, 1, 1)
    assert "类型“乡下”看不懂" in str([cell.value for cell in list(load_workbook(errors).active)[1]])


def test_the_page_of_a_taken_over_household_sets_the_own_assessment_beside_it(client):
    home = factories.household(income=200)
    imported(line(home, 350))
    client.force_login(factories.user("township_clerk"))
    page = client.get(Entitlement.objects.get().get_absolute_url()).content.decode()
    assert "按登记情况测算" in page and "500 × 1 − 200" in page and "与旧台账相差" in page
