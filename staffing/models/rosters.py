"""Roster imports: the stored file, its plan, the decisions taken, and every change made, so that all can be undone."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RosterImport(models.Model):
    class State(models.TextChoices):
        READING = "reading", _("解析中")
        MAPPING = "mapping", _("待对应列")
        PREVIEW = "preview", _("待确认")
        COMMITTING = "committing", _("写入中")
        COMMITTED = "committed", _("已导入")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("不能读取")
        DISCARDED = "discarded", _("已放弃")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("批次"), unique=True, null=True)
    file = models.CharField(max_length=200, help_text="Name in private storage.")
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(default=0)
    as_of = models.DateField(_("名册日期"))
    unit = models.ForeignKey(
        "staffing.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("填报单位")
    )
    is_complete = models.BooleanField(_("全员名册"), default=True, help_text=_("是：名册中没有的在册人员列为拟离队。"))
    sheets = models.JSONField(_("工作表"), default=list)
    mapping = models.JSONField(default=dict)
    plan_file = models.CharField(max_length=200, blank=True, help_text="The plan as JSON in private storage.")
    decisions = models.JSONField(default=dict, help_text="{sheet!row: decision}")
    totals = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    units_proposed = models.JSONField(default=list)
    base_revision = models.BigIntegerField(
        default=0, help_text="Revision of staffing's facts the preview was compared with."
    )
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.READING)
    error_code = models.CharField(max_length=30, blank=True)
    error = models.CharField(_("原因"), max_length=500, blank=True)
    job = models.ForeignKey("portal.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    committed_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("花名册导入")
        verbose_name_plural = _("花名册导入")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.file_name


class ImportChange(models.Model):
    """One row an import wrote. ``before``/``after``: field values, personal numbers encrypted; no before: created."""

    batch = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows_written")
    sequence = models.PositiveIntegerField()
    table = models.CharField(max_length=30)
    row_id = models.BigIntegerField()
    person = models.ForeignKey("staffing.Person", models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("导入变更")
        verbose_name_plural = _("导入变更")
        ordering = ["batch_id", "sequence"]
        indexes = [models.Index(fields=["table", "row_id"], name="importchange_row")]

    def __str__(self):
        return f"{self.table} {self.row_id}"


class ColumnMemory(models.Model):
    """How a unit's HR mapped a header last time."""

    unit = models.ForeignKey("staffing.Unit", models.CASCADE, null=True, blank=True, related_name="+")
    header = models.CharField(max_length=120)
    canonical = models.CharField(max_length=40, blank=True, help_text="Empty: ignore this column.")
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = _("列对应记忆")
        verbose_name_plural = _("列对应记忆")
        constraints = [models.UniqueConstraint(fields=["unit", "header"], name="column_memory_once")]

    def __str__(self):
        return f"{self.header} → {self.canonical}"
