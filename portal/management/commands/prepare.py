"""``manage.py prepare``: what ./start needs of the database, in one process so that a second run takes seconds."""

import io
import json

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from portal.actions.grants import give_grant
from portal.actions.users import create_user
from portal.models import Role, User

FIRST = {
    "admin": (Role.SYSTEM, "系统管理员"),
    "security": (Role.SECURITY, "安全管理员"),
    "auditor": (Role.AUDITOR, "审计管理员"),
}


# Log-ins of the demonstration county only: invented people, a password known to all.
LOG_INS = settings.VAR_DIR / "demo-log-ins.json"


def database() -> str:
    """Which database the kept log-ins belong to."""
    db = connection.settings_dict
    return f"{db['ENGINE']} {db['HOST']} {db['NAME']}"


class Command(BaseCommand):
    help = "Migrate; load the demonstration county into an empty database, or with --empty the three administrators."

    def add_arguments(self, parser):
        parser.add_argument("--empty", action="store_true")

    def handle(self, *, empty, **options):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("正在建立或升级数据库 …\n  Creating or upgrading the database")
            call_command("migrate", interactive=False, verbosity=0)
            # Pages a migration wrote are in no index, and the index of an older release holds other terms.
            call_command("update_index", verbosity=0)
        if User.objects.exists():
            self.repeat_log_ins()
        elif empty:
            self.first_administrators()
        else:
            self.demonstration()

    def demonstration(self):
        """The demonstration county; what it says about its log-ins is kept for every later start to say again."""
        self.stdout.write("正在载入示范县，约需一分钟 …\n  Loading the demonstration county, about a minute")
        said = io.StringIO()
        call_command("demo", stdout=said)
        self.stdout.write(said.getvalue())
        LOG_INS.parent.mkdir(exist_ok=True)
        LOG_INS.write_text(json.dumps({"database": database(), "said": said.getvalue()}), encoding="utf-8")

    def repeat_log_ins(self):
        kept = json.loads(LOG_INS.read_text(encoding="utf-8")) if LOG_INS.exists() else {}
        if kept.get("database") == database():
            self.stdout.write(kept["said"])

    def first_administrators(self):
        """三员 from the first minute: three accounts, three one-time passwords, printed once."""
        now = timezone.now()
        self.stdout.write(
            "首批账号（密码只显示这一次，首次登录须修改）\n  First accounts; each password is shown only now"
        )
        for username, (role, name) in FIRST.items():
            user, password = create_user(actor=None, now=now, username=username, name=name)
            give_grant(actor=None, now=now, user=user, role=role, reason="首批账号")
            self.stdout.write(f"  {username:10} {password}   {name}")
