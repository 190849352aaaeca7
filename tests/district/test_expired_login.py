"""A login that ends while a form is being filled in loses nothing of it."""

import re
from html import unescape

import pytest
from django.test import Client

from marriage.models import Registration
from tests import factories
from tests.marriage.makers import registrar
from tests.marriage.test_pages import form

pytestmark = pytest.mark.django_db
ADDRESS = "/marriage/new/marriage/"


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden fields of a page's form, by name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(unescape(name), []).append(unescape(value))
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_what_was_typed_goes_on_after_the_login_and_even_after_a_wrong_password():
    clerk = registrar(password="Abcd-1234")
    client, data = Client(), form(note="请“尽快”<办理>")
    expired = client.post(ADDRESS, data)
    assert expired.status_code == 401 and "登录已过期" in expired.content.decode()
    login = re.search(r'action="(/login/[^"]+)"', expired.content.decode())[1]
    kept = hidden(expired.content.decode())["kept"][0]
    wrong = client.post(unescape(login), {"username": clerk.username, "password": "x", "kept": kept})
    assert wrong.status_code == 401 and hidden(wrong.content.decode())["kept"] == [kept]
    again = {"username": clerk.username, "password": "Abcd-1234", "kept": kept}
    resumed = client.post(unescape(login), again)
    fields = hidden(resumed.content.decode())
    assert fields["note"] == ["请“尽快”<办理>"] and fields["papers"] == sorted(
        data["papers"], key=fields["papers"].index
    )
    client.post(ADDRESS, fields)
    file = Registration.objects.get()
    assert (file.note, file.man.name) == ("请“尽快”<办理>", data["man_name"])


def test_passwords_are_never_carried_along():
    page = Client().post("/account/password/", {"old_password": "geheim", "new_password1": "x"})
    assert "geheim" not in page.content.decode()


def test_what_is_not_ours_is_left_alone():
    clerk = factories.user("township_clerk", password="Abcd-1234")
    for kept in ("[1, 2]", '{"a": 1}', "{", '"x"'):
        client = Client()
        answer = client.post("/login/", {"username": clerk.username, "password": "Abcd-1234", "kept": kept})
        assert answer.status_code == 302
