"""Files that hold personal numbers: kept encrypted in private storage under random names, never under an address."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

from portal import crypto

FOLDER = "rosters"
# Uploads are sealed in pieces, so that a large one never stands in memory twice.
PIECE = 4 * 2**20


def put(data: bytes, suffix: str = "") -> str:
    """Store bytes as they are (already sealed by the caller); the name to find them by."""
    return storages["private"].save(f"{FOLDER}/{uuid.uuid4().hex}{suffix}", ContentFile(data))


def put_upload(chunks, suffix: str = "") -> str:
    """Seal and store an upload piece by piece; the name to find it by."""
    return _save(f"{FOLDER}/{uuid.uuid4().hex}{suffix}", chunks)


def put_sealed(path: str, file) -> str:
    """Seal and store an open file under ``path``."""
    file.seek(0)
    return _save(path, iter(lambda: file.read(2**20), b""))


def _save(path: str, chunks) -> str:
    with tempfile.TemporaryFile() as out:
        held = b""
        for chunk in chunks:
            held += chunk
            while len(held) >= PIECE:
                _append(out, held[:PIECE])
                held = held[PIECE:]
        _append(out, held)
        out.seek(0)
        return storages["private"].save(path, File(out))


def _pieces(name: str) -> Iterator[bytes]:
    with storages["private"].open(name, "rb") as stored:
        while head := stored.read(4):
            yield crypto.unseal(stored.read(int.from_bytes(head, "big")))


def open_clear(name: str) -> BinaryIO:
    """A sealed file opened for reading: a nameless copy that is gone when it is closed."""
    out = tempfile.TemporaryFile()  # noqa: SIM115
    out.writelines(_pieces(name))
    out.seek(0)
    return out


def _append(out, piece: bytes) -> None:
    sealed = crypto.seal(piece)
    out.write(len(sealed).to_bytes(4, "big") + sealed)


@contextmanager
def clear_copy(name: str, suffix: str = "") -> Iterator[str]:
    """Path of a readable copy of a stored upload, in a directory only this process can enter; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        path = os.path.join(folder, f"upload{suffix}")
        with open(path, "wb") as out:
            out.writelines(_pieces(name))
        yield path


def open_stored(name: str):
    """A stored file as it lies there, still sealed. Raises FileNotFoundError."""
    return storages["private"].open(name, "rb")


def remove(*names: str) -> None:
    """Delete stored files; missing ones are fine."""
    for name in names:
        if name:
            storages["private"].delete(name)
