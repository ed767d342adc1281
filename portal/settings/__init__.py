"""Settings. Everything an operator may change comes from the environment (docs/operations.md).

``DJANGO_SETTINGS_MODULE=portal.settings`` is right for development, ``./start`` and production alike: what differs is
the environment. ``tests.settings`` is used by the tests only.
"""

from portal.settings.base import *  # noqa: F403
