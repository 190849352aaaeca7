"""The database dies in the middle of a month and comes back: the month is paid once, to the fen."""

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal

import pytest

from minzheng.servers import DATABASE, OWNER, ROOT, Instance
from tests.processes import wait_for

CROWD = """
from django.contrib.auth import get_user_model
from tests.payouts.test_faults import crowd
print(crowd(each=400))
"""


@pytest.fixture
def manage(tmp_path):
    """Commands in an instance of its own, whose database may be killed without harm to other tests."""
    tmp_path.chmod(0o755)
    names = ("MINZHENG_DATA", "MINZHENG_DB_NAME", "MINZHENG_REDIS_DB", "MINZHENG_DB_ROLE")
    env = {key: value for key, value in os.environ.items() if key not in names}
    env |= {"MINZHENG_DATA": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT,
            env=env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    yield start
    start("stop").communicate(timeout=60)


def said(process):
    out, error = process.communicate(timeout=180)
    assert process.returncode == 0, error
    return out


def test_a_database_killed_in_the_middle_loses_nothing_and_pays_nothing_twice(manage, tmp_path):
    crowd = said(manage("shell", "--verbosity", "0", "--command", CROWD))
    owed = Decimal(crowd.split()[-1])
    home = Instance(tmp_path / "data")
    watch = home.connect(OWNER, DATABASE)
    watch.autocommit = True
    building = manage("disburse", "--month", "2020-12")
    with watch.cursor() as cursor:
        wait_for(lambda: in_the_middle(cursor), 90, every=0.002, what="some townships are done, others not")
    pid = int((home.postgres_folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    building.kill()
    building.communicate()
    wait_for(lambda: not os.path.exists(f"/proc/{pid}") or zombie(pid), 30)
    runs = json.loads(said(manage("disburse", "--month", "2020-12", "--json")))
    assert [Decimal(run["amount"]) for run in runs] == [owed]
    assert runs[0]["payments"] == 400 * 14
    again = json.loads(said(manage("disburse", "--month", "2020-12", "--json")))
    assert again == runs


def in_the_middle(cursor) -> bool:
    cursor.execute("SELECT count(*) FILTER (WHERE state = 'done'), count(*) FROM core_jobpart")
    done, total = cursor.fetchone()
    return 0 < done < total


def zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
