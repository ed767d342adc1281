from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("学习")

    def ready(self):
        # Declares this app's actions and audit labels, and tells the law library what cites it; importing is the
        # whole effect.
        from courses import access, audit_labels  # noqa: F401
        from courses.actions import citations  # noqa: F401
        from courses.queries import citing  # noqa: F401
