"""``bench NAME [--size N]``: measure something on an empty scratch database that is thrown away afterwards."""

from __future__ import annotations

import json
import os
import pkgutil
import resource
import tempfile
import time
from contextlib import contextmanager
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings
from django.utils.module_loading import module_has_submodule


def found() -> dict[str, str]:
    """Name of each measurement → its module: every module of an app's ``benchmarks`` package that has a ``run``."""
    modules = {}
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "benchmarks"):
            package = import_module(f"{app.name}.benchmarks")
            for module in pkgutil.iter_modules(package.__path__):
                path = f"{package.__name__}.{module.name}"
                if hasattr(import_module(path), "run"):
                    modules[module.name] = path
    return modules


@contextmanager
def scratch():
    """An empty, migrated database on the configured engine, and an empty private folder. The user's own stay
    untouched.
    """
    creation, plain_name = connection.creation, connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        on_sqlite = connection.vendor == "sqlite"
        name = os.path.join(folder, "bench.sqlite3") if on_sqlite else f"bench_{os.getpid()}"
        connection.settings_dict["TEST"]["NAME"] = name
        private = {
            **settings.STORAGES["private"],
            "OPTIONS": {"location": os.path.join(folder, "private"), "base_url": None},
        }
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            with override_settings(STORAGES={**settings.STORAGES, "private": private}):
                yield
        finally:
            connection.close()
            creation.destroy_test_db(plain_name, verbosity=0)


def peak_mb() -> int:
    """Greatest memory of this process or of one child so far."""
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return usage // 1024


class Lines:
    """Keeps what a bench prints."""

    def __init__(self):
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text.rstrip())


class Command(BaseCommand):
    help = "Measure on an empty scratch database; prints the figures and the machine's load."

    def add_arguments(self, parser):
        parser.add_argument("name", help="roster, gaps, people …")
        parser.add_argument("--size", type=int, default=10_000)
        parser.add_argument("--json", action="store_true", help="one JSON document in place of the lines")

    def handle(self, *args, name, size, **options):
        modules = found()
        if name not in modules:
            raise CommandError(f"没有名为 {name} 的测速项；可用：{'、'.join(sorted(modules))}", returncode=2)
        module = import_module(modules[name])
        out = Lines() if options["json"] else self.stdout
        before = os.getloadavg()[0]
        out.write(f"bench {name} size={size} {connection.vendor} cpus={os.cpu_count()} load={before:.2f}")
        started = time.perf_counter()
        with scratch():
            out.write(f"scratch database ready: {time.perf_counter() - started:.1f} s")
            module.run(size, out)
        peak, after = peak_mb(), os.getloadavg()[0]
        out.write(f"peak memory {peak} MB, load afterwards {after:.2f}")
        if options["json"]:
            report = {
                "name": name,
                "size": size,
                "engine": connection.vendor,
                "cpus": os.cpu_count(),
                "load": before,
                "load_after": after,
                "peak_mb": peak,
                "lines": out.lines,
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False))
