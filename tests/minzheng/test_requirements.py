"""What runs needs nothing but requirements.txt: the packages of the test bed are hidden, and everything is loaded."""

import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from minzheng.servers import ROOT

# Loads what gunicorn, the worker and beat load when they start, with every module hidden that `hidden` names.
PRELUDE = """
import sys
hidden = frozenset({hidden!r})

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hide())
"""
STARTS = {
    "web": """
import gunicorn.app.wsgiapp, gunicorn.workers.sync, gunicorn.workers.gthread
from minzheng.wsgi import application
from django.urls import get_resolver
def walk(resolver):
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            walk(one)
walk(get_resolver())
""",
    "worker": """
from minzheng.celery import app
import celery.__main__, celery.bin.celery
from celery.apps.worker import Worker
from celery.concurrency import get_implementation
import celery.worker.consumer, celery.app.trace
get_implementation("prefork")
app.finalize(); app.loader.import_default_modules()
app.connection_for_read().transport.channel_errors, app.backend, app.control, app.events
""",
    "beat": """
from minzheng.celery import app
import celery.__main__, celery.bin.celery
import django; django.setup()
from celery.apps.beat import Beat
from celery.utils.imports import symbol_by_name
app.finalize(); app.loader.import_default_modules()
symbol_by_name(app.conf.beat_scheduler)
app.connection_for_write().transport.channel_errors
""",
    "manage": """
import django; django.setup()
from django.core.management import get_commands, load_command_class
for name, room in get_commands().items():
    load_command_class(room, name)
""",
}


def asked_for() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def needed(first: Iterable[Requirement]) -> set[str]:
    """The distributions that pip installs for these: theirs, and what each declares for this Python."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(one.name, extra) for one in first for extra in ("", *one.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        found.add(canonicalize_name(name))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue  # not for this platform
        for one in map(Requirement, lines):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(one.name, more) for more in ("", *one.extras)]
    return found


def hidden_without(distributions: set[str]) -> list[str]:
    """The importable names that only other distributions bring."""
    return sorted(
        module
        for module, owners in packages_distributions().items()
        if not {canonicalize_name(one) for one in owners} & distributions
    )


def start(what: str, hidden: list[str]) -> subprocess.CompletedProcess[str]:
    code = PRELUDE.format(hidden=hidden) + STARTS[what]
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, timeout=120)


@pytest.mark.parametrize("what", STARTS)
def test_what_runs_starts_with_the_packages_of_requirements_txt_alone(what):
    hidden = hidden_without(needed(asked_for()))
    assert {"pytest", "playwright", "mypy"} <= set(hidden)
    done = start(what, hidden)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_package_that_nothing_asks_for_is_missed():
    """`packaging` is imported by the queue's Redis transport, which does not declare it."""
    others = [one for one in asked_for() if one.name != "packaging"]
    without = needed(others) - {"packaging"}
    done = start("worker", hidden_without(without))
    assert done.returncode != 0 and "packaging" in done.stderr
