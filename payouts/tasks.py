"""The month's runs, begun by beat on the day that the bureau sets."""

import logging

from celery import shared_task
from celery.schedules import crontab
from django.db.models import Max
from django.utils import timezone

from benefits.models import Programme
from benefits.policy import parameter
from core.errors import UserError
from core.months import add_months, month_of
from payouts.models import Run, RunKind
from payouts.services import build_run

log = logging.getLogger(__name__)


@shared_task(name="payouts.tasks.build_month")
def build_month() -> None:
    """From the payout day on: begin the runs of the month that are not there yet. The system is their maker.

    Only where the month before has its run (or none was ever made): a demo of a past year, or an instance that was off
    for months, must not pay years of arrears on its own.
    """
    today = timezone.localdate()
    month = month_of(today)
    if today.day < int(parameter("payout_day", month)):
        return
    # One-off money is for finance to pay when it has to be there; their to-do list says that some waits.
    for programme in Programme.objects.filter(is_active=True, is_one_off=False):
        newest = Run.objects.filter(programme=programme, kind=RunKind.MONTHLY).aggregate(month=Max("month"))[
            "month"
        ]
        if newest and newest < add_months(month, -1):
            # Months were left out: whether they are paid one by one or together as arrears is for finance to say.
            log.info("no run of %s: the last one is of %s", programme.pk, newest)
            continue
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
