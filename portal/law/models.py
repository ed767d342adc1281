"""Statutes as structured content: a law has articles, an article has dated versions (half-open)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.law.citations import article_name


class LawKind(models.TextChoices):
    LAW = "law", _("法律")
    REGULATION = "regulation", _("行政法规")
    LOCAL = "local", _("地方性法规")
    RULE = "rule", _("规章")
    DOCUMENT = "document", _("规范性文件")


class Law(models.Model):
    """One statute under its own name; ``short_name`` is what people cite (行政处罚法)."""

    code = models.SlugField(_("代码"), max_length=60, unique=True, allow_unicode=True)
    name = models.CharField(_("名称"), max_length=120, unique=True)
    short_name = models.CharField(_("简称"), max_length=60, unique=True)
    kind = models.CharField(_("效力级别"), max_length=12, choices=LawKind, default=LawKind.LAW)
    issuer = models.CharField(_("制定机关"), max_length=80, blank=True)
    in_force = models.DateField(_("施行日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("法律法规")
        verbose_name_plural = _("法律法规")
        ordering = ["kind", "short_name"]

    def __str__(self):
        return self.short_name


class Article(models.Model):
    """第几条. ``number`` orders articles; 第X条之一 has suffix 1."""

    law = models.ForeignKey(Law, models.CASCADE, related_name="articles", verbose_name=_("法律"))
    number = models.PositiveSmallIntegerField(_("条"))
    suffix = models.PositiveSmallIntegerField(_("之"), default=0)
    chapter = models.CharField(_("章节"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("条文")
        verbose_name_plural = _("条文")
        ordering = ["law_id", "number", "suffix"]
        constraints = [models.UniqueConstraint(fields=["law", "number", "suffix"], name="article_once")]

    def __str__(self):
        return gettext("《%(law)s》%(words)s") % {"law": self.law.short_name, "words": self.words}

    @property
    def words(self) -> str:
        """第五十二条, 第十七条之一; in English Article 52, Article 17-1."""
        if (get_language() or "zh").startswith("zh"):
            return article_name(self.number, self.suffix)
        return gettext("第%(n)s条") % {"n": f"{self.number}-{self.suffix}" if self.suffix else self.number}


class ArticleVersion(models.Model):
    """The words of an article during [start, end)."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions", verbose_name=_("条文"))
    text = models.TextField(_("内容"))
    start = models.DateField(_("施行日期"))
    end = models.DateField(_("失效日期"), null=True, blank=True)
    source = models.CharField(_("修改依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("条文版本")
        verbose_name_plural = _("条文版本")
        ordering = ["article_id", "start"]
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="articleversion_range"),
            models.UniqueConstraint(fields=["article", "start"], name="articleversion_start"),
        ]

    def __str__(self):
        return f"{self.article_id} {self.start}"
