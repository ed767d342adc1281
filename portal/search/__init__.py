"""Wagtail's search backend for Chinese: the database's own full-text index, fed with pairs of characters.

An unspaced Chinese title is one word to SQLite's FTS5 and to PostgreSQL's ``simple`` configuration, so 行政处罚 would
not be found inside 全区行政执法人员行政处罚法讲座. Here both index every pair of neighbouring characters and are asked
for them as a phrase: what is found holds the words asked for, and nothing else is found (portal.search.bigrams).
"""


def SearchBackend(params):
    """The backend for the database in use. Raises NotImplementedError for one that has no full-text index of ours."""
    from django.db import connection

    if connection.vendor == "postgresql":
        from portal.search.postgres import BigramPostgresBackend as Backend
    elif connection.vendor == "sqlite":
        from portal.search.sqlite import BigramSQLiteBackend as Backend
    else:
        raise NotImplementedError(connection.vendor)
    return Backend(params)
