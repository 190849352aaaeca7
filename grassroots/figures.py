"""The year's figures of 基层政权, counted from rows (contract §7)."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from casework.models import CaseState
from core.places import Figure
from grassroots.models import Election, TownshipLaunch


def of_year(year: int, user: Any) -> Iterable[Figure]:
    """Villages of a round launched in the year, townships launched in it, villages completed in it."""
    launches: Any = TownshipLaunch.objects.all()
    elections: Any = Election.objects.all()
    if user is not None:
        launches, elections = launches.visible_to(user), elections.visible_to(user)
    launches = launches.filter(launched_on__year=year)
    elections = elections.filter(flow="election").exclude(state=CaseState.WITHDRAWN)
    opened = elections.filter(opened_at__year=year)
    done = elections.filter(state=CaseState.CLOSED, closed_at__year=year)
    villages = opened.values("committee").distinct().count()
    townships = launches.values("division").distinct().count()
    completed = done.values("committee").distinct().count()
    if not (villages or townships or completed):
        return []
    url = reverse("grassroots:round")
    return [
        Figure("elections.villages", "启动换届的村（社区）", villages, "个", url),
        Figure("elections.townships_launched", "启动换届的乡镇（街道）", townships, "个", url),
        Figure("elections.completed", "完成换届的村（社区）", completed, "个", f"{url}?stage=done"),
    ]
