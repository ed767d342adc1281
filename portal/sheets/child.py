"""The reading process: ``python -m portal.sheets.child SOURCE NAME RESULT LIMITS``.

Binds its own memory and processor time, reads the file and writes the result to RESULT as a pickle of plain values.
A failure is written the same way; what kills the process is told by its exit state.
"""

import json
import pickle
import resource
import sys

from portal.sheets.errors import SheetError
from portal.sheets.model import Limits
from portal.sheets.read import read_book


def main(source: str, name: str, result: str, limits_json: str) -> int:
    limits = Limits(**json.loads(limits_json))
    space = limits.memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        book = read_book(source, name=name, limits=limits)
        outcome = {"book": _flat(book)}
    except SheetError as error:
        starved = error.code == "UNREADABLE" and _starved(space)
        outcome = {"error": ["TOO_LARGE", "", ""] if starved else [error.code, error.detail, error.detail_en]}
    except MemoryError:
        outcome = {"error": ["TOO_LARGE", "", ""]}
    except BaseException:  # a panic inside calamine is no Exception
        outcome = {"error": ["TOO_LARGE" if _starved(space) else "UNREADABLE", "", ""]}
    with open(result, "wb") as stream:
        pickle.dump(outcome, stream, protocol=5)
    return 0


def _starved(space: int) -> bool:
    """Whether memory ran short: parsers then fail in any way they like, seldom with a MemoryError."""
    return _peak() > space * 0.4


def _peak() -> int:
    """Most memory of this very program in bytes. ``ru_maxrss`` would count the parent's, from before the exec."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _flat(book) -> dict:
    return {
        "kind": book.kind,
        "sha256": book.sha256,
        "encoding": book.encoding,
        "sheets": [
            (sheet.name, sheet.rows, sheet.state, sheet.hidden_rows, sheet.hidden_cols, sheet.merged)
            for sheet in book.sheets
        ],
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
