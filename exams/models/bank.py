"""Question banks: topics, questions, and their immutable versions. Right answers are elsewhere (``keys``)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node


class QuestionKind(models.TextChoices):
    """What a paper's section asks for (题型)."""

    SINGLE = "single", _("单选题")
    MULTIPLE = "multiple", _("多选题")
    JUDGE = "judge", _("判断题")
    BLANK = "blank", _("填空题")
    CASE = "case", _("案例分析题")


class AnswerForm(models.TextChoices):
    """How an answer is given and marked. Equal to the kind, but for case parts: single, multiple, judge or written."""

    SINGLE = "single", _("单选")
    MULTIPLE = "multiple", _("多选")
    JUDGE = "judge", _("判断")
    BLANK = "blank", _("填空")
    WRITTEN = "written", _("论述")


class Difficulty(models.TextChoices):
    EASY = "easy", _("易")
    MEDIUM = "medium", _("中")
    HARD = "hard", _("难")


class QuestionState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    REVIEWED = "reviewed", _("已审")
    ACTIVE = "active", _("启用")
    RETIRED = "retired", _("停用")


class Bank(models.Model):
    code = models.SlugField(_("代码"), max_length=40, unique=True, allow_unicode=True)
    name = models.CharField(_("名称"), max_length=80)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    exam_only = models.BooleanField(_("仅供考试"), default=False, help_text=_("是：练习中不会出现本题库的试题。"))
    closed = models.BooleanField(_("停用"), default=False)
    last_number = models.PositiveIntegerField(default=0, help_text="The highest number given; never given again.")

    class Meta:
        verbose_name = _("题库")
        verbose_name_plural = _("题库")
        ordering = ["code"]

    def __str__(self):
        return self.name


class Topic(MP_Node):
    """Knowledge points (知识点), a tree shared by all banks."""

    name = models.CharField(_("知识点"), max_length=60, unique=True)
    node_order_by = ["name"]

    class Meta:
        verbose_name = _("知识点")
        verbose_name_plural = _("知识点")

    def __str__(self):
        return self.name


class Question(models.Model):
    """The lasting identity of a question. What is asked stands in its versions; ``current`` is the newest."""

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="questions", verbose_name=_("题库"))
    number = models.PositiveIntegerField(_("题号"), help_text=_("题库内编号，不重复使用。"))
    state = models.CharField(_("状态"), max_length=10, choices=QuestionState, default=QuestionState.DRAFT)
    current = models.ForeignKey("exams.QuestionVersion", models.PROTECT, null=True, related_name="+")
    fingerprint = models.CharField(max_length=64, help_text=_("题干与选项的指纹，查重用。"))
    held = models.CharField(_("暂停组卷原因"), max_length=200, blank=True, help_text=_("法条修改等，确认后清空。"))
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审题人")
    )
    reviewed_at = models.DateTimeField(_("审题时间"), null=True, blank=True)
    returned = models.CharField(_("退回意见"), max_length=200, blank=True, help_text=_("审题退回，修改后清空。"))
    imported = models.ForeignKey("exams.ExamImport", models.PROTECT, null=True, blank=True, related_name="questions")

    class Meta:
        verbose_name = _("试题")
        verbose_name_plural = _("试题")
        ordering = ["bank_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "number"], name="question_number"),
            models.UniqueConstraint(fields=["bank", "fingerprint"], name="question_once"),
        ]
        indexes = [models.Index(fields=["bank", "state"], name="question_state")]

    def __str__(self):
        return f"{self.bank_id}-{self.number}"


class Picture(models.Model):
    """A picture in a stem or option, in private storage under its hash; never changed."""

    sha256 = models.CharField(max_length=64, unique=True)
    file = models.CharField(max_length=200, help_text="Name in private storage.")
    mime = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField(_("文字说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("试题图片")
        verbose_name_plural = _("试题图片")

    def __str__(self):
        return self.sha256[:12]


class QuestionVersion(models.Model):
    """What a candidate is asked; never changed once saved.

    ``options``: [{"key": "A", "text": "…", "picture": id or null}, …] in the author's order (判断: A 正确, B 错误; none
    for blank and written). ``material``: the shared stem of a case; parts of one case have the same ``case_code``.
    """

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions", verbose_name=_("试题"))
    number = models.PositiveSmallIntegerField(_("版本"))
    kind = models.CharField(_("题型"), max_length=10, choices=QuestionKind)
    form = models.CharField(_("作答方式"), max_length=10, choices=AnswerForm)
    case_code = models.CharField(_("案例编号"), max_length=40, blank=True)
    material = models.TextField(_("案例材料"), blank=True)
    stem = models.TextField(_("题干"))
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, related_name="+")
    options = models.JSONField(_("选项"), default=list)
    blanks = models.PositiveSmallIntegerField(_("空数"), default=0)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("知识点"))
    difficulty = models.CharField(_("难度"), max_length=6, choices=Difficulty, default=Difficulty.MEDIUM)
    marks = models.DecimalField(_("建议分值"), max_digits=5, decimal_places=1, default=1)
    basis = models.CharField(_("法条依据"), max_length=500, blank=True, help_text=_("《法律名称》第××条，用“；”分隔。"))
    articles = models.ManyToManyField("law.Article", blank=True, related_name="cited_by_questions")
    source = models.CharField(_("来源"), max_length=200, blank=True)
    search = models.TextField(default="", help_text="Material, stem and options as searched: NFKC, lower case.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("试题版本")
        verbose_name_plural = _("试题版本")
        ordering = ["question_id", "number"]
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="questionversion_number")]

    def __str__(self):
        return f"{self.question_id} v{self.number}"
