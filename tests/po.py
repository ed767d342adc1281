"""Reads gettext catalogues without any tool, for the tests that count what is untranslated."""

import ast
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Entry:
    msgid: str = ""
    plural: str | None = None
    context: str | None = None
    strings: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self):
        return self.context, self.msgid

    @property
    def translated(self):
        return bool(self.strings) and all(self.strings.values()) and not self.fuzzy


def read(path: Path) -> list[Entry]:
    """Every living entry of a .po file but its header."""
    entries, entry, slot, fuzzy = [], None, None, False
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if line.startswith("#,"):
            fuzzy = "fuzzy" in line
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word in ("msgctxt", "msgid") and (
            word == "msgctxt" or entry is None or (slot is not None and slot[0] != "msgctxt")
        ):
            entry = Entry(fuzzy=fuzzy)
            fuzzy = False
            entries.append(entry)
        if line.startswith('"'):
            rest = line
        else:
            slot = (word.split("[")[0], int(word[7:-1]) if "[" in word else 0)
        text = ast.literal_eval(rest)
        if slot[0] == "msgctxt":
            entry.context = (entry.context or "") + text
        elif slot[0] == "msgid":
            entry.msgid += text
        elif slot[0] == "msgid_plural":
            entry.plural = (entry.plural or "") + text
        else:
            entry.strings[slot[1]] = entry.strings.get(slot[1], "") + text
    return [e for e in entries if e.msgid]
