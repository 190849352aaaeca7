"""Production starts only with what is its own: secret key, hosts, real servers, no DEBUG."""

import os
import subprocess
import sys

import pytest

from minzheng.servers import ROOT

GOOD = {
    "MINZHENG_ENV": "production",
    "SECRET_KEY": "kX8v2mQ9rT4wZ7bN1cL6dF3gH5jP0sYaUeIoRtWqMnBvCxZlKjHgFdSa",
    "ALLOWED_HOSTS": "minzheng.example",
    "DATABASE_URL": "postgres://app:pw@db/minzheng",
    "REDIS_URL": "redis://redis:6379/0",
}
LOAD = (
    "import minzheng.settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.DATABASES['default']['USER'])"
)


def load(**changes: str | None) -> subprocess.CompletedProcess:
    """Load the settings in a process of their own with the good production environment, changed."""
    wanted = {**GOOD, **changes}
    hidden = {*GOOD, "DEBUG", "DATABASE_OWNER_URL", "MINZHENG_DB_ROLE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    given = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", LOAD], cwd=ROOT, env={**kept, **given}, capture_output=True, text=True
    )


def test_a_complete_production_environment_is_accepted():
    done = load()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "True", "app"]


def test_migrations_use_the_owners_address():
    done = load(MINZHENG_DB_ROLE="owner", DATABASE_OWNER_URL="postgres://owner:pw@db/minzheng")
    assert done.stdout.split()[2] == "owner"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"SECRET_KEY": None}, "必须设置 SECRET_KEY"),
        ({"SECRET_KEY": "demo-only-not-for-production"}, "演示密钥"),
        ({"SECRET_KEY": "django-insecure-" + "k3jH9xQ2" * 8}, "演示密钥"),
        ({"SECRET_KEY": "a" * 64}, "过短"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
    ],
)
def test_production_refuses_to_start(changes, word):
    done = load(**changes)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last and word in last


@pytest.mark.parametrize("command", [["check"], ["migrate"]])
def test_a_command_in_a_wrong_environment_says_one_line(command):
    kept = {name: value for name, value in os.environ.items() if name not in GOOD}
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *command],
        env={**kept, "MINZHENG_ENV": "production"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == ["生产环境必须设置 DATABASE_URL（内置数据库只供演示和开发）。"]
