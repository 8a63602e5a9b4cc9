"""An identity service for tests and the demo: it knows some people, signs them in at once, gives tokens for codes."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.jwk import RSAKey

from anxin.kernel import clock

CLIENT, SECRET = "anxin", "kept-by-both-sides"


class FakeIdentityService:
    """A service on a free port of this machine. `who` is whom it signs in; `spoil` alters the claims of its tokens."""

    def __init__(self, port: int = 0) -> None:
        self.who = "subject-of-nobody"
        self.spoil: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.signs_with: RSAKey = self.key
        self.asked = 0
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def issuer(self) -> str:
        """What it is called."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def settings(self) -> dict[str, str]:
        """What Anxin is told about it (settings.OIDC)."""
        return {"issuer": self.issuer, "client": CLIENT, "secret": SECRET, "title": "统一身份认证", "back": ""}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def visit(self, address: str) -> str:
        """Somebody comes with their browser: where they are sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if asked["client_id"] != CLIENT or asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
            return f"{asked['redirect_uri']}?{urlencode({'error': 'invalid_request', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**asked, "now": str(int(clock.now().timestamp()))}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form.get("code", ""), None)
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        good = asked is not None and asked["code_challenge"] == proof.decode()
        if asked is None or not good or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if authorization != plain:
            return 401, {"error": "invalid_client"}
        now = int(asked["now"])
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.who, "iat": now, "exp": now + 300, "auth_time": now,
            "nonce": asked["nonce"], **self.spoil,
        }  # fmt: skip
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.signs_with)
        return 200, {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "id_token": token}

    def _answer(self, path: str) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return 200, {"issuer": self.issuer, **{name: self.issuer + place for name, place in places.items()}}
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        return 404, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        side = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/authorize?"):
                    self.send_response(302)
                    self.send_header("location", side.visit(self.path))
                    self.send_header("content-length", "0")
                    self.end_headers()
                    return
                self._say(*side._answer(self.path))

            def do_POST(self) -> None:
                side.asked += 1
                body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._say(*side._token(form, self.headers.get("authorization", "")))

            def _say(self, status: int, said: dict[str, Any]) -> None:
                body = msgspec.json.encode(said)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the demo's terminal belongs to the story."""

        return Handler
