"""``manage.py crash_test exam --kills N``: kill -9 at random under load; counts acknowledged answers gone missing."""

import json

from django.core.management.base import BaseCommand, CommandError

from exams.benchmarks import crash
from exams.benchmarks.crash_cluster import available
from portal.management.commands.bench import Lines


class Command(BaseCommand):
    help = "Kill web server, worker and database at random while candidates answer; nothing acknowledged may be lost."

    def add_arguments(self, parser):
        parser.add_argument("name", choices=["exam"])
        parser.add_argument("--kills", type=int, default=100)
        parser.add_argument("--candidates", type=int, default=crash.CANDIDATES)
        parser.add_argument(
            "--engine",
            choices=["postgresql", "sqlite"],
            help="default: a PostgreSQL of its own in a temporary folder where its programs are installed, else SQLite",
        )
        parser.add_argument("--seed", type=int, help="repeat an earlier run's order of kills")
        parser.add_argument("--json", action="store_true", help="one JSON document in place of the lines")

    def handle(self, *args, name, kills, engine, seed, candidates, **options):
        if min(kills, candidates) < 1:
            raise CommandError("--kills 和 --candidates 须为正整数。", returncode=2)
        if engine == "postgresql" and not available():
            raise CommandError("没有找到 PostgreSQL 的 initdb 和 postgres。", returncode=2)
        out = Lines() if options["json"] else self.stdout
        found = crash.run(
            kills, engine or ("postgresql" if available() else "sqlite"), out, seed=seed, candidates=candidates
        )
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for key, value in found.items():
                out.write(f"{key}: {value}")
        if found["lost"] or found["folded_wrong"] or found["ended_twice"] or not found["audit_ok"]:
            raise CommandError("已确认的答案有丢失，或有答卷被交了两次。", returncode=1)
