"""Reading an upload without risk to the process that serves pages (reliability §17)."""

import json
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from portal.sheets.errors import SheetError
from portal.sheets.model import Book, Limits, Sheet

_ROOT = Path(__file__).resolve().parents[2]
_ALLOWED = {("datetime", "date"), ("datetime", "datetime"), ("datetime", "time")}


class _PlainUnpickler(pickle.Unpickler):
    """Takes plain values and dates only: a child that a hostile file has taken over cannot name anything to run
    here.
    """

    def find_class(self, module, name):
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def read_book_safely(path: str | os.PathLike, *, name: str = "", limits: Limits | None = None) -> Book:
    """``read_book`` in a child process bound by ``limits.memory_mb`` and ``limits.seconds``. Raises SheetError, never
    else.
    """
    limits = limits or Limits()
    path = Path(path)
    if path.stat().st_size > limits.max_bytes:
        raise SheetError("TOO_LARGE", f"{limits.max_bytes >> 20} MB")
    with tempfile.TemporaryDirectory(prefix="sheet-") as folder:
        result = Path(folder) / "result"
        command = [sys.executable, "-m", "portal.sheets.child", str(path.resolve()), name or path.name, str(result)]
        try:
            done = subprocess.run(
                [*command, json.dumps(asdict(limits))],
                cwd=_ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limits.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SheetError("TIMEOUT") from error
        if done.returncode == -24:  # SIGXCPU
            raise SheetError("TIMEOUT")
        if done.returncode < 0:  # the allocator gave up, or the system took the process down
            raise SheetError("TOO_LARGE")
        if done.returncode or not result.exists():
            raise SheetError("UNREADABLE")
        return _taken(result)


def _environment() -> dict[str, str]:
    """No secrets travel to the process that opens strangers' files."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME") if key in os.environ}
    return kept | {
        "PYTHONPATH": str(_ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONUTF8": "1",
        "RUST_BACKTRACE": "0",
    }


def _taken(result: Path) -> Book:
    try:
        with result.open("rb") as stream:
            outcome = _PlainUnpickler(stream).load()
    except (pickle.UnpicklingError, EOFError, ValueError) as error:
        raise SheetError("UNREADABLE") from error
    if "error" in outcome:
        raise SheetError(*outcome["error"])
    book = outcome["book"]
    return Book(book["kind"], [Sheet(*parts) for parts in book["sheets"]], book["sha256"], book["encoding"])
