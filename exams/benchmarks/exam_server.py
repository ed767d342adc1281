"""The production server under measurement: gunicorn as docs/operations.md starts it, on the scratch database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")
# What docs/operations.md and ./start use.
WORKERS, THREADS = 2, 4


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """The database this process is connected to (a bench's scratch one), for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    secret = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgres://{at['USER']}{secret}@{at['HOST'] or '127.0.0.1'}:{at['PORT'] or 5432}/{at['NAME']}"


def environment(url: str) -> dict[str, str]:
    """The keys of this process and another database; no debugging, no redirect to https."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "FIELD_INDEX_KEY": settings.FIELD_INDEX_KEY,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "False",
        "DEBUG": "False",
        "LOG_LEVEL": "WARNING",
        "MEDIA_PRIVATE_ROOT": settings.STORAGES["private"]["OPTIONS"]["location"],
    }


class Server:
    """A running gunicorn; ``cpu()`` is the processor time of its processes so far."""

    def __init__(self, port: int, process: subprocess.Popen):
        self.port, self.process = port, process

    def pids(self) -> list[int]:
        """The master first."""
        master = self.process.pid
        try:
            children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        except OSError:
            children = []
        return [master, *map(int, children)]

    def cpu(self) -> float:
        return sum(cpu_of(pid) for pid in self.pids())

    def stop(self, how=signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cpu_of(pid: int) -> float:
    """User and system seconds of a process; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_of_database() -> float:
    """Processor seconds of PostgreSQL's server processes on this machine, 0 where there are none."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name = (entry / "comm").read_text().strip()
            except OSError:
                continue
            if name == "postgres":
                total += cpu_of(int(entry.name))
    return total


def command(port: int, workers: int = WORKERS, threads: int = THREADS) -> list[str]:
    """The web server's command line."""
    return [
        sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        "--threads", str(threads), "--timeout", "120", "--graceful-timeout", "10", "--log-level", "warning",
        "--backlog", "2048",
    ]  # fmt: skip


def launch(port: int, url: str, log, **how) -> Server:
    """Start gunicorn; it may not answer yet."""
    process = subprocess.Popen(
        command(port, **how),
        cwd=settings.BASE_DIR,
        env=environment(url),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    return Server(port, process)


def wait(server: Server, seconds: float = 60) -> None:
    """Until /healthz answers. Raises RuntimeError when the server ended or stays silent."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")


@contextmanager
def serving(log=None, **how):
    """A server on this process's database for as long as the block lasts."""
    # As ./start does: the pages name their static files by hash.
    call_command("collectstatic", interactive=False, verbosity=0)
    server = launch(free_port(), database_url(), log or subprocess.DEVNULL, **how)
    try:
        wait(server)
        yield server
    finally:
        server.stop()
