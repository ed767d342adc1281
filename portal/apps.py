from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("平台")

    def ready(self):
        # Job handlers of every app register themselves when their ``handlers`` module is imported.
        autodiscover_modules("handlers")
        # Its check registers itself.
        import_module("portal.checks")
