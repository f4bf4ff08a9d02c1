"""install.sh, run for real into a folder: what a card does on its first start, twice over, or damaged."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import sync_agent.config
from provisioning.board import scrub
from provisioning.cli import main
from provisioning.room import wifi_key
from station import config
from sync_agent.signing import SigningKey
from tests.fakes.provisioning import ACK_KEY, SCHOOL_KEY, WIRELESS, Desk, tree

REPOSITORY = Path(__file__).parents[2]
NEEDED = ("systemctl", "systemd-sysusers")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)), reason=f"{' or '.join(NEEDED)} is missing: apt install systemd"
)


@dataclass(frozen=True, slots=True)
class Pi:
    """A Raspberry Pi as a folder: its root, and the boot partition with a bundle copied to it."""

    root: Path
    boot: Path

    def start(self) -> subprocess.CompletedProcess[str]:
        """Run the installer as cloud-init does."""
        environment = os.environ | {"ROLLBOOK_ROOT": str(self.root)}
        script = str(self.boot / "rollbook/install.sh")
        return subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def pi(desk: Desk) -> Pi:
    assert main(desk.bundle_arguments("R101")) == 0
    boot = desk.folder / "boot"
    # A boot partition is FAT: it keeps no modes.
    shutil.copytree(desk.out / "st-r101", boot, copy_function=shutil.copyfile)
    (boot / "config.txt").write_text("dtparam=audio=on\n", encoding="utf-8")
    root = desk.folder / "root"
    programs = root / "opt/rollbook/current/bin"
    programs.mkdir(parents=True)
    # The real agent, started from this checkout instead of from an installed release.
    command = f'#!/bin/sh\ncd "{REPOSITORY}" && exec "{sys.executable}" -m sync_agent.cli "$@"\n'
    for name in ("rollbook-sync", "rollbook-station"):
        (programs / name).write_text(command, encoding="utf-8")
        (programs / name).chmod(0o755)
    interpreter = programs / "python"
    interpreter.write_text(
        f'#!/bin/sh\ncd "{REPOSITORY}" && exec "{sys.executable}" "$@"\n', encoding="utf-8"
    )
    interpreter.chmod(0o755)
    return Pi(root, boot)


def test_a_card_becomes_a_station_with_a_key_of_its_own(pi: Pi) -> None:
    done = pi.start()
    assert done.returncode == 0, done.stderr
    etc = pi.root / "etc/rollbook"
    secret = etc / "station.key"
    assert secret.stat().st_mode & 0o777 == 0o600
    public = (pi.boot / "rollbook/station.pub").read_text(encoding="ascii").strip()
    assert SigningKey.from_hex(secret.read_text(encoding="ascii").strip()).verify_key.public.hex() == public
    assert f"public key {public}" in done.stdout
    # What may leave the room is the public half alone.
    secret_text = secret.read_bytes().strip()
    assert [path for path, content in tree(pi.boot).items() if secret_text in content] == []
    assert secret_text.decode() not in done.stdout + done.stderr


def test_the_installed_settings_are_those_station_and_agent_read(pi: Pi) -> None:
    pi.start()
    settings = config.read(pi.root / "etc/rollbook/station.toml")
    assert (settings.station, settings.school) == ("st-r101", "34000000123456")
    assert settings.token.key.hex_bytes(32).hex() == SCHOOL_KEY
    agent = sync_agent.config.read(pi.root / "etc/rollbook/sync.toml")
    assert (agent.station, agent.server) == ("st-r101", "https://central.school.lan")
    # Made a moment ago by the agent itself, and where its settings say.
    assert agent.signing_key.file == pi.root / "etc/rollbook/station.key"
    assert agent.server_key.read_text(encoding="ascii").strip() == ACK_KEY


def test_the_services_are_enabled_and_their_account_is_made(pi: Pi) -> None:
    pi.start()
    wanted = pi.root / "etc/systemd/system/multi-user.target.wants"
    assert {"rollbook-station.service", "rollbook-sync.service"} <= {link.name for link in wanted.iterdir()}
    assert "\nrollbook:" in "\n" + (pi.root / "etc/passwd").read_text(encoding="utf-8")


def test_the_school_key_leaves_the_card(pi: Pi) -> None:
    pi.start()
    assert [path for path, content in tree(pi.boot).items() if SCHOOL_KEY.encode() in content] == []
    assert (pi.root / "etc/rollbook/school.key").stat().st_mode & 0o777 == 0o600


def test_a_second_start_changes_nothing(pi: Pi) -> None:
    pi.start()
    # As a cleaning of the card leaves it that was cut short.
    (pi.boot / "rollbook/enrol.token").unlink()
    folders = [pi.root / "etc/rollbook", pi.root / "etc/systemd", pi.root / "opt", pi.boot]
    before = [tree(folder) for folder in folders]
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert [tree(folder) for folder in folders] == before


def test_the_serial_port_is_set_up_once_and_asks_for_one_restart(pi: Pi) -> None:
    pi.start()
    flag = pi.root / "run/rollbook-reboot"
    assert flag.exists()
    flag.unlink()
    pi.start()
    assert not flag.exists()
    boot = (pi.boot / "config.txt").read_text(encoding="utf-8")
    assert boot.startswith("dtparam=audio=on\n")
    assert boot.count("enable_uart=1") == 1


@pytest.mark.parametrize("name", ["station.toml", "systemd/rollbook-sync.service", "server-ack.pub"])
def test_a_damaged_card_does_not_become_half_a_station(pi: Pi, name: str) -> None:
    with (pi.boot / "rollbook" / name).open("ab") as file:
        file.write(b"#")
    before = tree(pi.root)
    done = pi.start()
    assert done.returncode == 78
    assert f"{name} is not what was built" in done.stderr
    assert tree(pi.root) == before


def test_a_card_without_a_release_says_how_to_get_one(pi: Pi) -> None:
    shutil.rmtree(pi.root / "opt/rollbook/current")
    done = pi.start()
    assert done.returncode == 78
    assert "build the bundle with --release" in done.stderr


def test_a_station_without_the_school_key_is_told_so(pi: Pi) -> None:
    manifest = pi.boot / "rollbook/manifest.json"
    files = json.loads(manifest.read_text(encoding="utf-8"))
    del files["files"]["rollbook/school.key"]
    manifest.write_text(json.dumps(files), encoding="utf-8")
    (pi.boot / "rollbook/school.key").unlink()
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert "school.key; the station starts once it is there" in done.stdout


def test_a_station_whose_card_was_cleaned_may_start_its_installer_again(pi: Pi) -> None:
    pi.start()
    assert (pi.root / "etc/rollbook/enrol.token").stat().st_mode & 0o777 == 0o600
    assert scrub.main(["--boot", str(pi.boot), "--root", str(pi.root)]) == 0
    before = tree(pi.root / "etc")
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert tree(pi.root / "etc") == before
    assert not (pi.root / "etc/rollbook/enrol.token").exists()


def test_a_start_cut_off_while_the_key_was_made_is_gone_on_with(pi: Pi) -> None:
    pi.start()
    etc = pi.root / "etc/rollbook"
    public = (etc / "station.pub").read_bytes()
    # The key was written and its public half was not.
    (etc / "station.pub").unlink()
    assert pi.start().returncode == 0
    assert (etc / "station.pub").read_bytes() == public
    # A file without a byte is no key, and keeps none from being made.
    (etc / "station.key").write_bytes(b"")
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert len((etc / "station.key").read_text("ascii").strip()) == 64
    assert (etc / "station.pub").read_bytes() != public


def test_a_start_cut_off_while_the_school_key_was_erased_is_gone_on_with(pi: Pi) -> None:
    secret = pi.boot / "rollbook/school.key"
    zeros = bytes(secret.stat().st_size)
    pi.start()
    kept = (pi.root / "etc/rollbook/school.key").read_bytes()
    secret.write_bytes(zeros)
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert not secret.exists()
    assert (pi.root / "etc/rollbook/school.key").read_bytes() == kept
    # Anything else is no remnant.
    secret.write_bytes(zeros[1:] + b"x")
    assert pi.start().returncode == 78


def test_a_station_without_a_token_is_cleaned_by_its_installer(pi: Pi, desk: Desk) -> None:
    out = desk.folder / "by-hand"
    assert main([*desk.bundle_arguments("R101"), "--no-token", "--out", str(out)]) == 0
    shutil.rmtree(pi.boot)
    shutil.copytree(out / "st-r101", pi.boot, copy_function=shutil.copyfile)
    key = wifi_key(WIRELESS["wifi_psk"], WIRELESS["wifi_ssid"]).encode()
    assert [path for path, content in tree(pi.boot).items() if key in content] == ["network-config"]
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert not [path for path, content in tree(pi.boot).items() if key in content]


def test_a_card_that_lost_its_manifest_does_not_become_half_a_station(pi: Pi) -> None:
    (pi.boot / "rollbook/manifest.json").unlink()
    done = pi.start()
    assert done.returncode == 78
    assert "manifest.json is missing or cut short" in done.stderr


def test_a_newer_release_on_the_board_is_not_put_back_by_an_older_card(pi: Pi) -> None:
    current = pi.root / "opt/rollbook/current"
    releases = pi.root / "opt/rollbook/releases"
    releases.mkdir()
    current.rename(releases / "0.10.0")
    current.symlink_to("releases/0.10.0")
    shutil.copytree(releases / "0.10.0", releases / "0.9.0")
    (releases / "0.9.0/complete").touch()
    manifest = pi.boot / "rollbook/manifest.json"
    text = manifest.read_text("utf-8").replace('"release": null', '"release": "0.9.0"')
    manifest.write_text(text, encoding="utf-8")
    done = pi.start()
    assert done.returncode == 0, done.stderr
    assert "release 0.10.0 stays" in done.stdout
    assert current.readlink() == Path("releases/0.10.0")
