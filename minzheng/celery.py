"""Celery over Redis. Tasks live in `<room>/tasks.py`; a room asks for a time table with a dict `BEAT` there:
`BEAT = {"core-sweep": {"task": "core.tasks.sweep_jobs", "schedule": 10.0}}` (seconds or a crontab)."""

import os
from importlib import import_module
from importlib.util import find_spec

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.settings")

app = Celery("minzheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def time_table() -> dict[str, dict]:
    """The BEAT entries of all rooms, gathered. Two rooms may not use one name."""
    from django.conf import settings

    entries: dict[str, dict] = {}
    for room in settings.ROOMS:
        if find_spec(f"{room}.tasks") is None:
            continue
        for name, entry in getattr(import_module(f"{room}.tasks"), "BEAT", {}).items():
            if name in entries:
                raise ValueError(f"Two time tables are called {name}")
            entries[name] = entry
    return entries


@app.on_after_finalize.connect
def _use_time_table(sender, **_):
    from django.apps import apps

    if apps.ready:
        sender.conf.beat_schedule = time_table()
