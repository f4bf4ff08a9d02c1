"""What every courier promises: one message there, one answer back, or CourierError; and no opinion."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TypeAlias

import pytest

from sync_agent import wire
from sync_agent.courier import HttpCourier
from sync_agent.errors import CourierError
from sync_agent.ports import Courier, Reply
from sync_agent.signing import open_text
from tests.fakes.central_rules import CONFIG_KEY, STATION, CentralRules, problem
from tests.fakes.central_stub import Answer, lose_request, serving
from tests.fakes.sync_agent import STATION_KEY, DirectCourier, ScriptedCourier

ROSTER = '{"version":3}'
Answering: TypeAlias = Callable[[Reply | None], AbstractContextManager[Courier]]


@contextmanager
def over_http(reply: Reply | None) -> Iterator[Courier]:
    rules = CentralRules(STATION_KEY.verify_key)
    with serving(rules) as stub, closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier:
        stub.misbehave(lose_request if reply is None else lambda _: Answer(reply))
        yield courier


@contextmanager
def from_a_script(reply: Reply | None) -> Iterator[Courier]:
    yield ScriptedCourier([] if reply is None else [reply])


@contextmanager
def in_process(reply: Reply | None) -> Iterator[Courier]:
    courier = DirectCourier(CentralRules(STATION_KEY.verify_key))
    courier.faults.append("lost request" if reply is None else lambda _: reply)
    yield courier


@pytest.fixture(params=[over_http, from_a_script, in_process])
def answering(request: pytest.FixtureRequest) -> Answering:
    made: Answering = request.param
    return made


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "application/json", b'{"v":1}'),
        Reply(409, "application/problem+json", problem("gap", have_seq=1).body),
        Reply(302, "text/html", b"elsewhere"),
        Reply(511, "text/html", b"sign in"),
        Reply(503, "text/plain", b""),
        Reply(200, "application/json", b"not json at all"),
    ],
)
def test_every_complete_answer_is_given_as_it_came(answering: Answering, reply: Reply) -> None:
    with answering(reply) as courier:
        assert courier.send_batch(b"batch", '"key"') == reply
    with answering(reply) as courier:
        assert courier.register_epoch(b"epoch") == reply
    with answering(reply) as courier:
        assert courier.fetch_roster(None) == reply
    with answering(reply) as courier:
        assert courier.fetch_config(None) == reply
    with answering(reply) as courier:
        assert courier.fetch_certificate("2026-11-20") == reply
    with answering(reply) as courier:
        assert courier.send_countersignature("2026-11-20", b"{}") == reply
    with answering(reply) as courier:
        assert courier.ask_digests(digests()) == reply


def digests() -> bytes:
    heads = [wire.Position(1, bytes(32))]
    question = wire.Digests(station=STATION, epoch=1, nonce=wire.nonce_text(bytes(16)), heads=heads)
    return wire.digests_request(question, STATION_KEY.sign)


def test_a_line_without_a_certificate_tells_no_time() -> None:
    rules = CentralRules(STATION_KEY.verify_key)
    with (
        serving(rules) as stub,
        closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier,
        pytest.raises(CourierError, match="certificate"),
    ):
        courier.ask_time(wire.nonce_text(bytes(16)))


def test_no_answer_is_an_error_and_nothing_is_tried_twice(answering: Answering) -> None:
    with answering(None) as courier, pytest.raises(CourierError):
        courier.send_batch(b"batch", '"key"')
    with answering(None) as courier, pytest.raises(CourierError):
        courier.fetch_roster('"r1"')


def with_a_roster() -> CentralRules:
    rules = CentralRules(STATION_KEY.verify_key)
    rules.roster_text = ROSTER
    return rules


def test_an_answer_carries_its_entity_tag() -> None:
    rules = with_a_roster()
    with serving(rules) as stub, closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier:
        for one in (courier, DirectCourier(rules)):
            first = one.fetch_roster(None)
            assert (first.status, first.etag) == (200, '"r3"')
            assert one.fetch_roster('"r3"').status == 304
            assert one.fetch_roster('"r2"').status == 200


def test_the_roster_is_carried_as_it_was_signed() -> None:
    rules = with_a_roster()
    with serving(rules) as stub, closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier:
        signed = json.loads(courier.fetch_roster(None).body)
    assert open_text("roster", signed, CONFIG_KEY.verify_key) == ROSTER
