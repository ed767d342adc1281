"""What stands for an option in the browser: a token of this attempt and item, which says nothing about the key."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable

# 48 bits: two of an item's few options never share one in practice, and ``keys_of`` would notice.
BYTES = 6


def token(secret: str, item: int, key: str) -> str:
    """Eight characters for option ``key`` of the item at index ``item``."""
    digest = hmac.digest(secret.encode(), f"{item}:{key}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:BYTES]).decode()


def keys_of(secret: str, item: int, keys: Iterable[str]) -> dict[str, str]:
    """Token → option key for one item."""
    return {token(secret, item, key): key for key in keys}
