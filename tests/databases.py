"""The template database and its clones: a clone is made in a fraction of a second and needs no TRUNCATE, which the
app role may not do anyway."""

import os
import subprocess
import sys
import time
from contextlib import closing

import psycopg2
from psycopg2 import errors, sql

from minzheng.prepare import migrations_fingerprint
from minzheng.servers import GRANTS, OWNER, ROOT, instance

TEMPLATE = "minzheng_tpl"


def run_as_owner(statement: sql.Composable, database: str = "postgres") -> None:
    with closing(instance().connect(OWNER, database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def drop(name: str) -> None:
    run_as_owner(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def clone(name: str) -> None:
    """Make (or make again) a database as the migrations leave it, without any row of a test."""
    drop(name)
    # Copied as files: a third of the time that it takes through the log.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(TEMPLATE)
    )
    for attempt in range(50):
        try:
            return run_as_owner(statement)
        except errors.ObjectInUse:
            # Another test process is at the template this very moment.
            if attempt == 49:
                raise
            time.sleep(0.2)


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
