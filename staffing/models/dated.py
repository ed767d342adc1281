"""Half-open date ranges shared by every dated fact."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """Rows whose range holds ``day``."""
        return self.filter(Q(start__lte=day), Q(end__isnull=True) | Q(end__gt=day))


class Dated(models.Model):
    start = models.DateField(_("起"))
    end = models.DateField(_("止"), null=True, blank=True, help_text=_("不含当日；留空表示至今。"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def covers(self, day) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def end_after_start(name):
    """Check constraint: an empty range (end = start) is a fact taken back on its first day and is allowed."""
    return models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gte=F("start")), name=name)
