"""``manage.py worker``: runs queued jobs until told to stop (SIGTERM or Ctrl-C finish the running one first)."""

import os
import socket

from django.core.management.base import BaseCommand, CommandError
from django.utils.crypto import get_random_string
from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker

from portal.periodic import Rounds
from portal.worker import Heart


class Command(BaseCommand):
    help = "Run queued jobs and periodic work, report that this worker is alive, take back jobs of killed workers."

    def add_arguments(self, parser):
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks at an empty queue")
        parser.add_argument("--batch", action="store_true", help="run what is queued, then exit")

    def handle(self, *, interval, batch, **options):
        if not isinstance(task_backends["default"], DatabaseBackend):
            raise CommandError("TASKS_BACKEND does not queue in the database: no worker is needed.", returncode=2)
        name = f"{socket.gethostname()[:60]}:{os.getpid()}:{get_random_string(6)}"
        worker = Worker(
            queue_names=["default"],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name[:64],
            excluded_queue_names=[],
        )
        heart, rounds = Heart(name), Rounds()
        worker.configure_signals()
        heart.start()
        rounds.start()
        try:
            worker.run()
        finally:
            rounds.stop()
            heart.stop()
