"""Instances of the embedded servers, driven from outside by `bin/manage` and `bin/run` as a user does."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from minzheng.servers import ROOT, instance
from tests import databases
from tests.processes import wait_for

MANAGE, RUN = ROOT / "bin" / "manage", ROOT / "bin" / "run"
COUNT = "from django.contrib.sessions.models import Session as S\nprint(S.objects.count())"
ADD = (
    "from django.contrib.sessions.models import Session as S\nfrom django.utils import timezone as t\n"
    "S.objects.create(session_key='kept', session_data='', expire_date=t.now())"
)


class Folder:
    """An instance in a folder of its own."""

    def __init__(self, path: Path):
        self.path = path
        names = ("MINZHENG_DATA", "MINZHENG_DB_NAME", "MINZHENG_REDIS_DB", "MINZHENG_DB_ROLE")
        self.env = {k: v for k, v in os.environ.items() if k not in names}
        self.env["MINZHENG_DATA"] = str(path)

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen([MANAGE, *arguments], env=self.env, **options)

    def manage(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def shell(self, code: str) -> str:
        done = self.manage("shell", "--verbosity", "0", "--command", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def processes(self) -> list[int]:
        """Everything alive that works in the folder or was started for it."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                folder = os.readlink(entry / "cwd")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            ours = f"MINZHENG_DATA={self.path}".encode() in environment or folder.startswith(str(self.path))
            if ours and state != "Z":
                found.append(int(entry.name))
        return found

    def kill_everything(self) -> None:
        while found := self.processes():
            for pid in found:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)


def new_folder() -> Folder:
    path = Path(tempfile.mkdtemp(prefix="minzheng-instance."))
    path.chmod(0o711)
    return Folder(path)


def remove(folder: Folder) -> None:
    folder.manage("stop")
    folder.kill_everything()
    place = folder.path / "place"
    if place.exists():
        shutil.rmtree(place.read_text().strip(), ignore_errors=True)
    shutil.rmtree(folder.path)


@pytest.fixture(scope="session")
def model_instance():
    """A migrated instance at rest: copying its folder is quicker than making another, and must work anyway. Made once
    in a run, by the first test process that asks."""
    model = Folder(instance().data / f"model-instance.{databases.RUN}")
    with instance().lock("model"):
        if not model.path.exists():
            for earlier in instance().data.glob("model-instance.*"):
                shutil.rmtree(earlier)
            folder = new_folder()
            assert folder.manage("migrate").returncode == 0
            assert folder.shell(COUNT) == "0"
            assert folder.manage("stop").returncode == 0
            shutil.move(folder.path, model.path)
    return model


@pytest.fixture
def make_instance(request):
    """`make_instance()`: an instance in a folder of its own; `fresh=True`: the folder is empty."""
    made: list[Folder] = []

    def make(fresh: bool = False) -> Folder:
        made.append(new_folder())
        if not fresh:
            model = request.getfixturevalue("model_instance")
            subprocess.run(["cp", "-a", f"{model.path}/.", made[-1].path], check=True)
        return made[-1]

    yield make
    for folder in made:
        remove(folder)


def test_data_is_kept_over_a_stop_and_a_kill_of_everything(make_instance):
    instance = make_instance()
    instance.shell(ADD)
    assert instance.manage("stop").returncode == 0
    assert instance.processes() == []
    assert instance.shell(COUNT) == "1"
    instance.kill_everything()
    assert instance.shell(COUNT) == "1"


def test_a_foreign_process_with_the_dead_servers_pid_does_not_block_the_start(make_instance):
    instance = make_instance()
    instance.shell(ADD)
    note = instance.path / "postgres" / "postmaster.pid"
    lines = note.read_text().splitlines()
    instance.kill_everything()
    stranger = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)
    try:
        note.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert instance.shell(COUNT) == "1"
    finally:
        stranger.kill()
        stranger.wait()


def test_two_instances_start_side_by_side_and_share_nothing(make_instance):
    one, two = make_instance(), make_instance()
    both = [one.start("shell", "-v", "0", "-c", ADD), two.start("shell", "-v", "0", "-c", COUNT)]
    answers = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[1][0].strip() == "0"
    assert (one.shell(COUNT), two.shell(COUNT)) == ("1", "0")


def test_a_creation_cut_short_is_begun_again_once_by_many_callers(make_instance):
    instance = make_instance(fresh=True)
    half = instance.path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    callers = [instance.start("shell", "-v", "0", "-c", COUNT) for _ in range(4)]
    answers = [process.communicate(timeout=180) for process in callers]
    assert [out.strip() for out, _ in answers] == ["0"] * 4, answers
    assert sum("正在更新数据库结构" in err for _, err in answers) == 1


def test_the_callers_pipes_close_although_the_servers_live_on(make_instance):
    """communicate() ends only when nobody holds the pipes any more, stdin included."""
    instance = make_instance()
    done = instance.manage("shell", "-v", "0", "-c", COUNT, stdin=subprocess.PIPE)
    assert done.stdout == "0\n"
    assert instance.processes() != []


def test_relative_paths_are_the_callers(make_instance, tmp_path):
    done = make_instance().manage("shell", "-v", "0", "-c", "import os; print(os.getcwd())", cwd=tmp_path)
    assert done.stdout.strip() == str(tmp_path)


@pytest.mark.parametrize("arguments", [["migrate", "--nonsense"], ["migrate", "nosuchapp"]])
def test_a_refused_command_says_one_line_and_exits_1(make_instance, arguments):
    done = make_instance().manage(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "CommandError" not in done.stderr and "Traceback" not in done.stderr


def test_stop_of_an_instance_that_never_ran_is_no_error(make_instance):
    assert make_instance(fresh=True).manage("stop").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the servers' user can't reach")
def test_a_data_folder_that_the_servers_cannot_reach_is_kept_and_the_database_put_where_they_can(
    make_instance,
):
    instance = make_instance(fresh=True)
    instance.path.chmod(0o700)
    done = instance.manage("shell", "-v", "0", "-c", ADD)
    assert done.returncode == 0, done.stderr
    home = Path((instance.path / "place").read_text().strip())
    assert str(home) in done.stderr
    assert instance.manage("stop").returncode == 0
    assert instance.shell(COUNT) == "1"
    # A folder made anew under the same name is a new instance.
    shutil.rmtree(instance.path)
    instance.path.mkdir(mode=0o700)
    assert "[X]" not in instance.manage("showmigrations").stdout
    assert not home.exists()


class Product:
    """`bin/run` of an instance, without a demo district."""

    def __init__(self, folder: Folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder.path / "screen.log"

    def start(self) -> "Product":
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [RUN],
                env={**self.folder.env, "PORT": str(self.port), "MINZHENG_DEMO": "off"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(lambda: "Ctrl-C" in self.text() or self.process.poll() is not None, 90, what="started")
        assert self.process.poll() is None, self.text()
        return self

    def text(self) -> str:
        return self.log.read_text()

    def healthy(self) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
            return json.load(answer)


UP = {"database": "ok", "redis": "ok"}


def test_the_product_starts_ends_on_ctrl_c_and_leaves_nothing_behind(make_instance):
    product = Product(make_instance()).start()
    assert product.healthy() == UP
    assert f"http://127.0.0.1:{product.port}/" in product.text()
    second = subprocess.run(
        [RUN],
        env={**product.folder.env, "PORT": "1"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert second.returncode == 1 and "已在运行" in second.stderr
    product.process.send_signal(signal.SIGINT)
    assert product.process.wait(40) == 0
    assert product.folder.processes() == []


def test_the_product_starts_again_by_itself_after_kill_9_of_everything(make_instance):
    product = Product(make_instance()).start()
    product.folder.shell(ADD)
    product.folder.kill_everything()
    product.process.wait()
    product.start()
    assert product.healthy() == UP
    assert product.folder.shell(COUNT) == "1"
    assert product.folder.manage("stop").returncode == 0
    assert product.process.wait(40) == 0
    assert product.folder.processes() == []


def test_killed_servers_and_workers_are_put_up_again_while_the_product_runs(make_instance):
    product = Product(make_instance()).start()
    victims = [pid for pid in product.folder.processes() if pid != product.process.pid]
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue

    def back():
        try:
            return product.healthy() == UP and not set(victims) & set(product.folder.processes())
        except OSError:
            return False

    wait_for(back, 60, what="everything is up again")
    assert re.search("意外退出", product.text())
    product.process.terminate()
    assert product.process.wait(40) == 0
