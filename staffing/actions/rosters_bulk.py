"""Many new rows at once, quicker than bulk_create: a prepared INSERT (PostgreSQL: COPY), ids reserved, no instances.

bulk_create spends four fifths of a 10,000-row import on preparing values field by field. Where a database offers no way
to reserve ids that we know, bulk_create does the work; the result is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)

from portal.fields import EncryptedField

BATCH = 2000


def defaults(model: type[Model]) -> dict[str, object]:
    """Column → value of a row about which nothing is said, primary key excepted."""
    return {field.attname: field.get_default() for field in model._meta.concrete_fields if not field.primary_key}


def insert(model: type[Model], rows: list[dict[str, object]]) -> list[int]:
    """Insert complete rows (``defaults`` plus values, by attname) and return their ids in order.

    Must run inside a transaction. Raises IntegrityError as any insert does.
    """
    if not rows:
        return []
    ids = _reserve(model, len(rows))
    if ids is None:
        made = model.objects.bulk_create([model(**row) for row in rows], batch_size=BATCH)
        return [row.pk for row in made]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    prepare = [(field.attname, _preparer(field)) for field in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in (model._meta.pk.column, *(field.column for field in fields)))
    holes = ", ".join(["%s"] * (len(fields) + 1))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({holes})"  # noqa: S608
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # COPY spares a round of planning and binding a row.
            with cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy:
                for pk, row in zip(ids, rows):
                    copy.write_row(_values(pk, row, prepare))
            return ids
        for start in range(0, len(rows), BATCH):
            some = zip(ids[start : start + BATCH], rows[start : start + BATCH])
            cursor.executemany(statement, [_values(pk, row, prepare) for pk, row in some])
    return ids


def _values(pk: int, row: dict[str, object], prepare: Iterable[tuple[str, Callable | None]]) -> list:
    return [pk, *(change(row[name]) if change and row[name] is not None else row[name] for name, change in prepare)]


def _preparer(field) -> Callable | None:
    """How a column's value goes to the database; None when it goes as it is."""
    if isinstance(field, ForeignKey):
        field = field.target_field
    if isinstance(field, EncryptedField):
        return field.get_prep_value
    if isinstance(field, DateField):
        return connection.ops.adapt_datefield_value if type(field) is DateField else _saver(field)
    if isinstance(field, (BooleanField, CharField, TextField, IntegerField)) and not isinstance(field, DecimalField):
        return None
    return _saver(field)


def _saver(field) -> Callable:
    return lambda value: field.get_db_prep_save(value, connection)


def _reserve(model: type[Model], count: int) -> list[int] | None:
    """Ids that nobody else will get; None where we do not know how."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # The transaction is IMMEDIATE: no other writer until it ends, and inserting moves the table's own counter.
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            last = row[0] if row else 0
            return list(range(last + 1, last + count + 1))
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, model._meta.pk.column, count],
            )
            return [row[0] for row in cursor.fetchall()]
    return None
