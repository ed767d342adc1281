"""A sitting over HTTP: everybody starts, answers are saved, time runs out. Server, database and candidates share the
machine; the candidates are a process of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from exams.actions.closing import close_overdue
from exams.actions.marking import mark_closed
from exams.benchmarks import exam_data, exam_server
from exams.models import AnswerEvent, Attempt, Sitting
from portal.models import AuditEvent

WITHIN, SAVES, PULSE_EVERY = 60, 100, 20
OVERDUE = 500


class Candidates:
    """The client process."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "exams.benchmarks.exam_client"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, name: str, **command) -> dict:
        self.process.stdin.write(json.dumps({"do": name, **command}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)


def share(times: list[float], part: float) -> float:
    """The time in ms that this part of the requests stayed under."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 if ordered else 0.0


class Report:
    """Prints a phase: how many, how quick, what it cost."""

    def __init__(self, server, stdout):
        self.server, self.stdout = server, stdout

    def phase(self, candidates: Candidates, name: str, **command) -> dict:
        web, database, busy = self.server.cpu(), exam_server.cpu_of_database(), os.getloadavg()[0]
        result = candidates.do(name, **command)
        result["web"] = self.server.cpu() - web
        result["database"] = exam_server.cpu_of_database() - database
        for kind, times in result["took"].items():
            p50, p95, p99 = (share(times, part) for part in (0.50, 0.95, 0.99))
            rate = len(times) / result["seconds"]
            self.stdout.write(
                f"  {kind:<8} {len(times):6d}  {rate:7.1f}/s   p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f} ms"
            )
        self.stdout.write(
            f"  errors {sum(result['errors'].values())} {result['errors'] or ''}  web cpu {result['web']:.1f} s,"
            f" database cpu {result['database']:.1f} s in {result['seconds']:.1f} s, load before {busy:.2f}"
        )
        return result

    def line(self, text: str) -> None:
        self.stdout.write(text)


def run(size: int, stdout) -> None:
    """All phases; the last lines prove that no acknowledged answer is missing."""
    small = min(size, 2000)
    began = time.perf_counter()
    source = exam_data.bank()
    paper = exam_data.paper(source)
    main, speed = exam_data.sitting("bench", paper), exam_data.sitting("speed", paper)
    everybody = exam_data.candidates(main, size)
    quick = [exam_data.candidates(speed, max(40, small // 5)) for _n in range(2)]
    stdout.write(f"{size} candidates, 50 questions: made in {time.perf_counter() - began:.1f} s")
    workers, threads = exam_server.WORKERS, exam_server.THREADS
    stdout.write(f"gunicorn: {workers} workers × {threads} threads; candidates in one further process")
    connection.close()
    candidates = Candidates()
    try:
        with exam_server.serving(sys.stderr) as server:
            report = Report(server, stdout)
            _start(report, candidates, server, everybody, size)
            acknowledged = _steady(report, candidates, size)
            for number, a_call in enumerate((1, 10)):
                _complete(report, candidates, server, quick[number], a_call)
    finally:
        candidates.stop()
    _nothing_lost(report, acknowledged)
    _overdue(report, main)


def _start(report, candidates, server, everybody, size) -> None:
    candidates.do("load", port=server.port, sessions=[one["session"] for one in everybody])
    report.line(f"start: {size} within {WITHIN} s (enter form, page, paper)")
    result = report.phase(candidates, "start", code="bench", within=WITHIN)
    report.line(f"  web cpu of one start with page and paper: {result['web'] / size * 1000:.1f} ms")


def _steady(report, candidates, size) -> dict:
    rate, pulses = min(SAVES, size / 3), size / PULSE_EVERY
    report.line(f"steady: {rate:.0f} saves/s of one answer, {pulses:.0f} pulses/s, 60 s")
    result = report.phase(candidates, "steady", saves=rate, pulses=pulses, seconds=60)
    saves, seen = (len(result["took"].get(kind, ())) for kind in ("save", "pulse"))
    report.line(f"  web cpu of one request (save or pulse): {result['web'] / max(1, saves + seen) * 1000:.2f} ms")
    for answers in (1, 10):
        report.line(f"ceiling: saves of {answers} answers, 32 candidates at once, 20 s")
        result = report.phase(candidates, "ceiling", at_once=32, seconds=20, answers=answers)
        report.line(
            f"  {result['done'] / result['seconds']:.0f} saves/s, {result['done'] * answers / result['seconds']:.0f}"
            f" answers/s, web cpu of one save {result['web'] / max(1, result['done']) * 1000:.2f} ms,"
            f" database {result['database'] / max(1, result['done']) * 1000:.2f} ms"
        )
    return candidates.do("acknowledged")


def _complete(report, candidates, server, people, a_call) -> None:
    candidates.do("load", port=server.port, sessions=[one["session"] for one in people])
    report.line(f"complete attempts: {len(people)}, {a_call} answers a save, 16 at once")
    result = report.phase(candidates, "complete", code="speed", at_once=16, a_call=a_call)
    report.line(
        f"  {result['done'] / result['seconds'] * 60:.0f} attempts/min, web cpu of one attempt"
        f" {result['web'] / max(1, result['done']) * 1000:.0f} ms"
    )


def _nothing_lost(report, acknowledged: dict) -> None:
    kept = {str(key) for key in AnswerEvent.objects.values_list("client_key", flat=True)}
    named = [key for keys in acknowledged.values() for key in keys]
    report.line(f"acknowledged {len(named)}, missing from the log: {sum(key not in kept for key in named)}")


def _overdue(report, sitting: Sitting) -> None:
    now = timezone.now()
    overdue = list(Attempt.objects.filter(sitting=sitting, state="open").values_list("pk", flat=True)[:OVERDUE])
    Attempt.objects.filter(pk__in=overdue).update(deadline=now - timedelta(minutes=1))
    events = AnswerEvent.objects.filter(attempt__in=overdue).count()
    before, spent = AuditEvent.objects.count(), time.process_time()
    began = time.perf_counter()
    closed = close_overdue(now=now)
    took, spent = time.perf_counter() - began, time.process_time() - spent
    report.line(
        f"{closed} overdue attempts with {events} answers closed in {took:.2f} s (cpu {spent:.2f} s,"
        f" {AuditEvent.objects.count() - before} audit rows)"
    )
    began = time.perf_counter()
    marked = mark_closed(now=now)
    report.line(f"{marked} attempts marked by the machine in {time.perf_counter() - began:.2f} s")
