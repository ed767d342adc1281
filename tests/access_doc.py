"""``python -m tests.access_doc`` writes the role × action table into docs/access.md; tests/test_access.py compares them."""

import os
from pathlib import Path

BEGIN, END = "<!-- table: python -m tests.access_doc -->", "<!-- end of table -->"
MEANING = {
    "archive.export": "sealed archive of a sitting; reproduce an attempt",
    "assignments.edit": "tell units what to study by when",
    "assignments.view": "what was assigned, and who has done it (people in scope)",
    "attendance.edit": "correct attendance, import sign-in sheets, settle hours",
    "attendance.project": "show the rotating sign-in code",
    "attendance.view": "who attended (people in scope)",
    "audit.view": "read the audit trail and prove it",
    "bank.edit": "write questions, topics, pictures; import question files",
    "bank.review": "approve or return questions somebody else wrote",
    "bank.view": "question banks without their keys",
    "cases.check": "cases with what followed; anonymisation checklist before publishing",
    "certificates.revoke": "revoke a pass certificate",
    "citations.review": "what cites an amended article, and settle it",
    "claims.decide": "decide on hours claimed with evidence",
    "cms.edit": "write the announcement, pictures and documents in the CMS",
    "compliance.view": "study hours by unit and person; forecast; export",
    "console.act": "extend, pause, collect, reopen, record, write to candidates",
    "console.view": "the console of sittings one invigilates (the exam office: of its scope)",
    "exam_papers.print": "sign-in sheets, seat plans, door notices, incident sheets",
    "exams.take": "one's own exams",
    "exports.make": "take lists out as spreadsheets (masked)",
    "gaps.view": "gap dashboard",
    "grants.manage": "give and end roles",
    "hours.edit": "credit and reverse study hours",
    "hours.import": "import a ledger of study hours",
    "jobs.view": "see, retry and cancel everybody's background jobs",
    "keys.view": "right answers: in the bank, on printed keys, in item analysis",
    "law.edit": "laws, articles and their dated versions, in the CMS",
    "law.view": "read and search the law library",
    "learn.discuss": "write in discussions",
    "learn.take": "one's own study: watch, sign in, judge, drill, claim hours",
    "learn.view": "lectures, courses, cases and drills",
    "marking.do": "mark written answers, without names",
    "marking.manage": "assign markers, see progress, decide appeals",
    "mobile.reveal": "see a full mobile number, with reason, logged",
    "own.view": "one's own file",
    "papers.edit": "compose papers; decide challenges",
    "papers.view": "papers and their preview",
    "people.edit": "create, correct, move, end and restore people",
    "people.reveal": "see a full ID number, with reason, logged",
    "people.view": "people list and files (masked)",
    "policies.edit": "dated policies with their legal basis, in the CMS",
    "postings.edit": "register postings and returns",
    "postings.view": "postings page",
    "practice.use": "practice, wrong-question book, mock exams",
    "private.view": "birth date, politics, kind of leave",
    "qualifications.edit": "certificates, qualifications, reviewers",
    "registrations.approve": "approve or refuse registrations",
    "registrations.edit": "register people of one's own units; withdraw them",
    "reminders.send": "remind those who are short of hours",
    "results.release": "release and correct results",
    "results.view": "register and released results, inside one's scope",
    "rooms.edit": "sites, rooms, batches, seats",
    "rosters.import": "import rosters and undo imports",
    "scores.import": "import score sheets of exams on paper",
    "sessions.edit": "series, plans and sessions of lectures",
    "signups.edit": "sign people of one's scope up for a lecture",
    "sittings.edit": "arrange, open and close sittings; duties; rehearsals",
    "sittings.view": "sittings, with the candidates of one's own units",
    "talk.moderate": "hide a contribution to a discussion",
    "tickets.print": "admission tickets and result slips: one's own, or of one's own units",
    "units.edit": "the unit tree",
    "units.view": "unit tree and squad profiles",
    "users.manage": "make, disable and reset accounts",
    "years.close": "close a year of study hours",
}


def table() -> str:
    """The Markdown table of portal.access, one row an action, one column a role."""
    from portal import access
    from portal.models import Role

    rows = [
        "| action | meaning | " + " | ".join(Role.values) + " |",
        "|---|---|" + ":-:|" * len(Role.values),
    ]
    for action, roles in access.table().items():
        marks = " | ".join("●" if role in roles else "" for role in Role.values)
        rows.append(f"| `{action}` | {MEANING[action]} | {marks} |")
    return "\n".join(rows)


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    path = Path(__file__).resolve().parent.parent / "docs" / "access.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
