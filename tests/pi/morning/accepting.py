"""IT accepts a station on its board: the full self-test, and somebody who sees the lamps from outside."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from station.acceptance.plug import ARMED
from station.acceptance.taps import TAPS
from station.panel.settings import Pins
from station.simulator.cards import Ntag213
from tests.pi.board import Edge
from tests.pi.morning.scene import STATE, Scene
from tests.pi.morning.signs import on_after

GREENS: Final = 7
_PINS: Final = Pins()
_FOLDER: Final = "/root/acceptance"
_SAID, _ANSWERS, _RUNS = "/root/said", "/run/answers", "/root/run.sh"
_ENDED: Final = "ended with "
# Whoever types is another process, and comes and goes: the line stays open for both. What stands in for a
# Raspberry Pi tells the unit by its environment which one.
_TERMINAL: Final = f"""\
rm -f {_ANSWERS} {_SAID}; mkfifo {_ANSWERS}
cat > {_RUNS} <<'.'
exec 3<> {_ANSWERS}
export $(systemctl show --value --property=Environment rollbook-station)
cd /run
/opt/rollbook/current/bin/rollbook-station selftest --full --report {_FOLDER} <&3 > {_SAID} 2>&1
echo "{_ENDED}$?" >> {_SAID}
.
setsid sh {_RUNS} < /dev/null > /dev/null 2>&1 &
"""
_UIDS: Final = tuple(bytes([4, number, *range(5)]) for number in range(0xA0, 0xA4))

Report = Mapping[str, Mapping[str, Mapping[str, object]]]


@dataclass(slots=True)
class Tester:
    """The person at the terminal, who reads on behind what was dealt with already."""

    scene: Scene
    _dealt_with: int = 0
    _asked_at: int = 0
    _answers: dict[str, Callable[[], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know what to answer."""
        for name in ("left", "middle", "right", "status"):
            self._answers[f"Is the {name} lamp lit"] = partial(self._sees_alone, getattr(_PINS, name))
        self._answers |= {
            "Did you hear it?": lambda: self._yes(self._levels(_PINS.buzzer) == [1, 0]),
            "Is the reader bare?": lambda: "y",
            "hung on purpose": lambda: "y",
            "Can you pull the plug": lambda: "y",
            "once more": lambda: "n",
            "How often did you lay a card down?": lambda: str(TAPS),
        }

    def begin(self) -> None:
        """Stop the station, as the page for IT says, and give the command."""
        self.scene.ask("systemctl stop rollbook-station")
        self._dealt_with = 0
        self.scene.ask(_TERMINAL)

    def follow(self, until: str) -> None:
        """Answer every question until something is said."""
        while (word := self._next(until, *self._answers)) != until:
            self._next("] ")
            answer = self._answers[word]()
            self._asked_at = len(self._edges())
            self.type(answer)

    def type(self, answer: str) -> None:
        """Type an answer."""
        self.scene.ask(f"echo {answer} > {_ANSWERS}")

    def tap(self, times: int) -> None:
        """Lay one of a few cards down so often, each until its beep has ended."""
        lamps, patience_s = self.scene.board.lamps, self.scene.patience_s
        for number in range(times):
            since = len(self._edges())
            self.scene.board.field.put(Ntag213(_UIDS[number % len(_UIDS)]))
            # The lamp may still be lit from the one before; the beep of each is its own.
            try:
                beep = lamps.wait_for_edge(_PINS.buzzer, 1, patience_s, since)
            except TimeoutError as error:
                msg = f"no beep came, and the screen says {self._screen()[-400:]!r}"
                raise TimeoutError(msg) from error
            assert _PINS.left in on_after(self._edges()[: beep + 1]), self._screen()[-400:]
            self.scene.board.field.remove()
            lamps.wait_for_edge(_PINS.buzzer, 0, patience_s, since)

    def greens(self) -> int:
        """Return the last number of a green on the screen."""
        return max(
            int(line.removeprefix("green ")) for line in self._screen().splitlines() if line[:6] == "green "
        )

    def report(self) -> Report:
        """Return the report that is kept on the card."""
        found = self.scene.ask(f"cat {_FOLDER}/acceptance-{self.scene.section.station}.json")
        told: Report = json.loads(found)
        return told

    def lit(self) -> frozenset[int]:
        """Return the pins that are on."""
        return on_after(self._edges())

    def _sees_alone(self, pin: int) -> str:
        return self._yes(self.lit() == {pin})

    def _edges(self) -> list[Edge]:
        return list(self.scene.board.lamps.seen())

    def _levels(self, pin: int) -> list[int]:
        return [edge.level for edge in self._edges()[self._asked_at :] if edge.pin == pin]

    def _yes(self, is_so: bool) -> str:  # noqa: FBT001 (what was seen, and not a choice)
        return "y" if is_so else "n"

    def _screen(self) -> str:
        return self.scene.board.run(f"cat {_SAID} 2> /dev/null")[1].replace("\r", "")

    def _next(self, *words: str) -> str:
        """Wait until one of these is said, the first one said, and go on behind it."""

        def found() -> list[tuple[int, str]]:
            said = self._screen()
            assert _ENDED in words or _ENDED not in said[self._dealt_with :], said[-2_000:]
            return sorted((at, word) for word in words if (at := said.find(word, self._dealt_with)) >= 0)

        self.scene.until(lambda: bool(found()), f"one of {words}, but {self._screen()[-400:]!r},")
        at, word = found()[0]
        self._dealt_with = at + len(word)
        return word


def accept(scene: Scene) -> Report:
    """Go through every step, pull the plug in the last one, prove it at the next start; return the report."""
    tester = Tester(scene)
    before = scene.ask(f"ls {STATE}/acceptance 2> /dev/null; true")
    assert before == ""
    tester.begin()
    tester.follow("Lay cards down, one at a time")
    tester.tap(TAPS)
    tester.follow("Lay cards down, again and again")
    tester.tap(GREENS)
    scene.until(lambda: tester.greens() == GREENS, "the last green on the screen")
    scene.board.cut()
    scene.switch_on()
    assert ARMED in tester.report()["kept"]
    tester.begin()
    tester.follow("What was the last number of a green on the screen?")
    tester.type(str(GREENS))
    tester.follow(_ENDED)
    assert scene.board.run(f"test -e {STATE}/acceptance")[0] == 1, "the trials are left on the card"
    scene.ask("systemctl start rollbook-station")
    return tester.report()
