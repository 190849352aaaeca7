"""The template database and its clones: a clone is made in a fraction of a second and needs no TRUNCATE, which the
app role may not do anyway."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
from django.db import connections
from psycopg2 import errors, sql

from minzheng.prepare import migrations_fingerprint
from minzheng.servers import GRANTS, OWNER, ROOT, instance

TEMPLATE = "minzheng_tpl"
# One test run, by the word that its processes share.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


def run_as_owner(statement: sql.Composable, database: str = "postgres") -> None:
    with closing(instance().connect(OWNER, database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def drop(name: str) -> None:
    run_as_owner(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def clone(name: str, template: str = TEMPLATE) -> None:
    """Make (or make again) a database as the migrations leave it, without any row of a test; or as another one is."""
    drop(name)
    # Copied as files: a third of the time that it takes through the log.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    for attempt in range(50):
        try:
            return run_as_owner(statement)
        except errors.ObjectInUse:
            # Another test process is at the template this very moment.
            if attempt == 49:
                raise
            time.sleep(0.2)


def kept(name: str, database: str, build: Callable[[], Any]) -> Any:
    """Fill the test process's own database with what takes long to make, once in a run: the first process that asks
    builds, the others get a copy of its database and of what `build()` answered."""
    template, answer = f"minzheng_{name}", instance().data / f"{name}.{RUN}.pickle"
    connections.close_all()
    with instance().lock(name):
        if answer.exists():
            clone(database, template)
            return pickle.loads(answer.read_bytes())
        clone(database)
        found = build()
        connections.close_all()
        clone(template, database)
        for earlier in instance().data.glob(f"{name}.*.pickle"):
            earlier.unlink()
        answer.write_bytes(pickle.dumps(found))
        return found


def make_template() -> None:
    """Migrate the template, once for all test processes, and again when a migration changed."""
    stamp = instance().data / "template"
    with instance().lock("template"):
        wanted = migrations_fingerprint()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        drop(TEMPLATE)
        run_as_owner(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        run_as_owner(sql.SQL(GRANTS), TEMPLATE)
        subprocess.run(
            [sys.executable, ROOT / "manage.py", "migrate", "--no-input", "--verbosity", "0"],
            env={**os.environ, "MINZHENG_DB_ROLE": "owner", "MINZHENG_DB_NAME": TEMPLATE},
            stdin=subprocess.DEVNULL,
            check=True,
        )
        stamp.write_text(wanted)


def owner(name: str) -> "psycopg2.extensions.connection":
    connection = instance().connect(OWNER, name)
    connection.autocommit = True
    return connection
