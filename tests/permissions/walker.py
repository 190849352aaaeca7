"""Every address of the site, and what each audience gets there.

`expected/<room>.csv` is the table: one line an address and method, one column an audience. An audience is a role in
the area where the objects lie, or one that must not see them: a township's clerk and leader elsewhere, an officer of
another line, nobody. `with` says which object stands in the address: `pk=person` takes the world's person, `key='x'`
is x.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from district.models import Role
from tests.permissions.world import value_of

TABLES = Path(__file__).with_name("expected")
ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("clerk_elsewhere", "leader_elsewhere")
AUDIENCES = ("anonymous", *Role.values, *FOREIGN, "officer_other_line")
HEAD = ("method", "address", "with", *AUDIENCES)


@dataclass(frozen=True)
class Address:
    """A pattern of the URL configuration: its name (with namespace) or its route when it has no name."""

    name: str
    route: str
    parameters: tuple[str, ...]
    named: bool


@dataclass
class Row:
    method: str
    address: str
    fill: str
    expected: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return (self.method, self.address)


def addresses() -> list[Address]:
    """Every pattern that the site answers to."""
    return sorted(_walk(get_resolver(), "", ""), key=lambda one: (one.route, one.name))


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from _walk(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            name = ":".join(filter(None, [namespace, pattern.name])) if pattern.name else route
            parameters = tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex)
            yield Address(name, route, parameters, bool(pattern.name))


def room_of(address: str) -> str:
    """Whose address it is: the namespace, or the app of an admin page."""
    if address.startswith("admin:"):
        found = next((room for room in rooms() if address.startswith(f"admin:{room}_")), "")
        return found or "core"
    if address.startswith("admin/"):
        found = address.split("/")[1]
    else:
        found = address.partition(":")[0] if ":" in address else "core"
    return found if found in rooms() else "core"


@cache
def rooms() -> tuple[str, ...]:
    return tuple(one.label for one in apps.get_app_configs() if Path(one.path).parent == ROOT)


def read_table() -> dict[tuple[str, str], Row]:
    rows = []
    for path in sorted(TABLES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [
                Row(line["method"], line["address"], line["with"], {one: line[one] for one in AUDIENCES})
                for line in csv.DictReader(file)
            ]
    assert len({row.key for row in rows}) == len(rows), "an address stands twice in the table"
    return {row.key: row for row in rows}


def write_table(rows: list[Row], only: str = "") -> None:
    """One file a room; `only` leaves the other rooms' files alone."""
    by_room: dict[str, list[Row]] = {}
    for row in rows:
        by_room.setdefault(room_of(row.address), []).append(row)
    for room, mine in by_room.items():
        if only and room != only:
            continue
        with (TABLES / f"{room}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEAD)
            for row in sorted(mine, key=lambda row: (row.address, row.method)):
                writer.writerow(
                    [row.method, row.address, row.fill, *(row.expected[one] for one in AUDIENCES)]
                )


def url_of(row: Row, world: dict[str, Any], known: dict[str, Address]) -> str:
    """The row's address with the world's objects in it."""
    address = known[row.address]
    if not address.named:
        return "/" + address.route.replace("(?P<url>.*)$", "")
    pairs = (part.split("=", 1) for part in row.fill.split())
    return reverse(row.address, kwargs={name: value_of(word, world) for name, word in pairs})


def draft(address: Address, method: str) -> Row | None:
    """A row for an address that the table does not have yet; None when someone has to say which object it takes."""
    fill = ""
    found = re.fullmatch(r"admin:([a-z]+)_([a-z]+)_(change|history|delete|[a-z]*)", address.name)
    if address.parameters == ("object_id",) and found:
        fill = f"object_id={found[1]}.{found[2]}"
    elif address.parameters == ("app_label",):
        fill = "app_label='district'"
    elif address.named and address.parameters:
        return None
    return Row(method, address.name, fill, dict.fromkeys(AUDIENCES, ""))
