"""What the laptop keeps: every confirmed step survives, none is changed unseen, no second window joins in."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.errors import UnavailableError
from central.exchange.kit.sealed import SealError
from central.kit.drawer import Drawer, Step

KEY = bytes(range(32))
STEPS: Sequence[Step] = [{"do": "row", "student": f"00{number}", "mark": "P"} for number in range(4)]


def drawer(folder: Path, kit: str = "kit", key: bytes = KEY) -> Drawer:
    return Drawer(folder / "kit.drawer", kit, key, os.urandom)


def filled(folder: Path) -> Path:
    with drawer(folder) as kept:
        kept.steps()
        for step in STEPS:
            kept.append(step)
    return folder / "kit.drawer"


def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with drawer(tmp_path) as kept:
        assert kept.steps() == STEPS
        kept.append({"do": "done"})
    with drawer(tmp_path) as kept:
        assert kept.steps() == [*STEPS, {"do": "done"}]
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"student" not in path.read_bytes()


@pytest.mark.parametrize("torn", [1, 20, 100])
def test_a_line_cut_short_was_never_confirmed_and_the_next_takes_its_place(tmp_path: Path, torn: int) -> None:
    path = filled(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[0][:torn])
    with drawer(tmp_path) as kept:
        assert kept.steps() == STEPS
        kept.append({"do": "done"})
    with drawer(tmp_path) as kept:
        assert kept.steps() == [*STEPS, {"do": "done"}]


def test_lines_moved_doubled_or_of_another_kit_are_refused(tmp_path: Path) -> None:
    path = filled(tmp_path)
    first, second, *rest = path.read_bytes().splitlines(keepends=True)
    for lines in ([second, first, *rest], [first, first, second, *rest], [second, *rest], [b"\n", first]):
        path.write_bytes(b"".join(lines))
        with drawer(tmp_path) as kept, pytest.raises(SealError, match="was altered or is of another kit"):
            kept.steps()
    path.write_bytes(b"".join([first, second, *rest]))
    for other in (drawer(tmp_path, kit="other"), drawer(tmp_path, key=bytes(32))):
        with other as kept, pytest.raises(SealError):
            kept.steps()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_altered_byte_of_a_whole_line_goes_unseen(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = filled(tmp_path_factory.mktemp("kept"))
    whole = path.read_bytes()
    # The last line's end may be what a power cut left: then the line was never confirmed.
    place = data.draw(st.integers(0, len(whole) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != whole[place]))
    path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
    with drawer(path.parent) as kept, pytest.raises(SealError):
        kept.steps()


def test_two_windows_never_key_into_one_kit(tmp_path: Path) -> None:
    with drawer(tmp_path) as kept:
        kept.steps()
        with pytest.raises(UnavailableError, match="in use by another window"), drawer(tmp_path):
            pass
    with drawer(tmp_path) as kept:
        assert kept.steps() == []
