"""Turning question drafts into rows. Private to the actions on banks; callers hold the transaction and the locks."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from exams.formats.draft import QuestionDraft
from exams.models import Bank, Picture, Question, QuestionKey, QuestionVersion, Topic
from portal.actions.errors import Refused
from portal.law.queries import resolve

# Keys asked for in one statement; every database takes this many.
CHUNK = 500


class Duplicate(Refused):
    """The same question is there already: ``question`` (None when it is another of the same batch)."""

    def __init__(self, message, question: Question | None = None):
        super().__init__(message, "stem")
        self.question = question


def store(*, actor, now, pairs: list[tuple[Question, QuestionDraft]], number: int) -> list[QuestionVersion]:
    """Versions, keys and article references of (question, draft) pairs, in order; the same version number for all."""
    drafts = [draft for _question, draft in pairs]
    topics, pictures = _topics(drafts), _pictures(drafts)
    articles = resolve({draft.basis for draft in drafts if draft.basis})
    versions = QuestionVersion.objects.bulk_create(
        [
            QuestionVersion(
                question=question, number=number, made_by=actor, made_at=now, **_fields(draft, topics, pictures)
            )
            for question, draft in pairs
        ],
        batch_size=CHUNK,
    )
    QuestionKey.objects.bulk_create(
        [QuestionKey(version=version, **_key(draft)) for version, draft in zip(versions, drafts)], batch_size=CHUNK
    )
    through = QuestionVersion.articles.through
    through.objects.bulk_create(
        [
            through(questionversion=version, article=article)
            for version, draft in zip(versions, drafts)
            for article in dict.fromkeys(articles.get(draft.basis, ()))
        ],
        batch_size=CHUNK,
    )
    return versions


def questions_by_print(bank: Bank, prints: list[str]) -> dict[str, Question]:
    """The bank's questions that have one of these fingerprints, by fingerprint."""
    found = {}
    for start in range(0, len(prints), CHUNK):
        rows = bank.questions.filter(fingerprint__in=prints[start : start + CHUNK])
        found.update({question.fingerprint: question for question in rows})
    return found


def with_material(drafts: list[QuestionDraft], material: str) -> list[QuestionDraft]:
    """The same drafts with another case material."""
    return [replace(draft, material=material) for draft in drafts]


def search_text(*texts: str) -> str:
    """Texts as they are searched: compatibility forms made one, lower case."""
    return unicodedata.normalize("NFKC", "\n".join(text for text in texts if text)).lower()


def _fields(draft: QuestionDraft, topics, pictures) -> dict:
    return {
        "kind": draft.kind,
        "form": draft.form,
        "case_code": draft.case_code,
        "material": draft.material,
        "stem": draft.stem,
        "picture_id": pictures[draft.picture] if draft.picture else None,
        "options": [
            {"key": key, "text": text, "picture": pictures[picture] if picture else None}
            for key, text, picture in draft.options
        ],
        "blanks": draft.blanks,
        "topic": topics.get(draft.topic),
        "difficulty": draft.difficulty,
        "marks": Decimal(draft.marks),
        "basis": draft.basis,
        "source": draft.source,
        "search": search_text(draft.material, draft.stem, *(text for _key, text, _picture in draft.options)),
    }


def _key(draft: QuestionDraft) -> dict:
    answer = draft.answer
    if not isinstance(answer, str):
        answer = [list(words) if isinstance(words, tuple) else words for words in answer]
    rubric = [{"text": text, "marks": marks} for text, marks in draft.rubric]
    return {"answer": answer, "explanation": draft.explanation, "rubric": rubric}


def _pictures(drafts) -> dict[str, int]:
    names = {draft.picture for draft in drafts} | {name for draft in drafts for _k, _t, name in draft.options}
    names -= {None, ""}
    if not names:
        return {}
    found = dict(Picture.objects.filter(sha256__in=names).values_list("sha256", "pk"))
    for draft in drafts:
        own = {draft.picture, *(name for _k, _t, name in draft.options)} - {None, ""}
        if missing := own - found.keys():
            where = _("%(where)s：") % {"where": draft.where} if draft.where else ""
            raise Refused(where + _("没有找到图片“%(name)s”，请一并上传。") % {"name": min(missing)[:40]}, "picture")
    return found


def _topics(drafts) -> dict[str, Topic]:
    """Topics by name; missing ones become roots, which are locked first so that two writers do not take one place."""
    names = {draft.topic for draft in drafts if draft.topic}
    if not names:
        return {}
    found = {topic.name: topic for topic in Topic.objects.filter(name__in=names)}
    if names - found.keys():
        list(Topic.objects.select_for_update().filter(depth=1).values_list("pk", flat=True))
        found = {topic.name: topic for topic in Topic.objects.filter(name__in=names)}
        for name in sorted(names - found.keys()):
            found[name] = Topic.add_root(name=name)
    return found
