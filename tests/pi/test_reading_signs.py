"""Signs are read off pins: the real panel plays them on a stand-in board, each is known from all others."""

from collections.abc import Sequence

import pytest

from station.panel.gpio import GpioPanel
from station.panel.patterns import PATTERNS
from station.panel.settings import Pins
from station.verdict import Notice, Sign, State, Verdict
from tests.fakes.board import Board
from tests.fakes.pace import HandPace
from tests.pi.board import Edge
from tests.pi.morning import signs

# What a tap or a wish of staff is answered by; the station that shows itself drives the status lamp alone.
ANSWERS = [sign for sign in PATTERNS if not isinstance(sign, State) and sign is not Notice.HERE]
BEHIND = [State.READY, State.CLOCK_UNTRUSTED, State.STAFF_TIME]


def played(sign: Sign, behind: State, waited_ms: int = 0) -> Sequence[Edge]:
    """Return every edge of a panel that shows a state for a while, then a sign, then goes on."""
    pace = HandPace()
    board = Board(lambda: pace.now_ms)
    panel = GpioPanel(Pins(), board, wait=pace.wait)
    try:
        pace.settle()
        for shown, ms in ((behind, waited_ms), (sign, 4_000)):
            panel.show(shown)
            pace.settle()
            pace.advance(ms)
        return [
            Edge(edge.at_ms / 1000, edge.pin, edge.level)
            for at, edge in enumerate(board.edges)
            if edge.level is not None
            and (edge.level or any(e.pin == edge.pin and e.level for e in board.edges[:at]))
        ]
    finally:
        panel.close()


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("sign", ANSWERS)
def test_each_answer_is_known_from_every_other_whatever_the_status_lamp_says(
    sign: Sign, behind: State
) -> None:
    for waited_ms in (0, 50, 250):
        edges = played(sign, behind, waited_ms)
        at = signs.first_of_an_answer(edges, 0)
        assert at is not None
        read = signs.read_answer(edges, at, is_over=True)
        assert read is not None
        assert read[0] is sign


@pytest.mark.parametrize("sign", ANSWERS)
def test_an_answer_is_not_told_before_it_has_ended(sign: Sign) -> None:
    edges = played(sign, State.READY)
    whole = signs.read_answer(edges, 0, is_over=True)
    assert whole is not None
    told = [signs.read_answer(edges[:seen], 0, is_over=False) for seen in range(1, whole[1])]
    assert told == [None] * (whole[1] - 1)


@pytest.mark.parametrize("sign", ANSWERS)
def test_an_answer_that_lacks_one_change_or_has_two_swapped_is_none_or_another(sign: Sign) -> None:
    edges = list(played(sign, State.READY))
    whole = signs.read_answer(edges, 0, is_over=True)
    assert whole is not None
    for at in range(1, whole[1]):
        broken = edges[:at] + edges[at + 1 :]
        try:
            read = signs.read_answer(broken, 0, is_over=True)
        except signs.UnreadableError:
            continue
        assert read is None or read[0] is not sign, f"without edge {at}"


def test_the_left_lamp_promises_at_once_and_what_nobody_recorded_promises_nothing() -> None:
    promised = {}
    for sign in ANSWERS:
        edges = played(sign, State.READY)
        whole = signs.read_answer(edges, 0, is_over=True)
        assert whole is not None
        promised[sign] = [signs.says_recorded(edges[:seen], 0) for seen in range(1, whole[1] + 1)]
    for sign in (Verdict.WELCOME, Verdict.ALREADY_TAPPED):
        assert all(promised[sign]), sign
    assert promised[Verdict.NOT_ON_ROSTER][-1]
    for sign in (Verdict.READ_AGAIN, Verdict.SEE_TEACHER, Verdict.NOT_RECORDED, Notice.DONE):
        assert not promised[sign][-1], sign
