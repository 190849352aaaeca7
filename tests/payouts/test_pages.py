"""Each page opens for those who work with it, shows only their area, and says why something may not be done."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from payouts import services
from payouts.models import BankReturn, Claim, RunState
from tests import factories
from tests.payouts.makers import DEC, JAN, NOV, Hands, answer, end, entitlement

pytestmark = pytest.mark.django_db


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def year(hands):
    """A month paid with one failure, the next a draft; one claim."""
    keep, bad, dead = entitlement(first=NOV, members=2), entitlement(first=NOV), entitlement(first=NOV)
    entitlement(first=NOV, division=factories.OTHER_VILLAGE)
    run = hands.paid(NOV, fail=[bad.home])
    hands.paid(DEC)
    end(dead, NOV)
    draft = hands.made(JAN)
    return {"run": run, "draft": draft, "keep": keep, "bad": bad, "claim": Claim.objects.get()}


def text_of(client, user, url, status=200):
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return response.content.decode()


def pages(year):
    run, draft, claim = year["run"], year["draft"], year["claim"]
    payment = run.payments.first()
    back = BankReturn.objects.first()
    return [
        reverse("payouts:runs"),
        run.get_absolute_url(),
        draft.get_absolute_url(),
        reverse("payouts:left_out", args=[run.pk]),
        reverse("payouts:payments"),
        payment.get_absolute_url(),
        reverse("payouts:failures"),
        reverse("payouts:claims"),
        reverse("payouts:differences"),
        claim.get_absolute_url(),
        reverse("payouts:files"),
        reverse("payouts:return", args=[back.pk]),
        reverse("payouts:months"),
        reverse("payouts:replay"),
        reverse("payouts:sheets", args=[run.pk]),
        reverse("payouts:bank", args=[run.pk, "csv"]),
        "/",
    ]


def test_every_page_opens_for_finance_leader_and_auditor(client, hands, year):
    for user in (hands.maker, hands.leader, factories.user("auditor")):
        for url in pages(year):
            client.force_login(user)
            assert client.get(url).status_code == 200, url


def test_the_verbs_have_pages_that_repeat_what_is_confirmed(client, hands, year):
    text = text_of(client, hands.reviewer, reverse("payouts:run_verb", args=[year["draft"].pk, "review"]))
    assert "城市低保 2021年1月" in text
    for name in ("run_new", "reissue_new", "return_new"):
        text_of(client, hands.maker, reverse(f"payouts:{name}"))
    for verb in ("plan", "repay", "write_off"):
        text_of(client, hands.maker, reverse(f"payouts:claim_{verb}", args=[year["claim"].pk]))


def test_the_maker_reads_why_he_may_not_review(client, hands, year):
    assert "您是本批制表人" in text_of(client, hands.maker, year["draft"].get_absolute_url())
    client.post(reverse("payouts:run_verb", args=[year["draft"].pk, "review"]), {"confirmed": "1"})
    year["draft"].refresh_from_db()
    assert year["draft"].state == RunState.DRAFT


def test_a_run_goes_through_all_hands_by_clicks(client, hands, year):
    run = year["draft"]
    for user, verb in ((hands.reviewer, "review"), (hands.leader, "approve"), (hands.leader, "lock")):
        client.force_login(user)
        response = client.post(
            reverse("payouts:run_verb", args=[run.pk, verb]), {"confirmed": "1", "opinion": "同意"}
        )
        assert response.status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.LOCKED


def test_each_figure_against_last_month_leads_to_its_rows(client, hands, year):
    text = text_of(client, hands.maker, year["draft"].get_absolute_url())
    ended = re.search(r'href="([^"]*change=ended)"', text)[1].replace("&amp;", "&")
    rows = text_of(client, hands.maker, ended)
    assert year["claim"].person.name in rows
    assert year["keep"].home.head.name not in rows


def test_a_township_sees_its_own_payments_and_no_run(client, hands, year):
    clerk = factories.user("township_clerk", factories.OTHER_TOWNSHIP)
    text = text_of(client, clerk, reverse("payouts:payments"))
    assert year["keep"].home.head.name not in text
    text_of(client, clerk, year["run"].payments.first().get_absolute_url(), 404)
    text_of(client, clerk, reverse("payouts:runs"), 403)
    text_of(client, clerk, year["run"].get_absolute_url(), 403)


def test_a_bank_answer_is_loaded_in_the_page_and_says_what_was_refused(client, hands, year):
    run = hands.locked(year["draft"])
    content = answer(run) + b"\r\n" + f"{run.number},99,1,,1.00,成功,".encode("gbk")
    client.force_login(hands.maker)
    upload = SimpleUploadedFile("回盘.csv", content, "text/csv")
    response = client.post(reverse("payouts:return_new"), {"file": upload}, follow=True)
    assert "没有序号 99" in response.content.decode()
    bad = SimpleUploadedFile("x.csv", b"a,b\n1,2", "text/csv")
    response = client.post(reverse("payouts:return_new"), {"file": bad})
    assert response.status_code == 422
    assert "缺少列" in response.content.decode()


def test_finance_holds_back_a_payment_in_the_page(client, hands, year):
    payment = year["draft"].payments.filter(kind="regular").first()
    client.force_login(hands.maker)
    url = reverse("payouts:hold_back", args=[payment.pk])
    assert client.get(url).status_code == 200
    response = client.post(url, {"reason": "下落不明", "confirmed": "1"}, follow=True)
    assert "已暂缓发放" in response.content.decode()
    assert not year["draft"].payments.filter(pk=payment.pk).exists()


def test_the_full_account_number_is_shown_for_a_reason_only(client, hands, year):
    payment = year["run"].payments.first()
    assert payment.account_number not in text_of(client, hands.maker, payment.get_absolute_url())


def test_panels_show_payments_on_person_and_household(client, hands, year):
    head = year["keep"].home.head
    officer = factories.user("bureau_officer")
    for url in (head.get_absolute_url(), year["keep"].home.get_absolute_url()):
        assert "2020-11" in text_of(client, officer, url)


def test_replay_answers_in_the_page(client, hands, year):
    client.force_login(hands.maker)
    text = client.post(reverse("payouts:replay"), {"month": "2020-11"}).content.decode()
    assert "dibao_urban" in text


def test_a_run_in_the_making_shows_the_townships(client, hands):
    entitlement()
    run = services.build_run("dibao_urban", DEC, None, hands.maker, enqueue=False)
    assert "中心路街道" in text_of(client, hands.maker, run.get_absolute_url())
    assert "中心路街道" in text_of(client, hands.maker, reverse("payouts:run_progress", args=[run.pk]))


def test_the_menu_shows_where_a_page_belongs_that_names_its_place_by_url_name(client, year, hands):
    page = text_of(client, hands.maker, reverse("payouts:claim", args=[year["claim"].pk]))
    assert f'<a href="{reverse("payouts:claims")}" aria-current="page">' in page
