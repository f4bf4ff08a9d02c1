"""A second look at a bundle finds whatever was damaged, added, or put where it must not be."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from provisioning import bundle, inventory, render
from provisioning.cli import main
from provisioning.errors import BundleError
from provisioning.room import Wifi, room, wifi_key
from provisioning.system_cells import SYSTEMS
from provisioning.verify import examine
from tests.fakes.provisioning import SCHOOL_KEY, TOKENS, WIRELESS, Desk, tree

Damage = Callable[[Path], object]
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
TOOLS = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
# A laptop without them: our own checks are alone.
NO_TOOLS = "/nonexistent"
WIFI_KEY = wifi_key(WIRELESS["wifi_psk"], WIRELESS["wifi_ssid"])


@pytest.fixture
def made(desk: Desk) -> Path:
    assert main(desk.bundle_arguments("R101")) == 0
    return desk.out / "st-r101"


def reseal(folder: Path) -> None:
    """Make the manifest agree again, so that only the check in question can object."""
    file = folder / bundle.MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    digests = {
        path: hashlib.sha256(content).hexdigest()
        for path, content in tree(folder).items()
        if path != bundle.MANIFEST
    }
    file.write_text(json.dumps(manifest | {"files": digests}), encoding="utf-8")


def swap(name: str, old: str, new: str) -> Damage:
    def damage(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        reseal(folder)

    return damage


def test_a_fresh_bundle_is_good(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(made)]) == 0
    assert capsys.readouterr().out.endswith("bundle of station st-r101: good\n")


def test_a_changed_a_missing_and_a_strange_file_are_all_named(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (made / "rollbook/station.toml").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    (made / "rollbook/server-ack.pub").unlink()
    (made / "rollbook/extra").touch()
    assert main(["verify", str(made)]) == 1
    said = [line.split(": ", 1)[1] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        "rollbook/extra: does not belong to the bundle; remove it",
        "rollbook/server-ack.pub: is missing; build the bundle again",
        "rollbook/station.toml: was changed after the bundle was built; build it again",
    ]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (swap("user-data", "#cloud-config\n", ""), "user-data: must begin with #cloud-config"),
        (swap("user-data", "hostname:", "hostnam:"), "user-data: hostnam is not a key we use"),
        (swap("user-data", "hostname:", "hostnam:"), "user-data: hostname is missing"),
        (swap("user-data", "  sudo: null\n", ""), "user-data: user.sudo is missing"),
        (
            swap("user-data", "sudo: null", "sudo: ALL=(ALL) NOPASSWD:ALL"),
            "user.sudo is str, must be NoneType",
        ),
        (swap("user-data", '"Etc/UTC"', "0644"), "timezone is int, must be str"),
        (swap("user-data", "console: false", 'console: "no"'), "serial.console is str, must be bool"),
        (swap("user-data", "user:", "users:"), "user-data: users is not a key we use"),
        (swap("user-data", "timezone:", "  timezone:"), "user-data: is not YAML"),
        (swap("user-data", "rollbook/install.sh", SCHOOL_KEY), "user-data: holds 64 hex digits"),
        (swap("user-data", "rollbook/install.sh", SCHOOL_KEY), "user-data: holds the school's key"),
        (swap("rollbook/config.txt", "[all]", SCHOOL_KEY), "rollbook/config.txt: holds the school's key"),
        (swap("network-config", "eth0:", "eth1:"), "network-config: network.ethernets.eth1 is not a key"),
        (swap("network-config", "eth0:", "eth1:"), "network-config: network.ethernets.eth0 is missing"),
        (swap("network-config", "version: 2", 'version: "2"'), "network.version is str, must be int"),
        (swap("network-config", "version: 2", "version: true"), "network.version is bool, must be int"),
        (swap("rollbook/sync.toml", "https", TOKENS["st-r101"]), "sync.toml: holds the enrolment token"),
        (swap("rollbook/station.toml", "k1", WIFI_KEY), "station.toml: holds the key of the wireless"),
        (
            swap("rollbook/network-config.wired", "eth0", "wlan0"),
            "wired: network.ethernets.wlan0 is not a key",
        ),
        (swap("meta-data", "instance-id", "instance_id"), "meta-data: instance-id is missing"),
    ],
)
def test_a_boot_file_that_would_boot_into_something_else_is_found(
    made: Path, damage: Damage, said: str
) -> None:
    damage(made)
    assert [line for line in examine(made, NO_TOOLS).findings if said in line]


def test_what_a_later_release_wrote_is_not_judged_by_this_one(made: Path) -> None:
    file = made / bundle.MANIFEST
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"v": 2}), encoding="utf-8")
    with pytest.raises(BundleError, match="does not know"):
        examine(made, TOOLS)


def test_a_folder_without_a_bundle_is_refused(tmp_path: Path) -> None:
    assert main(["verify", str(tmp_path)]) == 78


def test_a_machine_without_the_real_tools_says_which_checks_it_left_out(made: Path) -> None:
    examination = examine(made, NO_TOOLS)
    assert examination.findings == []
    assert [line.split()[0] for line in examination.skipped] == ["netplan", "cloud-init", "sh"]


needs_netplan = pytest.mark.skipif(
    not shutil.which("netplan", path=TOOLS), reason="netplan is missing: apt install netplan.io"
)
needs_cloud_init = pytest.mark.skipif(
    not shutil.which("cloud-init", path=TOOLS), reason="cloud-init is missing: apt install cloud-init"
)


@needs_netplan
@pytest.mark.parametrize("room", ["R101", "R102"])
def test_netplan_takes_our_network_config(desk: Desk, room: str) -> None:
    main(desk.bundle_arguments(room))
    (folder,) = desk.out.iterdir()
    examination = examine(folder, TOOLS)
    assert examination.findings == []
    assert not [line for line in examination.skipped if "netplan" in line]


@needs_netplan
def test_netplan_refuses_what_it_cannot_bring_up(made: Path) -> None:
    swap("network-config", "regulatory-domain:", "regulatory-domaine:")(made)
    assert [line for line in examine(made, TOOLS).findings if "netplan refuses it" in line]


@needs_cloud_init
def test_cloud_init_takes_our_user_data(made: Path) -> None:
    examination = examine(made, TOOLS)
    assert examination.findings == []
    assert not [line for line in examination.skipped if "cloud-init" in line]


@needs_cloud_init
def test_cloud_init_refuses_a_value_it_cannot_use(made: Path) -> None:
    swap("user-data", 'mode: "reboot"', 'mode: "sleep"')(made)
    assert [line for line in examine(made, TOOLS).findings if "cloud-init refuses it" in line]


# What YAML, a shell or a careless writer takes for something else than a name.
NASTY = (
    "no",
    "on",
    "~",
    "null",
    "0644",
    "1e3",
    "0x1F",
    "2024-08-05",
    "<<",
    "=",
    "- a",
    "a: b",
    "#5",
    "{a}",
    "[a]",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a",
    "|",
    ">",
    "'",
    "a'b",
    "a, b",
    "ü",
    "日本語ネット",
    "😀",
    "e\u0301",
    "$(reboot)",
    "a;b",
    "wlan0",
    "password",
    "a\u00a0b",
)


@needs_netplan
@given(st.lists(NAMES, min_size=20, max_size=20))
@example(list(NASTY))
@settings(max_examples=4, deadline=None)
def test_netplan_brings_up_whatever_a_school_calls_its_networks(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "etc/netplan"
        folder.mkdir(parents=True)
        keys = []
        for number, name in enumerate(names):
            keys.append(hashlib.sha256(f"{number}".encode()).hexdigest())
            wifi = Wifi(name, keys[-1], "US", is_hidden=number % 2 == 0)
            text = render.network_config(replace(room(WIRELESS), wifi=wifi))
            file = folder / f"{number}.yaml"
            file.touch(mode=0o600)
            # A card has one wireless port; here each network gets a port of its own, to ask for all at once.
            file.write_text(text.replace("wlan0:", f"wlan{number}:", 1), encoding="utf-8")
        netplan = shutil.which("netplan", path=TOOLS)
        assert netplan
        done = subprocess.run(
            [netplan, "generate", "--root-dir", root], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        for number, (name, key) in enumerate(zip(names, keys, strict=True)):
            made = (Path(root) / f"run/netplan/wpa-wlan{number}.conf").read_text("utf-8")
            assert f'ssid="{name}"\n' in made
            assert f"psk={key}\n" in made


@given(
    ssid=st.sampled_from(NASTY) | NAMES,
    psk=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=63),
    name=st.sampled_from(NASTY) | NAMES,
    system=st.sampled_from(SYSTEMS),
)
@settings(max_examples=25, deadline=None)
def test_whatever_a_school_types_into_its_list_the_bundle_is_good_and_holds_no_passphrase(
    ssid: str, psk: str, name: str, system: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.list_rooms(WIRELESS | {"wifi_ssid": ssid, "wifi_psk": psk, "room": name, "os": system})
        plan = inventory.read(desk.rooms)
        assume(not plan.problems)
        # What is a name as well may stand where names stand.
        assume(psk not in {ssid, name})
        assert main(desk.bundle_arguments()) == 0
        assert examine(desk.out / "st-r101", NO_TOOLS).findings == []
        made = tree(desk.out)
        # As a word: "rollbook" may be a passphrase too, and stands in every file.
        assert not [path for path, content in made.items() if f'"{psk}"'.encode() in content]
        key = wifi_key(psk, ssid).encode()
        assert [Path(path).name for path, content in made.items() if key in content] in (
            ["network-config"],
            ["wifi.nmconnection"],
        )
