"""The old register taken over: what is repaired, what is refused and why, and that it goes out as it came in."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from core import uscc
from core.importing import errors_of, take
from orgs.importing import OrgImporter
from orgs.models import Organisation, OrgState
from tests import factories
from tests.orgs import stories
from tests.registry.sheets import read, workbook

pytestmark = pytest.mark.django_db
HEAD = [
    "名称", "类型", "统一社会信用代码", "成立日期", "业务主管单位", "法定代表人", "法定代表人身份证号", "住所",
    "注册资金", "状态",
]  # fmt: skip
TODAY = date(2021, 3, 1)


def code(serial, prefix="51"):
    return uscc.make(prefix, "430503", uscc.body_code(f"MJA{serial:05d}"))


def line(serial=1, name="大祥区太极拳协会", kind="社会团体", **more):
    prefix = {"社会团体": "51", "民办非企业单位": "52", "基金会": "53"}[kind]
    values = {
        "名称": name,
        "类型": kind,
        "统一社会信用代码": code(serial, prefix),
        "成立日期": "2015-06-01",
        "业务主管单位": "区文旅局",
        "法定代表人": "欧阳立",
        "法定代表人身份证号": factories.id_number(),
        "住所": "红旗路18号",
        "注册资金": "30000",
        "状态": "正常",
        **more,
    }
    return [values[title] for title in HEAD]


def taken(*rows, write=True, head=HEAD):
    importer = OrgImporter(today=TODAY)
    return take(importer, workbook([["大祥区社会组织名册"], head, *rows]), "名册.xlsx", write), importer


def reasons(outcome):
    return [[f"{column}：{reason}" for column, reason in row.errors] for row in outcome.rows]


def test_a_register_is_taken_over_and_again_changes_nothing():
    rows = [line(1), line(2, "大祥区晨光幼儿园", "民办非企业单位")]
    outcome, _ = taken(*rows)
    assert outcome.counts["created"] == 2
    body = Organisation.objects.get(name="大祥区太极拳协会")
    assert (body.kind, body.founded_on, body.capital, body.state) == (
        "association", date(2015, 6, 1), 30_000, "active",
    )  # fmt: skip
    again, _ = taken(*rows)
    assert (again.counts["unchanged"], again.counts["created"], again.counts["updated"]) == (2, 0, 0)


def test_changed_values_update_and_blank_cells_change_nothing():
    person = factories.id_number()
    taken(line(1, 法定代表人身份证号=person))
    outcome, _ = taken(line(1, 法定代表人身份证号=person, 住所="西湖路6号", 业务主管单位="", 状态=""))
    assert outcome.counts["updated"] == 1
    assert outcome.rows[0].changes == [("住所", "红旗路18号", "西湖路6号")]
    body = Organisation.objects.get()
    assert (body.address, body.supervisor) == ("西湖路6号", "区文旅局")


def test_what_offices_write_is_repaired_and_said():
    messy = line(
        1,
        类型="社团",
        统一社会信用代码=f" {code(1).lower()} ",
        成立日期="2015年6月1日",
        注册资金="3万元",
        状态="存续",
    )
    outcome, _ = taken(messy)
    assert outcome.counts["created"] == outcome.counts["fixed"] == 1
    assert Organisation.objects.get().capital == 30_000


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"统一社会信用代码": code(1)[:-1] + ("1" if code(1)[-1] != "1" else "2")}, "校验位不符：末位应为"),
        ({"统一社会信用代码": code(1, "52")}, "社会团体的第二位应为 1，表中为 2"),
        ({"统一社会信用代码": "91110000600037341L"}, "首位应为 5"),
        ({"统一社会信用代码": code(1)[:-1]}, "应为 18 位，表中为 17 位"),
        ({"成立日期": "2019-02-29"}, "2019年2月没有29日"),
        ({"成立日期": "2021-03-02"}, "晚于今天"),
        ({"成立日期": "去年"}, "看不懂"),
        ({"类型": "公司"}, "请填 社会团体、民办非企业单位、基金会"),
        ({"状态": "休眠"}, "请填 正常"),
        ({"法定代表人身份证号": "430503197001011234"}, "校验位不符"),
        ({"注册资金": "很多"}, "看不懂"),
        ({"名称": ""}, "名称：没有填"),
    ],
)
def test_a_bad_row_is_refused_and_the_good_ones_are_taken(cells, words):
    outcome, importer = taken(line(1, **cells), line(2, "大祥区书法协会"))
    assert (outcome.counts["created"], outcome.counts["rejected"]) == (1, 1)
    assert words in "；".join(reasons(outcome)[0])
    book = read(errors_of(outcome, importer))
    assert words in "；".join(str(cell) for cell in book[1])


def test_rows_that_contradict_each_other_are_all_refused():
    person = factories.id_number()
    outcome, _ = taken(
        line(1),
        line(1, "大祥区太极拳第二协会"),
        line(2, "大祥区书法协会"),
        line(3, "大祥区书法协会"),
        line(4, "大祥区象棋协会", 法定代表人身份证号=person),
        line(5, "大祥区围棋协会", 法定代表人身份证号=person),
        line(6, "大祥区摄影协会"),
    )
    assert outcome.counts["rejected"] == 6 and outcome.counts["created"] == 1
    assert "第 4 行统一社会信用代码相同" in reasons(outcome)[0][0]
    assert "同名" in reasons(outcome)[2][0]
    assert "同一人任两个社会团体的法定代表人" in reasons(outcome)[5][0]


def test_an_exact_repetition_stands_once():
    row = line(1)
    outcome, _ = taken(row, row)
    assert (outcome.counts["created"], outcome.counts["unchanged"]) == (1, 1)


def test_what_is_registered_already_is_not_doubled_under_another_code():
    first = stories.body("太极拳协会")
    outcome, _ = taken(
        line(1), line(2, "大祥区书法协会", 法定代表人身份证号=first.representative_id),
    )  # fmt: skip
    assert outcome.counts["rejected"] == 2
    assert f"与已登记的大祥区太极拳协会（{first.credit_code}）同名" in reasons(outcome)[0][0]
    assert "已是大祥区太极拳协会的法定代表人" in reasons(outcome)[1][0]


def test_ended_bodies_are_history_and_stay_ended():
    taken(line(1, 状态="已注销"))
    body = Organisation.objects.get()
    assert (body.state, body.ended_on) == (OrgState.CANCELLED, TODAY)
    outcome, _ = taken(line(1, 状态="正常"))
    assert "本系统中已注销，不能由名册改动" in reasons(outcome)[0][0]


def test_the_command_takes_a_file_and_says_what_became_of_it(tmp_path):
    file, errors = tmp_path / "名册.xlsx", tmp_path / "错误.xlsx"
    file.write_bytes(workbook([HEAD, line(1), line(2, 成立日期="2019-02-30")]))
    out = StringIO()
    call_command("import_orgs", str(file), "--json", "--errors", str(errors), stdout=out)
    found = json.loads(out.getvalue())
    assert {key: found[key] for key in ("rows", "created", "rejected")} == {
        "rows": 2, "created": 1, "rejected": 1,
    }  # fmt: skip
    assert read(errors.read_bytes())[1][0] == "大祥区太极拳协会"
    # The corrected error workbook goes in as it is.
    call_command("import_orgs", str(errors), "--json", stdout=StringIO())


def test_what_is_exported_can_be_imported_as_it_is(client):
    taken(line(1), line(2, "大祥区晨光幼儿园", "民办非企业单位", 注册资金=""))
    client.force_login(stories.officer())
    answer = client.post(
        reverse("admin:orgs_organisation_export"),
        {"format": "0", "orgs-organisationresource": "on", "resource": "0",
         **{f"organisationresource_{name}": "on" for name in (
             "name", "kind", "credit_code", "founded_on", "supervisor", "representative_name",
             "representative_id", "address", "capital", "state")}},
    )  # fmt: skip
    assert answer.status_code == 200
    rows = read(answer.content)
    assert rows[0] == HEAD
    outcome = take(OrgImporter(today=TODAY), answer.content, "导出.xlsx", write=True)
    assert outcome.counts["unchanged"] == 2
