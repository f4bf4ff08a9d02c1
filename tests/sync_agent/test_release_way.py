"""A release comes down in pieces, whole or not at all, and never keeps the taps waiting."""

import json
from pathlib import Path

import pytest

from provisioning.board.update.proof import Offered
from sync_agent.errors import CourierError
from sync_agent.ports import Reply
from sync_agent.release_way import AT_A_TIME_S, PAUSE_S, PIECE, ReleaseWay
from tests.fakes.releases import BUILT_AT, Office

WHEEL = "rollbook-1.1.0-py3-none-any.whl"
# Among the wheels of a station none has a longer name: one file for several makers of systems.
LONGEST = (
    "charset_normalizer-3.5.2-cp311-cp311-"
    "manylinux_2_17_aarch64.manylinux2014_aarch64.manylinux_2_28_aarch64.whl"
)
CONTENT = bytes(range(256)) * 3_000


class Central:
    """What central has of releases, over a line that breaks off and takes its time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, int]] = []
        self.breaks_after: int | None = None
        self.takes_s = 0.0
        self.now_s = 0.0

    def fetch_release(self, part: str, name: str, first: int, last: int) -> Reply:
        if self.breaks_after is not None and len(self.asked) >= self.breaks_after:
            msg = "the line broke"
            raise CourierError(msg)
        self.asked.append((name, first))
        self.now_s += self.takes_s
        try:
            content = (self.folder / part / name).read_bytes()
        except FileNotFoundError:
            return Reply(404, "text/plain", b"not here\n")
        return Reply(206, "application/octet-stream", content[first : last + 1])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "desk")
    office.add("1.0.0")
    office.add("1.1.0", {WHEEL: CONTENT, LONGEST: b"wheel"})
    return office


@pytest.fixture
def central(office: Office) -> Central:
    return Central(office.folder)


@pytest.fixture
def way(central: Central, tmp_path: Path) -> ReleaseWay:
    return ReleaseWay(tmp_path, central, "1.0.0", lambda: central.now_s)


def handed_over(tmp_path: Path) -> str | None:
    file = tmp_path / "update/wanted.json"
    return str(json.loads(file.read_text())["version"]) if file.exists() else None


def test_what_was_handed_over_is_a_folder_the_updater_can_prove(
    office: Office, way: ReleaseWay, tmp_path: Path
) -> None:
    way.follow("1.1.0")
    assert handed_over(tmp_path) == "1.1.0"
    offered = Offered(tmp_path / "update/release", tmp_path / "trusted", office.root, BUILT_AT)
    offered.fetch(offered.description("1.1.0", tmp_path), tmp_path)
    assert (tmp_path / WHEEL).read_bytes() == CONTENT
    assert (tmp_path / LONGEST).read_bytes() == b"wheel"
    # Wheels of other releases are not fetched.
    assert not list((tmp_path / "update/release/targets").glob("*1.0.0*"))


def test_a_broken_line_loses_no_piece_that_came(central: Central, way: ReleaseWay, tmp_path: Path) -> None:
    for _ in range(30):
        central.breaks_after = len(central.asked) + 6
        way.follow("1.1.0")
        if handed_over(tmp_path):
            break
        central.now_s += PAUSE_S
    asked = [first for name, first in central.asked if WHEEL in name]
    pieces = -(-len(CONTENT) // PIECE)
    assert asked == [number * PIECE for number in range(pieces)]


def test_a_slow_line_keeps_no_talk_waiting(central: Central, way: ReleaseWay, tmp_path: Path) -> None:
    central.takes_s = AT_A_TIME_S / 4
    way.follow("1.1.0")
    assert (central.now_s, handed_over(tmp_path)) == (AT_A_TIME_S, None)
    for _ in range(5):
        way.follow("1.1.0")
    assert handed_over(tmp_path) == "1.1.0"


def test_a_file_that_is_not_what_its_digest_says_is_never_handed_over(
    office: Office, central: Central, way: ReleaseWay, tmp_path: Path
) -> None:
    for content in (CONTENT[::-1], CONTENT[:-1], CONTENT + b"x"):
        office.target(WHEEL).write_bytes(content)
        way.follow("1.1.0")
        assert handed_over(tmp_path) is None
        central.now_s += PAUSE_S
    office.target(WHEEL).write_bytes(CONTENT)
    way.follow("1.1.0")
    assert handed_over(tmp_path) == "1.1.0"


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"signed": 1}', b'{"signed": {"meta": []}}', b"[" * 9_999]
)
def test_notes_that_are_none_are_not_followed(
    office: Office, central: Central, way: ReleaseWay, tmp_path: Path, name: str, content: bytes
) -> None:
    office.note(name).write_bytes(content)
    way.follow("1.1.0")
    assert handed_over(tmp_path) is None
    asked = len(central.asked)
    way.follow("1.1.0")
    assert len(central.asked) == asked, "it is asked again after a pause only"


def test_nothing_is_fetched_for_a_station_that_is_to_stay_or_has_arrived(
    central: Central, way: ReleaseWay, tmp_path: Path
) -> None:
    way.follow(None)
    way.follow("1.0.0")
    assert central.asked == []
    way.follow("1.1.0")
    assert handed_over(tmp_path) == "1.1.0"
    way.follow(None)
    assert handed_over(tmp_path) is None


def test_what_waits_for_its_moment_is_signed_anew_from_time_to_time(
    office: Office, central: Central, way: ReleaseWay, tmp_path: Path
) -> None:
    way.follow("1.1.0")
    asked = len(central.asked)
    way.follow("1.1.0")
    assert len(central.asked) == asked
    office.renew()
    central.now_s += 3_600
    way.follow("1.1.0")
    notes = tmp_path / "update/release/metadata/timestamp.json"
    assert notes.read_bytes() == office.note("timestamp.json").read_bytes()
    assert sum(WHEEL in name for name, _ in central.asked) == -(-len(CONTENT) // PIECE)


def test_another_release_does_not_wait_for_the_one_before_it(
    office: Office, central: Central, way: ReleaseWay, tmp_path: Path
) -> None:
    way.follow("1.1.0")
    # It went back from that one, and the office names a better one: nobody waits an hour for it.
    office.add("1.2.0", {WHEEL.replace("1.1.0", "1.2.0"): CONTENT})
    way.follow("1.2.0")
    assert handed_over(tmp_path) == "1.2.0"
    asked = len(central.asked)
    way.follow("1.2.0")
    assert len(central.asked) == asked


def test_a_release_that_was_called_back_and_named_again_does_not_wait_either(
    way: ReleaseWay, tmp_path: Path
) -> None:
    for version, found in (("1.1.0", "1.1.0"), (None, None), ("1.1.0", "1.1.0")):
        way.follow(version)
        assert handed_over(tmp_path) == found
