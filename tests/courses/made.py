"""A small named set of lectures, courses, cases and drills for tests, written straight to tables and pages.

Series ``djt`` 综合执法大讲堂, weekly, four planned slots of October 2026 (7 held as number 1, 14 missed, 21 held as
number 2, 28 still without a session) and ``session`` number 3 今天 09:30–12:00 (150 minutes: 3 学时), page ``lecture``
with a recording of 90 seconds. Course ``course`` 行政处罚证据规则 (chapter 一: video lesson ``video``, reading lesson
``reading``; chapter 二: ``quizzed`` with a quiz of 2 out of topic 听证). Case ``case`` of six steps with judgement points
``first`` and ``second``. Drill ``drill`` of three scenes. Bank questions are those of the exam cast (``exam``).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest import mock
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import timezone
from modelsearch import signal_handlers as handlers
from modelsearch.backends import get_search_backend
from wagtail.models import Page, ReferenceIndex, Revision
from wagtail.signal_handlers import disable_reference_index_auto_update

from courses.models import (
    CaseEvent,
    CasePage,
    CitedArticle,
    CoursePage,
    DrillPage,
    LecturePage,
    Lecturer,
    LessonPage,
    PlannedSlot,
    Recording,
    Section,
    SectionPage,
    Series,
    SeriesPage,
    Session,
)
from portal.law.models import Article, ArticleVersion, Law
from tests.cast import NOW, Cast
from tests.exams.made import ExamCast

DATA = Path(__file__).parent.parent / "data" / "courses"
# 今天 09:30 in Asia/Shanghai; the cast's NOW is 09:00.
STARTS = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def recording(title: str = "录像", seconds: float = 90, name: str = "lesson90.mp4", data: bytes = b"not a film"):
    """A recording whose bytes no test reads; ``film()`` has a real one."""
    return Recording.objects.create(
        title=title, type="video", duration=seconds, file=ContentFile(data, name), facts={"seconds": seconds}
    )


def film(title: str = "录像", name: str = "lesson90.mp4"):
    """A recording that a browser can play: 90 seconds of a test picture."""
    return recording(title, 90, name, (DATA / name).read_bytes())


def article(number: int) -> Article:
    """An article of 行政处罚法, with some words; made when the library does not have it yet."""
    law, _made = Law.objects.get_or_create(
        code="xzcff", defaults={"name": "中华人民共和国行政处罚法", "short_name": "行政处罚法"}
    )
    found, made = Article.objects.get_or_create(law=law, number=number, suffix=0)
    if made:
        ArticleVersion.objects.create(article=found, text=f"第{number}条的内容。", start=date(2021, 7, 15))
    return found


def text(kind: str, heading: str, words: str, **more) -> dict:
    return {"type": kind, "value": {"heading": heading, "text": f"<p>{words}</p>"}, **more}


def judgement(uid: str, heading: str, question: str, right: str, *wrong: str, basis: str = "依据见条文。") -> dict:
    """A judgement point; its choices are ``<uid>-1``, ``-2``… (the first is the right one)."""
    choices = [
        {"type": "item", "id": f"{uid[:-1]}{n}", "value": {"text": words, "right": n == 1}}
        for n, words in enumerate((right, *wrong), 1)
    ]
    value = {"heading": heading, "question": question, "choices": choices, "basis": basis, "article": None}
    return {"type": "judgement", "id": uid, "value": value}


def choice(words: str, result: str, then: str = "", days: int = 0, score: int = 0, broken=None) -> dict:
    value = {"text": words, "result": result, "next": then, "days": days, "score": score}
    # Without an id Wagtail takes the whole item for its value, and every field would be empty.
    return {"type": "item", "id": str(uuid4()), "value": {**value, "broken": broken.pk if broken else None}}


def scene(key: str, heading: str, words: str, *choices: dict, limit=None, limit_article=None) -> dict:
    return {
        "type": "scene",
        "value": {
            "key": key,
            "heading": heading,
            "text": f"<p>{words}</p>",
            "limit": limit,
            "limit_article": limit_article.pk if limit_article else None,
            "choices": list(choices),
        },
    }


class CourseCast:
    """Everything by short attribute names. ``wang`` (account ``officer``) is the learner."""

    STARTS = STARTS

    def __init__(self, cast: Cast):
        self.cast = cast
        self.exam = ExamCast(cast)
        self.wang, self.officer = cast.wang, cast.user("officer")
        self.training, self.editor = cast.user("training"), cast.user("editor")
        shelf = {page.holds: page for page in SectionPage.objects.all()}
        self.series = Series.objects.create(code="djt", name="综合执法大讲堂", unit=cast.bureau, place="局三楼会议室")
        self.slots = [
            PlannedSlot.objects.create(series=self.series, day=date(2026, 10, day)) for day in (7, 14, 21, 28)
        ]
        self.guest = Lecturer.objects.create(name="孟知常", title="示例县司法局")
        self.inside = Lecturer.objects.create(name="周文彬", title="法制科", person=cast.zhou)
        self.held = [
            self.make_session(n, slot.day, state=Session.State.HELD, slot=slot)
            for n, slot in ((1, self.slots[0]), (2, self.slots[2]))
        ]
        self.session = self.make_session(3, date(2026, 11, 2), starts=STARTS, title="先审后决", capacity=2)
        self.series_page = self._page(
            shelf[Section.LECTURES], SeriesPage(title="综合执法大讲堂", slug="djt", series=self.series)
        )
        self.film = recording("先审后决录像")
        self.lecture = self._page(
            self.series_page,
            LecturePage(
                title="先审后决",
                slug="3",
                session=self.session,
                recording=self.film,
                checks=False,
                cited_articles=[CitedArticle(article=article(58), note="法制审核")],
            ),
        )
        self.course = self._page(
            shelf[Section.COURSES],
            CoursePage(title="行政处罚证据规则", slug="zhengju", category="程序规范", hours=Decimal(2), checks=False),
        )
        self.clip = recording("现场检查笔录")
        self.video = self._page(
            self.course, LessonPage(title="现场检查笔录怎么写", slug="1", chapter="一 笔录", video=self.clip)
        )
        self.reading = self._page(
            self.course,
            LessonPage(title="证据的种类", slug="2", chapter="一 笔录", body="<p>书证、物证……</p>", minutes=2),
        )
        self.quizzed = self._page(
            self.course,
            LessonPage(
                title="小结测验", slug="3", chapter="二 小结", quiz_topic=self.exam.hearing, quiz_count=2, quiz_pass=60
            ),
        )
        self.case = self._page(
            shelf[Section.CASES],
            CasePage(
                title="擅自倾倒建筑垃圾案",
                slug="qingdao",
                issue="程序期限",
                cited_articles=[CitedArticle(article=article(63), note="听证的范围")],
                steps=[
                    text("facts", "案情", "甲公司在乙镇倾倒建筑垃圾。"),
                    text("procedure", "程序", "6月13日送达告知书。"),
                    judgement(FIRST, "判断一", "要不要告知听证权利？", "应当告知", "不必告知"),
                    judgement(SECOND, "判断二", "6月17日能不能作出决定？", "不可以", "可以", "口头放弃即可"),
                    text("outcome", "处理结果", "复议机关撤销了处罚决定。"),
                    text("lessons", "教训", "期限没有届满不得决定。"),
                ],
            ),
        )
        CaseEvent.objects.create(page=self.case, day=date(2022, 6, 13), name="送达告知书", sort_order=0)
        CaseEvent.objects.create(page=self.case, day=date(2022, 6, 30), name="复议", from_step=5, sort_order=1)
        self.drill = self._page(
            shelf[Section.DRILLS],
            DrillPage(
                title="听证申请的五个工作日",
                slug="tingzheng",
                start_day=date(2026, 6, 15),
                cited_articles=[CitedArticle(article=article(64), note="听证的程序")],
                scenes=[
                    scene(
                        "1",
                        "送达之后",
                        "当事人说没有意见。",
                        choice("等满五个工作日", "期限届满，没有人申请。", "2", days=5, score=60),
                        choice("当天作出决定", "剥夺了听证权利。", "3", days=0, score=-20, broken=article(64)),
                    ),
                    scene("2", "作出决定", "期限已满。", choice("交法制审核", "审核通过。", "", days=2, score=40)),
                    scene("3", "复议", "决定被撤销。"),
                ],
            ),
        )

    def whole_film(self) -> None:
        """The lecture's recording is as long as the lecture was: 150 minutes."""
        self.film.duration = 150 * 60
        self.film.save()
        self.lecture = LecturePage.objects.get(pk=self.lecture.pk)

    def make_session(self, number: int, day: date, *, starts=None, **fields) -> Session:
        starts = starts or datetime(day.year, day.month, day.day, 6, 30, tzinfo=UTC)
        fields = {"title": f"第{number}讲", "ends_at": starts + timedelta(minutes=150), **fields}
        return Session.objects.create(
            code=f"djt-{day.year}-{number}",
            series=self.series,
            year=day.year,
            number=number,
            starts_at=starts,
            place="局三楼会议室",
            **fields,
        )

    def _page(self, parent, page):
        """``page`` under ``parent``, published: what ``save_revision().publish()`` leaves behind, in a third of its time."""
        with disable_reference_index_auto_update(), mock.patch.object(handlers, "insert_or_update_object_task"):
            parent.add_child(instance=page)
        moment = timezone.now()
        revision = Revision.objects.create(
            content_type=page.content_type,
            base_content_type=ContentType.objects.get_for_model(Page),
            object_id=str(page.pk),
            created_at=moment,
            content=page.serializable_data(),
            object_str=str(page),
        )
        Page.objects.filter(pk=page.pk).update(
            live=True,
            has_unpublished_changes=False,
            live_revision=revision,
            latest_revision=revision,
            latest_revision_created_at=moment,
            first_published_at=moment,
            last_published_at=moment,
        )
        page = type(page).objects.get(pk=page.pk)
        ReferenceIndex.create_or_update_for_object(page)
        get_search_backend().add(page)
        return page

    def client(self, name: str = "officer"):
        return self.cast.client(name)


__all__ = ["DATA", "FIRST", "NOW", "SECOND", "STARTS", "CourseCast", "article", "film", "recording"]
