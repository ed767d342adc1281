"""``python -m tests.access_doc`` writes the role × action table into docs/access.md; tests/test_access.py compares them."""

import os
from pathlib import Path

BEGIN, END = "<!-- table: python -m tests.access_doc -->", "<!-- end of table -->"
MEANING = {
    "audit.view": "read the audit trail and prove it",
    "cms.edit": "write the announcement, pictures and documents in the CMS",
    "exports.make": "take lists out as spreadsheets (masked)",
    "gaps.view": "gap dashboard",
    "grants.manage": "give and end roles",
    "hours.edit": "credit and reverse study hours",
    "law.edit": "laws, articles and their dated versions, in the CMS",
    "law.view": "read and search the law library",
    "jobs.view": "see, retry and cancel everybody's background jobs",
    "mobile.reveal": "see a full mobile number, with reason, logged",
    "own.view": "one's own file",
    "people.edit": "create, correct, move, end and restore people",
    "people.reveal": "see a full ID number, with reason, logged",
    "people.view": "people list and files (masked)",
    "policies.edit": "dated policies with their legal basis, in the CMS",
    "postings.edit": "register postings and returns",
    "postings.view": "postings page",
    "private.view": "birth date, politics, kind of leave",
    "qualifications.edit": "certificates, qualifications, reviewers",
    "rosters.import": "import rosters and undo imports",
    "units.edit": "the unit tree",
    "units.view": "unit tree and squad profiles",
    "users.manage": "make, disable and reset accounts",
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
