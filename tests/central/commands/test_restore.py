"""A backup put back: proven before anything is touched, and a new life that stations fill up again."""

import argparse
import json
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.commands import restore as command
from central.config import CentralConfig
from central.errors import CentralError, ConfigError, UnavailableError
from central.intake.audit import audit
from central.intake.keyring import Keyring
from central.work import keys
from central.work.backup import back_up
from central.work.restore import restore
from sync_agent import wire
from sync_agent.signing import SigningKey
from tests.fakes.data_folder import ACK_KEY, rows
from tests.fakes.intake import SERVER, IntakeBench, problem, proof_of

NOW = datetime(2026, 9, 1, 16, tzinfo=UTC)
LATER = datetime(2026, 9, 2, 16, tzinfo=UTC)


@pytest.fixture
def central(tmp_path: Path) -> IntakeBench:
    """Return a central with all its keys, small records, and one station that was heard once."""
    central = IntakeBench(tmp_path)
    folder = central.config.keys
    (folder / "server-ack.pub").write_text(f"{ACK_KEY.verify_key.public.hex()}\n")
    seed = secrets.token_bytes(32)
    keys.write_secret(folder / "server-config.key", seed.hex())
    (folder / "server-config.pub").write_text(f"{SigningKey(seed).verify_key.public.hex()}\n")
    keys.write_secret(folder / "school.key", secrets.token_hex(32))
    with closing(sqlite3.connect(central.config.records)) as records, records:
        records.execute("CREATE TABLE pupil (name TEXT)")
    with central as bench:
        bench.register()
        bench.station.tap()
        bench.sync(bench.station)
    return central


def _put_back(config: CentralConfig, folder: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(["--from", str(folder), *more]), config, lambda: LATER)


def _all_files(folder: Path) -> dict[str, bytes]:
    # A lock file that nobody holds says nothing.
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.invariant(8, 14)
@pytest.mark.fault("S2")
def test_stations_fill_up_again_what_a_restored_backup_lacks(
    central: IntakeBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    with central as bench:
        for _ in range(3):
            bench.station.tap()
            bench.sync(bench.station)
    assert _put_back(central.config, made, "--replace") == 0
    told = capsys.readouterr().out
    assert "what was here before is in" in told
    assert "term 2" in told
    with central as bench:
        station = bench.station
        answer = bench.post(station.batch())
        assert problem(answer)[0] == "gap"
        refusal = proof_of(answer)
        assert (refusal.held.seq, refusal.term) == (2, 2)
        assert refusal.inc in told
        station.pending, station.acked = None, refusal.held
        ack = bench.sync(station)
        # Before the answer the backup's place was safe already.
        assert (ack.seq, ack.term, ack.inc, ack.safe_seq) == (len(station.bodies) - 1, 2, refusal.inc, 2)
        assert bench.count("quarantine") == 0
    assert list(audit(central.config.evidence, Keyring(central.config.data / "keyring.json"), SERVER)) == []


def test_what_was_there_before_is_kept_aside_whole(central: IntakeBench, tmp_path: Path) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    with central as bench:
        bench.station.tap()
        bench.sync(bench.station)
    before = _all_files(central.config.data)
    done = restore(central.config, made, LATER, "third", is_replacing=True)
    assert done.aside == central.config.data / "replaced-20260902T160000Z"
    kept = _all_files(done.aside)
    assert kept == {name: data for name, data in before.items() if not name.startswith("keys/")}
    assert rows(central.config, "SELECT max(last_seq) FROM batch") == [(2,)]
    # And a second time, over what was restored: the term goes on rising.
    again = restore(central.config, made, datetime(2026, 9, 3, tzinfo=UTC), "fourth", is_replacing=True)
    assert again.incarnation.term == done.incarnation.term + 1 == 3
    assert done.aside.is_dir()


@pytest.mark.invariant(19)
def test_a_backup_comes_up_on_a_new_machine_where_only_the_keys_are(
    central: IntakeBench, tmp_path: Path
) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    config = CentralConfig(data_dir=str(tmp_path / "new machine"))
    with pytest.raises(ConfigError, match="no backup holds the secret keys"):
        _put_back(config, made)
    config.keys.mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"school.key.* no backup holds secret keys"):
        _put_back(config, made)
    for path in central.config.keys.glob("*.key"):
        shutil.copy2(path, config.keys)
    assert _put_back(config, made) == 0
    central.config = config
    with central as bench:
        ack = bench.sync(bench.station)
    assert (ack.seq, ack.term) == (3, 2)
    assert ack.inc != "first-life"
    assert keys.missing(config.keys) == []


def test_a_central_that_holds_something_is_not_overwritten_unasked(
    central: IntakeBench, tmp_path: Path
) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    before = _all_files(central.config.data)
    with pytest.raises(ConfigError, match="say --replace"):
        _put_back(central.config, made)
    assert _all_files(central.config.data) == before


def test_nothing_is_restored_under_a_central_that_serves(central: IntakeBench, tmp_path: Path) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    with central, pytest.raises(UnavailableError, match="is held by another intake"):
        _put_back(central.config, made, "--replace")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _of_tomorrow(made: Path) -> None:
    manifest = made / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"v": 1', '"v": 2'))


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda made: _flip(made / "evidence.sqlite"), "evidence.sqlite"),
    (lambda made: _flip(made / "keys" / "server-ack.pub"), "keys/server-ack.pub"),
    (lambda made: (made / "records.sqlite").unlink(), "records.sqlite"),
    (lambda made: (made / "manifest.json").unlink(), "is no backup"),
    (lambda made: (made / "manifest.json").write_text("{"), "take another backup"),
    (lambda made: (made / "manifest.json").write_text('{"v":1,"made_at":"","sha256":{}}'), "keyring.json"),
    (_of_tomorrow, "newer rollbook"),
]


@pytest.mark.invariant(30)
@pytest.mark.parametrize(("spoil", "named"), SPOILT, ids=[named for _, named in SPOILT])
def test_a_backup_that_is_not_as_it_was_made_touches_nothing(
    central: IntakeBench, tmp_path: Path, spoil: Callable[[Path], object], named: str
) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    before = _all_files(central.config.data)
    spoil(made)
    with pytest.raises(CentralError, match=named):
        _put_back(central.config, made, "--replace")
    assert _all_files(central.config.data) == before


def test_keys_of_another_central_are_refused(central: IntakeBench, tmp_path: Path) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    (central.config.keys / "server-ack.key").unlink()
    keys.write_secret(central.config.keys / "server-ack.key", secrets.token_hex(32))
    with pytest.raises(ConfigError, match="is not of this backup"):
        _put_back(central.config, made, "--replace")


def test_an_interrupted_restore_leaves_nothing_that_serves_and_is_done_by_another(
    central: IntakeBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = back_up(central.config, tmp_path / "backups", NOW)
    moves = 0
    real = Path.replace

    def failing(self: Path, target: Path) -> Path:
        nonlocal moves
        moves += self.parent.name == ".restoring"
        if moves == 3:
            raise OSError(28, "No space left on device")
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(UnavailableError, match="then again"):
            _put_back(central.config, made, "--replace")
    assert not (central.config.data / "server.json").exists()
    restore(central.config, made, datetime(2026, 9, 3, tzinfo=UTC), "third", is_replacing=True)
    with central as bench:
        assert bench.sync(bench.station).seq == 3


@pytest.mark.invariant(8)
def test_safe_is_what_a_backup_holds_and_no_more(central: IntakeBench, tmp_path: Path) -> None:
    with central as bench:
        assert bench.sync(bench.station).safe_seq == 0
        back_up(bench.config, tmp_path / "backups", NOW)
        bench.station.tap()
        ack = bench.sync(bench.station)
        assert (ack.seq, ack.safe_seq) == (5, 3)
        assert isinstance(ack, wire.Ack)


@pytest.mark.invariant(8)
def test_nothing_is_called_safe_that_is_not_even_held(central: IntakeBench) -> None:
    station = central.station
    told = {"v": 1, "heads": {station.name: {str(station.epoch): 99}, "st-r102": {"1": 5}}}
    (central.config.data / "safe.json").write_text(json.dumps(told))
    with central as bench:
        ack = bench.sync(station)
        assert ack.safe_seq == ack.seq == 3
