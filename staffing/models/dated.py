"""Half-open date ranges shared by every dated fact."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def ends_after(day, prefix: str = "") -> Q:
    """The range ``prefix``start/end reaches beyond ``day``: no end, or an end (not included) later than it."""
    return Q(**{f"{prefix}end__isnull": True}) | Q(**{f"{prefix}end__gt": day})


def holds(day, prefix: str = "") -> Q:
    """The range ``prefix``start/end holds ``day``."""
    return Q(**{f"{prefix}start__lte": day}) & ends_after(day, prefix)


def not_empty() -> Q:
    """The range holds at least one day; the others are facts taken back."""
    return ends_after(F("start"))


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """Rows whose range holds ``day``."""
        return self.filter(holds(day))


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
