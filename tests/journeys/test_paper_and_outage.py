"""Two days without network and power in one room: taps kept offline, paper beside them, told once."""

import csv
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from demo import school
from demo.premises import at
from demo.room_player import RoomPlayer
from demo.school import Student
from station.tap import Kind
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for

pytestmark = pytest.mark.journey
COLUMNS = ("Student Number", "Date", "Mark")


def keyed(site: Site, name: str, on: date, marks: Mapping[str, str]) -> Path:
    """Write a sheet as the clerk keys it."""
    file = site.premises.files / name
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([COLUMNS, *((number, str(on), mark) for number, mark in marks.items())])
    return file


def asked(site: Site, query: str, *values: object) -> list[tuple[str, ...]]:
    """Read the records as they stand on the disk."""
    records = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{records.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def marks(site: Site, on: date) -> dict[str, tuple[str, str]]:
    """Return each student's mark and stage on a day."""
    query = (
        "SELECT student.number, record.mark, record.stage FROM store_attendancerecord AS record"
        " JOIN store_student AS student ON student.id = record.student_id WHERE record.'on' = ?"
    )
    return {number: (mark, stage) for number, mark, stage in asked(site, query, str(on))}


def rulings(site: Site, on: date) -> dict[str, list[str]]:
    """Return how each student's line on paper was judged, from the first time to the last."""
    query = (
        "SELECT student.number, ruling.verdict FROM store_paperruling AS ruling"
        " JOIN store_paperline AS line ON line.id = ruling.line_id"
        " JOIN store_attendancerecord AS record ON record.id = line.record_id"
        " JOIN store_student AS student ON student.id = record.student_id"
        " WHERE record.'on' = ? ORDER BY ruling.id"
    )
    found: dict[str, list[str]] = {}
    for number, verdict in asked(site, query, str(on)):
        found.setdefault(number, []).append(verdict)
    return found


class LivingRoom(RoomPlayer):
    """A room whose station also says every quarter of an hour that it is alive."""

    def live(self, minutes: int, arrivals: Iterable[tuple[int, Student]]) -> None:
        """Journal so many minutes from now: the cards presented, in milliseconds from now, and its life."""
        taps = sorted(arrivals, key=lambda arrival: arrival[0])
        now = self._clock.reading()
        for quarter in range(0, minutes, 15):
            after_ms = quarter * 60_000
            until_ms = after_ms + 15 * 60_000
            reading = replace(now, raw_ms=now.raw_ms + after_ms, bt_ms=now.bt_ms + after_ms)
            self._journal.append(Kind.ALIVE, {}, replace(reading, wall_ms=now.wall_ms + after_ms))
            self.tap([(ms, student) for ms, student in taps if after_ms <= ms < until_ms])


@pytest.mark.invariant(44)
@pytest.mark.fault("M2")
@pytest.mark.timeout(600)
def test_two_days_without_network_and_power_come_to_the_right_attendance(site: Site) -> None:
    section, premises = site.section, site.premises
    offline_day, dark_day, back = site.school.year.days_taught(section.track)[1:4]
    came, marked_absent, on_paper_alone, *others, away = [student.number for student in section.students]
    by_number = {student.number: student for student in section.students}

    teacher = section.teacher.number

    def say(*arguments: str | Path, expected: Collection[int] = (0,)) -> str:
        return site.office.central(*map(str, arguments), "--as", teacher, expected=expected)

    def take_in(file: Path, on: date, sheet: str) -> str:
        named = ("--section", section.code, "--on", str(on), "--sheet", sheet)
        return say(
            "import-paper", file, *named, "--kept", "binder 3", "--collected-by", "me", expected=(0, 1)
        )

    with site.serving() as port:
        premises.furnish(site.room, school.CODE, "terminal", port)
        premises.move_clock(at(offline_day, "07:00"))
        room = LivingRoom(site.room)
        # The network goes; the station runs on and takes the cards of who comes by.
        premises.move_clock(at(offline_day, section.track.starts, minutes=-15))
        tapped = [by_number[number] for number in (came, marked_absent, *others)]
        room.live(8 * 60, [(n * 60_000, student) for n, student in enumerate(tapped, start=1)])
        sheet_1 = {came: "P", marked_absent: "A", on_paper_alone: "P", away: "A"}
        # Then the power goes as well, for all of the next day, and that class keeps paper alone.
        sheet_2 = dict.fromkeys((came, marked_absent, on_paper_alone, *others), "P") | {away: "A"}
        premises.move_clock(at(dark_day, "18:00"))
        lost = ("--from", f"{offline_day}T07:30", "--to", f"{dark_day}T17:30", "--cause", "power")
        say("outage", "note", "--station", section.station, *lost, "--says", "the wing was dark")
        file_1 = keyed(site, "day-1.csv", offline_day, sheet_1)
        take_in(file_1, offline_day, "S-1")
        take_in(keyed(site, "day-2.csv", dark_day, sheet_2), dark_day, "S-2")
        # As far as anybody knows, nothing was recorded in either class.
        assert set(map(tuple, rulings(site, offline_day).values())) == {("fallback",)}
        assert set(map(tuple, rulings(site, dark_day).values())) == {("fallback",)}
        # Power and network are back: what was tapped comes in, two days late.
        premises.move_clock(at(back, "07:00"))
        room.sync()
        room.close()
        wait_for(lambda: rulings(site, offline_day)[came][-1] == "corroborates", "the late taps")

    assert rulings(site, offline_day) == {
        came: ["fallback", "corroborates"],
        marked_absent: ["fallback", "conflicts"],
        on_paper_alone: ["fallback", "no-outage"],
        away: ["fallback", "no-outage"],
    }
    assert marks(site, offline_day)[marked_absent] == ("present", "provisional")
    # The same sheet once more is nothing new, and each line that needs somebody is told once.
    assert "0 records made" in take_in(file_1, offline_day, "S-1")
    asks = ("outage", "paper", "--since", str(offline_day))
    *told, _ = site.office.central(*asks, expected=(1,)).splitlines()
    for number in (marked_absent, on_paper_alone):
        assert sum(f"student {number} " in line for line in told) == 1
    assert len(told) == 2
    signed = ("certify", section.code, "--practice-signature", "--late-reason", "no power, paper was kept")
    for line in told:
        choice = "other" if f"student {marked_absent} " in line else "paper"
        say("outage", "decide", line.split()[0], choice, "--says", "I saw both of them in class")
    for on in (offline_day, dark_day):
        say(*signed, "--on", str(on))
        expected = dict.fromkeys(by_number, ("present", "certified")) | {away: ("absent", "certified")}
        assert marks(site, on) == expected
    late = site.office.central("outage", "late", "--since", str(offline_day), expected=(0, 1))
    rows = [line.split(",") for line in late.splitlines()[1:]]
    # Taps entered their day however late they came in, and the second day's paper was keyed that day;
    # what paper says of the first day, on which the station was recording, was entered late.
    assert Counter((row[2], row[4]) for row in rows) == {
        (str(offline_day), "same-day"): len(others) + 2,
        (str(offline_day), "later-without-paper"): 2,
        (str(dark_day), "same-day"): len(by_number),
    }
