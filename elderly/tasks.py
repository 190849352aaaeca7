"""The first of the month, and every morning after it, begun by beat."""

from celery import shared_task
from celery.schedules import crontab

from core.jobs import start_job
from elderly.jobs import DAILY


@shared_task(name="elderly.tasks.daily")
def daily() -> None:
    """Begin the morning's job; what was done already it finds done."""
    start_job(DAILY)


# Before the offices open. A morning on which the servers were off is made good by the next one.
BEAT = {
    "elderly-daily": {
        "task": "elderly.tasks.daily",
        "schedule": crontab(hour="5", minute=20),
        "options": {"expires": 3600},
    }
}
