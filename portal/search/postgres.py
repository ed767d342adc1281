"""The bigram index in PostgreSQL: vectors and queries are written out, so that no parser or dictionary takes part.

A gap is a position left free. A vector keeps 16,383 positions and 256 of one term: of a longer text the rest is not
indexed.
"""

from django.contrib.postgres.search import SearchQuery
from django.db.models import Value
from modelsearch.backends.database.postgres import postgres as stock
from modelsearch.backends.database.postgres.weights import get_weight
from modelsearch.query import Phrase, PlainText

from portal.search import bigrams
from portal.search.entries import BigramIndex

MOST_POSITIONS = 16_000
MOST_OF_ONE = 256


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


class BigramPostgresIndex(BigramIndex, stock.PostgresIndex):
    def column(self, texts):
        places: dict[str, list[str]] = {}
        at = 0
        for text, boost in texts:
            weight = get_weight(boost)
            for term in bigrams.terms(text):
                at += 1
                if at > MOST_POSITIONS:
                    break
                if term is not None and len(places.setdefault(term, [])) < MOST_OF_ONE:
                    places[term].append(f"{at}{weight}")
            at += 1
        return " ".join(f"{_quoted(term)}:{','.join(found)}" for term, found in places.items())


class WrittenQuery(SearchQuery):
    """A tsquery written out, taken as it is."""

    def __init__(self, text: str, invert: bool = False):
        super().__init__(Value(text), invert=invert, search_type="raw")

    def as_sql(self, compiler, connection, function=None, template=None):
        return super().as_sql(compiler, connection, template="(%(expressions)s)::tsquery")


def _followed(found: bigrams.Phrase) -> str:
    """'行政' <-> '政处' <2> '讲':*; a term that stands in no index when there is nothing to look for."""
    text, distance = "", 1
    for at, term in enumerate(found.terms, 1):
        if term is None:
            distance += 1
            continue
        text += (f" <{distance}> " if text else "") + _quoted(term)
        text += ":*" if found.prefix and at == len(found.terms) else ""
        distance = 1
    return text or _quoted("\u01c2")


class _Compiler:
    """Queries as phrases of terms. ``fields`` other than the title alone mean the whole entry."""

    def _phrase(self, words: str) -> str:
        return _followed(bigrams.phrase(words, self.LAST_TERM_IS_PREFIX))

    def build_tsquery_content(self, query, config=None, invert=False):
        if isinstance(query, Phrase):
            return WrittenQuery(self._phrase(query.query_string), invert)
        if not isinstance(query, PlainText):
            return super().build_tsquery_content(query, config=config, invert=invert)
        sign = " & " if query.operator.lower() == "and" else " | "
        words = query.query_string.split() or [""]
        return WrittenQuery(sign.join(f"({self._phrase(word)})" for word in words), invert)

    def get_search_vectors(self, search_query):
        vectors = self.get_index_vectors(search_query)
        only_title = self.fields is not None and set(self.fields) == {"title"} and len(vectors) > 1
        return vectors[:1] if only_title else vectors


class BigramPostgresCompiler(_Compiler, stock.PostgresSearchQueryCompiler):
    pass


class BigramPostgresAutocompleteCompiler(_Compiler, stock.PostgresAutocompleteQueryCompiler):
    pass


class BigramPostgresBackend(stock.PostgresSearchBackend):
    query_compiler_class = BigramPostgresCompiler
    autocomplete_query_compiler_class = BigramPostgresAutocompleteCompiler
    index_class = BigramPostgresIndex
