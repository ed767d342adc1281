"""The same minutes of one person never earn hours twice: an exclusion constraint on PostgreSQL, triggers on SQLite."""

from django.db import migrations

TABLE, NAME = "staffing_hourspan", "hourspan_no_overlap"


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        # btree_gist is there since 0002.
        schema_editor.execute(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} EXCLUDE USING gist "
            f'(person_id WITH =, tstzrange(start, "end") WITH &&)'
        )
    elif vendor == "sqlite":
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"""CREATE TRIGGER {NAME}_{event[:3].lower()} BEFORE {event} ON {TABLE}
                BEGIN SELECT RAISE(ABORT, '{NAME}') WHERE EXISTS (
                    SELECT 1 FROM {TABLE} WHERE person_id = NEW.person_id AND id IS NOT NEW.id
                    AND start < NEW."end" AND "end" > NEW.start); END"""
            )


def unguard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        for event in ("ins", "upd"):
            schema_editor.execute(f"DROP TRIGGER {NAME}_{event}")
    elif vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {NAME}")


class Migration(migrations.Migration):
    dependencies = [("staffing", "0003_hours_complete")]
    operations = [migrations.RunPython(guard, unguard)]
