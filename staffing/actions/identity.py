"""ID numbers typed by hand: read by the same rules as those in a roster, refused in words for whoever typed them."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from staffing.actions.errors import Refused
from staffing.roster.idcard import IdNumber, parse_id


def checked(number: str, day: date) -> IdNumber:
    """The number, tidied (GB 11643); ``value`` is None for an empty one. Raises Refused when it cannot be right on
    ``day``.
    """
    found = parse_id(number or None, day)
    if not found.error:
        return found
    told = {
        "ID_LENGTH": _("证件号应为18位，现为%(n)s位。") % {"n": len("".join(str(number).split()))},
        "ID_FORMAT": _("证件号前17位应为数字，末位为数字或X。"),
        "ID_BIRTH_INVALID": _("证件号中的出生日期不存在，请对照证件改正。"),
        "ID_CHECKSUM": _("证件号校验位不符，请对照证件改正。"),
        "ID_PRECISION_LOST": _("证件号末几位已丢失，请对照证件重填。"),
    }
    raise Refused(told[found.error], "id_number")
