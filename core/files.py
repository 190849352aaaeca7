"""Files as rows: writing them once, and giving them out again with a trace."""

import hashlib
from decimal import Decimal
from urllib.parse import quote

from django.http import HttpResponse

from core.audit import log_access
from core.models import AccessKind, StoredFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
CSV = "text/csv"
TEXT = "text/plain"


def store(
    name: str,
    content: bytes,
    content_type: str,
    user=None,
    rows: int | None = None,
    amount: Decimal | None = None,
) -> StoredFile:
    """Keep a file with its SHA-256, row count and sum (yuan)."""
    return StoredFile.objects.create(
        name=name[-200:],
        content=content,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        rows=rows,
        amount=amount,
        created_by=user,
    )


def respond(name: str, content: bytes, content_type: str, inline: bool = False) -> HttpResponse:
    """An HTTP answer that carries a file under a Chinese name."""
    response = HttpResponse(content, content_type=content_type)
    disposition = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def download(request, file: StoredFile, target: str, purpose: str = "", inline: bool = False) -> HttpResponse:
    """Give a stored file out and leave a trace. The caller has checked that the user may see it."""
    log_access(
        request.user,
        AccessKind.DOWNLOAD,
        target=target,
        target_key=f"file:{file.pk}",
        purpose=purpose,
        detail={"sha256": file.sha256, "rows": file.rows, "amount": str(file.amount or "")},
        request=request,
    )
    return respond(file.name, bytes(file.content), file.content_type, inline)
