"""What roles may do with exams. docs/access.md shows this table; tests compare both and walk every URL.

Sittings are seen by everybody who may see people; their candidates only inside the viewer's scope (the unit of the
registration). Question banks, papers and keys belong to the exam office alone.
"""

from portal.access import declare
from portal.models import Role

WATCH = [Role.SQUAD_LEAD, Role.CLERK, Role.TOWN, Role.HR, Role.LEGAL, Role.TRAINING, Role.LEADER, Role.EXAM]

ACTIONS = {
    "bank.view": [Role.EXAM, Role.LEGAL],
    "bank.edit": [Role.EXAM],
    "bank.review": [Role.EXAM, Role.LEGAL],
    "keys.view": [Role.EXAM],
    "papers.view": [Role.EXAM],
    "papers.edit": [Role.EXAM],
    "sittings.view": WATCH,
    "sittings.edit": [Role.EXAM],
    "registrations.edit": [Role.EXAM, Role.HR, Role.CLERK, Role.SQUAD_LEAD],
    "registrations.approve": [Role.EXAM],
    "rooms.edit": [Role.EXAM],
    "tickets.print": [Role.OFFICER, Role.EXAM, Role.HR, Role.CLERK, Role.SQUAD_LEAD],
    "exam_papers.print": [Role.EXAM],
    "exams.take": [Role.OFFICER],
    "practice.use": [Role.OFFICER],
    "console.view": [Role.EXAM, Role.INVIGILATOR],
    "console.act": [Role.EXAM, Role.INVIGILATOR],
    "marking.do": [Role.MARKER],
    "marking.manage": [Role.EXAM],
    "results.view": WATCH,
    "results.release": [Role.EXAM],
    "certificates.revoke": [Role.EXAM],
    "scores.import": [Role.EXAM],
    "archive.export": [Role.EXAM],
}

declare(ACTIONS)
