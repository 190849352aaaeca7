"""Before a command runs: embedded servers started, migrations applied. Cheap when there is nothing to do."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from minzheng.servers import DATABASE, ROOT, ServerError, instance, say

# These run without looking whether the database is up to date: they make or repair migrations, or need none.
NO_MIGRATIONS = {
    "migrate",
    "makemigrations",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "optimizemigration",
}
NO_SERVERS = {
    "",
    "help",
    "version",
    "--help",
    "--version",
    "-h",
    "collectstatic",
    "compilemessages",
    "makemessages",
}


def prepare(argv: list[str]) -> bool:
    """Make the instance ready for the command in argv. True when the command was `run` or `stop`, done here."""
    command = argv[1] if len(argv) > 1 else ""
    if os.environ.get("MINZHENG_DATA"):
        # Children may work in another folder than the caller's.
        os.environ["MINZHENG_DATA"] = str(instance().data)
    production = os.environ.get("MINZHENG_ENV") == "production"
    if production and command == "run":
        raise ServerError("bin/run 只供演示和开发；生产环境的部署见 docs/deploy.md。")
    if command in ("run", "stop"):
        from minzheng import supervisor

        supervisor.run() if command == "run" else supervisor.stop_instance()
        return True
    if command in NO_SERVERS or production:
        # In production nothing is started or migrated behind the administrator's back.
        if command == "migrate":
            os.environ["MINZHENG_DB_ROLE"] = "owner"
        return False
    external = bool(os.environ.get("DATABASE_URL"))
    instance().start(postgres=not external, valkey=not os.environ.get("REDIS_URL"))
    if command in NO_MIGRATIONS:
        os.environ["MINZHENG_DB_ROLE"] = "owner"
        return False
    # A database given by DATABASE_URL is migrated by whoever runs it, unless bin/manage is asked to see to things.
    if not external or os.environ.get("MINZHENG_PREPARE"):
        apply_migrations()
    return False


def apply_migrations() -> None:
    """Migrate as the owner if the migration files or the database changed since the last time."""
    wanted = migrations_fingerprint()
    stamp = _stamp_file()
    if _up_to_date(stamp, wanted):
        return
    with instance().lock("migrate"):
        if _up_to_date(stamp, wanted):
            return
        say("正在更新数据库结构……")
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            env={**os.environ, "MINZHENG_DB_ROLE": "owner"},
        )
        if done.returncode:
            raise ServerError("数据库结构没有更新成功，原因见上。")
        stamp.write_text(f"{wanted} {_applied()}")


def migrations_fingerprint() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _address() -> str:
    return os.environ.get("DATABASE_URL") or os.environ.get("MINZHENG_DB_NAME") or DATABASE


def _stamp_file() -> Path:
    instance().make_data_folder()
    return instance().data / f"migrated-{hashlib.sha256(_address().encode()).hexdigest()[:8]}"


def _up_to_date(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == f"{wanted} {_applied()}"


def _applied() -> str:
    """What the database itself remembers, so that a database made anew is not taken for the old one."""
    import psycopg2

    if os.environ.get("DATABASE_URL"):
        import environ

        given = environ.Env.db_url_config(os.environ["DATABASE_URL"])
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        parts = {names[key]: value for key, value in given.items() if key in names and value}
        connection = psycopg2.connect(**parts, connect_timeout=10)
    else:
        connection = instance().connect(database=os.environ.get("MINZHENG_DB_NAME") or DATABASE)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')")
            if cursor.fetchone()[0] is None:
                return "0"
            cursor.execute("SELECT count(*) || '/' || max(id) FROM django_migrations")
            return cursor.fetchone()[0]
    finally:
        connection.close()
