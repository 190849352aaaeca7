"""What the room's pages share: who may open them, where they hang."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy

from core.audit import log_access
from core.files import DOCX, respond
from core.models import AccessKind
from district.models import Line, Role

OFFICER: set[str] = {Role.BUREAU_OFFICER}
SEEING: set[str] = {Role.BUREAU_OFFICER, Role.LEADER, Role.AUDITOR}
HOME = ("工作台", "/")
ORGS: Any = ("社会组织", reverse_lazy("orgs:organisations"))
ACTS: Any = ("登记事项", reverse_lazy("orgs:applications"))
CAMPAIGNS: Any = ("年度检查", reverse_lazy("orgs:campaigns"))


def of_line(user: Any) -> bool:
    """Officers see this room when 社会组织 is one of their lines."""
    return getattr(user, "role", "") != Role.BUREAU_OFFICER or Line.ORGS in user.lines


class OfLine:
    """A page of 社会组织: officers of other lines are told that it isn't theirs."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not of_line(request.user):
            raise PermissionDenied("您不办理社会组织业务。")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def paper(request: HttpRequest, name: str, content: bytes, target: str, key: str) -> HttpResponse:
    """A printed paper as docx, with a trace."""
    log_access(request.user, AccessKind.DOWNLOAD, target, key, request=request)
    return respond(name, content, DOCX)
