"""What a journey asks of a station's board, whether a machine in a container or an emulated Raspberry Pi."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from station.simulator.field import Field


@dataclass(frozen=True, slots=True)
class Edge:
    """A lamp or the buzzer changed: `at_s` on the watcher's own clock, `pin` a BCM number, `level` 0 or 1.

    Edges of one pin are told once for each change. The order of edges is exact, their spacing is not.
    """

    at_s: float
    pin: int
    level: int


class Lamps(Protocol):
    """What was seen of lamps and buzzer from outside the station, oldest first, over all its boots.

    A board without power drives no pin: `cut` adds no edge, and after it every level counts as 0.
    """

    def seen(self) -> Sequence[Edge]:
        """Return every edge so far; what was returned once is never changed."""

    def wait_for_edge(self, pin: int, level: int, timeout_s: float, since: int = 0) -> int:
        """Wait until an edge stands in `seen` at or behind place `since`; return its place.

        Returns at once when it stands there already. Raises TimeoutError when none comes.
        """

    def wait_for_more(self, count: int, timeout_s: float) -> bool:
        """Wait until `seen` is longer than `count`; return whether it is."""


class Board(Protocol):
    """A station on a board of its own, from the card to the lamps; a context that ends everything."""

    @property
    def field(self) -> Field:
        """What lies on the antenna of its emulated PN532."""

    @property
    def lamps(self) -> Lamps:
        """What was seen of its panel."""

    def server_address(self, port: int) -> str:
        """Return `host:port` under which the station reaches a port of this machine's loopback.

        May be asked before there is a card: a bundle names the server.
        """

    def write_card(self, bundle: Path) -> None:
        """Put the bundle folder of one station on a fresh card, as IT does; the power is off."""

    def start(self) -> None:
        """Switch the power on and return once the system runs commands; the station may not yet be up."""

    def cut(self) -> None:
        """Take the power away at once; what the card holds stays."""

    def stop(self) -> None:
        """End everything of this board's, however far it came; twice does no harm."""

    def run(self, command: str, timeout_s: float = 60) -> tuple[int, str]:
        """Run a shell command as root inside; return its exit code and what it said, both streams in one."""

    def network(self, *, is_up: bool) -> None:
        """Plug or unplug the network, from outside; holds over `cut` and `start`."""

    def copy_state(self, into: Path) -> Path:
        """Copy what the card holds of /var/lib/rollbook and return its folder; the power is off.

        The journal there is as a start would find it: its write-ahead log lies beside it.
        """

    def clone(self) -> "Board":
        """Return a board with a copy of this one's card as it is now; the power of both is off.

        It has a field, lamps and a network of its own; whoever asks for it stops it.
        """

    def __enter__(self) -> Self:
        """Give the board."""

    def __exit__(self, *_exc: object) -> None:
        """Stop it."""
