"""A central is founded whole or not at all, and nothing founded is ever overwritten."""

import os
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

from sync_agent.signing import SigningKey
from tests.fakes.central_process import INIT, Installation, server_identity


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_keys_records_and_identity_for_nobody_else_to_read(tmp_path: Path) -> None:
    new = Installation(tmp_path / "a")
    made = new.run(*INIT, "--practice")
    assert (made.code, made.err) == (0, "")
    assert "PRACTICE" in made.out
    assert mode(new.data) == mode(new.data / "keys") == 0o700
    secret = ["django.secret", "school.key", "server-ack.key", "server-config.key"]
    assert [path.name for path in sorted((new.data / "keys").iterdir()) if mode(path) == 0o600] == secret
    for name in ("server-ack", "server-config"):
        seed = (new.data / "keys" / f"{name}.key").read_text()
        public = (new.data / "keys" / f"{name}.pub").read_text().strip()
        assert SigningKey.from_hex(seed).verify_key.public.hex() == public
        assert public in made.out
        assert seed.strip() not in made.out
    assert len(bytes.fromhex((new.data / "keys" / "school.key").read_text())) == 32
    assert server_identity(new)["term"] == 1
    with closing(sqlite3.connect(new.data / "records.sqlite")) as records:
        school = records.execute("SELECT code, name, is_practice, time_zone FROM store_school").fetchall()
    assert school == [("34000000123456", "Example Adult Charter", 1, "America/Los_Angeles")]
    assert not list(new.data.glob("*-wal"))
    assert new.run("migrate").out == "records are up to date; 0 migrations applied\n"


def test_a_second_init_leaves_everything_as_it_is(tmp_path: Path) -> None:
    new = Installation(tmp_path / "a")
    assert new.run(*INIT).code == 0
    before = {path: path.read_bytes() for path in new.data.rglob("*") if path.is_file()}
    again = new.run(*INIT)
    assert again.code == 78
    assert "is not empty and is left as it is" in again.err
    assert {path: path.read_bytes() for path in new.data.rglob("*") if path.is_file()} == before


def test_an_init_that_fails_leaves_nothing_half_made(tmp_path: Path) -> None:
    new = Installation(tmp_path / "a")
    (tmp_path / "sitecustomize.py").write_text(
        "import secrets\n"
        "kept = secrets.token_bytes\n"
        "def cut_short(n=None):\n"
        "    if n == 8:\n"  # the incarnation, made last of all
        "        raise OSError(28, 'No space left on device')\n"
        "    return kept(n)\n"
        "secrets.token_bytes = cut_short\n"
    )
    done = subprocess.run(
        new.command(*INIT),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "No space left" in done.stderr
    assert not new.data.exists()
    new.data.mkdir()
    assert new.run(*INIT).code == 0


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
