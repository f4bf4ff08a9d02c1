"""A folder of wheels is a release when each board finds all it needs in it, as locked, and no more."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from provisioning import release
from provisioning.errors import ReleaseError
from provisioning.release_check import check
from tests.fakes.releases import Office

BOARDS = ("cp313-aarch64", "cp313-armv7l")
LOCK = "plain==1.5\nfast==2.0\ncryptography==50.0.2\ncffi==2.1.1\n"
OURS = (
    'plain>=1; extra == "station"',
    'fast>=2; extra == "sync"',
    'cryptography>=50; extra == "sync"',
    'unwanted; extra == "central"',
    'ancient; python_version < "3.11" and extra == "sync"',
)
ARM64, ARM32 = "cp313-cp313-manylinux2014_aarch64", "cp313-cp313-manylinux2014_armv7l"


def wheel(folder: Path, stem: str, needs: Sequence[str] = ()) -> None:
    name, version = stem.split("-")[:2]
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    with ZipFile(folder / f"{stem}.whl", "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    (tmp_path / "py313.txt").write_text(LOCK, encoding="utf-8")
    wheel(folder, "rollbook-0.2.0-py3-none-any", OURS)
    wheel(folder, "plain-1.5-py3-none-any")
    wheel(folder, f"fast-2.0-{ARM64}")
    wheel(folder, f"fast-2.0-{ARM32}")
    wheel(folder, "cryptography-50.0.2-cp311-abi3-manylinux_2_28_aarch64", ["cffi>=2"])
    wheel(folder, f"cffi-2.1.1-{ARM64}")
    return folder


def problems(folder: Path) -> list[str]:
    return check(folder, folder.parent, BOARDS).problems


def test_a_complete_folder_says_what_32_bits_take_from_apt(folder: Path) -> None:
    checked = check(folder, folder.parent, BOARDS)
    assert checked.problems == []
    assert checked.notes == [
        (
            "cp313-armv7l: python3-cryptography comes from apt, not from this release: "
            "32-bit ARM has no wheel of cffi"
        )
    ]
    assert checked.parts.platforms["cp313-armv7l"] == sorted(
        [f"fast-2.0-{ARM32}.whl", "plain-1.5-py3-none-any.whl", "rollbook-0.2.0-py3-none-any.whl"]
    )


def test_what_is_missing_is_said_for_each_board(folder: Path) -> None:
    (folder / f"fast-2.0-{ARM32}.whl").unlink()
    (folder / "plain-1.5-py3-none-any.whl").unlink()
    assert sorted(problems(folder)) == [
        "cp313-aarch64: plain is missing; add its wheel for this board",
        "cp313-armv7l: fast is missing; add its wheel for this board",
        "cp313-armv7l: plain is missing; add its wheel for this board",
    ]


@pytest.mark.parametrize(
    ("stem", "says"),
    [
        ("fast-2.0-cp313-cp313-manylinux2014_x86_64", "needed by no board"),
        ("fast-2.0-cp312-cp312-manylinux2014_aarch64", "needed by no board"),
        ("stowaway-1.0-py3-none-any", "needed by no board"),
    ],
)
def test_what_no_board_needs_is_not_signed(folder: Path, stem: str, says: str) -> None:
    wheel(folder, stem)
    assert problems(folder) == [f"{stem}.whl is {says}; take it out of the folder"]


def test_what_the_lock_does_not_name_is_not_signed(folder: Path) -> None:
    lock = folder.parent / "py313.txt"
    lock.write_text(LOCK.replace("plain==1.5\n", "").replace("fast==2.0", "fast==2.1"), encoding="utf-8")
    found = "\n".join(problems(folder))
    assert "plain-1.5-py3-none-any.whl is not in the lock" in found
    assert f"fast-2.0-{ARM64}.whl is not the locked version 2.1" in found
    lock.write_text(
        LOCK.replace("plain==1.5", f"plain==1.5 \\\n    --hash=sha256:{'0' * 64}"), encoding="utf-8"
    )
    assert any("is not the file the lock names" in line for line in problems(folder))


@pytest.mark.parametrize(
    ("name", "says"),
    [("lgpio-0.0.0.2-py3-none-any", "empty stub"), ("notes", "not a sound wheel")],
)
def test_a_stub_and_what_is_no_wheel_are_refused(folder: Path, name: str, says: str) -> None:
    (folder / f"{name}.whl").touch()
    if "-" in name:
        wheel(folder, name)
    with pytest.raises(ReleaseError, match=says):
        problems(folder)


def test_exactly_one_rollbook_makes_a_release(folder: Path) -> None:
    wheel(folder, "rollbook-0.3.0-py3-none-any")
    with pytest.raises(ReleaseError, match="holds 2 wheels of rollbook"):
        problems(folder)


def test_a_bundle_takes_the_newest_signed_release_and_refuses_a_changed_one(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.add("1.0.0")
    office.add("1.1.0")
    found = release.read(office.folder)
    assert (found.version, list(found.wheels)) == ("1.1.0", ["rollbook-1.1.0-py3-none-any.whl"])
    assert found.root == office.root.decode()
    with pytest.raises(ReleaseError, match="already; give the release"):
        office.add("1.1.0")
    office.target("rollbook-1.1.0-py3-none-any.whl").write_bytes(b"1.1.O")
    with pytest.raises(ReleaseError, match="refused"):
        release.read(office.folder)
