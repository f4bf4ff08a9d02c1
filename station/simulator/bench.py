"""A practice bench: an emulated PN532 and a scanner on pseudo-terminals, served by one loop."""

import heapq
import selectors
from collections.abc import Callable
from pathlib import Path

from station.simulator.chip import Answer, Chip, Field
from station.simulator.faults import FaultPlan, Piece
from station.simulator.frames import ACK, ERROR, Unframer, answer
from station.simulator.pty import PseudoPort

_TRACE_LIMIT = 10_000


class Bench:
    """Serves what is plugged in; `monotonic` tells seconds that never run back."""

    def __init__(self, reader_link: Path, scanner_link: Path | None, monotonic: Callable[[], float]) -> None:
        self.field = Field()
        self.chip = Chip(self.field)
        self.faults = FaultPlan()
        self.reader = PseudoPort(reader_link)
        self.scanner = PseudoPort(scanner_link) if scanner_link is not None else None
        self.trace: list[str] = []
        self._monotonic = monotonic
        self._unframer = Unframer()
        self._due: list[tuple[float, int, Piece]] = []
        self._sent = 0
        # Not epoll: standard input may be a file.
        self._selector = selectors.PollSelector()

    def watch(self, descriptor: int, call: Callable[[], None]) -> None:
        """Call `call` whenever the descriptor has something to read."""
        self._selector.register(descriptor, selectors.EVENT_READ, call)

    def plug(self, port: PseudoPort) -> None:
        """Make a port appear."""
        if port.is_plugged:
            return
        port.plug()
        self.watch(port.fileno(), self._serve_host if port is self.reader else lambda: _ignore(port))

    def unplug(self, port: PseudoPort) -> None:
        """Make a port go away, and with it the power of the chip behind it."""
        if not port.is_plugged:
            return
        # Out of the selector first: a descriptor closed while waited on may come back as another's.
        self._selector.unregister(port.fileno())
        port.unplug()
        if port is self.reader:
            self._due.clear()
            self._unframer.clear()
            self.chip.power_cut()

    def close(self) -> None:
        """Take the ports away."""
        for port in filter(None, (self.reader, self.scanner)):
            self.unplug(port)
        self._selector.close()

    def step(self) -> None:
        """Wait for the next thing to do, and do it."""
        wait_s = max(0.0, self._due[0][0] - self._monotonic()) if self._due else None
        for key, _events in self._selector.select(wait_s):
            # What was done just now may have unplugged what the next event is about.
            if self._selector.get_map().get(key.fileobj) is key:
                key.data()
        while self._due and self._due[0][0] <= self._monotonic():
            self._send(heapq.heappop(self._due)[2])

    def _serve_host(self) -> None:
        data = self.reader.read()
        if self.reader.baud() != self.chip.baud:
            # At another speed the bytes are other bytes: the chip hears noise.
            self._unframer.clear()
            return
        self._note(">>>", data)
        for command in self._unframer.feed(data):
            # Whatever the host says, it no longer waits for what it asked before.
            self._due = [entry for entry in self._due if entry[2].sticks]
            heapq.heapify(self._due)
            if command.code is not None:
                self._reply(command.code, self.chip.execute(command.code, command.data))

    def _reply(self, code: int, result: Answer | None) -> None:
        body = Piece(ERROR) if result is None else Piece(answer(code, result.data), result.wait_s)
        for piece in self.faults.apply(code, [Piece(ACK), body]):
            if piece.wait_s:
                self._sent += 1
                heapq.heappush(self._due, (self._monotonic() + piece.wait_s, self._sent, piece))
            else:
                self._send(piece)

    def _send(self, piece: Piece) -> None:
        self._note("<<<", piece.data)
        self.reader.write(piece.data)

    def _note(self, who: str, data: bytes) -> None:
        self.trace.append(f"{who} {data.hex()}")
        del self.trace[:-_TRACE_LIMIT]


def _ignore(port: PseudoPort) -> None:
    port.read()
