"""`load_list` and `recheck` as the contract (§3) has them: every kind from a workbook, edges of the month."""

import io
import json
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.months import add_months, format_month, month_of
from rechecks.kinds import KINDS
from rechecks.models import Finding, ListRow, OutsideList, Recheck
from tests import factories
from tests.rechecks.lists import AS_OF, hits, holder, loaded, recheck

pytestmark = pytest.mark.django_db

# What each kind says of a person, in its columns, so that it is a finding in December 2020.
SAYS = {
    "death": (date(2020, 11, 2),),
    "pension": (1860.5, "2020-06"),
    "business": ("某商行", "", "股东", "2018-01-01", "存续"),
    "tax": (2020, 72000),
    "vehicle": ("湘E00001", "小型轿车", "非营运", "2019-01-01"),
    "property": ("A1", "甲路", 80, "住宅"),
    "shop": ("A1", "甲路", 40, "商业"),
    "payroll": ("某小学", 3200),
    "insurance": (2020, 3500),
    "disability": ("X1", "肢体", "一级", "2019-01-01"),
}


def workbook(path, kind: str, rows: list[tuple]) -> str:
    """An xlsx with a title row above the header and a total under the rows, days as real days."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("名单")
    sheet.write(0, 0, f"{KINDS[kind].name}（截至 2020-12-20）")
    sheet.write_row(1, 0, [one.title for one in KINDS[kind].all_columns()])
    for line, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line, column, value)
            else:
                sheet.write(line, column, value)
    book.close()
    return str(path)


def told(*arguments: str) -> dict:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_loaded_from_a_workbook_and_compared(tmp_path, kind):
    home = holder()
    rows = [(home.head.id_number, home.head.name, *SAYS[kind])]
    if kind == "property":
        rows.append((home.head.id_number, home.head.name, "B2", "乙路", 60, "住宅"))
    file = workbook(tmp_path / "list.xlsx", kind, rows)
    counts = told("load_list", kind, file, "--as-of", "2020-12-20")
    assert counts == {"rows": len(rows), "loaded": len(rows), "rejected": 0, "unknown": 0}
    found = told("recheck", "--month", "2020-12")
    assert found["lists"][kind] == {"as_of": "2020-12-20", "rows": len(rows)}
    assert [one["kind"] for one in found["items"]] == ([kind] if KINDS[kind].is_matched else [])


def test_twice_the_second_time_nothing_is_new():
    home = holder()
    loaded("payroll", (home.head, "某小学", "3200"))
    first, second = told("recheck", "--month", "2020-12"), told("recheck", "--month", "2020-12")
    assert (first["new"], second["new"]) == (1, 0)
    assert {**second, "new": 1} == first
    assert set(first) == {"month", "checked", "findings", "new", "by_kind", "lists", "items"}


def test_a_month_with_neither_lists_nor_holdings_says_so():
    found = told("recheck", "--month", "2020-12")
    assert (found["checked"], found["findings"], found["new"], found["items"]) == (0, 0, 0, [])
    assert found["by_kind"] == {}
    assert found["lists"] == dict.fromkeys(KINDS)
    assert Recheck.objects.get().state == "done"


def test_a_month_before_anybody_was_paid_has_no_findings():
    home = holder()
    loaded("payroll", (home.head, "某小学", "3200"))
    assert hits(date(2019, 12, 1)) == set()


def test_a_month_that_has_not_come_is_refused():
    with pytest.raises(CommandError, match="还没有到"):
        told("recheck", "--month", format_month(add_months(month_of(timezone.localdate()), 1)))


def test_refused_files_leave_a_reason_and_no_list(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("身份证号,姓名,死亡日期\n")
    tomorrow = f"{timezone.localdate() + timedelta(days=1):%Y-%m-%d}"
    for arguments, words in (
        (("lottery", str(file)), "没有“lottery”这种名单"),
        (("death", str(file), "--as-of", tomorrow), "晚于今天"),
        (("death", str(tmp_path / "none.csv")), "找不到文件"),
        (("death", str(file), "--as-of", "明天"), "日期"),
    ):
        with pytest.raises(CommandError, match=words):
            told("load_list", *arguments)
    assert not OutsideList.objects.exists()


def test_a_row_dated_after_the_list_is_kept_and_judged_by_its_own_day():
    one, other = holder(), holder()
    made = loaded("death", (one.head, "2020-12-25"), (other.head, "2021-01-03"))
    assert (made.as_of, made.loaded) == (AS_OF, 2)
    assert hits() == {(one.head.name, "death")}


def test_someone_whom_the_registry_does_not_know_is_counted_and_kept():
    stranger = factories.person()
    number = factories.id_number(date(1950, 1, 1))
    stranger.id_number = number
    made = loaded("payroll", (stranger, "某小学", "3200"))
    assert (made.loaded, made.unknown) == (1, 1)
    assert ListRow.objects.get().id_number == number


def test_a_members_dwelling_under_another_name_marks_the_finding_on_the_head():
    home = holder(2)
    member = home.people[1]
    member.name = "另有其人"
    loaded("property", (home.head, "A1", "甲路", "80", "住宅"), (member, "B1", "乙路", "60", "住宅"))
    recheck()
    found = Finding.objects.get()
    assert (found.person, found.name_mismatch) == (home.head, True)


@pytest.mark.parametrize("kind", ["电动自行车", "正三轮载货摩托车", "四轮农用运输车", "大型拖拉机"])
def test_what_is_no_motor_vehicle_of_wealth_is_exempt(kind):
    home = holder()
    loaded("vehicle", (home.head, "湘E1", kind, "非营运", ""))
    assert hits() == set()


def test_a_death_ends_every_programme_and_wealth_says_nothing_about_an_age_allowance():
    home = holder(programme="longevity")
    loaded("payroll", (home.head, "某小学", "3200"))
    loaded("death", (home.head, "2020-12-02"))
    assert hits() == {(home.head.name, "death")}


def test_the_newest_successor_of_a_moved_household_is_found_in_its_new_township():
    home = holder()
    loaded("payroll", (home.head, "某小学", "3200"))
    recheck()
    held = home.entitlement
    held.division_id = factories.OTHER_VILLAGE
    held.save(update_fields=["division"])
    recheck()
    found = Finding.objects.get()
    assert found.division_id == factories.OTHER_VILLAGE
    assert not Finding.objects.visible_to(factories.user("township_clerk")).exists()
    other = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    assert Finding.objects.visible_to(other).exists()


class TestFromNothing:
    """An instance without demo data: registry, ledger and lists by files alone, then the recheck."""

    @pytest.fixture
    def files(self, tmp_path):
        head, wife, alone = (
            factories.id_number(date(1960, 5, 1)),
            factories.id_number(date(1962, 6, 1), "F"),
            factories.id_number(date(1948, 3, 2)),
        )
        homes = [
            ["户编号", "姓名", "身份证号", "与户主关系", "村(社区)", "户籍类别"],
            ["H1", "欧阳建国", head, "户主", factories.VILLAGE, "城镇"],
            ["H1", "蒋玉梅", wife, "配偶", factories.VILLAGE, "城镇"],
            ["H2", "罗建军", alone, "户主", factories.VILLAGE, "城镇"],
        ]
        # The old ledger covered the head alone.
        ledger = [
            ["户主身份证号", "类型", "保障人数", "月保障金", "起始月份", "停保月份", "停发原因"],
            [head, "城市", "1", "300", "2019-05", "", ""],
            [alone, "城市", "1", "420", "2019-05", "2020-12", "死亡"],
        ]
        lists = [["身份证号", "姓名", "单位名称", "月工资"], [wife, "蒋玉梅", "某小学", "3200"]]
        lists += [[alone, "罗建军", "某小学", "3200"]]
        places = {}
        for name, rows in (("homes", homes), ("ledger", ledger), ("lists", lists)):
            places[name] = tmp_path / f"{name}.csv"
            places[name].write_text("\n".join(",".join(row) for row in rows), encoding="gbk")
        return places, wife

    def test_every_registered_member_counts_and_an_ended_holding_does_not(self, files):
        places, wife = files
        assert told("import_registry", str(places["homes"]))["created"] == 3
        assert told("import_dibao", str(places["ledger"]))["created"] == 2
        told("load_list", "payroll", str(places["lists"]), "--as-of", "2020-12-20")
        found = told("recheck", "--month", "2020-12")
        assert (found["checked"], found["findings"], found["new"]) == (1, 1, 1)
        (item,) = found["items"]
        assert item == {
            "id_number": wife,
            "name": "蒋玉梅",
            "household_no": "H1",
            "programme": "dibao_urban",
            "kind": "payroll",
            "name_mismatch": False,
            "state": "open",
        }
        # The month before, the other one was still paid.
        assert told("recheck", "--month", "2020-11")["checked"] == 2


def test_findings_go_out_of_the_admin_with_the_words_of_the_page():
    from rechecks.resources import FindingResource

    home = holder()
    loaded("payroll", (home.head, "某小学", "3200"))
    recheck()
    (row,) = FindingResource(user=factories.user("bureau_officer")).export().dict
    assert (row["姓名"], row["名单"], row["状态"]) == (home.head.name, "财政供养人员名单", "待核查")
