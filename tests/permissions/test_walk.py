"""One walk through every address with every role: exactly the stated status, and nobody's name where it must not be.

A new address needs a line in `expected/<room>.csv`. `MINZHENG_WRITE_EXPECTED=1 bin/test tests/permissions -k write`
adds what is missing with the statuses met (a room's name instead of 1: for that room alone), to be read line by line
before it is committed.
"""

import io
import os
import zipfile

import pytest
from django.conf import settings
from django.db import transaction

from tests import factories
from tests.permissions import walker, world

ROOM = os.environ.get("MINZHENG_WRITE_EXPECTED", "")
WRITE = bool(ROOM)
METHODS = ("GET", "POST")


def account(audience: str):
    """The account that an audience stands for."""
    if audience == "anonymous":
        return None
    if audience == "officer_other_line":
        return factories.user("bureau_officer", lines=["orgs"])
    if audience in walker.FOREIGN:
        role = "township_clerk" if audience == "clerk_elsewhere" else "township_leader"
        return factories.user(role, factories.OTHER_TOWNSHIP)
    return factories.user(audience)


def text_of(answer) -> str:
    """What a reader finds in an answer, also inside workbooks, documents and archives."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return _text(body)


def _text(body: bytes) -> str:
    if not body.startswith(b"PK"):
        text = body.decode("utf-8", errors="replace")
        return text if "\ufffd" not in text else body.decode("gb18030", errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "\n".join(_text(packed.read(name)) for name in packed.namelist())


def visit(client, method: str, url: str) -> tuple[str, str]:
    """Status and text of one request, whose writes are undone. A redirect to the login page counts as `login`."""
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    session = session.value if session else ""
    with transaction.atomic():
        answer = client.post(url, {}) if method == "POST" else client.get(url)
        body = text_of(answer)
        transaction.set_rollback(True)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    status = str(answer.status_code)
    if status == "302" and answer.headers["Location"].startswith("/login/"):
        status = "login"
    return status, body


@pytest.fixture(scope="module")
def objects(django_db_setup, django_db_blocker):
    """The world, built once for all audiences and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


def enter(client, audience: str, objects) -> tuple[str, ...]:
    """What this audience must never read in the world; the client is logged in."""
    user = account(audience)
    client.raise_request_exception = False
    if user is not None:
        client.force_login(user)
    return world.secrets_from(user, objects)


def walk(client, audience: str, rows, objects):
    """(row, status, what must not be there) for every row of the table, as this audience meets it."""
    secrets = enter(client, audience, objects)
    known = {one.name: one for one in walker.addresses()}
    for row in rows:
        status, body = visit(client, row.method, walker.url_of(row, objects, known))
        yield row, status, [words for words in secrets if words in body]


def test_every_address_has_a_stated_expectation():
    if WRITE:
        pytest.skip("writing them")
    table, known = walker.read_table(), walker.addresses()
    names = {address.name for address in known}
    missing = [f"{m} {address.name}" for address in known for m in METHODS if (m, address.name) not in table]
    gone = [f"{row.method} {row.address}" for row in table.values() if row.address not in names]
    assert not missing, f"no expectation in expected/ for {missing}"
    assert not gone, f"expected/ speaks of addresses that are gone: {gone}"


@pytest.mark.django_db
@pytest.mark.parametrize("audience", walker.AUDIENCES)
def test_walk(client, audience, objects):
    if WRITE:
        pytest.skip("writing them")
    wrong = []
    for row, status, names in walk(client, audience, walker.read_table().values(), objects):
        if status != row.expected[audience]:
            wrong.append(f"{row.method} {row.address}: {status}, not {row.expected[audience]}")
        if names:
            wrong.append(f"{row.method} {row.address}: shows {names}")
    assert not wrong, f"{audience}:\n" + "\n".join(wrong)


def _is_list(address) -> bool:
    admin = address.route.startswith("admin/")
    return not address.parameters and (not admin or address.name.endswith("_changelist"))


@pytest.mark.django_db
@pytest.mark.parametrize("audience", walker.AUDIENCES)
def test_searches_filters_and_exports_show_nobody_they_must_not(client, audience, objects):
    """Every page that lists something, asked for the other ones by surname and exported whole."""
    secrets = enter(client, audience, objects)
    known, found = {one.name: one for one in walker.addresses()}, []
    lists = [
        row
        for row in walker.read_table().values()
        if row.method == "GET" and row.expected[audience] == "200" and _is_list(known[row.address])
    ]
    for row in lists:
        url = walker.url_of(row, objects, known)
        queries = ["?q=欧阳", "?q=司徒"]
        if not known[row.address].route.startswith("admin/"):
            queries += ["?search=欧阳", "?name=欧阳", "?export=xlsx", "?page=2"]
        for query in queries:
            status, body = visit(client, "GET", url + query)
            found += [f"{url}{query}: {words}" for words in secrets if words in body]
            if status.startswith("5"):
                found.append(f"{url}{query}: {status}")
    assert not found, "\n".join(found)


@pytest.mark.django_db
@pytest.mark.parametrize("audience", ["township_clerk", "bureau_officer", "finance", "leader", "auditor"])
def test_no_page_shows_a_full_identity_or_account_number(client, audience, objects):
    """They are revealed one by one, for a reason and with a trace; files that need them leave a trace themselves."""
    enter(client, audience, objects)
    known, found = {one.name: one for one in walker.addresses()}, []
    for row in walker.read_table().values():
        if row.method == "GET" and row.expected[audience] == "200":
            answer = client.get(walker.url_of(row, objects, known))
            if answer["Content-Type"].startswith("text/html"):
                text = text_of(answer)
                found += [f"{row.address}: {number}" for number in objects["bare"] if number in text]
    assert not found, "\n".join(found)


@pytest.mark.skipif(not WRITE, reason="only with MINZHENG_WRITE_EXPECTED")
@pytest.mark.django_db
def test_write_what_is_missing(client, objects):
    table, unknown, only = walker.read_table(), [], "" if ROOM == "1" else ROOM
    for address in walker.addresses():
        if only and walker.room_of(address.name) != only:
            continue
        for method in METHODS:
            if (method, address.name) not in table:
                row = walker.draft(address, method)
                if row is None:
                    unknown.append(f"{method} {address.name} {address.parameters}")
                else:
                    table[row.key] = row
    names = {address.name for address in walker.addresses()}
    table = {key: row for key, row in table.items() if row.address in names}
    faults = []
    for audience in walker.AUDIENCES:
        blank = [
            row
            for row in table.values()
            if not row.expected[audience] and (not only or walker.room_of(row.address) == only)
        ]
        with transaction.atomic():
            met = list(walk(client.__class__(), audience, blank, objects))
            transaction.set_rollback(True)
        for row, status, names in met:
            row.expected[audience] = status
            if names or status.startswith("5"):
                faults.append(f"{audience} {row.method} {row.address}: {status} {names}")
    walker.write_table(list(table.values()), only)
    assert not faults, "\n".join(faults)
    assert not unknown, "say in expected/ which object stands in: " + "\n".join(unknown)
