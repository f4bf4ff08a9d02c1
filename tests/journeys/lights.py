"""What the lights said, held against what the journal holds: where a light said more, a tap was lost."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from station.journal import Row
from station.tap import Entry, Kind, Tap, decode
from station.verdict import Verdict
from tests.journeys.hand import Laid

_NAMES_AN_ENTRY = {Verdict.WELCOME.name, Verdict.NOT_ON_ROSTER.name}
_MAY_NAME_ONE = {Verdict.ALREADY_TAPPED.name, Verdict.SEE_TEACHER.name}


@dataclass(frozen=True, slots=True)
class Light:
    """A sign as the panel was told to show it; `seq` is the entry it answers."""

    sign: str
    seq: int | None
    raw_ms: int

    @property
    def says_stored(self) -> bool:
        """Tell a light that promises an entry of its own from the rest."""
        return self.sign in _NAMES_AN_ENTRY or (self.sign in _MAY_NAME_ONE and self.seq is not None)

    @property
    def answers_a_card(self) -> bool:
        """Tell an answer to a card from a state of the station."""
        return self.sign in Verdict.__members__


def shown(file: Path) -> list[Light]:
    """Return what a panel showed; a line that a kill cut short was not shown."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [Light(**json.loads(line)) for line in text.split("\n")[:-1]]


def faults(lights: Sequence[Light], rows: Sequence[Row], laid: Sequence[Laid]) -> list[str]:
    """Say of every light that promises an entry, and of every tap, why it cannot be true."""
    entries = {row.seq: decode(row.body) for row in rows}
    promises = [light for light in lights if light.says_stored]
    named = [light.seq for light in promises]
    doubled = [f"entry {seq} answers two lights" for seq in set(named) if named.count(seq) > 1]
    return [*doubled, *_broken(promises, entries), *_out_of_turn(entries, laid)]


def _broken(promises: Sequence[Light], entries: Mapping[int, Entry]) -> Iterator[str]:
    """Yield the lights whose entry is not there."""
    for light in promises:
        entry = entries.get(light.seq or 0)
        if entry is None:
            yield f"{light.sign} for entry {light.seq}, which the journal lacks"
        elif entry.kind != Kind.TAP:
            yield f"{light.sign} for entry {light.seq}, which is a {entry.kind}"


def _out_of_turn(entries: Mapping[int, Entry], laid: Sequence[Laid]) -> Iterator[str]:
    """Yield the taps that are not of the card whose turn it was.

    The journal's taps follow the cards in the order they were laid down. Only a station that was
    started again may read the card that lies there a second time.
    """
    turn, may_read_again = -1, False
    for seq, entry in sorted(entries.items()):
        if entry.kind == Kind.BOOT:
            may_read_again = True
        elif entry.kind == Kind.TAP:
            of = Tap.from_payload(entry.payload).token
            first = turn if may_read_again and turn >= 0 else turn + 1
            then = (n for n in range(first, len(laid)) if laid[n].token == of)
            found = next(then, None)
            if found is None or laid[found].since_ms > entry.reading.raw_ms:
                yield f"entry {seq} is of a card whose turn it was not"
            else:
                turn, may_read_again = found, False
