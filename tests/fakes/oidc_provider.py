"""An OpenID provider on this machine that says of everybody what it is told to."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "rollbook"


@dataclass
class OidcProvider:
    """Where it is, and whom it says has signed in."""

    url: str
    claims: dict[str, object] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def answer(self, path: str) -> dict[str, object]:
        """Return what it says at a path."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            told: dict[str, object] = {f"{name}_endpoint": f"{self.url}/{at}" for name, at in ends.items()}
            methods = ["client_secret_post"]
            return told | {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint_auth_methods_supported": methods,
            }
        if path == "/token":
            lasting = {"iss": self.url, "aud": CLIENT_ID, "exp": int(time.time()) + 300}
            token = jwt.encode({**lasting, **self.claims}, self.key, "RS256", {"kid": "k1"})
            return {"access_token": "a", "token_type": "Bearer", "id_token": token}
        if path == "/jwks":
            numbers = self.key.public_key().public_numbers()
            key = {"kty": "RSA", "kid": "k1", "alg": "RS256"}
            return {"keys": [key | {"n": _b64(numbers.n), "e": _b64(numbers.e)}]}
        return self.claims


def _b64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def provider() -> Iterator[OidcProvider]:
    """Serve one for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.dumps(found.answer(self.path.partition("?")[0])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815  the library's own names

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = OidcProvider(f"http://127.0.0.1:{server.server_address[1]}")
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield found
        finally:
            server.shutdown()
            serving.join()
