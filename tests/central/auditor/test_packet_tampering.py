"""A packet changed with every digest made anew: without the key nobody vouches, and with it sums tell."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from central.auditor.packet import page
from central.auditor.packet.proof import prove
from central.auditor.packet.writer import PacketWriter
from central.auditor.public_keys import DatedKey
from sync_agent.signing import SigningKey
from tests.central.auditor.conftest import SERVER_KEYS, MadePacket, forged, said
from tests.fakes import forged_packet
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.forged_packet import Members, Rows, edited

pytestmark = pytest.mark.django_db
STRANGER = SigningKey(b"somebody else signs with this...")


def nothing(_: Members) -> None:
    """Leave every member as it is."""


def test_a_packet_as_it_was_made_is_proven(made_packet: MadePacket) -> None:
    for packet in (made_packet.year, made_packet.month):
        proof = made_packet.proof(packet)
        assert proof.wrong == []
        assert page.render(proof).endswith("and its numbers follow from its records\n")
    assert forged(made_packet, nothing).is_proven


def test_whoever_makes_every_digest_anew_still_lacks_the_servers_key(made_packet: MadePacket) -> None:
    proof = forged(
        made_packet, edited("months.csv", lambda lines: lines[1].update(student_days="9")), STRANGER
    )
    assert f"it is signed by the key {STRANGER.kid}, which is none of those given" in said(proof)
    assert "nobody vouches for anything in this packet" in said(proof)
    # And what does not go together is named all the same.
    assert "months.csv: month 2 of track A, 9-12, classroom says 9 student-days" in said(proof)
    assert "NOBODY whose key was given" in page.render(proof)


def test_a_packet_of_another_school_is_not_signed_by_this_ones_server(made_packet: MadePacket) -> None:
    other = {STRANGER.kid: DatedKey(STRANGER.verify_key)}
    told = "\n".join(prove(made_packet.year, other, None).wrong)
    assert f"it is signed by the key {ACK_KEY.kid}, which is none of those given" in told
    assert "keys/central.pub: it is another key than those given" in told


def test_a_tap_of_another_school_proves_nothing_here(made_packet: MadePacket) -> None:
    members, about = forged_packet.members_of(made_packet.year)
    out = forged_packet.assemble(
        made_packet.folder / "other", members, replace(about, school="34000000999999"), ACK_KEY
    )
    assert "it is of the school 34000000123456" in said(made_packet.proof(out))


def days(number: str) -> Callable[[Rows], object]:
    return lambda lines: next(each for each in lines if each["student_days"] != "0").update(
        student_days=number
    )


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("months.csv", "says 99 student-days, its classes make"),
        ("periods.csv", "says 99 student-days, its classes make"),
        ("classes.csv", "says 99 student-days of month"),
    ],
)
def test_a_changed_total_is_held_against_what_it_is_made_of(
    made_packet: MadePacket, table: str, named: str
) -> None:
    told = said(forged(made_packet, edited(table, days("99"))))
    assert told.startswith(f"{table}: ")
    assert named in told


@pytest.mark.parametrize(
    ("table", "cell", "value", "named"),
    [
        ("months.csv", "ada", "9.99", "says an ADA of 9.99, which is not"),
        ("months.csv", "days_taught", "3", "says 3 days taught, the calendar 20"),
        ("periods.csv", "ada", "1", "says an ADA of 1, which is not"),
        ("sessions.csv", "present", "7", "is not what records/"),
        ("calendar.csv", "month", "11", "which the calendar has elsewhere"),
        ("sample.csv", "mark", "absent", "is not what records/"),
        ("sample.csv", "drawn_by", "00", "is not drawn by its digest"),
        ("changes.csv", "after", "absent", "changes.csv tells other changes of it than its steps"),
        ("sheets.csv", "mark", "maybe", "sheets.csv has other lines of sheets behind it"),
        ("editions.csv", "sha256", "00", "it is not the report that was closed"),
        ("retention.csv", "count", "1", ""),
    ],
)
def test_a_changed_cell_is_named(
    made_packet: MadePacket, table: str, cell: str, value: str, named: str
) -> None:
    def change(lines: Rows) -> None:
        for line in lines:
            if line.get("student_days", "1") != "0":
                line[cell] = value

    proof = forged(made_packet, edited(table, change))
    # Nothing in a packet counts what is kept where: that the server signed it is all there is.
    assert proof.is_proven if not named else named in said(proof)


def test_a_removed_record_and_an_added_one_are_found(made_packet: MadePacket) -> None:
    members, about = forged_packet.members_of(made_packet.year)
    name = next(each for each in sorted(members) if each.startswith("records/"))
    told = said(forged(made_packet, edited(name, lambda lines: lines.pop())))
    assert "certified records are there, and they are not the 19 the manifest names" in told
    assert f"{name}: the sampled record" in told
    assert "classes.csv" in told or "sessions.csv" in told

    def add(lines: Rows) -> None:
        lines.append({**lines[-1], "record": "999999", "student": "999999"})

    told = said(forged(made_packet, edited(name, add)))
    assert "certified records are there, and they are not the 19 the manifest names" in told
    # Somebody with the key may count the population anew: the sums and the sample tell of it still.
    edited(name, add)(members)
    out = forged_packet.assemble(
        made_packet.folder / "added", members, forged_packet.recounted(about, members), ACK_KEY
    )
    told = said(made_packet.proof(out))
    assert "sample.csv: these are not the records that seed 4711 draws" in told
    assert "sessions.csv: ENG1-01 on" in told


def test_a_record_counted_twice_or_uncertified_is_named(made_packet: MadePacket) -> None:
    name = next(
        each for each in sorted(forged_packet.members_of(made_packet.year)[0]) if each.startswith("records/")
    )

    def claim(lines: Rows) -> None:
        lines[1].update({each: lines[0][each] for each in ("track", "month", "grade_span", "modality")})

    assert "counts, though it is absent and certified" in said(forged(made_packet, edited(name, claim)))

    def uncertify(lines: Rows) -> None:
        lines[0].update(stage="provisional")

    assert "counts, though it is present and provisional" in said(
        forged(made_packet, edited(name, uncertify))
    )


def test_a_swapped_sample_is_drawn_again(made_packet: MadePacket) -> None:
    def swap(lines: Rows) -> None:
        lines[0], lines[1] = lines[1], lines[0]

    assert "these are not the records that seed 4711 draws" in said(
        forged(made_packet, edited("sample.csv", swap))
    )


def test_provisions_and_certificates_are_the_ones_that_were_signed(made_packet: MadePacket) -> None:
    members = forged_packet.members_of(made_packet.year)[0]
    law = next(each for each in members if each.startswith("law/"))
    told = said(forged(made_packet, lambda found: found.update({law: found[law] + b"# \n"})))
    assert "law/: these provisions are not the rule set" in told
    days_of_station = "certificates/st-r101.jsonl"

    def shorten(found: Members) -> None:
        found[days_of_station] = found[days_of_station].replace(b"closed", b"opened", 1)

    assert f"{days_of_station}" in said(forged(made_packet, shorten))


@pytest.mark.parametrize("name", ["months.csv", "walks", "sheets.csv", "keys/stations.pub", "editions.csv"])
def test_a_member_that_is_left_out_or_no_table_is_named(made_packet: MadePacket, name: str) -> None:
    member = f"walks/{made_packet.dan}.json" if name == "walks" else name

    def lose(members: Members) -> None:
        del members[member]

    assert f"{member}: it is missing" in said(forged(made_packet, lose))
    broken = said(forged(made_packet, lambda members: members.update({member: b'"\xff'})))
    assert member in broken


def test_what_cannot_be_proven_is_said_and_is_nothing_wrong(made_packet: MadePacket) -> None:
    printed = page.render(made_packet.proof(made_packet.year))
    assert "NOT PROVEN" in printed
    assert "it rests on the word of staff alone" in " ".join(printed.split())
    assert "followed to 2 taps and 1 pictures" in printed


def test_other_keys_of_stations_can_be_asked_for(made_packet: MadePacket) -> None:
    told = prove(made_packet.year, SERVER_KEYS, {STRANGER.kid: DatedKey(STRANGER.verify_key)})
    assert "which is none of those given" in said(told)


def test_a_file_that_is_no_packet_is_said_to_be_none(made_packet: MadePacket, tmp_path: Path) -> None:
    out = tmp_path / "holiday.jpg"
    out.write_bytes(bytes(5_000))
    assert "the container: it does not end as a packet does" in said(made_packet.proof(out))
    with out.open("w+b") as file:
        PacketWriter(file).finish(b"{}\n")
    assert said(made_packet.proof(out)).startswith("manifest.json: ")
