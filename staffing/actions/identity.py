"""ID numbers typed by hand (GB 11643): tidying, the check digit, and what the number says about its holder."""

from __future__ import annotations

import unicodedata
from datetime import date

from django.utils.translation import gettext as _

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def clean(number: str) -> str:
    """Half-width, without blanks, upper case."""
    return "".join(unicodedata.normalize("NFKC", number or "").split()).upper()


def problem(number: str) -> str:
    """What is wrong with a cleaned number, in words; empty when nothing is."""
    if len(number) != 18:
        return _("证件号应为18位，现为%(n)s位。") % {"n": len(number)}
    if not (number[:17].isascii() and number[:17].isdigit() and number[17] in "0123456789X"):
        return _("证件号前17位应为数字，末位为数字或X。")
    if birth(number) is None:
        return _("证件号中的出生日期不存在，请对照证件改正。")
    if CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number)) % 11] != number[17]:
        return _("证件号校验位不符，请对照证件改正。")
    return ""


def birth(number: str) -> date | None:
    """The date of birth in the number, None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def gender(number: str) -> str:
    """男 or 女, from the 17th digit."""
    return "男" if int(number[16]) % 2 else "女"
