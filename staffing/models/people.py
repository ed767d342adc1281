"""People, their establishment membership over time, and leave."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.access import Scope
from portal.fields import EncryptedField
from staffing.models.dated import Dated, end_after_start


class Category(models.TextChoices):
    OFFICER = "officer", _("行政执法人员")
    AUXILIARY = "auxiliary", _("行政执法辅助人员")
    WORKER = "worker", _("工勤人员")


class EstablishmentType(models.TextChoices):
    DEDICATED = "dedicated", _("行政执法专项编制")
    ADMIN = "admin", _("行政编制")
    CANGONG = "cangong", _("参公事业编制")
    PUBLIC = "public", _("事业编制")
    WORKER = "worker", _("工勤编制")
    CONTRACT = "contract", _("合同制")
    DISPATCH = "dispatch", _("劳务派遣")
    OTHER = "other", _("其他")


class Gender(models.TextChoices):
    MALE = "男", _("男")
    FEMALE = "女", _("女")


class EndReason(models.TextChoices):
    RETIRED = "retired", _("退休")
    TRANSFERRED = "transferred", _("调出")
    RESIGNED = "resigned", _("辞职")
    DISMISSED = "dismissed", _("辞退或开除")
    DIED = "died", _("去世")
    MOVED = "moved", _("编制划转")
    OTHER = "other", _("其他")


class LeaveKind(models.TextChoices):
    SICK = "sick", _("病假")
    MATERNITY = "maternity", _("产假")
    STUDY = "study", _("脱产学习")
    OTHER = "other", _("其他")


class PersonQuerySet(models.QuerySet):
    def within(self, scope: Scope, day):
        """People whose home unit, or unit they are posted to, lies inside ``scope`` on ``day`` (domain §5: both)."""
        if scope.everywhere:
            return self
        if not scope.paths:
            return self.none()
        posting = self.model._meta.apps.get_model("staffing", "Posting")
        from_home = Membership.objects.on(day).filter(scope.inside("unit__path")).values("person")
        from_post = posting.objects.on(day).filter(scope.inside("to_unit__path")).values("person")
        return self.filter(Q(pk__in=from_home) | Q(pk__in=from_post))


class Person(models.Model):
    """One human being. What changes by date (unit, posting, certificates, leave) hangs off this row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="person", verbose_name=_("账号")
    )
    staff_no = models.CharField(_("工号"), max_length=30, unique=True)
    name = models.CharField(_("姓名"), max_length=50, db_index=True)
    id_number = EncryptedField(_("身份证号"), blank=True, default="")
    id_index = models.CharField(max_length=64, unique=True, null=True, blank=True)
    id_masked = models.CharField(_("身份证号"), max_length=18, blank=True)
    mobile = EncryptedField(_("联系电话"), blank=True, default="")
    mobile_masked = models.CharField(_("联系电话"), max_length=15, blank=True)
    gender = models.CharField(_("性别"), max_length=1, choices=Gender, blank=True)
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    birth_stated = models.CharField(_("档案出生年月"), max_length=10, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=20, blank=True)
    political_status = models.CharField(_("政治面貌"), max_length=20, blank=True)
    party_join_date = models.CharField(_("入党时间"), max_length=10, blank=True)
    first_education = models.CharField(_("第一学历"), max_length=20, blank=True)
    education = models.CharField(_("最高学历"), max_length=20, blank=True)
    degree = models.CharField(_("学位"), max_length=20, blank=True)
    school = models.CharField(_("毕业院校"), max_length=80, blank=True)
    major = models.CharField(_("所学专业"), max_length=80, blank=True)
    is_law_major = models.BooleanField(_("法学专业"), null=True, blank=True)
    position = models.CharField(_("职务"), max_length=50, blank=True)
    rank = models.CharField(_("职级"), max_length=50, blank=True)
    prof_title = models.CharField(_("职称"), max_length=50, blank=True)
    work_start_date = models.CharField(_("参加工作时间"), max_length=10, blank=True)
    enforcement_start_date = models.CharField(_("从事执法工作时间"), max_length=10, blank=True)
    entry_date = models.DateField(_("进入本单位时间"), null=True, blank=True)
    remarks = models.CharField(_("备注"), max_length=300, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        ordering = ["staff_no"]

    def __str__(self):
        return self.name


class Membership(Dated):
    """A post in one unit's establishment (or an auxiliary's employment there)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", verbose_name=_("人员"))
    unit = models.ForeignKey("staffing.Unit", models.PROTECT, related_name="+", verbose_name=_("编制所在单位"))
    category = models.CharField(_("人员类别"), max_length=10, choices=Category, default=Category.OFFICER)
    establishment_type = models.CharField(_("编制性质"), max_length=12, choices=EstablishmentType, blank=True)
    is_dedicated = models.BooleanField(_("专编专用"), default=False)
    post_locked = models.BooleanField(_("编制锁定"), default=False)
    start_known = models.BooleanField(
        _("起始日期有据"), default=True, help_text=_("否：名册未写明，以名册日期代替；不据此折算学时。")
    )
    end_reason = models.CharField(_("离队原因"), max_length=12, choices=EndReason, blank=True)

    class Meta:
        verbose_name = _("编制关系")
        verbose_name_plural = _("编制关系")
        ordering = ["person_id", "start"]
        constraints = [end_after_start("membership_range")]
        indexes = [
            models.Index(fields=["start", "end"], name="membership_days"),
            models.Index(fields=["unit", "start"], name="membership_unit"),
        ]

    def __str__(self):
        return f"{self.person_id} {self.unit_id} {self.start}"


class Leave(Dated):
    person = models.ForeignKey(Person, models.CASCADE, related_name="leaves", verbose_name=_("人员"))
    kind = models.CharField(_("请假类别"), max_length=10, choices=LeaveKind)

    class Meta:
        verbose_name = _("请假")
        verbose_name_plural = _("请假")
        ordering = ["person_id", "start"]
        constraints = [end_after_start("leave_range")]
        indexes = [models.Index(fields=["start", "end"], name="leave_days")]

    def __str__(self):
        return f"{self.person_id} {self.kind} {self.start}"
