"""The monthly recheck and the search for those left out, begun by beat."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from core.models import Job
from core.months import format_month, month_of
from rechecks.models import Recheck
from rechecks.services import FIND_MISSING, newest_lists, start_finding, start_recheck


@shared_task(name="rechecks.tasks.monthly")
def monthly() -> None:
    """Once a month: this month's holdings against the newest lists, as soon as there is one; and who is left out."""
    month = month_of(timezone.localdate())
    if any(newest_lists().values()) and not Recheck.objects.filter(month=month).exists():
        start_recheck(month)
    if not Job.objects.filter(kind=FIND_MISSING, params__month=format_month(month)).exists():
        start_finding(month)


BEAT = {
    "rechecks-monthly": {
        "task": "rechecks.tasks.monthly",
        "schedule": crontab(hour="5", minute=20),
        "options": {"expires": 3600},
    }
}
