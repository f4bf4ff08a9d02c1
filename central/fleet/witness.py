"""What really happened: every entry any station wrote with its true time, and every green light shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from central.fleet.clockwork import Clockwork
from central.fleet.invariants import Broken, Invariant
from station import chain
from station.journal import Row
from station.tap import Kind

_TAP = f'[1,"{Kind.TAP}",'.encode()


@dataclass(slots=True)
class Witness:
    """Sees everything and takes part in nothing; all by leaf hash, which is an entry's own name.

    `written` are the true moments an entry was written: one whose disk was put back may come again
    with the very same bytes, from a clock that begins anew with each boot.

    `green` are the taps whose students were shown that they were recorded; `gone` those of them that
    lay on no disk any more after an image was put over the only one, which nobody can be asked for.
    """

    clockwork: Clockwork
    written: dict[bytes, set[int]] = field(default_factory=dict)
    green: dict[bytes, str] = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)
    epochs: dict[int, str] = field(default_factory=dict)
    taps: int = 0
    not_recorded: int = 0

    def wrote(self, who: str, rows: Sequence[Row]) -> None:
        """Take note that a station wrote entries just now."""
        now_ms = self.clockwork.now_ms
        for row in rows:
            self.written.setdefault(chain.leaf(row.body), set()).add(now_ms)
        self.clockwork.note(who, "wrote", rows[-1].h.hex())

    def began(self, who: str, epoch: int) -> None:
        """Take note that a station began an epoch; raises Broken for one that there was already."""
        if epoch in self.epochs:
            raise Broken(Invariant.EPOCHS_DIFFER, who, f"epoch {epoch} is {self.epochs[epoch]}'s already")
        self.epochs[epoch] = who

    def showed_green(self, who: str, row: Row | None, seq: int) -> None:
        """Take note that a student was told that the tap of this place is recorded; raises Broken."""
        if row is None or row.seq != seq or not row.body.startswith(_TAP):
            raise Broken(Invariant.GREEN_IS_STORED, who, f"place {seq} holds no tap just stored")
        self.green[chain.leaf(row.body)] = who
        self.clockwork.note(who, "green", seq)

    def lost(self, leaves: Iterable[bytes]) -> None:
        """Take note that these taps lie on no disk any more."""
        self.gone.update(leaf for leaf in leaves if leaf in self.green)
