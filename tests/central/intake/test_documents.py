"""The documents of the wire say what the code does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from central.intake import evidence
from central.intake.verify import MAX_RECEIVED_BYTES
from sync_agent import wire
from sync_agent.wire.problem import STATUS_AND_TITLE
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.intake import IntakeBench
from tests.fakes.virtual_station import VirtualStation

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
    for method, path, _ in _operations():
        assert f"`{method} {path}" in TEXT
        address = path.replace("{station}", "st-r101")
        assert bench.caller.call(method, address).status not in {404, 405} or "roster" in path
    assert {path for _, path, _ in _operations()} == {
        *(wire.SYNC_PATH, wire.EPOCHS_PATH, wire.ROSTER_PATH, wire.TIME_PATH),
        "/healthz",
    }


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
    said = {
        "Envelope": message.envelope.members(),
        "Registration": registration.members(),
        "Answer": answer,
        "Ack": json.loads(answer["ack"]["note"]),
        "Beacon": json.loads(answer["beacon"]["note"]),
        "EpochNote": json.loads(registered["note"]),
    }
    for name, members in said.items():
        schema = API["components"]["schemas"][name]
        assert set(members) == set(schema["properties"]) == set(schema["required"]), name
    assert set(answer["next"]) == set(
        API["components"]["schemas"]["Answer"]["properties"]["next"]["properties"]
    )


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
    assert body["maxLength"] == MAX_RECEIVED_BYTES


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
