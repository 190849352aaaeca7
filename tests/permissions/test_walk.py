"""One walk through every address with every role: exactly the stated status, and nobody's name where it must not be.

A new address needs a line in `expected.csv`. `MINZHENG_WRITE_EXPECTED=1 bin/test tests/permissions` adds what is
missing with the statuses met, to be read line by line before it is committed.
"""

import os

import pytest
from django.conf import settings
from django.db import transaction

from tests import factories
from tests.permissions import walker, world

WRITE = os.environ.get("MINZHENG_WRITE_EXPECTED") == "1"
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


def visit(client, row, url: str) -> tuple[str, str]:
    """Status and text of one request, whose writes are undone. A redirect to the login page counts as `login`."""
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    session = session.value if session else ""
    with transaction.atomic():
        answer = client.post(url, {}) if row.method == "POST" else client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    status = str(answer.status_code)
    if status == "302" and answer.headers["Location"].startswith("/login/"):
        status = "login"
    return status, body.decode("utf-8", errors="replace")


def walk(client, audience: str, rows):
    """(row, status, names that must not be there) for every row of the table, as this audience meets it."""
    objects, known = world.build(), {one.name: one for one in walker.addresses()}
    user = account(audience)
    client.raise_request_exception = False
    if user is not None:
        client.force_login(user)
    for row in rows:
        status, body = visit(client, row, walker.url_of(row, objects, known))
        yield row, status, [name for name in world.people_of(user) if name in body]


def test_every_address_has_a_stated_expectation():
    if WRITE:
        pytest.skip("writing them")
    table, known = walker.read_table(), walker.addresses()
    names = {address.name for address in known}
    missing = [f"{m} {address.name}" for address in known for m in METHODS if (m, address.name) not in table]
    gone = [f"{row.method} {row.address}" for row in table.values() if row.address not in names]
    assert not missing, f"no expectation in expected.csv for {missing}"
    assert not gone, f"expected.csv speaks of addresses that are gone: {gone}"


@pytest.mark.django_db
@pytest.mark.parametrize("audience", walker.AUDIENCES)
def test_walk(client, audience):
    if WRITE:
        pytest.skip("writing them")
    wrong = []
    for row, status, names in walk(client, audience, walker.read_table().values()):
        if status != row.expected[audience]:
            wrong.append(f"{row.method} {row.address}: {status}, not {row.expected[audience]}")
        if names:
            wrong.append(f"{row.method} {row.address}: shows {names}")
    assert not wrong, f"{audience}:\n" + "\n".join(wrong)


@pytest.mark.skipif(not WRITE, reason="only with MINZHENG_WRITE_EXPECTED=1")
@pytest.mark.django_db
def test_write_what_is_missing(client):
    table, unknown = walker.read_table(), []
    for address in walker.addresses():
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
        blank = [row for row in table.values() if not row.expected[audience]]
        for row, status, names in walk(client.__class__(), audience, blank):
            row.expected[audience] = status
            if names or status.startswith("5"):
                faults.append(f"{audience} {row.method} {row.address}: {status} {names}")
    walker.write_table(list(table.values()))
    assert not faults, "\n".join(faults)
    assert not unknown, "say in expected.csv which object stands in: " + "\n".join(unknown)
