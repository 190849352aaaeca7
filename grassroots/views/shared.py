"""What the pages of this line share: who may open them, and where they stand."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse_lazy

from casework.forms import ASKS
from casework.line import action_bar, stage_steps, timeline
from district.models import Line, Role

CLERK = {Role.TOWNSHIP_CLERK}
OFFICER = {Role.BUREAU_OFFICER}
SEEING = {*CLERK, *OFFICER, Role.TOWNSHIP_LEADER, Role.LEADER, Role.AUDITOR, Role.FINANCE}
HOME: Any = ("工作台", "/")
ROUND: Any = ("换届选举", reverse_lazy("grassroots:round"))
COMMITTEES: Any = ("村（居）委会", reverse_lazy("grassroots:committees"))


def on_line(user: Any) -> bool:
    """Officers of other service lines have nothing to do here."""
    return user.role != Role.BUREAU_OFFICER or Line.GRASSROOTS in user.lines


class OfLine:
    """First base of every page of the line."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not on_line(request.user):
            raise PermissionDenied("您不办理基层政权业务。")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def handling(case: Any, user: Any) -> dict[str, Any]:
    """Stage line, record and action bar of a case page."""
    bar = action_bar(case, user)
    asks = [(name, ASKS[name](case)) for name in bar.asks] if bar else []
    drawn = [
        (name, field, field.widget.render(name, field.initial, {"id": f"bar-{name}", "class": "control"}))
        for name, field in asks
    ]
    return {
        "case": case,
        "stages": stage_steps(case),
        "events": timeline(case),
        "bar": bar,
        "asks": drawn,
        "short": len(asks) <= 2,
    }
