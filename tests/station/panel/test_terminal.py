import io

import pytest

from station.panel.terminal import TerminalPanel, draw
from station.verdict import Notice, Sign, State, Verdict
from tests.fakes.pace import HandPace

SIGNS: list[Sign] = [*Verdict, *State, *Notice]


class Screen(io.StringIO):
    """A stream that says it is a terminal, in letters of one kind or the other."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute in the standard library's stubs
        return self._encoding

    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """Return what a person sees: each line as it was drawn last, without its colours."""
        lines = [line.split("\x1b[2K")[-1] for line in self.getvalue().split("\n")]
        for code in ("1;32", "1;33", "1;31", "1;36", "2", "0"):
            lines = [line.replace(f"\x1b[{code}m", "") for line in lines]
        return lines


def test_a_sign_is_drawn_by_position_rhythm_sound_and_word() -> None:
    assert draw(Verdict.WELCOME) == "[L][ ][ ][ ] light LLLLLLLLLL                sound o        WELCOME"
    assert draw(Verdict.WELCOME, State.OFFLINE) == (
        "[L][ ][ ][S] light llllLLLLllllLLLL........  sound o        WELCOME"
    )
    assert draw(Verdict.READ_AGAIN) == (
        "[ ][M][R][ ] light MMRMRMRRMR                sound o.o.o..o READ AGAIN"
    )
    assert draw(State.READER_DOWN) == (
        "[ ][ ][ ][S] light S.S.S.S.S.S.S.S.S.S.S.S.+ sound          READER DOWN"
    )
    assert draw(Verdict.WELCOME, quiet=True) == (
        "[L][ ][ ][ ] light LLLLLLLLLLLLLLLLLLLL      sound          WELCOME"
    )


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_colour_only_adds_to_what_a_plain_line_says(sign: Sign) -> None:
    coloured = draw(sign, colour=True)
    for code in (32, 33, 31, 36):
        coloured = coloured.replace(f"\x1b[1;{code}m", "")
    assert coloured.replace("\x1b[0m", "") == draw(sign)


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    panel = TerminalPanel(stream)
    panel.show(State.OFFLINE)
    panel.show(Verdict.WELCOME)
    panel.close()
    assert stream.getvalue() == f"{draw(State.OFFLINE)}\n{draw(Verdict.WELCOME, State.OFFLINE)}\n"


def test_a_terminal_keeps_each_answer_and_plays_on_the_line_below() -> None:
    screen, pace = Screen(), HandPace()
    panel = TerminalPanel(screen, wait=pace.wait)
    panel.show(State.CARD_LEFT)
    panel.show(Verdict.WELCOME)
    pace.settle()
    assert screen.lines() == [draw(Verdict.WELCOME), "  ●  ○  ○    ○    ♪  WELCOME"]
    pace.advance(120)
    assert screen.lines()[1:] == ["  ●  ○  ○    ○       WELCOME"]
    pace.advance(880)
    assert screen.lines()[1:] == ["  ○  ●  ○    ○       A CARD LIES ON THE READER"]
    panel.close()
    assert screen.lines() == [draw(Verdict.WELCOME), ""]


def test_a_terminal_without_lamps_in_its_letters_gets_plain_ones() -> None:
    screen, pace = Screen("ascii"), HandPace()
    panel = TerminalPanel(screen, wait=pace.wait)
    panel.show(Verdict.WELCOME)
    pace.settle()
    assert screen.lines()[-1] == "  #  -  -    -    o  WELCOME"
    panel.close()


def test_a_terminal_is_left_alone_while_nothing_changes() -> None:
    screen, pace = Screen(), HandPace()
    panel = TerminalPanel(screen, wait=pace.wait)
    panel.show(State.READY)
    pace.settle()
    before = screen.getvalue()
    pace.advance(10_000)
    assert screen.getvalue() == before
    panel.close()


def test_a_terminal_that_went_away_is_told_to_whoever_shows_a_sign() -> None:
    screen, pace = Screen(), HandPace()
    panel = TerminalPanel(screen, wait=pace.wait)
    pace.settle()
    screen.close()
    with pytest.raises(ValueError, match="closed"):
        panel.show(Verdict.WELCOME)
    panel.close()
