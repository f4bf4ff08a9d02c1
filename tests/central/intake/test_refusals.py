"""Messages that are not kept: what is wrong with each, and that nothing is left of it."""

import gzip
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from sync_agent import wire
from tests.fakes.data_folder import rows
from tests.fakes.intake import IntakeBench, problem
from tests.fakes.virtual_station import Message, VirtualStation


@pytest.fixture(autouse=True)
def nothing_is_left(bench: IntakeBench) -> Iterator[None]:
    bench.register()
    yield
    assert [bench.count(table) for table in ("batch", "quarantine")] == [0, 0]
    # Where only something before it was missing it is known that the request came, and no answer is kept.
    assert rows(bench.config, "SELECT count(*) FROM replay WHERE length(answer) > 0") == [(0,)]


def _with_body(message: Message, body: bytes) -> Message:
    return replace(
        message, body=body, headers={**message.headers, "Content-Digest": wire.content_digest(body)}
    )


def test_entries_that_are_missing_are_asked_for(bench: IntakeBench) -> None:
    bench.station.tap()
    message = bench.station.message(bench.station.envelope(2, 1))
    start = bench.station.hashes[0].hex()
    assert problem(bench.post(message)) == ("gap", {"have_seq": 0, "have_h": start})


@pytest.mark.invariant(14)
@pytest.mark.fault("S2")
def test_a_station_that_shows_a_receipt_for_what_is_gone_raises_an_alarm(
    bench: IntakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.station.tap()
    envelope = replace(bench.station.envelope(2, 1), have=wire.Have(None, 1))
    assert problem(bench.post(bench.station.message(envelope)))[0] == "gap"
    assert "evidence.lost station=st-r101" in caplog.text


def test_a_batch_of_an_epoch_nobody_registered_is_sent_back(bench: IntakeBench) -> None:
    bench.station.epoch += 1
    assert problem(bench.post(bench.station.batch())) == ("epoch-unknown", {})


def test_an_epoch_of_another_station_is_not_this_ones(bench: IntakeBench) -> None:
    other = VirtualStation("st-r102")
    bench.commission(bench.station, other)
    other.epoch = bench.station.epoch
    assert problem(bench.post(other.batch()))[0] == "epoch-unknown"


def test_a_station_nobody_commissioned_is_refused(bench: IntakeBench) -> None:
    assert problem(bench.post(VirtualStation("st-r999").batch())) == ("unknown-station", {})


def test_a_stranger_who_uses_a_stations_name_is_refused(bench: IntakeBench) -> None:
    stranger = VirtualStation("st-r999")
    message = bench.station.message(bench.station.envelope(1, 1), key=stranger.key)
    assert problem(bench.post(message)) == ("bad-signature", {})


def test_a_stranger_who_also_uses_the_keys_name_is_refused(bench: IntakeBench) -> None:
    message = bench.station.batch()
    plain = gzip.decompress(message.body)
    forged = plain.replace(b'"sw":"0.1.0"', b'"sw":"0.1.1"')
    assert forged != plain
    assert problem(bench.post(_with_body(message, gzip.compress(forged))))[0] == "bad-signature"


@pytest.mark.invariant(7)
@pytest.mark.fault("N1")
def test_bytes_cut_off_on_the_way_are_noticed_by_their_digest(bench: IntakeBench) -> None:
    message = bench.station.batch()
    assert problem(bench.post(replace(message, body=message.body[:-1]))) == ("digest-mismatch", {})


@pytest.mark.parametrize("header", ["content_digest", "idempotency_key"])
def test_a_header_that_is_missing_is_named(bench: IntakeBench, header: str) -> None:
    name, members = problem(bench.post(bench.station.batch(), **{header: ""}))
    assert name == "malformed"
    assert header.replace("_", "-").title() in str(members["detail"])


def test_a_key_that_names_another_range_is_refused(bench: IntakeBench) -> None:
    answer = bench.post(bench.station.batch(), idempotency_key='"st-r101.1.1-1.00000000"')
    assert problem(answer) == ("idempotency-mismatch", {})


def test_a_batch_sent_to_another_stations_address_is_refused(bench: IntakeBench) -> None:
    other = VirtualStation("st-r102")
    bench.commission(bench.station, other)
    message = replace(bench.station.batch(), path=other.batch().path)
    assert problem(bench.post(message))[0] == "malformed"


@pytest.mark.invariant(7)
@pytest.mark.fault("N1")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(gzip.decompress, id="not compressed"),
        pytest.param(lambda body: body + body, id="two gzip members"),
        pytest.param(lambda body: body[:-8], id="cut before its checksum"),
        pytest.param(lambda _: gzip.compress(b"hello\n"), id="not a batch"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda body: gzip.compress(gzip.decompress(body)[:-1]), id="cut before compression"),
    ],
)
def test_a_message_of_another_shape_is_malformed(bench: IntakeBench, spoil: Callable[[bytes], bytes]) -> None:
    message = bench.station.batch()
    name, members = problem(bench.post(_with_body(message, spoil(message.body))))
    assert name == "malformed"
    assert members["detail"]


def test_more_entries_than_allowed_are_refused_with_the_limits(bench: IntakeBench) -> None:
    for n in range(wire.MAX_ENTRIES):
        bench.station.append("x", n % 10)
    message = bench.station.message(bench.station.envelope(1, wire.MAX_ENTRIES + 1))
    assert problem(bench.post(message)) == ("too-large", {"max_entries": 500, "max_bytes": 65_536})


def test_longer_entries_than_allowed_are_refused(bench: IntakeBench) -> None:
    bench.station.append("x", "y" * wire.MAX_BODY_BYTES)
    assert problem(bench.post(bench.station.batch()))[0] == "too-large"


def test_a_small_message_that_unfolds_without_end_is_refused(bench: IntakeBench) -> None:
    message = bench.station.batch()
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 60_000
    assert problem(bench.post(_with_body(message, bomb)))[0] == "too-large"


def test_a_body_without_end_is_not_read_to_its_end(bench: IntakeBench) -> None:
    message = bench.station.batch()
    read = itertools.count()
    parts = (b"x" * 1_000 for _ in read)
    answer = bench.caller.stream("POST", message.path, message.headers, parts)
    assert problem(answer)[0] == "too-large"
    assert next(read) < 100


def test_no_refusal_repeats_what_was_sent(bench: IntakeBench) -> None:
    message = bench.station.batch()
    secret = gzip.compress(gzip.decompress(message.body).replace(b'"from":1', b'"from":"Ana Alvarez"'))
    answer = bench.post(_with_body(message, secret))
    assert answer.status == 400
    assert b"Alvarez" not in answer.body


def test_an_address_nobody_serves_is_not_found(bench: IntakeBench) -> None:
    assert bench.caller.call("GET", "/v1/stations/st-r101/certificates").status == 404
    assert bench.caller.call("GET", "/v1/stations/st-r101/sync").status == 405
