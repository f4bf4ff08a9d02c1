"""Kept TLS lines to a central: requests go out at their instants, and answers are timed from these."""

import asyncio
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, cast

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
_FIRST_ADDRESS: Final = IPv4Address("127.1.0.1")
_TICK_S: Final = 0.001
_OPENING: Final = 32


@dataclass(slots=True)
class Said:
    """What came of the requests, by their numbers.

    `late_s` is counted from the instant a request was due; `answers` are SHA-256 of the bodies of 200s.
    """

    late_s: dict[int, float] = field(default_factory=dict)
    answers: dict[int, bytes] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    waited_for_a_line: int = 0


class Lines:
    """Some lines, each from an address of its own, as schools' are; a line that breaks is opened again."""

    def __init__(self, port: int, certificate: Path | None, count: int) -> None:
        self._port = port
        self._tls = None if certificate is None else _trusting(certificate)
        self._count = count
        self._idle: deque[_Line] = deque()
        self._due: deque[tuple[int, bytes, float]] = deque()
        self._said = Said()
        self._left = 0
        self._all_said = asyncio.Event()
        self._opening: set[asyncio.Task[None]] = set()
        self._is_open = True

    async def open(self) -> None:
        """Open every line, some at a time."""
        for first in range(0, self._count, _OPENING):
            among = range(first, min(self._count, first + _OPENING))
            await asyncio.gather(*(self._open_one(number) for number in among))

    async def ask_all(self, requests: Sequence[bytes], at_once: int) -> Said:
        """Send everything, never more than so many at once, each as soon as another was answered."""
        self._begin(len(requests))
        now = asyncio.get_running_loop().time
        waiting = deque(enumerate(requests))
        while self._left:
            while waiting and self._left - len(waiting) < at_once:
                number, request = waiting.popleft()
                self._send(number, request, now())
            self._all_said.clear()
            await self._all_said.wait()
        return self._said

    async def ask_in_time(self, requests: Sequence[bytes], a_second: float) -> Said:
        """Send each at its instant, whatever came of those before, and wait for the last answer."""
        self._begin(len(requests))
        now = asyncio.get_running_loop().time
        began_at, sent = now(), 0
        while sent < len(requests):
            due = min(len(requests), int((now() - began_at) * a_second) + 1)
            for number in range(sent, due):
                self._send(number, requests[number], began_at + number / a_second)
            sent = due
            await asyncio.sleep(_TICK_S)
        while self._left:
            self._all_said.clear()
            await self._all_said.wait()
        return self._said

    def move(self, port: int) -> None:
        """Open lines elsewhere from now on: whoever listened before is gone."""
        self._port = port

    async def close(self) -> None:
        """Hang up."""
        self._is_open = False
        for task in self._opening:
            task.cancel()
        for line in self._idle:
            line.hang_up()
        await asyncio.sleep(0)

    def _begin(self, count: int) -> None:
        self._said, self._left = Said(), count
        self._all_said.clear()

    def _send(self, number: int, request: bytes, due_at: float) -> None:
        if self._idle:
            self._idle.popleft().send(number, request, due_at)
        else:
            self._said.waited_for_a_line += 1
            self._due.append((number, request, due_at))

    def answered(self, line: "_Line", number: int, status: int, body: bytes, late_s: float) -> None:
        """Take an answer; the line is free again."""
        said = self._said
        said.late_s[number] = late_s
        said.statuses[status] = said.statuses.get(status, 0) + 1
        if status == 200:  # noqa: PLR2004  HTTP's own number
            said.answers[number] = sha256(body).digest()
        self._over()
        self.free(line)

    def free(self, line: "_Line") -> None:
        """Give a line its next request, or let it rest."""
        if self._due:
            line.send(*self._due.popleft())
        else:
            self._idle.append(line)

    def lost(self, line: "_Line", *, was_asking: bool) -> None:
        """Open another line in the place of one that broke; what it was asked has no answer."""
        if was_asking:
            self._said.broken += 1
            self._over()
        elif line in self._idle:
            self._idle.remove(line)
        if self._is_open:
            task = asyncio.get_running_loop().create_task(self._open_one(line.number))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _over(self) -> None:
        self._left -= 1
        self._all_said.set()

    async def _open_one(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                _, line = await loop.create_connection(
                    lambda: _Line(number, self),
                    "127.0.0.1",
                    self._port,
                    ssl=self._tls,
                    server_hostname="central.school.example" if self._tls else None,
                    local_addr=(str(_FIRST_ADDRESS + number), 0),
                )
            except OSError:
                # Nobody listens at this moment.
                await asyncio.sleep(0.05)
            else:
                self.free(line)
                return


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, number: int, lines: Lines) -> None:
        self.number = number
        self._lines = lines
        self._now = asyncio.get_running_loop().time
        self._asked: tuple[int, float] | None = None
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def send(self, number: int, request: bytes, due_at: float) -> None:
        """Ask."""
        self._asked = (number, due_at)
        self._transport.write(request)

    def hang_up(self) -> None:
        """Close without a word."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        heard = self._heard = self._heard + data if self._heard else data
        end = heard.find(_HEAD_END)
        if end < 0 or self._asked is None:
            return
        begin = heard.lower().find(_LENGTH, 0, end) + len(_LENGTH)
        size = int(heard[begin : heard.find(b"\r", begin)])
        body = heard[end + len(_HEAD_END) :]
        if len(body) >= size:
            (number, due_at), self._asked, self._heard = self._asked, None, b""
            self._lines.answered(self, number, int(heard[9:12]), body, self._now() - due_at)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._lines.lost(self, was_asking=self._asked is not None)


def _trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
