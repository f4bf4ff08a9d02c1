"""A boot bundle: complete, the same every time, secrets in their place, and never half there."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from provisioning import bundle, enrolment, inventory, release
from provisioning.bundle_folder import BundleFolder
from provisioning.cli import main
from provisioning.errors import BundleError, KeyFileError, ReleaseError
from tests.fakes.provisioning import SCHOOL_KEY, TOKENS, WIRED, WIRELESS, Desk, tree

OURS = "rollbook-0.1.0-py3-none-any.whl"
NAMES = {
    "meta-data",
    "network-config",
    "rollbook/config.txt",
    "rollbook/enrol.token",
    "rollbook/install.sh",
    "rollbook/journald.conf",
    "rollbook/manifest.json",
    "rollbook/network-config.wired",
    "rollbook/school.key",
    "rollbook/server-ack.pub",
    "rollbook/server-config.pub",
    "rollbook/station.toml",
    "rollbook/sync.toml",
    "user-data",
}
SECRET = {"rollbook/school.key", "rollbook/enrol.token", "network-config"}


def without_units(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if not path.startswith("rollbook/systemd/")}


def test_one_room_becomes_one_bundle_named_by_its_station(desk: Desk) -> None:
    assert main(desk.bundle_arguments("R101")) == 0
    assert [entry.name for entry in desk.out.iterdir()] == ["st-r101"]
    assert without_units(tree(desk.out / "st-r101")) == NAMES


def test_a_bundle_brings_the_units_of_a_station_and_none_of_a_server(desk: Desk) -> None:
    main(desk.bundle_arguments("R101"))
    units = tree(desk.out / "st-r101").keys() - NAMES
    assert "rollbook/systemd/rollbook-station.service" in units
    assert "rollbook/systemd/udev/60-rollbook.rules" in units
    assert not [unit for unit in units if "central" in unit or "backup" in unit or "profiles" in unit]


def test_without_a_name_every_room_of_the_list_gets_its_bundle(desk: Desk) -> None:
    assert main(desk.bundle_arguments()) == 0
    assert {entry.name for entry in desk.out.iterdir()} == {"st-r101", "st-r102"}
    tokens = {path: content for path, content in tree(desk.out).items() if path.endswith("enrol.token")}
    assert tokens == {
        f"{station}/rollbook/enrol.token": f"{token}\n".encode() for station, token in TOKENS.items()
    }


def test_one_bad_room_stops_the_bundles_of_all(desk: Desk) -> None:
    desk.list_rooms(WIRELESS, WIRED | {"reader": "rfid"})
    assert main(desk.bundle_arguments()) == 78
    assert not desk.out.exists()


def test_a_bookworm_card_gets_a_first_run_and_nothing_of_cloud_init(desk: Desk) -> None:
    desk.list_rooms(WIRELESS | {"os": "bookworm"})
    main(desk.bundle_arguments())
    files = tree(desk.out / "st-r101")
    assert {"firstrun.sh", "rollbook/wifi.nmconnection"} <= files.keys()
    assert not {"user-data", "network-config", "meta-data"} & files.keys()
    assert (desk.out / "st-r101/rollbook/wifi.nmconnection").stat().st_mode & 0o777 == 0o600


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
    modes = {path: (folder / path).stat().st_mode & 0o777 for path in tree(folder)}
    assert {path for path, mode in modes.items() if mode == 0o600} == SECRET
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
    files = bundle.compose(this, None, bundle.common(enrolment.read(desk.enrol()), None, None))
    # A folder cannot be made where a file stands, and this is the last file to be written.
    broken = {**files, "user-data/impossible": bundle.File.of("")}
    with pytest.raises(BundleError):
        BundleFolder(desk.out).write("st-r101", broken)
    assert list(desk.out.iterdir()) == []


def test_bundles_that_are_there_already_are_left_as_they_are(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    main(desk.bundle_arguments("R101"))
    before = (desk.out / "st-r101").stat()
    assert main(desk.bundle_arguments()) == 0
    assert "1 bundles written, 1 were there already" in capsys.readouterr().out
    after = (desk.out / "st-r101").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        ({}, "st-r101 has no token; make it anew with rollbook-provision enlist"),
        (
            {"st-r101": {"token": "x" * 30, "expires_at": "2024-08-01T07:00:00+00:00"}},
            "the token of st-r101 expired at 2024-08-01 07:00 UTC; make it anew",
        ),
    ],
)
def test_a_station_without_a_token_that_works_gets_no_card(
    desk: Desk, capsys: pytest.CaptureFixture[str], tokens: dict[str, object], said: str
) -> None:
    arguments = desk.bundle_arguments("R101")
    desk.enrol(tokens=tokens)
    assert main(arguments) == 78
    assert said in capsys.readouterr().err
    assert not desk.out.exists()
    # Unless its key is to be carried to central by hand.
    assert main([*arguments, "--no-token"]) == 0
    assert "rollbook/enrol.token" not in tree(desk.out / "st-r101")


def test_every_station_without_a_token_is_named(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = desk.bundle_arguments()
    desk.enrol(tokens={})
    assert main(arguments) == 78
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_room_of_another_school_than_the_enrolment_is_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = desk.bundle_arguments()
    desk.enrol(school="34000000999999")
    assert main(arguments) == 78
    assert "is of school 34000000123456, the enrolment of 34000000999999" in capsys.readouterr().err


def test_what_stations_trust_in_releases_comes_from_central(desk: Desk) -> None:
    arguments = desk.bundle_arguments("R101")
    desk.enrol(release_root='{"signed": "root"}')
    main(arguments)
    assert tree(desk.out / "st-r101")["rollbook/release-root.json"] == b'{"signed": "root"}'


def test_a_school_key_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "school.key"
    file.write_text(SCHOOL_KEY, encoding="ascii")
    file.chmod(0o644)
    with pytest.raises(KeyFileError, match="others may read"):
        bundle.school_key(file)


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


def test_the_wheels_of_many_bundles_lie_on_the_disk_once(desk: Desk) -> None:
    house = _house(desk.folder / "wheels", OURS)
    assert main([*desk.bundle_arguments(), "--release", str(house)]) == 0
    first, second = (desk.out / station / "rollbook/wheels" / OURS for station in TOKENS)
    assert first.samefile(second)
    assert first.read_bytes() == OURS.encode()


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
