"""The monthly recheck, begun by beat."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from core.months import month_of
from rechecks.models import Recheck
from rechecks.services import newest_lists, start_recheck


@shared_task(name="rechecks.tasks.monthly")
def monthly() -> None:
    """Once a month, as soon as there is a list to compare with: this month's holdings against the newest lists."""
    month = month_of(timezone.localdate())
    if any(newest_lists().values()) and not Recheck.objects.filter(month=month).exists():
        start_recheck(month)


BEAT = {
    "rechecks-monthly": {
        "task": "rechecks.tasks.monthly",
        "schedule": crontab(hour="5", minute=20),
        "options": {"expires": 3600},
    }
}
