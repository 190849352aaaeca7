"""Lists without ID numbers: whom their rows may mean, how surely, and that nothing is done by it."""

import io
from datetime import date

import openpyxl
import pytest
from django.utils import timezone

from benefits.models import Hold, Parameter
from core.errors import UserError
from district.models import Division
from rechecks import deciding, loading, missing, services
from rechecks.loading import load
from rechecks.models import Finding, FindingState, ListRow, Outcome, OutsideList, Verification
from tests import factories
from tests.rechecks.lists import AS_OF, DECEMBER, csv_file, holder, loaded, only, recheck

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "出生日期", "乡镇（街道）", "村（社区）", "死亡日期"]
BORN = date(1948, 3, 2)


def named(*rows, head=HEAD, as_of=AS_OF, kind="death", **more):
    """A list of the dead as a funeral home keeps it: by name, birth date and place."""
    return load(kind, csv_file(head, rows), "殡仪馆.csv", as_of, **more)


def dead(one, township="", village="", born=None, day="2020-11-05"):
    return [one.name, born or f"{one.birth_date:%Y-%m-%d}", township, village, day]


@pytest.fixture
def home():
    """罗建军, born 1948-03-02, in the first village of the first township, receives alone."""
    found = holder()
    head = found.head
    head.name, head.id_number, head.birth_date = "罗建军", factories.id_number(BORN), BORN
    head.save()
    return found


def namesake(of, division=factories.VILLAGE):
    """Somebody registered with the same name and birth date under another number."""
    return factories.person(division, name=of.name, birth_date=of.birth_date)


def name_of(code: str) -> str:
    return Division.objects.get(pk=code).name


def township_of(code: str) -> str:
    return name_of(code[:9])


class TestScore:
    """Each edge: what agrees, what the list leaves out, how many are alike."""

    def score(self) -> int | None:
        recheck()
        found = Finding.objects.filter(kind="death").exclude(state="gone").first()
        return found and found.score

    def test_name_birth_date_and_village(self, home):
        named(dead(home.head, village=name_of(factories.VILLAGE), township=township_of(factories.VILLAGE)))
        assert self.score() == 95
        (row,) = only().evidence
        assert row["agreed"] == "姓名、出生日期、村（社区）一致"
        assert (row["score"], row["born"], row["id_number"]) == (95, f"{home.head.birth_date}", "")

    def test_name_birth_date_and_township(self, home):
        named(dead(home.head, township=township_of(factories.VILLAGE)))
        assert self.score() == 80
        assert only().evidence[0]["agreed"] == "姓名、出生日期、乡镇（街道）一致"

    def test_name_and_birth_date_alone(self, home):
        named(dead(home.head))
        assert self.score() == 60
        assert "名单没有住址" in only().evidence[0]["agreed"]

    def test_a_place_elsewhere_counts_as_none_and_is_told(self, home):
        named(dead(home.head, township=township_of(factories.OTHER_VILLAGE)))
        assert self.score() == 60
        assert "住址不同" in only().evidence[0]["agreed"]

    def test_another_birth_date_or_another_name_is_nobody(self, home):
        other = factories.person(name="罗建国")
        named(
            dead(home.head, born="1931-01-01", village=name_of(factories.VILLAGE)),
            [other.name, f"{home.head.birth_date:%Y-%m-%d}", "", "", "2020-11-05"],
        )
        assert self.score() is None

    def test_a_month_of_birth_says_less_than_a_day(self, home):
        month = f"{home.head.birth_date:%Y-%m}"
        place = {"township": township_of(factories.VILLAGE), "village": name_of(factories.VILLAGE)}
        made = named(dead(home.head, born=month, **place))
        assert self.score() == 75
        assert "出生年月" in only().evidence[0]["agreed"] and only().evidence[0]["born"] == month
        assert made.entries.get().born_from.day == 1

    def test_a_month_of_birth_without_a_place_is_too_little(self, home):
        named(dead(home.head, born=f"{home.head.birth_date:%Y-%m}"))
        assert self.score() is None

    def test_two_registered_people_equally_alike_are_each_less_likely(self, home):
        other = namesake(home.head)
        named(dead(home.head, township=township_of(factories.VILLAGE), village=name_of(factories.VILLAGE)))
        assert self.score() == 65
        assert "同样相符的登记居民有 2 人" in only().evidence[0]["agreed"]
        assert only().person == home.head != other

    def test_two_alike_by_name_and_birth_date_alone_are_no_finding(self, home):
        namesake(home.head)
        named(dead(home.head))
        assert self.score() is None

    def test_of_two_alike_the_one_who_lives_there_is_meant(self, home):
        namesake(home.head, factories.OTHER_VILLAGE)
        named(dead(home.head, township=township_of(factories.VILLAGE), village=name_of(factories.VILLAGE)))
        assert self.score() == 95

    def test_of_two_alike_the_one_who_lives_elsewhere_is_not_meant(self, home):
        namesake(home.head, factories.OTHER_VILLAGE)
        named(dead(home.head, township_of(factories.OTHER_VILLAGE), name_of(factories.OTHER_VILLAGE)))
        assert self.score() is None

    def test_the_scores_and_the_least_of_them_are_dated_parameters(self, home):
        named(dead(home.head))
        Parameter.objects.create(key="recheck.alike.least", value=61, effective_from=date(2020, 12, 1))
        assert self.score() is None
        Parameter.objects.filter(key="recheck.alike.least", effective_from=date(2020, 12, 1)).update(value=60)
        assert self.score() == 60

    def test_a_preview_tells_how_many_another_least_score_would_leave(self, home):
        named(dead(home.head))
        other = holder()
        loaded("payroll", (other.head, "某小学", "3200"))
        (told,) = services.preview(DECEMBER, {"alike_least": 61})
        assert (told["kind"].code, told["before"], told["after"]) == ("death", 1, 0)
        assert services.preview(DECEMBER, {"alike_least": 60}) == []

    def test_a_finding_is_as_sure_as_the_least_of_its_rows(self, home):
        where = township_of(factories.VILLAGE)
        named(dead(home.head, township=where), dead(home.head, day="2020-11-06"))
        assert self.score() == 60
        assert [row["score"] for row in only().evidence] == [80, 60]


class TestFile:
    def test_a_file_with_neither_number_nor_birth_date_is_refused_and_told_both_ways(self):
        with pytest.raises(UserError, match="身份证号或出生日期"):
            named(["甲", "2020-11-05"], head=["姓名", "死亡日期"])
        assert not OutsideList.objects.exists()

    @pytest.mark.parametrize("title", ["出生日期", "出生年月", "生日", "出生年月日"])
    def test_the_birth_date_goes_by_several_titles(self, home, title):
        made = named([home.head.name, "1948.3.2", "2020-11-05"], head=["姓名", title, "死亡日期"])
        assert (made.loaded, made.has_numbers) == (1, False)
        assert made.entries.get().born_from == BORN

    def test_rows_without_a_birth_date_or_with_an_impossible_one_come_back(self, home):
        made = named(
            dead(home.head),
            [home.head.name, "", "", "", "2020-11-05"],
            [home.head.name, "1948-02-30", "", "", "2020-11-05"],
            [home.head.name, "1850-02-03", "", "", "2020-11-05"],
            [home.head.name, f"{timezone.localdate().year + 1}-02-03", "", "", "2020-11-05"],
            ["", "1948-03-02", "", "", "2020-11-05"],
        )
        assert (made.rows, made.loaded, made.rejected) == (6, 1, 5)
        assert made.errors_file.size > 0

    def test_in_a_file_with_numbers_a_row_without_one_is_refused_even_with_a_birth_date(self, home):
        head = ["身份证号", "姓名", "出生日期", "死亡日期"]
        rows = [
            [home.head.id_number, home.head.name, "", "2020-11-05"],
            ["", "甲", "1950-01-01", "2020-11-05"],
        ]
        made = load("death", csv_file(head, rows), "x.csv", AS_OF)
        assert (made.has_numbers, made.loaded, made.rejected) == (True, 1, 1)

    def test_numbers_under_an_unknown_title_are_not_thrown_away(self, home):
        head = ["姓名", "出生日期", "证号码", "死亡日期"]
        rows = [
            ["甲", "1950-01-01", "", "2020-11-05"],
            [home.head.name, BORN, home.head.id_number, "2020-11-05"],
        ]
        with pytest.raises(UserError, match="第 3 行“证号码”列像是身份证号"):
            named(*rows, head=head)
        assert not OutsideList.objects.exists()

    def test_a_workbook_with_numbers_on_one_sheet_and_none_on_another_is_refused(self, home):
        book = openpyxl.Workbook()
        book.active.append(["身份证号", "姓名", "死亡日期"])
        book.active.append([home.head.id_number, home.head.name, "2020-11-05"])
        other = book.create_sheet("无号")
        other.append(["姓名", "出生日期", "死亡日期"])
        other.append(["甲", "1950-01-01", "2020-11-05"])
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
        with pytest.raises(UserError, match="分成两份名单"):
            load("death", content, "x.xlsx", AS_OF)

    def test_a_workbook_with_days_as_days_is_read_as_well(self, home):
        book = openpyxl.Workbook()
        book.active.append(["殡仪馆登记"])
        book.active.append(["姓名", "出生日期", "村", "死亡日期"])
        book.active.append([home.head.name, BORN, name_of(factories.VILLAGE), date(2020, 11, 5)])
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
        made = load("death", content, "x.xlsx", AS_OF)
        assert (made.entries.get().born_from, made.entries.get().village) == (
            BORN,
            name_of(factories.VILLAGE),
        )
        recheck()
        assert only().score == 95

    def test_unknown_are_those_of_whose_name_and_birth_date_nobody_is_registered(self, home):
        made = named(
            dead(home.head),
            ["外地人", "1950-01-01", "", "", "2020-11-05"],
            ["外地人", "1950-01-01", "", "", ""],
        )
        assert (made.loaded, made.unknown) == (3, 1)

    def test_two_people_of_one_name_are_two_people(self, home):
        made = named(dead(home.head), dead(home.head, born="1960-01-01"))
        assert (made.loaded, made.rejected) == (2, 0)
        assert ListRow.objects.filter(id_number="").count() == 2

    def test_every_kind_may_come_without_numbers(self, home):
        head = ["姓名", "出生日期", "单位名称", "月工资"]
        named([home.head.name, f"{home.head.birth_date}", "某小学", "3200"], head=head, kind="payroll")
        recheck()
        assert (only().kind, only().score) == ("payroll", 60)


class TestBesideNumbers:
    def test_a_list_without_numbers_does_not_take_the_place_of_one_with(self, home):
        other = holder()
        loaded("death", (other.head, "2020-11-02"), as_of=date(2020, 12, 10))
        named(dead(home.head))
        made = recheck()
        assert {(one.person, one.score) for one in Finding.objects.all()} == {
            (other.head, None),
            (home.head, 60),
        }
        told = services.summary(made)["lists"]["death"]
        assert told == {
            "as_of": "2020-12-10",
            "rows": 1,
            "beside": {"as_of": "2020-12-20", "rows": 1, "no_numbers": True},
        }

    def test_whom_the_number_names_is_sure(self, home):
        loaded("death", (home.head, "2020-11-02"))
        named(dead(home.head))
        recheck()
        assert only().score is None
        assert [row["id_number"] for row in only().evidence] == [home.head.id_number]

    def test_who_was_only_alike_becomes_sure_when_a_number_comes(self, home):
        named(dead(home.head))
        recheck()
        assert only().score == 60
        loaded("death", (home.head, "2020-11-02"))
        again = recheck()
        assert (only().score, again.new) == (None, 0)

    def test_kept_because_it_is_another_person_comes_back_when_the_number_is_his(self, home):
        named(dead(home.head))
        recheck()
        Finding.objects.update(state=FindingState.KEPT)
        assert recheck().findings == 0
        loaded("death", (home.head, "2020-11-02"))
        assert (recheck().new, only().state) == (1, "open")

    def test_alone_it_is_said_that_it_only_tells_who_may_be_meant(self, home):
        named(dead(home.head))
        assert services.summary(recheck())["lists"]["death"] == {
            "as_of": "2020-12-20",
            "rows": 1,
            "no_numbers": True,
        }
        Finding.objects.update(state=FindingState.KEPT)
        assert "death" not in services.summary(recheck())["by_kind"]
        assert "死亡名单（只有无身份证号的，只能提示疑似）" in services.missing_kinds()

    def test_the_items_have_the_contracts_keys(self, home):
        named(dead(home.head))
        (item,) = services.summary(recheck())["items"]
        assert set(item) == {
            "id_number", "name", "household_no", "programme", "kind", "name_mismatch", "state",
        }  # fmt: skip
        assert item["name_mismatch"] is False


class TestNothingIsDoneByItself:
    @pytest.fixture
    def finding(self, home):
        named(dead(home.head, township=township_of(factories.VILLAGE), village=name_of(factories.VILLAGE)))
        recheck()
        return only()

    @pytest.fixture
    def clerk(self):
        return factories.user("township_clerk")

    def entry(self, outcome, **more):
        return deciding.Report(
            outcome, "入户核实，人已去世。", "周敏、唐志强", timezone.localdate(), end_reason="death", **more
        )

    def test_a_list_without_numbers_is_not_confirmed_and_holds_nothing(self, finding):
        made = OutsideList.objects.get()
        with pytest.raises(UserError, match="没有身份证号"):
            loading.confirm(made, factories.user("bureau_officer"))
        # Even if it were confirmed.
        OutsideList.objects.update(confirmed_at=timezone.now())
        recheck()
        assert not Hold.objects.exists()

    def test_it_is_not_in_the_bulk_handling_of_deaths(self, finding, clerk):
        taken, left = deciding.report_deaths([finding], clerk)
        assert taken == 0 and "须逐条核查" in left[0]
        assert only().state == FindingState.OPEN

    @pytest.mark.parametrize("outcome", [Outcome.END, Outcome.REDUCE, Outcome.SUSPEND])
    def test_what_changes_the_holding_needs_a_word_how_the_person_is_known_to_be_the_same(
        self, finding, clerk, outcome
    ):
        with pytest.raises(UserError, match="怎样确认是同一人") as refused:
            deciding.report(finding, clerk, self.entry(outcome))
        assert refused.value.field == "same_person"
        assert not Verification.objects.exists() and only().state == FindingState.OPEN

    def test_with_it_the_case_is_opened_and_the_word_is_kept(self, finding, clerk):
        words = "殡仪馆火化证与户口簿一致。"
        row = deciding.report(
            finding, clerk, self.entry(Outcome.END, same_person=words, from_month=date(2020, 12, 1))
        )
        assert row.state == FindingState.IN_CASE
        assert Verification.objects.get().same_person == words

    @pytest.mark.parametrize("outcome", [Outcome.KEEP, Outcome.LIST_WRONG])
    def test_it_is_kept_without_it(self, finding, clerk, outcome):
        assert deciding.report(finding, clerk, self.entry(outcome)).state == FindingState.REPORTED

    def test_a_finding_by_number_asks_for_no_such_word(self, home, clerk):
        loaded("death", (home.head, "2020-11-02"))
        recheck()
        entry = self.entry(Outcome.END, from_month=date(2020, 12, 1))
        assert deciding.report(only(), clerk, entry).state == FindingState.IN_CASE

    def test_that_a_name_is_missing_clears_nobody(self):
        """低保 that ended for a job is looked at again only when a list with numbers no longer says so."""
        home = holder()
        held = home.entitlement
        held.last_month, held.end_reason = date(2020, 10, 1), "payroll"
        held.save()
        head = ["姓名", "出生日期", "单位名称", "月工资"]
        named(["别人", "1950-01-01", "某小学", "3200"], head=head, kind="payroll")
        assert list(missing.by_lapsed(DECEMBER)) == []
        loaded("payroll", (factories.person(), "某小学", "3200"))
        assert [one.person for one in missing.by_lapsed(DECEMBER)] == [home.head.pk]
