"""The command `deliver` as it is typed: what it asks for, tells and refuses, and how it ends."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.commands import deliver
from central.config import CentralConfig, PracticeConfig
from central.config import read as read_config
from central.errors import CentralError, RefusedError
from station.errors import SettingsError
from tests.fakes.school import MONDAY
from tests.powerschool import mirrored
from tests.powerschool.bench import ALL_CONFIRMED, Bench, certified_class
from tests.powerschool.faults import Fault, Faults
from tests.powerschool.server import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with certified_class(tmp_path) as made:
        yield made


def typed(bench: Bench, *words: str, practice: bool = False) -> int:
    """Run the command as somebody types it."""
    sis = mirrored.config(bench.sis.url, bench.folder)
    config = CentralConfig(
        data_dir=str(bench.folder), powerschool=sis, practice=PracticeConfig("clock") if practice else None
    )
    parser = argparse.ArgumentParser()
    deliver.arguments(parser)
    args = parser.parse_args(["--as", bench.small.teacher.number, *words])
    return deliver.run(args, config, bench.clock)


def test_the_day_is_looked_at_checked_sent_and_confirmed(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(bench, "--check") == 0
    assert "3 to be delivered" in capsys.readouterr().out
    assert typed(bench, "--dry-run", "--on", str(MONDAY)) == 0
    assert "3 still to be sent" in capsys.readouterr().out
    assert bench.sis.writes() == 0
    assert typed(bench) == 0
    assert "3 sent, 3 confirmed, 0 reopened" in capsys.readouterr().out
    assert bench.stages() == ALL_CONFIRMED
    bench.sis.tables.remove(bench.key_of("Ana"))
    assert typed(bench, "--read-back-only") == 1
    told = capsys.readouterr().out
    assert "section ALG1-01: read back as missing" in told
    assert "Soto" not in told
    assert bench.small.ana.number not in told


def test_a_run_that_was_cut_short_says_so_and_names_no_secret(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.sis.faults = Faults(planned=[Fault.THROTTLE] * 6)
    assert typed(bench) == 75
    told = capsys.readouterr()
    assert "sending was stopped" in told.err
    assert SECRET not in told.out + told.err
    assert typed(bench) == 0


def test_a_run_without_clear_answers_does_not_end_as_if_all_were_well(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.sis.faults = Faults(planned=[Fault.LATE])
    assert typed(bench) == 1
    assert "1 without a clear answer yet, 0 still to be sent" in capsys.readouterr().out


def test_a_rehearsal_a_missing_section_and_days_the_wrong_way_round_are_refused(bench: Bench) -> None:
    with pytest.raises(RefusedError, match="rehearsal"):
        typed(bench, practice=True)
    with pytest.raises(CentralError, match="comes first"):
        typed(bench, "--since", "2024-09-10", "--until", "2024-09-09")
    with pytest.raises(CentralError, match="say --on DATE"):
        typed(bench, "--on", "2024-09-10", "--until", "2024-09-09")
    args = argparse.Namespace(by=bench.small.teacher.number)
    with pytest.raises(CentralError, match=r"no \[powerschool\]"):
        deliver.run(args, CentralConfig(), bench.clock)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('url = "http://powerschool.example"', "by TLS only"),
        ('url = "http://127.0.0.1:1"', "by TLS only"),
        ('url = "http://powerschool.example"\nplain_http = true', "by TLS only"),
        ('url = "https://u:p@powerschool.example"', "by TLS only"),
        ('url = "https://powerschool.example"\nbatch = 201', "batch is 1 to 200"),
        ('url = "https://powerschool.example"\nmode = "interval"', "one of 'meeting', 'daily', 'time'"),
        ('url = "https://powerschool.example"\ncodes = { present = "A" }', "a code of their own"),
    ],
)
def test_a_configuration_that_cannot_be_meant_is_refused(tmp_path: Path, said: str, why: str) -> None:
    file = tmp_path / "central.toml"
    named = 'client_id = "c"\nclient_secret = "powerschool.secret"\nschool = "12"\n'
    file.write_text(f"[powerschool]\n{named}{said}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=why):
        read_config(file)
