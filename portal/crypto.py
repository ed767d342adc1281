"""Encryption at rest of ID and mobile numbers and their blind index.

AES-256-GCM with a key id in front of each value, so that keys can be rotated; HMAC-SHA-256 under another key gives
exact look-up without decrypting. Both keys come from the environment.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class UnknownKeyError(Exception):
    """A stored value names a key that FIELD_KEYS no longer holds, or was tampered with."""


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    pairs = (entry.split(":", 1) for entry in keys)
    return {key_id: AESGCM(base64.b64decode(secret)) for key_id, secret in pairs}


def newest_key() -> str:
    """Id of the key that encrypts: the first of FIELD_KEYS."""
    return settings.FIELD_KEYS[0].split(":", 1)[0]


@lru_cache(maxsize=4)
def _index_key(encoded: str) -> bytes:
    return base64.b64decode(encoded)


def encrypt(plain: str) -> str:
    """``key-id:base64(nonce + ciphertext)`` of ``plain``; an empty string stays empty."""
    if not plain:
        return ""
    keys, key_id = tuple(settings.FIELD_KEYS), newest_key()
    nonce = os.urandom(12)
    sealed = _ciphers(keys)[key_id].encrypt(nonce, plain.encode(), key_id.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """The plain value. Raises UnknownKeyError when the key is gone or the value was altered."""
    if not stored:
        return ""
    key_id, _, body = stored.partition(":")
    try:
        raw = base64.b64decode(body)
        return _ciphers(tuple(settings.FIELD_KEYS))[key_id].decrypt(raw[:12], raw[12:], key_id.encode()).decode()
    except (KeyError, InvalidTag, ValueError) as error:
        raise UnknownKeyError(key_id) from error


def blind_index(plain: str) -> str:
    """Keyed hash for exact look-up: 64 hex digits, or an empty string for no value."""
    if not plain:
        return ""
    return hmac.digest(_index_key(settings.FIELD_INDEX_KEY), plain.strip().upper().encode(), hashlib.sha256).hex()


def seal(data: bytes) -> bytes:
    """Encrypt a file or a part of one: ``key-id:nonce+ciphertext``. For what is kept outside the database."""
    keys, key_id = tuple(settings.FIELD_KEYS), newest_key().encode()
    nonce = os.urandom(12)
    return key_id + b":" + nonce + _ciphers(keys)[key_id.decode()].encrypt(nonce, data, key_id)


def unseal(stored: bytes) -> bytes:
    """What ``seal`` was given. Raises UnknownKeyError when the key is gone or the data was altered."""
    key_id, _, body = stored.partition(b":")
    try:
        return _ciphers(tuple(settings.FIELD_KEYS))[key_id.decode()].decrypt(body[:12], body[12:], key_id)
    except (KeyError, InvalidTag, ValueError) as error:
        raise UnknownKeyError(key_id.decode(errors="replace")) from error
