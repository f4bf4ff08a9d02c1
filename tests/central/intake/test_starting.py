"""What the intake needs before it takes anything, and that it takes it alone."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from central.errors import ConfigError, UnavailableError
from central.intake import schema
from central.intake.app import build
from central.intake.lock import Lock
from station.clock import HandClock
from station.errors import SettingsError
from tests.fakes.data_folder import lay_out
from tests.fakes.intake import IntakeBench

NOW = HandClock().now


def test_a_second_intake_on_the_same_evidence_refuses_to_start(bench: IntakeBench) -> None:
    with pytest.raises(
        UnavailableError, match=rf"held by another intake \(process {os.getpid()}\)"
    ) as refusal:
        build(bench.config, NOW)
    assert refusal.value.exit_code == 69
    assert "\n" not in str(refusal.value)
    bench.register()
    assert bench.sync(bench.station).seq == 1


def test_the_lock_is_free_again_once_the_intake_ended(tmp_path: Path) -> None:
    central = IntakeBench(tmp_path)
    with central:
        pass
    with central as bench:
        bench.register()


def test_the_lock_is_free_again_after_a_start_that_failed(tmp_path: Path) -> None:
    config = lay_out(tmp_path)
    config.evidence.write_bytes(b"this is no database, and it is longer than a header" * 40)
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"evidence\.sqlite cannot be used"):
            build(config, NOW)


def test_a_killed_intake_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "evidence.lock"
    script = (
        "import os,signal,sys\nfrom pathlib import Path\nfrom central.intake.lock import Lock\n"
        "lock=Lock(Path(sys.argv[1]))\nos.kill(os.getpid(),signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=30)
    assert ended.returncode < 0
    Lock(path).release()


def test_a_folder_without_keys_or_identity_is_no_central(tmp_path: Path) -> None:
    config = lay_out(tmp_path)
    (config.keys / "server-ack.key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        build(config, NOW)
    (config.data / "server.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="server, inc and term"):
        build(config, NOW)
    (config.data / "server.json").unlink()
    with pytest.raises(ConfigError, match="rollbook-central init"):
        build(config, NOW)
    assert not config.evidence.exists()


def test_evidence_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    config = lay_out(tmp_path)
    schema.open_file(config.evidence).close()
    with closing(sqlite3.connect(config.evidence)) as connection:
        connection.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    with pytest.raises(ConfigError, match="newer rollbook") as refusal:
        build(config, NOW)
    assert refusal.value.exit_code == 78


def test_a_file_that_would_not_keep_what_it_confirms_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", lambda *_args, **_kwargs: _InMemory())
    with pytest.raises(UnavailableError, match="would lose what it confirms"):
        schema.open_file(tmp_path / "evidence.sqlite")


class _InMemory(sqlite3.Connection):
    """A database that has no write-ahead log, as on some network disks."""

    def __init__(self) -> None:
        super().__init__(":memory:")


def test_every_connection_waits_for_the_disk(tmp_path: Path) -> None:
    with closing(schema.open_file(tmp_path / "evidence.sqlite")) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_ending_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with IntakeBench(tmp_path) as bench:
        bench.register()
        assert any(thread.name == "evidence-writer" for thread in threading.enumerate())
    assert set(threading.enumerate()) == before
