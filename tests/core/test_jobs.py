"""A part is run by whoever claims it, taken up again when its worker falls silent, and finished exactly once."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core import jobs
from core.errors import UserError
from core.models import Job, JobPart, JobState


class Kind(jobs.JobKind):
    """Three parts; `acts` says what each does, `log` what was done."""

    code = "tests.kind"

    def __init__(self):
        self.acts, self.log = {}, []

    def parts(self, job):
        return [(key, f"第{key}部分") for key in job.params.get("keys", "abc")]

    def run(self, job, part, beat):
        self.log.append(part.key)
        beat(1, 2, part.label)
        act = self.acts.get(part.key)
        return (act and act(part)) or {"rows": 1}

    def finish(self, job):
        self.log.append("finish")
        return {"rows": sum(part.result["rows"] for part in job.parts.all())}

    def failed(self, job):
        self.log.append("failed")


@pytest.fixture
def kind(monkeypatch):
    made = Kind()
    monkeypatch.setitem(jobs._kinds, Kind.code, made)
    return made


def start(**params):
    return jobs.start_job(Kind.code, "试验", params, enqueue=False)


def silence(part, seconds=60):
    """As if the part's worker had died that long ago."""
    JobPart.objects.filter(pk=part.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_all_parts_run_and_the_job_ends_once_with_its_result(kind):
    job = jobs.run_job_inline(start())
    assert (job.state, job.result) == (JobState.DONE, {"rows": 3})
    assert kind.log == ["a", "b", "c", "finish"]
    jobs.finish_job(job.pk)
    jobs.run_job_inline(job)
    assert kind.log.count("finish") == 1


@pytest.mark.django_db
def test_a_part_that_is_done_or_in_good_hands_is_not_run_again(kind):
    job = start()
    first = job.parts.first()
    assert jobs.run_part(first.pk)
    assert not jobs.run_part(first.pk)
    second = job.parts.get(key="b")
    assert jobs._claim(second.pk) == 1
    assert not jobs.run_part(second.pk)
    assert kind.log == ["a"]


@pytest.mark.django_db
def test_a_silent_part_is_taken_up_again_and_the_dead_one_cannot_finish_it(kind):
    job = start(keys="a")
    part = job.parts.get()
    dead = jobs._claim(part.pk)
    silence(part)
    assert jobs.run_part(part.pk)
    part.refresh_from_db()
    assert (part.state, part.attempt) == (JobState.DONE, 2)
    with pytest.raises(jobs.PartLost):
        jobs._done(part, dead, {})


@pytest.mark.django_db
def test_the_sweep_queues_silent_parts_and_tells_again_of_those_nobody_took(kind):
    job = start()
    silent, waiting, fresh = job.parts.all()
    jobs._claim(silent.pk), silence(silent)
    silence(waiting)
    assert jobs.sweep() == 2
    silent.refresh_from_db(), fresh.refresh_from_db()
    assert (silent.state, fresh.state) == (JobState.QUEUED, JobState.QUEUED)
    assert jobs.sweep() == 0


@pytest.mark.django_db
def test_what_a_part_wrote_goes_back_when_it_fails_and_the_user_reads_why(kind):
    def act(part):
        Job.objects.filter(pk=part.job_id).update(current="写到一半")
        raise UserError("这个乡镇没有账户。")

    kind.acts["b"] = act
    job = start()
    with pytest.raises(UserError, match="第b部分：这个乡镇没有账户"):
        jobs.run_job_inline(job)
    job.refresh_from_db()
    assert (job.state, job.current) == (JobState.FAILED, "")
    assert kind.log == ["a", "b", "c", "failed"]
    kind.acts.clear()
    jobs.retry_job(job)
    assert jobs.run_job_inline(job).state == JobState.DONE
    assert kind.log[4:] == ["b", "finish"]


@pytest.mark.django_db
def test_a_fault_of_the_program_is_told_in_plain_words_and_logged(kind, caplog):
    kind.acts["a"] = lambda part: 1 / 0
    with pytest.raises(UserError, match="程序出错，已记入日志"):
        jobs.run_job_inline(start(keys="a"))
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_database_that_went_away_only_delays_a_part(kind):
    tries = []

    def act(part):
        tries.append(part.attempt)
        if len(tries) == 1:
            raise OperationalError("server closed the connection")

    kind.acts["a"] = act
    job = start(keys="a")
    part = job.parts.get()
    jobs.run_part(part.pk)
    part.refresh_from_db()
    assert part.state == JobState.RUNNING
    silence(part)
    jobs.run_part(part.pk)
    job.refresh_from_db()
    assert (job.state, tries) == (JobState.DONE, [1, 2])


@pytest.mark.django_db
def test_stages_wait_for_one_another(kind, monkeypatch):
    monkeypatch.setattr(Kind, "in_order", True)
    job = start()
    first, second, third = job.parts.all()
    assert not jobs.run_part(second.pk)
    assert jobs.run_part(first.pk) and jobs.run_part(second.pk) and jobs.run_part(third.pk)
    assert kind.log == ["a", "b", "c", "finish"]


@pytest.mark.django_db
def test_a_failed_stage_ends_the_job_and_the_later_ones_are_not_run(kind, monkeypatch):
    monkeypatch.setattr(Kind, "in_order", True)

    def act(part):
        raise UserError("没有表头。")

    kind.acts["a"] = act
    with pytest.raises(UserError, match="没有表头"):
        jobs.run_job_inline(start())
    assert kind.log == ["a", "failed"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_run_each_part_once_and_finish_once(kind):
    job = start(keys="abcdefghij")

    def work():
        try:
            jobs.run_job_inline(job)
        finally:
            connection.close()

    crowd = [threading.Thread(target=work) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(kind.log) == sorted([*"abcdefghij", "finish"])


@pytest.mark.django_db(transaction=True)
def test_a_long_part_gives_signs_of_life_and_shows_its_progress(kind, monkeypatch):
    from tests.processes import wait_for

    monkeypatch.setattr(jobs, "HEARTBEAT", 0.2)
    seen = []

    def act(part):
        with threading.Lock():
            before = JobPart.objects.get(pk=part.pk).heartbeat_at
            wait_for(lambda: JobPart.objects.get(pk=part.pk).heartbeat_at > before, 10)
            seen.append(JobPart.objects.get(pk=part.pk))

    kind.acts["a"] = act
    jobs.run_job_inline(start(keys="a"))
    assert (seen[0].done, seen[0].total) == (1, 2)


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_worker_hears_of_a_job_and_a_lost_message_is_told_again(worker):
    """The build of an empty district's run is a real job; its parts were never announced."""
    from payouts import services
    from tests.payouts.makers import DEC, entitlement
    from tests.processes import wait_for

    entitlement()
    run = services.build_run("dibao_urban", DEC, enqueue=False)
    run.job.parts.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    worker.start()
    wait_for(lambda: Job.objects.get(pk=run.job_id).state == JobState.DONE, 60, what="the sweep finds it")
