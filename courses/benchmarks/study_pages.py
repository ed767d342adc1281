"""How quick study pages, the learner's home and the office's lists are in a large tree of pages, and what they ask.

``bench study_pages --size 5000``: goal p95 ≤ 120 ms warm (issue 4), at most 20 statements, as many at any size.
"""

from __future__ import annotations

import os
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from courses.benchmarks import study_tree
from staffing.benchmarks import seconds

ROUNDS, GOAL_MS, GOAL_QUERIES = 60, 120, 20


def addresses(tree: study_tree.Tree) -> list[tuple[str, str, str]]:
    """(who, what, address) of every page that is measured."""
    learner = {
        "home": "/",
        "learner's home": "/learning/",
        "hours": "/learning/hours/",
        "catalogue": "/study/",
        "section of lectures": "/study/lectures/",
        "section of courses": "/study/courses/",
        "section of cases": "/study/cases/",
        # An address in the tree begins with the site's own page.
        **{name: path.removeprefix("/home") for name, path in tree.pages.items()},
    }
    series = tree.series[0].code
    office = {
        "home": "/",
        "series": learner["series"],
        "lecture with recording": learner["lecture with recording"],
        "lecture to come": learner["lecture to come"],
        "office: sessions": "/learning/office/sessions/",
        "office: all series": "/learning/office/series/",
        "office: one series": f"/learning/office/series/{series}/",
        "office: one session": f"/learning/office/sessions/{series}-1/",
        "office: attendance": f"/learning/office/sessions/{series}-1/attendance/",
        "office: compliance": "/learning/office/compliance/",
        "office: assignments": "/learning/office/assignments/",
    }
    return [
        *(("officer", name, path) for name, path in learner.items()),
        *(("training", name, path) for name, path in office.items()),
    ]


def measure(client: Client, path: str, rounds: int = ROUNDS) -> dict:
    """{cold, p50, p95, cpu: ms, queries} of a page. Raises RuntimeError when it is not there."""

    def get():
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")

    cold = seconds(get) * 1000
    get()
    with CaptureQueriesContext(connection) as asked:
        get()
        queries = len(asked)
    began = time.process_time()
    spent = sorted(seconds(get) * 1000 for _n in range(rounds))
    busy = (time.process_time() - began) * 1000 / rounds
    return {
        "cold": cold,
        "p50": spent[len(spent) // 2],
        "p95": spent[int(len(spent) * 0.95)],
        "cpu": busy,
        "queries": queries,
    }


def run(size: int, stdout) -> None:
    """Fill, then ask for each page once cold and ROUNDS times warm, through everything but the socket."""
    made = []
    spent = seconds(lambda: made.append(study_tree.fill(size)))
    tree = made[0]
    stdout.write(f"{tree.count} pages, {len(tree.series)} series ({connection.vendor}): filled in {spent:.1f} s")
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    over = 0
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False, STORAGES=plain):
        clients = {"officer": Client(), "training": Client()}
        clients["officer"].force_login(tree.officer, backend=settings.AUTHENTICATION_BACKENDS[0])
        clients["training"].force_login(tree.training, backend=settings.AUTHENTICATION_BACKENDS[0])
        for who, name, path in addresses(tree):
            told = measure(clients[who], path)
            missed = told["p95"] > GOAL_MS or told["queries"] > GOAL_QUERIES
            over += missed
            # Processor time beside the clock's: on a machine that does other things too, the clock tells their story.
            stdout.write(
                f"{who:<8} {name:<24} first {told['cold']:7.1f} ms   p50 {told['p50']:6.1f}   p95 {told['p95']:6.1f}"
                f"   cpu {told['cpu']:5.1f} ms   {told['queries']:3d} queries{'   over' if missed else ''}"
            )
    stdout.write(f"goal: p95 ≤ {GOAL_MS} ms, ≤ {GOAL_QUERIES} queries; over it: {over}")
    stdout.write("load average " + " ".join(f"{x:.2f}" for x in os.getloadavg()) + f", {os.cpu_count()} cores")
