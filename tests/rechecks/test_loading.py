"""Outside lists as they come: read forgivingly, refused where they would mislead, loaded whole or not at all."""

import io
import threading
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.errors import NotAllowed, UserError
from core.jobs import run_job_inline
from core.models import Job
from rechecks.loading import load
from rechecks.models import ListRow, OutsideList
from tests import factories
from tests.rechecks.lists import AS_OF, csv_file, loaded

pytestmark = pytest.mark.django_db
HEAD = ["身份证号", "姓名", "死亡日期"]


def death(rows, encoding="utf-8", **more):
    return load("death", csv_file(HEAD, rows, encoding), "死亡.csv", AS_OF, **more)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_is_read_in_the_usual_encodings(encoding):
    one = factories.person(name="欧阳春花")
    made = death([[one.id_number, one.name, "2020年3月1日"]], encoding)
    assert (made.rows, made.loaded, made.rejected, made.unknown) == (1, 1, 0, 0)
    row = ListRow.objects.get()
    assert (row.name, row.day) == ("欧阳春花", date(2020, 3, 1))


def test_dirty_rows_come_back_with_their_reason_and_the_others_are_loaded():
    good, stranger = factories.person(), factories.id_number(date(1950, 1, 1))
    wrong = good.id_number[:-1] + ("0" if good.id_number[-1] != "0" else "1")
    made = death(
        [
            [good.id_number, good.name, "2020-03-01"],
            [stranger, "外地人", "2020-03-02"],
            [wrong, "坏号码", "2020-03-03"],
            [good.id_number, good.name, "2020-02-30"],
            ["", "没有号码", "2020-03-03"],
        ]
    )
    assert (made.rows, made.loaded, made.rejected, made.unknown) == (5, 2, 3, 1)
    assert made.errors_file.size > 0


def test_two_names_under_one_number_are_refused_with_all_their_rows():
    one, other = factories.person(), factories.person()
    made = death(
        [
            [one.id_number, one.name, "2020-03-01"],
            [one.id_number, "王二", "2020-03-01"],
            [other.id_number, other.name, "2020-03-01"],
        ]
    )
    assert (made.loaded, made.rejected) == (1, 2)
    assert ListRow.objects.get().id_number == other.id_number


class TestRefused:
    """The file as a whole; the good list before it stays untouched."""

    @pytest.fixture
    def before(self):
        return loaded("death", (factories.person(), "2020-01-01"))

    def refused(self, before, words, *args, **kwargs):
        with pytest.raises(UserError, match=words):
            load(*args, **kwargs)
        assert list(OutsideList.objects.all()) == [before]
        assert ListRow.objects.count() == before.loaded

    def test_a_list_without_the_needed_columns(self, before):
        self.refused(
            before,
            "缺少列：身份证号",
            "death",
            csv_file(["姓名", "死亡日期"], [["甲", "2020-01-01"]]),
            "x.csv",
        )

    def test_a_list_of_another_kind(self, before):
        file = csv_file(["身份证号", "姓名", "车辆类型"], [[factories.id_number(), "甲", "小型轿车"]])
        self.refused(before, "不像是死亡名单", "death", file, "x.csv")

    def test_an_unknown_kind(self, before):
        self.refused(before, "没有“lottery”这种名单", "lottery", csv_file(HEAD, []), "x.csv")

    def test_an_as_of_later_than_today(self, before):
        tomorrow = timezone.localdate() + timedelta(days=1)
        self.refused(before, "晚于今天", "death", csv_file(HEAD, []), "x.csv", tomorrow)

    def test_a_csv_cut_in_the_middle_of_a_row(self, before):
        one = factories.person()
        whole = csv_file(HEAD, [[one.id_number, one.name, "2020-01-01"]] * 3).getvalue()
        self.refused(before, "第 4 行中断", "death", io.BytesIO(whole[: -len(",2020-01-01\r\n")]), "x.csv")

    def test_a_workbook_cut_in_the_middle(self, before):
        self.refused(before, "打不开", "death", io.BytesIO(b"PK\x03\x04" + b"0" * 300), "x.xlsx")

    def test_a_list_in_which_no_row_can_be_used(self, before):
        self.refused(before, "没有一行可用", "death", csv_file(HEAD, [["1", "甲", "2020-01-01"]]), "x.csv")

    def test_a_list_of_titles_alone(self, before):
        self.refused(before, "没有一行数据", "death", csv_file(HEAD, []), "x.csv")

    def test_an_empty_file(self, before):
        self.refused(before, "空的", "death", io.BytesIO(b""), "x.csv")


class TestPage:
    """What the officer who sends a file sees."""

    @pytest.fixture
    def officer(self, client):
        client.force_login(factories.user("bureau_officer"))
        return client

    def send(self, client, head, rows, as_of=AS_OF, kind="death"):
        file = SimpleUploadedFile("名单.csv", csv_file(head, rows).getvalue())
        sent = {"kind": kind, "file": file, "as_of": as_of, "source": "区公安分局"}
        return client.post(reverse("rechecks:list_new"), sent)

    @pytest.mark.parametrize(
        "head, row, words",
        [
            (["编号", "名称"], ["1", "甲"], "缺少列"),
            (["身份证号", "姓名", "车辆类型"], ["430503195001010018", "甲", "小型轿车"], "不像是死亡名单"),
        ],
    )
    def test_wrong_columns_and_a_wrong_kind_are_refused_at_once(self, officer, head, row, words):
        answer = self.send(officer, head, [row])
        assert answer.status_code == 422 and words in answer.content.decode()
        assert not Job.objects.exists()

    def test_a_day_to_come_is_refused_at_its_field(self, officer):
        answer = self.send(officer, HEAD, [], timezone.localdate() + timedelta(days=1))
        assert answer.status_code == 422 and "晚于今天" in answer.content.decode()

    def test_a_cut_file_fails_with_its_row_and_the_list_before_stays(self, officer):
        before = loaded("death", (factories.person(), "2020-01-01"))
        one = factories.person()
        whole = csv_file(HEAD, [[one.id_number, one.name, "2020-01-01"]] * 3).getvalue()
        file = SimpleUploadedFile("名单.csv", whole[: -len(",2020-01-01\r\n")])
        sent = {"kind": "death", "file": file, "as_of": AS_OF, "source": "区公安分局"}
        officer.post(reverse("rechecks:list_new"), sent)
        with pytest.raises(UserError):
            run_job_inline(Job.objects.get())
        page = officer.get(reverse("rechecks:lists")).content.decode()
        assert page.count("文件在第 4 行中断") == 1 and "不影响原来的名单" in page
        assert list(OutsideList.objects.all()) == [before]

    def test_each_refused_row_stands_on_the_page_with_its_column_and_reason(self, officer):
        one, other = factories.person(), factories.person()
        made = death(
            [
                [one.id_number, one.name, "2020-03-01"],
                [other.id_number, other.name, "2020-02-30"],
                [one.id_number, "王二", "2020-03-01"],
                ["", "没有号码", "2020-03-03"],
                [factories.id_number(date(1950, 1, 1)), "好行", "2020-03-02"],
            ]
        )
        two = "同一身份证号有两个姓名，各行都没有载入"
        rows = [(number, column) for number, column, _ in made.first_refused]
        assert rows == [(2, "姓名"), (3, "死亡日期"), (4, "姓名"), (5, "身份证号")]
        page = officer.get(made.get_absolute_url()).content.decode()
        assert page.count(two) == 2 and "没有填" in page and "共 4 行" in page


def test_only_officers_of_the_bureau_load_lists():
    with pytest.raises(NotAllowed):
        death([], user=factories.user("township_clerk"))


def test_the_same_file_again_is_the_same_list():
    one = factories.person()
    rows = [[one.id_number, one.name, "2020-03-01"]]
    assert death(rows).pk == death(rows).pk
    assert ListRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_by_two_in_the_same_moment_is_one_list():
    people = [factories.person() for _ in range(30)]
    rows, made = [[one.id_number, one.name, "2020-03-01"] for one in people], []
    gate = threading.Barrier(2)

    def send():
        gate.wait()
        try:
            made.append(death(rows).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 2 and len(set(made)) == 1
    assert ListRow.objects.count() == 30
