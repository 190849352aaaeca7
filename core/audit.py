"""The trail of looks: who revealed, exported, downloaded or printed what, and what for."""

from typing import Any

from core.models import AccessLog


def log_access(
    user,
    kind: Any,
    target: str,
    target_key: str = "",
    purpose: str = "",
    detail: dict | None = None,
    request=None,
) -> AccessLog:
    """Leave a trace. `kind` is one of `AccessKind`; `target` is what a reader understands (张三 身份证号),
    `target_key` finds it again (person:12)."""
    return AccessLog.objects.create(
        user=user,
        kind=kind,
        target=target[:200],
        target_key=target_key,
        purpose=purpose[:200],
        detail=detail or {},
        area=getattr(user, "division_id", "") or "",
        address=request.META.get("REMOTE_ADDR") or None if request is not None else None,
    )
