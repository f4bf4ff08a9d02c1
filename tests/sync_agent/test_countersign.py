"""A station signs central's certificate of a day if its journal says the same, and convicts it if not."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from station import chain
from station.journal import Row
from station.tap import Kind
from sync_agent import merkle
from sync_agent.certificate import PURPOSE, Certificate, Range, Told, open_certificate
from sync_agent.composing import Identity
from sync_agent.countersign import FOLDER, PAUSE_S, Countersigner
from sync_agent.ports import Reply
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, open_text, sign_text
from tests.fakes.central_rules import ACK_KEY, STATION
from tests.fakes.sync_agent import SCHOOL, STATION_KEY, Bench, DirectCourier

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)


class Room:
    """The bench's journal, what central certifies of it, and the agent's piece that signs."""

    def __init__(self, bench: Bench, line: DirectCourier) -> None:
        self.bench, self.line, self.now = bench, line, 0.0
        self.signer = self.restarted()

    def restarted(self) -> Countersigner:
        identity = Identity(STATION, STATION_KEY, ACK_KEY.verify_key, "0.1.0")
        self.signer = Countersigner(
            identity, self.bench.folder, self.line, self.bench.reader, lambda: self.now
        )
        return self.signer

    def range(self, first: int, last: int) -> Range:
        rows = self.bench.reader.rows(self.bench.epoch, first - 1)[: last - first + 1]
        root = merkle.root(chain.leaf(row.body) for row in rows)
        return Range(self.bench.epoch, first, rows[0].h, last, rows[-1].h, root)

    def certificate(
        self, day: date, *ranges: Range, prev: str | None = None, revision: int = 1
    ) -> Certificate:
        told = Told(
            taps=0,
            dispositions={},
            time_quality={},
            alive_minutes=400,
            silences=(),
            gaps=(),
            roster=None,
            config=None,
            sw="0.1.0",
        )
        return Certificate(
            station=STATION,
            school=SCHOOL,
            day=day,
            zone="America/Los_Angeles",
            tzdata="2026a",
            ranges=ranges,
            told=told,
            prev=prev,
            replaces=None,
            revision=revision,
            why=(),
        )

    def offer(
        self, certificate: Certificate, key: SigningKey = ACK_KEY, day: date | None = None
    ) -> SignedText:
        """Publish a certificate and let the agent look at it once."""
        note = json.dumps(certificate.members(), separators=(",", ":"))
        signed = sign_text(PURPOSE, note, key)
        text = SignedText(note, {name: signed[name] for name in ("kid", "alg", "sig")})
        on = str(day or certificate.day)
        self.line.certificates[on] = Reply(200, "application/json", text.text().encode())
        self.now += PAUSE_S + 1
        self.signer.follow(on)
        return text

    def files(self) -> list[str]:
        folder = self.bench.folder / FOLDER
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def room(bench: Bench, line: DirectCourier) -> Room:
    bench.tap(20)
    return Room(bench, line)


def test_what_the_journal_says_too_is_signed_sent_and_kept(room: Room) -> None:
    text = room.offer(room.certificate(MONDAY, room.range(1, 12)))
    ((day, body),) = room.line.countersigned
    assert day == "2026-11-16"
    assert open_text(PURPOSE, json.loads(body), STATION_KEY.verify_key) == text.note
    kept = SignedText.of((room.bench.folder / FOLDER / "2026-11-16.json").read_bytes())
    assert open_certificate(kept.signed, ACK_KEY.verify_key).ranges[0].last_seq == 12
    assert kept.countersigned == json.loads(body)


@pytest.mark.invariant(31, 32)
@pytest.mark.parametrize(
    "forged",
    [
        lambda each: replace(each, root=bytes(32)),
        lambda each: replace(each, first_h=bytes(32)),
        lambda each: replace(each, last_h=bytes(32)),
        lambda each: replace(each, first_seq=2),
        lambda each: replace(each, last_seq=11),
        lambda each: replace(each, last_seq=99),
    ],
)
def test_what_the_journal_says_otherwise_is_not_signed_and_is_kept_as_a_witness(
    room: Room, forged: Callable[[Range], Range]
) -> None:
    room.offer(room.certificate(MONDAY, forged(room.range(1, 12))))
    assert room.line.countersigned == []
    assert room.signer.refused is not None
    assert room.files() == ["2026-11-16.refused.json"]


def test_a_right_one_after_a_wrong_one_is_signed_and_the_alarm_ends(room: Room) -> None:
    room.offer(room.certificate(MONDAY, replace(room.range(1, 12), root=bytes(32))))
    room.offer(room.certificate(MONDAY, room.range(1, 12), revision=2))
    assert len(room.line.countersigned) == 1
    assert room.signer.refused is None


def test_what_central_did_not_sign_is_not_even_kept(room: Room) -> None:
    room.offer(room.certificate(MONDAY, room.range(1, 12)), key=STATION_KEY)
    assert (room.line.countersigned, room.files()) == ([], [])
    assert room.signer.refused is None


def test_a_certificate_of_another_day_or_station_is_not_signed(room: Room) -> None:
    room.offer(room.certificate(MONDAY, room.range(1, 12)), day=TUESDAY)
    room.offer(replace(room.certificate(MONDAY, room.range(1, 12)), station="st-r999"))
    assert room.line.countersigned == []


@pytest.mark.parametrize("day", ["../../etc", "2026-11-1", "20261116", "2026-W47-1", ""])
def test_a_day_that_is_none_is_not_asked_for(room: Room, day: str) -> None:
    room.signer.follow(day)
    assert room.files() == []


def test_an_epoch_of_another_card_is_not_signed_and_raises_no_alarm(room: Room) -> None:
    room.offer(room.certificate(MONDAY, replace(room.range(1, 12), epoch=77)))
    assert (room.line.countersigned, room.signer.refused) == ([], None)


@pytest.mark.invariant(32)
def test_no_entry_may_fall_between_two_days_or_into_both(room: Room) -> None:
    first = room.offer(room.certificate(MONDAY, room.range(1, 8)))
    room.offer(room.certificate(TUESDAY, room.range(10, 12), prev=first.sha256))
    assert room.signer.refused == (f"2026-11-17: entry 9 of epoch {room.bench.epoch} is certified for no day")
    room.offer(room.certificate(TUESDAY, room.range(8, 12), prev=first.sha256))
    assert room.signer.refused is not None
    assert "two days" in room.signer.refused
    room.offer(room.certificate(TUESDAY, room.range(9, 12), prev=first.sha256))
    assert len(room.line.countersigned) == 2
    assert room.signer.refused is None


@pytest.mark.invariant(32)
def test_what_was_certified_once_cannot_be_taken_out_by_a_revision(room: Room) -> None:
    room.offer(room.certificate(MONDAY, room.range(1, 12)))
    room.offer(room.certificate(MONDAY, room.range(1, 11), revision=2))
    assert room.signer.refused is not None
    assert "left out" in room.signer.refused
    room.offer(room.certificate(MONDAY, room.range(1, 13), revision=2))
    assert room.signer.refused is None
    # The revision before is signed as well, and is kept beside the newest.
    (older,) = [name for name in room.files() if ".r1." in name]
    kept = SignedText.of((room.bench.folder / FOLDER / older).read_bytes())
    assert kept.countersigned is not None


def test_a_signature_that_was_lost_on_the_way_is_sent_again_without_a_recount(room: Room) -> None:
    certificate = room.certificate(MONDAY, room.range(1, 12))
    room.line.faults.extend(["none", "lost request"])
    room.offer(certificate)
    assert (room.line.countersigned, room.files()) == ([], ["2026-11-16.json"])
    room.restarted()
    room.offer(certificate)
    assert len(room.line.countersigned) == 1


def test_a_revision_that_came_in_between_is_no_fault_and_is_asked_for_next_time(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    room.line.not_in_force = 1
    room.offer(room.certificate(MONDAY, room.range(1, 12)))
    assert "certificate.superseded" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    room.now -= PAUSE_S
    text = room.offer(room.certificate(MONDAY, room.range(1, 12), revision=2))
    ((_, body),) = room.line.countersigned
    assert open_text(PURPOSE, json.loads(body), STATION_KEY.verify_key) == text.note


def test_a_day_just_answered_is_left_alone_for_a_while(room: Room) -> None:
    room.offer(room.certificate(MONDAY, room.range(1, 12)))
    room.signer.follow("2026-11-16")
    assert len(room.line.countersigned) == 1


@pytest.mark.invariant(42)
def test_a_long_day_is_read_a_little_in_each_turn(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync_agent.countersign.PAGES_A_TURN", 2)
    room.bench.note([(Kind.ALIVE, {"n": number}) for number in range(2_600)])
    rows: list[Row] = []
    last = room.bench.journal.head.seq
    while len(rows) < last:
        rows += room.bench.reader.rows(room.bench.epoch, len(rows))
    root = merkle.root(chain.leaf(row.body) for row in rows)
    whole = Range(room.bench.epoch, 1, rows[0].h, last, rows[-1].h, root)
    room.offer(room.certificate(MONDAY, whole))
    turns = 1
    while not room.line.countersigned:
        room.signer.follow("2026-11-16")
        turns += 1
    assert turns == 4


def test_a_damaged_file_of_its_own_convicts_nobody(room: Room) -> None:
    room.offer(room.certificate(MONDAY, room.range(1, 8)))
    (room.bench.folder / FOLDER / "2026-11-16.json").write_text("{}")
    room.offer(room.certificate(TUESDAY, room.range(9, 12)))
    assert len(room.line.countersigned) == 2
    assert room.signer.refused is None
