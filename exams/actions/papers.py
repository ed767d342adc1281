"""Changing papers: blueprint or chosen questions, ready for use, frozen when a sitting opens.

A paper that was ready goes back to draft when what a candidate gets changes. Frozen copies never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from exams.models import (
    Bank,
    FrozenPaper,
    Paper,
    PaperItem,
    PaperQuota,
    PaperSection,
    QuestionKind,
    Sitting,
)
from exams.queries import papers as query
from exams.rules import blueprint
from exams.rules.blueprint import SectionSpec
from portal import audit
from portal.actions.errors import Refused

FIELDS = (
    "code",
    "title",
    "mode",
    "multiple_policy",
    "pass_mark",
    "minutes",
    "shuffle_items",
    "shuffle_options",
    "for_practice",
)
# What no candidate notices: such a change leaves a ready paper ready.
QUIET = {"code", "for_practice"}
MOST_ITEMS = 300
MOST_SECTIONS = 20


def _own(paper: Paper) -> Paper:
    """The stored paper, locked. Raises Refused for a retired one."""
    stored = Paper.objects.select_for_update().get(pk=paper.pk)
    if stored.state == Paper.State.RETIRED:
        raise Refused(_("试卷“%(title)s”已停用，不能修改；可以复制为新卷。") % {"title": stored.title})
    return stored


def _saved(*, actor, now, paper: Paper, what: str, **data) -> None:
    """The content changed: a ready paper becomes a draft, and the audit row is written."""
    if paper.state == Paper.State.READY:
        Paper.objects.filter(pk=paper.pk).update(state=Paper.State.DRAFT)
        paper.state = Paper.State.DRAFT
        data["state"] = Paper.State.DRAFT
    audit.record(actor=actor, now=now, action="paper.saved", obj=paper, code=paper.code, what=what, **data)


def _check_fields(paper: Paper, banks: Sequence[Bank] | None) -> None:
    if not paper.title.strip():
        raise Refused(_("请填写试卷名称。"), "title")
    if Paper.objects.filter(code=paper.code).exclude(pk=paper.pk).exists():
        raise Refused(_("代码“%(code)s”已被使用，请换一个。") % {"code": paper.code}, "code")
    if not 1 <= paper.minutes <= 600:
        raise Refused(_("时长应为1至600分钟。"), "minutes")
    if Decimal(paper.pass_mark) < 0:
        raise Refused(_("合格分不能为负数。"), "pass_mark")
    if banks is not None and not banks:
        raise Refused(_("请至少选择一个题库。"), "banks")
    if paper.for_practice:
        closed = [bank for bank in (banks if banks is not None else paper.banks.all()) if bank.exam_only]
        if closed:
            words = {"banks": _("、").join(bank.name for bank in closed)}
            raise Refused(_("题库“%(banks)s”仅供考试，本卷不能作模拟考试。") % words, "for_practice")


def create_paper(*, actor, now, code, title, mode=Paper.Mode.BLUEPRINT, banks, **fields) -> Paper:
    """A new draft without sections. ``fields``: the others of ``FIELDS``. The same code, title and mode again returns
    the existing paper. Raises Refused (code taken, no bank, examination-only bank for practice …).
    """
    banks = list(banks)
    with transaction.atomic():
        known = Paper.objects.filter(code=code, title=title, mode=mode).first()
        if known:
            return known
        paper = Paper(code=code, title=title, mode=mode, made_by=actor, made_at=now, **fields)
        _check_fields(paper, banks)
        paper.save()
        paper.banks.set(banks)
        _saved(actor=actor, now=now, paper=paper, what="create", banks=[bank.code for bank in banks])
    return paper


def change_paper(*, actor, now, paper: Paper, banks: Iterable[Bank] | None = None, **fields) -> Paper:
    """Change the basics (``FIELDS``) and the banks. The way of composing cannot change once there are sections."""
    with transaction.atomic():
        paper = _own(paper)
        changes = {name: value for name, value in fields.items() if getattr(paper, name) != value}
        if "mode" in changes and paper.sections.exists():
            raise Refused(_("试卷已有内容，不能改变组卷方式；可以新建一份。"), "mode")
        for name, value in changes.items():
            setattr(paper, name, value)
        banks = list(banks) if banks is not None else None
        moved = banks is not None and {bank.pk for bank in banks} != set(paper.banks.values_list("pk", flat=True))
        _check_fields(paper, banks)
        if not changes and not moved:
            return paper
        if changes:
            paper.save(update_fields=list(changes))
        if moved:
            paper.banks.set(banks)
            changes["banks"] = [bank.code for bank in banks]
        told = {name: str(value) for name, value in changes.items()}
        if set(changes) <= QUIET:
            audit.record(actor=actor, now=now, action="paper.saved", obj=paper, code=paper.code, what="basics", **told)
        else:
            _saved(actor=actor, now=now, paper=paper, what="basics", changes=told)
    return paper


def copy_paper(*, actor, now, paper: Paper, code: str, title: str) -> Paper:
    """A draft with the same basics, banks, sections, quotas and chosen questions."""
    with transaction.atomic():
        values = {name: getattr(paper, name) for name in FIELDS if name not in ("code", "title")}
        new = Paper(code=code, title=title, made_by=actor, made_at=now, **values)
        banks = list(paper.banks.all())
        _check_fields(new, banks)
        new.save()
        new.banks.set(banks)
        for section in paper.sections.prefetch_related("quotas", "items"):
            quotas, items = list(section.quotas.all()), list(section.items.all())
            made = PaperSection.objects.create(
                paper=new,
                position=section.position,
                title=section.title,
                kind=section.kind,
                count=section.count,
                marks=section.marks,
            )
            PaperQuota.objects.bulk_create(
                PaperQuota(section=made, topic_id=q.topic_id, difficulty=q.difficulty, count=q.count) for q in quotas
            )
            PaperItem.objects.bulk_create(
                PaperItem(section=made, position=item.position, question_id=item.question_id) for item in items
            )
        _saved(actor=actor, now=now, paper=new, what="copy", source=paper.code)
    return new


def _check_sections(sections: Sequence[SectionSpec], fixed: bool) -> None:
    if len(sections) > MOST_SECTIONS:
        raise Refused(_("最多%(most)s个部分。") % {"most": MOST_SECTIONS})
    for section in sections:
        words = {"title": section.title or QuestionKind(section.kind).label}
        if section.marks <= 0:
            raise Refused(_("%(title)s：每题分值应大于0。") % words)
        if not fixed and section.count < 1:
            raise Refused(_("%(title)s：题数应大于0。") % words)
    if not fixed and sum(section.count for section in sections) > MOST_ITEMS:
        raise Refused(_("一份试卷最多%(most)s题。") % {"most": MOST_ITEMS})


def save_sections(*, actor, now, paper: Paper, sections: Sequence[SectionSpec], strict: bool = False) -> Paper:
    """Replace the sections by ``sections``, in order.

    In a fixed paper sections are recognised by ``pk``: their questions stay, the count is that of the questions, and
    only a section without questions can be taken away. ``strict``: refuse what the banks cannot fill today.
    """
    with transaction.atomic():
        paper = _own(paper)
        fixed = paper.mode == Paper.Mode.FIXED
        _check_sections(sections, fixed)
        if fixed:
            changed = _save_fixed(paper, sections)
        else:
            # An unchanged blueprint is still checked: the banks may have moved.
            if strict and (problems := query.check(sections, paper.banks.values_list("pk", flat=True)).problems):
                raise Refused(_("；").join(problems) + _("。"))
            changed = _save_blueprint(paper, sections)
        if changed:
            total = str(blueprint.total(paper.sections.all()))
            _saved(actor=actor, now=now, paper=paper, what="sections", sections=len(sections), total=total)
    return paper


def _save_blueprint(paper: Paper, sections: Sequence[SectionSpec]) -> bool:
    if list(sections) == query.specs_of(paper):
        return False
    paper.sections.all().delete()
    for position, spec in enumerate(sections, 1):
        section = PaperSection.objects.create(
            paper=paper, position=position, title=spec.title, kind=spec.kind, count=spec.count, marks=spec.marks
        )
        PaperQuota.objects.bulk_create(
            PaperQuota(section=section, topic_id=q.topic_id, difficulty=q.difficulty, count=q.count)
            for q in spec.quotas
        )
    return True


def _save_fixed(paper: Paper, sections: Sequence[SectionSpec]) -> bool:
    known = {row.pk: row for row in paper.sections.prefetch_related("items")}
    stored = [(row.pk, row.title, row.kind, row.marks) for row in known.values()]
    if [(spec.pk, spec.title, spec.kind, spec.marks) for spec in sections] == stored:
        return False
    kept = {spec.pk for spec in sections}
    for row in known.values():
        if row.pk not in kept and row.items.all():
            raise Refused(_("“%(title)s”还有选题，请先移出再去掉这一部分。") % {"title": row.title})
    paper.sections.exclude(pk__in=[pk for pk in kept if pk in known]).delete()
    # Two steps: a position may still be another section's.
    paper.sections.update(position=F("position") + 1000)
    for position, spec in enumerate(sections, 1):
        values = {"title": spec.title, "kind": spec.kind, "marks": spec.marks, "position": position}
        row = known.get(spec.pk)
        if row is None:
            PaperSection.objects.create(paper=paper, count=0, **values)
        elif row.kind != spec.kind and row.items.all():
            raise Refused(_("“%(title)s”已有选题，不能改变题型。") % {"title": row.title})
        else:
            PaperSection.objects.filter(pk=row.pk).update(**values)
    return True


def mark_ready(*, actor, now, paper: Paper) -> Paper:
    """Draft → ready. Raises Refused with everything that is missing, in words."""
    with transaction.atomic():
        paper = _own(paper)
        if paper.state == Paper.State.READY:
            return paper
        problems = query.shortages(paper)
        full = query.total(paper)
        if not problems and paper.pass_mark > full:
            words = {"pass_mark": paper.pass_mark, "total": full}
            problems.append(_("合格分%(pass_mark)s高于满分%(total)s") % words)
        if problems:
            raise Refused(_("；").join(problems) + _("。"))
        _check_fields(paper, None)
        _move(actor, now, paper, Paper.State.DRAFT, Paper.State.READY)
    return paper


def reopen(*, actor, now, paper: Paper) -> Paper:
    """Ready or retired → draft. A draft stays one."""
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper.pk)
        if paper.state != Paper.State.DRAFT:
            _move(actor, now, paper, paper.state, Paper.State.DRAFT)
    return paper


def retire(*, actor, now, paper: Paper) -> Paper:
    """No more sittings with this paper. Raises Refused while one that has not opened yet names it."""
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper.pk)
        if paper.state == Paper.State.RETIRED:
            return paper
        waiting = [Sitting.State.DRAFT, Sitting.State.REGISTERING, Sitting.State.ARRANGED]
        sitting = Sitting.objects.filter(papers__paper=paper, state__in=waiting).first()
        if sitting:
            raise Refused(_("“%(title)s”尚未开考，还要用本卷，不能停用。") % {"title": sitting.title})
        _move(actor, now, paper, paper.state, Paper.State.RETIRED)
    return paper


def _move(actor, now, paper: Paper, before: str, after: str) -> None:
    if not Paper.objects.filter(pk=paper.pk, state=before).update(state=after):
        raise Refused(_("试卷状态已有变化，请刷新后再操作。"))
    paper.state = after
    audit.record(actor=actor, now=now, action="paper.saved", obj=paper, code=paper.code, what="state", state=after)


def freeze(*, actor, now, paper: Paper) -> FrozenPaper:
    """The paper as it stands now, pinned for good: rules and current question versions, no key.

    Nothing changed since the last time → the same copy. Raises Refused for a paper that is not ready or cannot be
    drawn today.
    """
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper.pk)
        if paper.state != Paper.State.READY:
            words = {"title": paper.title, "state": paper.get_state_display()}
            raise Refused(_("试卷“%(title)s”为%(state)s，设为可用后才能定稿。") % words)
        problems = query.shortages(paper)
        if problems:
            raise Refused(_("试卷“%(title)s”不能定稿：") % {"title": paper.title} + _("；").join(problems) + _("。"))
        body = query.body_of(paper)
        sha = query.sha_of(body)
        frozen, made = FrozenPaper.objects.get_or_create(
            paper=paper, sha256=sha, defaults={"body": body, "frozen_at": now}
        )
        if made:
            audit.record(actor=actor, now=now, action="paper.frozen", obj=paper, code=paper.code, sha256=sha)
    return frozen


def note_print(*, actor, now, frozen: FrozenPaper, seed: int, key: bool) -> None:
    """A paper, or its answers, went to the printer: who, when, which draw."""
    with transaction.atomic():
        audit.record(
            actor=actor,
            now=now,
            action="keys.printed" if key else "paper.printed",
            obj=frozen.paper,
            code=frozen.paper.code,
            sha256=frozen.sha256,
            seed=str(seed),
        )
