"""The history of changes over all tables: who changed what from what to what, newest first. For auditors."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, OuterRef, QuerySet, Subquery, Value

from core.trail import SKIP, differences, shown
from district.models import User

ADDED, DELETED = "insert", "delete"


@dataclass
class Change:
    """One change of one row: `fields` are (name, before, after). A new row has no before, a deleted one no after."""

    at: datetime
    who: str
    role: str
    kind: str
    key: str
    number: Any
    subject: str
    label: str
    reason: str
    url: str = ""
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def act(self) -> str:
        return {ADDED: "新增", DELETED: "删除"}.get(self.label, "修改")


def histories() -> dict[str, type[Model]]:
    """The history tables by the label of what they keep (`registry.person`), in the order of the rooms."""
    return {
        model.pgh_tracked_model._meta.label_lower: model
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model")
    }


def kinds() -> list[tuple[str, str]]:
    """(label, Chinese name) of everything that keeps its history."""
    return [(key, str(apps.get_model(key)._meta.verbose_name)) for key in histories()]


def find(
    *,
    kind: str = "",
    number: str = "",
    users: Iterable[User] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Change], bool]:
    """One page of changes and whether there are more.

    `kind` one table (all when empty), `number` the key of a row in it, `users` who made the change, `since` and
    `until` a span of moments (the end not included).
    """
    wanted = {kind: histories()[kind]} if kind else histories()
    conditions: dict[str, Any] = {}
    if number:
        conditions["pgh_obj_id"] = number
    if since:
        conditions["pgh_created_at__gte"] = since
    if until:
        conditions["pgh_created_at__lt"] = until
    if users is not None:
        conditions["pgh_context__metadata__user__in"] = [user.pk for user in users]
    places = _places(list(wanted.values()), conditions, offset + limit + 1)
    return _describe(_versions(places[offset : offset + limit])), len(places) > offset + limit


def _places(models: list[Any], conditions: dict[str, Any], most: int) -> list[tuple[Any, Any]]:
    """(table, key) of the newest versions over all tables, found by one query."""
    parts = []
    for index, model in enumerate(models):
        rows = model.objects.filter(**conditions)
        # The files of an office (婚姻登记档案) are for its registrars alone; their record stands in the file.
        if path := getattr(model.pgh_tracked_model, "office_path", None):
            rows = rows.filter(**{f"{path}__isnull": True})
        part = rows.annotate(table=Value(index)).order_by("-pgh_id")
        parts.append(part.values_list("pgh_created_at", "table", "pgh_id")[:most])
    found = parts[0]
    if len(parts) > 1:
        found = found.union(*parts[1:], all=True).order_by("-pgh_created_at", "table", "-pgh_id")[:most]
    return [(models[index], key) for _, index, key in found]


def _versions(places: list[tuple[Any, Any]]) -> list[Any]:
    """The versions themselves, in that order, one query a table."""
    keys: dict[Any, list[Any]] = defaultdict(list)
    for model, key in places:
        keys[model].append(key)
    rows = {
        model: _with_successor(model).select_related("pgh_context").in_bulk(wanted)
        for model, wanted in keys.items()
    }
    return [rows[model][key] for model, key in places]


def _with_successor(model: Any) -> QuerySet:
    """Each kept version with the key of the next newer one of the same row."""
    newer = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id"))
    return model.objects.annotate(successor=Subquery(newer.order_by("pgh_id").values("pgh_id")[:1]))


def _describe(versions: list[Any]) -> list[Change]:
    """A version is the row as it was before a change: compared with the next newer one, or with the row of today."""
    by_model: dict[Any, list[Any]] = defaultdict(list)
    for row in versions:
        by_model[type(row)].append(row)
    newer: dict[tuple[Any, Any], Any] = {}
    live: dict[tuple[Any, Any], Any] = {}
    for model, rows in by_model.items():
        tracked = model.pgh_tracked_model
        for key, found in model.objects.in_bulk([row.successor for row in rows if row.successor]).items():
            newer[model, key] = found
        today = tracked._base_manager.select_related().in_bulk({row.pgh_obj_id for row in rows})
        live.update({(model, key): found for key, found in today.items()})
    about = [row.pgh_context.metadata if row.pgh_context else {} for row in versions]
    people = User.objects.in_bulk({one["user"] for one in about if one.get("user")})
    return [
        _change(
            row, newer.get((type(row), row.successor)), live.get((type(row), row.pgh_obj_id)), who, people
        )
        for row, who in zip(versions, about, strict=True)
    ]


def _change(row: Any, newer: Any, live: Any, about: dict[str, Any], people: dict[int, User]) -> Change:
    meta = row.pgh_tracked_model._meta
    person = people.get(about.get("user") or 0)
    after = newer or live
    change = Change(
        at=row.pgh_created_at,
        who=str(person) if person else about.get("by") or "系统",
        role=person.get_role_display() if person else "",
        kind=str(meta.verbose_name),
        key=meta.label_lower,
        number=row.pgh_obj_id,
        subject=str(live) if live is not None else _last_words(row),
        label=row.pgh_label,
        reason=about.get("reason", ""),
        url=live.get_absolute_url() if live is not None and hasattr(live, "get_absolute_url") else "",
    )
    if row.pgh_label == DELETED:
        change.fields = [(name, value, "") for name, value in _content(row)]
    elif row.pgh_label == ADDED:
        change.fields = [(name, "", value) for name, value in _content(row)]
    elif after is not None:
        change.fields = differences(row, after)
    return change


def _content(row: Any) -> list[tuple[str, str]]:
    """Everything that a version says, field by field; what is empty is left out."""
    own = row.pgh_tracked_model._meta
    fields = [
        one
        for one in row._meta.concrete_fields
        if not one.name.startswith("pgh_") and one.name not in SKIP and one.name != own.pk.name
    ]
    pairs = [(str(one.verbose_name), shown(one, row)) for one in fields]
    return [(name, value) for name, value in pairs if value]


def _last_words(row: Any) -> str:
    """What a row that is gone was called."""
    for name in ("full_name", "name", "number", "code"):
        if text := getattr(row, name, ""):
            return str(text)
    return str(row.pgh_obj_id)
