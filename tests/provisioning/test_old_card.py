"""An old card's journal is read on another machine, proven, and written as files central takes."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from provisioning.cli import main
from station.clock import HandClock
from station.journal import FILE_NAME, Identity, Journal
from station.tap import Kind, Tap
from sync_agent import wire
from sync_agent.signing import SigningKey
from tests.fakes.data_folder import ACK_KEY, CONFIG_KEY
from tests.fakes.intake import IntakeBench
from tests.fakes.provisioning import tree
from tests.fakes.virtual_station import SCHOOL, VirtualStation

KEY = SigningKey(b"old card's own key, long in use.")
TAPS = 40


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return the root file system of an old card with taps in its journal."""
    root = tmp_path / "card"
    etc, state = root / "etc/rollbook", root / "var/lib/rollbook"
    etc.mkdir(parents=True)
    state.mkdir(parents=True)
    common = 'station = "st-r101"\nstate_dir = "/var/lib/rollbook"\n'
    agent = 'server = "https://c.lan"\nserver_key = "ack.pub"\nconfig_key = "config.pub"\n'
    (etc / "sync.toml").write_text(f'{common}{agent}signing_key = "station.key"\n')
    panel = '[token]\nkey_id = "k1"\nkey = "school.key"\n[panel]\nkind = "terminal"\n'
    reader = '[[readers]]\nname = "nfc"\nkind = "pn532"\nport = "/dev/ttyAMA0"\n'
    (etc / "station.toml").write_text(f'{common}school = "{SCHOOL}"\n{panel}{reader}')
    (etc / "ack.pub").write_text(ACK_KEY.verify_key.public.hex())
    (etc / "config.pub").write_text(CONFIG_KEY.verify_key.public.hex())
    for name, secret in (("station.key", b"old card's own key, long in use."), ("school.key", bytes(32))):
        (etc / name).touch(mode=0o600)
        (etc / name).write_text(secret.hex())
    clock, dice = HandClock(), Random(7)  # noqa: S311  a test repeats itself
    identity = Identity("st-r101", SCHOOL, "0.1.0")
    journal = Journal.open(state / FILE_NAME, identity, clock.reading(), partial(dice.getrandbits, 63))
    for _ in range(TAPS):
        clock.advance(1_000)
        journal.append(Kind.TAP, Tap(dice.randbytes(16), "k1", "nfc").payload(), clock.reading())
    journal.close()
    return root


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[IntakeBench]:
    station = VirtualStation()
    station.key = KEY
    with IntakeBench(tmp_path / "bench", [station]) as bench:
        yield bench


def brought(bench: IntakeBench, stick: Path) -> int:
    """Hand every file in and return how many entries central holds."""
    for file in sorted(stick.glob("*.rollbook")):
        assert bench.caller.call("POST", wire.USB_PATH, {}, file.read_bytes()).status == 200
    return int(str(bench.count("batch") and _held(bench)))


def _held(bench: IntakeBench) -> int:
    from tests.fakes.data_folder import rows

    ((total,),) = rows(bench.config, "SELECT sum(seq) FROM station_head")
    assert isinstance(total, int)
    return total


def test_what_an_old_card_holds_comes_in_and_the_card_is_only_read(
    card: Path, bench: IntakeBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(card)
    assert main(["salvage", str(card), "--out", str(tmp_path / "stick")]) == 0
    said = capsys.readouterr().out
    assert "sound" in said
    assert tree(card) == before
    # A beginning, and the taps.
    assert brought(bench, tmp_path / "stick") == TAPS + 1


def test_of_a_damaged_journal_what_can_be_proven_comes_in(
    card: Path, bench: IntakeBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = card / "var/lib/rollbook" / FILE_NAME
    data = bytearray(journal.read_bytes())
    data[-4096:] = bytes(4096)
    journal.write_bytes(data)
    assert main(["salvage", str(card), "--out", str(tmp_path / "stick")]) in {0, 1}
    assert brought(bench, tmp_path / "stick") > 0
    capsys.readouterr()


def test_a_folder_without_a_station_is_refused_by_name(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(card / "var")
    assert main(["salvage", str(card), "--out", str(tmp_path / "stick")]) == 78
    assert "second partition" in capsys.readouterr().err
