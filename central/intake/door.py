"""Stand before every endpoint a station speaks to: ask admission, by the few headers that came first."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from central.intake.admission import Admission, Asking, Busy, Lane, Turn
from central.intake.keyring import Keyring
from central.intake.over_http import response
from central.intake.reply import refused
from station.logs import Log
from sync_agent import wire

log = Log(__name__)

TELL_S: Final = 60.0
_STATIONS: Final = wire.SYNC_PATH.partition("{")[0]
_TURN: Final = "rollbook.turn"
# A station's name has no slash in it.
_COUNTERS: Final = (wire.USB_PATH, wire.ENROLMENTS_PATH)
_RANGE: Final = re.compile(rb'"[^"]*\.([0-9]{1,19})-([0-9]{1,19})\.[0-9a-f]+"')
_HOME_BITS: Final = 64


class Door:
    """ASGI middleware; nothing of a body is read of a request that is not let in."""

    def __init__(self, app: ASGIApp, admission: Admission, keyring: Keyring) -> None:
        """Measure with the clock of the event loop, which is monotonic."""
        self._app = app
        self._admission = admission
        self._keyring = keyring
        self._told_at_s: float | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer that it is to come back."""
        asking = self._asking(scope) if scope["type"] == "http" else None
        if asking is None:
            await self._app(scope, receive, send)
            return
        clock = asyncio.get_running_loop().time
        turn = self._admission.ask(asking, clock())
        if isinstance(turn, Busy):
            self._tell(turn, clock())
            reply = replace(refused("busy"), retry_after_s=turn.retry_after_s)
            await response(reply)(scope, receive, send)
            return
        scope[_TURN] = Visit(turn, self._admission, clock)
        try:
            await self._app(scope, receive, send)
        finally:
            self._admission.done(turn, clock())

    def _asking(self, scope: Scope) -> Asking | None:
        path = scope["path"]
        length, key = _claims(scope["headers"])
        size = _number(length) if scope["method"] != "GET" else 0
        line = _line(scope["client"][0] if scope.get("client") else "")
        if path in _COUNTERS:
            return Asking(path, line, size=size)
        if not path.startswith(_STATIONS):
            return None
        station = path.removeprefix(_STATIONS).partition("/")[0]
        if not self._keyring.knows(station):
            return Asking(None, line, size=size)
        return Asking(station, line, _entries(key), size)

    def _tell(self, busy: Busy, at_s: float) -> None:
        if busy.is_shed and (self._told_at_s is None or at_s - self._told_at_s >= TELL_S):
            self._told_at_s = at_s
            a_second = round(self._admission.units_a_second)
            log.warning("intake.shedding", units_a_second=a_second, retry_after_s=busy.retry_after_s)


class Visit:
    """One request that was let in; whoever proves it says so."""

    def __init__(self, turn: Turn, admission: Admission, clock: Callable[[], float]) -> None:
        self._turn = turn
        self._admission = admission
        self._clock = clock

    @property
    def lane(self) -> Lane:
        """Return where it waits."""
        return self._turn.asking.lane

    @property
    def units(self) -> int:
        """Return how much work it is."""
        return self._turn.asking.units

    def begin(self) -> None:
        """Say that all of the request is here."""
        self._admission.begin(self._turn, self._clock())

    def tell(self, *, is_proven: bool) -> None:
        """Say whether the request was what it claims to be."""
        if is_proven:
            self._admission.prove(self._turn)
        else:
            self._admission.fail(self._turn, self._clock())


def visit_of(request: Request) -> Visit:
    """Return the visit of a request that came through a door."""
    visit = request.scope[_TURN]
    if not isinstance(visit, Visit):
        msg = "this endpoint stands behind no door"
        raise TypeError(msg)
    return visit


def _claims(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes | None, bytes | None]:
    """Return the length a request names and its idempotency key, each None where it names none."""
    length = key = None
    for name, value in headers:
        if name == b"content-length":
            length = value
        elif name == b"idempotency-key":
            key = value
    return length, key


def _number(text: bytes | None) -> int | None:
    return int(text[:12]) if text is not None and text.isdigit() else None


def _entries(idempotency_key: bytes | None) -> int | None:
    """Return how many entries a batch says to hold; that it says so truly is checked with its envelope."""
    found = _RANGE.fullmatch(idempotency_key or b"")
    return None if found is None else max(0, int(found[2]) - int(found[1]) + 1)


@lru_cache(maxsize=65_536)
def _line(host: str) -> str:
    """Return whose line it is: an address, or the home network of an IPv6 address."""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{int(address) >> _HOME_BITS:x}/{_HOME_BITS}"
    return str(address)
