from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = _("人员与岗位")

    def ready(self):
        # Declares this app's actions, audit labels and what a change of keys must seal again; importing is the whole
        # effect.
        from staffing import access, audit_labels  # noqa: F401
        from staffing.actions import resealing  # noqa: F401
