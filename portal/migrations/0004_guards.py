"""Audit rows can be inserted only; the head row exists; the site's root page is ours."""

from django.db import migrations

SQLITE = [
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON portal_auditevent BEGIN SELECT RAISE(ABORT, 'audit rows are insert-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON portal_auditevent BEGIN SELECT RAISE(ABORT, 'audit rows are insert-only'); END",
]
SQLITE_UNDO = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
POSTGRES = [
    """CREATE FUNCTION audit_insert_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit rows are insert-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON portal_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_insert_only()""",
]
POSTGRES_UNDO = ["DROP TRIGGER audit_no_change ON portal_auditevent", "DROP FUNCTION audit_insert_only()"]


def _run(schema_editor, sqlite, postgres):
    for statement in {"sqlite": sqlite, "postgresql": postgres}.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def guard(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRES)


def unguard(apps, schema_editor):
    _run(schema_editor, SQLITE_UNDO, POSTGRES_UNDO)


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_pages")]
    operations = [migrations.RunPython(guard, unguard)]
