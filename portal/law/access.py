"""Everybody who works with business data reads the law; the legal office and the editors keep it."""

from portal.access import declare
from portal.models import Role

ADMINISTRATORS = {Role.SYSTEM, Role.SECURITY, Role.AUDITOR}

declare(
    {
        "law.view": [role for role in Role if role not in ADMINISTRATORS],
        "law.edit": [Role.LEGAL, Role.EDITOR],
    }
)
