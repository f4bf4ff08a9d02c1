"""Backup under load, the server destroyed, restored on an empty machine: nothing acknowledged is missing."""

import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from central.work import keys
from demo import codes, school_calendar
from demo.cable import Cable
from demo.premises import Room, at
from demo.programs import Program
from station.tap import Kind, decode
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.memory_file import migrate
from sync_agent.signing import SigningKey
from tests.fakes.busy_room import BusyRoom
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for

pytestmark = pytest.mark.journey
_TIMING = "linger_s = 0.1\nbackoff_s = 0.2\nlongest_backoff_s = 1"
_LONGEST_S = 240
_SIGNED = "SELECT * FROM store_sessioncertification ORDER BY id"
_DECIDED = "SELECT * FROM store_decision ORDER BY id"


def rooms_of(site: Site, count: int, port: int) -> list[Room]:
    """Bring so many rooms into use beside the first one."""
    first = site.section
    sections = [
        replace(first, station=f"st-busy-{number}", room=f"Hall {number}") for number in range(1, count)
    ]
    rooms = [site.room, *(site.premises.room(section) for section in sections)]
    for room in rooms:
        site.premises.furnish(room, "34674390100001", "terminal", port)
        text = room.agent_config.read_text(encoding="utf-8")
        room.agent_config.write_text(text.replace("linger_s = 1", _TIMING), encoding="utf-8")
    for room in rooms[1:]:
        _commission(site, room)
    return rooms


def _commission(site: Site, room: Room) -> None:
    seed = secrets.token_bytes(32)
    keys.write_secret(room.signing_key, seed.hex())
    migrate(room.state / MEMORY_FILE)
    public = SigningKey(seed).verify_key.public.hex()
    named = ("--room", room.section.room, "--new-room", "--key", public)
    site.office.central("commission", room.section.station, *named)


def rows(records: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{records.as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


class Server:
    """Central's one machine, its cable, and the safe where somebody keeps the secret keys."""

    def __init__(self, site: Site, cable: Cable) -> None:
        self.site, self.cable = site, cable
        self.data = site.premises.server / "data"
        self.safe = site.premises.folder / "safe"
        self.backups = site.premises.folder / "usb-disk"
        shutil.copytree(self.data / "keys", self.safe)
        self.start()

    def start(self) -> None:
        self.program: Program
        self.program, port = self.site.serve()
        self.cable.lead_to(port)

    def stop(self) -> None:
        """End whichever life of it is the newest."""
        self.program.stop()

    def back_up(self) -> Path:
        self.site.office.central("backup", str(self.backups))
        (made,) = self.backups.iterdir()
        return made

    def destroy(self) -> None:
        """Cut it off in the middle of its work, and lose its disk."""
        self.program.kill()
        shutil.rmtree(self.data)

    def rebuild(self, made: Path) -> str:
        """Do as the page for IT says, on a machine that has this release and the configuration."""
        self.data.mkdir(mode=0o700)
        shutil.copytree(self.safe, self.data / "keys")
        told = self.site.office.central("restore", "--from", str(made))
        self.start()
        return told


def certify(site: Site, number: int) -> None:
    """Sign a class of the first day as its teacher, everybody absent."""
    section = site.school.sections[number]
    site.office.certify(section, school_calendar.FIRST_DAY, codes.current(site.seed(section)))


def lose_and_rebuild(site: Site, stations: int, taps: int) -> dict[str, object]:
    """Live through the loss of the server under load and return what was counted."""
    with ExitStack() as stack:
        site.premises.move_clock(at(school_calendar.FIRST_DAY, "16:00"))
        cable = stack.enter_context(Cable(0))
        rooms = rooms_of(site, stations, cable.port)
        server = Server(site, cable)
        stack.callback(server.stop)
        certify(site, 0)
        busy = [stack.enter_context(BusyRoom(site, room, seed)) for seed, room in enumerate(rooms)]
        _wait_for_more(busy, taps)
        made = server.back_up()
        # What staff do after the backup is in no copy; what stations brought is on the stations.
        certify(site, 1)
        signed = rows(server.data / "records.sqlite", _SIGNED)
        _wait_for_more(busy, taps)
        server.destroy()
        acked = {room: room.acknowledged() for room in busy}
        in_backup = sum(len(room.held_by(made / "evidence.sqlite")) for room in busy)
        began_s = time.monotonic()
        told = server.rebuild(made)
        restored_s = time.monotonic() - began_s
        kept = rows(server.data / "records.sqlite", _SIGNED), rows(server.data / "records.sqlite", _DECIDED)
        for room in busy:
            room.rest()
        wait_for(
            lambda: all(room.acknowledged() == len(room.journal()) for room in busy),
            "all is sent",
            _LONGEST_S,
        )
        missing = sum(_missing(room, server.data / "evidence.sqlite", acked[room]) for room in busy)
        expected = sum(decode(row.body).kind == Kind.TAP for room in busy for row in room.journal())
        known = "SELECT count(*), count(DISTINCT leaf) FROM store_tap"
        wait_for(
            lambda: rows(server.data / "records.sqlite", known) == [(expected, expected)],
            "each tap, once",
            _LONGEST_S,
        )
        backed = rows(made / "records.sqlite", _SIGNED), rows(made / "records.sqlite", _DECIDED)
        checked = site.office.central("check", "--evidence", expected=(0, 1))
        return {
            "acknowledged": sum(acked.values()), "in_backup": in_backup, "missing": missing,
            "taps": expected, "restored_s": round(restored_s, 1), "signed_before": len(signed),
            "signed_after": len(kept[0]), "is_unchanged": kept == backed, "told": told, "checked": checked,
        }  # fmt: skip


def _wait_for_more(busy: Sequence[BusyRoom], taps: int) -> None:
    goals = [room.acknowledged() + taps for room in busy]

    def are_reached() -> bool:
        return all(room.acknowledged() >= goal for room, goal in zip(busy, goals, strict=True))

    wait_for(are_reached, "more taps", _LONGEST_S)


def _missing(room: BusyRoom, evidence: Path, acked: int) -> int:
    held = room.held_by(evidence)
    journal = room.journal()
    assert all(held.get(row.seq, row.body) == row.body for row in journal), "what is held is something else"
    return sum(row.seq not in held for row in journal[:acked])


def hold(found: dict[str, object]) -> None:
    told, checked = str(found.pop("told")), str(found.pop("checked"))
    print(json.dumps(found))  # noqa: T201  the figures of the drill
    assert found["missing"] == 0
    assert int(str(found["in_backup"])) < int(str(found["acknowledged"])), "the backup was an old one"
    assert found["is_unchanged"], "what was signed before the backup is as it was"
    assert (found["signed_before"], found["signed_after"]) == (2, 1)
    assert "what staff did since then is not in it" in told
    assert "the evidence was read whole: 0 findings" in checked
    assert "the decisions were read whole: 0 findings" in checked
    assert "signed heads: 0 findings" in checked


@pytest.mark.invariant(8, 14)
def test_a_server_destroyed_under_load_comes_back_with_every_acknowledged_tap(site: Site) -> None:
    hold(lose_and_rebuild(site, stations=3, taps=15))


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_many_busy_stations_lose_nothing_either(site: Site) -> None:
    hold(lose_and_rebuild(site, stations=12, taps=400))
