"""The oracle of the mornings notices what it is there for: lost, doubled, changed and begun anew."""

from functools import partial
from pathlib import Path

import pytest

from station.clock import HandClock
from station.errors import ChainError
from station.journal import FILE_NAME, Journal
from station.journal.file import connect_to_write
from station.tap import Kind, Tap
from tests.fakes.station import IDENTITY
from tests.pi.morning.hand import Promise
from tests.pi.morning.oracle import Oracle, broken

ANA, BEN, EVA = (name.encode().ljust(16) for name in ("ana", "ben", "eva"))


def write(state: Path, *tokens: bytes, epoch: int = 7) -> None:
    clock = HandClock(boot=1)
    state.mkdir(exist_ok=True)
    journal = Journal.open(state / FILE_NAME, IDENTITY, clock.reading(), partial(int, epoch))
    for token in tokens:
        journal.append(Kind.TAP, Tap(token, "k1", "nfc").payload(), clock.reading())
    journal.close()


def promised(*tokens: bytes) -> list[Promise]:
    return [Promise(token, is_new=True) for token in tokens]


def test_promises_that_were_kept_pass_and_more_taps_than_lamps_are_no_fault(tmp_path: Path) -> None:
    write(tmp_path, ANA, EVA, BEN)
    assert Oracle().look(tmp_path, promised(ANA, BEN)).tokens == [ANA, EVA, BEN]


@pytest.mark.parametrize(
    ("lamps", "taps", "lost"),
    [
        ([ANA, BEN], [ANA], "promise 2"),
        ([ANA, ANA], [ANA], "promise 2"),
        ([BEN, ANA], [ANA, BEN], "promise 2"),
        ([ANA], [], "promise 1"),
    ],
)
def test_a_lamp_without_its_entry_is_named(lamps: list[bytes], taps: list[bytes], lost: str) -> None:
    (fault,) = broken(promised(*lamps), taps)
    assert fault.startswith(lost)


def test_a_repeat_asks_for_the_tap_before_it_and_for_none_of_its_own() -> None:
    again = Promise(ANA, is_new=False)
    assert broken([*promised(ANA), again, again], [ANA]) == []
    assert len(broken([again], [BEN])) == 1


def test_what_stood_there_once_must_stand_there_ever_after(tmp_path: Path) -> None:
    first, shorter, anew = (tmp_path / name for name in ("first", "shorter", "anew"))
    write(first, ANA, BEN)
    write(shorter, ANA)
    write(anew, ANA, BEN, epoch=8)
    oracle = Oracle()
    oracle.look(first, [])
    with pytest.raises(AssertionError, match="changed or lost"):
        oracle.look(shorter, [])
    with pytest.raises(AssertionError, match="begun anew"):
        oracle.look(anew, [])


def test_a_changed_entry_breaks_the_chain(tmp_path: Path) -> None:
    write(tmp_path, ANA, BEN)
    connection = connect_to_write(tmp_path / FILE_NAME)
    connection.execute("DROP TRIGGER entry_is_never_changed")
    connection.execute("UPDATE entry SET body = CAST(REPLACE(body, 'nfc', 'NFC') AS BLOB) WHERE seq = 2")
    connection.close()
    with pytest.raises(ChainError):
        Oracle().look(tmp_path, [])
