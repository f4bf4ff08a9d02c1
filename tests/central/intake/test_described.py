"""The stations' side answers as its description for programs says, whatever it is sent."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import schemathesis
import uvicorn

from central.intake import admission
from central.intake.app import build
from sync_agent import wire
from sync_agent.certificate import PURPOSE
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, sign_text
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.described import OFTEN, Case, Sending, send_what_does_not_fit, send_what_fits
from tests.fakes.intake import IntakeBench
from tests.fakes.new_board import TOKEN, NewBoard, ahead, listed, publish_tokens
from tests.fakes.virtual_station import Message, VirtualStation

DAY = "2026-11-20"
NOTE = f'{{"v":1,"station":"st-r101","day":"{DAY}"}}'
OPERATIONS = {
    "sync": ("/v1/stations/{station}/sync", "POST"),
    "registerEpoch": ("/v1/stations/{station}/epochs", "POST"),
    "digests": ("/v1/stations/{station}/digests", "POST"),
    "roster": ("/v1/stations/{station}/roster", "GET"),
    "config": ("/v1/stations/{station}/config", "GET"),
    "release": ("/v1/stations/{station}/release/{part}/{name}", "GET"),
    "certificate": ("/v1/stations/{station}/certificates/{day}", "GET"),
    "countersign": ("/v1/stations/{station}/certificates/{day}", "POST"),
    "enrol": ("/v1/enrolments", "POST"),
    "rotateKey": ("/v1/stations/{station}/keys", "POST"),
    "importUsb": ("/v1/import/usb", "POST"),
    "time": ("/v1/time", "GET"),
    "openapi": ("/v1/openapi.yaml", "GET"),
    "healthz": ("/healthz", "GET"),
}
_PATIENCE_S = 20


@pytest.fixture
def bench(tmp_path: Path) -> IntakeBench:
    """Start the intake once, so that its folder is laid out, with a certificate to sign."""
    bench = IntakeBench(tmp_path)
    publish_tokens(bench.config.data, [listed(TOKEN, ahead(bench.clock))])
    folder = bench.config.data / "certificates" / "st-r101"
    folder.mkdir(parents=True)
    notes = bench.config.data / "releases/metadata"
    notes.mkdir(parents=True)
    (notes / "timestamp.json").write_bytes(b"{}")
    signed = sign_text(PURPOSE, NOTE, ACK_KEY)
    text = SignedText(NOTE, {name: signed[name] for name in ("kid", "alg", "sig")})
    (folder / f"{DAY}.json").write_text(text.text())
    return bench


@pytest.fixture
def address(bench: IntakeBench, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the intake on this machine and return where; its door looks at all that proves nothing."""
    # What the door lets in is asked elsewhere; here, what is behind it answers, however often.
    monkeypatch.setattr(admission, "_FAILURES_AT_ONCE", 100_000.0)
    app = build(bench.config, bench.clock.now)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None))
        running = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        running.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            running.join(_PATIENCE_S)


def messages() -> dict[str, Message]:
    """Return a right message for each operation that takes one, of a station whose epoch is known."""
    station = VirtualStation()
    head = station.head
    asked = wire.Digests(
        station=station.name, epoch=station.epoch, nonce=wire.nonce_text(bytes(16)), heads=[head]
    )
    digests = wire.digests_request(asked, station.key.sign)
    carried = station.message(replace(station.envelope(1, 1), via=wire.USB, token=None, sync_no=1))
    plain = {"Content-Type": "application/x-ndjson", "Content-Digest": wire.content_digest(digests)}
    return {
        "registerEpoch": station.registration(),
        "sync": station.batch(),
        "digests": Message("", plain, digests),
        "enrol": NewBoard().enrolment(),
        "rotateKey": _rotation(station),
        "importUsb": Message("", {"Content-Type": "application/x-ndjson"}, carried.body),
    }


def _rotation(station: VirtualStation) -> Message:
    new = SigningKey(b"n" * 32)
    asked = wire.Rotation(station=station.name, public=new.verify_key, nonce=wire.nonce_text(bytes(16)))
    return Message("", {"Content-Type": "application/x-ndjson"}, asked.request(station.key, new))


@OFTEN
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_stations_side_answers_as_it_is_described(name: str, examples: int, address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/v1/openapi.yaml")
    schema.config.update(base_url=address)
    # No description can say how long a file is: a range that fits it may lie behind the file's end.
    schema.config.checks.positive_data_acceptance.expected_statuses += ["416"]
    # Too long a message is told so, which is a refusal as good as any.
    schema.config.checks.negative_data_rejection.expected_statuses += ["413"]
    right = messages().get(name)
    if name != "registerEpoch":
        first = messages()["registerEpoch"]
        assert requests.post(f"{address}{first.path}", first.body, headers=first.headers, timeout=9).ok

    def settle(case: Case, is_real: bool) -> Sending:  # noqa: FBT001  as it is called
        if is_real and isinstance(case.path_parameters, dict):
            case.path_parameters.update(
                {
                    part: at
                    for part, at in (
                        ("station", "st-r101"),
                        ("day", DAY),
                        ("part", "metadata"),
                        ("name", "timestamp.json"),
                    )
                    if part in case.path_parameters
                }
            )
        if name == "countersign":
            case.body = dict(sign_text(PURPOSE, NOTE, VirtualStation().key))
        # A description cannot say what a signature signs: what fits it is what a station makes.
        return {"data": right.body, "headers": dict(right.headers)} if right else {}

    path, method = OPERATIONS[name]
    answers = send_what_fits(schema[path][method], {}, settle, examples // 2)
    assert answers & {200, 404}
    send_what_does_not_fit(schema[path][method], {}, examples // 2)
