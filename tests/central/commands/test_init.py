"""A central is founded whole or not at all, and nothing founded is ever overwritten."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from central.commands import init
from sync_agent.signing import SigningKey
from tests.fakes.central_process import INIT, Installation, server_identity


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_keys_records_and_identity_for_nobody_else_to_read(founded: Installation) -> None:
    new = founded
    assert mode(new.data) == mode(new.data / "keys") == 0o700
    secret = ["django.secret", "sc1-issuer.key", "school.key", "server-ack.key", "server-config.key"]
    assert [path.name for path in sorted((new.data / "keys").iterdir()) if mode(path) == 0o600] == secret
    for name in ("server-ack", "server-config", "sc1-issuer"):
        seed = (new.data / "keys" / f"{name}.key").read_text()
        public = (new.data / "keys" / f"{name}.pub").read_text().strip()
        assert SigningKey.from_hex(seed).verify_key.public.hex() == public
    assert len(bytes.fromhex((new.data / "keys" / "school.key").read_text())) == 32
    assert server_identity(new)["term"] == 1
    with closing(sqlite3.connect(new.data / "records.sqlite")) as records:
        school = records.execute("SELECT code, name, is_practice, time_zone FROM store_school").fetchall()
    assert school == [("34000000123456", "Example Adult Charter", 1, "America/Los_Angeles")]
    assert not list(new.data.glob("*-wal"))


def test_a_second_init_leaves_everything_as_it_is(founded: Installation) -> None:
    before = {path: path.read_bytes() for path in founded.data.rglob("*") if path.is_file()}
    again = founded.run(*INIT)
    assert again.code == 78
    assert "is not empty and is left as it is" in again.err
    assert {path: path.read_bytes() for path in founded.data.rglob("*") if path.is_file()} == before


def make_part_of_it(data: Path) -> None:
    with init.workshop(data) as making:
        (making / "keys").mkdir()
        (making / "server.json").write_text("{}")
        raise OSError(28, "No space left on device")


def test_an_init_that_fails_leaves_nothing_half_made(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        make_part_of_it(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (tmp_path / "made-by-systemd").mkdir()
    with pytest.raises(OSError, match="No space left"):
        make_part_of_it(tmp_path / "made-by-systemd")
    assert list((tmp_path / "made-by-systemd").iterdir()) == []


def test_an_init_that_cannot_move_a_part_into_place_takes_the_others_back(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    def found() -> None:
        with init.workshop(tmp_path / "data") as making:
            (making / "keyring.json").write_text("{}")
            (making / "server.json").write_text("{}")
            # In the way of the last part, and not empty, so that nothing can be renamed over it.
            (tmp_path / "data" / "server.json" / "x").mkdir(parents=True)

    with pytest.raises(OSError, match=r"server\.json"):
        found()
    assert list((tmp_path / "data").iterdir()) == []


def test_what_init_is_told_is_checked_first(tmp_path: Path) -> None:
    new = Installation(tmp_path / "a", '[practice]\nclock = "clock.json"\n')
    (new.folder / "clock.json").write_text('{"offset_ms": 0}')
    refused = new.run(*INIT)
    assert refused.code == 78
    assert "say --practice, or remove [practice]" in refused.err
    wrong_zone = new.run(*INIT, "--practice", "--time-zone", "America/Fresno")
    assert wrong_zone.code == 64
    assert "there is no time zone 'America/Fresno'" in wrong_zone.err
    assert not new.data.exists()
