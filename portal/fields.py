"""Model field for personal numbers that must not be readable in the database, a dump or a log."""

from django.core.exceptions import FieldError
from django.db import models

from portal import crypto


class EncryptedField(models.TextField):
    """Text encrypted at rest. It can be read and written but not searched: look up by the blind index beside it."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return crypto.encrypt(value) if value else ""

    def from_db_value(self, value, expression, connection):
        return crypto.decrypt(value) if value else ""

    def get_lookup(self, lookup_name):
        raise FieldError(f"{self.name} is encrypted; filter on its blind index instead.")
