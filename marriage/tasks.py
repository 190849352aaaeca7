"""Celery: the calendar of divorces, every morning."""

from celery import shared_task
from celery.schedules import crontab

from marriage import services


@shared_task(name="marriage.tasks.pass_time")
def pass_time() -> dict[str, int]:
    return services.pass_time_everywhere()


# Twice, so that a morning on which the servers were down is made up for; asking again changes nothing.
BEAT = {
    "marriage-night": {"task": "marriage.tasks.pass_time", "schedule": crontab(minute=10, hour=0)},
    "marriage-morning": {"task": "marriage.tasks.pass_time", "schedule": crontab(minute=40, hour=7)},
}
