"""Everything stored by this app. Delivery code imports the submodules it needs, never this package (keys)."""

from exams.models.attempts import AnswerEvent, Attempt, ConductEvent
from exams.models.bank import (
    AnswerForm,
    Bank,
    Difficulty,
    Picture,
    Question,
    QuestionKind,
    QuestionState,
    QuestionVersion,
    Topic,
)
from exams.models.imports import ExamImport
from exams.models.keys import QuestionKey
from exams.models.marking import Appeal, KeyDecision, MarkingTask, ScoreEvent
from exams.models.papers import FrozenPaper, Paper, PaperItem, PaperQuota, PaperSection
from exams.models.practice import Favourite, PracticeAnswer, PracticeRun
from exams.models.results import PassCertificate, Register
from exams.models.rooms import Batch, Room, Seat, Site
from exams.models.sittings import Duty, Entry, Outcome, Registration, Sitting, SittingPaper

__all__ = [
    "AnswerEvent",
    "AnswerForm",
    "Appeal",
    "Attempt",
    "Bank",
    "Batch",
    "ConductEvent",
    "Difficulty",
    "Duty",
    "Entry",
    "ExamImport",
    "Favourite",
    "FrozenPaper",
    "KeyDecision",
    "MarkingTask",
    "Outcome",
    "Paper",
    "PaperItem",
    "PaperQuota",
    "PaperSection",
    "PassCertificate",
    "Picture",
    "PracticeAnswer",
    "PracticeRun",
    "Question",
    "QuestionKey",
    "QuestionKind",
    "QuestionState",
    "QuestionVersion",
    "Register",
    "Registration",
    "Room",
    "ScoreEvent",
    "Seat",
    "Site",
    "Sitting",
    "SittingPaper",
    "Topic",
]
