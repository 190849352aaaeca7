"""What all tests share. `db` tests are rolled back; `transactional_db` tests (browser, worker, threads) get a fresh
clone of the template database afterwards."""

import os

import pytest
import redis
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from minzheng.servers import instance
from tests import databases
from tests.processes import Worker

pytest_plugins = ["tests.browser"]
DATABASE = os.environ["MINZHENG_DB_NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """One database for this test process, cloned from the migrated template."""
    # The real hasher takes a fifth of a second on purpose; tests log in hundreds of times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    instance().start()
    databases.make_template()
    databases.clone(DATABASE)
    _empty_queue()
    TransactionTestCase._fixture_teardown = _fresh_database
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    databases.drop(DATABASE)


def _fresh_database(test) -> None:
    connections.close_all()
    databases.clone(DATABASE)
    _empty_queue()


def _empty_queue() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture
def owner_connection(django_db_setup):
    """A psycopg2 connection (autocommit) to the test database as the role that owns the tables."""
    connection = databases.owner(DATABASE)
    yield connection
    connection.close()


@pytest.fixture
def worker(transactional_db, tmp_path):
    """A real Celery worker (with beat) on this test's database and queue: `worker.start()`, `worker.kill()`
    (kill -9 of all its processes), `worker.start()` again, `worker.log()`."""
    worker = Worker(tmp_path)
    yield worker
    worker.kill()
