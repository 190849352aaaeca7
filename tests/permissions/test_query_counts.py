"""How many queries each main page asks, pinned in query_counts.json: a page that asks more is seen in review.

After a change that is meant to cost more: `MINZHENG_WRITE_EXPECTED=1 bin/test tests/permissions/test_query_counts.py`.
"""

import json
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.permissions import walker, world

PINNED = Path(__file__).with_name("query_counts.json")
WRITE = os.environ.get("MINZHENG_WRITE_EXPECTED") == "1"

# Whose page, and which object of the world it shows.
PAGES = [
    ("township_clerk", "core:workbench", ""),
    ("bureau_officer", "core:workbench", ""),
    ("finance", "core:workbench", ""),
    ("township_clerk", "registry:persons", ""),
    ("township_clerk", "registry:person", "pk=person"),
    ("township_clerk", "registry:households", ""),
    ("township_clerk", "registry:household", "pk=household"),
    ("township_clerk", "registry:imports", ""),
    ("township_clerk", "registry:import", "pk=import"),
    ("township_clerk", "casework:case-list", ""),
    ("township_clerk", "relief:application", "pk=case"),
    ("bureau_officer", "relief:application", "pk=granted"),
    ("township_clerk", "relief:reviews", ""),
    ("bureau_officer", "benefits:entitlements", ""),
    ("bureau_officer", "benefits:entitlement", "pk=entitlement"),
    ("finance", "payouts:runs", ""),
    ("finance", "payouts:run", "pk=run"),
    ("finance", "payouts:payments", ""),
    ("finance", "payouts:payment", "pk=payment"),
    ("finance", "payouts:failures", ""),
    ("finance", "payouts:months", ""),
    ("leader", "reports:year", ""),
    ("auditor", "access_trail", ""),
    ("auditor", "change_history", ""),
    ("sysadmin", "admin:district_user_changelist", ""),
]


def counted(client) -> dict[str, int]:
    """Queries by page, with nothing cached and nobody else's work in between."""
    objects, known = world.build(), {one.name: one for one in walker.addresses()}
    accounts = {role: factories.user(role) for role, _, _ in PAGES}
    found = {}
    for role, name, fill in PAGES:
        client.force_login(accounts[role])
        url = walker.url_of(walker.Row("GET", name, fill), objects, known)
        with transaction.atomic():
            cache.clear()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(url).status_code == 200, url
            transaction.set_rollback(True)
        found[f"{name} {role}"] = len(queries)
    return found


@pytest.mark.django_db
def test_no_page_asks_more_queries_than_pinned(client):
    found = counted(client)
    if WRITE:
        PINNED.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    pinned = json.loads(PINNED.read_text())
    assert set(found) == set(pinned), "a page without a pinned count, or a count without a page"
    more = {page: f"{count}, not {pinned[page]}" for page, count in found.items() if count > pinned[page]}
    assert not more
