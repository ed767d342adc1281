"""What roles may do with lectures, courses, cases and hours. docs/access.md shows this table; tests compare both.

Study pages are open to everybody who works here; facts about people only inside the viewer's scope (the unit of the
person). Learners do things for themselves alone (``learn.take``).
"""

from portal.access import declare
from portal.models import Role

WATCH = [Role.SQUAD_LEAD, Role.CLERK, Role.TOWN, Role.HR, Role.LEGAL, Role.TRAINING, Role.LEADER]
READ = [Role.OFFICER, *WATCH, Role.EXAM, Role.INVIGILATOR, Role.MARKER, Role.EDITOR]

ACTIONS = {
    "learn.view": READ,
    "learn.take": [Role.OFFICER],
    "learn.discuss": [Role.OFFICER, Role.TRAINING, Role.EDITOR, Role.LEGAL],
    "talk.moderate": [Role.TRAINING, Role.EDITOR],
    "sessions.edit": [Role.TRAINING],
    "signups.edit": [Role.TRAINING, Role.CLERK, Role.SQUAD_LEAD],
    "attendance.view": WATCH,
    "attendance.edit": [Role.TRAINING],
    "attendance.project": [Role.TRAINING, Role.CLERK],
    "assignments.view": WATCH,
    "assignments.edit": [Role.TRAINING, Role.LEGAL],
    "claims.decide": [Role.TRAINING],
    "compliance.view": WATCH,
    "reminders.send": [Role.TRAINING],
    "hours.import": [Role.TRAINING],
    "years.close": [Role.TRAINING],
    "citations.review": [Role.LEGAL, Role.EDITOR, Role.TRAINING],
    "cases.check": [Role.EDITOR, Role.LEGAL, Role.TRAINING],
}

declare(ACTIONS)
