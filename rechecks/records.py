"""A finding's row and its record: locked for one act, saved with a new version, told what happened."""

from typing import Any

from core.errors import Conflict, NotAllowed
from rechecks.models import Finding, FindingEvent


def locked(finding: Finding, actor: Any, version: int | None = None) -> Finding:
    """The finding as it is now, its row locked. NotAllowed outside the account's area and line; Conflict when someone
    was faster."""
    row = (
        Finding.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("entitlement__programme", "person", "programme")
        .filter(pk=finding.pk)
        .first()
    )
    if row is None:
        raise NotAllowed("这条疑点不在您的辖区或业务范围内。")
    if version is not None and row.version != version:
        raise Conflict("这条疑点刚被别人办理过，请核对后再办。", changes=[f"现在：{row.get_state_display()}"])
    return row


def tell(finding: Finding, actor: Any, label: str, words: str = "") -> None:
    FindingEvent.objects.create(finding=finding, actor=actor, label=label, words=words.strip())


def save(finding: Finding, *names: str) -> None:
    finding.version += 1
    finding.save(update_fields=[*names, "version"])
