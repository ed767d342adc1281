from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LawConfig(AppConfig):
    name = "portal.law"
    label = "law"
    verbose_name = _("法规库")

    def ready(self):
        # Declares this app's actions and audit labels; importing is the whole effect.
        from portal.law import access, audit_labels  # noqa: F401
