"""Pictures of questions: their addresses, which only the user they were made for can open, and their bytes."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.storage import storages
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from exams.models.bank import Picture

# Separates the picture's id from its user's in the signed text.
_SIGNER = Signer(salt="exams.picture", sep=".")


def address(picture_id: int, user_id: int) -> str:
    """Where this user finds the picture. Made anew for every viewer: a copied address opens nothing for others."""
    return reverse("exams:picture", args=[_SIGNER.sign(f"{picture_id}-{user_id}")])


def opened(token: str, user_id: int) -> Picture | None:
    """The picture of an address, or None when the address is not this user's."""
    try:
        picture_id, owner = _SIGNER.unsign(token).split("-")
    except (BadSignature, ValueError):
        return None
    return Picture.objects.filter(pk=int(picture_id)).first() if owner == str(user_id) else None


def facts(picture_ids: Iterable[int]) -> dict[int, Picture]:
    """Pictures by id: size and words for the blind. One query, none when there is nothing to ask."""
    ids = {pk for pk in picture_ids if pk}
    return Picture.objects.in_bulk(ids) if ids else {}


def read(picture: Picture) -> bytes:
    """The stored bytes. Raises FileNotFoundError."""
    with storages["private"].open(picture.file, "rb") as file:
        return file.read()
