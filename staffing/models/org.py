"""The unit tree: county, bureau and departments, towns and streets, squads and offices."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet


class UnitKind(models.TextChoices):
    COUNTY = "county", _("县（市、区）")
    BUREAU = "bureau", _("综合行政执法局")
    DEPARTMENT = "department", _("行政执法部门")
    TOWN = "town", _("镇（街道）")
    SQUAD = "squad", _("综合行政执法队（中队）")
    OFFICE = "office", _("内设机构")
    EXTERNAL = "external", _("其他单位")


class EmpowerMode(models.TextChoices):
    EMPOWERED = "empowered", _("赋权")
    RADIATED = "radiated", _("部门派驻+辐射")


class UnitQuerySet(MP_NodeQuerySet):
    def within(self, scope):
        """Units inside a portal.access.Scope."""
        return self.filter(scope.inside("path"))


class UnitManager(MP_NodeManager.from_queryset(UnitQuerySet)):
    def get_queryset(self):
        # treebeard's own manager always returns its own queryset class, and ``within`` with it would be lost.
        return self._queryset_class(self.model, using=self._db).order_by("path")


class Unit(MP_Node):
    code = models.CharField(_("代码"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=UnitKind)
    empower_mode = models.CharField(_("镇街模式"), max_length=12, choices=EmpowerMode, blank=True)
    quota = models.PositiveIntegerField(_("核定编制"), null=True, blank=True)
    locality = models.CharField(_("行政区划代码"), max_length=12, blank=True)
    opened = models.DateField(_("设立日期"), null=True, blank=True)
    closed = models.DateField(_("撤销日期"), null=True, blank=True)

    node_order_by = []
    objects = UnitManager()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")

    def __str__(self):
        return self.name

    @property
    def label(self):
        return self.short_name or self.name


class UnitAlias(models.Model):
    """Another name under which rosters write a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases")
    name = models.CharField(_("别名"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("单位别名")
        verbose_name_plural = _("单位别名")

    def __str__(self):
        return self.name
