"""The documents of the wire say what the code does."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from central.intake import evidence
from central.intake.endpoints import OPENAPI_PATH
from central.intake.verify import MAX_RECEIVED_BYTES
from sync_agent import wire
from sync_agent.wire.problem import STATUS_AND_TITLE
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.intake import IntakeBench
from tests.fakes.virtual_station import Message, VirtualStation

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/reference/sync-api.md").read_text(encoding="utf-8")
API: dict[str, Any] = yaml.safe_load(  # a YAML document has whatever shape it has
    (ROOT / "central/intake/sync-api.yaml").read_text(encoding="utf-8")
)


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in API["paths"].items():
        for method in ("get", "post"):
            if method in item:
                yield method.upper(), path, item[method]


def test_every_endpoint_is_described_and_none_that_is_not_there(bench: IntakeBench) -> None:
    described = {(method, path) for method, path, _ in _operations()}
    served = {
        (method, route.path)
        for route in bench.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert described == served
    for method, path in described:
        assert f"`{method} {path}" in TEXT


def test_the_description_is_served_as_it_is(bench: IntakeBench) -> None:
    answer = bench.caller.call("GET", OPENAPI_PATH)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/yaml")
    assert yaml.safe_load(answer.body) == API


def test_every_problem_is_described_with_its_status() -> None:
    described = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", TEXT, re.MULTILINE)
    statuses = {name: status for name, (status, _) in STATUS_AND_TITLE.items()}
    assert {name: int(status) for name, status in described} == statuses
    listed = set(API["components"]["schemas"]["Problem"]["properties"]["type"]["enum"])
    assert listed == {"about:blank", *map(wire.problem_type, statuses)}


@pytest.mark.parametrize(
    "operation", [each for _, _, each in _operations()], ids=lambda each: each["operationId"]
)
def test_a_problem_is_listed_under_its_own_status(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        for name in response.get("x-problems", []):
            assert STATUS_AND_TITLE[name][0] == int(status)


def test_every_problem_but_none_beyond_is_answered_by_some_endpoint() -> None:
    named = {
        name
        for _, _, operation in _operations()
        for response in operation["responses"].values()
        for name in response.get("x-problems", [])
    }
    assert named == set(STATUS_AND_TITLE)


def test_messages_have_the_members_that_are_described(bench: IntakeBench) -> None:
    bench.register()
    message = bench.station.batch()
    assert message.envelope is not None
    answer = json.loads(bench.post(message).body)
    registered = json.loads(bench.post(bench.station.registration()).body)
    registration, _, _ = wire.parse_epoch_request(bench.station.registration().body)
    unknown = bench.station.message(replace(message.envelope, epoch=1))
    refused = json.loads(bench.post(unknown).body)
    digests = wire.Digests(
        station="st-r101", epoch=bench.station.epoch, nonce=message.envelope.nonce, heads=[bench.station.head]
    )
    body = wire.digests_request(digests, bench.station.key.sign)
    headers = {"Content-Digest": wire.content_digest(body)}
    agreed = json.loads(bench.post(Message(wire.DIGESTS_PATH.format(station="st-r101"), headers, body)).body)
    said = {
        "Refusal": json.loads(refused["proof"]["note"]),
        "Digests": digests.members(),
        "DigestsNote": json.loads(agreed["note"]),
        "Envelope": message.envelope.members(),
        "Registration": registration.members(),
        "Answer": answer,
        "Ack": json.loads(answer["ack"]["note"]),
        "Beacon": json.loads(answer["beacon"]["note"]),
        "EpochNote": json.loads(registered["note"]),
    }
    for name, members in said.items():
        schema = API["components"]["schemas"][name]
        # Two members of an envelope are there only where there is something to say.
        assert set(members) == set(schema["properties"]) - {"receipt", "via"} == set(schema["required"]), name
    for part in ("next", "offer"):
        described = API["components"]["schemas"]["Answer"]["properties"][part]["properties"]
        assert set(answer[part]) == set(described)


def test_the_problems_a_station_acts_upon_are_those_of_the_description() -> None:
    refusal = API["components"]["schemas"]["Refusal"]
    assert set(refusal["properties"]["type"]["enum"]) == wire.PROVEN_REFUSALS
    for name in wire.PROVEN_REFUSALS:
        (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{name}` | "))
        assert "`proof`" in row


def test_figures_in_the_text_are_those_of_the_code() -> None:
    for figure in (
        wire.MAX_ENTRIES,
        wire.MAX_BODY_BYTES,
        wire.MAX_MESSAGE_BYTES,
        MAX_RECEIVED_BYTES,
        evidence.ANSWERS_KEPT,
        evidence.REQUESTS_KEPT,
    ):
        assert f"{figure:,}" in TEXT
    body = API["paths"][wire.SYNC_PATH]["post"]["requestBody"]["content"]["application/x-ndjson"]["schema"]
    assert f"{MAX_RECEIVED_BYTES:,}" in body["description"]


def test_every_event_of_the_log_is_listed() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "central/intake").glob("*.py"))
    events = set(re.findall(r'log\.\w+\(\s*"([a-z.-]+)"', sources))
    listed = set(re.findall(r"`([a-z]+\.[a-z-]+)`", TEXT.split("## What the intake writes to its log")[1]))
    assert events == listed


def test_the_signature_of_a_note_is_made_as_described() -> None:
    station = VirtualStation()
    note = '{"station":"st-r101"}'
    signature = station.key.sign(b"rollbook/ack/1\n" + note.encode())
    from sync_agent.signing import open_text

    assert open_text("ack", {"note": note, **signature.members()}, station.key.verify_key) == note
    assert ACK_KEY.kid != station.key.kid
