"""Background work of this app: every ``handlers_<area>`` module registers its own kinds with portal.jobs."""

import pkgutil
from importlib import import_module

import staffing

for module in pkgutil.iter_modules(staffing.__path__):
    if module.name.startswith("handlers_"):
        import_module(f"staffing.{module.name}")
