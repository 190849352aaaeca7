"""What the pages of marriage registration share: the way there, the scope, the trace of each look."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse_lazy

from core.audit import log_access
from core.models import AccessKind
from district.models import Role
from marriage.models import MarriageCase, Registration

REGISTRAR = {Role.REGISTRAR}
HOME: tuple[str, Any] = ("工作台", "/")
DESK: tuple[str, Any] = ("今日登记", reverse_lazy("marriage:desk"))
FILES: tuple[str, Any] = ("登记档案", reverse_lazy("marriage:files"))


def number_of(file: Registration) -> str:
    """What a file is called in trails and titles: its case's number, else its certificate's. Never a name."""
    case = case_of(file)
    if case is not None:
        return case.number
    first = file.certificates.order_by("-state", "pk").values_list("number", flat=True).first()
    return first or f"档案 {file.pk}"


def case_of(file: Registration) -> MarriageCase | None:
    """The case that leads to the file; what was taken over has none."""
    return MarriageCase.objects.filter(registration=file).select_related("opened_by", "office").first()


def leave_trace(
    request: HttpRequest, file: Registration, kind: Any = AccessKind.VIEW, what: str = ""
) -> None:
    """Each look at a file, print and download is kept: who, when, which file — without the couple's names."""
    words = f"婚姻登记档案 {number_of(file)}{' ' + what if what else ''}"
    log_access(request.user, kind, words, f"marriage:{file.pk}", request=request)


class AtCounter:
    """Pages of the counter: for registrars, each at the registry that the account names."""

    roles = REGISTRAR

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if getattr(request.user, "role", "") in REGISTRAR and request.user.office_id is None:  # type: ignore[union-attr]
            raise PermissionDenied("您的账号没有写明登记处，请联系系统管理员。")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class OfFile(AtCounter):
    """Pages of one file, found among those of the account's own office."""

    def queryset(self, request: HttpRequest) -> Any:
        return Registration.objects.visible_to(request.user).select_related("office", "prior", "registrar")

    def get_crumbs(self) -> list[tuple[str, Any]]:
        file = self.object  # type: ignore[attr-defined]
        return [HOME, FILES, (number_of(file), file.get_absolute_url())] if file else [HOME, FILES]
