"""The practice bench as a person uses it: lines in, one JSON line out for each."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.simulator import practise
from station.simulator.bench import Bench
from station.simulator.commands import HELP, Commands
from station.simulator.deck import Deck
from station.simulator.wallet import Wallet
from tests.fakes.simulator import DEADLINE_S, ROOT, PractiseBench, practising

IMPOSSIBLE = [
    ("dance", "type help"),
    ("put", "name a kind of card"),
    ("put dog 11223344", "choose of: ntag"),
    ("put ntag", "8 or 14 or 20"),
    ("put ntag 04A1", "8 or 14 or 20"),
    ("put ntag 04A1B2C3D4E5ZZ", "hexadecimal"),
    ("put phone 0123", "16"),
    ("put hostile kitten", "endless-wtx"),
    ("scan em 12", "10"),
    ("scan song x", "choose of: em, text, bytes"),
    ("fault boredom", "silence"),
    ("fault silence many", "not a number"),
    ("stale-baud fast", "not a number"),
    ("unplug kettle", "reader, scanner"),
]


@pytest.mark.parametrize(("line", "says"), IMPOSSIBLE, ids=[line for line, _ in IMPOSSIBLE])
def test_a_line_that_cannot_be_done_says_what_can(line: str, says: str, shared: PractiseBench) -> None:
    answer = shared.type(line)
    assert answer["ok"] is False
    assert says in str(answer["error"])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PractiseBench]:
    with practising(tmp_path_factory.mktemp("shared"), scanner=True) as bench:
        yield bench


def test_help_lists_every_command(bench: PractiseBench) -> None:
    said = bench.do("help")["help"]
    assert said == list(HELP)
    for verb in ("put", "also", "remove", "scan", "plug", "unplug", "fault", "status", "trace", "quit"):
        assert any(verb in line for line in HELP)


def test_the_port_is_a_link_that_goes_and_comes_back(bench: PractiseBench) -> None:
    first = bench.link.readlink()
    assert bench.first["reader"] == str(bench.link)
    assert first.exists()
    bench.do("unplug")
    assert not bench.link.is_symlink()
    bench.do("unplug")
    bench.do("plug")
    bench.do("plug")
    assert bench.link.is_symlink()
    assert bench.link.exists()


def test_unplugging_the_reader_leaves_the_scanner_alone(bench: PractiseBench) -> None:
    bench.do("unplug reader")
    assert bench.scanner_link.exists()
    bench.do("scan em 0A1B2C3D4E")
    bench.do("unplug scanner")
    assert not bench.scanner_link.is_symlink()


def test_the_end_of_the_input_ends_it_and_takes_the_ports_away(tmp_path: Path) -> None:
    bench = PractiseBench(tmp_path, scanner=True)
    assert bench.end() == 0
    assert list(tmp_path.iterdir()) == []


def test_started_with_nothing_to_listen_to_it_ends_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "station.simulator.practise", "--link", str(tmp_path / "reader")]
    ended = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE_S, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_takes_the_ports_away(number: signal.Signals, tmp_path: Path) -> None:
    bench = PractiseBench(tmp_path)
    bench.process.send_signal(number)
    assert bench.process.wait(DEADLINE_S) == 0
    bench.end()
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_port_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "thesis.txt"
    place.write_text("years of work")
    reader = tmp_path / "reader"
    assert practise.main(["--link", str(reader), "--scanner-link", str(place)]) == 78
    assert not reader.is_symlink()
    assert place.read_text() == "years of work"
    assert "name another place" in capsys.readouterr().err


def test_without_a_scanner_nothing_can_be_scanned(tmp_path: Path) -> None:
    with practising(tmp_path) as bench:
        assert "--scanner-link" in str(bench.type("scan em 0A1B2C3D4E")["error"])


def test_a_link_left_by_a_bench_that_was_killed_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "reader").symlink_to("/dev/pts/nothing")
    with practising(tmp_path) as bench:
        assert bench.link.exists()


STATION = """
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "{folder}/nfc"
[[readers]]
name = "scanner"
kind = "serial-line"
port = "{folder}/gun"
format = "lines"
[panel]
kind = "terminal"
"""
PRACTICE = '[practice]\nclock = "clock.json"\n'


def test_a_practice_configuration_says_where_the_ports_are(tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    config.write_text(STATION.format(folder=tmp_path) + PRACTICE)
    with practising(tmp_path, options=["--config", str(config)]) as bench:
        assert bench.first["reader"] == f"{tmp_path}/nfc"
        assert bench.first["scanner"] == f"{tmp_path}/gun"
        assert (tmp_path / "nfc").exists()


def test_a_configuration_for_real_use_is_not_practised_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    config.write_text(STATION.format(folder=tmp_path))
    assert practise.main(["--config", str(config)]) == 78
    assert "no [practice] table" in capsys.readouterr().err
    assert not (tmp_path / "nfc").is_symlink()


def test_an_option_that_does_not_exist_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        practise.main(["--lnik", "x"])
    assert end.value.code == 64
    assert capsys.readouterr().err.count("\n") == 1


def test_without_the_cryptography_a_phone_needs_the_bench_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    bench = Bench({"reader": tmp_path / "reader"}, time.monotonic)
    commands = Commands(bench, Deck(Wallet(tmp_path, bytes), bytes, lambda: 0))
    for line in ("put phone 0123456789abcdef", "wallet new ana"):
        answer = commands.do(line)
        assert (answer["ok"], "rollbook[sync]" in str(answer["error"])) == (False, True)
    assert commands.do("put bank")["lying"] == 1
    bench.close()
