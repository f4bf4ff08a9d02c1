"""Messages recorded once are understood by this release, whoever is older: the station or the server."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.intake.audit import audit
from central.intake.keyring import Keyring
from station.roster import parse
from sync_agent import wire
from sync_agent.settable import Config
from sync_agent.signing import VerifyKey, open_note, open_text
from tests.fakes.data_folder import rows
from tests.fakes.intake import IntakeBench
from tests.fakes.virtual_station import VirtualStation

GOLDEN = Path(__file__).parents[1] / "golden" / "wire-v1"
KEYS = {
    name: VerifyKey.from_hex(text) for name, text in json.loads((GOLDEN / "keys.json").read_text()).items()
}
STATION = "st-r101"


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def post(bench: IntakeBench, path: str, data: bytes) -> wire.Answer:
    """Send a batch as its station did and return the answer, which must be a 200."""
    envelope = wire.unpack(data, wire.MAX_MESSAGE_BYTES).envelope
    headers = {"Content-Digest": wire.content_digest(data), "Idempotency-Key": envelope.idempotency_key}
    answer = bench.caller.call("POST", path.format(station=STATION), headers, data)
    assert answer.status == 200, answer.body
    return wire.Answer.from_json(answer.body)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[IntakeBench]:
    """Return an intake that knows the station of the recordings and its epoch."""
    with IntakeBench(tmp_path, [VirtualStation(STATION)]) as bench:
        assert bench.station.key.verify_key.public == KEYS["station"].public
        data = golden("01-epoch.ndjson")
        headers = {"Content-Digest": wire.content_digest(data)}
        path = wire.EPOCHS_PATH.format(station=STATION)
        assert bench.caller.call("POST", path, headers, data).status == 200
        yield bench


@pytest.mark.invariant(12)
@pytest.mark.fault("E1")
def test_stations_of_an_older_and_a_later_release_are_kept_to_the_byte_and_acknowledged(
    known: IntakeBench,
) -> None:
    names = ["02-first-release.ndjson.gz", "03-later-release.ndjson.gz", "04-by-hand.rollbook"]
    paths = [wire.SYNC_PATH, wire.SYNC_PATH, wire.USB_PATH]
    held = []
    for name, path in zip(names, paths, strict=True):
        ack = wire.Ack.of(open_note("ack", post(known, path, golden(name)).ack, KEYS["acknowledging"]))
        held.append(ack.seq)
    assert held == [4, 8, 9]
    kept = rows(known.config, "SELECT bytes FROM batch ORDER BY srv_seq")
    assert kept == [(golden(name),) for name in names]
    assert b"hologram" in gzip.decompress(golden(names[1]))
    ring = Keyring(known.config.data / "keyring.json")
    assert list(audit(known.config.evidence, ring, KEYS["acknowledging"])) == []


@pytest.mark.fault("E1")
@pytest.mark.parametrize(
    ("name", "config"), [("05-answer-first-release.json", None), ("06-answer-later-release.json", 4)]
)
def test_answers_of_an_older_and_a_later_server_are_believed(name: str, config: int | None) -> None:
    answer = wire.Answer.from_json(golden(name))
    ack = wire.Ack.of(open_note("ack", answer.ack, KEYS["acknowledging"]))
    sent = wire.unpack(golden("02-first-release.ndjson.gz"), wire.MAX_MESSAGE_BYTES).envelope
    assert (ack.station, ack.epoch, ack.seq, ack.h) == (STATION, sent.epoch, sent.last, sent.batch_h)
    assert (answer.roster, answer.config, answer.certificate) == (3, config, None)
    beacon = wire.Beacon.of(open_note("beacon", answer.beacon, KEYS["acknowledging"]))
    assert beacon.nonce == sent.nonce


@pytest.mark.fault("E1")
def test_what_was_published_for_a_station_is_still_read() -> None:
    roster = parse(open_text("roster", json.loads(golden("07-roster.json")), KEYS["configuring"]))
    assert (roster.version, roster.knows(bytes(range(16)))) == (3, True)
    config = Config.of(open_text("config", json.loads(golden("08-config.json")), KEYS["configuring"]))
    assert (config.version, config.values) == (4, {"poll_s": 60, "alive_s": 600})
