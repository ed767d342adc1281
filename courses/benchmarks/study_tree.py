"""An invented tree of study pages with people, facts and talk on them, put straight into the tables.

Of every fifty pages ten are lectures, thirty-six courses with eight lessons each, three cases, one a drill. The first
of each kind is full: attendance, sign-ups, comments, citations, a viewing under way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from wagtail.models import Page

from courses.models import (
    Assignment,
    Attendance,
    AttendanceState,
    CasePage,
    CaseRun,
    CitedArticle,
    Comment,
    CoursePage,
    DrillPage,
    Enrolment,
    Judgement,
    LecturePage,
    Lecturer,
    LessonDone,
    LessonPage,
    PlannedSlot,
    Recording,
    SectionPage,
    Series,
    SeriesPage,
    Session,
    Signup,
    Watch,
    WatchNote,
)
from courses.models.attendance import Way
from courses.queries import progress
from portal import crypto
from portal.law.models import Article, ArticleVersion, Law
from portal.models import Grant, Role, User
from staffing.models import HourCredit, HourKind, Membership, Person, Unit, UnitKind

PEOPLE, LESSONS, WEEKS, BATCH = 400, 8, 50, 200
POINT, RIGHT = str(UUID(int=1)), str(UUID(int=2))


@dataclass
class Tree:
    """What was made; ``pages`` are the addresses that get measured, by name."""

    now: datetime
    officer: User
    training: User
    people: list[Person]
    unit: Unit
    series: list[Series] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    count: int = 0


def people(now: datetime) -> Tree:
    """A bureau with eight squads, PEOPLE officers in them, the first with an account; a training officer."""
    begun = now - timedelta(days=900)
    bureau = Unit.add_root(code="bench", name="测速县综合行政执法局", kind=UnitKind.BUREAU)
    squads = [bureau.add_child(code=f"bench{n}", name=f"测速{n}中队", kind=UnitKind.SQUAD) for n in range(8)]
    officer, training = User.objects.create(username="bench"), User.objects.create(username="bench-training")
    Grant.objects.create(user=officer, role=Role.OFFICER, unit=squads[0], starts=begun)
    Grant.objects.create(user=training, role=Role.TRAINING, unit=None, starts=begun)
    made = Person.objects.bulk_create(
        [
            Person(
                staff_no=f"B{n:06d}",
                name=f"学员{n}",
                user=officer if n == 0 else None,
                id_index=crypto.blind_index(f"study{n}"),
                id_masked="990***********0000",
                gender="男",
            )
            for n in range(PEOPLE)
        ]
    )
    Membership.objects.bulk_create(
        [
            Membership(person=one, unit=squads[n % 8], start=begun.date(), category="officer")
            for n, one in enumerate(made)
        ]
    )
    HourCredit.objects.bulk_create(
        [
            HourCredit(
                person=one,
                kind=HourKind.LECTURE if n % 2 else HourKind.ONLINE,
                hours=2,
                earned_on=now.date(),
                year=now.year,
                title="测速学时",
                source=f"bench:{n}",
                recorded_at=now,
            )
            for one in made
            for n in range(10)
        ],
        batch_size=1000,
    )
    return Tree(now, officer, training, made, bureau)


def below(parent: Page, pages: list[Page]) -> list[Page]:
    """Put new ``pages`` under a page that has none yet: what add_child does one by one, in a few statements."""
    parent = Page.objects.get(pk=parent.pk)
    bases = []
    for n, page in enumerate(pages, 1):
        page.path, page.depth, page.numchild = Page._get_path(parent.path, parent.depth + 1, n), parent.depth + 1, 0
        page.content_type = ContentType.objects.get_for_model(type(page))
        page.url_path, page.draft_title = f"{parent.url_path}{page.slug}/", page.title
        page.live, page.has_unpublished_changes = True, False
        page.locale_id = parent.locale_id
        page.first_published_at = page.last_published_at = page.latest_revision_created_at = timezone.now()
        names = [one.attname for one in Page._meta.concrete_fields if one.attname != "id"]
        bases.append(Page(**{name: getattr(page, name) for name in names}))
    for base, page in zip(Page.objects.bulk_create(bases, batch_size=BATCH), pages):
        page.pk = page.id = page.page_ptr_id = base.pk
    for model in {type(page) for page in pages}:
        rows = [page for page in pages if type(page) is model]
        for at in range(0, len(rows), BATCH):
            # Django makes no multi-table rows in bulk; the first table has them already.
            model._base_manager._insert(
                rows[at : at + BATCH], fields=model._meta.local_concrete_fields, using=connection.alias
            )
    Page.objects.filter(pk=parent.pk).update(numchild=len(pages))
    return pages


def articles() -> list[Article]:
    """Four articles of an invented law."""
    law = Law.objects.create(code="bench", name="测速条例", short_name="测速条例")
    made = Article.objects.bulk_create([Article(law=law, number=n) for n in range(1, 5)])
    ArticleVersion.objects.bulk_create(
        [ArticleVersion(article=one, text="条文。", start=date(2020, 1, 1)) for one in made]
    )
    return made


def lectures(tree: Tree, shelf: Page, size: int, film: Recording, cited: list[Article]) -> None:
    """Weekly series of WEEKS lectures a year: held up to now, then planned; the next one takes sign-ups."""
    teacher = Lecturer.objects.create(name="主讲人", title="测速县司法局", person=tree.people[1])
    count = max(1, size // (WEEKS + 1))
    series = [
        Series.objects.create(code=f"bench{n}", name=f"测速大讲堂{n}", unit=tree.unit, place="会议室")
        for n in range(count)
    ]
    shown = below(shelf, [SeriesPage(title=one.name, slug=one.code, series=one) for one in series])
    tree.series = series
    first = tree.now - timedelta(weeks=WEEKS // 2)
    # Weeks of the year before and after count into their own years; the plan of this one has what lies in it.
    for one, above in zip(series, shown):
        starts = [first + timedelta(weeks=n) for n in range(WEEKS)]
        slots = PlannedSlot.objects.bulk_create([PlannedSlot(series=one, day=at.date()) for at in starts])
        sessions = Session.objects.bulk_create(
            [
                Session(
                    code=f"{one.code}-{n}",
                    series=one,
                    slot=slot,
                    year=at.year,
                    number=n + 1,
                    title=f"第{n + 1}讲 行政处罚程序",
                    starts_at=at,
                    ends_at=at + timedelta(minutes=150),
                    place="会议室",
                    capacity=None if at < tree.now else 300,
                    state=Session.State.HELD if at < tree.now else Session.State.PLANNED,
                )
                for n, (at, slot) in enumerate(zip(starts, slots))
            ]
        )
        teaching, invited = Session.lecturers.through, Session.units.through
        teaching.objects.bulk_create([teaching(session=row, lecturer=teacher) for row in sessions])
        invited.objects.bulk_create([invited(session=row, unit=tree.unit) for row in sessions])
        pages = [
            LecturePage(title=row.title, slug=str(row.number), session=row, recording=film if n < WEEKS // 2 else None)
            for n, row in enumerate(sessions)
        ]
        below(above, pages)
        if one is series[0]:
            held, coming = WEEKS // 2 - 1, WEEKS // 2 + 1
            _attended(tree, sessions[: held + 1])
            _talked(tree, pages[held], cited)
            _began(tree, pages[held], film)
            Signup.objects.bulk_create(
                [
                    Signup(session=sessions[coming], person=person, state=Signup.State.SEATED, at=tree.now)
                    for person in tree.people[1:200]
                ]
            )
            tree.pages |= {
                "series": pages[0].url_path.rsplit("/", 2)[0] + "/",
                "lecture with recording": pages[held].url_path,
                "lecture to come": pages[coming].url_path,
            }


def _attended(tree: Tree, sessions: list[Session]) -> None:
    rows = [
        Attendance(
            session=row,
            person=person,
            unit=tree.unit,
            signed_in=row.starts_at,
            signed_out=row.ends_at,
            way=Way.SCAN,
            state=AttendanceState.PRESENT,
            minutes=150,
            hours=3,
            recorded_at=row.ends_at,
        )
        for row in sessions
        for person in tree.people[:120]
    ]
    Attendance.objects.bulk_create(rows, batch_size=1000)


def _talked(tree: Tree, page: Page, cited: list[Article]) -> None:
    CitedArticle.objects.bulk_create(
        [CitedArticle(page_id=page.pk, article=one, sort_order=n) for n, one in enumerate(cited)]
    )
    threads = Comment.objects.bulk_create(
        [Comment(page_id=page.pk, user=tree.training, text="有一个问题。", at=tree.now) for _n in range(30)]
    )
    Comment.objects.bulk_create(
        [Comment(page_id=page.pk, user=tree.officer, text="回复。", at=tree.now, answers=one) for one in threads * 2]
    )


def _began(tree: Tree, page: Page, film: Recording) -> None:
    seen = {"covered": [[0, 60]], "covered_seconds": 60, "wall": 60, "position": 60, "beat_at": tree.now}
    rule = {"share": "0.9", "no_skip": True, "checks": False}
    person = tree.people[0]
    Watch.objects.create(
        person=person, page_id=page.pk, year=tree.now.year, media=film, duration=int(film.duration), rule=rule, **seen
    )
    WatchNote.objects.bulk_create(
        [WatchNote(person=person, page_id=page.pk, second=n, text="笔记", at=tree.now) for n in range(20)]
    )


def courses(tree: Tree, shelf: Page, size: int, film: Recording, cited: list[Article]) -> None:
    """Courses of LESSONS lessons; the officer is in the middle of the first."""
    count = max(1, size // (LESSONS + 1))
    made = below(
        shelf, [CoursePage(title=f"测速课程{n}", slug=f"c{n}", category="程序规范", hours=2) for n in range(count)]
    )
    everything = []
    for course in made:
        lessons = [
            LessonPage(title=f"第{n}课", slug=str(n), chapter=f"第{(n + 1) // 2}章", video=film)
            for n in range(1, LESSONS + 1)
        ]
        everything.append(below(course, lessons))
    course, lessons, person, year = made[0], everything[0], tree.people[0], tree.now.year
    _talked(tree, course, cited)
    rule = progress.rule_of(course, progress.lessons_of(course))
    Enrolment.objects.create(
        person=person, course=course, year=year, title=course.title, hours=2, rule=rule, started_at=tree.now
    )
    LessonDone.objects.bulk_create(
        [LessonDone(person=person, lesson_id=one.pk, year=year, at=tree.now) for one in lessons[:3]]
    )
    _began(tree, lessons[3], film)
    Assignment.objects.bulk_create(
        [
            Assignment(page_id=one.pk, title=one.title, year=year, due=tree.now.date(), made_at=tree.now)
            for one in made[:20]
        ]
    )
    tree.pages |= {"course": course.url_path, "lesson": lessons[3].url_path}


def _steps() -> list[dict]:
    text = {"type": "facts", "value": {"heading": "案情", "text": "<p>甲公司倾倒建筑垃圾。</p>"}}
    choices = [
        {"type": "item", "id": key, "value": {"text": words, "right": key == RIGHT}}
        for key, words in ((RIGHT, "应当告知"), (str(uuid4()), "不必告知"))
    ]
    asked = {
        "heading": "判断",
        "question": "要不要告知？",
        "choices": choices,
        "basis": "依据见条文。",
        "article": None,
    }
    after = {"type": "lessons", "value": {"heading": "教训", "text": "<p>期限没有届满不得决定。</p>"}}
    return [text, text, {"type": "judgement", "id": POINT, "value": asked}, text, after]


def cases(tree: Tree, shelf: Page, size: int, cited: list[Article]) -> None:
    """Cases; the officer has judged the first, and two hundred colleagues."""
    made = below(
        shelf, [CasePage(title=f"测速案例{n}", slug=f"a{n}", issue="程序", steps=_steps()) for n in range(max(1, size))]
    )
    _talked(tree, made[0], cited)
    done = {"year": tree.now.year, "started_at": tree.now, "completed_at": tree.now, "step": 5}
    runs = CaseRun.objects.bulk_create([CaseRun(person=one, case=made[0], **done) for one in tree.people[:200]])
    Judgement.objects.bulk_create(
        [Judgement(run=run, case=made[0], point=POINT, choice=RIGHT, reason="程序规定。", at=tree.now) for run in runs]
    )
    tree.pages["case"] = made[0].url_path


def drills(tree: Tree, shelf: Page, size: int, cited: list[Article]) -> None:
    """Drills of two scenes."""
    choice = {"text": "等满五个工作日", "result": "期限届满。", "next": "2", "days": 5, "score": 60, "broken": None}
    scenes = [
        {"type": "scene", "value": {"key": key, "heading": "场景", "text": "<p>送达之后。</p>", "choices": choices}}
        for key, choices in (("1", [{"type": "item", "id": str(uuid4()), "value": choice}]), ("2", []))
    ]
    made = below(shelf, [DrillPage(title=f"测速演练{n}", slug=f"d{n}", scenes=scenes) for n in range(max(1, size))])
    _talked(tree, made[0], cited)
    tree.pages["drill"] = made[0].url_path


def fill(size: int) -> Tree:
    """About ``size`` study pages, at least one of each kind."""
    tree = people(timezone.now())
    shelf = {page.holds: page for page in SectionPage.objects.all()}
    film = Recording.objects.create(
        title="测速录像", type="video", duration=1800, file=ContentFile(b"not a film", "bench.mp4"), facts={}
    )
    cited = articles()
    lectures(tree, shelf["lectures"], size * 20 // 100, film, cited)
    courses(tree, shelf["courses"], size * 72 // 100, film, cited)
    cases(tree, shelf["cases"], size * 6 // 100, cited)
    drills(tree, shelf["drills"], size * 2 // 100, cited)
    tree.count = Page.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return tree
