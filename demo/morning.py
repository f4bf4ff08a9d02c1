"""One live morning in one room: the real station, the real driver on an emulated reader, the real agent."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from demo.narrator import Narrator, StoryError
from demo.premises import Premises, Room
from demo.programs import PATIENCE_S, Program
from demo.school import Card
from station.journal import FILE_NAME, JournalReader
from station.tap import Kind, decode
from station.verdict import Verdict

_WORDS = tuple(verdict.value.upper() for verdict in Verdict)
_HAND_S = 0.2
_LAMP_COLOURS = {"L": "green", "M": "yellow", "R": "red", "S": "cyan"}


class Morning:
    """The three programs of a room, and a hand that lays cards on the reader."""

    def __init__(self, room: Room, premises: Premises, narrator: Narrator) -> None:
        self._room = room
        self._premises = premises
        self._narrator = narrator
        self._journal = JournalReader(room.state / FILE_NAME)
        self._epoch = self._journal.epochs()[-1]
        self._since = self._journal.head(self._epoch).seq
        logs = premises.logs
        self._bench = Program(
            [
                "rollbook-station",
                "practise",
                "--link",
                str(room.folder / "nfc"),
                "--scanner-link",
                str(room.folder / "fob-reader"),
                "--wallet",
                str(room.folder / "phones"),
            ],
            logs / "practise.log",
        )
        self._bench.wait_for('"ok": true')
        self.station = Program(
            ["rollbook-station", "run", "--require-reader", "--config", str(room.station_config)],
            logs / "station.log",
        )
        self._agent = Program(
            ["rollbook-sync", "run", "--config", str(room.agent_config)], logs / "agent.log"
        )
        wait_until(lambda: self._state("nfc") == "ready", "the station's reader is ready")

    def new_phone(self, name: str, certify: Callable[[str], str]) -> Card:
        """Return a phone with a key of its own, which `certify` exchanges for the school's certificate."""
        certificate = certify(str(self._do(f"wallet new {name}")["public_key"]))
        self._do(f"wallet certify {name} {certificate}")
        published = self._premises.roster_version(self._room)
        wait_until(lambda: self._status()["roster"] == published, "the station has heard of the new phone")
        return Card("sc1", name, "phone")

    def present(self, card: Card) -> str:
        """Hold a card to the right reader, wait for the panel, take the card away; return the verdict."""
        self.hold(card)
        verdict = self.verdict()
        self.take_away()
        return verdict

    def hold(self, card: Card) -> None:
        """Lay a card down and leave it there."""
        self._do(f"scan em {card.value}" if card.model == "fob" else f"put {card.model} {card.value}")

    def take_away(self) -> None:
        """Clear the reader, at the speed of a hand."""
        self._do("remove")
        # Cards that change faster than any hand can change them count as one strange card.
        time.sleep(_HAND_S)

    def unplug(self) -> None:
        """Pull the reader's cable and wait until the station has noticed."""
        self._do("unplug")
        wait_until(lambda: self._state("nfc") != "ready", "the station notices that its reader is gone")

    def plug(self) -> None:
        """Put the cable back and wait until the station reads again."""
        self._do("plug")
        wait_until(lambda: self._state("nfc") == "ready", "the station reads again")

    def verdict(self) -> str:
        """Wait for the next verdict on the panel, draw the panel, and return the word."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            line = self.station.wait_for("] light ")
            word = next((word for word in _WORDS if line.endswith(word)), None)
            if word:
                self._narrator.console.print("      " + _drawn(line), soft_wrap=True)
                return word
        msg = f"the panel showed no verdict; the station's log is {self._room.state}"
        raise StoryError(msg)

    def taps(self) -> int:
        """Return how many taps of this morning are on the station's own disk."""
        rows = self._journal.rows(self._epoch, self._since)
        return sum(decode(row.body).kind == Kind.TAP for row in rows)

    def stop(self) -> list[int]:
        """End the three programs and return their exit codes."""
        return [self._agent.stop(), self.station.stop(), self._bench.finish("quit")]

    def _do(self, line: str) -> dict[str, object]:
        """Give the bench one command and take its answer."""
        self._bench.lines()
        self._bench.tell(line)
        answer: dict[str, object] = json.loads(self._bench.wait_for('"ok"'))
        if not answer["ok"]:
            raise StoryError(answer["error"])
        return answer

    def _state(self, reader: str) -> str:
        """Return a reader's state as the station last wrote it down."""
        try:
            return str(self._status()["readers"][reader]["state"])
        except (OSError, ValueError, KeyError):
            return "unknown"

    def _status(self) -> dict[str, Any]:  # JSON, looked into by whoever needs it
        found: dict[str, Any] = json.loads((self._room.state / "status.json").read_text(encoding="utf-8"))
        return found


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something to come true; raise StoryError when it does not."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            msg = f"waited {PATIENCE_S:.0f} s in vain: {what}"
            raise StoryError(msg)
        time.sleep(0.05)


def _drawn(line: str) -> str:
    """Colour the lamps of a panel line; the letters stay for whoever sees no colour."""
    escaped = line.replace("[", r"\[")
    return re.sub(r"\\\[([LMRS])]", lambda lamp: f"[bold {_LAMP_COLOURS[lamp[1]]}]\\[{lamp[1]}][/]", escaped)
