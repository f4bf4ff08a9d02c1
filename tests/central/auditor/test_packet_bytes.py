"""No byte of a packet changes unnoticed, and nothing in a stranger's file is unpacked without bound."""

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.auditor.packet import layout
from central.auditor.packet.container import CONTAINER, Container
from central.auditor.packet.layout import PacketError, Placed
from central.auditor.packet.writer import PacketWriter
from tests.central.auditor.conftest import MadePacket

# The packet is made from records, once; proving it needs none.
pytestmark = pytest.mark.django_db
BOMB = 40 * 2**20


def parts(packet: Path) -> dict[str, tuple[int, int]]:
    """Return where every part of a packet lies: each member with what stands before it, the list, the end."""
    with Container(packet) as container:
        found = {each.name: (each.offset, each.ends) for each in container.members.values()}
    behind = max(ends for _, ends in found.values())
    return found | {CONTAINER: (behind, packet.stat().st_size)}


def flipped(packet: Path, place: int, mask: int, out: Path) -> Path:
    data = bytearray(packet.read_bytes())
    data[place] ^= mask
    out.write_bytes(data)
    return out


def faults(made: MadePacket, packet: Path) -> str:
    proof = made.proof(packet)
    assert not proof.is_proven
    return "\n".join(proof.wrong)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_flipped_byte_is_found_and_its_member_named(made_packet: MadePacket, data: st.DataObject) -> None:
    places = parts(made_packet.month)
    name = data.draw(st.sampled_from(sorted(places)))
    place = data.draw(st.integers(places[name][0], places[name][1] - 1))
    mask = data.draw(st.integers(1, 255))
    said = faults(made_packet, flipped(made_packet.month, place, mask, made_packet.folder / "flipped"))
    # What changes in the list names the member the line is about, or the list.
    assert any(said.startswith(each) for each in ([name] if name != CONTAINER else [CONTAINER, *places]))


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_every_byte_of_a_packet_is_found_when_it_changes(made_packet: MadePacket) -> None:
    out = made_packet.folder / "one by one"
    for name, (since, until) in parts(made_packet.month).items():
        for place in range(since, until):
            said = faults(made_packet, flipped(made_packet.month, place, 1 << place % 8, out))
            assert name == CONTAINER or said.startswith(name), (name, place)


@pytest.mark.parametrize("share", [0, 1, 21, 22, 0.5, 0.99, -1])
def test_a_file_cut_short_is_said_to_be(made_packet: MadePacket, share: float) -> None:
    data = made_packet.month.read_bytes()
    length = int(share * len(data)) if 0 < share < 1 else int(share) % len(data)
    cut = made_packet.folder / "cut"
    cut.write_bytes(data[:length])
    assert "the file is cut short" in faults(made_packet, cut)


@pytest.mark.parametrize("at_front", [True, False])
def test_something_before_or_behind_a_packet_is_found(made_packet: MadePacket, *, at_front: bool) -> None:
    data, more = made_packet.month.read_bytes(), b"MZ a program"
    out = made_packet.folder / "longer"
    out.write_bytes(more + data if at_front else data + more)
    assert CONTAINER in faults(made_packet, out)


def test_any_other_program_can_unpack_it_and_sha256sum_can_check_it(made_packet: MadePacket) -> None:
    with zipfile.ZipFile(made_packet.year) as archive:
        assert archive.testzip() is None
        lines = archive.read("SHA256SUMS").decode().splitlines()
        told = {name: digest for digest, name in (line.split("  ") for line in lines)}
        names = set(archive.namelist()) - {"SHA256SUMS", "manifest.json"}
        assert told == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}


def contained(members: list[tuple[str, bytes, int]]) -> bytes:
    """Return a container of some members as a stranger may write it, each with the size it claims."""
    file, listed, offset = BytesIO(), b"", 0
    for name, data, size in members:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(data) + packer.flush()
        placed = Placed(name, layout.DEFLATED, zlib.crc32(data), len(packed), size, offset)
        file.write(placed.local() + packed)
        listed += placed.listed()
        offset = placed.ends
    return file.getvalue() + listed + layout.end(len(members), len(listed), offset)


def test_a_member_packed_anew_is_found_though_its_content_is_the_same(made_packet: MadePacket) -> None:
    data, file, listed, offset = made_packet.month.read_bytes(), BytesIO(), b"", 0
    with Container(made_packet.month) as container:
        members = list(container.members.values())
    for each in members:
        packed = data[each.starts : each.ends]
        if each.name == "README.txt":
            packer = zlib.compressobj(1, zlib.DEFLATED, -15)
            packed = packer.compress(zlib.decompress(packed, -15)) + packer.flush()
        placed = replace(each, packed_size=len(packed), offset=offset)
        file.write(placed.local() + packed)
        listed += placed.listed()
        offset = placed.ends
    out = made_packet.folder / "anew"
    out.write_bytes(file.getvalue() + listed + layout.end(len(members), len(listed), offset))
    assert (
        faults(made_packet, out) == "README.txt: it was packed anew: the bytes it is packed in were changed"
    )


@pytest.mark.parametrize(
    "name",
    [
        *("../outside", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "a//b", "./a", ".hidden", "a/.."),
        *("con", "a/NUL.txt", "a.", "", "x" * 151, "a/b/c/d/e"),
    ],
)
def test_a_member_that_would_lead_elsewhere_is_refused(made_packet: MadePacket, name: str) -> None:
    out = made_packet.folder / "elsewhere"
    out.write_bytes(contained([("README.txt", b"", 0), (name, b"x", 1)]))
    with pytest.raises(PacketError):
        Container(out)
    with pytest.raises(PacketError):
        PacketWriter(BytesIO()).add(name, [b"x"])


@pytest.mark.parametrize("second", ["README.txt", "readme.TXT"])
def test_two_members_of_one_name_are_refused(made_packet: MadePacket, second: str) -> None:
    out = made_packet.folder / "twice"
    out.write_bytes(contained([("README.txt", b"one", 3), (second, b"two", 3)]))
    assert f"{second}: two members have this name" in faults(made_packet, out)
    writer = PacketWriter(BytesIO())
    writer.add("README.txt", [b"one"])
    with pytest.raises(PacketError, match="one name"):
        writer.add(second, [b"two"])


@pytest.mark.parametrize("claimed", [BOMB, 1_000, 2**32 - 1])
def test_a_member_made_to_fill_a_disk_is_not_unpacked(made_packet: MadePacket, claimed: int) -> None:
    out = made_packet.folder / "bomb"
    out.write_bytes(contained([("big.csv", bytes(BOMB), claimed), (layout.MANIFEST, b"{}", 2)]))
    assert out.stat().st_size < BOMB // 500
    said = faults(made_packet, out)
    assert "big.csv: it would become too large" in said or "big.csv: there is more in it" in said
    with Container(out) as container, pytest.raises(PacketError):
        container.read("big.csv")


def test_a_list_that_claims_more_than_there_is_is_refused(made_packet: MadePacket) -> None:
    out = made_packet.folder / "list"
    out.write_bytes(layout.end(60_000, 0, 0))
    assert "line 1 of its list is cut short" in faults(made_packet, out)
    out.write_bytes(struct.pack("<22s", b"PK\x05\x06"))
    assert "manifest.json is not its last member" in faults(made_packet, out)


def test_a_large_member_is_unpacked_piece_by_piece(tmp_path: Path) -> None:
    chunks = [hashlib.sha256(bytes([n])).digest() * 4_000 for n in range(40)]
    with (tmp_path / "large").open("w+b") as file:
        writer = PacketWriter(file)
        told = writer.add("large.bin", iter(chunks))
        writer.finish(b"{}")
    with Container(tmp_path / "large") as container:
        seen = container.look("large.bin")
        pieces = list(container.chunks("large.bin"))
    assert (seen.size, seen.sha256, seen.packed_sha256) == (told.size, told.sha256, told.packed_sha256)
    assert b"".join(pieces) == b"".join(chunks)
    assert max(map(len, pieces)) <= 2**16


@pytest.fixture(autouse=True)
def _clean(made_packet: MadePacket) -> Iterator[None]:
    before = made_packet.month.read_bytes()
    yield
    assert made_packet.month.read_bytes() == before
