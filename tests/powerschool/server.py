"""A pretended PowerSchool on this machine: a real server, its tables, and what goes wrong at it."""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.powerschool import calls, queries
from tests.powerschool.calls import Answered
from tests.powerschool.faults import Fault, Faults
from tests.powerschool.queries import QueryRefusedError
from tests.powerschool.tables import Tables

CLIENT_ID, SECRET = "plugin-of-rollbook", "s3cret-of-the-plugin"
_QUERY = re.compile(r"/ws/schema/query/([A-Za-z0-9_.]+)(/count)?")
_CALL = re.compile(r"/ws/attendance/(daily_time|batch_daily_time|meeting_interval)")
_FEED = re.compile(r"/ws/dataversion/([a-z_]+)/([0-9]+)")
_LONGEST_HANG_S = 10


@dataclass
class Pretended:
    """The server as a test holds it: its address, its tables, its faults, and what it was asked."""

    tables: Tables
    url: str = ""
    faults: Faults = field(default_factory=Faults)
    forbidden: set[str] = field(default_factory=set)
    """Beginnings of paths the plugin may not use: they answer 403."""
    uses_of_a_token: int = 1_000
    asked: list[str] = field(default_factory=list)
    late: list[Callable[[], object]] = field(default_factory=list)
    tokens: dict[str, int] = field(default_factory=dict)
    pages: dict[str, Mapping[str, object]] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    before_writing: Callable[[], None] = lambda: None

    def let_late_ones_arrive(self) -> None:
        """Carry out what was still under way when its line broke."""
        waiting, self.late = self.late, []
        for carry_out in waiting:
            carry_out()

    def writes(self) -> int:
        """Count the writing calls."""
        return sum(bool(_CALL.fullmatch(path)) for path in self.asked)

    def answer(self, request: "_Request") -> Answered:
        """Answer as the real server does."""
        path = request.path
        if path == "/oauth/access_token":
            return self._token(request)
        fault = request.fault
        uses = self.tokens.get(request.authorization.removeprefix("Bearer "), 0)
        if uses < 1 or fault is Fault.EXPIRE:
            self.tokens.pop(request.authorization.removeprefix("Bearer "), None)
            return Answered(401, {"message": "Unauthorized"})
        self.tokens[request.authorization.removeprefix("Bearer ")] = uses - 1
        if any(path.startswith(beginning) for beginning in self.forbidden):
            return Answered(403, {"message": "Forbidden"})
        if fault in {Fault.REFUSE, Fault.THROTTLE}:
            return Answered(503 if fault is Fault.REFUSE else 429, {"message": "later"})
        return self._routed(request)

    def _routed(self, request: "_Request") -> Answered:
        if request.method == "POST" and (called := _CALL.fullmatch(request.path)):
            self.before_writing()
            return calls.write(self.tables, called[1], request.json(), request.fault)
        if request.method == "POST" and (asked := _QUERY.fullmatch(request.path)):
            return self._query(asked[1], request, is_count=bool(asked[2]))
        if request.method == "GET" and (feed := _FEED.fullmatch(request.path)):
            return self._feed(feed[1], int(feed[2]))
        return Answered(404, {"message": "Not Found"})

    def _query(self, name: str, request: "_Request", *, is_count: bool) -> Answered:
        arguments = request.json()
        if not isinstance(arguments, dict):
            return Answered(400, {"message": "Bad Request"})
        try:
            if is_count:
                return Answered(200, {"count": queries.count(self.tables, name, arguments)})
            number, size = (int(request.query.get(word, ["1"])[0]) for word in ("page", "pagesize"))
            rows = queries.page(self.tables, name, arguments, number, size)
        except QueryRefusedError as error:
            return Answered(error.status, {"message": "no such query, or not with these arguments"})
        kind = name.rpartition(".")[2]
        if request.fault is Fault.EMPTY:
            return Answered(200, {"name": kind, "@extensions": ""})
        page = {"name": kind, "record": [{"_name": kind, **row} for row in rows], "@extensions": ""}
        same = json.dumps([name, *(arguments[word] for word in ("since", "until"))])
        if request.fault is Fault.REPEAT and same in self.pages and int(arguments["after"]):
            return Answered(200, self.pages[same])
        self.pages[same] = page
        return Answered(200, page)

    def _feed(self, application: str, since: int) -> Answered:
        if application != "rollbook":
            return Answered(404, {"message": "no such subscription"})
        with self.tables.lock:
            changed = sorted(set(self.tables.changes[since:]))
            return Answered(
                200, {"$dataversion": str(len(self.tables.changes)), "tables": {"ATTENDANCE": changed}}
            )

    def _token(self, request: "_Request") -> Answered:
        pair = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if request.authorization != f"Basic {pair}" or b"grant_type=client_credentials" not in request.body:
            return Answered(401, {"error": "invalid_client"})
        token = f"token-{len(self.asked)}"
        self.tokens[token] = self.uses_of_a_token
        return Answered(200, {"access_token": token, "token_type": "Bearer", "expires_in": "2592000"})


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    authorization: str
    body: bytes
    fault: Fault | None

    def json(self) -> object:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@contextmanager
def serving(tables: Tables, faults: Faults | None = None) -> Iterator[Pretended]:
    """Serve for as long as the block lasts."""
    found = Pretended(tables, faults=faults or Faults())

    class Handler(_Handler):
        pretended = found

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            found.stopping.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the pretended server, and breaks lines as its faults say."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    pretended: Pretended

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        is_write = bool(_CALL.fullmatch(parts.path))
        fault = None if parts.path.startswith("/oauth") else self.pretended.faults.next(is_write=is_write)
        self.pretended.asked.append(parts.path)
        request = _Request(
            self.command, parts.path, parse_qs(parts.query), self.headers["Authorization"] or "", body, fault
        )
        answered = self.pretended.answer(request)
        if answered.late is not None:
            self.pretended.late.append(answered.late)
        if fault is Fault.BREAK and is_write and answered.status == 200:
            answered = Answered(500, {"message": "Internal Server Error"})
        self._send(answered, fault)

    def _send(self, answered: Answered, fault: Fault | None) -> None:
        said = json.dumps(answered.body).encode()
        if answered.late is not None or fault is Fault.HANG:
            if fault is Fault.HANG:
                self.pretended.stopping.wait(_LONGEST_HANG_S)
            self.close_connection = True
            return
        self.send_response(answered.status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(said)))
        if answered.status == 429:
            self.send_header("Retry-After", "2")
        self.end_headers()
        if fault is Fault.DROP and answered.status == 200:
            said = said[: len(said) // 2]
            self.close_connection = True
        self.wfile.write(said)

    do_GET = do_POST = _answer  # noqa: N815  the library's own names

    def log_message(self, *_args: object) -> None:
        """Say nothing."""
