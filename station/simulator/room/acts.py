"""What may be done in a practice room; an act says what it waits for and is asked again when that is so."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from station.simulator.room.cast import CAST
from station.simulator.room.guide import PAGES, told_answer
from station.simulator.room.practice import Room
from station.simulator.words import CommandError, number, take

Until = tuple[Callable[[], bool], float]
"""What an errand waits for, and for how many seconds at most."""
Errand = Iterator[Until]

AT_ONCE: Final[Until] = (lambda: True, 0.0)
_ANSWER_S: Final = 4.0
_LYING_S: Final = 0.3
# Well below the two seconds after which a staff card is held and no longer tapped.
_TAP_S: Final = 1.2
_GONE_LOOKS: Final = 6
_GONE_S: Final = 0.25
_STARTING_S: Final = 20.0
_HELD_S: Final = 2.1
_MINUTE_MS: Final = 60_000
_STAFF_CARDS: Final = {person.words for person in CAST.values() if person.is_staff}


class Acts:
    """The verbs of a practice room; every other word is left to the bench."""

    def __init__(self, room: Room) -> None:
        self.has_quit = False
        self._room = room
        self.verbs: Mapping[str, Callable[[list[str]], Errand]] = {
            "tap": self._tap,
            "hold": self._hold,
            "two": self._two,
            "take": self._take,
            "scan": self._scan,
            "unplug": self._unplug,
            "plug": self._plug,
            "power": self._power,
            "crash": self._crash,
            "later": self._later,
            "wait": self._wait,
            **{page: partial(self._tell, text) for page, text in PAGES.items()},
            "quit": self._quit,
        }

    def errand(self, line: str) -> Errand:
        """Return what a line asks for; nothing is done before it is asked for the first time."""
        verb, *words = line.split()
        act = self.verbs.get(verb)
        return self._at_the_bench(line) if act is None else act(words)

    def _tap(self, words: list[str]) -> Errand:
        for who in self._who(words):
            yield from self._present(who)

    def _present(self, who: str) -> Errand:
        before = self._room.answers
        is_staff = who in _STAFF_CARDS
        self._room.lay(who)
        if not who.startswith("em "):
            yield _moment(_LYING_S)
        yield self._is_answered(before), _TAP_S if is_staff else _ANSWER_S
        yield from self._take([])
        # In a session a staff card's short tap is answered when it is taken away.
        yield from self._await_answer(before, _TAP_S if is_staff else 0.0)

    def _hold(self, words: list[str]) -> Errand:
        held_s: float = _HELD_S
        if words and words[-1].isdecimal() and len(words) > 1 and words[0] in self._known():
            held_s = number(words.pop())
        before = self._room.answers
        who = self._who(words)[0]
        self._room.lay(who)
        yield _moment(held_s)
        if who in _STAFF_CARDS:
            # The station counts from when it first saw the card; what it says then is the end of waiting.
            yield lambda: self._room.has_told_staff(before), _ANSWER_S
        self._say(f"  {told_answer(self._room, before)}; it lies there until `take`")

    def _two(self, words: list[str]) -> Errand:
        first, second = (self._room.words_of(take(words, at, "two of those who are here")) for at in range(2))
        before = self._room.answers
        self._room.lay(first, second)
        yield _moment(_LYING_S)
        yield from self._await_answer(before)
        yield from self._take([])

    def _take(self, _words: list[str]) -> Errand:
        if self._room.clear():
            looks = self._room.looks()
            yield _moment(_GONE_S)
            # Until the reader has missed it so often, the same card would be the same presentation.
            yield lambda: self._is_dark() or self._room.looks() >= looks + _GONE_LOOKS, _ANSWER_S

    def _scan(self, words: list[str]) -> Errand:
        if words[:1] and words[0] in ("em", "text", "bytes", "qr"):
            yield from self._at_the_bench(" ".join(["scan", *words]))
            return
        before = self._room.answers
        kind, _, value = self._room.words_of(take(words, 0, "a phone")).partition(" ")
        if kind != "phone":
            msg = f"{words[0]} has nothing to show a scanner; dan has"
            raise CommandError(msg)
        self._room.ask(f"scan qr {value.partition(' ')[0]}")
        yield from self._await_answer(before)

    def _unplug(self, words: list[str]) -> Errand:
        self._room.ask(" ".join(["unplug", *words]))
        if words in ([], ["reader"]):
            yield lambda: not self._room.is_ready(), _ANSWER_S
        self._say("  pulled out")

    def _plug(self, words: list[str]) -> Errand:
        self._room.ask(" ".join(["plug", *words]))
        yield from self._ready()

    def _power(self, words: list[str]) -> Errand:
        wanted = take(words, 0, "on or off")
        if wanted == "on":
            yield from self.power_on()
        elif wanted == "off":
            self._room.power_off()
            yield from self._tell("  station and reader died where they stood; `power on` starts both")
        else:
            msg = f"power is on or off, not {wanted}"
            raise CommandError(msg)

    def power_on(self) -> Errand:
        """Begin, or begin again after a power cut."""
        self._room.power_on()
        yield from self._ready()

    def _crash(self, _words: list[str]) -> Errand:
        self._room.crash()
        yield from self._ready()

    def _ready(self) -> Errand:
        yield lambda: self._is_dark() or self._room.is_ready(), _STARTING_S
        self._say("  ready" if self._room.is_ready() else "  the reader is not ready; see the log")

    def _later(self, words: list[str]) -> Errand:
        minutes = number(take(words, 0, "how many minutes"))
        self._room.folder.move_clock(minutes * _MINUTE_MS)
        self._room.scene.moved_min += minutes
        yield from self._tell(f"  it is {minutes} minutes later for the station")

    def _wait(self, words: list[str]) -> Errand:
        yield _moment(number(take(words, 0, "how many seconds")))

    def _quit(self, _words: list[str]) -> Errand:
        self.has_quit = True
        yield from ()

    def _at_the_bench(self, line: str) -> Errand:
        """Leave a line to the bench, which knows every card, fault and script."""
        answer = self._room.ask(line)
        self._room.note_lying(line)
        shown = {name: value for name, value in answer.items() if name not in ("ok", "did")}
        for name, value in shown.items():
            lines = value if isinstance(value, list) else [f"{name}: {value}"]
            self._say("\n".join(f"  {text}" for text in lines))
        yield from ()

    def _tell(self, text: str, _words: Sequence[str] = ()) -> Errand:
        self._say(text)
        yield from ()

    def _is_dark(self) -> bool:
        return not self._room.scene.has_power

    def _is_answered(self, before: int) -> Callable[[], bool]:
        return lambda: self._is_dark() or self._room.answers > before

    def _await_answer(self, before: int, at_most_s: float = _ANSWER_S) -> Errand:
        yield self._is_answered(before), at_most_s
        self._say(f"  {told_answer(self._room, before)}")

    def _known(self) -> list[str]:
        return [*CAST, *self._room.phones()]

    def _who(self, words: list[str]) -> list[str]:
        """Return the cards these words name: several people, or one card in the bench's own words."""
        take(words, 0, "who taps; help lists who is here")
        if all(word in self._known() for word in words):
            return [self._room.words_of(word) for word in words]
        return [self._room.words_of(words[0]) if len(words) == 1 else " ".join(words)]

    def _say(self, text: str) -> None:
        self._room.scene.say(text)


def _moment(seconds: float) -> Until:
    return lambda: False, seconds
