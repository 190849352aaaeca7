"""今日登记: what waits at the counter, what opens and ends today, the day's numbers."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from casework.services import today
from core.pages import Action, TemplatePage
from marriage import days, panels
from marriage.models import Kind
from marriage.services import office_of
from marriage.views.common import HOME, AtCounter
from marriage.views.entry import TITLES

SHOWN = 60


class Desk(AtCounter, TemplatePage):
    """The registrar's day on one page."""

    title, template_name, crumbs = "今日登记", "marriage/desk.html", [HOME, ("婚姻登记", "")]

    def facts(self, request: HttpRequest) -> list[Any]:
        return [str(office_of(request.user))]

    def actions(self, request: HttpRequest) -> list[Action]:
        return [
            Action(TITLES[kind], reverse("marriage:new", args=[kind]), primary=kind == Kind.MARRIAGE)
            for kind in (Kind.REISSUE_DIVORCE, Kind.REISSUE_MARRIAGE, Kind.DIVORCE, Kind.MARRIAGE)
        ]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        user, office = request.user, office_of(request.user)
        window = panels.in_window(user).order_by("due_on", "pk")
        return {
            "stats": panels.figures(user),
            "waiting": panels.waiting(user).order_by("pk")[:SHOWN],
            "window": panels.left_of(list(window[:SHOWN])),
            "cooling": panels.cooling(user).order_by("due_on", "pk")[:SHOWN],
            "spoiled": panels.spoiled_waiting(user),
            "lines": days.lines(office, today()),
            "unclosed": days.unclosed_days(office, today()),
            "today": today(),
        }
