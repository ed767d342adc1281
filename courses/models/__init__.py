"""Everything stored by this app: pages hold what editors write, plain models hold what happened."""

from courses.models.attendance import Attendance, AttendanceState, LearningImport, Way
from courses.models.claims import ClaimFile, HourClaim
from courses.models.judging import CaseRun, DrillRun, Judgement
from courses.models.learning import Assignment, Comment, Enrolment, LessonDone, QuizRun, Watch, WatchNote
from courses.models.lectures import Cadence, CalendarKey, Lecturer, PlannedSlot, Series, Session, Signup
from courses.models.media import Recording
from courses.models.pages import CitationReview, CitedArticle, Section, SectionPage, StudyHomePage, StudyPage
from courses.models.pages_cases import CaseEvent, CaseOrigin, CasePage, DrillPage
from courses.models.pages_courses import CourseKind, CoursePage, LessonPage
from courses.models.pages_lectures import LecturePage, SeriesPage, Slide

__all__ = [
    "Assignment",
    "Attendance",
    "AttendanceState",
    "Cadence",
    "CalendarKey",
    "CaseEvent",
    "CaseOrigin",
    "CasePage",
    "CaseRun",
    "CitationReview",
    "CitedArticle",
    "ClaimFile",
    "Comment",
    "CourseKind",
    "CoursePage",
    "DrillPage",
    "DrillRun",
    "Enrolment",
    "HourClaim",
    "Judgement",
    "LearningImport",
    "LecturePage",
    "Lecturer",
    "LessonDone",
    "LessonPage",
    "PlannedSlot",
    "QuizRun",
    "Recording",
    "Section",
    "SectionPage",
    "Series",
    "SeriesPage",
    "Session",
    "Signup",
    "Slide",
    "StudyHomePage",
    "StudyPage",
    "Watch",
    "WatchNote",
    "Way",
]
