import io

import pytest

from station.panel.terminal import TerminalPanel, draw
from station.verdict import Sign, State, Verdict

SIGNS: list[Sign] = [*Verdict, *State]


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_sign_is_drawn_by_position_rhythm_sound_and_word() -> None:
    assert draw(Verdict.WELCOME) == (
        "[L][ ][ ][ ] light LLLLLLLLLL            sound o.........            WELCOME"
    )
    assert draw(Verdict.READ_AGAIN).startswith("[ ][M][R][ ] light MMRMRMRRMR")
    assert draw(Verdict.NOT_RECORDED) == (
        "[L][M][R][S] light #.#.#.#.#.          + sound ooooo.....          + NOT RECORDED"
    )
    assert "o" not in draw(Verdict.WELCOME, quiet=True).removesuffix("WELCOME").split("sound")[1]


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_colour_only_adds_to_what_a_plain_line_says(sign: Sign) -> None:
    coloured = draw(sign, colour=True)
    for code in (32, 33, 31, 36):
        coloured = coloured.replace(f"\x1b[1;{code}m", "")
    assert coloured.replace("\x1b[0m", "") == draw(sign)


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    panel = TerminalPanel(stream)
    panel.show(State.READY)
    panel.show(Verdict.WELCOME)
    panel.close()
    assert stream.getvalue() == f"{draw(State.READY)}\n{draw(Verdict.WELCOME)}\n"


def test_a_terminal_keeps_each_verdict_and_draws_states_over() -> None:
    screen = Screen()
    panel = TerminalPanel(screen)
    for sign in (State.READER_DOWN, State.READY, Verdict.WELCOME, State.READY):
        panel.show(sign)
    panel.close()
    lines = screen.getvalue().split("\n")
    assert [line.split("\x1b[2K")[-1] for line in lines] == [
        draw(State.READY, colour=True),
        draw(Verdict.WELCOME, colour=True),
        draw(State.READY, colour=True),
        "",
    ]
