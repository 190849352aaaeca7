"""Real processes for tests: a Celery worker that can be killed like a machine that lost its power."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from minzheng.servers import ROOT


def wait_for(condition, seconds: float = 30, every: float = 0.1, what: str = ""):
    """The condition's first true answer; fails the test when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what or condition}")


def children(pid: int) -> list[int]:
    """The live child processes of a process: for a worker, the ones that execute tasks."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Worker:
    """A Celery worker in its own session; environment is that of the test process, so database and queue are too."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.process: subprocess.Popen | None = None
        self._log = folder / "worker.log"

    def start(self, *, concurrency: int = 2, beat: bool = True, wait: bool = True) -> "Worker":
        assert self.process is None, "the worker is running"
        begin = len(self.log())
        command = [sys.executable, "-m", "celery", "-A", "minzheng", "worker", "--loglevel", "INFO"]
        command += ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
        if beat:
            command += ["--beat", "--schedule", str(self.folder / "beat-schedule")]
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ.copy(),
                start_new_session=True,
            )
        if wait:
            wait_for(lambda: " ready." in self.log()[begin:] or self._died(), 60, what="worker ready")
        return self

    def _died(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"the worker ended:\n{self.log()[-4000:]}")
        return False

    def task_processes(self) -> list[int]:
        """The processes that execute tasks (and beat's)."""
        assert self.process is not None
        return children(self.process.pid)

    def kill(self) -> None:
        """kill -9 of the worker and every process it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """An orderly end: running tasks are finished first."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(60)
        self.process = None

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""
