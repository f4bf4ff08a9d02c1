"""What central sets a station to: taken whole or not at all, only upwards, and never in the way of a tap."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from station.inbox import Inbox as StationInbox
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import parse as parse_roster
from station.tap import Kind, Tap, decode
from station.told import DEFAULTS, Told, parse
from sync_agent.asking import PAUSE_S
from sync_agent.beacon import Inbox
from sync_agent.config import TimingSettings
from sync_agent.config_way import SIGNED_FILE, STATION_FILE, ConfigWay
from sync_agent.courier import HttpCourier
from sync_agent.downlink import Downlink
from sync_agent.ports import Reply
from sync_agent.roster_way import RosterWay
from sync_agent.settable import Config
from sync_agent.signing import SigningKey, sign_text
from sync_agent.wire.fields import compact
from tests.fakes.central_rules import ACK_KEY, CONFIG_KEY, NOW_MS, STATION
from tests.fakes.central_stub import serving
from tests.fakes.sync_agent import Bench, DirectCourier
from tests.sync_agent.test_roster_way import ANA, roster

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
UNTIL = NOW + timedelta(days=60)
HERE = TimingSettings(poll_s=None, linger_s=2.0)


def note(version: int, values: Mapping[str, object] | None = None, **changed: object) -> str:
    """Return the text of a configuration, members changed at will."""
    whole = Config(STATION, version, UNTIL, {}).members()
    return compact({**whole, "values": dict(values or {}), **changed}).decode()


def reply(text: str, key: SigningKey = CONFIG_KEY, purpose: str = "config") -> Reply:
    """Return the answer that brings a configuration."""
    body = json.dumps(sign_text(purpose, text, key)).encode()
    return Reply(200, "application/json", body, etag=f'"{hash(text)}"')


class Desk:
    """Both ways down, the files they keep, and a monotonic clock moved by hand."""

    def __init__(self, bench: Bench, line: DirectCourier) -> None:
        self.bench, self.line, self.folder = bench, line, bench.folder
        self.now = 0.0
        self.downlink = self.begin()

    def begin(self) -> Downlink:
        """Return what a new process of the agent works with."""
        key, memory = CONFIG_KEY.verify_key, self.bench.memory
        self.downlink = Downlink(
            RosterWay(STATION, self.folder / ROSTER_FILE, key, self.line, memory, lambda: self.now),
            ConfigWay(STATION, self.folder, key, self.line, memory, lambda: self.now),
            Inbox(self.folder),
            self.bench.clock,
            HERE,
        )
        return self.downlink

    def bring(self, text: str, offered: int) -> None:
        """Have central offer and serve a configuration."""
        self.line.config = reply(text)
        self.downlink.follow(None, offered)

    @property
    def version(self) -> int | None:
        """Return the version in force."""
        in_force = self.downlink.config.in_force
        return None if in_force is None else in_force.version

    def journalled(self) -> list[Any]:  # Any: payloads are JSON
        """Have the station take its inbox and return what it was told of roster and configuration."""
        journal = self.bench.journal
        StationInbox(self.folder / "inbox").take(journal, self.bench.clock.reading())
        entries = [decode(body) for body in self.bench.bodies()]
        return [entry.payload for entry in entries if entry.kind == Kind.CFG]


@pytest.fixture
def desk(bench: Bench, line: DirectCourier) -> Desk:
    bench.memory.stand(time_floor_ms=NOW_MS)
    return Desk(bench, line)


def test_what_central_sets_paces_the_agent_and_the_rest_stays_as_its_file_says(desk: Desk) -> None:
    desk.bring(note(3, {"poll_s": 600, "backoff_s": 7.5, "alive_s": 300}), 3)
    assert desk.downlink.timing() == replace(HERE, poll_s=600, backoff_s=7.5)
    desk.bring(note(4), 4)
    assert desk.downlink.timing() == HERE


def test_the_station_is_told_its_own_settings_and_no_others(desk: Desk) -> None:
    desk.bring(note(3, {"poll_s": 600, "alive_s": 300}), 3)
    assert parse((desk.folder / STATION_FILE).read_bytes()) == Told(3, 300)
    desk.bring(note(4, {"poll_s": 600}), 4)
    assert parse((desk.folder / STATION_FILE).read_bytes()) == Told(4, DEFAULTS.alive_s)


def test_what_was_signed_is_kept_and_proven_again_by_the_next_process(desk: Desk) -> None:
    desk.bring(note(3, {"poll_s": 600}), 3)
    assert desk.line.config is not None
    assert (desk.folder / SIGNED_FILE).read_bytes() == desk.line.config.body
    assert desk.begin().timing().poll_s == 600
    forged = json.loads(desk.line.config.body)
    forged["note"] = note(9, {"poll_s": 900})
    (desk.folder / SIGNED_FILE).write_text(json.dumps(forged))
    assert desk.begin().timing() == HERE
    desk.downlink.follow(None, 3)
    assert desk.begin().timing().poll_s == 600


def test_the_journal_says_which_roster_and_which_settings_are_in_force(desk: Desk) -> None:
    desk.downlink.follow(None, None)
    assert desk.journalled() == []
    desk.bench.rules.roster_text = roster(7)
    desk.downlink.follow(7, None)
    desk.bring(note(3), 3)
    desk.downlink.follow(7, 3)
    assert desk.journalled() == [{"roster": 7, "config": None}, {"roster": 7, "config": 3}]


@pytest.mark.invariant(35)
@pytest.mark.parametrize(
    "served",
    [
        reply(note(4), key=ACK_KEY),
        reply(note(4), purpose="roster"),
        reply(note(4, station="st-r102")),
        reply(note(2)),
        reply(note(4, expires_at="2026-01-01T00:00:00.000Z")),
        reply(note(4, {"poll_s": 0})),
        reply(note(4, {"poll_s": 600, "path": "/etc/passwd"})),
        reply(note(4, path="/etc/passwd")),
        reply("{}"),
        reply("[" * 9_000),
        replace(reply(note(4)), status=302),
        replace(reply(note(4)), body=b"<html>"),
        replace(reply(note(4)), body=reply(note(4)).body[:60]),
        replace(reply(note(4)), body=reply(note(4)).body + b" " * 20_000),
    ],
)
def test_settings_that_cannot_be_used_leave_those_in_force_as_they_are(desk: Desk, served: Reply) -> None:
    desk.bring(note(3, {"poll_s": 600}), 3)
    before = {name: (desk.folder / name).read_bytes() for name in (SIGNED_FILE, STATION_FILE)}
    desk.line.config = served
    desk.downlink.follow(None, 4)
    desk.begin()
    assert (desk.version, desk.downlink.timing().poll_s) == (3, 600)
    assert {name: (desk.folder / name).read_bytes() for name in before} == before
    desk.now += PAUSE_S
    desk.bring(note(5, {"poll_s": 300}), 5)
    assert (desk.version, desk.downlink.timing().poll_s) == (5, 300)


@pytest.mark.invariant(35)
def test_an_older_version_stays_out_even_where_the_files_were_lost_or_put_back(desk: Desk) -> None:
    desk.bring(note(2, {"poll_s": 60}), 2)
    older = (desk.folder / SIGNED_FILE).read_bytes()
    desk.bring(note(3, {"poll_s": 600}), 3)
    (desk.folder / SIGNED_FILE).write_bytes(older)
    assert desk.begin().timing() == HERE
    (desk.folder / SIGNED_FILE).unlink()
    desk.begin()
    desk.bring(note(2, {"poll_s": 60}), 2)
    assert desk.version is None


def test_nothing_is_asked_for_while_nothing_new_is_offered_nor_soon_after_a_useless_answer(
    desk: Desk,
) -> None:
    asked = list[str]()
    serve = desk.line.fetch_config

    def counting(etag: str | None) -> Reply:
        asked.append(str(etag))
        return serve(etag)

    desk.line.fetch_config = counting  # type: ignore[method-assign]  # counted on its way
    desk.bring(note(3), 3)
    for offered in (None, 2, 3):
        desk.downlink.follow(None, offered)
    assert asked == ["None"]
    for _ in range(3):
        desk.bring("{}", 4)
    assert len(asked) == 2


@pytest.mark.invariant(37)
@pytest.mark.parametrize(
    ("floor", "said"),
    [(UNTIL - timedelta(seconds=2), []), (UNTIL, ["config.expired", "roster.expired"])],
    ids=["in time", "run out"],
)
def test_settings_and_rosters_that_ran_out_stay_in_force_and_it_is_said_once(
    desk: Desk, caplog: pytest.LogCaptureFixture, floor: datetime, said: list[str]
) -> None:
    desk.bench.rules.roster_text = roster(7).replace("2027-06-30T00:00:00", f"{UNTIL:%Y-%m-%dT%H:%M:%S}")
    desk.downlink.follow(7, None)
    desk.bring(note(3, {"poll_s": 600}), 3)
    desk.bench.memory.stand(time_floor_ms=int(floor.timestamp() * 1000) + 1000)
    for _ in range(3):
        desk.downlink.follow(7, 3)
    found = [record.message.split()[0] for record in caplog.records if "expired" in record.message]
    assert sorted(found) == said
    assert (desk.version, desk.downlink.roster.follow(7)) == (3, 7)
    before = desk.bench.journal.head.seq
    desk.bench.tap(2)
    assert desk.bench.journal.head.seq == before + 2


@pytest.mark.invariant(36)
@pytest.mark.fault("E3")
@pytest.mark.parametrize(
    "name", ["state_dir", "path", "kind", "table", "journal", "tap", "max_entries", "prune", ""]
)
def test_nothing_but_intervals_can_be_named(desk: Desk, name: str) -> None:
    desk.bring(note(3, {name: 30}), 3)
    assert desk.version is None
    assert not (desk.folder / STATION_FILE).exists()


@pytest.mark.invariant(35, 37)
@pytest.mark.fault("R1")
@pytest.mark.parametrize(
    ("served", "in_force"),
    [
        (roster(2), 3),
        (roster(4).replace("2027-06-30", "2026-06-30"), 3),
        (roster(4).replace('"tokens":"', '"tokens":"AAAA'), 3),
        (roster(4).replace('"tokens":"AAECAwQFBgc="', '"tokens":""'), 4),
        (roster(4), 4),
    ],
    ids=["older", "expired", "not in order", "no cards", "newer"],
)
def test_a_roster_is_refused_or_taken_and_taps_are_recorded_either_way(
    desk: Desk, served: str, in_force: int
) -> None:
    desk.bench.rules.roster_text = roster(3)
    desk.downlink.follow(3, None)
    desk.bench.rules.roster_text = served
    desk.downlink.follow(4, None)
    assert json.loads((desk.folder / ROSTER_FILE).read_text())["version"] == in_force
    before = desk.bench.journal.head.seq
    desk.bench.tap()
    assert desk.bench.journal.head.seq == before + 1


@pytest.mark.invariant(35, 37, 41)
@pytest.mark.fault("R1")
def test_a_roster_of_a_million_cards_is_not_read_to_its_end_and_the_one_before_stays(desk: Desk) -> None:
    cards = b"".join(number.to_bytes(8, "big") for number in range(1_000_000))
    whole = json.loads(roster(4)) | {"tokens": base64.b64encode(cards).decode("ascii")}
    desk.bench.rules.roster_text = roster(3)
    desk.downlink.follow(3, None)
    desk.bench.rules.roster_text = json.dumps(whole)
    with serving(desk.bench.rules) as stub, closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier:
        key, memory = CONFIG_KEY.verify_key, desk.bench.memory
        way = RosterWay(STATION, desk.folder / ROSTER_FILE, key, courier, memory, lambda: desk.now)
        assert way.follow(4) == 3
    desk.bench.tap()
    assert json.loads((desk.folder / ROSTER_FILE).read_text())["version"] == 3


@pytest.mark.fault("R1")
def test_a_stranger_whose_token_begins_like_a_known_one_is_journalled_by_the_whole_of_it(desk: Desk) -> None:
    desk.bench.rules.roster_text = roster(3)
    desk.downlink.follow(3, None)
    stranger = ANA[:8] + b"\xff" * 8
    assert parse_roster((desk.folder / ROSTER_FILE).read_text()).knows(stranger)
    desk.bench.note([(Kind.TAP, Tap(stranger, "k1", "nfc").payload())])
    assert Tap.from_payload(decode(desk.bench.bodies()[-1]).payload).token == stranger


@pytest.mark.invariant(35)
def test_a_power_cut_between_the_file_and_the_note_of_it_lets_no_older_version_in(
    bench: Bench, line: DirectCourier
) -> None:
    desk = Desk(bench, line)
    desk.bring(note(3), 3)
    bench.memory.stand(config_version=1)
    desk.begin()
    desk.bring(note(2), 4)
    assert desk.downlink.config.in_force is not None
    assert desk.downlink.config.in_force.version == 3
    assert bench.memory.standing().config_version == 3
