"""What roles may do with people and units. docs/access.md shows this table; tests compare both and walk every URL."""

from portal.access import Access, Scope, declare
from portal.models import Role

COMMAND = [Role.SQUAD_LEAD, Role.CLERK, Role.TOWN, Role.HR, Role.LEGAL, Role.LEADER]

ACTIONS = {
    "gaps.view": [*COMMAND, Role.TRAINING],
    "people.view": [*COMMAND, Role.TRAINING],
    "people.edit": [Role.HR],
    "people.reveal": [Role.HR],
    "mobile.reveal": [Role.HR, Role.CLERK],
    "private.view": [Role.HR],
    "own.view": [Role.OFFICER],
    "units.view": [*COMMAND, Role.TRAINING],
    "units.edit": [Role.HR],
    "postings.view": COMMAND,
    "postings.edit": [Role.HR],
    "qualifications.edit": [Role.HR, Role.LEGAL],
    "hours.edit": [Role.TRAINING],
    "rosters.import": [Role.HR],
    "exports.make": [Role.HR, Role.LEGAL, Role.LEADER, Role.TRAINING, Role.TOWN, Role.SQUAD_LEAD, Role.CLERK],
    "policies.edit": [Role.LEGAL],
}

declare(ACTIONS)


def may_see_private(access: Access, scope: Scope, unit=None) -> bool:
    """May restricted facts be shown for a whole list: the people of ``unit``, else of ``scope``? A right over some of
    them is not enough.
    """
    return access.scope("private.view").includes(Scope(paths=(unit.path,)) if unit is not None else scope)
