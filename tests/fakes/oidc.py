"""An OpenID Connect provider on loopback: discovery, the code flow with PKCE, signed ID tokens, userinfo.

It does what a provider does and holds its clients to the rules: codes are good once, for the address and
the verifier they were made for. `lie` makes it say something that a client must not believe.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "presszero-inbox", "a client secret of the tests"
LIES = (
    "wrong nonce", "no nonce", "expired", "not yet", "wrong audience", "another's audience", "wrong issuer",
    "unsigned", "unsigned and said so", "signed with the client secret", "signed with another key",
    "tampered", "no token", "no subject", "another at userinfo", "calls itself otherwise",
)  # fmt: skip


@dataclass
class Grant:
    """A code that was handed out."""

    nonce: str
    challenge: str
    redirect_uri: str


@dataclass
class Provider:
    """The provider, the person who is signed in there, and the lie it tells."""

    address: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-17", "preferred_username": "ada", "groups": ["care"]}
    )
    in_userinfo: tuple[str, ...] = ()  # claims that are only there
    lie: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    grants: dict[str, Grant] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # why a token was not given
    signed_out: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        algorithms = ["RS256"]
        if self.lie == "unsigned and said so":
            algorithms = ["none", "RS256"]
        if self.lie == "signed with the client secret":
            algorithms = ["HS256", "RS256"]
        there = "https://other.example" if self.lie == "calls itself otherwise" else self.address
        return {
            "issuer": there,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "end_session_endpoint": f"{self.address}/end",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": algorithms,
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to; the person is signed in here and says yes."""
        code = secrets.token_urlsafe(16)
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        self.grants[code] = Grant(asked["nonce"], asked["code_challenge"], asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint."""
        grant = self.grants.pop(asked.get("code", ""), None)
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        why = None
        if authorization != f"Basic {given}":
            why = "invalid_client"
        elif grant is None or grant.redirect_uri != asked.get("redirect_uri") or challenge != grant.challenge:
            why = "invalid_grant"
        if why is not None:
            self.refused.append(why)
            return 400, {"error": why}
        assert grant is not None
        answer = {"access_token": "an access token", "token_type": "Bearer", "expires_in": 600}
        return 200, answer if self.lie == "no token" else answer | {"id_token": self.id_token(grant.nonce)}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce,
            **{k: v for k, v in self.person.items() if k not in self.in_userinfo},
        }  # fmt: skip
        lies: dict[str, dict[str, Any]] = {
            "wrong nonce": {"nonce": "another"},
            "expired": {"iat": now - 600, "exp": now - 300},
            "not yet": {"nbf": now + 600},
            "wrong audience": {"aud": "another-client"},
            "another's audience": {"aud": [CLIENT, "another-client"], "azp": "another-client"},
            "wrong issuer": {"iss": "https://evil.example"},
        }
        claims |= lies.get(self.lie, {})
        if self.lie == "no nonce":
            del claims["nonce"]
        if self.lie == "no subject":
            del claims["sub"]
        if self.lie in ("unsigned", "unsigned and said so"):
            return f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(claims)}."
        if self.lie == "signed with the client secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        if self.lie == "signed with another key":
            other = RSAKey.generate_key(2048, {"kid": "k1"})
            return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, other)
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        if self.lie == "tampered":
            head, _, signature = token.split(".")
            return f"{head}.{_b64(claims | {'groups': ['admins']})}.{signature}"
        return token

    def userinfo(self) -> dict[str, Any]:
        return self.person | ({"sub": "somebody else"} if self.lie == "another at userinfo" else {})


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider while the block lasts."""
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
            made.asked.append(parts.path)
            if parts.path == "/authorize":
                return self._go(made.authorize(asked))
            if parts.path == "/end":
                made.signed_out.append(asked.get("client_id", ""))
                return self._go(asked["post_logout_redirect_uri"])
            answers = {
                "/.well-known/openid-configuration": made.metadata,
                "/jwks": lambda: {"keys": [made.key.as_dict(private=False)]},
                "/userinfo": made.userinfo,
            }
            answer = answers.get(parts.path)
            return self._say(200, answer()) if answer else self._say(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            made.asked.append(self.path)
            asked = {k: v[0] for k, v in parse_qs(body).items()}
            self._say(*made.token(asked, self.headers.get("authorization", "")))

        def _go(self, where: str) -> None:
            self.send_response(302)
            self.send_header("location", where)
            self.send_header("content-length", "0")
            self.end_headers()

        def _say(self, status: int, what: dict[str, Any]) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _b64(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
