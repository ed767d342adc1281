"""Audit actions of the law library."""

from django.utils.translation import gettext_noop as _

from portal import audit

audit.declare(
    {
        "law.saved": _("修改法规"),
        "law.imported": _("导入法规"),
        "article.added": _("增加条文"),
        "article.amended": _("修改条文"),
        "article.corrected": _("订正条文"),
        "article.ended": _("废止条文"),
    }
)
