"""Each sentence of the contract for `import_registry`, as a caseworker would meet it."""

import io
import json
from datetime import date, datetime

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from stdnum.cn.ric import calc_check_digit

from core.importing import errors_of, take
from registry.importing import RegistryImporter
from registry.models import Household, ImportBatch, Membership, PayeeAccount, Person
from tests import factories
from tests.registry.sheets import HEAD, VILLAGE_NAME, read, workbook

pytestmark = pytest.mark.django_db
BIRTH = date(1960, 5, 14)


def line(home="H1", relation="户主", number=None, name=None, village=VILLAGE_NAME, **more):
    return {
        "户编号": home,
        "姓名": name or factories.name(),
        "身份证号": number or factories.id_number(BIRTH),
        "与户主关系": relation,
        "村(社区)": village,
        **more,
    }


def sheet(*lines):
    titles = list(dict.fromkeys([*HEAD, *(title for one in lines for title in one)]))
    return [titles, *([one.get(title, "") for title in titles] for one in lines)]


def take_in(*lines, content=None, name="表.xlsx", write=True):
    importer = RegistryImporter()
    outcome = take(importer, content or workbook(sheet(*lines)), name, write=write)
    outcome.importer = importer
    counts = outcome.counts
    assert counts["rows"] == counts["created"] + counts["updated"] + counts["unchanged"] + counts["rejected"]
    return outcome


def reasons(outcome):
    return ["；".join(f"{column}：{words}" for column, words in row.errors) for row in outcome.rows]


def test_a_household_comes_in_and_the_same_file_again_changes_nothing():
    rows = line(), line(relation="妻子", number=factories.id_number(date(1965, 1, 2), "F"))
    first, second = take_in(*rows), take_in(*rows)
    assert (first.counts["created"], first.counts["fixed"]) == (2, 1)
    assert second.counts["unchanged"] == 2
    assert Household.objects.get().memberships.filter(until=None).count() == 2


@pytest.mark.parametrize(
    ("written", "repaired"),
    [
        (lambda n: n, False),
        (lambda n: f" {n[:6]} {n[6:14]} {n[14:]} ", True),
        (lambda n: "'" + n, True),
        (lambda n: n + ".0", True),
        (lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n), True),
        (lambda n: n[:6] + n[8:17], True),
        (lambda n: int(n[:6] + n[8:17]), True),
        (lambda n: f"{n}\n", True),
    ],
)
def test_an_id_number_is_read_however_it_was_typed(written, repaired):
    number = next(n for n in iter(lambda: factories.id_number(BIRTH), None) if n[-1] != "X")
    outcome = take_in(line(number=written(number)))
    assert reasons(outcome) == [""]
    assert Person.objects.get().id_number == number
    assert outcome.counts["fixed"] == repaired


def test_a_lower_case_x_is_put_right():
    number = next(n for n in iter(lambda: factories.id_number(BIRTH), None) if n[-1] == "X")
    assert take_in(line(number=number.lower())).counts["fixed"] == 1


@pytest.mark.parametrize("written", [float, lambda n: n[:15] + "000", lambda n: "4.30503E+17"])
def test_an_id_number_that_lost_digits_is_refused(written):
    # Not one of the few whose check digit fits the lost form too.
    number = next(
        n
        for n in iter(lambda: factories.id_number(BIRTH), None)
        if n[-1] != "X" and calc_check_digit(n[:15] + "000") != "0"
    )
    outcome = take_in(line(number=written(number)))
    assert outcome.counts["rejected"] == 1
    assert "丢失" in reasons(outcome)[0]


@pytest.mark.parametrize(
    ("birth", "repaired"),
    [
        ("1960-05-14", 0),
        (datetime(1960, 5, 14), 0),
        ("1960-5-14", 1),
        ("1960.05.14", 1),
        ("1960/5/14", 1),
        ("1960年5月14日", 1),
        ("19600514", 1),
        (19600514, 1),
        ("196005", 1),
        (196005, 1),
        (22050, 1),
        ("22050", 1),
    ],
)
def test_birth_dates_are_read_in_every_writing(birth, repaired):
    outcome = take_in(line(出生日期=birth))
    assert reasons(outcome) == [""]
    assert outcome.counts["fixed"] == repaired


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"出生日期": "1958-02-30"}, "出生日期"),
        ({"出生日期": "1960-05-15"}, "出生日期"),
        ({"出生日期": "196006"}, "出生日期"),
        ({"性别": "女"}, "性别"),
        ({"number": "430503196005140010"}, "身份证号"),
        ({"number": "43050319600230001X"}, "身份证号"),
        ({"village": "没有村"}, "村(社区)"),
        ({"village": ""}, "村(社区)"),
        ({"name": " "}, "姓名"),
        ({"relation": ""}, "与户主关系"),
        ({"relation": "邻居的猫"}, "与户主关系"),
        ({"银行账号": "6228480000000000001"}, "银行账号"),
        ({"银行账号": "1234567"}, "银行账号"),
        ({"银行账号": "81010000123A"}, "银行账号"),
        ({"月收入": "不详吧"}, "月收入"),
    ],
)
def test_what_is_wrong_comes_back_with_column_and_reason(more, column):
    outcome = take_in(line(**more))
    assert outcome.counts["rejected"] == 1
    assert column in [where for where, _ in outcome.rows[0].errors]


def test_a_passbook_number_carries_no_check_digit():
    assert take_in(line(银行账号="81010000123456789", 开户银行="农商行")).counts["created"] == 1
    account = PayeeAccount.objects.get()
    assert (account.number, account.holder_name) == ("81010000123456789", Person.objects.get().name)


def test_amounts_in_wan_are_yuan_afterwards():
    outcome = take_in(line(月收入="0.12万元"))
    assert outcome.counts["fixed"] == 1
    assert str(Person.objects.get().monthly_income) == "1200.00"


def test_one_number_with_two_names_refuses_both_rows_and_leaves_the_rest():
    number = factories.id_number(BIRTH, "F")
    outcome = take_in(
        line(),
        line(relation="配偶", number=number, name="罗秀英"),
        line("H2"),
        line("H2", relation="女", number=number, name="罗秀兰"),
        line("H3"),
    )
    assert [row.action for row in outcome.rows] == ["created", "rejected", "created", "rejected", "created"]


def test_a_15_and_an_18_digit_number_are_one_person():
    number = factories.id_number(BIRTH, "F")
    outcome = take_in(
        line(),
        line(relation="女", number=number, name="甲"),
        line(relation="女", number=number[:6] + number[8:17], name="乙"),
    )
    assert outcome.counts["rejected"] == 2


def test_one_person_in_two_households_refuses_both_and_the_household_whose_head_it_was():
    number = factories.id_number(BIRTH)
    outcome = take_in(
        line(number=number, name="罗建设"),
        line(relation="女"),
        line("H2"),
        line("H2", relation="兄弟姐妹", number=number, name="罗建设"),
    )
    assert [row.action for row in outcome.rows] == ["rejected", "rejected", "created", "rejected"]


def test_households_need_exactly_one_head():
    outcome = take_in(line("A"), line("A"), line("A", relation="子"), line("B", relation="子"), line("C"))
    assert [row.action for row in outcome.rows] == ["rejected"] * 4 + ["created"]
    assert "两个户主" in reasons(outcome)[2] and "没有户主" in reasons(outcome)[3]


def test_a_household_whose_head_is_refused_is_refused_whole():
    outcome = take_in(line(银行账号="123"), line(relation="子"))
    assert outcome.counts["rejected"] == 2


def test_the_error_workbook_can_be_put_right_and_imported_as_it_is():
    good, bad = line(我们的列="甲"), line(relation="子", number="430503198001010011", 我们的列="乙")
    outcome = take_in(good, bad)
    assert (outcome.counts["created"], outcome.counts["rejected"]) == (1, 1)
    content = errors_of(outcome, outcome.importer)
    titles, row = read(content)
    assert titles == [*HEAD, "我们的列", "行号", "错误列", "错误原因"]
    assert row[:4] == [good["户编号"], bad["姓名"], "430503198001010011", "子"]
    assert row[5:8] == ["乙", 3.0, "身份证号"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active["C2"] = factories.id_number(date(1980, 1, 1))
    put_right = io.BytesIO()
    book.save(put_right)
    again = take_in(content=put_right.getvalue())
    assert again.counts == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "fixed": 0, "rejected": 0}
    assert again.tables.unknown == ["我们的列"]


def test_titles_above_two_row_heads_totals_and_blank_rows_are_understood():
    book = openpyxl.Workbook()
    page = book.active
    number = factories.id_number(BIRTH)
    for row in (
        ["大祥区在册家庭花名册"],
        ["填报单位：城南街道", "", "", "", "", "2020年12月"],
        ["序号", "户编号", "成员情况", "", "", "", "村（社区）"],
        ["", "", "姓名", "公民身份\n号码", "性别", "与户主 关系", ""],
        [1, "H1", "罗建设", number, "男", "户主", VILLAGE_NAME],
        [],
        [2, "H1", "罗小军", factories.id_number(BIRTH), "男", "子", VILLAGE_NAME],
        ["合计", "", "2人", "", "", "", ""],
        ["制表人：周敏", "", "", "审核人：唐志强"],
    ):
        page.append(row)
    for area in ("A1:G1", "A3:A4", "B3:B4", "C3:F3", "G3:G4", "A8:B8"):
        page.merge_cells(area)
    page.row_dimensions[7].hidden = True
    out = io.BytesIO()
    book.save(out)
    outcome = take_in(content=out.getvalue())
    assert reasons(outcome) == ["", ""]
    assert [row.number for row in outcome.rows] == [5, 7]


def test_hidden_sheets_are_named_and_not_read():
    content = workbook(sheet(line("A")), sheet(line("B")), sheet(line("C")), hidden=[1])
    outcome = take_in(content=content)
    assert outcome.counts["created"] == 2
    assert outcome.tables.hidden == ["表2"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_csv_is_read_in_the_encodings_of_the_trade(encoding):
    rows = sheet(line(name="罗建设"))
    text = "\r\n".join(",".join(row) for row in rows) + "\r\n"
    assert take_in(content=text.encode(encoding), name="表.csv").counts["created"] == 1
    assert Person.objects.get().name == "罗建设"


def test_a_village_is_found_by_code_and_an_unclear_name_needs_its_township():
    factories.Division.objects.create(
        code="430503002999", name=VILLAGE_NAME, level="village", parent_id="430503002", area_kind="urban"
    )
    outcome = take_in(
        line("A"),
        line("B", **{"乡镇(街道)": "中心路街道"}),
        line("C", village="430503001001"),
        line("D", village="", 村居代码=430503002999),
    )
    assert [row.action for row in outcome.rows] == ["rejected", "created", "created", "created"]


def test_a_number_registered_under_another_name_is_never_merged():
    known = factories.person(name="罗建设")
    outcome = take_in(line(number=known.id_number, name="罗建社"))
    assert outcome.counts["rejected"] == 1
    known.refresh_from_db()
    assert known.name == "罗建设"


def test_a_known_person_is_updated_and_the_new_account_ends_the_old():
    home = factories.household()
    head = home.head
    card = factories.account_number()
    outcome = take_in(
        line(home.number, number=head.id_number, name=head.name, 联系电话="13907390001", 银行账号=card)
    )
    assert outcome.counts["updated"] == 1
    old, new = PayeeAccount.objects.filter(person=head).order_by("id")
    assert old.until == new.since and new.until is None and new.number == card
    assert head.history.count() == 1


def test_a_member_moves_and_the_old_membership_ends():
    home = factories.household(members=2)
    wife = home.people[1]
    outcome = take_in(line("NEW", number=wife.id_number, name=wife.name))
    assert outcome.counts["updated"] == 1
    old, new = Membership.objects.filter(person=wife).order_by("id")
    assert old.until == new.since and new.household.number == "NEW"


def test_a_head_does_not_leave_the_household_behind_without_one():
    home = factories.household(members=2)
    assert take_in(line("NEW", number=home.head.id_number, name=home.head.name)).counts["rejected"] == 1


def test_the_head_may_change_within_a_household():
    home = factories.household(members=2)
    head, wife = home.people
    outcome = take_in(
        line(home.number, "丈夫", head.id_number, head.name),
        line(home.number, "户主", wife.id_number, wife.name),
    )
    assert outcome.counts["updated"] == 2
    assert set(home.memberships.filter(until=None).values_list("person_id", "relation")) == {
        (wife.pk, "head"),
        (head.pk, "spouse"),
    }


def test_the_command_prints_its_counts_and_keeps_the_batch(tmp_path, capsys):
    path, out = tmp_path / "表.xlsx", tmp_path / "错误.xlsx"
    path.write_bytes(workbook(sheet(line(), line("B", relation="子"))))
    call_command("import_registry", str(path), "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["created"] == 1
    assert not Person.objects.exists()
    call_command("import_registry", str(path), "--errors", str(out), "--json")
    assert json.loads(capsys.readouterr().out)["rejected"] == 1
    assert read(out.read_bytes())[1][0] == "B"
    assert ImportBatch.objects.get().rows.count() == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"%PDF-1.4", "甲,乙\n1,2\n".encode()])
def test_a_file_that_cannot_be_taken_says_why(tmp_path, content):
    path = tmp_path / "表.xlsx"
    path.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        call_command("import_registry", str(path))
    assert "\n" not in str(caught.value)
