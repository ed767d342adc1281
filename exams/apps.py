from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("考试")

    def ready(self):
        # Declares this app's actions and audit labels, and tells the law library what cites it; importing is the
        # whole effect.
        from exams import access, audit_labels  # noqa: F401
        from exams.actions import holds  # noqa: F401
        from exams.queries import citing  # noqa: F401
