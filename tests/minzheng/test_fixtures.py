"""The test bed itself: a fresh database after each committing test, a real worker, a real browser."""

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.processes import wait_for


@pytest.mark.parametrize("round", [1, 2])
def test_rows_committed_by_a_test_are_gone_in_the_next(transactional_db, round):
    assert not Session.objects.exists()
    Session.objects.create(session_key=f"k{round}", session_data="", expire_date=timezone.now())


def test_the_health_page_answers_and_says_what_is_up(site, page):
    answer = page.goto("/healthz")
    assert answer.status == 200
    assert answer.json() == {"database": "ok", "redis": "ok"}


def test_a_killed_worker_can_be_started_again(worker):
    worker.start(concurrency=1)
    assert worker.task_processes()
    worker.kill()
    worker.start(concurrency=1)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        wait_for(lambda: client.keys("_kombu*"), what="the worker listens to this test's own queue")
