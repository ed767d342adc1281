"""Today's facts as the comparison wants them: only the people, units and numbers that a plan speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from portal import crypto
from portal.access import Scope
from portal.models import AuditEvent
from staffing.models import (
    ImportChange,
    Leave,
    Membership,
    Person,
    Posting,
    Qualification,
    QualificationStatus,
    RosterImport,
    Unit,
    UnitAlias,
)
from staffing.roster.diff.facts import (
    Facts,
    LeaveFact,
    MemberFact,
    PersonFact,
    PostingFact,
    QualFact,
    StaffFact,
    StatusFact,
    Tree,
    UnitFact,
)
from staffing.roster.diff.values import PERSON_COLUMNS

# Above this many keys one scan of the table beats many IN lists (and SQLite's limit on variables).
SCAN_ABOVE = 3000
CHUNK = 900
NUMBERED = ("enforce", "supervise", "legal")
HAND_EDITS = ("person.changed",)


def tree() -> Tree:
    """Units that are not closed; a name finds its unit also by alias and code."""
    step = Unit.steplen
    rows = list(
        Unit.objects.filter(closed__isnull=True)
        .order_by("path")
        .values_list("id", "name", "kind", "path", "empower_mode", "code")
    )
    by_path = {row[3]: row[0] for row in rows}
    units = [
        UnitFact(pk, name, kind, path, mode, by_path.get(path[:-step])) for pk, name, kind, path, mode, _code in rows
    ]
    found = Tree(units, {code: pk for pk, _n, _k, _p, _m, code in rows})
    for name, pk in UnitAlias.objects.filter(unit__closed__isnull=True).values_list("name", "unit_id"):
        found.alias(name, pk)
    return found


def known_units() -> list[tuple[str, str, tuple[str, ...]]]:
    """(name, kind, aliases) of every open unit, for the planner."""
    aliases: dict[int, list[str]] = {}
    for pk, name in UnitAlias.objects.values_list("unit_id", "name"):
        aliases.setdefault(pk, []).append(name)
    rows = Unit.objects.filter(closed__isnull=True).values_list("id", "name", "kind", "code")
    return [(name, kind, (*aliases.get(pk, ()), *([code] if code != name else []))) for pk, name, kind, code in rows]


def load(
    plan, *, as_of: date, scope: Scope, complete: bool = True, unit: Unit | None = None, left: Collection[int] = ()
) -> Facts:
    """Facts for comparing ``plan``. ``left``: people whose leaving was decided, needed in full."""
    ids, staff_nos, names, numbers, units = set(), set(), set(), set(), set()
    for row in plan.rows:
        record = row.record
        if not record:
            continue
        if record.get("id_number"):
            ids.add(crypto.blind_index(record["id_number"]))
        else:
            names.add(record.get("name") or "")
        if record.get("staff_no"):
            staff_nos.add(str(record["staff_no"]))
        for key in ("cert_no", "supervise_cert_no", "legal_qualification_no"):
            if record.get(key):
                numbers.add(str(record[key]))
        for key in ("establishment_unit", "working_unit"):
            if record.get(key):
                units.add(record[key])
    facts = Facts(tree=tree(), index=crypto.blind_index, covers=scope.covers)
    if not Person.objects.exists():
        return facts
    people: dict[int, PersonFact] = {}
    for field, keys in (("id_index", ids), ("staff_no", staff_nos), ("name", names - {""}), ("id", set(left))):
        for person in _people(field, keys):
            people.setdefault(person.id, person)
    _details(people)
    _newer(people, as_of)
    facts.people = list(people.values())
    facts.numbers = _holders(numbers)
    if complete:
        facts.staff = list(_staff(facts.tree, as_of, units, unit))
    return facts


def _pieces(queryset, field: str, keys: Collection) -> Iterator[tuple]:
    """Rows of a values_list queryset whose first column (``field``) is among the keys."""
    if not keys:
        return
    if len(keys) > SCAN_ABOVE:
        for row in queryset.iterator(chunk_size=5000):
            if row[0] in keys:
                yield row
        return
    ordered = list(keys)
    for start in range(0, len(ordered), CHUNK):
        yield from queryset.filter(**{f"{field}__in": ordered[start : start + CHUNK]})


def _people(field: str, keys: Collection) -> Iterator[PersonFact]:
    columns = ("id", "staff_no", "name", "id_index", "id_masked", *PERSON_COLUMNS)
    for _key, pk, staff_no, name, index, masked, *values in _pieces(
        Person.objects.order_by().values_list(field, *columns), field, keys
    ):
        yield PersonFact(pk, staff_no, name, index, masked, dict(zip(PERSON_COLUMNS, values)))


def _details(people: dict[int, PersonFact]) -> None:
    def rows(model, *columns) -> Iterable[tuple]:
        order = () if len(people) > SCAN_ABOVE else ("id",)
        return _pieces(model.objects.order_by(*order).values_list("person_id", "id", *columns), "person", people)

    columns = ("unit_id", "category", "establishment_type", "is_dedicated", "post_locked", "start", "end")
    for person, *values in rows(Membership, *columns, "start_known", "end_reason"):
        people[person].memberships.append(MemberFact(*values))
    columns = ("kind", "layer", "from_unit_id", "to_unit_id", "to_text", "start", "end", "due", "doc_no", "full_time")
    more = ("post_locked", "approved", "start_known", "score_street", "score_bureau")
    for person, *values in rows(Posting, *columns, *more):
        *head, street, bureau = values
        scores = (None if score is None else float(score) for score in (street, bureau))
        people[person].postings.append(PostingFact(*head, *scores))
    qualifications: dict[int, QualFact] = {}
    columns = ("kind", "number", "grade", "issuer", "issued", "valid_until", "full_time")
    for person, *values in rows(Qualification, *columns):
        fact = qualifications[values[0]] = QualFact(*values)
        people[person].qualifications.append(fact)
    statuses = QualificationStatus.objects.order_by().values_list("qualification_id", "id", "state", "start", "end")
    for qualification, *values in _pieces(statuses, "qualification", qualifications):
        qualifications[qualification].statuses.append(StatusFact(*values))
    for person, *values in rows(Leave, "kind", "start", "end"):
        people[person].leaves.append(LeaveFact(*values))
    for person in people.values():
        person.memberships.sort(key=lambda m: m.start)


def _newer(people: dict[int, PersonFact], as_of: date) -> None:
    """Mark people of whom a later roster, or a hand correction after the roster's date, already told."""
    later = RosterImport.objects.filter(state=RosterImport.State.COMMITTED, as_of__gt=as_of)
    for pk, told in later.order_by("as_of").values_list("pk", "as_of"):
        written = ImportChange.objects.filter(batch=pk).order_by()
        for person in written.filter(person__isnull=False).values_list("person_id", flat=True):
            if person in people:
                people[person].confirmed = told
        for (after,) in written.filter(table="seen").values_list("after"):
            for person in after["people"]:
                if person in people:
                    people[person].confirmed = told
    end_of_day = datetime.combine(as_of + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
    edits = AuditEvent.objects.filter(
        action__in=HAND_EDITS, object_type="staffing.person", at__gte=end_of_day.astimezone(UTC)
    )
    for object_id in edits.order_by().values_list("object_id", flat=True).distinct():
        if object_id.isdigit() and int(object_id) in people:
            people[int(object_id)].edited = True


def _holders(numbers: Collection[str]) -> dict[tuple[str, str], int]:
    rows = Qualification.objects.filter(kind__in=NUMBERED).order_by().values_list("number", "kind", "person_id")
    return {(kind, number): person for number, kind, person in _pieces(rows, "number", numbers)}


def _staff(units_tree: Tree, as_of: date, names: Collection[str], unit: Unit | None) -> Iterator[StaffFact]:
    refs = {ref for name in names if isinstance(ref := units_tree.find(name), int)}
    rows = Membership.objects.on(as_of).order_by("person__name", "person_id")
    values = ("person_id", "person__name", "person__id_masked", "unit_id", "category", "unit__path")
    for *fields, path in rows.values_list(*values):
        if fields[3] in refs or (unit is not None and path.startswith(unit.path)):
            yield StaffFact(*fields)
