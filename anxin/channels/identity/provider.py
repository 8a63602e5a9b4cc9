"""What is asked of the identity service over the network, and whether its answer may be believed.

Authorization code with PKCE (RFC 7636), state and nonce; the ID token's signature, issuer, audience, time and nonce are
checked (OpenID Connect Core 3.1.3.7). Nothing else about the person is asked: scope `openid`, and only `sub` is kept.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from anxin.kernel import clock
from anxin.kernel.errors import AnxinError

LONGEST_WAIT = 8.0
"""Seconds the service may take to answer."""
LARGEST = 256 * 1024
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Only signatures with a public key: `none` and shared secrets are refused."""
LEEWAY = 60
"""Seconds the clocks of the two may differ."""
KEPT = 600.0
"""Seconds the description and keys of the service are kept."""


class NotReachable(AnxinError):
    """统一身份认证暂时无法使用，请稍后再试或用密码登录。"""

    status, code = 502, "identity_not_reachable"


class NotBelieved(AnxinError):
    """统一身份认证的答复没有通过校验，未能登录。"""

    status, code = 400, "identity_not_believed"


@dataclass(frozen=True, slots=True)
class Proved:
    """Who somebody is over there, and whether they have shown two proofs there."""

    issuer: str
    subject: str
    strong: bool


@cache
def _client() -> httpx2.Client:
    timeout = httpx2.Timeout(LONGEST_WAIT, connect=3.0)
    return httpx2.Client(timeout=timeout, trust_env=False, follow_redirects=False)


def _ask(method: str, address: str, **more: Any) -> dict[str, Any]:
    """One question; the answer is a JSON object of moderate size. Raises NotReachable."""
    if urlsplit(address).scheme != "https" and urlsplit(address).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise NotReachable("须使用 https")
    found, until = b"", time.monotonic() + LONGEST_WAIT
    try:
        with _client().stream(method, address, headers={"accept": "application/json"}, **more) as answer:
            for piece in answer.iter_bytes():
                found += piece
                if len(found) > LARGEST or time.monotonic() > until:
                    raise NotReachable
        if not answer.is_success:
            raise NotReachable(f"HTTP {answer.status_code}")
        return msgspec.json.decode(found, type=dict[str, Any])
    except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotReachable from error


_known: dict[str, tuple[float, dict[str, Any]]] = {}


def _fetched(address: str, *, anew: bool = False) -> dict[str, Any]:
    kept = _known.get(address)
    if kept is None or anew or time.monotonic() - kept[0] > KEPT:
        kept = _known[address] = time.monotonic(), _ask("GET", address)
    return kept[1]


def _described() -> dict[str, Any]:
    """What the service says of itself. Raises NotReachable, or NotBelieved when it speaks for another."""
    issuer = settings.OIDC["issuer"]
    said = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise NotBelieved
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if not all(isinstance(said.get(name), str) for name in needed):
        raise NotReachable
    return said


def way_there(back: str, state: str, nonce: str, verifier: str, *, again: bool) -> str:
    """The address to which somebody is sent. `again`: they must prove themselves anew, even if known over there."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": settings.OIDC["client"], "redirect_uri": back, "scope": "openid",
        "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    place = _described()["authorization_endpoint"]
    if urlsplit(place).scheme not in ("https", "http"):
        raise NotReachable
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"


def exchange(code: str, back: str, nonce: str, verifier: str, *, again: bool) -> Proved:
    """Who the person is that came back with a code. Raises NotReachable or NotBelieved.

    `again`: the proof over there must be fresh (`auth_time` within five minutes).
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    form["client_id"] = settings.OIDC["client"]
    more: dict[str, Any] = {"data": form}
    if settings.OIDC.get("secret"):
        more["auth"] = (settings.OIDC["client"], settings.OIDC["secret"])
    said = _ask("POST", _described()["token_endpoint"], **more)
    claims = _claims(str(said.get("id_token", "")))
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != settings.OIDC["client"]:
        raise NotBelieved
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or claims.get("nonce") != nonce:
        raise NotBelieved
    if again:
        proved = claims.get("auth_time")
        if not isinstance(proved, int) or clock.now().timestamp() - proved > 300:
            raise NotBelieved
    methods = claims.get("amr")
    strong = isinstance(methods, list) and "mfa" in methods
    return Proved(settings.OIDC["issuer"], subject, strong)


def _claims(token: str) -> Mapping[str, Any]:
    address = _described()["jwks_uri"]
    for anew in (False, True):  # the keys over there may just have been changed
        try:
            keys = KeySet.import_key_set(_fetched(address, anew=anew))  # type: ignore[arg-type]
            read = jwt.decode(token, keys, algorithms=ALGORITHMS)
            break
        except (JoseError, ValueError, KeyError, TypeError) as error:
            if anew:
                raise NotBelieved from error
    rules = jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": settings.OIDC["issuer"]},
        aud={"essential": True, "value": settings.OIDC["client"]},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        rules.validate(read.claims)
    except JoseError as error:
        raise NotBelieved from error
    return read.claims
