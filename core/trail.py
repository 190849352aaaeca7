"""The history of one row in words: who changed what from what to what, newest first (for `{% timeline %}`)."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone

from core.filters import mask
from core.months import format_month

_IDENTIFIER = re.compile(r"^\d{14,31}[\dXx]$")
_MOBILE = re.compile(r"^1\d{10}$")
SKIP = {"version", "updated_at"}


def hide_number(text: str) -> str:
    """An identity, account or mobile number masked; any other text as it is."""
    return mask(text) if _IDENTIFIER.match(text) or _MOBILE.match(text) else text


def shown(field: models.Field, row: Any) -> str:
    """A field's value as its reader knows it; identity and account numbers stay masked."""
    value = getattr(row, field.attname)
    if value in (None, ""):
        return ""
    if isinstance(field, models.ForeignKey):
        related = getattr(row, field.name, None)
        return str(related) if related is not None else str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.__class__.__name__ == "MonthField":
        return format_month(value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    text = str(value)
    return mask(text) if _IDENTIFIER.match(text) else text


def differences(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """(field's name, before, after) for each field in which two versions of a row differ."""
    fields = [one for one in after._meta.concrete_fields if not one.name.startswith("pgh_")]
    changes = []
    for one in fields:
        if one.name in SKIP or one.primary_key or not hasattr(before, one.attname):
            continue
        if getattr(before, one.attname) != getattr(after, one.attname, None):
            changes.append((str(one.verbose_name), shown(one, before), shown(one, after)))
    return changes


def changes_of(obj: Any, limit: int = 100) -> list[dict[str, Any]]:
    """Timeline entries of a tracked row: at, who, role, act, changes [(label, before, after)].

    Each kept version is the row as it was before a change, so it is compared with the next newer one.
    """
    versions = list(obj.history.select_related("pgh_context").order_by("-pgh_id")[:limit])
    metadata = [version.pgh_context.metadata if version.pgh_context else {} for version in versions]
    names = get_user_model().objects.in_bulk({one["user"] for one in metadata if one.get("user")})
    events, newer = [], obj
    for version, about in zip(versions, metadata, strict=True):
        person = names.get(about.get("user"))
        changes = differences(version, newer)
        newer = version
        if not changes:
            continue
        events.append(
            {
                "at": version.pgh_created_at,
                "who": str(person) if person else about.get("by") or "系统",
                "role": person.get_role_display() if person else "",
                "act": "修改",
                "words": about.get("reason", ""),
                "changes": changes,
            }
        )
    return events
