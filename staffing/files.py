"""Files that hold personal numbers: kept encrypted in private storage under random names, never under an address."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

from portal import crypto
from staffing.roster.store import MAGIC, copy

FOLDER = "rosters"
FOLDERS = (FOLDER, "exports")
# Begins the name of a copy under a new key that is not finished.
UNFINISHED = ".again-"
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


def stored() -> Iterator[str]:
    """Names of all sealed files: uploads, plans, comparisons and finished exports."""
    for folder in FOLDERS:
        try:
            _folders, names = storages["private"].listdir(folder)
        except FileNotFoundError:
            continue
        yield from (f"{folder}/{name}" for name in sorted(names) if not name.startswith(UNFINISHED))


def forget_unfinished() -> None:
    """Delete what a killed ``seal_again`` left behind."""
    for folder in FOLDERS:
        for path in Path(storages["private"].path(folder)).glob(f"{UNFINISHED}*"):
            path.unlink(missing_ok=True)


def key_of(name: str) -> str:
    """Id of the key a stored file is sealed under; empty for one that is not, or not yet, readable.

    One file is written by one process, so its first piece speaks for all.
    """
    with storages["private"].open(name, "rb") as file:
        head = file.read(4)
        head = file.read(len(MAGIC) - 4 + 64)[len(MAGIC) - 4 :] if head == MAGIC[:4] else file.read(64)
    key_id, colon, _body = head.partition(b":")
    return key_id.decode(errors="replace") if colon else ""


def seal_again(name: str) -> bool:
    """Replace a stored file by itself under the newest key. False when it was replaced or removed meanwhile.

    The new file appears whole or not at all. Raises FileNotFoundError, portal.crypto.UnknownKeyError.
    """
    path = storages["private"].path(name)
    with open(path, "rb") as file:
        before = os.fstat(file.fileno())
        planned = file.read(len(MAGIC)) == MAGIC
        handle, fresh = tempfile.mkstemp(prefix=UNFINISHED, dir=os.path.dirname(path))
        try:
            with os.fdopen(handle, "w+b") as out:
                if planned:
                    copy(file, out, unseal=crypto.unseal, seal=crypto.seal)
                else:
                    for piece in _pieces(name):
                        _append(out, piece)
                out.flush()
                os.fsync(out.fileno())
            os.chmod(fresh, before.st_mode & 0o777)
            now = os.stat(path)
            if (now.st_ino, now.st_mtime_ns) != (before.st_ino, before.st_mtime_ns):
                return False
            os.replace(fresh, path)
            return True
        finally:
            with suppress(FileNotFoundError):
                os.unlink(fresh)


def open_stored(name: str):
    """A stored file as it lies there, still sealed. Raises FileNotFoundError."""
    return storages["private"].open(name, "rb")


def remove(*names: str) -> None:
    """Delete stored files; missing ones are fine."""
    for name in names:
        if name:
            storages["private"].delete(name)
