"""A sampled record's way through a packet holds together, and taps and pictures are proven as themselves."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.central.auditor.conftest import MadePacket, forged, said
from tests.fakes import forged_packet
from tests.fakes.forged_packet import Members, rewalked

pytestmark = pytest.mark.django_db
Step = dict[str, Any]  # Any: a way is JSON of mixed shapes


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda steps: steps.pop(), "its last step leaves it present and provisional"),
        (lambda steps: steps.pop(0), "step 1 is from 'provisional', not from ''"),
        (lambda steps: steps[0].update(stage_to="submitted"), "leads from nothing to submitted"),
        (lambda steps: steps[1].update(certification=None), "and nobody has certified it"),
        (lambda steps: steps[1].update(by="E999"), "and was taken by another"),
        (
            lambda steps: steps[1]["certification"].update(at="2024-09-01T00:00:00+00:00"),
            "was certified before the day it is about",
        ),
    ],
)
def test_steps_that_do_not_follow_are_named(
    made_packet: MadePacket, change: Callable[[list[Step]], object], named: str
) -> None:
    name = f"walks/{made_packet.ana}.json"
    told = said(forged(made_packet, rewalked(name, lambda way: change(way["decisions"]))))
    assert told.startswith(name)
    assert named in told


def test_a_clock_set_back_between_two_steps_is_told_and_is_no_forgery(made_packet: MadePacket) -> None:
    name = f"walks/{made_packet.ana}.json"
    early = rewalked(name, lambda way: way["decisions"][1].update(at="2024-09-01T00:00:00+00:00"))
    proof = forged(made_packet, early)
    assert f"{name}: step 2 bears an earlier time than the one it follows" in proof.unproven
    assert not [each for each in proof.wrong if "earlier" in each]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"mark": "absent"}, "its mark is absent, and records/2024-09-09.csv says present"),
        (
            {"credentials": [{"token": "00" * 16, "kind": "uid", "since": "2024-07-01", "until": None}]},
            "the card",
        ),
        ({"date": "2024-09-10"}, "another day than the record's"),
    ],
)
def test_a_way_that_is_another_records_is_named(
    made_packet: MadePacket, change: dict[str, object], named: str
) -> None:
    name = f"walks/{made_packet.ana}.json"
    assert named in said(forged(made_packet, rewalked(name, lambda way: way.update(change))))


def test_a_tap_is_proven_as_itself_alone(made_packet: MadePacket) -> None:
    name = f"walks/{made_packet.ana}.json"

    def swap(way: Step) -> None:
        first, second = way["taps"]
        first["proof_file"], second["proof_file"] = second["proof_file"], first["proof_file"]

    assert "it proves another entry" in said(forged(made_packet, rewalked(name, swap)))
    proof = next(each for each in forged_packet.members_of(made_packet.year)[0] if each.startswith("proofs/"))

    def rewrite(members: Members) -> None:
        members[proof] = members[proof].replace(b'"body": "', b'"body": "AAAA')

    assert f"{proof}: " in said(forged(made_packet, rewrite))
    assert "the entry is no tap" in said(forged(made_packet, rewrite))

    def lose(members: Members) -> None:
        del members[proof]

    assert f"{proof}: it is missing" in said(forged(made_packet, lose))


def test_another_picture_of_a_sheet_is_not_the_one_that_was_brought(made_packet: MadePacket) -> None:
    scan = next(each for each in forged_packet.members_of(made_packet.year)[0] if each.startswith("scans/"))
    told = said(forged(made_packet, lambda members: members.update({scan: b"another picture"})))
    assert f"{scan} is another picture than the one of sheet K7Q4" in told
    loose = {"scans/" + "0" * 64: b"nobody asked for this"}
    assert "no sampled record leads to it" in said(forged(made_packet, lambda members: members.update(loose)))


def test_a_tap_without_a_proof_is_told_with_its_reason(made_packet: MadePacket) -> None:
    name = f"walks/{made_packet.ana}.json"

    def forget(members: Members) -> None:
        def change(way: Step) -> None:
            for tap in way["taps"]:
                tap.update(proof_file=None, why_not="its day is not over")

        rewalked(name, change)(members)
        for proof in [each for each in members if each.startswith("proofs/")]:
            del members[proof]

    proof = forged(made_packet, forget)
    assert proof.is_proven
    assert "has no proof: its day is not over" in "\n".join(proof.unproven)


@pytest.mark.parametrize(
    ("change", "open_still"),
    [
        (lambda sent: sent.clear(), "it is confirmed, and no delivery to the other system is behind it"),
        (
            lambda sent: sent[0].update(confirmed_at=None),
            "it is confirmed, and no delivery of it was read back",
        ),
    ],
)
def test_a_record_that_is_said_to_have_arrived_shows_how(
    made_packet: MadePacket, change: Callable[[list[Step]], object], open_still: str
) -> None:
    name = f"walks/{made_packet.sent}.json"
    proof = forged(made_packet, rewalked(name, lambda way: change(way["deliveries"])))
    assert f"{name}: {open_still}" in proof.unproven
    assert not [each for each in made_packet.proof(made_packet.year).unproven if "no delivery" in each]


def test_a_correction_that_is_not_told_is_named(made_packet: MadePacket) -> None:
    name = f"walks/{made_packet.eva}.json"
    told = said(forged(made_packet, rewalked(name, lambda way: way["decisions"][-1].update(reason="none"))))
    assert f"{name}: changes.csv tells other changes of it than its steps" in told
