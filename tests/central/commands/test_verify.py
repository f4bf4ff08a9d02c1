"""An auditor's commands: they run where there is nothing of central but its files."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.cli import main
from station.tap import Kind, decode
from tests.fakes.central_rules import STATION
from tests.fakes.sealed_journal import OLD_KEY, SERVER, SealedJournal
from tests.fakes.witnessed_school import WitnessedSchool

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_DJANGO = """
import sys
from central.cli import main
code = main(sys.argv[1:])
assert not {"django", "requests", "starlette"} & set(sys.modules), "a database's framework was loaded"
sys.exit(code)
"""


def test_verify_runs_without_configuration_and_without_django(tmp_path: Path) -> None:
    journal = SealedJournal()
    journal.grow(60)
    journal.export(tmp_path / "export.sqlite")
    (tmp_path / "kept.json").write_text(journal.certified().text())
    for name, key in (("server.pub", SERVER), ("station.pub", OLD_KEY)):
        (tmp_path / name).write_text(key.verify_key.public.hex())
    keys = ["--server-key", str(tmp_path / "server.pub"), "--station-key", str(tmp_path / "station.pub")]
    around = {
        name: value for name, value in os.environ.items() if not name.startswith(("ROLLBOOK", "DJANGO"))
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, "verify", "journal", str(tmp_path), *keys],
        cwd=ROOT,
        env=around,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("PROVEN: nothing was changed, taken out or put in\n")
    assert done.stdout.count("\f") == 2


@pytest.fixture
def school(tmp_path: Path) -> Iterator[WitnessedSchool]:
    with WitnessedSchool(tmp_path) as school:
        school.a_closed_monday()
        yield school


@pytest.mark.django_db
def test_an_exported_folder_is_all_an_auditor_needs(
    school: WitnessedSchool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "central.toml"
    config.write_text(f'data_dir = "{school.config.data}"\n')
    monkeypatch.setattr("central.cli.clock", lambda _config: school.bench.clock.now)
    monkeypatch.setattr("central.cli._require_store", lambda _config: None)
    monkeypatch.setenv("ROLLBOOK_CENTRAL_CONFIG", str(config))
    folder = tmp_path / "for the auditor"
    assert main(["certificates", "--export", str(folder)]) == 0
    assert "closed" in capsys.readouterr().out
    keys = ["--server-key", str(folder / "central.pub"), "--station-key", str(folder / "stations.pub")]
    assert main(["verify", "certificate", str(folder), *keys]) == 0
    said = capsys.readouterr().out
    # One page for the school, one for the station, one for what it comes to.
    assert said.count("page ") == 3
    assert said.endswith(
        "PROVEN: central and the stations signed these days, and nothing is missing between\n"
    )
    taps = [
        row for row in school.bench.reader.rows(school.bench.epoch, 0) if decode(row.body).kind == Kind.TAP
    ]
    where = ["--station", STATION, "--epoch", str(school.bench.epoch), "--sequence", str(taps[0].seq)]
    assert main(["prove-tap", *where, str(tmp_path / "tap.json")]) == 0
    assert main(["verify", "tap", str(tmp_path / "tap.json"), *keys]) == 0
    assert json.loads((tmp_path / "tap.json").read_text())["sequence"] == taps[0].seq
    where[-1] = "99999"
    assert main(["prove-tap", *where, str(tmp_path / "no.json")]) == 64
