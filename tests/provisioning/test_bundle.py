"""A boot bundle: complete, the same every time, secrets in their place, and never half there."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning import bundle, inventory, release
from provisioning.cli import main
from provisioning.errors import BundleError, KeyFileError, ReleaseError
from tests.fakes.provisioning import SCHOOL_KEY, WIRELESS, Desk, tree

OURS = "rollbook-0.1.0-py3-none-any.whl"
NAMES = [
    "meta-data",
    "network-config",
    "rollbook/60-rollbook.rules",
    "rollbook/config.txt",
    "rollbook/install.sh",
    "rollbook/manifest.json",
    "rollbook/rollbook-station.service",
    "rollbook/rollbook-sync.service",
    "rollbook/school.key",
    "rollbook/server-ack.pub",
    "rollbook/server-config.pub",
    "rollbook/station.toml",
    "rollbook/sync.toml",
    "rollbook/sysusers.conf",
    "rollbook/tmpfiles.conf",
    "user-data",
]


def test_one_room_becomes_one_bundle_named_by_its_station(desk: Desk) -> None:
    assert main(desk.bundle_arguments("R101")) == 0
    assert [entry.name for entry in desk.out.iterdir()] == ["st-r101"]
    assert sorted(tree(desk.out / "st-r101")) == NAMES


def test_the_manifest_lists_every_file_with_its_digest(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    files = tree(desk.out / "st-r101")
    manifest = json.loads(files.pop("rollbook/manifest.json"))
    assert manifest["files"] == {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    assert (manifest["station"], manifest["room"], manifest["release"]) == ("st-r101", "R101", None)


def test_the_same_input_gives_the_same_bytes_in_every_process(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    first = tree(desk.out / "st-r101")
    again = [*desk.bundle_arguments("R101"), "--out", str(desk.folder / "again")]
    # Another hash seed and another place: neither may leave a trace in the files.
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    subprocess.run([sys.executable, "-m", "provisioning.cli", *again], env=environment, check=True)
    assert tree(desk.folder / "again" / "st-r101") == first


def test_a_changed_bundle_is_a_new_instance_to_the_card(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    desk.list_rooms(WIRELESS | {"server": "https://other.school.lan"})
    main([*desk.bundle_arguments("R101"), "--out", str(desk.folder / "again")])
    first, second = (tree(folder / "st-r101") for folder in (desk.out, desk.folder / "again"))
    assert first["meta-data"] != second["meta-data"]
    assert first["user-data"] == second["user-data"]


def test_secrets_are_for_the_owner_alone(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    folder = desk.out / "st-r101"
    modes = {path: (folder / path).stat().st_mode & 0o777 for path in NAMES}
    assert {path for path, mode in modes.items() if mode == 0o600} == {
        "rollbook/school.key",
        "network-config",
    }
    assert set(modes.values()) == {0o600, 0o644}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_school_key_is_in_its_own_file_and_nowhere_else(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    holders = [path for path, content in tree(desk.out).items() if SCHOOL_KEY.encode() in content]
    assert holders == ["st-r101/rollbook/school.key"]
    assert WIRELESS["wifi_psk"].encode() not in b"".join(tree(desk.out).values())


def test_without_the_school_key_the_bundle_says_where_to_put_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(desk.bundle_arguments("R101", school_key=False)) == 0
    assert "rollbook/school.key" not in tree(desk.out / "st-r101")
    assert "/etc/rollbook/school.key" in capsys.readouterr().out


def test_no_signing_key_is_ever_in_a_bundle(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    assert not [path for path in tree(desk.out) if path.endswith("station.key")]


def test_a_bundle_that_is_there_is_not_overwritten(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    main(desk.bundle_arguments("R101"))
    (desk.out / "st-r101" / "user-data").write_text("mine", encoding="utf-8")
    assert main(desk.bundle_arguments("R101")) == 78
    assert "is there already; remove it" in capsys.readouterr().err
    assert tree(desk.out / "st-r101")["user-data"] == b"mine"


def test_a_bad_room_leaves_nothing_behind(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.list_rooms(WIRELESS | {"wifi_psk": "short", "reader": "rfid"})
    assert main(desk.bundle_arguments("R101")) == 78
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not desk.out.exists()


def test_an_unknown_room_is_a_mistake_of_usage(desk: Desk) -> None:
    assert main(desk.bundle_arguments("R999")) == 64
    assert not desk.out.exists()


def test_a_write_that_fails_half_way_leaves_nothing_behind(desk: Desk) -> None:
    this = inventory.read(desk.rooms).room("R101")
    files = bundle.compose(this, bundle.Keys("a1" * 32, "c2" * 32, "k1"), None)
    # A folder cannot be made where a file stands, and this is the last file to be written.
    files["user-data/impossible"] = b""
    with pytest.raises(BundleError):
        bundle.write(files, desk.out / "st-r101")
    assert list(desk.out.iterdir()) == []


@pytest.mark.parametrize("text", ["", "a1" * 31, "zz" * 32, "a1" * 32 + "\nmore"])
def test_a_file_without_a_public_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "server-ack.pub"
    file.write_text(text, encoding="ascii")
    with pytest.raises(KeyFileError, match="does not hold a public key"):
        bundle.public_key(file)


def test_a_missing_public_key_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="copy it from the server"):
        bundle.public_key(tmp_path / "server-ack.pub")


def test_a_school_key_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "school.key"
    file.write_text(SCHOOL_KEY, encoding="ascii")
    file.chmod(0o644)
    with pytest.raises(KeyFileError, match="others may read"):
        bundle.school_key(file)
    assert SCHOOL_KEY not in repr(bundle.Keys("a1" * 32, "c2" * 32, "k1", SCHOOL_KEY))


def _house(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(name.encode())
    return folder


def test_a_release_travels_in_the_bundle_with_its_version(desk: Desk) -> None:
    house = _house(desk.folder / "wheels", OURS, "cffi-2.1.1-cp313-cp313-manylinux_2_28_aarch64.whl")
    assert main([*desk.bundle_arguments("R101"), "--release", str(house)]) == 0
    files = tree(desk.out / "st-r101")
    assert files[f"rollbook/wheels/{OURS}"] == OURS.encode()
    assert json.loads(files["rollbook/manifest.json"])["release"] == "0.1.0"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "holds no wheels"),
        (("nfcpy-1.0.4-py3-none-any.whl",), "0 wheels of rollbook"),
        ((OURS, "rollbook-0.2.0-py3-none-any.whl"), "2 wheels of rollbook"),
        ((OURS, "nfcpy-1.0.4.tar.gz"), "is not a wheel"),
        ((OURS, "cffi-2.1.1-cp313-cp313-manylinux_2_28_x86_64.whl"), "is for manylinux_2_28_x86_64"),
        ((OURS, "lgpio-0.0.0.2-py3-none-any.whl"), "empty stub"),
    ],
)
def test_wheels_a_station_cannot_install_are_refused(
    tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ReleaseError, match=said):
        release.read(_house(tmp_path / "wheels", *names))
