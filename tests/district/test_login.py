"""Logging in: who gets in, who has to choose a password first, who is locked out, and what stays in the trail."""

import re

import pytest
from django.urls import reverse

from core.models import AccessKind, AccessLog
from district import services
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = "Daxiang-2020"


def log_in(client, account, password=GOOD):
    return client.post(reverse("login"), {"username": account.username, "password": password})


def trail(kind):
    return list(AccessLog.objects.filter(kind=kind).order_by("id").values_list("target", flat=True))


def test_login_leads_to_the_workbench_and_leaves_a_trace(client):
    account = factories.user("finance", password=GOOD, full_name="李财务")
    assert log_in(client, account).headers["Location"] == "/"
    assert trail(AccessKind.LOGIN) == ["李财务 登录"]
    client.post(reverse("logout"))
    assert trail(AccessKind.LOGOUT) == ["李财务 退出"]
    assert client.get("/").headers["Location"].startswith(reverse("login"))


def test_a_wrong_password_says_nothing_about_the_account_and_leaves_a_trace(client):
    account = factories.user(password=GOOD)
    wrong, unknown = (
        log_in(client, account, "wrong-1"),
        client.post(reverse("login"), {"username": "nobody", "password": "x"}),
    )
    words = "账号或密码不对，请核对大小写后重新输入。"
    assert words in wrong.content.decode() and words in unknown.content.decode()
    assert trail(AccessKind.REFUSED) == [f"账号 {account.username} 登录未成功", "账号 nobody 登录未成功"]


def test_the_fifth_wrong_password_locks_the_account_and_the_page_says_until_when(client):
    account = factories.user(password=GOOD)
    answers = [log_in(client, account, "wrong-1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert re.search(r"锁定到 <b>\d\d:\d\d</b>（还有约 15 分钟）", answers[-1].content.decode())
    assert log_in(client, account).status_code == 429, "the right password does not help now"


def test_the_lock_of_one_account_does_not_lock_its_neighbour_at_the_same_address(client):
    locked, other = factories.user(password=GOOD), factories.user(password=GOOD)
    for _ in range(5):
        log_in(client, locked, "wrong-1")
    assert log_in(client, other).status_code == 302


def test_an_inactive_account_does_not_get_in_and_its_open_session_ends(client):
    admin, account = factories.user("sysadmin"), factories.user(password=GOOD)
    log_in(client, account)
    services.deactivate(account, "调离", admin)
    assert client.get("/").status_code == 302
    assert log_in(client, account).status_code == 200


def test_a_made_up_password_opens_nothing_but_the_page_to_change_it(client):
    account, first = services.create_account("xinren", "auditor")
    log_in(client, account, first)
    assert client.get("/").headers["Location"] == reverse("password_change")
    assert client.get(reverse("access_trail")).headers["Location"].startswith(reverse("password_change"))
    assert client.post("/admin/", {}).headers["Location"] == reverse("password_change")
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == reverse(
        "password_change"
    )
    page = client.get(reverse("password_change")).content.decode()
    assert "初始密码" in page and "至少有两种" in page

    done = client.post(
        reverse("password_change"),
        {"old_password": first, "new_password1": GOOD, "new_password2": GOOD, "confirmed": "1"},
    )
    assert done.headers["Location"] == "/"
    assert client.get("/").status_code == 200, "the session goes on after the change"
    account.refresh_from_db()
    assert account.check_password(GOOD) and not account.must_change_password


@pytest.mark.parametrize(
    "old, new, again, words",
    [
        ("wrong-1", "Better-2021", "Better-2021", "原密码不对。"),
        (GOOD, "Better-2021", "Better-2022", "两次输入的新密码不一样。"),
        (GOOD, GOOD, GOOD, "新密码与原密码相同"),
        (GOOD, "20201231", "20201231", "至少两种"),
        (GOOD, "abc-12", "abc-12", "8"),
        (GOOD, "xinren-1", "xinren-1", "账号"),
    ],
)
def test_a_password_change_is_refused_in_words(client, old, new, again, words):
    account = factories.user(password=GOOD, username="xinren")
    client.force_login(account)
    answer = client.post(
        reverse("password_change"), {"old_password": old, "new_password1": new, "new_password2": again}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    account.refresh_from_db()
    assert account.check_password(GOOD)


def test_a_reset_password_ends_open_sessions(client):
    admin, account = factories.user("sysadmin"), factories.user(password=GOOD)
    log_in(client, account)
    fresh = services.reset_password(account, admin)
    assert client.get("/").status_code == 302
    assert log_in(client, account, fresh).status_code == 302
    assert client.get("/").headers["Location"] == reverse("password_change")


def test_the_account_page_shows_role_area_and_the_own_trail(client):
    account = factories.user("bureau_officer", password=GOOD, full_name="张科长", lines=["relief", "elderly"])
    log_in(client, account)
    page = client.get(reverse("account")).content.decode()
    for words in ("张科长", "区局业务股室", "大祥区", "社会救助、老龄", "127.0.0.1"):
        assert words in page
