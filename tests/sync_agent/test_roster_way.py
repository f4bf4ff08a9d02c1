"""The roster's way down: only a good one, only upwards, never instead of a good one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.roster import FILE_NAME, compose, parse
from sync_agent import wire
from sync_agent.asking import PAUSE_S
from sync_agent.ports import Reply
from sync_agent.roster_way import RosterWay
from sync_agent.signing import sign_text
from tests.fakes.central_rules import ACK_KEY, CONFIG_KEY, STATION
from tests.fakes.sync_agent import Bench, DirectCourier

ANA = bytes(range(16))
UNTIL = datetime(2027, 6, 30, tzinfo=UTC)


def roster(version: int, station: str = STATION) -> str:
    return compose(station, version, "k1", [ANA], UNTIL)


class Desk:
    """The roster's way down, the file it keeps, and a monotonic clock moved by hand."""

    def __init__(self, bench: Bench, line: DirectCourier) -> None:
        self.bench, self.line = bench, line
        self.file: Path = bench.folder / FILE_NAME
        self.now = 0.0
        self.way = self.begin()

    def begin(self) -> RosterWay:
        key = CONFIG_KEY.verify_key
        return RosterWay(STATION, self.file, key, self.line, self.bench.memory, lambda: self.now)

    @property
    def version(self) -> int | None:
        return parse(self.file.read_text()).version if self.file.exists() else None

    def serve(self, text: str) -> None:
        self.bench.rules.roster_text = text


@pytest.fixture
def desk(bench: Bench, line: DirectCourier) -> Desk:
    return Desk(bench, line)


def test_an_offered_roster_is_laid_down_as_it_was_signed(desk: Desk) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    assert desk.file.read_text() == roster(3)
    assert parse(desk.file.read_text()).knows(ANA)
    assert desk.bench.memory.standing().roster_version == 3


def test_nothing_is_asked_for_while_nothing_new_is_offered(desk: Desk, line: DirectCourier) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    line.faults.append("lost request")
    for offered in (None, 2, 3):
        desk.way.follow(offered)
    assert len(line.faults) == 1


def test_a_lost_file_is_fetched_again(desk: Desk) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    desk.file.unlink()
    desk.begin().follow(3)
    assert desk.version == 3


def test_an_unchanged_roster_stays_where_it_is(desk: Desk) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    before = desk.file.stat().st_mtime_ns
    desk.way.follow(4)
    assert (desk.version, desk.file.stat().st_mtime_ns) == (3, before)


def signed(text: str, key: object = CONFIG_KEY, purpose: str = "roster") -> Callable[[Reply], Reply]:
    def answer(reply: Reply) -> Reply:
        made = sign_text(purpose, text, CONFIG_KEY if key is CONFIG_KEY else ACK_KEY)
        return replace(reply, body=json.dumps(made).encode())

    return answer


@pytest.mark.parametrize(
    "fault",
    [
        signed(roster(4), key=ACK_KEY),
        signed(roster(4), purpose="ack"),
        signed(roster(4, station="st-r102")),
        signed(roster(2)),
        signed("{}"),
        signed("not a roster"),
        lambda reply: replace(reply, body=b"<html>"),
        lambda reply: replace(reply, status=302),
        lambda reply: replace(reply, body=reply.body[:40]),
        "lost answer",
    ],
)
def test_a_bad_roster_never_takes_a_good_ones_place(
    desk: Desk, line: DirectCourier, fault: str | Callable[[Reply], Reply]
) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    desk.serve(roster(4))
    line.faults.append(fault)
    desk.way.follow(4)
    assert desk.version == 3
    assert desk.bench.memory.standing().roster_version == 3
    desk.way.follow(4)
    assert desk.version == 3
    desk.now += PAUSE_S
    desk.way.follow(4)
    assert desk.version == 4


def test_a_lower_version_is_refused_even_where_the_file_was_lost(desk: Desk) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    desk.file.unlink()
    desk.serve(roster(2))
    desk.way.follow(2)
    assert desk.version is None


def test_the_batch_says_which_roster_lies_here(desk: Desk, line: DirectCourier) -> None:
    desk.serve(roster(3))
    desk.way.follow(3)
    desk.bench.settle()
    assert wire.unpack(line.carried[-1], 10**6).envelope.have.roster == 3
