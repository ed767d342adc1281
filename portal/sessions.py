"""Django's own database sessions; only looking one up is a prepared statement, since every request does it."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from portal.prepared import Given, Rows

_FIND = Rows(
    lambda: Session.objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    ).values_list("session_data")
)


class SessionStore(DatabaseStore):
    def load(self):
        rows = _FIND(key=self.session_key, now=timezone.now())
        if not rows:
            self._session_key = None
            return {}
        return self.decode(rows[0][0])

    @classmethod
    def get_model_class(cls):
        return Session
