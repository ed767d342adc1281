"""Serial numbers of pass certificates: nobody can guess one, and a mistyped one is noticed before any look-up.

Twelve random characters (60 bits) of Crockford's base 32 (no I, L, O, U) and one check character, grouped like
``HG7K-3M2P-9QXT-C``. The check is a Reed-Solomon code over GF(32): every character has another non-zero weight, so
any single wrong character and any two swapped ones (adjacent or not) are detected, and the check character needs no
symbol outside the alphabet (ISO 7064 mod 37,36 would: its checks include I, L, O and U).
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM = 12
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_POLYNOMIAL = 0b100101  # x⁵ + x² + 1, primitive: the powers of x run through all 31 non-zero elements
_LOOK_ALIKE = str.maketrans("OIL", "011")
_DASHES = "-‐‑‒–—―−_.·"  # what word processors and input methods make of the dash
# Full-width ASCII only: wider folding (NFKC) would let other characters pass for these.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def new_serial() -> str:
    """A fresh random serial, grouped and in capitals."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return _grouped(body + ALPHABET[_syndrome(body)])


def check_serial(text: str) -> str | None:
    """``text`` as the serial it stands for, or None when it can be none.

    Forgiven: lower case, full-width characters, blanks and dashes anywhere, O for 0, I and L for 1. Nothing else.
    """
    plain = "".join(text.translate(_NARROW).split())
    plain = "".join(character for character in plain if character not in _DASHES)
    if len(plain) != RANDOM + 1 or not plain.isascii():
        return None
    plain = plain.upper().translate(_LOOK_ALIKE)
    if not all(character in _VALUE for character in plain):
        return None
    return _grouped(plain) if _syndrome(plain[:-1]) == _VALUE[plain[-1]] else None


def _syndrome(characters: str) -> int:
    """Σ xᵏ·value, k = 1 for the last character; the check character itself has weight x⁰."""
    total = 0
    for character in characters:
        total = _times_x(total ^ _VALUE[character])
    return total


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 0b100000 else value


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
