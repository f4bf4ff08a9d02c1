"""A card with bookworm: our script does once what cloud-init does on newer systems, and no more."""

import configparser
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning import card, first_run
from provisioning.cli import main
from provisioning.documents import of_first_run
from provisioning.room import Wifi
from tests.fakes import cards
from tests.fakes.provisioning import SSH_KEY, WIRELESS, Desk

REQUEST = WIRELESS | {
    "os": "bookworm",
    "locale": "es_US.UTF-8",
    "timezone": "America/Los_Angeles",
    "keyboard": "es",
    "wifi_hidden": "yes",
}
# What only a real Pi has, or what would change the machine the test runs on.
_STANDING_IN = ("locale-gen", "gpasswd", "chown", "systemctl", "raspi-config", "rfkill")


@dataclass(frozen=True, slots=True)
class Pi:
    """A Raspberry Pi with bookworm as a folder, and the commands its script calls written down."""

    root: Path
    calls: Path

    def start(self) -> int:
        """Start it once, as the kernel's command line asks."""
        programs = self.root / "programs"
        environment = {"ROLLBOOK_ROOT": str(self.root), "PATH": f"{programs}:{os.environ['PATH']}"}
        script = str(self.root / "boot/firmware/firstrun.sh")
        return subprocess.run(["sh", script], env=environment, capture_output=True, check=False).returncode


@pytest.fixture
def pi(desk: Desk) -> Pi:
    desk.list_rooms(REQUEST)
    assert main(desk.bundle_arguments("R101")) == 0
    root = desk.folder / "root"
    card.write(desk.out / "st-r101", cards.bookworm(root / "boot/firmware"))
    files = {
        "etc/hostname": "raspberrypi\n",
        "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
        "etc/locale.gen": "# en_US.UTF-8 UTF-8\n# es_US.UTF-8 UTF-8\n",
        "etc/default/keyboard": 'XKBMODEL="pc105"\nXKBLAYOUT="gb"\n',
        "etc/sudoers.d/010_pi-nopasswd": "pi ALL=(ALL) NOPASSWD: ALL\n",
        "etc/NetworkManager/system-connections/.keep": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    calls = desk.folder / "calls"
    for place in (
        *(root / "programs" / name for name in _STANDING_IN),
        root / "usr/lib/userconf-pi/userconf",
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'#!/bin/sh\necho "$(basename "$0") $*" >> {calls}\n', encoding="utf-8")
        place.chmod(0o755)
    # The installer has tests of its own.
    (root / "boot/firmware/rollbook/install.sh").write_text("exit 7\n", encoding="utf-8")
    return Pi(root, calls)


def test_the_card_gets_its_name_its_admin_and_its_network(pi: Pi) -> None:
    assert pi.start() == 7, "the end of the installer is its own"
    etc = pi.root / "etc"
    assert (etc / "hostname").read_text("utf-8") == "st-r101\n"
    assert (etc / "hosts").read_text("utf-8") == "127.0.0.1\tlocalhost\n127.0.1.1\tst-r101\n"
    assert (etc / "localtime").readlink() == Path("/usr/share/zoneinfo/America/Los_Angeles")
    assert (etc / "locale.gen").read_text("utf-8") == "# en_US.UTF-8 UTF-8\nes_US.UTF-8 UTF-8\n"
    assert 'XKBLAYOUT="es"' in (etc / "default/keyboard").read_text("utf-8")
    keys = pi.root / "home/rollbook-admin/.ssh/authorized_keys"
    assert keys.read_text("utf-8") == SSH_KEY.rpartition(" ")[0] + "\n"
    connection = etc / "NetworkManager/system-connections/rollbook-wifi.nmconnection"
    assert connection.stat().st_mode & 0o777 == 0o600
    assert pi.calls.read_text("utf-8").splitlines() == [
        "locale-gen ",
        "userconf rollbook-admin !",
        "gpasswd --delete rollbook-admin sudo",
        f"chown -R rollbook-admin:rollbook-admin {pi.root}/home/rollbook-admin/.ssh",
        "systemctl enable ssh",
        "raspi-config nonint do_wifi_country US",
        "rfkill unblock wifi",
    ]


def test_the_admin_may_look_but_has_no_root(pi: Pi) -> None:
    pi.start()
    assert not (pi.root / "etc/sudoers.d/010_pi-nopasswd").exists()
    told = (pi.root / "etc/ssh/sshd_config.d/rollbook.conf").read_text("utf-8")
    assert told == "PasswordAuthentication no\n"


def test_the_next_start_is_an_ordinary_one_even_where_something_failed(pi: Pi) -> None:
    shutil.rmtree(pi.root / "etc")
    assert pi.start() != 0
    line = (pi.root / "boot/firmware/cmdline.txt").read_text("utf-8").strip()
    assert line.split() == f"{cards.CMDLINE} quiet init=/usr/lib/raspberrypi-sys-mods/firstboot".split()[1:]


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=10),
    st.booleans(),
)
def test_any_network_name_survives_the_way_through_a_key_file(ssid: str, is_hidden: bool) -> None:  # noqa: FBT001  drawn
    text = first_run.connection("st-1", Wifi(ssid, "0f" * 32, "US", is_hidden))
    assert (
        list(of_first_run({"firstrun.sh": b"#!/bin/sh\n", "rollbook/wifi.nmconnection": text.encode()})) == []
    )
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    assert bytes(int(part) for part in parser["wifi"]["ssid"].rstrip(";").split(";")).decode() == ssid
    assert parser["wifi"]["hidden"] == str(is_hidden).lower()


def test_a_key_file_of_another_form_is_found_without_its_key_being_said() -> None:
    damaged = b"[connection]\ntype=wifi\nkey 0f0f0f0f\n"
    found = list(of_first_run({"firstrun.sh": b"#!/bin/sh\n", "rollbook/wifi.nmconnection": damaged}))
    assert found == ["rollbook/wifi.nmconnection: is no key file (ParsingError)"]


def test_both_systems_are_verified(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.list_rooms(REQUEST)
    main(desk.bundle_arguments("R101"))
    assert main(["verify", str(desk.out / "st-r101")]) == 0
    assert "good" in capsys.readouterr().out


def test_every_word_of_the_script_is_one_word_to_the_shell() -> None:
    for word in first_run.ARGUMENTS:
        assert shlex.split(word) == [word]
