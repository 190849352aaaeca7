"""The old ledger of allowances taken over: what is repaired, what is refused and why, and back out again."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from benefits.models import Entitlement
from core.importing import take
from elderly.importing import AllowanceImporter
from elderly.rules import ALLOWANCE, LONGEVITY
from registry.models import DisabilityCertificate
from registry.services import record_death
from tests import factories
from tests.elderly import people

pytestmark = pytest.mark.django_db
HEAD = ["项目代码", "身份证号", "月标准", "起始月份", "停止月份", "停止原因", "残疾证号"]


def sheet(*rows, head=HEAD) -> bytes:
    book = Workbook()
    book.active.append(["某区高龄津贴台账"])
    book.active.append(head)
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def line(person, code=ALLOWANCE, amount=100, start="2018-03", stop="", reason="", card=""):
    return [code, person.id_number, amount, start, stop, reason, card]


def imported(*rows, write=True, user=None):
    return take(AllowanceImporter(user), sheet(*rows), "台账.xlsx", write)


def reasons(outcome):
    return [reason for row in outcome.rejected() for _, reason in row.errors]


def test_live_and_ended_rows_become_entitlements():
    live, ended = people.old(date(1925, 1, 1)), people.old(date(1924, 1, 1))
    outcome = imported(
        line(live, "高龄津贴", "1,100.00元", "2018年3月"), line(ended, stop="2019.11", reason="病故")
    )
    assert [outcome.counts[key] for key in ("rows", "created", "fixed", "rejected")] == [2, 2, 2, 0]
    row = Entitlement.objects.get(person=live)
    assert (row.programme_id, row.monthly_amount, row.first_month, row.source, row.persons) == (
        ALLOWANCE, Decimal("1100.00"), date(2018, 3, 1), "taken_over", 1,
    )  # fmt: skip
    # A year from the taking over the first proof of life is due.
    assert row.review_due > date.today()
    old = Entitlement.objects.get(person=ended)
    assert (old.last_month, old.end_reason) == (date(2019, 10, 1), "death")


def test_the_stated_amount_stays_and_the_own_one_is_a_warning():
    young, rich = people.old(date(1950, 1, 1)), people.old(date(1930, 1, 1))
    outcome = imported(line(young, amount=50), line(rich, amount=120))
    assert outcome.counts["warnings"] == 2
    assert "按规则测算不符合条件：" in outcome.notes[0]
    assert outcome.notes[1].endswith("旧台账每月 120.00 元，按规则测算为 100.00 元")
    assert set(Entitlement.objects.values_list("monthly_amount", flat=True)) == {50, 120}


@pytest.mark.parametrize(
    "code, words",
    [
        ("disability_living", "没有代码为“disability_living”的项目；可填 elderly_allowance（高龄津贴）"),
        ("dibao_urban", "不由老龄台账接收"),
        ("tekun_basic", "不由老龄台账接收"),
        ("xyz", "没有代码为“xyz”的项目"),
    ],
)
def test_other_programmes_are_refused_with_words(code, words):
    (reason,) = reasons(imported(line(people.old(date(1925, 1, 1)), code)))
    assert words in reason


def test_what_contradicts_itself_or_the_registry_is_refused():
    twice, dead = people.old(date(1925, 1, 1)), people.old(date(1925, 1, 2))
    record_death(dead, date(2020, 5, 5))
    stranger = factories.id_number(date(1926, 3, 3))
    outcome = imported(
        line(twice),
        line(twice, LONGEVITY, 300, "2019-01"),
        line(dead),
        [ALLOWANCE, stranger, 100, "2018-03", "", "", ""],
        line(people.old(date(1925, 1, 3)), amount=0),
        line(people.old(date(1925, 1, 4)), stop="2018-03", reason="死亡"),
        line(people.old(date(1925, 1, 5)), reason="死亡"),
        line(people.old(date(1925, 1, 6)), card="430503192501069999" + "43"),
    )
    assert outcome.counts["rejected"] == 8
    found = "".join(reasons(outcome))
    for words in (
        "是同一人，月份重叠",
        "2020-05-05 死亡，停止月份应不晚于次月",
        "登记册中没有此人",
        "应大于 0",
        "不晚于起始月份",
        "写了停止原因却没有停止月份",
        "与身份证号不符",
    ):
        assert words in found, words


def test_the_same_file_twice_changes_nothing_and_a_later_stop_ends_it():
    one, two = people.old(date(1925, 1, 1)), people.old(date(1919, 1, 1))
    rows = [line(one), line(two, LONGEVITY, 300, "2019-01")]
    imported(*rows)
    again = imported(*rows)
    assert (again.counts["unchanged"], again.counts["created"]) == (2, 0)
    rows[0] = line(one, stop="2020-06", reason="户口迁移")
    assert imported(*rows).counts["updated"] == 1
    row = Entitlement.objects.get(person=one)
    assert (row.last_month, row.end_reason) == (date(2020, 5, 1), "moved")
    assert reasons(imported(line(one, amount=150, start="2020-01"))) == [
        "已享受高龄津贴（2018-03 至 2020-05，每月 100.00 元），月份重叠，变更须在系统内办理"
    ]


def test_a_change_of_amount_is_two_rows_and_no_ending():
    person = people.old(date(1930, 1, 1))
    outcome = imported(line(person, amount=80, stop="2019-01"), line(person, start="2019-01"))
    assert outcome.counts["warnings"] == 0
    assert [(row[1], row[3]) for row in people.held(person)] == [(80, date(2018, 12, 1)), (100, None)]
    assert set(Entitlement.objects.values_list("end_reason", flat=True)) == {""}


def test_a_certificate_in_the_ledger_is_entered():
    person = people.old(date(1925, 1, 1))
    imported(line(person, card=f"{person.id_number}43"))
    card = DisabilityCertificate.objects.get()
    assert (card.person, card.kind, card.grade) == (person, "physical", 3)


def test_a_clerk_takes_over_only_his_own_township():
    clerk = factories.user("township_clerk")
    assert reasons(imported(line(people.old(date(1925, 1, 1), factories.OTHER_VILLAGE)), user=clerk)) == [
        "此人不在您的辖区内"
    ]


def test_the_command_writes_counts_and_an_error_workbook(tmp_path, capsys):
    good = people.old(date(1925, 1, 1))
    file, errors = tmp_path / "台账.xlsx", tmp_path / "错误.xlsx"
    file.write_bytes(sheet(line(good), line(good, "xyz")))
    call_command("import_allowance", str(file), "--json", "--errors", str(errors))
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["created"], found["rejected"]) == (2, 1, 1)
    cells = [[cell.value for cell in row] for row in load_workbook(errors).active.iter_rows()]
    assert any("xyz" in [str(one) for one in row] for row in cells)


def test_what_is_exported_can_be_taken_in_as_it_is(client):
    person, gone = people.old(date(1925, 1, 1)), people.old(date(1924, 1, 1))
    imported(line(person, amount=80, stop="2019-01"), line(person, start="2019-01"))
    imported(line(gone, stop="2019-11", reason="死亡"))
    client.force_login(people.officer())
    answer = client.post(
        "/admin/elderly/holding/export/",
        {"format": "0", "holdingresource_id_number": "on"}
        | dict.fromkeys(
            [
                f"holdingresource_{name}"
                for name in ("programme", "amount", "first_month", "stop", "reason", "certificate")
            ],
            "on",
        ),
    )
    assert answer.status_code == 200, answer.content[:300]
    name = "台账.csv" if b"," in answer.content[:200] else "台账.xlsx"
    again = take(AllowanceImporter(), answer.content, name, True)
    assert (again.counts["rows"], again.counts["unchanged"]) == (3, 3)
