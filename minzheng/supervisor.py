"""The whole product in one terminal: web, worker and beat as children of one process (`bin/run`)."""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from minzheng.prepare import apply_migrations
from minzheng.servers import ROOT, ServerError, instance, say

HOST = "127.0.0.1"
PATIENCE = (
    15  # seconds that a child gets to finish its work; an unfinished part is taken up again at the next start
)
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process that is kept running: its name, what it runs, and where its words go."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the supervisor alone, which then ends them in order.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def look_after(self) -> None:
        """Start it again when it died; give up when it dies at once every time."""
        if self.process is None or self.process.poll() is None:
            return
        self.deaths = [at for at in self.deaths if at > time.monotonic() - 60] + [time.monotonic()]
        if len(self.deaths) > 5:
            raise ServerError(f"{self.name}反复退出，原因见 {self.log}")
        say(f"{self.name}意外退出，正在重新启动……")
        self.start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Stop(Exception):
    """Asked to end, by Ctrl-C or a signal."""


def _die_with_parent() -> None:
    # A supervisor killed with -9 can't end its children; the kernel asks them to.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _on_signal(number, frame) -> None:
    raise Stop


def run() -> None:
    """Start everything on PORT (default 8000), watch over it until a signal, end everything."""
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ServerError(f"PORT 应为 1–65535 之间的数字，现为 {text}")
    port = int(text)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    instance().make_data_folder()
    with open(_note(), "a+") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServerError("本系统已在运行（同一数据目录）。停止请用 bin/manage stop。") from None
        note.truncate(0)
        note.write(str(os.getpid()))
        note.flush()
        children = _children(port)
        try:
            _refuse_taken_port(port)
            _start(children, port)
            _watch(children)
        except Stop:
            say("正在停止……")
        finally:
            _end_all(children)
            note.truncate(0)


def _start(children: list[Child], port: int) -> None:
    _servers()
    apply_migrations()
    import django

    django.setup()
    _demo()
    for child in children:
        child.start()
    _until_ready(children, f"http://{HOST}:{port}/healthz")
    _welcome(port)


def _watch(children: list[Child]) -> None:
    while True:
        time.sleep(1)
        _servers()
        for child in children:
            child.look_after()


def _end_all(children: list[Child]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        child.end(deadline)
    instance().stop()
    say("已停止。")


def _servers() -> None:
    instance().start(postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL"))


def _children(port: int) -> list[Child]:
    home = instance().data
    cores = os.cpu_count() or 1
    web = [*["gunicorn", "minzheng.wsgi", "--bind", f"{HOST}:{port}"], "--workers", str(max(2, cores))]
    web += ["--threads", "8", "--graceful-timeout", "10", "--timeout", "120", "--no-control-socket"]
    celery = ["celery", "-A", "minzheng"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", str(max(2, cores))]
    return [
        Child("网页服务", web, home / "web.log"),
        Child("后台任务", worker, home / "worker.log"),
        Child("定时任务", [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""], home / "beat.log"),
    ]


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ServerError(f"端口 {port} 已被占用，可换一个：PORT=8001 bin/run") from error


def _demo() -> None:
    """A demo district, only in a database without any person, and never with MINZHENG_DEMO=off."""
    from django.apps import apps
    from django.core.management import get_commands
    from django.db import connections

    if os.environ.get("MINZHENG_DEMO") == "off":
        return
    try:
        if "demo_district" not in get_commands() or apps.get_model("registry.Person").objects.exists():
            return
    finally:
        connections.close_all()
    say("数据库为空，正在生成演示区县的数据（几分钟，仅首次）……")
    unfinished = instance().data / "demo-unfinished"
    unfinished.touch()
    demo = subprocess.Popen([sys.executable, ROOT / "manage.py", "demo_district"], stdin=subprocess.DEVNULL)
    try:
        if demo.wait():
            raise ServerError("演示数据没有生成，原因见上。")
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait()
    unfinished.unlink()


def _until_ready(children: list[Child], address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        for child in children:
            child.look_after()
        time.sleep(0.1)
    raise ServerError(f"网页服务没有就绪，原因见 {children[0].log}")


def _welcome(port: int) -> None:
    lines = ["", f"民政业务系统已启动：http://{HOST}:{port}/", *_accounts(), "", "按 Ctrl-C 停止。"]
    print("\n".join(lines), flush=True)


def _accounts() -> list[str]:
    """The demo accounts, where they are there; `bin/manage create_user` makes the first one otherwise."""
    from django.contrib.auth import get_user_model
    from django.db import connections

    if (instance().data / "demo-unfinished").exists():
        yet = "演示数据上次没有生成完。要重新生成，请停止后删除数据目录再启动。"
    else:
        yet = ""
    names: list[tuple[str, str, str]] = []
    if find_spec("demo.accounts"):
        from demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD

        known = set(get_user_model().objects.values_list("username", flat=True))
        names = [account for account in DEMO_ACCOUNTS if account[0] in known]
    connections.close_all()
    if not names:
        return [yet] if yet else ["还没有演示账号；建立账号：bin/manage create_user NAME --role ROLE"]
    lines = ["", f"演示账号（密码均为 {DEMO_PASSWORD}）："]
    lines += [f"  {name:<14} {role}：{purpose}" for name, role, purpose in names]
    return [*lines, yet] if yet else lines


# --- from outside ---


def _note() -> Path:
    return instance().data / "supervisor"


def stop_instance() -> None:
    """`bin/manage stop`: ends what runs of this instance, `bin/run` included."""
    if _note().exists():
        with open(_note()) as note:
            try:
                fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                # The lock is held, so the pid in the file is that of a live supervisor.
                pid = note.read()
                while not pid:
                    time.sleep(0.05)
                    pid = _note().read_text()
                os.kill(int(pid), signal.SIGTERM)
                fcntl.flock(note, fcntl.LOCK_SH)
    instance().stop()
