"""No two ranges of one person and kind may share a day: exclusion constraints on PostgreSQL, triggers on SQLite.

An empty range (end = start) holds no day and overlaps nothing.
"""

from django.db import migrations

# table, what makes two rows rivals, constraint name
RULES = [
    ("staffing_membership", ["person_id"], "membership_no_overlap"),
    ("staffing_posting", ["person_id", "layer"], "posting_no_overlap"),
    ("staffing_leave", ["person_id"], "leave_no_overlap"),
    ("staffing_qualificationstatus", ["qualification_id"], "qualstatus_no_overlap"),
    ("staffing_policy", ["locality"], "policy_no_overlap"),
]


def _sqlite(table, keys, name):
    same = " AND ".join(f"{key} = NEW.{key}" for key in keys)
    for event in ("INSERT", "UPDATE"):
        yield f"""CREATE TRIGGER {name}_{event[:3].lower()} BEFORE {event} ON {table}
        WHEN NEW."end" IS NULL OR NEW."end" > NEW.start
        BEGIN SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
            SELECT 1 FROM {table} WHERE {same} AND id IS NOT NEW.id
            AND ("end" IS NULL OR ("end" > NEW.start AND "end" > start))
            AND (NEW."end" IS NULL OR start < NEW."end")); END"""


def _postgres(table, keys, name):
    same = ", ".join(f"{key} WITH =" for key in keys)
    yield f'ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ({same}, daterange(start, "end") WITH &&)'


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    make = {"sqlite": _sqlite, "postgresql": _postgres}.get(vendor, lambda *rule: ())
    for rule in RULES:
        for statement in make(*rule):
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table, _keys, name in RULES:
        if vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}_ins")
            schema_editor.execute(f"DROP TRIGGER {name}_upd")
        elif vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
