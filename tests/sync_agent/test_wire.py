"""The wire: what goes in comes out, and no bit of it changes unnoticed."""

import gzip
import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_agent import wire
from sync_agent.signing import SignatureError, SigningKey

KEY = SigningKey(bytes(range(32)))
NONCE = wire.nonce_text(bytes(range(16)))
START = bytes(32)
BODIES = (b'[1,"genesis",1,5,5,6,1,500,{}]', b'[1,"tap",1,9,9,10,1,500,["AAAA",null,"nfc",{},null]]')
H2 = bytes(range(32))


def envelope(count: int = 2, **changes: object) -> wire.Envelope:
    plain = wire.Envelope(
        station="st-r101",
        epoch=2**62 + 5,
        sync_no=3,
        nonce=NONCE,
        token="ratchet",  # noqa: S106 - the protocol's ratchet, not a password
        sw="0.1.0",
        boot=4,
        t1_raw_ms=93120044,
        head=wire.Position(count + 7, bytes(32)),
        first=1,
        prev=START,
        count=count,
        batch_h=H2 if count else START,
        have=wire.Have(None, 0),
        health={"pending": 7, "temp_c": 51},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test names real fields


def plain_of(data: bytes) -> bytes:
    return gzip.decompress(data)


def read(plain: bytes) -> wire.Batch:
    """Do what a receiver does: take apart, then prove."""
    batch = wire.unpack(gzip.compress(plain), wire.MAX_MESSAGE_BYTES)
    KEY.verify_key.verify(batch.signed_bytes, batch.signature)
    return batch


def test_a_batch_arrives_as_it_was_packed() -> None:
    sent = envelope()
    batch = wire.unpack(wire.pack(sent, BODIES, KEY.sign), wire.MAX_MESSAGE_BYTES)
    KEY.verify_key.verify(batch.signed_bytes, batch.signature)
    assert batch.envelope == sent
    assert tuple(batch.bodies) == BODIES


def test_packing_the_same_batch_twice_gives_the_same_bytes() -> None:
    assert wire.pack(envelope(), BODIES, KEY.sign) == wire.pack(envelope(), BODIES, KEY.sign)


def test_an_entry_that_is_not_json_travels_untouched() -> None:
    odd = (b"\xff\xfe not text \x00", b"\r")
    batch = wire.unpack(wire.pack(envelope(), odd, KEY.sign), wire.MAX_MESSAGE_BYTES)
    assert tuple(batch.bodies) == odd


@given(bodies=st.lists(st.binary(min_size=1, max_size=40).filter(lambda body: b"\n" not in body), max_size=6))
def test_any_entries_without_newlines_make_the_round_trip(bodies: list[bytes]) -> None:
    data = wire.pack(envelope(len(bodies)), bodies, KEY.sign)
    assert list(wire.unpack(data, wire.MAX_MESSAGE_BYTES).bodies) == bodies


@pytest.mark.parametrize("bodies", [(b"",), (b"a\nb",), (b"a", b"b")])
def test_entries_that_cannot_be_framed_are_not_packed(bodies: tuple[bytes, ...]) -> None:
    with pytest.raises(wire.WireError):
        wire.pack(envelope(1), bodies, KEY.sign)


def test_every_flipped_bit_of_a_batch_is_noticed() -> None:
    plain = plain_of(wire.pack(envelope(), BODIES, KEY.sign))
    read(plain)
    for place in range(8 * len(plain)):
        changed = bytearray(plain)
        changed[place // 8] ^= 1 << (place % 8)
        with pytest.raises((wire.WireError, SignatureError)):
            read(bytes(changed))


def test_every_flipped_bit_of_the_bytes_on_the_wire_changes_their_digest_or_nothing_else() -> None:
    data = wire.pack(envelope(), BODIES, KEY.sign)
    honest = plain_of(data)
    for place in range(8 * len(data)):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << (place % 8)
        assert wire.content_digest(bytes(changed)) != wire.content_digest(data)
        try:
            batch = wire.unpack(bytes(changed), wire.MAX_MESSAGE_BYTES)
        except wire.WireError:
            continue
        # gzip's header has bits without meaning; what they wrap is untouched.
        assert honest.startswith(batch.signed_bytes)
        KEY.verify_key.verify(batch.signed_bytes, batch.signature)


def test_a_batch_cut_anywhere_is_refused() -> None:
    data = wire.pack(envelope(), BODIES, KEY.sign)
    plain = plain_of(data)
    for size in range(len(data)):
        with pytest.raises(wire.WireError):
            wire.unpack(data[:size], wire.MAX_MESSAGE_BYTES)
    for size in range(len(plain)):
        with pytest.raises((wire.WireError, SignatureError)):
            read(plain[:size])


def test_a_signature_line_has_one_spelling() -> None:
    plain = plain_of(wire.pack(envelope(), BODIES, KEY.sign))
    cut = plain.rindex(b"\n", 0, -1) + 1
    members = json.loads(plain[cut:])
    read(plain)
    for line in (json.dumps(members), json.dumps({**members, "more": 1}, separators=(",", ":"))):
        with pytest.raises(wire.WireError, match="canonical"):
            read(plain[:cut] + line.encode() + b"\n")


def test_what_follows_a_batch_is_refused() -> None:
    data = wire.pack(envelope(), BODIES, KEY.sign)
    for extra in (b"\n", data, gzip.compress(b"more")):
        with pytest.raises(wire.WireError):
            wire.unpack(data + extra, wire.MAX_MESSAGE_BYTES)


def test_a_batch_longer_than_its_reader_can_hold_is_refused_without_unfolding_it() -> None:
    bomb = zlib.compress(bytes(10_000_000), wbits=31)
    with pytest.raises(wire.TooLargeError):
        wire.unpack(bomb, 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"type": "epoch"},
        {"epoch": 0},
        {"epoch": 2**63},
        {"epoch": "5"},
        {"sync_no": True},
        {"nonce": "short"},
        {"nonce": NONCE[:-1] + "B"},
        {"nonce": "é" * 22},
        {"station": None},
        {"station": "\ud800"},
        {"token": 3},
        {"prev": "00"},
        {"prev": "AB" * 32},
        {"head": []},
        {"head": {"seq": 1, "h": "00" * 32}},
        {"count": 0},
        {"count": -1},
        {"count": 3},
        {"have": {}},
        {"health": 1},
        {"from": 0},
    ],
)
def test_an_envelope_that_says_something_impossible_is_refused(change: dict[str, object]) -> None:
    members = {**envelope().members(), **change}
    line = json.dumps(members).encode()
    signed = b"".join(part + b"\n" for part in (line, *BODIES))
    signature = json.dumps(KEY.sign(signed).members(), separators=(",", ":")).encode() + b"\n"
    with pytest.raises(wire.WireError):
        wire.unpack(gzip.compress(signed + signature), wire.MAX_MESSAGE_BYTES)


def test_an_envelope_with_members_of_a_later_release_is_read() -> None:
    members = {**envelope().members(), "colour": "blue"}
    fields = wire.decode_object(json.dumps(members).encode(), "envelope")
    assert wire.Envelope.of(fields) == envelope()


def test_an_empty_batch_is_a_greeting() -> None:
    greeting = envelope(0)
    assert greeting.last == 0
    batch = wire.unpack(wire.pack(greeting, (), KEY.sign), wire.MAX_MESSAGE_BYTES)
    assert (batch.envelope, list(batch.bodies)) == (greeting, [])
    with pytest.raises(wire.WireError, match="batch_h"):
        wire.pack(replace(greeting, batch_h=H2), (), KEY.sign)


def test_the_idempotency_key_names_the_range_and_its_hash() -> None:
    assert envelope(epoch=3).idempotency_key == f'"st-r101.3.1-2.{H2.hex()[:8]}"'


def test_a_registration_arrives_as_it_was_sent() -> None:
    for prev in ((None, None), (7, H2)):
        registration = wire.Registration(
            station="st-r101", epoch=9, reason="new", prev_epoch=prev[0], prev_head=prev[1], nonce=NONCE
        )
        data = wire.epoch_request(registration, KEY.sign)
        got, signed, signature = wire.parse_epoch_request(data)
        KEY.verify_key.verify(signed, signature)
        assert got == registration
    with pytest.raises(wire.WireError):
        wire.parse_epoch_request(plain_of(wire.pack(envelope(), BODIES, KEY.sign)))


def test_a_problem_survives_the_wire() -> None:
    problem = wire.Problem.named("gap", have_seq=7, have_h="00" * 32)
    body = problem.to_json()
    assert json.loads(body)["type"] == wire.problem_type("gap") == "https://rollbook.invalid/problems/gap"
    assert wire.Problem.from_json(409, body) == problem
    assert problem.fields.whole("have_seq") == 7


def test_a_problem_nobody_agreed_on_keeps_its_address() -> None:
    problem = wire.Problem.from_json(418, b'{"type":"https://example.org/teapot","detail":"short and stout"}')
    assert problem.type == "https://example.org/teapot"
    assert problem.members == {"detail": "short and stout"}
    with pytest.raises(wire.WireError):
        wire.Problem.named("teapot")
    with pytest.raises(wire.WireError):
        wire.Problem.from_json(500, b"<html>")


def test_an_answer_survives_the_wire_and_a_cut_one_does_not() -> None:
    answer = wire.Answer(
        ack={"note": "{}"},
        beacon={"note": "{}"},
        token="next",  # noqa: S106 - the protocol's ratchet, not a password
        pace=wire.Pace(30, 500, 65536, 300),
        roster=12,
        notes=[],
    )
    body = answer.to_json()
    assert wire.Answer.from_json(body) == answer
    for size in range(len(body)):
        with pytest.raises(wire.WireError):
            wire.Answer.from_json(body[:size])
