"""One practice room at work: its two programs, what lies on the reader, and what the panel answers."""

from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Final, Self

from station.panel.player import Player
from station.panel.terminal import draw
from station.simulator.room.cast import CAST, names, token_of
from station.simulator.room.children import ChipProcess, StationProcess, last_line
from station.simulator.room.furniture import Folder
from station.simulator.room.scene import PANEL, Scene
from station.simulator.room.watch import Health, JournalRecord, PanelRecord, Shown
from station.simulator.words import CommandError
from station.verdict import State, Verdict

_LOOKS_IN_A_MOVEMENT: Final = 1_000
_PORTS: Final = ("reader", "scanner", "fob-reader")
# What the panel says of itself answers nobody; what it says to staff does.
_STAFF: Final = {
    State.STAFF_OUTAGE,
    State.STAFF_TIME,
    State.STAFF_ENROL,
    State.STAFF_SELF_TEST,
    State.STAFF_AWAITS_CARD,
}


class Room:
    """Starts with everything switched off; `player` shows on the scene what the panel shows."""

    def __init__(self, folder: Folder, scene: Scene, player: Player) -> None:
        self.folder = folder
        self.scene = scene
        self._answered: list[Shown] = []
        self._player = player
        self._key = folder.school_key()
        self._names = names(self._key)
        self._health = Health(folder)
        self._panel = PanelRecord(folder)
        self.journal = JournalRecord(folder, self._names)
        with ExitStack() as stack:
            self.chip = ChipProcess(folder)
            stack.callback(self.chip.end)
            for port in _PORTS:
                self.chip.do(f"unplug {port}")
            stack.pop_all()
        self.station = StationProcess(folder)

    def __enter__(self) -> Self:
        """Both programs are there from the beginning; see to it that they end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End both programs, the station first: it signs off while its reader is still there."""
        try:
            self.station.stop()
        finally:
            self.chip.end()
            self.look_back()

    def look_back(self) -> None:
        """Take in what the end left behind."""
        for line in self.journal.news():
            self.scene.note(line)

    @property
    def answers(self) -> int:
        """Return how often the panel has answered somebody."""
        return len(self._answered)

    def answered_since(self, before: int) -> list[Shown]:
        """Return the answers after the first so many."""
        return self._answered[before:]

    def has_told_staff(self, before: int) -> bool:
        """Say whether the panel has told staff something since then; a verdict is for students."""
        return any(not isinstance(shown.sign, Verdict) for shown in self._answered[before:])

    def look(self) -> None:
        """Take in what happened since the last look."""
        for shown in self._panel.news():
            self._take(shown)
        for line in self.journal.news():
            self.scene.note(line)
        self.scene.reader = self._health.reader() if self.scene.has_power else "off"
        code = self.station.ended()
        if code is not None:
            self._go_dark()
            why = last_line(self.folder.log)
            self.scene.say(f"  the station ended by itself with code {code}: {why}")
            self.scene.say("  `power on` starts it again")

    def is_ready(self) -> bool:
        """Say whether the station reads cards."""
        return self._health.reader() == "ready"

    def looks(self) -> int:
        """Return how often the reader has looked, or asked the phone that lies there."""
        commands = self.ask("status")["commands"]
        return sum(commands.values()) // 4 if isinstance(commands, dict) else 0

    def ask(self, line: str) -> dict[str, object]:
        """Have the bench do a line; raises CommandError with its own words when it cannot."""
        answer = self.chip.do(line)
        if not answer["ok"]:
            raise CommandError(str(answer["error"]))
        return answer

    def phones(self) -> list[str]:
        """Return the phones of the wallet by name."""
        found = self.ask("wallet list")["phones"]
        return [str(name) for name in found] if isinstance(found, list) else []

    def words_of(self, who: str) -> str:
        """Return the bench's words for what somebody holds."""
        if who in CAST:
            return CAST[who].words
        if who in self.phones():
            return f"phone {who}"
        if who == "bank":
            return who
        msg = f"nobody is called {who}; here are: {', '.join((*CAST, *self.phones()))}"
        raise CommandError(msg)

    def lay(self, words: str, beside: str | None = None) -> None:
        """Lay a card down, and perhaps another one beside it; a fob is only ever swung past."""
        first = f"scan {words}" if words.startswith("em ") else f"put {words}"
        if beside is None:
            self.ask(first)
        else:
            # Nothing is seen until both lie there: a hand lays two cards down in one movement.
            self.ask(f"jitter {_LOOKS_IN_A_MOVEMENT}")
            try:
                self.ask(first)
                self.ask(f"also {beside}")
            finally:
                self.ask("jitter 0")
        laid = [self._told(card) for card in (words, beside) if card and not card.startswith("em ")]
        self.scene.lying = " and ".join(laid)

    def clear(self) -> bool:
        """Take everything away; say whether anything lay there."""
        lay_there = bool(self.scene.lying)
        self.ask("remove")
        self.scene.lying = ""
        return lay_there

    def note_lying(self, line: str) -> None:
        """Say what lies there after a line of the bench's own."""
        verb, _, words = line.partition(" ")
        beside = f"{self.scene.lying} and " if verb == "also" and self.scene.lying else ""
        if verb in ("put", "also", "remove"):
            self.scene.lying = f"{beside}{self._told(words)}" if words else ""

    def power_on(self) -> None:
        """Give the reader its power and start the station."""
        for port in _PORTS:
            self.chip.do(f"plug {port}")
        self.station.start()
        self.scene.has_power = True

    def power_off(self) -> None:
        """Kill the station and take the reader's power, both in the middle of whatever they do."""
        self.station.kill()
        for port in _PORTS:
            self.chip.do(f"unplug {port}")
        self._go_dark()

    def crash(self) -> None:
        """Kill the station alone and start it again, as its supervisor does."""
        self.station.kill()
        self._go_dark()
        self.power_on()

    def _take(self, shown: Shown) -> None:
        self._player.show(shown.sign)
        self.scene.hear(PANEL, draw(shown.sign, self.scene.behind).rstrip())
        if isinstance(shown.sign, State):
            self.scene.behind = shown.sign
        if not isinstance(shown.sign, State) or shown.sign in _STAFF:
            self._answered.append(shown)
            self.scene.answer = shown.sign

    def _go_dark(self) -> None:
        for line in self.journal.news():
            self.scene.note(line)
        for shown in self._panel.news():
            self._take(shown)
        self.scene.has_power = False
        self.scene.answer = None
        self._player.show(State.READY)

    def _told(self, words: str) -> str:
        with suppress(IndexError):
            made = token_of(words, self._key)
            kind = words.split(maxsplit=1)[0]
            return f"{self._names[made]} ({kind})" if made in self._names else words
        return words
