"""``python -m tests.catalogues``: does every compiled catalogue say what its source says?"""

import gettext
import sys
from pathlib import Path

from tests import po

ROOT = Path(__file__).resolve().parent.parent


def stale(root: Path = ROOT) -> list[str]:
    """Catalogues whose .mo is missing or differs from its .po, with the first message that differs."""
    found = []
    for path in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        name, compiled = str(path.relative_to(root)), path.with_suffix(".mo")
        if not compiled.exists():
            found.append(f"{name}: not compiled")
            continue
        with compiled.open("rb") as file:
            held = gettext.GNUTranslations(file)._catalog
        wanted = {}
        for entry in po.read(path):
            if not entry.translated:
                continue
            key = f"{entry.context}\x04{entry.msgid}" if entry.context is not None else entry.msgid
            for number, text in entry.strings.items():
                wanted[(key, number) if entry.plural is not None else key] = text
        different = [key for key, text in wanted.items() if held.get(key) != text]
        extra = [key for key in held if key not in wanted and key != ""]
        if different or extra:
            found.append(f"{name}: compile it again ({(different or extra)[0]!r})")
    return found


if __name__ == "__main__":
    problems = stale()
    sys.stdout.write("".join(f"{line}\n" for line in problems))
    sys.exit(bool(problems))
