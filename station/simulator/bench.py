"""A practice bench: an emulated PN532 and a scanner on pseudo-terminals, served by one loop."""

import heapq
import selectors
from collections.abc import Callable, Mapping
from pathlib import Path

from station.simulator.chip import IN_LIST_PASSIVE_TARGET, Answer, Chip
from station.simulator.faults import FaultPlan, Piece
from station.simulator.field import Field
from station.simulator.frames import ACK, ERROR, Unframer, answer
from station.simulator.pty import PseudoPort
from station.simulator.script import LOOKS, MS

READER, SCANNER, FOB_READER = "reader", "scanner", "fob-reader"
_TRACE_LIMIT = 10_000


class Bench:
    """Serves what is plugged in; `monotonic` tells seconds that never run back.

    `links` says where each port appears: a reader always, a scanner and a reader of fobs where named.
    """

    def __init__(self, links: Mapping[str, Path], monotonic: Callable[[], float]) -> None:
        self.field = Field()
        self.chip = Chip(self.field)
        self.faults = FaultPlan()
        self.ports = {name: PseudoPort(link) for name, link in links.items()}
        self.reader = self.ports[READER]
        self.scanner = self.ports.get(SCANNER)
        self.fob_reader = self.ports.get(FOB_READER)
        self.trace: list[str] = []
        self._monotonic = monotonic
        self._unframer = Unframer()
        self._due: list[tuple[float, int, Piece | None]] = []
        self._sent = 0
        # Not epoll: standard input may be a file.
        self._selector = selectors.PollSelector()

    def watch(self, descriptor: int, call: Callable[[], None]) -> None:
        """Call `call` whenever the descriptor has something to read."""
        self._selector.register(descriptor, selectors.EVENT_READ, call)

    def forget(self, descriptor: int) -> None:
        """Look at this descriptor no more."""
        self._selector.unregister(descriptor)

    def count(self, unit: str) -> int:
        """Return how many commands, looks at the field or milliseconds there have been."""
        if unit == MS:
            return int(self._monotonic() * 1000)
        executed = self.chip.executed
        return executed.get(IN_LIST_PASSIVE_TARGET, 0) if unit == LOOKS else sum(executed.values())

    def wake_after(self, ms: int) -> None:
        """End a step after so many milliseconds at the latest."""
        self._schedule(ms / 1000, None)

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
            self._keep_due(lambda piece: piece is None)
            self._unframer.clear()
            self.chip.power_cut()

    def close(self) -> None:
        """Take the ports away."""
        for port in self.ports.values():
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
            piece = heapq.heappop(self._due)[2]
            if piece is not None:
                self._send(piece)

    def _serve_host(self) -> None:
        data = self.reader.read()
        if self.reader.baud() != self.chip.baud:
            # At another speed the bytes are other bytes: the chip hears noise.
            self._unframer.clear()
            return
        self._note(">>>", data)
        for command in self._unframer.feed(data):
            # Whatever the host says, it no longer waits for what it asked before.
            self._keep_due(lambda piece: piece is None or piece.sticks)
            if command.code is not None:
                self._reply(command.code, self.chip.execute(command.code, command.data))

    def _reply(self, code: int, result: Answer | None) -> None:
        body = Piece(ERROR) if result is None else Piece(answer(code, result.data), result.wait_s)
        for piece in self.faults.apply(code, [Piece(ACK), body]):
            if piece.wait_s:
                self._schedule(piece.wait_s, piece)
            else:
                self._send(piece)

    def _schedule(self, wait_s: float, piece: Piece | None) -> None:
        self._sent += 1
        heapq.heappush(self._due, (self._monotonic() + wait_s, self._sent, piece))

    def _keep_due(self, is_kept: Callable[[Piece | None], bool]) -> None:
        self._due = [entry for entry in self._due if is_kept(entry[2])]
        heapq.heapify(self._due)

    def _send(self, piece: Piece) -> None:
        self._note("<<<", piece.data)
        self.reader.write(piece.data)

    def _note(self, who: str, data: bytes) -> None:
        self.trace.append(f"{who} {data.hex()}")
        del self.trace[:-_TRACE_LIMIT]


def _ignore(port: PseudoPort) -> None:
    port.read()
