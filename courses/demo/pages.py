"""What the editor of the demonstration wrote: courses with their lessons, cases, drills."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from wagtail.models import Collection
from wagtailmedia.forms import get_media_form

from courses.models import (
    CaseEvent,
    CasePage,
    CitedArticle,
    CoursePage,
    DrillPage,
    LessonPage,
    Recording,
    Section,
    SectionPage,
)
from exams.models import Question, QuestionState, Topic
from portal.law.models import Article

DATA = Path(__file__).parent / "data"
MONDAY = 0


def content(name: str):
    """One of the files beside this one."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


class Shelves:
    """The catalogue being filled by ``editor``; cases are published by the ``legal`` office that reviewed them."""

    def __init__(self, editor, legal, lecturers):
        self.editor, self.legal, self.lecturers = editor, legal, lecturers
        self.shelf = {page.holds: page for page in SectionPage.objects.all()}
        self.articles = {row.number: row for row in Article.objects.filter(law__short_name="行政处罚法", suffix=0)}
        self.films = {key: self._film(key, film["title"]) for key, film in content("videos").items()}

    def _film(self, key: str, title: str) -> Recording:
        """Uploaded through the form of the CMS, with its checks."""
        kind = get_media_form(Recording)
        files = {
            "file": SimpleUploadedFile(f"{key}.mp4", (DATA / f"{key}.mp4").read_bytes()),
            "captions": SimpleUploadedFile(f"{key}.vtt", (DATA / f"{key}.vtt").read_bytes()),
        }
        root = Collection.get_first_root_node()
        form = kind(
            {"title": title, "collection": root.pk},
            files,
            instance=Recording(type="video", uploaded_by_user=self.editor),
            user=self.editor,
        )
        if not form.is_valid():
            raise ValueError(form.errors.as_text())
        return form.save()

    def publish(self, parent, page):
        """Add a page under ``parent`` and publish it, as the editor would."""
        page.owner = self.editor
        page.live = False
        parent.add_child(instance=page)
        page.save_revision(user=self.editor).publish(user=self.legal if isinstance(page, CasePage) else self.editor)
        return type(page).objects.get(pk=page.pk)

    def citing(self, page, articles):
        """``page`` with the articles of 行政处罚法 that it cites and the library holds: (number, what for)."""
        page.cited_articles = [
            CitedArticle(article=self.articles[number], note=note, sort_order=order)
            for order, (number, note) in enumerate(articles)
            if number in self.articles
        ]
        return page

    def courses(self) -> list[CoursePage]:
        return [self._course(told) for told in content("courses")]

    def _course(self, told: dict) -> CoursePage:
        course = CoursePage(
            title=told["title"],
            slug=told["slug"],
            summary=told["summary"],
            category=told["category"],
            lecturer=self.lecturers[told["lecturer"]],
            kind=told.get("kind", "online"),
        )
        page = self.publish(self.shelf[Section.COURSES], self.citing(course, told["articles"]))
        for number, lesson in enumerate(told["lessons"], 1):
            quiz = lesson.get("quiz", 0)
            self.publish(
                page,
                LessonPage(
                    title=lesson["title"],
                    slug=str(number),
                    chapter=lesson["chapter"],
                    video=self.films.get(lesson.get("video")),
                    body=lesson.get("body", ""),
                    minutes=lesson.get("minutes", 0),
                    quiz_topic=self._topic() if quiz else None,
                    quiz_count=quiz,
                ),
            )
        return page

    def _topic(self) -> Topic | None:
        """The topic of the practice bank with most to ask."""
        asked = Question.objects.filter(bank__code="lianxi", state=QuestionState.ACTIVE)
        most = asked.values("current__topic").annotate(n=Count("pk")).order_by("-n", "current__topic").first()
        return Topic.objects.get(pk=most["current__topic"]) if most else None

    def cases(self, today: date) -> list[CasePage]:
        return [self._case(told, today) for told in content("cases")]

    def _case(self, told: dict, today: date) -> CasePage:
        page = CasePage(
            title=told["title"],
            slug=told["slug"],
            summary=told["summary"],
            issue=told["issue"],
            origin=told["origin"],
            hours=Decimal(told["hours"]),
            minutes=told["minutes"],
            compiled_by=told["compiled_by"],
            steps=[self._step(step) for step in told["steps"]],
        )
        # The notice of this story is served on a Monday; its other days keep their distance.
        notice = next((days for days, name, *_rest in told["events"] if name == "送达告知书"), 0)
        anchor = today + timedelta(days=notice)
        shift = timedelta(days=anchor.weekday() - MONDAY) if notice else timedelta(0)
        page.events = [
            CaseEvent(
                day=today + timedelta(days=days) - shift, name=name, detail=detail, from_step=step, sort_order=order
            )
            for order, (days, name, detail, step) in enumerate(told["events"])
        ]
        return self.publish(self.shelf[Section.CASES], self.citing(page, told["articles"]))

    def _step(self, told: list) -> dict:
        kind, heading, *rest = told
        block = {"type": kind, "id": str(uuid.uuid4())}
        if kind == "evidence":
            items = [
                {"type": "item", "id": str(uuid.uuid4()), "value": {"name": name, "count": count, "proves": proves}}
                for name, count, proves in rest[0]
            ]
            return {**block, "value": {"heading": heading, "items": items}}
        if kind == "judgement":
            question, choices, basis, number = rest
            article = self.articles.get(number)
            value = {
                "heading": heading,
                "question": question,
                "choices": [
                    {"type": "item", "id": str(uuid.uuid4()), "value": {"text": text, "right": order == 0}}
                    for order, text in enumerate(choices)
                ],
                "basis": basis,
                "article": article.pk if article else None,
            }
            return {**block, "value": value}
        return {**block, "value": {"heading": heading, "text": rest[0]}}

    def drills(self, today: date) -> list[DrillPage]:
        return [self._drill(told, today) for told in content("drills")]

    def _drill(self, told: dict, today: date) -> DrillPage:
        page = DrillPage(
            title=told["title"],
            slug=told["slug"],
            summary=told["summary"],
            minutes=told["minutes"],
            hours=Decimal(told["hours"]),
            pass_score=told["pass_score"],
            start_day=today - timedelta(days=today.weekday()),
            scenes=[self._scene(scene) for scene in told["scenes"]],
        )
        return self.publish(self.shelf[Section.DRILLS], self.citing(page, told["articles"]))

    def _scene(self, told: dict) -> dict:
        choices = [
            {
                "type": "item",
                "id": str(uuid.uuid4()),
                "value": {
                    "text": text,
                    "result": result,
                    "next": following,
                    "days": days,
                    "score": score,
                    "broken": self.articles[broken].pk if broken in self.articles else None,
                },
            }
            for text, result, following, days, score, broken in told["choices"]
        ]
        value = {"key": told["key"], "heading": told["heading"], "text": told["text"], "choices": choices}
        return {"type": "scene", "value": {**value, "limit": told.get("limit"), "limit_article": None}}
