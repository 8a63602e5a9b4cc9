"""The ids requests go by outside: letters and figures that lead back to a matter and say nothing of it.

Not the number of the matter: that runs on day by day, and whoever knows a neighbour's must not find the report under
it. The id is the matter's key under one block of AES, with eight bytes that must come back as zeros.
"""

from __future__ import annotations

import hashlib
from base64 import b32decode, b32encode
from functools import cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

_ZEROS = bytes(8)


@cache
def _cipher(key: str) -> Cipher[modes.ECB]:
    return Cipher(algorithms.AES(hashlib.sha256(b"anxin open311 id" + key.encode()).digest()[:16]), modes.ECB())


def outside(pk: int) -> str:
    """The id of a matter, by its key: 26 letters and figures, always the same."""
    box = _cipher(settings.OPEN311_ID_KEY).encryptor()
    return b32encode(box.update(pk.to_bytes(8) + _ZEROS) + box.finalize()).decode().rstrip("=").lower()


def inside(given: str) -> int | None:
    """The key behind an id; None for what is none of ours."""
    try:
        block = b32decode(f"{given.upper()}======") if len(given) == 26 else b""
    except ValueError:
        return None
    if len(block) != 16:
        return None
    box = _cipher(settings.OPEN311_ID_KEY).decryptor()
    plain = box.update(block) + box.finalize()
    pk = int.from_bytes(plain[:8])
    return pk if plain[8:] == _ZEROS and pk < 2**63 and outside(pk) == given.lower() else None
