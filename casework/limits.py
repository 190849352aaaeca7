"""Time limits of stages: the flow's own number, overridden by the bureau's dated rows, turned into a day."""

from datetime import date, timedelta

from casework.models import StageLimit
from casework.workflow import Flow, Limit
from core.workdays import Calendar

WHOLE, HARD = "whole", "hard"


def limit_for(flow: Flow, stage: str, day: date) -> Limit | None:
    """The limit of a stage (or `whole`, `hard`) in force on that day."""
    row = (
        StageLimit.objects.filter(flow=flow.code, stage=stage, effective_from__lte=day)
        .order_by("-effective_from")
        .first()
    )
    if row:
        return Limit(row.days, row.counted, row.source)
    if stage in (WHOLE, HARD):
        return flow.whole if stage == WHOLE else flow.hard
    return flow.stage(stage).limit


def due_date(limit: Limit | None, day: date) -> date | None:
    """The last day of a limit that began on `day` (that day not counted, 民法典第201条)."""
    if limit is None:
        return None
    if limit.counted == "calendar":
        return day + timedelta(days=limit.days)
    return Calendar().add(day, limit.days)
