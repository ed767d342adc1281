import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from staffing.actions import rosters
from staffing.models import (
    Leave,
    Membership,
    Person,
    Posting,
    Qualification,
    QualificationStatus,
    RosterImport,
    Unit,
)
from tests.cast import NOW
from tests.staffing.rosters.books import AS_OF, book

TABLES = (Unit, Person, Membership, Posting, Qualification, QualificationStatus, Leave)


@pytest.fixture
def facts():
    """A function giving every fact row as it is stored, except what encryption makes different each time."""

    def read():
        hidden = {"id_number", "mobile"}
        return {
            model.__name__: list(
                model.objects.order_by("pk").values_list(
                    *(f.attname for f in model._meta.concrete_fields if f.name not in hidden)
                )
            )
            + ([(p.pk, p.id_number, p.mobile) for p in Person.objects.order_by("pk")] if model is Person else [])
            for model in TABLES
        }

    return read


@pytest.fixture
def load(tmp_path):
    """Import rows (or sheets) as a command would; returns the import."""

    def run(*sheets, actor=None, as_of=AS_OF, **kwargs):
        path = book(tmp_path / f"roster{RosterImport.objects.count()}.xlsx", *sheets)
        return rosters.import_file(actor=actor, now=NOW, path=path, as_of=as_of, **kwargs)

    return run


@pytest.fixture
def upload(cast, django_capture_on_commit_callbacks):
    """Upload bytes through the page as HR and follow to where the import stands; returns (client, import, response)."""

    def run(data: bytes, name="花名册.xlsx", as_of=AS_OF, role="hr", **fields):
        client = cast.client(role)
        file = SimpleUploadedFile(name, data)
        values = {"file": file, "as_of": as_of.isoformat(), "complete": "on", **fields}
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post("/rosters/new/", values)
        batch = RosterImport.objects.order_by("-number").first()
        return client, batch, response

    return run


@pytest.fixture
def post(django_capture_on_commit_callbacks):
    """POST with the jobs it starts run at once."""

    def run(client, url, data=None):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, data or {})

    return run


def workbook(*sheets, **kwargs) -> bytes:
    """The bytes of a roster of these rows."""
    with tempfile.TemporaryDirectory() as folder:
        return Path(book(f"{folder}/book.xlsx", *sheets, **kwargs)).read_bytes()
