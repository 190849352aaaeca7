"""The month's runs, begun by beat on the day that the bureau sets."""

import logging

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from benefits.models import Programme
from benefits.policy import parameter
from core.errors import UserError
from core.months import month_of
from payouts.services import build_run

log = logging.getLogger(__name__)


@shared_task(name="payouts.tasks.build_month")
def build_month() -> None:
    """From the payout day on: begin the runs of the month that are not there yet. The system is their maker."""
    today = timezone.localdate()
    month = month_of(today)
    if today.day < int(parameter("payout_day", month)):
        return
    for programme in Programme.objects.filter(is_active=True):
        try:
            build_run(programme, month)
        except UserError as error:
            log.info("no run of %s: %s", programme.pk, error.message)


# Every morning, so that a day on which the servers were off is made good on the next.
BEAT = {
    "payouts-month": {
        "task": "payouts.tasks.build_month",
        "schedule": crontab(hour="6-20/2", minute=10),
        "options": {"expires": 3600},
    }
}
