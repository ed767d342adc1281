"""What of an object goes into the index, and the writing of it; shared by both databases."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Manager
from django.utils.encoding import force_str
from modelsearch.index import AutocompleteField, RelatedFields, SearchField
from modelsearch.utils import get_content_type_pk


def _plain(value) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(map(_plain, value.values()))
    return force_str(value)


def _found(obj, field) -> Iterator[tuple[SearchField | AutocompleteField, str]]:
    if isinstance(field, SearchField | AutocompleteField):
        yield field, _plain(field.get_value(obj))
    elif isinstance(field, RelatedFields):
        related = field.get_value(obj)
        if isinstance(related, Manager):
            related = related.all()
        elif related is None:
            related = []
        else:
            related = [related() if callable(related) else related]
        for one in related:
            for inner in field.fields:
                yield from _found(one, inner)


def texts(obj) -> dict[str, list[tuple[str, float | None]]]:
    """(text, boost) of everything indexed of ``obj``, by column of the index: title, body, autocomplete."""
    columns: dict[str, list[tuple[str, float | None]]] = {"title": [], "body": [], "autocomplete": []}
    for declared in obj.get_search_fields():
        for field, text in _found(obj, declared):
            if isinstance(field, AutocompleteField):
                columns["autocomplete"].append((text, None))
            else:
                columns["title" if field.field_name == "title" else "body"].append((text, field.boost))
    return columns


class BigramIndex:
    """Mixin of a stock index: writes entries made by ``column``; the rest (stale entries, norms) stays as it is."""

    def column(self, texts: list[tuple[str, float | None]]) -> str:
        """The value of one column of the index entry."""
        raise NotImplementedError

    def add_items(self, model, objs):
        if not model.get_search_fields():
            return
        kind, entry = get_content_type_pk(model), self.entries.model
        rows = {}
        for obj in objs:
            columns = {name: self.column(found) for name, found in texts(obj).items()}
            rows[force_str(obj.pk)] = entry(
                content_type_id=kind, object_id=force_str(obj.pk), title_norm=1.0, **columns
            )
        if not rows:
            return
        self.entries.bulk_create(
            rows.values(),
            batch_size=500,
            update_conflicts=True,
            unique_fields=["content_type", "object_id"],
            update_fields=["title", "body", "autocomplete", "title_norm"],
        )
        self._refresh_title_norms()
