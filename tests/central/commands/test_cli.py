"""The command line finds commands, says what is wrong in one line, and ends with the right code."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from central import cli
from central.config import CentralConfig, PracticeConfig
from central.errors import ConfigError, UnavailableError
from central.store import readiness
from central.store.models import School


def test_every_command_tells_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    for name in cli.names():
        assert f"  {name} " in told
    assert {"init", "migrate", "check", "serve", "import-roster", "commission", "backup"} <= set(cli.names())


def test_wrong_usage_ends_with_64_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["frobnicate"])
    assert ended.value.code == 64
    assert capsys.readouterr().err == (
        "rollbook-central: there is no command 'frobnicate'; see rollbook-central --help\n"
    )
    assert cli.main([]) == 64


def test_without_a_configuration_a_command_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROLLBOOK_CENTRAL_CONFIG", raising=False)
    assert cli.main(["check"]) == 78
    assert "give --config FILE or set ROLLBOOK_CENTRAL_CONFIG" in capsys.readouterr().err


def test_every_mistake_in_the_configuration_is_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLBOOK_CENTRAL_CONFIG", "")
    path = tmp_path / "central.toml"
    path.write_text('prot = 8080\nport = "8080"\n')
    assert cli.main(["--config", str(path), "check"]) == 78
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("rollbook-central: ") for line in lines)


@pytest.mark.parametrize("command", ["migrate", "publish", "serve", "backup", "check"])
def test_commands_on_a_folder_without_a_central_say_to_run_init(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLBOOK_CENTRAL_CONFIG", "")
    (tmp_path / "central.toml").write_text('data_dir = "data"\n')
    rest = [str(tmp_path / "backups")] if command == "backup" else []
    assert cli.main(["--config", str(tmp_path / "central.toml"), command, *rest]) == 78
    told = capsys.readouterr()
    assert "run rollbook-central init" in told.err + told.out
    assert not (tmp_path / "data").exists()


@pytest.mark.django_db
def test_records_of_an_older_or_newer_program_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite").touch()
    config = CentralConfig(data_dir=str(tmp_path))
    with pytest.raises(ConfigError, match="holds no school"):
        readiness.require(config)
    School.objects.create(code="1", name="Example")
    assert readiness.require(config).code == "1"
    with pytest.raises(ConfigError, match="a practice clock is only for a practice school"):
        readiness.require(CentralConfig(data_dir=str(tmp_path), practice=PracticeConfig("clock.json")))
    recorder = MigrationRecorder(connection)
    recorder.record_applied("store", "9999_from_the_future")
    with pytest.raises(UnavailableError, match="is of a newer version"):
        readiness.require(config)
    recorder.record_unapplied("store", "9999_from_the_future")
    recorder.record_unapplied("mfa", "0003_authenticator_type_uniq")
    with pytest.raises(UnavailableError, match="run rollbook-central migrate"):
        readiness.require(config)


@pytest.mark.django_db
def test_the_models_and_the_migrations_say_the_same() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_records_others_keep_busy_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def meet_others(_arguments: list[str]) -> int:
        records = tmp_path / "records.sqlite"
        with closing(sqlite3.connect(records)) as others, closing(sqlite3.connect(records, timeout=0)) as own:
            others.execute("BEGIN IMMEDIATE")
            try:
                own.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise OperationalError(*error.args) from error
        return 0

    monkeypatch.setattr(cli, "_run", meet_others)
    assert cli.main([]) == 75
    assert "others keep the records busy; nothing was written, try again" in capsys.readouterr().err
