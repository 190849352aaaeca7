"""Outside lists as they come: read forgivingly, refused where they would mislead, loaded whole or not at all."""

import io
import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import NotAllowed, UserError
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

    def test_an_empty_file(self, before):
        self.refused(before, "空的", "death", io.BytesIO(b""), "x.csv")


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
