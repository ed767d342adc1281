"""Study pages that cite an amended article wait until somebody has read them again.

They stay published; their readers are told. Importing this module registers it with the law library.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import CitationReview
from courses.queries.citing import citing_ids
from portal import audit
from portal.actions.errors import Refused
from portal.law import hooks
from portal.law.models import Article, ArticleVersion

LONGEST = 200


@transaction.atomic
def raise_reviews(*, actor, now, article: Article, version: ArticleVersion) -> int:
    """Every page that cites ``article`` must be read again because of ``version`` (new, or ended). How many newly.

    A review settled for the same version opens again when that version has ended since.
    """
    pages = set(Page.objects.filter(pk__in=citing_ids(article)).values_list("pk", flat=True))
    known = CitationReview.objects.filter(version=version, page__in=pages)
    settled = list(known.exclude(settled_at=None)) if version.end is not None else []
    again = [row for row in settled if row.settled_at < now]
    CitationReview.objects.filter(pk__in=[row.pk for row in again]).update(
        settled_at=None, settled_by=None, note="", raised_at=now
    )
    new = pages - set(known.values_list("page_id", flat=True))
    CitationReview.objects.bulk_create(
        [CitationReview(page_id=pk, article=article, version=version, raised_at=now) for pk in sorted(new)],
        ignore_conflicts=True,
    )
    raised = sorted(new | {row.page_id for row in again})
    _note(actor, now, "citation.raised", raised, article=article.pk, version=version.pk)
    return len(raised)


@transaction.atomic
def settle_reviews(*, actor, now, reviews: Iterable[CitationReview], note: str = "") -> int:
    """The pages were read against the new words (and changed where needed; ``note`` says what). How many waited.

    Raises Refused for a note longer than 200 characters.
    """
    note = note.strip()
    if len(note) > LONGEST:
        raise Refused(_("处理说明不超过200字。"), "note")
    rows = list(CitationReview.objects.filter(pk__in=[row.pk for row in reviews], settled_at=None).order_by("pk"))
    settled = [
        row
        for row in rows
        if CitationReview.objects.filter(pk=row.pk, settled_at=None).update(settled_at=now, settled_by=actor, note=note)
    ]
    for row in settled:
        told = {"article": row.article_id, "version": row.version_id, "note": note}
        _note(actor, now, "citation.settled", [row.page_id], **told)
    return len(settled)


def _note(actor, now, action: str, pages: list[int], **data) -> None:
    entries = [audit.Entry(action, "wagtailcore.page", str(pk), data=data) for pk in pages]
    audit.record_many(actor=actor, now=now, entries=entries)


@hooks.on_amended
def raise_when_amended(*, actor, now, article, version) -> None:
    """An article has new words, or ended (then ``version`` is the one that ended)."""
    raise_reviews(actor=actor, now=now, article=article, version=version)
