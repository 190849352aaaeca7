"""The pages of 低保 as their users meet them: conflicts, printed papers, who reads why he may not act."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document

from casework.services import move
from relief.dibao import services
from tests import factories
from tests.relief import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return factories.user("township_clerk", full_name="周敏")


@pytest.fixture
def case(clerk):
    return stories.apply(stories.family(), clerk)


def economy_data(case, **changes):
    """What the browser sends from the matrix."""
    data = {"version": case.version}
    for key, item in [("i", one) for one in case.incomes.all()] + [("a", one) for one in case.assets.all()]:
        data |= {
            f"{key}{item.pk}-declared": str(int(item.declared)),
            f"{key}{item.pk}-verified": "",
            f"{key}{item.pk}-recognised": "",
            f"{key}{item.pk}-basis": "",
        }
    return {**data, **changes}


def text_of(content):
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


def test_the_second_editor_sees_what_the_first_changed_and_keeps_his_words(client, clerk, case):
    other = factories.user("township_clerk", full_name="唐志强")
    income = case.incomes.get()
    seen = economy_data(case)
    client.force_login(clerk)
    address = f"/relief/applications/{case.pk}/economy/"
    answer = client.post(address, {**seen, f"i{income.pk}-declared": "450"})
    assert answer.status_code == 302

    client.force_login(other)
    answer = client.post(
        address, {**seen, f"i{income.pk}-declared": "500", f"i{income.pk}-basis": "邻居说的"}
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "周敏" in page and "400.00 → 450.00" in page
    assert "邻居说的" in page
    income.refresh_from_db()
    assert income.declared == 450


def test_words_in_a_money_cell_are_refused_at_their_place(client, clerk, case):
    client.force_login(clerk)
    income = case.incomes.get()
    answer = client.post(
        f"/relief/applications/{case.pk}/economy/", economy_data(case, **{f"i{income.pk}-declared": "四百"})
    )
    assert answer.status_code == 422
    assert "请填数字" in answer.content.decode()


def test_a_new_income_line_goes_into_the_matrix(client, clerk, case):
    client.force_login(clerk)
    member = case.members.last()
    data = economy_data(case, **{"n0-member": member.pk, "n0-kind": "pension", "n0-declared": "118"})
    assert client.post(f"/relief/applications/{case.pk}/economy/", data).status_code == 302
    assert case.incomes.get(kind="pension").declared == 118


def test_who_may_not_act_reads_why(client, case):
    client.force_login(factories.user("township_leader"))
    page = client.get(f"/relief/applications/{case.pk}/").content.decode()
    assert "现在由乡镇（街道）经办人办理" in page
    foreign = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    client.force_login(foreign)
    assert client.get(f"/relief/applications/{case.pk}/").status_code == 404


def test_what_is_missing_is_told_once_on_paper(client, clerk, case):
    client.force_login(clerk)
    address = f"/cases/{case.pk}/steps/ask_materials/"
    assert client.post(address, {"version": case.version, "opinion": ""}).status_code == 422
    client.post(address, {"version": case.version, "opinion": "户口簿、残疾证复印件"})
    answer = client.get(f"/cases/{case.pk}/documents/missing/")
    assert "户口簿、残疾证复印件" in text_of(answer.content)
    assert "街道办事处" in text_of(answer.content)


def test_the_decision_on_paper_can_be_counted_again(client, clerk, case):
    officer = factories.user("bureau_officer")
    stories.at_bureau(case, clerk, factories.user("township_leader"))
    move(case, "grant", officer, opinion="符合条件", on=date(2020, 3, 25))
    client.force_login(officer)
    words = text_of(client.get(f"/cases/{case.pk}/documents/granted/").content)
    assert "500 × 2 − 400" in words and "600.00" in words and "2020年4月" in words
    assert client.get(f"/cases/{case.pk}/documents/refused/").status_code == 404


def test_the_refusal_on_paper_lists_every_reason(client, clerk):
    officer = factories.user("bureau_officer")
    case = stories.apply(stories.family(income=3000), clerk)
    car = case.assets.get(kind="vehicles")
    services.record_economy(case, clerk, assets=[{"pk": car.pk, "declared": 1}])
    stories.investigated(case, clerk)
    move(case, "advise_refusal", factories.user("township_leader"), opinion="超标", on=date(2020, 3, 12))
    move(case, "refuse", officer, opinion="不符合条件", on=date(2020, 3, 20))
    client.force_login(officer)
    words = text_of(client.get(f"/cases/{case.pk}/documents/refused/").content)
    assert "1．" in words and "2．" in words and "机动车" in words and "不符合条件" in words


def test_the_notice_and_the_printed_case_show_no_full_number(client, clerk, case):
    stories.investigated(case, clerk)
    stories.published(case, clerk, factories.user("township_leader"))
    client.force_login(clerk)
    number = case.person.id_number
    notice = client.get(f"/notices/{case.notices.get().pk}/print/").content.decode()
    assert "600.00" in notice and number not in notice and number[-4:] not in notice
    printed = client.get(f"/relief/applications/{case.pk}/print/").content.decode()
    assert number not in printed and "办理记录" in printed


def test_a_live_dibao_is_changed_and_reviewed_from_its_pages(client, clerk, case):
    officer = factories.user("bureau_officer")
    stories.at_bureau(case, clerk, factories.user("township_leader"))
    held = move(case, "grant", officer, opinion="符合条件", on=date(2020, 3, 25)).entitlement
    client.force_login(clerk)
    page = client.get("/relief/reviews/").content.decode()
    assert case.person.name in page  # due long ago
    answer = client.post(
        f"/relief/entitlements/{held.pk}/review/",
        {"on": "2020-09-10", "result": "continue", "note": "没有变化"},
        follow=True,
    )
    assert "下次核查期限" in answer.content.decode()
    answer = client.post(
        f"/relief/entitlements/{held.pk}/change/",
        {
            "kind": "end",
            "from_month": "2026-12",
            "reason": "买车",
            "end_reason": "other",
            "grace_months_used": 0,
        },
    )
    assert answer.status_code == 422
    answer = client.post(
        f"/relief/entitlements/{held.pk}/change/",
        {
            "kind": "end",
            "from_month": "2026-12",
            "reason": "买车",
            "end_reason": "vehicle",
            "grace_months_used": 0,
        },
        follow=True,
    )
    assert "DBBG-" in answer.content.decode()
    assert "车辆" in answer.content.decode()


def test_the_workbench_shows_what_waits_and_how_reviews_stand(client, clerk, case):
    officer = factories.user("bureau_officer")
    stories.at_bureau(case, clerk, factories.user("township_leader"))
    client.force_login(officer)
    page = client.get("/").content.decode()
    assert case.number in page and "审核确认" in page
    held = move(case, "grant", officer, opinion="符合条件", on=date(2020, 3, 25)).entitlement
    client.force_login(clerk)
    page = client.get("/").content.decode()
    assert "定期核查进度" in page and "逾期未核查 1 户" in page
    # What may be done with a live 低保 stands on the pages of the household, the person and the entitlement.
    for address in (
        f"/households/{case.household_id}/",
        f"/persons/{case.person_id}/",
        f"/entitlements/{held.pk}/",
    ):
        page = client.get(address).content.decode()
        assert f"/relief/entitlements/{held.pk}/change/" in page, address
    assert client.get(f"/search/?q={case.number}").status_code == 302
