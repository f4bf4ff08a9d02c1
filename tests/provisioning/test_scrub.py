"""Once a station has enrolled, its card tells whoever finds it neither token nor key nor anybody's name."""

import hashlib
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from provisioning import card
from provisioning.board import overwrite, scrub
from provisioning.bundle import PRIVATE
from provisioning.cli import main
from provisioning.room import wifi_key
from tests.fakes import cards
from tests.fakes.provisioning import SCHOOL_KEY, SSH_KEY, TOKENS, WIRELESS, Desk, tree

TOKEN = TOKENS["st-r101"]
WIFI_KEY = wifi_key(WIRELESS["wifi_psk"], WIRELESS["wifi_ssid"])
CANARIES = (TOKEN, WIFI_KEY, SCHOOL_KEY, WIRELESS["wifi_psk"], SSH_KEY.rpartition(" ")[2])
INSTANCE = "var/lib/cloud/instances/st-r101-x"


class PowerCut(BaseException):
    """The moment after which nothing runs."""


@dataclass(frozen=True, slots=True)
class Board:
    """A station that has just enrolled, as two folders, and every cluster its secrets ever lay in."""

    boot: Path
    root: Path
    clusters: Path

    def scrub(self) -> int:
        """Do what the board does after enrolment."""
        return scrub.main(["--boot", str(self.boot), "--root", str(self.root)])

    def readable(self) -> Iterator[tuple[str, bytes]]:
        """Yield what a finder can read: the boot partition, raw, and cloud-init's copies."""
        yield from tree(self.boot).items()
        yield from tree(self.clusters).items()
        for folder in ("var", "run"):
            yield from tree(self.root / folder).items()

    def found(self) -> set[str]:
        """Return where a canary still sings."""
        return {
            path for path, content in self.readable() for canary in CANARIES if canary.encode() in content
        }


def _board(desk: Desk, system: str) -> Board:
    desk.list_rooms(WIRELESS | {"os": system})
    assert main(desk.bundle_arguments("R101")) == 0
    boot = (
        cards.trixie(desk.folder / "bootfs") if system == "trixie" else cards.bookworm(desk.folder / "bootfs")
    )
    card.write(desk.out / "st-r101", boot)
    board = Board(boot, desk.folder / "root", desk.folder / "clusters")
    _start_once(board)
    board.clusters.mkdir()
    for number, file in enumerate(sorted(path for path in desk.folder.rglob("*") if path.is_file())):
        if file.is_relative_to(boot) or file.is_relative_to(board.root / "var"):
            # A second name for the same bytes on the disk: what is only removed can still be read by it.
            os.link(file, board.clusters / str(number))
    return board


def _start_once(board: Board) -> None:
    """Leave what installer, cloud-init and agent leave behind at a first start."""
    etc = board.root / "etc"
    for folder in (etc / "rollbook", etc / "netplan", board.root / INSTANCE, board.root / "run/cloud-init"):
        folder.mkdir(parents=True)
    (etc / "rollbook/enrol.token").write_text(f"{TOKEN}\n", encoding="ascii")
    (etc / "rollbook/school.key").write_text(f"{SCHOOL_KEY}\n", encoding="ascii")
    network = board.boot / "network-config"
    if not network.exists():
        network = board.boot / "rollbook/wifi.nmconnection"
        place = etc / "NetworkManager/system-connections/rollbook-wifi.nmconnection"
        place.parent.mkdir(parents=True)
        shutil.copyfile(network, place)
    text = network.read_text("utf-8")
    (etc / "netplan/50-cloud-init.yaml").write_text(text, encoding="utf-8")
    (board.root / INSTANCE / "obj.pkl").write_bytes(pickle.dumps({"network": text, "after": [1, 2]}))
    (board.root / "run/cloud-init/instance-data.json").write_text(
        f'{{"psk": "{WIFI_KEY}"}}', encoding="utf-8"
    )
    (board.root / "var/log").mkdir()
    told = f"network config: {text}\nenrolling with {TOKEN}\n"
    (board.root / "var/log/cloud-init.log").write_text(told, encoding="utf-8")
    # What a laptop's desktop leaves on every stick it sees.
    (board.boot / "._network-config").write_text(text, encoding="utf-8")


@pytest.fixture(params=["trixie", "bookworm"])
def board(request: pytest.FixtureRequest, desk: Desk) -> Board:
    return _board(desk, request.param)


def test_no_secret_and_nobodys_name_is_left_where_a_finder_can_read_it(board: Board) -> None:
    assert board.found()
    assert board.scrub() == 0
    assert board.found() == set()


def test_no_digest_is_left_against_which_a_passphrase_could_be_guessed(board: Board) -> None:
    secret = [board.boot / name for name in PRIVATE if (board.boot / name).exists()]
    digests = [hashlib.sha256(file.read_bytes()).hexdigest().encode() for file in secret]
    assert any(digest in content for _, content in board.readable() for digest in digests)
    board.scrub()
    assert not [path for path, content in board.readable() for digest in digests if digest in content]


def test_the_network_goes_on_from_a_file_that_root_alone_can_read(board: Board) -> None:
    board.scrub()
    kept = [
        path for path in (board.root / "etc").rglob("*") if path.is_file() and WIFI_KEY in path.read_text()
    ]
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_the_documents_left_on_the_card_are_those_of_a_wired_station(desk: Desk) -> None:
    board = _board(desk, "trixie")
    before = {name: (board.boot / name).read_bytes() for name in ("user-data", "meta-data")}
    board.scrub()
    network = yaml.safe_load((board.boot / "network-config").read_text("utf-8"))
    assert network == {"network": {"version": 2, "ethernets": {"eth0": {"dhcp4": True, "optional": True}}}}
    # The same instance: cloud-init has nothing to do at the next start.
    assert {name: (board.boot / name).read_bytes() for name in before} == before


def test_what_cloud_init_kept_can_still_be_read_by_it(board: Board) -> None:
    board.scrub()
    kept = pickle.loads((board.root / INSTANCE / "obj.pkl").read_bytes())  # noqa: S301  our own, made above
    assert kept["after"] == [1, 2]


def test_the_school_key_and_the_units_of_the_station_stay(board: Board) -> None:
    board.scrub()
    assert (board.root / "etc/rollbook/school.key").read_text("ascii").strip() == SCHOOL_KEY
    assert (board.boot / "rollbook/station.toml").exists()


def test_a_second_scrub_changes_nothing(board: Board) -> None:
    board.scrub()
    before = tree(board.boot), tree(board.root)
    assert board.scrub() == 0
    assert (tree(board.boot), tree(board.root)) == before


@pytest.mark.parametrize("cut", range(1, 40, 4))
def test_a_scrub_cut_short_is_finished_at_the_next_start(
    desk: Desk, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = _board(desk, "trixie")
    real = os.fsync
    left = [cut]

    def cut_off(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise PowerCut
        real(descriptor)

    with monkeypatch.context() as patched, suppress(PowerCut):
        patched.setattr(os, "fsync", cut_off)
        board.scrub()
    # The unit that enrols runs again as long as the token is there.
    assert left[0] >= 0 or (board.root / "etc/rollbook/enrol.token").exists()
    assert board.scrub() == 0
    assert board.found() == set()


def test_a_card_that_cannot_be_cleaned_is_named_without_its_secret_and_the_station_goes_to_work(
    board: Board, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = os.open

    def read_only(path: str, flags: int, mode: int = 0o777) -> int:
        if Path(path).is_relative_to(board.boot):
            raise OSError(30, "Read-only file system")
        return real(path, flags, mode)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", read_only)
        assert board.scrub() == 1
    said = capsys.readouterr().err
    assert "._network-config still holds a secret; delete it" in said
    assert not [canary for canary in CANARIES if canary in said]
    assert not (board.root / "etc/rollbook/enrol.token").exists()


def test_what_is_overwritten_by_less_leaves_nothing_behind(tmp_path: Path) -> None:
    file, cluster = tmp_path / "file", tmp_path / "cluster"
    file.write_bytes(b"secret" * 1000)
    os.link(file, cluster)
    overwrite.overwrite(file, b"new")
    assert cluster.read_bytes() == b"new"
    overwrite.erase(file)
    assert cluster.read_bytes() == b"\0\0\0"
    assert not file.exists()
