"""Loaded before the settings (`-p tests.instance`): gives each test process its own database and queue number.

Run by `bin/test` in a throw-away instance. Tests connect as the app role, so grants and guards are the real ones.
"""

import os

_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
os.environ["MINZHENG_DB_NAME"] = f"minzheng_test_{_worker}"
os.environ["MINZHENG_REDIS_DB"] = str(int(_worker.removeprefix("gw") or 0) + 1)
os.environ["MINZHENG_DB_ROLE"] = "app"
# Playwright's loop runs in the test's thread, where Django would otherwise refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
for _name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MINZHENG_ENV", "SECRET_KEY", "DEBUG"):
    os.environ.pop(_name, None)
