"""Reading right answers: for marking, review, export and printed answer keys only."""

from __future__ import annotations

from collections.abc import Iterable

from exams.formats.draft import QuestionDraft, plain
from exams.models import Picture, Question, QuestionKey, QuestionState, QuestionVersion


def keys_of(version_ids: Iterable[int]) -> dict[int, QuestionKey]:
    """Keys by version. One query."""
    return QuestionKey.objects.in_bulk(set(version_ids))


def may_see(access, question: Question) -> bool:
    """May this viewer see the question's answers? The exam office always; another reviewer while it is a draft."""
    if access.can("keys.view"):
        return True
    return question.state == QuestionState.DRAFT and access.can("bank.review")


def drafts_of(questions: Iterable[Question]) -> list[QuestionDraft]:
    """The current versions written down as drafts, in order; ``current`` and its topic loaded. 2–3 queries."""
    return drafts_of_versions([question.current for question in questions])


def drafts_of_versions(versions: Iterable[QuestionVersion]) -> list[QuestionDraft]:
    """Versions (topics loaded) written down as drafts, in order. Two queries, one when there is no picture."""
    versions = list(versions)
    keys = keys_of(version.pk for version in versions)
    ids = {version.picture_id for version in versions}
    ids |= {option.get("picture") for version in versions for option in version.options}
    ids.discard(None)
    sha = dict(Picture.objects.filter(pk__in=ids).values_list("pk", "sha256")) if ids else {}
    return [_draft(version, keys[version.pk], sha) for version in versions]


def _draft(version, key, sha) -> QuestionDraft:
    answer = key.answer
    if not isinstance(answer, str):
        answer = tuple(tuple(words) if isinstance(words, list) else words for words in answer)
    return QuestionDraft(
        kind=version.kind,
        form=version.form,
        stem=version.stem,
        options=tuple((o["key"], o["text"], sha.get(o.get("picture"))) for o in version.options),
        answer=answer,
        material=version.material,
        case_code=version.case_code,
        blanks=version.blanks,
        explanation=key.explanation,
        rubric=tuple((line["text"], line["marks"]) for line in key.rubric),
        difficulty=version.difficulty,
        topic=version.topic.name if version.topic else "",
        basis=version.basis,
        marks=plain(version.marks),
        source=version.source,
        picture=sha.get(version.picture_id),
    )
