"""Celery tasks: thin wrappers over core.jobs."""

from celery import shared_task

from core import jobs


@shared_task(name=jobs.RUN_TASK)
def run_part(part_id: int) -> None:
    jobs.run_part(part_id)


@shared_task(name=jobs.FINISH_TASK)
def finish_job(job_id: int) -> None:
    jobs.finish_job(job_id)


@shared_task(name="core.tasks.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()


# A sweep that had to wait is worth nothing: the next one is there.
BEAT = {"core-sweep": {"task": "core.tasks.sweep_jobs", "schedule": 10.0, "options": {"expires": 9}}}
