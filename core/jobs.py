"""Long work in idempotent parts: claimed in the database, kept alive by a heartbeat, taken up again when that stops.

A room declares a kind of job in `<room>/jobs.py`:

    @job_kind("payouts.build", title="生成发放批次")
    class BuildRun(JobKind):
        def parts(self, job): return [("430503001", "中心路街道"), …]
        def run(self, job, part, beat): …; beat(done, total, "中心路街道"); return {"rows": n}
        def finish(self, job): return {"rows": total}

`start_job` writes the rows in the caller's transaction and tells the workers after commit. Being told twice, or not at
all, does no harm: a part is run by whoever claims it in the database, the claim is fenced by `attempt`, and the sweep
(every 10 s) tells again about parts that nobody took or whose worker fell silent.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

import pghistory
from celery import current_app
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from core.errors import UserError
from core.models import Job, JobPart, JobState

log = logging.getLogger(__name__)

HEARTBEAT = 4.0  # seconds between two signs of life
DEAD_AFTER = 20  # seconds of silence after which a part is taken up by another worker
TELL_AGAIN = 30  # seconds after which a queued part that nobody took is announced again
MOST_ATTEMPTS = 200  # a part that ends its process every time must not do so for ever
RUN_TASK, FINISH_TASK = "core.tasks.run_part", "core.tasks.finish_job"
OPEN = (JobState.QUEUED, JobState.RUNNING)

Beat = Callable[..., None]
_kinds: dict[str, "JobKind"] = {}


class PartLost(Exception):
    """Another worker has taken the part over; whatever was done here is rolled back."""


class JobKind:
    """What a kind of job does. `run` must be idempotent: it is run again when a worker dies in the middle.

    With `atomic` (default) a part and the note that it is done are one transaction, so it is done exactly once. Parts
    that keep several transactions set it to False. With `in_order` a part starts when all earlier ones are done.
    """

    code: str = ""
    title: str = ""
    atomic: ClassVar[bool] = True
    in_order: ClassVar[bool] = False

    def parts(self, job: Job) -> list[tuple[str, str]]:
        """`[(key, label)]`, each key once."""
        raise NotImplementedError

    def run(self, job: Job, part: JobPart, beat: Beat) -> dict | None:
        """One part. `beat(done, total, current)` shows progress; the result is kept as `part.result`."""
        raise NotImplementedError

    def finish(self, job: Job) -> dict | None:
        """Once, in one transaction, after all parts are done; the result is kept as `job.result`."""
        return None

    def failed(self, job: Job) -> None:
        """Once, in one transaction, when the job ended without all its parts."""


def job_kind(code: str, title: str = "") -> Callable[[type[JobKind]], type[JobKind]]:
    """Class decorator that makes a kind of job known under its code."""

    def register(cls: type[JobKind]) -> type[JobKind]:
        cls.code, cls.title = code, title or cls.title or code
        _kinds[code] = cls()
        return cls

    return register


def kind_of(code: str) -> JobKind:
    """The handler of a kind; rooms' `jobs` modules are read when first needed."""
    if code not in _kinds:
        autodiscover_modules("jobs")
    return _kinds[code]


# --- starting ---


def start_job(
    kind: str,
    title: str = "",
    params: dict | None = None,
    user: Any = None,
    area: str = "",
    enqueue: bool = True,
) -> Job:
    """Write a job and its parts in the caller's transaction; workers hear of it after commit.

    `area` (a division code) says who may see its progress. `enqueue=False` is for `run_job_inline`.
    """
    handler = kind_of(kind)
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title or handler.title, params=params or {}, started_by=user, area=area
        )
        JobPart.objects.bulk_create(
            JobPart(job=job, key=key, label=label, position=n, heartbeat_at=timezone.now())
            for n, (key, label) in enumerate(handler.parts(job))
        )
        if enqueue:
            transaction.on_commit(lambda: announce(job))
    return job


def announce(job: Job) -> None:
    """Tell the workers about the parts that wait (and about a job whose parts are all done)."""
    waiting = list(job.parts.filter(state=JobState.QUEUED).values_list("pk", flat=True))
    if kind_of(job.kind).in_order:
        waiting = waiting[:1]
    for pk in waiting:
        _tell(RUN_TASK, pk)
    if not waiting:
        _tell(FINISH_TASK, job.pk)


def _tell(task: str, pk: int) -> None:
    """Send a message; a broker that is away is no failure, since the sweep tells again."""
    try:
        current_app.send_task(task, [pk], retry=False, ignore_result=True)
    except Exception:  # kombu's errors depend on the transport
        log.warning("the broker did not take %s(%s); the sweep will tell again", task, pk)


def retry_job(job: Job) -> None:
    """Queue again what failed, for a user who has put the cause right."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state != JobState.FAILED:
            raise UserError("这项任务没有失败，不需要重新执行。")
        job.parts.filter(state=JobState.FAILED).update(
            state=JobState.QUEUED, error="", heartbeat_at=timezone.now()
        )
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, error="", finished_at=None)
        transaction.on_commit(lambda: announce(job))


def run_job_inline(job: Job) -> Job:
    """Run a job here, without a worker (commands). Parts that a worker has taken are waited for.

    UserError when it failed. Killed and started again, it goes on where it stopped.
    """
    handler = kind_of(job.kind)
    while True:
        open_parts = list(job.parts.filter(state__in=OPEN).values_list("pk", flat=True))
        if not open_parts:
            break
        if not any([run_part(pk) for pk in open_parts]):
            if handler.in_order and job.parts.filter(state=JobState.FAILED).exists():
                break
            time.sleep(0.3)
    finish_job(job.pk)
    job.refresh_from_db()
    if job.state == JobState.FAILED:
        raise UserError(job.error or "任务没有完成。")
    return job


# --- one part ---


def run_part(part_id: int) -> bool:
    """Claim a part and run it to its end. False when someone else has it or it is over."""
    attempt = _claim(part_id)
    if attempt is None:
        return False
    part = JobPart.objects.select_related("job").get(pk=part_id)
    handler = kind_of(part.job.kind)
    with Heart(part_id, attempt) as heart:
        _run_claimed(handler, part, attempt, heart)
    finish_job(part.job_id)
    if handler.in_order:
        _tell_next(part)
    return True


def _claim(part_id: int) -> int | None:
    """Take the part if it waits or its worker fell silent; gives the number of this attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_jobpart SET state = 'running', attempt = attempt + 1, worker = %s, error = '',
                   heartbeat_at = clock_timestamp()
             WHERE id = (SELECT p.id FROM core_jobpart p JOIN core_job j ON j.id = p.job_id
                          WHERE p.id = %s AND j.state IN ('queued', 'running')
                            AND (p.state = 'queued' OR p.state = 'running'
                                 AND p.heartbeat_at < clock_timestamp() - make_interval(secs => %s))
                            AND (NOT (j.kind = ANY(%s)) OR NOT EXISTS (
                                 SELECT FROM core_jobpart e
                                  WHERE e.job_id = p.job_id AND e.position < p.position AND e.state <> 'done'))
                            FOR UPDATE OF p SKIP LOCKED)
            RETURNING attempt, job_id
            """,
            [
                f"{socket.gethostname()}:{os.getpid()}",
                part_id,
                DEAD_AFTER,
                [code for code, kind in _kinds.items() if kind.in_order],
            ],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute("UPDATE core_job SET state = 'running' WHERE id = %s AND state = 'queued'", [row[1]])
    return row[0]


def _run_claimed(handler: JobKind, part: JobPart, attempt: int, heart: "Heart") -> None:
    if attempt > MOST_ATTEMPTS:
        _fail(part, attempt, "多次中断仍没有完成，请联系系统管理员。")
        return
    try:
        with pghistory.context(user=part.job.started_by_id, job=part.job_id):
            if handler.atomic:
                with transaction.atomic():
                    # A query whose process was killed must not hold its locks until it ends by itself.
                    with connection.cursor() as cursor:
                        cursor.execute("SET LOCAL client_connection_check_interval = '1s'")
                    _done(part, attempt, handler.run(part.job, part, heart.beat))
            else:
                _done(part, attempt, handler.run(part.job, part, heart.beat))
    except PartLost:
        log.warning("part %s, attempt %s: taken over by another worker", part.pk, attempt)
    except UserError as error:
        _fail(part, attempt, error.message)
    except (OperationalError, InterfaceError):
        # The database went away or broke a deadlock: silence lets the sweep start the part again.
        log.exception("part %s, attempt %s: database trouble, will be taken up again", part.pk, attempt)
        connection.close()
    except Exception:
        log.exception("part %s, attempt %s failed", part.pk, attempt)
        _fail(part, attempt, f"程序出错，已记入日志（任务 {part.job_id}·{part.label}，第 {attempt} 次）。")


def _done(part: JobPart, attempt: int, result: dict | None) -> None:
    mine = JobPart.objects.filter(pk=part.pk, attempt=attempt, state=JobState.RUNNING)
    if not mine.update(state=JobState.DONE, result=result or {}, heartbeat_at=timezone.now()):
        raise PartLost


def _fail(part: JobPart, attempt: int, message: str) -> None:
    mine = JobPart.objects.filter(pk=part.pk, attempt=attempt, state=JobState.RUNNING)
    mine.update(state=JobState.FAILED, error=message)


def _tell_next(part: JobPart) -> None:
    following = part.job.parts.filter(state=JobState.QUEUED).values_list("pk", flat=True).first()
    if following is not None:
        _tell(RUN_TASK, following)


class Heart:
    """A thread with its own connection: a sign of life every few seconds, and progress once a second at most."""

    def __init__(self, part_id: int, attempt: int):
        self.part_id, self.attempt = part_id, attempt
        self._progress: tuple[int, int, str] | None = None
        self._stop, self._lost = threading.Event(), False
        self._thread = threading.Thread(target=self._live, name=f"heart-{part_id}", daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join(10)

    def beat(self, done: int = 0, total: int = 0, current: str = "") -> None:
        """Note the progress, for the page. PartLost when another worker has taken over."""
        if self._lost:
            raise PartLost
        self._progress = (done, total, current)

    def _live(self) -> None:
        last = time.monotonic()
        try:
            while not self._stop.wait(0.5 if self._progress else min(HEARTBEAT, 1.0)):
                if self._progress is None and time.monotonic() - last < HEARTBEAT:
                    continue
                last = time.monotonic()
                progress, self._progress = self._progress, None
                try:
                    self._write(progress)
                except (OperationalError, InterfaceError):
                    connection.close()
        finally:
            connection.close()

    def _write(self, progress: tuple[int, int, str] | None) -> None:
        values: dict[str, Any] = {"heartbeat_at": timezone.now()}
        if progress:
            values |= {"done": progress[0], "total": progress[1]}
        mine = JobPart.objects.filter(pk=self.part_id, attempt=self.attempt, state=JobState.RUNNING)
        if not mine.update(**values):
            newest = JobPart.objects.filter(pk=self.part_id).values_list("attempt", flat=True).first()
            self._lost = newest is not None and newest > self.attempt
        elif progress and progress[2]:
            Job.objects.filter(parts=self.part_id).update(current=progress[2][:120])


# --- ending ---


def finish_job(job_id: int) -> bool:
    """End the job if all its parts are over; exactly once, however many call it. True when it is over."""
    try:
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=job_id)
            if job.state not in OPEN:
                return True
            handler = kind_of(job.kind)
            states = set(job.parts.values_list("state", flat=True))
            if JobState.FAILED in states and handler.in_order:
                job.parts.filter(state=JobState.QUEUED).update(
                    state=JobState.FAILED, error="前一步没有完成。"
                )
                states.discard(JobState.QUEUED)
            if states & set(OPEN):
                return False
            with pghistory.context(user=job.started_by_id, job=job.pk):
                if JobState.FAILED in states:
                    _end(job, JobState.FAILED, error=_reasons(job))
                    handler.failed(job)
                else:
                    _end(job, JobState.DONE, result=handler.finish(job) or {})
    except UserError as error:
        _end_failed(job_id, error.message)
    except (OperationalError, InterfaceError):
        log.exception("job %s: database trouble while finishing, the sweep tries again", job_id)
        connection.close()
        return False
    except Job.DoesNotExist:
        return True
    except Exception:
        log.exception("job %s could not be finished", job_id)
        _end_failed(job_id, f"程序出错，已记入日志（任务 {job_id}）。")
    return True


def _reasons(job: Job) -> str:
    failed = job.parts.filter(state=JobState.FAILED).exclude(error="前一步没有完成。")
    return "；".join(f"{part.label}：{part.error}" for part in failed[:5])


def _end(job: Job, state: JobState, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, current="", finished_at=timezone.now(), **values)
    job.refresh_from_db()


def _end_failed(job_id: int, message: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.state in OPEN:
            _end(job, JobState.FAILED, error=message)
            kind_of(job.kind).failed(job)


# --- the sweep ---


def sweep() -> int:
    """Tell workers again about parts that fell silent, that nobody took, and jobs that only lack their end."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_jobpart SET state = 'queued', heartbeat_at = clock_timestamp()
             WHERE id IN (SELECT p.id FROM core_jobpart p
                           WHERE p.state = 'running' AND p.heartbeat_at < clock_timestamp() - make_interval(secs => %s)
                              OR p.state = 'queued' AND coalesce(p.heartbeat_at, '-infinity')
                                                        < clock_timestamp() - make_interval(secs => %s)
                           FOR UPDATE SKIP LOCKED)
            RETURNING id
            """,
            [DEAD_AFTER, TELL_AGAIN],
        )
        parts = [row[0] for row in cursor.fetchall()]
    for pk in parts:
        _tell(RUN_TASK, pk)
    ended = Job.objects.filter(state__in=OPEN).exclude(parts__state__in=OPEN)
    for pk in ended.values_list("pk", flat=True):
        _tell(FINISH_TASK, pk)
    return len(parts)
