"""A PostgreSQL of one's own in a temporary folder, to be killed at will. Durability settings stay on."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from exams.benchmarks.exam_server import free_port

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def program(name: str) -> str:
    """Where the program is, "" when PostgreSQL's server programs are not on this machine."""
    found = shutil.which(name) or next((str(p / name) for p in PLACES if (p / name).exists()), "")
    return os.path.realpath(found) if found else ""


def available() -> bool:
    """Are PostgreSQL's server programs on this machine?"""
    return bool(program("initdb") and program("postgres"))


def account() -> dict:
    """As whom it runs: PostgreSQL refuses root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("no account to run PostgreSQL as")


class Cluster:
    """``url`` is its database; ``kill`` is kill -9 of the server or of one of its sessions."""

    def __init__(self, folder: Path, log):
        self.folder, self.log, self.process = folder / "pg", log, None
        self.port, self.who = free_port(), account()
        self.url = f"postgres://portal@127.0.0.1:{self.port}/portal"

    def create(self) -> None:
        self.folder.mkdir()
        if self.who:
            # The way into the folder must be open to the other account.
            self.folder.parent.chmod(0o755)
            os.chown(self.folder, self.who["user"], self.who["group"])
        make = [program("initdb"), "-D", self.data, "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run(make, check=True, cwd="/", stdout=self.log, stderr=self.log, **self.who)
        self.start()
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as session:
            session.execute("CREATE DATABASE portal")
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                if session.execute(f"SHOW {name}").fetchone()[0] != "on":
                    raise RuntimeError(f"{name} is off: the test would prove nothing")

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def _dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=portal dbname={name} connect_timeout=2"

    def start(self, seconds: float = 90) -> None:
        """Until it takes connections; tries again while sessions of a killed server still hold its memory."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                serve = [program("postgres"), "-D", self.data, "-k", str(self.folder), "-p", str(self.port)]
                serve += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60"]
                self.process = subprocess.Popen(
                    serve, cwd="/", stdout=self.log, stderr=self.log, start_new_session=True, **self.who
                )
            try:
                psycopg.connect(self._dsn("postgres")).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start")

    def kill(self, *, session: bool) -> None:
        """kill -9: one session's process (the server recovers by itself), or the server itself."""
        pid = self.process.pid
        if session:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            # The last ones are sessions; the first are its own helpers, whose death is the same to it.
            os.kill(int(children[-1]), signal.SIGKILL)
            return
        os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
