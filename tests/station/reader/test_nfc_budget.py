"""What a look and a tap cost on the line, counted to the command: the line is what a tap waits for."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from station.reader import Presented, Reader, ReaderUp
from tests.fakes.simulator import Listener, PractiseBench

EMPTY = ["mute", "list A", "read", "mute"]
EMPTY_WITH_FELICA = ["mute", "list A", "read", "read", "list F", "mute"]
EMPTY_WITH_B = ["mute", "list A", "read", "list B", "mute"]
# Every eighth look for FeliCa, every sixteenth for type B, half way between two of those.
SIXTEEN = [
    *3 * [EMPTY],
    EMPTY_WITH_B,
    *3 * [EMPTY],
    EMPTY_WITH_FELICA,
    *7 * [EMPTY],
    EMPTY_WITH_FELICA,
]
SIXTEEN_COMMANDS, SIXTEEN_BYTES = 69, 1842

TALK = ["read", "write", "timeout", "talk"]
NUMBER = ["mute", "list A", "read", "write"]
LISTED_ALONE = ["mute", "list A", "mute", "list A"]
# What is laid down, the commands until it is known, and their bytes both ways.
TAPS = [
    ("ntag 04A1B2C3D4E580", NUMBER, 119),
    ("ultralight 04A1B2C3D4E580", NUMBER, 119),
    ("classic 82ACB95D", NUMBER, 116),
    ("phone 0123456789abcdef", [*LISTED_ALONE, *3 * TALK], 727),
    ("sun 04DE5F1EACC040", [*LISTED_ALONE, *5 * TALK], 1043),
    ("sun 04DE5F1EACC040 enc random", [*LISTED_ALONE, *5 * TALK], 1037),
]
# What is laid down, where its tap ends after its last listing, and the commands of each look from then on.
HELD = [
    ("ntag 04A1B2C3D4E580", 3, NUMBER),
    ("phone 0123456789abcdef", 1 + 3 * len(TALK), TALK),
    ("sun 04DE5F1EACC040", 1 + 5 * len(TALK), TALK),
]

TRIES = 5

_NAMES = {"06": "read", "08": "write", "42": "talk", "3201": "mute", "3202": "timeout"}
_LISTS = {"00": "list A", "01": "list F", "03": "list B"}


class Line:
    """What went over the line, cut into commands: each one's name and its bytes both ways."""

    def __init__(self, trace: list[str]) -> None:
        self.commands: list[str] = []
        self.sizes: list[int] = []
        self.finds: list[int] = []
        for line in trace:
            who, frame = line.split()
            if who == ">>>" and frame != "0000ff00ff00":
                code = frame[12:14]
                name = _LISTS.get(frame[16:18], "") if code == "4a" else _NAMES.get(code)
                self.commands.append(name or _NAMES.get(frame[12:16], code))
                self.sizes.append(0)
            elif frame[10:14] == "d54b" and frame[14:16] != "00":
                self.finds.append(len(self.commands) - 1)
            if self.sizes:
                self.sizes[-1] += len(frame) // 2

    def looks(self) -> list[slice]:
        """Return where each whole look stands; every look begins by putting the field out."""
        starts = [at for at, pair in enumerate(pairwise(self.commands)) if pair == ("mute", "list A")]
        return [slice(start, end) for start, end in pairwise(starts)]


def _undisturbed(listener: Listener, bench: PractiseBench, act: Callable[[], object]) -> Line:
    """Return what went over the line meanwhile, once no answer came too late for the driver."""
    for _ in range(TRIES):
        before = listener.reader.health().counters.get("link-fault", 0)
        bench.trace()
        act()
        line = Line(bench.trace())
        if listener.reader.health().counters.get("link-fault", 0) == before:
            return line
        bench.do("remove")
        listener.let_cycles_pass(15)
    pytest.fail("this machine never answered in time")


def test_sixteen_looks_at_an_empty_field_cost_what_is_stated(
    bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)
        line = _undisturbed(listener, bench, lambda: listener.let_cycles_pass(52))
    looks = line.looks()
    at = next(at for at, look in enumerate(looks) if line.commands[look] == EMPTY_WITH_B) + 13
    assert [line.commands[look] for look in looks[at : at + 16]] == SIXTEEN
    assert sum(len(look) for look in SIXTEEN) == SIXTEEN_COMMANDS
    assert sum(sum(line.sizes[look]) for look in looks[at : at + 16]) <= SIXTEEN_BYTES


@pytest.mark.parametrize(("card", "commands", "most"), TAPS, ids=[card for card, _, _ in TAPS])
def test_a_tap_costs_what_is_stated(
    card: str, commands: list[str], most: int, bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)

        def tap() -> None:
            bench.do(f"put {card}")
            listener.wait_for(Presented)

        line = _undisturbed(listener, bench, tap)
    start = line.finds[0] - 1
    whole = slice(start, start + len(commands))
    assert line.commands[whole] == commands
    assert sum(line.sizes[whole]) <= most
    # What comes after is a new look, or the question whether the card is still there.
    assert line.commands[whole.stop : whole.stop + 1] in ([], ["mute"], ["read"])


@pytest.mark.parametrize(("card", "tap", "commands"), HELD, ids=[card for card, _, _ in HELD])
def test_a_held_card_costs_four_commands_a_look(
    card: str, tap: int, commands: list[str], bench: PractiseBench, nfc_reader: Reader
) -> None:
    with Listener(nfc_reader) as listener:
        listener.wait_for(ReaderUp)

        def hold() -> None:
            bench.do(f"put {card}")
            listener.wait_for(Presented)
            listener.let_cycles_pass(12)

        line = _undisturbed(listener, bench, hold)
    first = line.finds[0 if commands is NUMBER else -1] + tap
    held = line.commands[first:]
    whole = len(held) // len(commands)
    assert whole >= 8
    assert held[: whole * len(commands)] == whole * commands
