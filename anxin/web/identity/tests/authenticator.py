"""A passkey in software, for tests: makes a key for a site and signs what the site asks, as a telephone would."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


class Authenticator:
    """A device with one key. `unlocks`: whether its owner proves to it that they are (finger, face, code)."""

    def __init__(self, origin: str = "http://testserver", *, unlocks: bool = True) -> None:
        self.origin = origin
        self.unlocks = unlocks
        self.count = 0
        self.credential = secrets.token_bytes(32)
        self.handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def _told(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, host: str, flags: int, rest: bytes = b"") -> bytes:
        self.count += 1
        flags |= PRESENT | (VERIFIED if self.unlocks else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + rest

    def make(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make a passkey."""
        self.handle = base64url_to_bytes(asked["user"]["id"])
        public = self._key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        made = b"\0" * 16 + len(self.credential).to_bytes(2, "big") + self.credential + cose
        data = self._data(asked["rp"]["id"], MADE, made)
        return self._answer(
            clientDataJSON=self._told("webauthn.create", asked["challenge"]),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def show(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Sign a challenge."""
        data, told = self._data(asked["rpId"], 0), self._told("webauthn.get", asked["challenge"])
        signature = self._key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=data, signature=signature, userHandle=self.handle)

    def _answer(self, **parts: bytes) -> dict[str, Any]:
        own = bytes_to_base64url(self.credential)
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        return {"id": own, "rawId": own, "type": "public-key", "response": response}
