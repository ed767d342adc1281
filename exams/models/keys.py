"""Right answers. Delivery code must not import this module (an import contract holds it), nor has it a way back from
a question version: the relation has no reverse name.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionKey(models.Model):
    """The key of one question version; never changed (a corrected key is a new version, or a KeyDecision of a sitting).

    ``answer``: choice forms ["A", "C"]; blank [["罚款", "罚金"], …] accepted words for each blank; written "参考答案".
    ``rubric``: [{"text": "指出应当回避的法定情形", "marks": "3"}, …] for written answers.
    """

    version = models.OneToOneField("exams.QuestionVersion", models.PROTECT, primary_key=True, related_name="+")
    answer = models.JSONField(_("答案"))
    explanation = models.TextField(_("解析"), blank=True)
    rubric = models.JSONField(_("评分要点"), default=list)

    class Meta:
        verbose_name = _("试题答案")
        verbose_name_plural = _("试题答案")

    def __str__(self):
        return f"key of {self.version_id}"
