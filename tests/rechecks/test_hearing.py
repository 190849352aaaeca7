"""陈述申辩: the family is told in writing and heard before anything against it goes up to the bureau."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from benefits.models import Parameter
from core.errors import NotAllowed, UserError
from core.files import TEXT
from core.workdays import Calendar
from rechecks import deciding, hearing, papers
from rechecks.loading import load
from rechecks.models import FindingState, Hearing, Outcome
from rechecks.places import todos
from tests import factories
from tests.rechecks.lists import csv_file, handed, heard, holder, loaded, only, recheck, told

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
JANUARY = date(2021, 1, 1)


@pytest.fixture
def clerk():
    return factories.user("township_clerk")


def found(kind="payroll", *says, members=1):
    home = holder(members)
    loaded(kind, (home.head, *(says or ("某小学", "3200"))), source="区财政局")
    recheck()
    return only()


def entry(outcome=Outcome.END, month=JANUARY, reason="payroll"):
    reason = reason if outcome == Outcome.END else ""
    return deciding.Report(
        outcome, "单位证明属实。", "周敏、唐志强", TODAY(), end_reason=reason, from_month=month
    )


def later(made: Hearing, days: int) -> None:
    """As if the notice had been handed over so many days earlier."""
    row = Hearing.objects.get(pk=made.pk)
    assert row.given_on and row.due_on
    row.given_on -= timedelta(days=days)
    row.due_on -= timedelta(days=days)
    row.save()


class TestNothingGoesUpUnheard:
    def test_without_a_notice(self, clerk):
        with pytest.raises(UserError, match="须先拟写并送达"):
            deciding.report(found(), clerk, entry())

    def test_with_a_notice_that_is_still_in_the_drawer(self, clerk):
        finding = found()
        told(finding, clerk)
        with pytest.raises(UserError, match="还没有送达"):
            deciding.report(finding, clerk, entry())

    def test_while_the_family_may_still_answer_and_it_is_said_until_when(self, clerk):
        finding = found()
        made = handed(finding, clerk)
        assert made.due_on == Calendar().add(TODAY(), 5)
        with pytest.raises(UserError, match=f"期限到 {made.due_on}"):
            deciding.report(finding, clerk, entry())

    def test_the_last_day_is_still_the_familys(self, clerk):
        finding = found()
        made = handed(finding, clerk)
        later(made, (made.due_on - TODAY()).days)
        with pytest.raises(UserError, match="期限到"):
            deciding.report(finding, clerk, entry())

    def test_a_lower_amount_needs_it_like_an_ending(self, clerk):
        with pytest.raises(UserError, match="须先拟写并送达"):
            deciding.report(found(), clerk, entry(Outcome.REDUCE))

    @pytest.mark.parametrize("outcome", [Outcome.KEEP, Outcome.LIST_WRONG, Outcome.SUSPEND])
    def test_what_takes_nothing_for_good_needs_none(self, clerk, outcome):
        assert deciding.report(found(), clerk, entry(outcome)).state == FindingState.REPORTED

    def test_the_dead_are_not_asked(self, clerk):
        finding = found("death", "2020-10-08")
        row = deciding.report(finding, clerk, entry(month=date(2020, 11, 1), reason="death"))
        assert row.state == FindingState.IN_CASE


class TestHeard:
    def test_an_answer_opens_the_way_before_the_time_is_over(self, clerk):
        row = deciding.report(heard(found(), clerk), clerk, entry())
        assert (row.state, row.case.stage) == (FindingState.IN_CASE, "confirm")

    def test_silence_opens_it_the_day_after_and_is_kept_as_silence(self, clerk):
        finding = found()
        made = handed(finding, clerk)
        later(made, (made.due_on - TODAY()).days + 1)
        deciding.report(finding, clerk, entry())
        made.refresh_from_db()
        assert (made.answer, made.answered_on) == ("silent", TODAY())
        assert finding.events.filter(label="逾期未陈述").exists()

    def test_giving_it_up_needs_the_signed_paper(self, clerk):
        made = handed(found(), clerk)
        with pytest.raises(UserError, match="放弃书"):
            hearing.answer(made, clerk, "waived", "", TODAY())
        hearing.answer(made, clerk, "waived", "", TODAY(), [("放弃书.txt", b"x", TEXT)])
        assert deciding.report(made.finding, clerk, entry()).state == FindingState.IN_CASE

    def test_a_word_that_comes_late_is_still_heard(self, clerk):
        made = handed(found(), clerk)
        later(made, 60)
        hearing.answer(made, clerk, "stated", "住院，今天才看到。", TODAY())
        assert Hearing.objects.get().answer == "stated"

    def test_every_step_stands_in_the_record_with_who_and_until_when(self, clerk):
        finding = heard(found(), clerk)
        made = Hearing.objects.get()
        lines = list(finding.events.order_by("pk").values_list("label", "words"))
        assert [label for label, _ in lines] == [
            "发现疑点", f"拟写告知书 {made.number}", "当面送达", "家庭陈述申辩",
        ]  # fmt: skip
        assert f"可陈述申辩至 {made.due_on}" in lines[2][1]
        assert "工资刚停发" in lines[3][1]

    def test_someone_elsewhere_neither_tells_nor_hears(self, clerk):
        made = handed(found(), clerk)
        stranger = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
        with pytest.raises(NotAllowed):
            hearing.answer(made, stranger, "stated", "没有的事", TODAY())
        with pytest.raises(NotAllowed):
            told(made.finding, factories.user("bureau_officer"))


class TestOnlyWhatWasTold:
    """What is proposed may be milder than what the family was told, never harder."""

    @pytest.mark.parametrize(
        "notice, proposal, words",
        [
            (("reduce",), entry(), "变更金额，现在要停发"),
            (("end", "pension"), entry(), "停发原因是“退休”"),
            (("end", "payroll", date(2021, 2, 1)), entry(), "自 2021-02 起，提前的"),
        ],
    )
    def test_harder_needs_a_new_notice(self, clerk, notice, proposal, words):
        finding = heard(found(), clerk, *notice)
        with pytest.raises(UserError, match=words):
            deciding.report(finding, clerk, proposal)

    @pytest.mark.parametrize("proposal", [entry(Outcome.REDUCE), entry(month=date(2021, 3, 1))])
    def test_milder_does_not(self, clerk, proposal):
        assert deciding.report(heard(found(), clerk), clerk, proposal).state == FindingState.IN_CASE

    def test_other_evidence_needs_a_new_notice(self, clerk):
        finding = heard(found(), clerk)
        loaded("payroll", (finding.person, "某中学", "5100"), as_of=date(2020, 12, 25))
        recheck()
        with pytest.raises(UserError, match="须先拟写并送达"):
            deciding.report(only(), clerk, entry())


class TestTime:
    def test_the_time_of_the_family_is_not_the_townships(self, clerk):
        finding = found()
        before = finding.due_on
        handed(finding, clerk)
        assert only().due_on == Calendar().add(before, 5)

    def test_what_is_put_up_in_public_counts_later(self, clerk):
        made = handed(found(), clerk, way="posted")
        assert made.due_on == Calendar().add(TODAY() + timedelta(days=30), 5)

    def test_the_bureau_sets_the_days(self, clerk):
        Parameter.objects.filter(key="recheck.hearing_days").update(value=3)
        assert handed(found(), clerk).due_on == Calendar().add(TODAY(), 3)

    def test_the_to_do_list_says_whose_turn_it_is_and_until_when(self, clerk):
        finding = found()

        def line():
            (item,) = todos(clerk)
            return item.stage, item.next_label, item.due_on

        assert line() == ("待核查", "登记核查", finding.due_on)
        made = told(finding, clerk)
        assert line()[:2] == ("告知书待送达", "登记送达")
        made = hearing.deliver(made, clerk, hearing.Handed("left", TODAY(), "周敏", "见证人：李支书"))
        assert line() == ("待陈述申辩", "登记陈述申辩", made.due_on)
        hearing.answer(made, clerk, "stated", "工资已停。", TODAY())
        assert line() == ("陈述申辩，待报送", "登记核查", only().due_on)


class TestPaper:
    def text(self, made: Hearing) -> str:
        paper = Document(BytesIO(papers.notice(made)))
        cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(one.text for one in paper.paragraphs), *cells])

    def test_it_says_what_speaks_against_them_what_is_intended_and_until_when(self, clerk):
        made = handed(found(), clerk)
        words = self.text(made)
        for part in ("大祥区民政局", "陈述申辩告知书", made.number, "区财政局提供的财政供养人员名单", "某小学", "3200",
                     "自2021年1月起停发城市低保", "财政供养", "《社会救助暂行办法》", "5个工作日内",
                     f"{made.due_on.month}月{made.due_on.day}日止", "办事处", "☑当面"):  # fmt: skip
            assert part in words, part

    def test_nobodys_number_stands_on_it_and_no_strangers_name(self, clerk):
        home = holder(2)
        member = home.people[1]
        loaded("property", (home.head, "A1", "甲路", "80", "住宅"), (member, "B1", "乙路", "60", "住宅"))
        recheck()
        finding = only()
        finding.evidence[1]["name"] = "陌生人"
        finding.save()
        words = self.text(told(finding, clerk, "end", "property"))
        assert member.name in words
        assert "陌生人" not in words
        assert home.head.id_number not in words
        assert member.id_number not in words

    def test_a_column_that_says_nothing_is_left_out(self, clerk):
        made = told(found("business", "某商行", "", "股东", "2018-01-01", "存续"), clerk, "end", "business")
        head = papers.evidence_table(made.finding)[0]
        assert head == ["姓名", "企业名称", "角色", "成立日期", "登记状态"]

    def test_it_is_there_before_it_is_handed_over(self, clerk, client):
        made = told(found(), clerk)
        client.force_login(clerk)
        answer = client.get(reverse("rechecks:hearing_paper", args=[made.pk]))
        assert answer.status_code == 200
        assert "今日送达的" in self.text(made)


def test_when_the_holding_ends_nothing_else_has_to_be_verified_of_it(clerk):
    from casework.services import move

    home = holder()
    loaded("payroll", (home.head, "某小学", "3200"))
    loaded("shop", (home.head, "A1", "甲路", "40", "商业"))
    recheck()
    first = deciding.Finding.objects.get(kind="payroll")
    row = deciding.report(heard(first, clerk), clerk, entry())
    move(row.case, "grant", factories.user("bureau_officer"), opinion="同意停发")
    assert deciding.Finding.objects.get(kind="shop").state == FindingState.GONE
    # The last month is still owed, and its recheck may be made once more: nothing opens for a holding that is over.
    assert recheck().new == 0
    assert deciding.Finding.objects.get(kind="shop").state == FindingState.GONE


class TestOnlyAlike:
    """A list without ID numbers may mean somebody else: no letter before a person vouches that it does not."""

    @pytest.fixture
    def alike(self):
        one = holder().head
        row = [one.name, f"{one.birth_date:%Y-%m-%d}", "某小学", "3200"]
        file = csv_file(["姓名", "出生日期", "单位名称", "月工资"], [row])
        load("payroll", file, "名册.csv", date(2020, 12, 20), source="某学校")
        recheck()
        assert only().score is not None
        return only()

    def intent(self, **more):
        return hearing.Intent("end", JANUARY, "某小学证明您为在编人员。", "payroll", **more)

    @pytest.mark.parametrize("words", ["", " ", "是"])
    def test_no_letter_without_the_word_how_it_is_the_same(self, clerk, alike, words):
        with pytest.raises(UserError, match="怎样确认是同一人") as refused:
            hearing.draft(alike, clerk, self.intent(same_person=words))
        assert refused.value.field == "same_person"
        assert not Hearing.objects.exists()

    def test_the_letter_says_how_it_was_established(self, clerk, alike):
        made = hearing.draft(alike, clerk, self.intent(same_person="学校人事档案的号码与身份证一致"))
        words = TestPaper().text(made)
        assert "名单没有公民身份号码，经核对确认为同一人：学校人事档案的号码与身份证一致" in words

    def test_the_page_asks_for_it_and_hands_it_on_to_the_verification(self, clerk, client, alike):
        client.force_login(clerk)
        new = reverse("rechecks:hearing_new", args=[alike.pk])
        entered = {"version": alike.version, "outcome": "end", "end_reason": "payroll", "from_month": "2021-01",
                   "words": "某小学证明您为在编人员。"}  # fmt: skip
        refused = client.post(new, entered)
        assert refused.status_code == 422 and "怎样确认是同一人" in refused.content.decode()
        client.post(new, {**entered, "same_person": "人事档案号码一致"})
        assert Hearing.objects.get().same_person == "人事档案号码一致"
        assert "人事档案号码一致" in client.get(reverse("rechecks:report", args=[alike.pk])).content.decode()

    def test_a_list_with_numbers_needs_no_such_word_and_the_evidence_stands_beside(self, clerk, client):
        client.force_login(clerk)
        page = client.get(reverse("rechecks:hearing_new", args=[found().pk])).content.decode()
        assert "确认同一人" not in page and "某小学" in page and "3200" in page
