"""kill -9 of web server, worker and database at random moments while candidates answer: is anything lost that was
acknowledged? (``manage.py crash_test exam``)
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from exams.benchmarks import exam_server
from exams.benchmarks.crash_clients import Stubborn
from exams.benchmarks.crash_cluster import Cluster

CANDIDATES = 24
# At most this long for everybody to be served again after a kill.
RECOVERY_SECONDS = 120
# Characters of the services' own output told when the test breaks down.
LOG_SHOWN = 4000


class Site:
    """Web server, worker and database of the test, each of which can be killed."""

    def __init__(self, folder: Path, engine: str, template: str | None):
        self.folder, self.engine = folder, engine
        self.log = (folder / "log").open("wb")
        self.cluster = Cluster(folder, self.log) if engine == "postgresql" else None
        self.url = self.cluster.url if self.cluster else f"sqlite:///{folder / 'portal.sqlite3'}"
        self.environment = {**exam_server.environment(self.url), "MEDIA_PRIVATE_ROOT": str(folder / "private")}
        self.port, self.web, self.worker = exam_server.free_port(), None, None
        if self.cluster:
            self.cluster.create()
        elif template:
            shutil.copyfile(template, folder / "portal.sqlite3")
        if not template:
            self.run("manage.py", "migrate", "--verbosity", "0")
        # As ./start does, with the services' own settings: the pages name their static files by hash.
        self.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")

    def run(self, *command: str) -> str:
        """A command in the test's database, to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
            check=True,
            text=True,
        )
        return done.stdout

    def start_web(self) -> None:
        self.web = exam_server.launch(self.port, self.url, self.log)

    def start_worker(self) -> None:
        self.worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def victims(self) -> list[str]:
        return ["web", "web worker", "worker"] + (["database", "database session"] if self.cluster else [])

    def kill(self, victim: str) -> None:
        """kill -9, then what a supervisor does: start again what ended."""
        if victim == "web":
            # A supervisor ends the whole group of a service whose main process died.
            for pid in self.web.pids():
                self._kill(pid)
            self.web.process.wait()
            self.start_web()
        elif victim == "web worker":
            self._kill(self.web.pids()[-1])
        elif victim == "worker":
            self._kill(self.worker.pid)
            self.worker.wait()
            self.start_worker()
        elif victim == "database":
            self.cluster.kill(session=False)
            self.cluster.start()
        else:
            self.cluster.kill(session=True)

    @staticmethod
    def _kill(pid: int) -> None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # It was just being replaced.

    def stop(self) -> None:
        if self.web:
            self.web.stop()
        if self.worker and self.worker.poll() is None:
            self.worker.terminate()
            try:
                self.worker.wait(20)
            except subprocess.TimeoutExpired:
                self.worker.kill()
                self.worker.wait()
        if self.cluster:
            self.cluster.stop()
        self.log.close()


def run(
    kills: int,
    engine: str,
    stdout,
    *,
    template: str | None = None,
    seed: int | None = None,
    candidates: int = CANDIDATES,
) -> dict:
    """The whole test; returns its figures. ``template``: a migrated SQLite file to start from."""
    seed = seed if seed is not None else random.SystemRandom().randrange(2**32)
    with tempfile.TemporaryDirectory(prefix="portal-crash-", ignore_cleanup_errors=True) as folder:
        site = Site(Path(folder), engine, template)
        try:
            prepared = json.loads(site.run("-m", "exams.benchmarks.crash_inside", "prepare", str(candidates)))
            site.start_web()
            site.start_worker()
            exam_server.wait(site.web)
            stdout.write(f"{engine}, {candidates} candidates, {kills} kills, seed {seed}")
            chance = random.Random(seed)  # noqa: S311
            # A thread of its own: the caller's may already run a loop (a browser test before this one leaves one).
            with ThreadPoolExecutor(1) as pool:
                done = pool.submit(asyncio.run, _under_fire(site, prepared, kills, chance, stdout)).result()
            told = Path(folder) / "told.json"
            told.write_text(json.dumps(done.pop("told")))
            done |= json.loads(site.run("-m", "exams.benchmarks.crash_inside", "check", str(told)))
        except BaseException:
            stdout.write((Path(folder) / "log").read_text(errors="replace")[-LOG_SHOWN:])
            raise
        finally:
            site.stop()
    return {"engine": engine, "seed": seed, **done}


async def _under_fire(site: Site, prepared: dict, kills: int, chance: random.Random, stdout) -> dict:
    people = [Stubborn(site.port, session, chance.getrandbits(32)) for session in prepared["sessions"]]
    await asyncio.wait_for(asyncio.gather(*(one.enter(prepared["code"]) for one in people)), RECOVERY_SECONDS)
    stopping, killed, began = asyncio.Event(), {}, time.monotonic()
    answering = [asyncio.create_task(one.answer(stopping)) for one in people]
    queue: list[str] = []
    for number in range(1, kills + 1):
        # Everybody in turn, in an order of chance.
        queue = queue or chance.sample(site.victims(), len(site.victims()))
        victim = queue.pop()
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        await asyncio.to_thread(site.kill, victim)
        killed[victim] = killed.get(victim, 0) + 1
        await asyncio.wait_for(_served_again(people), RECOVERY_SECONDS)
        if number % 10 == 0:
            stdout.write(f"  {number} kills, {sum(len(one.told) for one in people)} answers acknowledged")
    stopping.set()
    await asyncio.wait_for(asyncio.gather(*answering), RECOVERY_SECONDS)
    # Half hand in, the last blow falling among them; the worker or the check closes the others.
    ending = [asyncio.create_task(one.finish()) for one in people[::2]]
    await asyncio.to_thread(site.kill, chance.choice(site.victims()))
    await asyncio.wait_for(asyncio.gather(*ending), RECOVERY_SECONDS)
    for one in people:
        one.browser.close()
    return {
        "kills": sum(killed.values()) + 1,
        "killed": killed,
        "seconds": round(time.monotonic() - began, 1),
        "resent": sum(one.resent for one in people),
        "told": {one.base.split("/")[3]: one.told for one in people},
    }


async def _served_again(people: list[Stubborn]) -> None:
    """Until some candidates were acknowledged anew."""
    before = [len(one.told) for one in people]
    while sum(len(one.told) > n for one, n in zip(people, before)) < max(1, len(people) // 4):
        await asyncio.sleep(0.05)
