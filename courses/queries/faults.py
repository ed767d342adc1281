"""Why a case or a drill may not be published yet."""

from __future__ import annotations

from django.utils.translation import gettext as _

from courses.models import CasePage, DrillPage
from courses.queries import anonymise, drills


def faults_of(page) -> list[str]:
    """Sentences, each with what to do; none when the page may be published. Other pages have no faults."""
    if isinstance(page, CasePage):
        return [*case_faults(page), *_names_left(page)]
    if isinstance(page, DrillPage):
        return drills.defect_words(page)
    return []


def case_faults(page: CasePage) -> list[str]:
    """What keeps a case from being published, in words for its editor; empty when nothing does."""
    steps = list(page.steps)
    if not steps:
        return [_("案例还没有步骤，请先填写。")]
    found = [
        _("第%(n)s步是判断题，没有标明哪个选项与结果一致。") % {"n": n}
        for n, step in enumerate(steps, 1)
        if step.block_type == "judgement" and not any(one["right"] for one in step.value["choices"])
    ]
    if steps[-1].block_type == "judgement":
        found.append(_("最后一步是判断题，后面应有处理结果。"))
    return found


def _names_left(page: CasePage) -> list[str]:
    report = anonymise.report_of(page)
    if report.clear:
        return []
    words = {"n": len(report.open), "some": _("、").join(line.finding.text for line in report.open[:3])}
    if report.stale:
        return [_("脱敏确认后文字有改动，有%(n)s处须重新核对：%(some)s。") % words]
    return [_("脱敏检查发现%(n)s处可能指向真实人员或单位：%(some)s，请逐处替换或确认。") % words]
