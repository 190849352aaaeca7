"""Pages of 回头看: lists, rechecks, findings."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse_lazy

from district.models import Line

SEEING = {"township_clerk", "township_leader", "bureau_officer", "leader", "auditor"}
BUREAU = {"bureau_officer", "leader", "auditor"}
OFFICER = {"bureau_officer"}
CLERK = {"township_clerk"}
HOME = ("工作台", "/")
LISTS: Any = ("比对名单", reverse_lazy("rechecks:lists"))
RECHECKS: Any = ("回头看", reverse_lazy("rechecks:rechecks"))
LEADS: Any = ("应保未保", reverse_lazy("rechecks:leads"))
SPOTS: Any = ("抽查", reverse_lazy("rechecks:spot_checks"))
# Groups of states in the filter of the findings.
CHANGED, CLEARED_ONES = "changed", "cleared"
FINDINGS: Any = ("疑点", reverse_lazy("rechecks:findings"))


class OfRelief:
    """Pages about the lists themselves: they name people of the whole district, so other lines' officers stay out."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user: Any = request.user
        if user.is_authenticated and user.role == "bureau_officer" and Line.RELIEF not in user.lines:
            raise PermissionDenied("比对名单和回头看由社会救助股室办理。")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def may_see_lists(user: Any) -> bool:
    """Whether the menu offers them."""
    return user.role != "bureau_officer" or Line.RELIEF in user.lines
