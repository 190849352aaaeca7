"""What goes to the bank comes back: taken once, refused with a reason, failures paid again in a new batch."""

import io

import openpyxl
import pytest

from core.errors import NotAllowed, UserError
from payouts import services
from payouts.models import BankReturn, RunState, Transfer, TransferState
from reports.figures import figures
from tests import factories
from tests.payouts.makers import DEC, Hands, answer, entitlement, entitlements

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return Hands()


def new_account(found):
    head = found.home.head
    head.accounts.filter(until=None).update(until="2020-12-15")
    return factories.bank_account(head, since="2020-12-15")


def test_the_banks_answer_is_taken_and_taking_it_again_changes_nothing(hands):
    bad, _ = entitlements(2)
    run = hands.locked(hands.made())
    content = answer(run, fail=[bad.home], reason="户名不符")
    first = services.load_bank_return(content, "回盘.csv", hands.maker)
    assert first == {"batch": run.number, "lines": 2, "success": 1, "failed": 1, "already": 0, "refused": []}
    assert Transfer.objects.get(state=TransferState.FAILED).reason == "户名不符"
    again = services.load_bank_return(content, "回盘.csv", hands.maker)
    assert again == {**first, "success": 0, "failed": 0, "already": 2}
    assert BankReturn.objects.count() == 1


def test_lines_that_do_not_match_are_refused_with_their_number_and_the_good_ones_taken(hands):
    entitlements(4)
    run = hands.locked(hands.made())
    one, two, three, four = run.transfers.order_by("seq")
    rows = [
        f"{run.number},1,{one.account_number},500.00,成功,",
        f"{run.number},2,{one.account_number},500.00,成功,",
        f"{run.number},3,{three.account_number},500.01,成功,",
        f"{run.number},9,{four.account_number},500.00,成功,",
        f"FF-2019-01-0001,4,{four.account_number},500.00,成功,",
        f"{run.number},4,{four.account_number},五百,成功,",
        f"{run.number},4,{four.account_number},500.00,也许,",
        f"{run.number},1,{one.account_number},500.00,失败,户名不符",
    ]
    content = ("批次号,序号,账号,金额,结果,失败原因\n" + "\n".join(rows)).encode()
    found = services.load_bank_return(content, "a.csv", hands.maker)
    assert (found["lines"], found["success"], found["failed"]) == (8, 1, 0)
    assert [line["line"] for line in found["refused"]] == [3, 4, 5, 6, 7, 8, 9]
    reasons = " ".join(line["reason"] for line in found["refused"])
    for words in ("账号", "500.01", "没有序号 9", "没有批次号", "五百", "也许", "矛盾"):
        assert words in reasons
    assert two.state == TransferState.OUTSTANDING


def test_an_answer_as_xlsx_with_numbers_and_wide_characters_is_understood(hands):
    entitlement()
    run = hands.locked(hands.made())
    line = run.transfers.get()
    book = openpyxl.Workbook()
    book.active.append(["代发结果清单"])
    book.active.append(["批次号", "序号", "账号", "户名", "金额", "结果"])
    book.active.append([run.number, 1, line.account_number, line.account_name, 500, "成功"])
    out = io.BytesIO()
    book.save(out)
    found = services.load_bank_return(out.getvalue(), "a.xlsx", hands.maker)
    assert (found["success"], found["refused"]) == (1, [])


def test_a_file_without_the_needed_columns_is_refused_whole(hands):
    with pytest.raises(UserError, match="结果"):
        services.load_bank_return("批次号,序号,账号,金额\n1,2,3,4".encode(), "a.csv", hands.maker)
    with pytest.raises(NotAllowed):
        services.load_bank_return(b"x", "a.csv", hands.leader)


def test_a_failure_is_reissued_once_its_account_is_put_right(hands):
    bad, _ = entitlements(2)
    run = hands.paid(fail=[bad.home])
    with pytest.raises(UserError, match="没有可以重发的"):
        services.build_reissue(DEC, None, hands.maker)
    account = new_account(bad)
    (again,) = services.build_reissue(DEC, None, hands.maker)
    assert services.build_reissue(DEC, None, hands.maker) == [again]
    assert services.run_figures(again)["amount"] == 500
    again = hands.locked(again)
    line = again.transfers.get()
    assert (line.account_number, line.attempt, line.seq) == (account.number, 2, 1)
    table, _, number = services.bank_file(again)
    assert number == again.number != run.number
    assert account.number in table.decode("gbk")
    services.load_bank_return(answer(again), "b.csv", hands.maker)
    with pytest.raises(UserError):
        services.build_reissue(DEC, None, hands.maker)
    assert figures(2020)["dibao_urban.amount"] == "1000.00"
    assert services.close(run, hands.maker).state == RunState.CLOSED


def test_a_reissue_that_fails_can_be_tried_a_third_time(hands):
    bad = entitlement()
    hands.paid(fail=[bad.home])
    for attempt in (2, 3):
        head = bad.home.head
        head.accounts.filter(until=None).update(until="2020-12-15")
        head.accounts.filter(since="2020-12-15").delete()
        factories.bank_account(head, since="2020-12-15")
        (again,) = services.build_reissue(DEC, None, hands.maker)
        hands.locked(again)
        assert again.transfers.get().attempt == attempt
        services.load_bank_return(answer(again, fail=[bad.home]), f"{attempt}.csv", hands.maker)
    assert Transfer.objects.filter(state=TransferState.FAILED).count() == 3
    assert figures(2020)["dibao_urban.household_months"] == 0


def test_a_reissue_withdrawn_as_a_draft_can_be_made_anew(hands):
    bad = entitlement()
    hands.paid(fail=[bad.home])
    new_account(bad)
    (draft,) = services.build_reissue(DEC, None, hands.maker)
    services.discard_reissue(draft, hands.maker)
    assert services.build_reissue(DEC, None, hands.maker)


def test_the_year_counts_a_household_month_once_and_only_what_the_bank_confirmed(hands):
    entitlement("600", members=3)
    bad = entitlement("700", members=2)
    hands.paid(fail=[bad.home])
    found = figures(2020)
    assert (found["dibao_urban.household_months"], found["dibao_urban.person_months"]) == (1, 3)
    assert found["dibao_urban.amount"] == "600.00"


def sheet_of(content):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_the_payout_sheet_is_as_the_contract_says(hands):
    found = entitlement("1005.20", members=2)
    entitlement("500", members=1)
    run = hands.locked(hands.made())
    township = factories.division(factories.TOWNSHIP)
    content = services.payout_sheet(run, township)
    assert services.payout_sheet(run, township) == content
    sheet = sheet_of(content)
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == "大祥区城市低保2020年12月发放花名册"
    assert rows[2] == [
        "序号",
        "姓名",
        "身份证号",
        "村(社区)",
        "保障人数",
        "发放金额",
        "类别",
        "开户银行",
        "银行账号",
        "备注",
    ]
    line = rows[3]
    head = found.home.head
    assert line[:3] == [1, head.name, head.id_number]
    assert line[4:7] == [2, 1005.2, "正常"]
    assert line[8] == head.accounts.get().number
    assert isinstance(line[8], str)
    total = rows[5]
    assert total[0] == "合计"
    assert (total[1], total[4], total[5]) == ("2 户", 3, 1505.2)
    assert "壹仟伍佰零伍元贰角整" in total[7]
    assert f"审定人：{hands.leader}" in rows[6]
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$3:$3"
    assert "&P" in sheet.oddFooter.center.text


def test_nothing_on_the_sheet_is_cut_off_and_there_is_room_to_sign(hands):
    account = entitlement("600").home.head.accounts.get()
    account.bank = "湖南邵阳农村商业银行股份有限公司大祥支行"
    account.save()
    entitlement("500")
    sheet = sheet_of(services.payout_sheet(hands.made(), factories.division(factories.TOWNSHIP)))
    long, short = sorted((4, 5), key=lambda row: -len(sheet.cell(row, 8).value))
    assert sheet.cell(long, 8).alignment.wrap_text
    assert sheet.row_dimensions[long].height >= 2 * 15 > sheet.row_dimensions[short].height
    assert sheet.row_dimensions[7].height > 35 and sheet["B7"].border.left.style is None


def test_a_sheet_of_a_draft_says_so_and_no_bank_file_is_given(hands):
    entitlement()
    run = hands.made()
    title = sheet_of(services.payout_sheet(run, factories.division(factories.TOWNSHIP)))["A1"].value
    assert title.endswith("（草稿）")
    with pytest.raises(UserError, match="还没有锁定"):
        services.bank_file(run)


def test_every_exported_file_is_kept_with_its_sum_rows_and_digest(hands):
    entitlements(2)
    run = hands.locked(hands.made())
    table, _ = services.bank_files(run)
    assert (table.rows, table.amount, len(table.sha256)) == (2, 1000, 64)
    assert services.bank_files(run)[0].pk == table.pk
