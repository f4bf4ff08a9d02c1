"""What can go wrong on the line between a host and its PN532, each as a change to the chip's reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from station.simulator.frames import ACK, ERROR, NACK, answer

_IN_LIST_PASSIVE_TARGET = 0x4A


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes on their way to the host; `sticks` if not even the host's cancelling stops them."""

    data: bytes
    wait_s: float = 0.0
    sticks: bool = False


Reply = list[Piece]
Change = Callable[[int, Reply], Reply | None]


def _flip(piece: Piece, at: int) -> Piece:
    data = bytearray(piece.data)
    data[at] ^= 0x40
    return replace(piece, data=bytes(data))


def _late(piece: Piece, wait_s: float) -> Piece:
    return replace(piece, wait_s=wait_s, sticks=True)


def _short_list(code: int, _reply: Reply) -> Reply | None:
    if code != _IN_LIST_PASSIVE_TARGET:
        return None
    return [Piece(ACK), Piece(answer(code, bytes.fromhex("010100")))]


def _noise(noise: bytes) -> Change:
    return lambda _code, reply: [Piece(noise), *reply]


def _instead(data: bytes) -> Change:
    return lambda _code, _reply: [Piece(data)]


# The names a person types; each says what the host hears. A change that returns None passes this reply.
FAULTS: Mapping[str, Change] = {
    "silence": lambda _code, _reply: [],
    "mute": lambda _code, reply: reply[:1],
    "noise-00": _noise(b"\x00"),
    "noise-55": _noise(b"\x55"),
    "garbage": _noise(bytes(range(0x90, 0xA3))),
    "partial-ack": _instead(ACK[:3]),
    "nack": _instead(NACK),
    "ones": _instead(b"\xff" * 6),
    "late-ack": lambda _code, reply: [_late(piece, 0.25) for piece in reply],
    "late-answer": lambda _code, reply: [*reply[:1], *(_late(piece, 0.45) for piece in reply[1:])],
    "bad-checksum": lambda _code, reply: [*reply[:-1], _flip(reply[-1], -2)],
    "bad-length": lambda _code, reply: [*reply[:-1], _flip(reply[-1], 4)],
    "truncated": lambda _code, reply: [*reply[:-1], replace(reply[-1], data=reply[-1].data[:-4])],
    "error-frame": lambda _code, reply: [*reply[:1], Piece(ERROR)],
    "trailing-noise": lambda _code, reply: [*reply, Piece(b"\x00\x00\xff\xff\xff")],
    "short-list": _short_list,
}


class FaultPlan:
    """The fault in force and for how many more replies."""

    def __init__(self) -> None:
        self._change: Change | None = None
        self.left = 0

    def plan(self, name: str, times: int) -> None:
        """Let the next `times` replies suffer the fault `name`; KeyError for an unknown one."""
        self._change, self.left = FAULTS[name], times

    def apply(self, code: int, reply: Reply) -> Reply:
        """Return the reply as the host will hear it."""
        changed = self._change(code, reply) if self._change is not None and self.left else None
        if changed is None:
            return reply
        self.left -= 1
        return changed
