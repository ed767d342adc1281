"""Keeping the law library: laws, articles, and their dated versions. An amendment closes the old version on the day
the new one takes effect; nothing is ever overwritten, but for corrections of a copying mistake.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.actions.errors import Refused
from portal.law import hooks
from portal.law.citations import article_name, short_name
from portal.law.models import Article, ArticleVersion, Law
from portal.law.text import ArticleText, LawText


def named(article: Article) -> str:
    """《行政处罚法》第五十二条."""
    return f"《{article.law.short_name}》{article_name(article.number, article.suffix)}"


@transaction.atomic
def save_law(*, actor, now, law: Law) -> Law:
    """Save a new or changed law (not its articles); saving it unchanged writes nothing.

    Raises Refused when its name or short name, with or without 中华人民共和国, is another law's.
    """
    names = {short_name(law.name), short_name(law.short_name)}
    for other in Law.objects.select_for_update().exclude(pk=law.pk):
        if names & {short_name(other.name), short_name(other.short_name)} or law.code == other.code:
            same = "code" if law.code == other.code else "name"
            raise Refused(_("法规库中已有《%(name)s》，名称或代码相同。") % {"name": other.short_name}, same)
    values = {f.attname: getattr(law, f.attname) for f in law._meta.concrete_fields if not f.primary_key}
    old = Law.objects.filter(pk=law.pk).values().first() or {}
    changed = {name: [str(old.get(name, "")), str(value)] for name, value in values.items() if old.get(name) != value}
    if old and not changed:
        return law
    law.save()
    audit.record(actor=actor, now=now, action="law.saved", obj=law, code=law.code, changed=changed if old else {})
    return law


@transaction.atomic
def add_article(
    *, actor, now, law: Law, number: int, text: str, start, suffix: int = 0, chapter: str = "", source: str = ""
) -> Article:
    """Add an article whose words hold from ``start`` on. The same article with the same words again is that article.

    Raises Refused when the law has the article with other words (amend it), or the text is blank.
    """
    text = _clean(text)
    Law.objects.select_for_update().get(pk=law.pk)
    article = Article.objects.select_related("law").filter(law=law, number=number, suffix=suffix).first()
    if article:
        current = article.versions.order_by("-start").first()
        if current and current.text == text:
            return article
        raise Refused(_("%(article)s已在法规库中，请在该条中修改。") % {"article": named(article)}, "number")
    article = Article.objects.create(law=law, number=number, suffix=suffix, chapter=chapter)
    ArticleVersion.objects.create(article=article, text=text, start=start, source=source[:200])
    audit.record(actor=actor, now=now, action="article.added", obj=article, name=named(article), start=str(start))
    return article


@transaction.atomic
def amend_article(*, actor, now, article: Article, text: str, start, source: str = "") -> ArticleVersion:
    """New words from ``start`` on; the version before ends there. The same words from the same day again: nothing.

    What cites the article is put on hold in the same transaction (hooks.on_amended). Raises Refused when ``start`` is
    not later than the newest version's, when the words are the same, or when the article has ended before.
    """
    article = Article.objects.select_for_update(of=("self",)).select_related("law").get(pk=article.pk)
    return _amend(actor=actor, now=now, article=article, text=_clean(text), start=start, source=source)


def _amend(*, actor, now, article, text, start, source) -> ArticleVersion:
    newest = article.versions.order_by("-start").first()
    if newest and newest.start == start and newest.text == text:
        return newest
    if newest and start <= newest.start:
        told = {"article": named(article), "start": newest.start}
        raise Refused(_("%(article)s的现行版本自%(start)s起施行，新版本须晚于该日。") % told, "start")
    if newest and newest.text == text and newest.end is None:
        raise Refused(_("%(article)s的内容没有变化。") % {"article": named(article)}, "text")
    if newest and (newest.end is None or newest.end > start):
        newest.end = start
        newest.save(update_fields=["end"])
    version = ArticleVersion.objects.create(article=article, text=text, start=start, source=source[:200])
    told = {"name": named(article), "start": str(start), "source": source}
    audit.record(actor=actor, now=now, action="article.amended", obj=article, **told)
    hooks.amended(actor=actor, now=now, article=article, version=version)
    return version


@transaction.atomic
def correct_version(*, actor, now, version: ArticleVersion, text: str, reason: str) -> ArticleVersion:
    """Put right a copying mistake in a version; the law itself did not change, so nothing is put on hold.

    The words before stay in the audit trail. Raises Refused without a reason.
    """
    text = _clean(text)
    version = ArticleVersion.objects.select_for_update(of=("self",)).select_related("article__law").get(pk=version.pk)
    if version.text == text:
        return version
    if not reason.strip():
        raise Refused(_("请填写订正原因。"), "source")
    before, version.text = version.text, text
    version.save(update_fields=["text"])
    told = {"name": named(version.article), "start": str(version.start), "before": before, "reason": reason.strip()}
    audit.record(actor=actor, now=now, action="article.corrected", obj=version.article, **told)
    return version


@transaction.atomic
def end_article(*, actor, now, article: Article, end, source: str = "") -> ArticleVersion:
    """The article no longer holds from ``end`` on (废止). Again with the same day: nothing. What cites it is held.

    Raises Refused when it has no words in force before ``end``.
    """
    article = Article.objects.select_for_update(of=("self",)).select_related("law").get(pk=article.pk)
    return _end(actor=actor, now=now, article=article, end=end, source=source)


def _end(*, actor, now, article, end, source) -> ArticleVersion:
    newest = article.versions.order_by("-start").first()
    if newest and newest.end == end:
        return newest
    if newest is None or newest.end is not None or newest.start >= end:
        raise Refused(_("%(article)s在该日之前没有施行的内容。") % {"article": named(article)}, "end")
    newest.end = end
    newest.save(update_fields=["end"])
    told = {"name": named(article), "end": str(end), "source": source}
    audit.record(actor=actor, now=now, action="article.ended", obj=article, **told)
    hooks.amended(actor=actor, now=now, article=article, version=newest)
    return newest


@dataclass
class Loaded:
    """What loading a statute did: numbers of articles by ``added``, ``amended``, ``ended``, ``unchanged``."""

    law: Law
    counts: Counter = field(default_factory=Counter)

    @property
    def changed(self) -> bool:
        return any(self.counts[name] for name in ("added", "amended", "ended"))


@transaction.atomic
def load_law(*, actor, now, text: LawText) -> Loaded:
    """Bring the library to a whole statute as it stands from ``text.in_force`` on; doing it again changes nothing.

    Articles it does not have are added, changed ones amended (and what cites them held), those the new text no longer
    has end on that day. Raises Refused when the library already has a later version of an article, or when the words
    of the same day differ (correct that version by hand).
    """
    law = Law.objects.filter(code=text.code).first()
    fresh = law is None
    law = law or Law(code=text.code)
    law.name, law.short_name, law.kind = text.name, text.short_name, text.kind
    law.issuer, law.in_force = text.issuer, text.in_force
    law = save_law(actor=actor, now=now, law=law)
    loaded = Loaded(law)
    known = {(one.number, one.suffix): one for one in law.articles.select_for_update()}
    newest = {v.article_id: v for v in ArticleVersion.objects.filter(article__law=law).order_by("start")}
    new: list[ArticleText] = []
    for one in text.articles:
        article = known.pop((one.number, one.suffix), None)
        if article is None:
            new.append(one)
            continue
        article.law = law
        _settle(loaded, article, one, newest.get(article.pk), text, actor=actor, now=now)
    for article in known.values():
        article.law, version = law, newest.get(article.pk)
        if version and version.end is None and version.start < text.in_force:
            _end(actor=actor, now=now, article=article, end=text.in_force, source=text.source)
            loaded.counts["ended"] += 1
    _add_all(law, new, text)
    loaded.counts["added"] = len(new)
    if loaded.changed or fresh:
        counts = dict(loaded.counts)
        audit.record(actor=actor, now=now, action="law.imported", obj=law, code=law.code, counts=counts)
    return loaded


def _settle(loaded, article, one: ArticleText, version, text: LawText, *, actor, now) -> None:
    """An article that both the library and the new text have."""
    if one.chapter and article.chapter != one.chapter:
        article.chapter = one.chapter
        article.save(update_fields=["chapter"])
    if version is not None and version.end is None and version.text == one.text:
        loaded.counts["unchanged"] += 1
        return
    if version is not None and version.start == text.in_force:
        told = {"article": named(article), "start": version.start}
        message = _("%(article)s自%(start)s起施行的内容与文件不同；如系录入错误，请在该条中订正。")
        raise Refused(message % told)
    _amend(actor=actor, now=now, article=article, text=one.text, start=text.in_force, source=text.source)
    loaded.counts["amended"] += 1


def _add_all(law: Law, articles: list[ArticleText], text: LawText) -> None:
    rows = [Article(law=law, number=one.number, suffix=one.suffix, chapter=one.chapter) for one in articles]
    Article.objects.bulk_create(rows, batch_size=500)
    made = {(row.number, row.suffix): row for row in law.articles.all()}
    ArticleVersion.objects.bulk_create(
        [
            ArticleVersion(
                article=made[one.number, one.suffix], text=one.text, start=text.in_force, source=text.source[:200]
            )
            for one in articles
        ],
        batch_size=500,
    )


def _clean(text: str) -> str:
    text = "\n".join(line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip())
    if not text:
        raise Refused(_("条文内容为空。"), "text")
    return text
