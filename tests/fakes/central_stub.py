"""A central over real HTTP on 127.0.0.1 that keeps the rules, and breaks them when told to."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sync_agent import wire
from sync_agent.ports import Reply
from sync_agent.signing import open_note, sign_note
from tests.fakes.central_rules import ACK_KEY, STRANGER_KEY, CentralRules, problem

HUGE: Final = 20_000_000
HTML: Final = b"<!doctype html><title>Welcome</title><form>Accept the terms of use</form>"


@dataclass
class Answer:
    """What goes over the line: a reply, more headers, and how much of the body is really sent."""

    reply: Reply
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None


Misbehaviour = Callable[[Callable[[], Reply]], Answer | None]
"""Takes the true answer's maker, and gives what is sent; None closes the line without a word."""


def lose_request(_true: Callable[[], Reply]) -> None:
    """Close the line before anything was done."""


def lose_answer(true: Callable[[], Reply]) -> None:
    """Do what was asked and close the line."""
    true()


def redirect(_true: Callable[[], Reply]) -> Answer:
    """Send the caller to a portal, as the network of a hotel does."""
    return Answer(Reply(302, "text/html", HTML), {"Location": "/portal"})


def portal(_true: Callable[[], Reply]) -> Answer:
    """Answer 200 with the portal's page."""
    return Answer(Reply(200, "text/html", HTML))


def sign_in(_true: Callable[[], Reply]) -> Answer:
    """Answer 511 Network Authentication Required."""
    return Answer(Reply(511, "text/html", HTML))


def wrong_signature(true: Callable[[], Reply]) -> Answer:
    """Give the right answer, signed by a key nobody has pinned."""
    reply = true()
    body = json.loads(reply.body)
    if "ack" in body:
        body["ack"] = sign_note("ack", open_note("ack", body["ack"], ACK_KEY.verify_key), STRANGER_KEY)
    else:
        body = sign_note("epoch", open_note("epoch", body, ACK_KEY.verify_key), STRANGER_KEY)
    return Answer(replace(reply, body=json.dumps(body).encode()))


def truncated(true: Callable[[], Reply]) -> Answer:
    """Promise the whole answer and close the line half-way."""
    reply = true()
    return Answer(reply, sent=len(reply.body) // 2)


def cut_json(true: Callable[[], Reply]) -> Answer:
    """Give half of the answer as if it were the whole."""
    reply = true()
    return Answer(replace(reply, body=reply.body[: len(reply.body) // 2]))


def huge(_true: Callable[[], Reply]) -> Answer:
    """Answer without end."""
    return Answer(Reply(200, "application/json", b"[" * HUGE))


def compressed(true: Callable[[], Reply]) -> Answer:
    """Say that the answer is compressed, though that was declined."""
    return Answer(true(), {"Content-Encoding": "gzip"})


def empty(_true: Callable[[], Reply]) -> Answer:
    """Answer 200 and nothing."""
    return Answer(Reply(200, "application/json", b""))


def broken(_true: Callable[[], Reply]) -> Answer:
    """Answer 500 with a page."""
    return Answer(Reply(500, "text/html", HTML))


def busy(retry_after: str) -> Misbehaviour:
    """Return an answer that asks for time."""

    def answer(_true: Callable[[], Reply]) -> Answer:
        headers = {"Retry-After": retry_after, "Date": "Fri, 20 Nov 2026 16:00:00 GMT"}
        return Answer(problem("busy"), headers)

    return answer


PROVING_NOTHING: Final[tuple[Misbehaviour, ...]] = (
    lose_request,
    redirect,
    portal,
    sign_in,
    huge,
    empty,
    broken,
    busy("1"),
    lose_answer,
    wrong_signature,
    truncated,
    cut_json,
    compressed,
)


@dataclass
class CentralStub:
    """The rules, the address they answer at, and what is to go wrong next."""

    rules: CentralRules
    url: str
    misbehaviours: deque[Misbehaviour] = field(default_factory=deque)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    answered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def misbehave(self, *how: Misbehaviour) -> None:
        """Let the next requests go wrong, one each."""
        self.misbehaviours.extend(how)

    @property
    def paths(self) -> Sequence[str]:
        """Return the paths asked for, oldest first."""
        return [path for _, path, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: CentralStub

    def do_POST(self) -> None:
        message = self.rfile.read(int(self.headers["Content-Length"]))
        rules = self.stub.rules
        if self.path.endswith("/sync"):
            digest, key = self.headers["Content-Digest"], self.headers["Idempotency-Key"]
            self._answer(lambda: rules.sync(message, digest, key))
        else:
            self._answer(lambda: rules.register(message))

    def do_GET(self) -> None:
        rules, parts = self.stub.rules, urlsplit(self.path)
        if parts.path == wire.TIME_PATH:
            self._answer(lambda: rules.time(parse_qs(parts.query)["nonce"][0]))
        else:
            self._answer(lambda: rules.roster(self.headers["If-None-Match"]))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        pass

    def _answer(self, true: Callable[[], Reply]) -> None:
        self.stub.asked.append((self.command, self.path, dict(self.headers.items())))
        self.stub.ports.append(self.client_address[1])
        how = self.stub.misbehaviours.popleft() if self.stub.misbehaviours else _honest
        try:
            answer = how(true)
            if answer is None:
                self.close_connection = True
                return
            self._send(answer)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True
        finally:
            self.stub.answered.release()

    def _send(self, answer: Answer) -> None:
        reply = answer.reply
        self.send_response_only(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.etag is not None:
            self.send_header("ETag", reply.etag)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body if answer.sent is None else reply.body[: answer.sent])
        if answer.sent is not None:
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        # A caller who hangs up, or is refused at the handshake, is what these tests are about.
        if not isinstance(sys.exc_info()[1], ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # handed on as it came


def _honest(true: Callable[[], Reply]) -> Answer:
    return Answer(true())


@contextmanager
def serving(rules: CentralRules, tls: ssl.SSLContext | None = None) -> Iterator[CentralStub]:
    """Serve the rules on a free port of 127.0.0.1 until the block ends, over TLS where a context is given."""

    class Handler(_Handler):
        pass

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        # The handshake belongs to the connection's own thread: one that fails must not end the server.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "http" if tls is None else "https"
    stub = Handler.stub = CentralStub(rules, f"{scheme}://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
