"""The old 特困 ledger taken over: live and ended rows, homes found or warned of, amounts kept, nothing doubled."""

import io
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from benefits.models import Entitlement
from core.importing import errors_of, take
from relief.tekun.importing import TekunImporter
from relief.tekun.models import TekunHolding, TekunPlacement
from relief.tekun.resources import HoldingResource
from tests import factories
from tests.payouts.makers import entitlement

pytestmark = pytest.mark.django_db
HEAD = [
    "身份证号", "供养方式", "起始月份", "基本生活月标准", "照料护理档次", "护理月标准", "供养机构",
    "停止月份", "停止原因",
]  # fmt: skip


def sheet(*rows, head=HEAD) -> bytes:
    book = Workbook()
    book.active.append(["某区特困人员供养台账"])
    book.active.append(head)
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def elder(**fields):
    return factories.person(**{"birth_date": date(1948, 2, 11), "monthly_income": 0, **fields})


def line(
    person, way="分散", start="2018-03", basic=650, grade="半失能", care=257, home="", stop="", reason=""
):
    number = person if isinstance(person, str) else person.id_number
    return [number, way, start, basic, grade, care, home, stop, reason]


def imported(*rows, write=True):
    importer = TekunImporter()
    outcome = take(importer, sheet(*rows), "台账.xlsx", write)
    outcome.importer = importer  # type: ignore[attr-defined]
    return outcome


def reasons(outcome):
    return [(column, reason) for row in outcome.rejected() for column, reason in row.errors]


def held(person):
    rows = Entitlement.objects.filter(person=person).order_by("programme")
    return [(one.programme_id, one.monthly_amount, one.first_month, one.last_month) for one in rows]


def test_a_live_row_becomes_both_entitlements_and_a_placement():
    home = factories.institution("大祥区中心敬老院")
    person = elder()
    outcome = imported(line(person, "集中", basic="660", home="大祥区中心敬老院"))
    assert outcome.counts["created"] == 1
    assert held(person) == [
        ("tekun_basic", Decimal(660), date(2018, 3, 1), None),
        ("tekun_care", Decimal(257), date(2018, 3, 1), None),
    ]
    rows = Entitlement.objects.filter(person=person)
    assert {one.payee_institution for one in rows} == {home}
    assert all(one.source == "taken_over" and one.review_due for one in rows)
    placed = TekunPlacement.objects.get(person=person)
    assert (placed.placement, placed.institution, placed.grade) == ("institution", home, "semi")
    # The stated amount stays; the system's own is a warning.
    assert "旧台账基本生活每月 660.00 元，按登记情况测算为 650.00 元" in outcome.notes[0]


def test_an_ended_row_is_history_with_its_reason():
    person = elder()
    outcome = imported(line(person, stop="2019-06", reason="病故", care=""))
    assert outcome.counts["created"] == 1
    assert held(person) == [("tekun_basic", Decimal(650), date(2018, 3, 1), date(2019, 5, 1))]
    assert Entitlement.objects.get(person=person).end_reason == "death"
    assert TekunPlacement.objects.get(person=person).last_month == date(2019, 5, 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("恢复劳动能力", "recovered"),
        ("有赡养人履行义务", "supporter"),
        ("年满18周岁", "grown_up"),
        ("服刑", "sentence"),
        ("不详", "other"),
    ],
)
def test_the_ledgers_words_for_a_stop(words, code):
    person = elder()
    imported(line(person, stop="2019-06", reason=words))
    assert {one.end_reason for one in Entitlement.objects.filter(person=person)} == {code}


def test_the_same_file_twice_changes_nothing_and_a_later_stop_ends_both():
    person = elder()
    imported(line(person))
    again = imported(line(person))
    assert (again.counts["created"], again.counts["unchanged"]) == (0, 1)
    assert Entitlement.objects.count() == 2
    ended = imported(line(person, stop="2020-02", reason="死亡"))
    assert ended.counts["updated"] == 1
    assert {one.last_month for one in Entitlement.objects.all()} == {date(2020, 1, 1)}
    assert TekunPlacement.objects.get().last_month == date(2020, 1, 1)
    assert imported(line(person, stop="2020-02", reason="死亡")).counts["unchanged"] == 1


def test_a_home_that_nobody_knows_is_a_warning_and_the_row_stands():
    person = elder()
    outcome = imported(line(person, "集中供养", home="幸福院"))
    assert outcome.counts["created"] == 1 and outcome.counts["warnings"] == 1
    assert "幸福院" in outcome.notes[0]
    assert Entitlement.objects.filter(person=person, payee_institution=None).count() == 2


def test_variants_are_repaired_and_said():
    outcome = imported(line(elder(), "分散供养", grade="半自理", start="2018年3月"))
    assert outcome.counts["created"] == 1 and outcome.counts["fixed"] == 1


def test_bad_rows_come_back_with_their_reason_and_stop_nobody():
    good, twice, receives = elder(), elder(), elder()
    home = factories.household(head=receives)
    entitlement(home=home, first=date(2018, 1, 1))
    outcome = imported(
        line(good),
        line("43050319480211123X"),
        line(factories.id_number(date(1950, 1, 1))),
        line(elder(), way="寄养"),
        line(elder(), grade="很差"),
        line(elder(), basic=""),
        line(elder(), stop="2018-01", reason="死亡"),
        line(elder(), reason="死亡"),
        line(twice),
        line(twice, start="2019-01", basic=640),
        line(receives),
    )
    assert outcome.counts["created"] == 1
    assert outcome.counts["rejected"] == 10
    columns = [column for column, _ in reasons(outcome)]
    assert columns == [
        "身份证号", "身份证号", "供养方式", "照料护理档次", "基本生活月标准", "停止月份", "停止月份", "起始月份",
        "起始月份", "身份证号",
    ]  # fmt: skip
    book = load_workbook(io.BytesIO(errors_of(outcome, outcome.importer)))
    assert book.active.max_row == 11


def test_a_death_the_registry_knows_bounds_the_stop():
    person = elder(death_date=date(2019, 5, 31))
    assert reasons(imported(line(person, stop="2019-07", reason="死亡"))) == [
        ("停止月份", "登记的死亡日期是 2019-05-31，停止月份应为 2019-06")
    ]
    assert imported(line(person, stop="2019-06", reason="死亡")).counts["created"] == 1


def test_the_command_speaks_json(tmp_path):
    file = tmp_path / "台账.xlsx"
    file.write_bytes(sheet(line(elder()), line("12345")))
    out = StringIO()
    call_command("import_tekun", str(file), "--json", stdout=out)
    counts = json.loads(out.getvalue())
    assert (counts["rows"], counts["created"], counts["rejected"]) == (2, 1, 1)


def test_what_was_exported_can_be_imported_as_it_is():
    factories.institution("大祥区中心敬老院")
    imported(
        line(elder(), "集中", home="大祥区中心敬老院"),
        line(elder(), stop="2019-06", reason="死亡", grade="全自理", care=""),
    )
    data = HoldingResource(user=factories.user("bureau_officer")).export()
    assert set(HEAD) <= set(data.headers)
    again = take(TekunImporter(), data.export("xlsx"), "导出.xlsx", True)
    assert (again.counts["unchanged"], again.counts["rejected"]) == (2, 0)


def test_the_ledger_in_the_admin_is_the_lines_alone(client):
    imported(line(elder()))
    holding = TekunHolding.objects.get()
    for account, sees in (
        (factories.user("bureau_officer"), 1),
        (factories.user("bureau_officer", lines=["marriage"]), 0),
    ):
        client.force_login(account)
        page = client.get(reverse("admin:relief_tekunholding_changelist"))
        assert page.content.decode().count(f"/tekunholding/{holding.pk}/") >= sees
        assert (f"/tekunholding/{holding.pk}/" in page.content.decode()) == bool(sees)
