"""Registering epochs, fetching rosters, asking the time."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from station import chain
from sync_agent import wire
from sync_agent.signing import open_note, open_text
from tests.fakes.asgi import Answer
from tests.fakes.data_folder import CONFIG_KEY, publish_roster, rows
from tests.fakes.intake import SERVER, IntakeBench, problem
from tests.fakes.virtual_station import VirtualStation

NONCE = wire.nonce_text(bytes(range(16)))


def _note(answer: Answer) -> wire.EpochNote:
    assert answer.status == 200
    return wire.EpochNote.of(open_note("epoch", json.loads(answer.body), SERVER))


def test_an_epoch_is_registered_once_and_confirmed_alike_each_time(bench: IntakeBench) -> None:
    message = bench.station.registration()
    first = _note(bench.post(message))
    bench.clock.advance(60_000)
    assert _note(bench.post(message)) == first
    assert (first.station, first.epoch) == ("st-r101", bench.station.epoch)
    assert (first.server, first.inc, first.term) == ("central-1", "first-life", 1)
    assert rows(bench.config, "SELECT registered_ms, bytes, prev_epoch FROM epoch") == [
        (bench.clock.wall_ms - 60_000, message.body, None)
    ]


@pytest.mark.invariant(21)
def test_registering_again_takes_nothing_away(bench: IntakeBench) -> None:
    bench.register()
    bench.sync(bench.station)
    held = bench.held(bench.station)
    bench.register()
    assert bench.held(bench.station) == held
    assert bench.sync(bench.station).seq == 2


def test_a_new_epoch_begins_with_nothing_held_and_no_ratchet(bench: IntakeBench) -> None:
    bench.register()
    assert rows(bench.config, "SELECT seq, h, token FROM station_head") == [(0, chain.START, None)]


def test_a_registration_nobody_signed_is_refused(bench: IntakeBench) -> None:
    message = bench.station.registration()
    body = message.body.replace(b'"reason":"new"', b'"reason":"old"')
    headers = {"Content-Digest": wire.content_digest(body)}
    assert problem(bench.post(replace(message, body=body, headers=headers)))[0] == "bad-signature"
    assert bench.count("epoch") == 0


@pytest.mark.parametrize("body", [b"", b"{}\n", b"\n\n", b"x" * 100])
def test_a_registration_of_another_shape_is_malformed(bench: IntakeBench, body: bytes) -> None:
    message = replace(bench.station.registration(), body=body)
    headers = {"Content-Digest": wire.content_digest(body)}
    assert problem(bench.post(replace(message, headers=headers)))[0] == "malformed"


def test_a_registration_cut_off_on_the_way_is_noticed(bench: IntakeBench) -> None:
    message = bench.station.registration()
    assert problem(bench.post(replace(message, body=message.body[:-1])))[0] == "digest-mismatch"


def test_a_registration_sent_to_another_stations_address_is_malformed(bench: IntakeBench) -> None:
    other = VirtualStation("st-r102")
    bench.commission(bench.station, other)
    message = replace(bench.station.registration(), path=other.registration().path)
    assert problem(bench.post(message))[0] == "malformed"


@pytest.mark.invariant(20)
def test_a_revoked_station_registers_nothing_but_its_request_is_kept(bench: IntakeBench) -> None:
    bench.commission(bench.station, revoked=("st-r101",))
    message = bench.station.registration()
    assert problem(bench.post(message))[0] == "revoked"
    assert bench.count("epoch") == 0
    assert rows(bench.config, "SELECT reason, bytes FROM quarantine") == [("revoked", message.body)]


def test_a_roster_is_handed_out_as_published_and_only_when_it_changed(bench: IntakeBench) -> None:
    published = publish_roster(bench.config, "st-r101", 1)
    first = bench.caller.call("GET", "/v1/stations/st-r101/roster")
    assert first.body == published
    assert json.loads(open_text("roster", json.loads(first.body), CONFIG_KEY.verify_key))["version"] == 1
    tag = first.headers["etag"]
    for header in (tag, f'"other", W/{tag}', "*"):
        again = bench.caller.call("GET", "/v1/stations/st-r101/roster", {"If-None-Match": header})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    publish_roster(bench.config, "st-r101", 2)
    newer = bench.caller.call("GET", "/v1/stations/st-r101/roster", {"If-None-Match": tag})
    assert newer.status == 200
    assert newer.headers["etag"] != tag


def test_a_roster_is_given_only_to_stations_in_use(bench: IntakeBench) -> None:
    publish_roster(bench.config, "st-r999", 1)
    assert problem(bench.caller.call("GET", "/v1/stations/st-r999/roster"))[0] == "unknown-station"
    assert problem(bench.caller.call("GET", "/v1/stations/../roster"))[0] == "unknown-station"
    assert bench.caller.call("GET", "/v1/stations/st-r101/roster").status == 404
    bench.commission(bench.station, revoked=("st-r101",))
    assert problem(bench.caller.call("GET", "/v1/stations/st-r101/roster"))[0] == "revoked"


def test_anybody_may_ask_the_time_and_gets_it_signed_with_the_own_nonce(bench: IntakeBench) -> None:
    answer = bench.caller.call("GET", f"/v1/time?nonce={NONCE}")
    beacon = wire.Beacon.of(open_note("beacon", json.loads(answer.body), SERVER))
    assert (beacon.nonce, beacon.station, beacon.head) == (NONCE, "", chain.START)
    assert beacon.t2_ms == beacon.t3_ms == bench.clock.wall_ms
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["", "?nonce=", "?nonce=short", "?nonce=!!!!!!!!!!!!!!!!!!!!!!"])
def test_the_time_is_not_told_without_a_nonce(bench: IntakeBench, query: str) -> None:
    assert problem(bench.caller.call("GET", f"/v1/time{query}"))[0] == "malformed"


def test_health_is_told_without_asking_who(bench: IntakeBench) -> None:
    assert bench.caller.call("GET", "/healthz") == Answer(
        200, {"content-length": "3", "content-type": "text/plain; charset=utf-8"}, b"ok\n"
    )


def test_a_keyring_nobody_can_read_leaves_the_last_one_in_force(
    bench: IntakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.register()
    path = Path(bench.config.data_dir) / "keyring.json"
    for text in (
        "{",
        '{"v":2,"stations":{}}',
        '{"v":1}',
        '{"v":1,"stations":[]}',
        '{"v":1,"stations":{"a":{}}}',
    ):
        path.write_text(text, encoding="utf-8")
        assert bench.sync(bench.station).station == "st-r101"
    path.unlink()
    assert bench.sync(bench.station).station == "st-r101"
    assert caplog.text.count("published.unusable file=keyring.json") == 5


def test_a_key_that_goes_by_another_keys_name_is_not_believed(bench: IntakeBench) -> None:
    entry = bench.station.keyring_entry()
    stranger = VirtualStation("st-r999").keyring_entry()
    keys = [{**entry["keys"][0], "public": stranger["keys"][0]["public"]}]  # type: ignore[index]  # a list of keys
    ring = {"v": 1, "stations": {"st-r101": {**entry, "keys": keys}}}
    bench.register()
    path = Path(bench.config.data_dir) / "keyring.json"
    path.write_text(json.dumps(ring), encoding="utf-8")
    assert bench.sync(bench.station).station == "st-r101"


def test_a_roster_nobody_can_read_is_not_offered(bench: IntakeBench) -> None:
    bench.register()
    (Path(bench.config.data_dir) / "rosters" / "st-r101.json").write_text("{}", encoding="utf-8")
    assert wire.Answer.from_json(bench.post(bench.station.batch()).body).roster is None
