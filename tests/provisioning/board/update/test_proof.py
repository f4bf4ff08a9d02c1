"""What a board believes of a folder with releases: what its key signed, nothing older, nothing mixed."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provisioning import release_keys
from provisioning.board.update.errors import ProofError
from provisioning.board.update.layout import ordered
from provisioning.board.update.proof import Description, Offered
from tests.fakes.releases import BUILT_AT, Office

LATER = BUILT_AT + timedelta(days=1)
WHEEL = "rollbook-1.1.0-py3-none-any.whl"


class Board:
    """A board that trusts the office's first note, and remembers what it saw."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        self.root = office.root

    def looks(self, source: Path | None = None, at: datetime = LATER) -> Offered:
        return Offered(source or self.office.folder, self.folder / "trusted", self.root, at)

    def takes(self, version: str, source: Path | None = None, at: datetime = LATER) -> dict[str, bytes]:
        offered = self.looks(source, at)
        wheels = self.folder / "wheels"
        digests = offered.fetch(offered.description(version, self.folder), wheels)
        return {name: (wheels / name).read_bytes() for name in digests}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "desk")
    office.add("1.0.0")
    office.add("1.1.0")
    return office


@pytest.fixture
def board(office: Office, tmp_path: Path) -> Board:
    return Board(office, tmp_path / "board")


def copied(office: Office, tmp_path: Path, name: str) -> Path:
    return Path(shutil.copytree(office.folder, tmp_path / name))


def test_every_release_of_the_folder_can_be_taken_and_the_newest_is_named(
    office: Office, board: Board
) -> None:
    assert board.takes("1.0.0") == {"rollbook-1.0.0-py3-none-any.whl": b"1.0.0"}
    assert board.takes("1.1.0") == {WHEEL: b"1.1.0"}
    assert board.looks().newest(board.folder).version == "1.1.0"
    office.renew()
    assert board.takes("1.1.0") == {WHEEL: b"1.1.0"}


def test_a_wheel_that_was_changed_is_refused(office: Office, board: Board) -> None:
    office.target(WHEEL).write_bytes(b"1.1.O")
    with pytest.raises(ProofError, match="LengthOrHashMismatch"):
        board.takes("1.1.0")
    office.target(WHEEL).write_bytes(b"1.1.0" * 1_000)
    with pytest.raises(ProofError, match="refused"):
        board.takes("1.1.0")
    office.target(WHEEL).unlink()
    with pytest.raises(ProofError, match="is not there"):
        board.takes("1.1.0")


def test_a_link_out_of_the_folder_is_not_followed(office: Office, board: Board, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"1.1.0")
    office.target(WHEEL).unlink()
    (office.folder / "targets" / "x").write_bytes(b"")
    name = next(
        each
        for each in json.loads(office.note("2.targets.json").read_text())["signed"]["targets"]
        if each == WHEEL
    )
    digest = json.loads(office.note("2.targets.json").read_text())["signed"]["targets"][name]["hashes"][
        "sha256"
    ]
    (office.folder / "targets" / f"{digest}.{name}").symlink_to(tmp_path / "secret")
    with pytest.raises(ProofError, match="is not there"):
        board.takes("1.1.0")


def test_what_another_key_signed_is_refused(board: Board, tmp_path: Path) -> None:
    stranger = Office(tmp_path / "stranger")
    stranger.add("1.1.0")
    stranger.note("1.root.json").write_bytes(board.root)
    with pytest.raises(ProofError, match="Unsigned"):
        board.takes("1.1.0", stranger.folder)


def test_a_folder_from_before_what_was_seen_is_refused(office: Office, board: Board, tmp_path: Path) -> None:
    before = copied(office, tmp_path, "before")
    office.add("1.2.0")
    board.takes("1.2.0")
    with pytest.raises(ProofError, match="BadVersionNumber"):
        board.takes("1.1.0", before)


def test_notes_of_two_times_are_not_believed_together(office: Office, board: Board, tmp_path: Path) -> None:
    before = copied(office, tmp_path, "before")
    office.add("1.2.0")
    # A new timestamp over the list of before, under the name of the new one.
    mixed = copied(office, tmp_path, "mixed")
    shutil.copy(before / "metadata/2.targets.json", mixed / "metadata/3.targets.json")
    with pytest.raises(ProofError, match="BadVersionNumber"):
        board.takes("1.1.0", mixed)


def test_a_folder_nobody_signed_anew_in_time_is_refused_by_a_board_that_knows_the_time(
    office: Office, board: Board
) -> None:
    with pytest.raises(ProofError, match="Expired"):
        board.looks(at=BUILT_AT + timedelta(days=91))
    # A board whose clock nobody set judges by the last time it knows, and not by 1970 or 2038.
    board.takes("1.1.0", at=datetime.min.replace(tzinfo=UTC))
    office.renew(BUILT_AT + timedelta(days=90))
    board.takes("1.1.0", at=BUILT_AT + timedelta(days=91))


def test_another_release_key_is_followed_and_the_one_before_is_trusted_no_more(
    office: Office, board: Board, tmp_path: Path
) -> None:
    board.takes("1.1.0")
    stolen = tmp_path / "stolen"
    shutil.copytree(office.keys, stolen)
    release_keys.replace_release_key(office.keys, BUILT_AT)
    office.renew()
    board.takes("1.1.0")
    thief = Office(tmp_path / "thief")
    shutil.rmtree(thief.keys)
    shutil.copytree(stolen, thief.keys)
    for version in ("1.1.0", "1.2.0", "1.3.0", "1.4.0"):
        thief.add(version)
    with pytest.raises(ProofError, match="Unsigned"):
        board.takes("1.4.0", thief.folder)


def test_half_a_note_left_by_a_power_cut_costs_nothing(board: Board) -> None:
    board.takes("1.1.0")
    for file in (board.folder / "trusted").glob("*.json"):
        if file.name != "root.json":
            file.write_bytes(b"")
    board.takes("1.1.0")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.update(version="../1.1.0"),
        lambda told: told.pop("platforms"),
        lambda told: told["platforms"].update({"cp311-x86_64": {"wheels": ["../x"] * 300, "from_apt": []}}),
    ],
    ids=["a version that is a path", "no platforms", "more wheels than any"],
)
def test_a_signed_description_of_another_form_is_refused(
    office: Office, spoil: Callable[[dict[str, object]], object]
) -> None:
    told = json.loads(office.target("newest.json").read_text(encoding="utf-8"))
    spoil(told)
    with pytest.raises(ProofError):
        Description.of(json.dumps(told).encode())


def test_versions_are_compared_as_numbers() -> None:
    assert ordered("1.10") > ordered("1.9.9") > ordered("1.2.0") == ordered("1.2")
    for wrong in ("1", "1.2rc1", "1..2", "1.2/..", "\uff11.2"):
        with pytest.raises(ValueError, match="numbers like"):
            ordered(wrong)
