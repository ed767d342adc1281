"""Statements written with the ORM, compiled once in a process and then only executed.

Putting a statement together costs several times what sending it does; for the few that every request or every saved
answer needs, that is most of the server's work. The SQL is the ORM's own, for whatever database is configured::

    FIND = Rows(lambda: Session.objects.filter(pk=Given("key", CharField())).values_list("session_data"))
    rows = FIND(key="…")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db import connection
from django.db.models import Expression, Field
from django.db.models.sql import UpdateQuery


class _Place(NamedTuple):
    """Where a value goes among a statement's parameters."""

    name: str
    field: Field


class Given(Expression):
    """Stands in a query for the value ``name``, which comes with each call; ``field`` says of what kind."""

    def __init__(self, name: str, field: Field):
        super().__init__(output_field=field)
        self.place = _Place(name, field)

    def as_sql(self, compiler, connection):
        return "%s", [self.place]


class _Statement:
    """SQL and parameters by database vendor; made at the first call."""

    def __init__(self, build: Callable):
        self._build, self._made = build, {}

    def _compiled(self):
        made = self._made.get(connection.vendor)
        if made is None:
            made = self._made[connection.vendor] = self._compile()
        return made

    def _execute(self, cursor, sql, params, values) -> None:
        cursor.execute(
            sql,
            [p.field.get_db_prep_value(values[p.name], connection) if isinstance(p, _Place) else p for p in params],
        )


class Rows(_Statement):
    """``build()`` returns a queryset; a call returns its rows as tuples of Python values.

    Without ``values_list`` they hold the model's columns and then those of ``select_related``, each in the order of the
    fields and only those that ``only`` named: ``named`` makes dictionaries of them.
    """

    def _compile(self):
        compiler = self._build().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        converters = [
            (at, functions, expression) for at, (functions, expression) in compiler.get_converters(columns).items()
        ]
        return sql, params, converters, [(column.target.model, column.target.attname) for column in columns]

    def named(self, **values) -> list[dict[type, dict]]:
        """Rows as {model: {column: value}}; for querysets without ``values_list``."""
        found = self(**values)
        places = self._compiled()[3]
        rows = []
        for row in found:
            parts: dict[type, dict] = {}
            for (model, name), value in zip(places, row):
                parts.setdefault(model, {})[name] = value
            rows.append(parts)
        return rows

    def __call__(self, **values) -> list[tuple]:
        sql, params, converters, _places = self._compiled()
        with connection.cursor() as cursor:
            self._execute(cursor, sql, params, values)
            rows = cursor.fetchall()
        if not converters:
            return rows
        rows = [list(row) for row in rows]
        for row in rows:
            for at, functions, expression in converters:
                for convert in functions:
                    row[at] = convert(row[at], expression, connection)
        return [tuple(row) for row in rows]


class Change(_Statement):
    """``build()`` returns (queryset, values) as for ``queryset.update``; a call returns how many rows changed."""

    def _compile(self):
        rows, values = self._build()
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        # As QuerySet.update does: annotations are not needed, the order neither.
        query.annotations = {}
        query.clear_ordering(force=True)
        return query.get_compiler(connection=connection).as_sql()

    def __call__(self, **values) -> int:
        sql, params = self._compiled()
        with connection.cursor() as cursor:
            self._execute(cursor, sql, params, values)
            return cursor.rowcount
