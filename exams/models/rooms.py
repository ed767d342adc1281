"""Where candidates sit: sites (考点), rooms (考场), batches (批次) and seats."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Site(models.Model):
    name = models.CharField(_("考点"), max_length=80, unique=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    directions = models.CharField(_("交通提示"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("考点")
        verbose_name_plural = _("考点")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Room(models.Model):
    """Seats are numbered row by row from the lectern, 1 to rows × columns, ``unusable`` ones left out."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms", verbose_name=_("考点"))
    name = models.CharField(_("考场"), max_length=40)
    rows = models.PositiveSmallIntegerField(_("排数"))
    columns = models.PositiveSmallIntegerField(_("列数"))
    unusable = models.JSONField(_("不可用座位"), default=list, blank=True)

    class Meta:
        verbose_name = _("考场")
        verbose_name_plural = _("考场")
        ordering = ["site__name", "name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_once")]

    def __str__(self):
        return self.name

    @property
    def seats(self) -> int:
        return self.rows * self.columns - len(self.unusable)


class Batch(models.Model):
    """A batch has its own window inside the sitting's; candidates without a seat have the sitting's."""

    sitting = models.ForeignKey("exams.Sitting", models.CASCADE, related_name="batches")
    number = models.PositiveSmallIntegerField(_("批次"))
    opens_at = models.DateTimeField(_("开考时间"))
    closes_at = models.DateTimeField(_("结束时间"))
    rooms = models.ManyToManyField(Room, related_name="+", verbose_name=_("考场"))

    class Meta:
        verbose_name = _("批次")
        verbose_name_plural = _("批次")
        ordering = ["sitting_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "number"], name="batch_number"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="batch_window"),
        ]

    def __str__(self):
        return f"{self.sitting_id} {self.number}"


class Seat(models.Model):
    """One registration's place: at most one each, and nobody else there in the same batch."""

    registration = models.OneToOneField("exams.Registration", models.CASCADE, primary_key=True, related_name="seat")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="seats")
    room = models.ForeignKey(Room, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("座位号"))

    class Meta:
        verbose_name = _("座位")
        verbose_name_plural = _("座位")
        constraints = [models.UniqueConstraint(fields=["batch", "room", "number"], name="seat_once")]

    def __str__(self):
        return f"{self.room_id} {self.number}"
