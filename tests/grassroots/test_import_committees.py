"""The old ledger of committee members taken over: what is refused and why, and that nothing doubles."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from core import uscc
from core.importing import take
from grassroots.importing import CommitteeImporter
from grassroots.models import CommitteeMember, VillageCommittee
from grassroots.resources import CommitteeMemberResource
from tests import factories
from tests.registry.sheets import OTHER_VILLAGE_NAME, VILLAGE_NAME, read, workbook

pytestmark = pytest.mark.django_db
HEAD = ["村(社区)", "姓名", "职务", "任期起", "任期止", "身份证号", "统一社会信用代码"]
CODE = uscc.make("55", "430503", uscc.body_code("MF430001"))
SECOND = uscc.make("55", "430503", uscc.body_code("MF430002"))
VILLAGE_CODE = uscc.make("54", "430503", uscc.body_code("MF430001"))


def line(name, post="委员", since="2017-05-10", until="", number="", code="", village=VILLAGE_NAME):
    return [village, name, post, since, until, number, code]


def taken(*rows, write=True, **who):
    importer = CommitteeImporter(today=date(2021, 6, 1), **who)
    outcome = take(importer, workbook([HEAD, *rows]), "村居.xlsx", write=write)
    return outcome, [row.action for row in outcome.rows]


def reasons(outcome):
    return [" ".join(reason for _, reason in row.errors) for row in outcome.rows]


def test_a_committee_comes_in_and_the_same_file_again_changes_nothing():
    rows = [
        line("赵主任", "主任", until="2022-05-09", number=factories.id_number(date(1970, 1, 1)), code=CODE),
        line("钱副", "居委会副主任", code=CODE),
        line("孙委员"),
        line("前主任", "主任", since="2012.5.10", until="2017-05-10"),
    ]
    _, actions = taken(*rows)
    assert actions == ["created"] * 4
    committee = VillageCommittee.objects.get()
    assert (committee.credit_code, committee.seats) == (CODE, {"chair": 1, "vice": 1, "member": 1})
    former = committee.members.get(name="前主任")
    assert (former.ended_reason, former.until) == ("term", date(2017, 5, 10))
    _, actions = taken(*rows)
    assert actions == ["unchanged"] * 4 and CommitteeMember.objects.count() == 4


def test_a_village_may_be_named_by_its_code_and_an_unknown_one_is_refused():
    head = ["村居代码", *HEAD[1:]]
    book = workbook(
        [head, line("赵主任", "主任", village=factories.VILLAGE), line("钱某", village="430503999999")]
    )
    outcome = take(CommitteeImporter(today=date(2021, 6, 1)), book, "村居.xlsx", write=True)
    assert [row.action for row in outcome.rows] == ["created", "rejected"]
    outcome, actions = taken(line("孙某", village="没有这个村"))
    assert actions == ["rejected"] and "没有“没有这个村”" in reasons(outcome)[0]


def test_two_chairs_at_once_are_all_refused():
    outcome, actions = taken(
        line("赵主任", "主任", until="2020-05-09"), line("钱主任", "主任", since="2019-01-01"), line("孙委员")
    )
    assert actions == ["rejected", "rejected", "created"]
    assert "第 3 行" in reasons(outcome)[0] and "第 2 行" in reasons(outcome)[1]


def test_one_chair_after_the_other_is_fine_on_the_very_day():
    _, actions = taken(line("赵主任", "主任", until="2020-05-09"), line("钱主任", "主任", since="2020-05-09"))
    assert actions == ["created", "created"]


def test_terms_of_one_person_that_overlap_are_all_refused():
    outcome, actions = taken(line("赵某", until="2020-05-09"), line("赵某", "副主任", since="2019-01-01"))
    assert actions == ["rejected", "rejected"] and "任期重叠" in reasons(outcome)[1]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "校验位不符"),
        (VILLAGE_CODE, "前两位应为 55"),
        (CODE[:-1], "应为 18 位"),
    ],
)
def test_a_wrong_code_is_refused(code, words):
    outcome, actions = taken(line("赵某", code=code))
    assert actions == ["rejected"] and words in reasons(outcome)[0]


def test_a_village_with_two_codes_is_refused_with_all_its_coded_rows():
    outcome, actions = taken(line("赵某", code=CODE), line("钱某", code=SECOND), line("孙某"))
    assert actions == ["rejected", "rejected", "created"] and "有两个代码" in reasons(outcome)[0]


def test_one_code_for_two_villages_is_refused():
    _, actions = taken(line("赵某", code=CODE), line("钱某", code=CODE, village=OTHER_VILLAGE_NAME))
    assert actions == ["rejected", "rejected"]


def test_what_is_registered_is_not_contradicted():
    taken(line("赵主任", "主任", code=CODE))
    outcome, actions = taken(line("钱主任", "主任", since="2019-01-01"), line("孙某", code=SECOND))
    assert actions == ["rejected", "rejected"]
    assert "同时已登记主任" in reasons(outcome)[0] and CODE in reasons(outcome)[1]


def test_a_later_file_may_tell_when_a_term_ended():
    taken(line("赵主任", "主任"))
    _, actions = taken(line("赵主任", "主任", until="2021-05-09"), line("钱主任", "主任", since="2021-05-10"))
    assert actions == ["updated", "rejected"] or actions == ["updated", "created"]


def test_impossible_dates_and_numbers_are_refused_with_words():
    outcome, actions = taken(
        line("赵某", since="2021-02-30"),
        line("钱某", until="2016-01-01"),
        line("孙某", number="430503197001011234"),
        line("李某", "书记"),
        line("周某", since="2022-01-01"),
    )
    assert actions == ["rejected"] * 5
    words = reasons(outcome)
    assert "2021年2月没有30日" in words[0] and "早于任期起" in words[1] and "校验位" in words[2]
    assert "看不懂" in words[3] and "晚于今天" in words[4]


def test_a_clerk_takes_in_the_own_township_alone():
    clerk = factories.user("township_clerk")
    outcome, actions = taken(line("赵某"), line("钱某", village=OTHER_VILLAGE_NAME), user=clerk)
    assert actions == ["created", "rejected"] and "不在您的辖区" in reasons(outcome)[1]


def test_what_is_exported_can_be_imported_as_it_is():
    taken(
        line("赵主任", "主任", number=factories.id_number(date(1970, 1, 1)), code=CODE),
        line("孙委员", until="2020-01-01"),
    )
    data = CommitteeMemberResource().export()
    rows = [list(data.headers), *[list(row) for row in data]]
    outcome = take(CommitteeImporter(today=date(2021, 6, 1)), workbook(rows), "导出.xlsx", write=True)
    assert [row.action for row in outcome.rows] == ["unchanged", "unchanged"]


def test_the_command_counts_and_writes_the_error_workbook(tmp_path):
    file, out = tmp_path / "村居.xlsx", tmp_path / "错误.xlsx"
    file.write_bytes(
        workbook([[*HEAD, "备注二"], [*line("赵主任", "主任"), "x"], [*line("钱某", "书记"), "y"]])
    )
    answer = io.StringIO()
    call_command("import_committees", str(file), "--errors", str(out), "--json", stdout=answer)
    found = json.loads(answer.getvalue())
    assert (found["rows"], found["created"], found["rejected"]) == (2, 1, 1)
    assert "备注二" in found["unknown_columns"]
    rows = read(out.read_bytes())
    assert "错误原因" in rows[0] and any("看不懂" in str(cell) for cell in rows[1])
