"""The bigram index in SQLite's FTS5: terms parted by blanks; a gap is a term of its own."""

from modelsearch.backends.database.sqlite import sqlite as stock
from modelsearch.backends.database.sqlite.query import Lexeme, SearchQueryExpression
from modelsearch.query import Phrase, PlainText

from portal.search import bigrams
from portal.search.entries import BigramIndex

# A letter of no language that is searched here: FTS5 keeps it as a term.
GAP = "\u01c1"
# In no index: what a query of punctuation alone asks for.
NOTHING = "\u01c2"
# Beyond these the newest come first.
MOST_RANKED = 200


def _line(terms) -> str:
    return " ".join(GAP if term is None else term for term in terms)


class BigramSQLiteIndex(BigramIndex, stock.SQLiteIndex):
    def column(self, texts):
        return f" {GAP} ".join(_line(bigrams.terms(text)) for text, _boost in texts)


class _Compiler:
    """Queries as phrases of terms. ``fields`` other than the title alone mean the whole entry."""

    def _lexeme(self, words: str) -> Lexeme:
        found = bigrams.phrase(words, self.LAST_TERM_IS_PREFIX)
        return Lexeme(_line(found.terms) or NOTHING, prefix=found.prefix)

    def build_search_query_content(self, query, config=None):
        if isinstance(query, Phrase):
            return SearchQueryExpression(self._lexeme(query.query_string), config=config)
        if not isinstance(query, PlainText):
            return super().build_search_query_content(query, config=config)
        first, *others = query.query_string.split() or [""]
        lexemes = self._lexeme(first)
        for words in others:
            found = self._lexeme(words)
            lexemes = lexemes & found if query.operator.upper() == "AND" else lexemes | found
        return SearchQueryExpression(lexemes, config=config)

    def search(self, config, start, stop, score_field=None):
        asked, self.fields = self.fields, self._columns()
        try:
            if self.order_by_relevance and score_field is None and self._many(config):
                self.order_by_relevance = False
                try:
                    return super().search(config, None, None).order_by("-pk")[start:stop]
                finally:
                    self.order_by_relevance = True
            return super().search(config, start, stop, score_field)
        finally:
            self.fields = asked

    def _many(self, config) -> bool:
        """Too many hits to rank: the stock ranking looks into the index once for every one of them."""
        self.order_by_relevance = False
        try:
            found = super().search(config, None, None).order_by().values("pk")
            return found[: MOST_RANKED + 1].count() > MOST_RANKED
        finally:
            self.order_by_relevance = True

    def _columns(self):
        only_title = self.fields is not None and set(self.fields) == {"title"} and "title" in self.FTS_TABLE_FIELDS
        return ["title"] if only_title else None


class BigramSQLiteCompiler(_Compiler, stock.SQLiteSearchQueryCompiler):
    pass


class BigramSQLiteAutocompleteCompiler(_Compiler, stock.SQLiteAutocompleteQueryCompiler):
    pass


class BigramSQLiteBackend(stock.SQLiteSearchBackend):
    query_compiler_class = BigramSQLiteCompiler
    autocomplete_query_compiler_class = BigramSQLiteAutocompleteCompiler
    index_class = BigramSQLiteIndex
