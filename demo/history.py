"""Live through school days: students tap in and out, stations sync, teachers certify."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Protocol

from central.config import CentralConfig
from central.store import models
from central.work import review
from central.work.catch_up import catch_up
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from demo.premises import Premises, at
from demo.room_player import RoomPlayer
from demo.school import SEED, School, Section, Student
from demo.school_calendar import Track

_MINUTE_MS = 60_000


class Visit(Protocol):
    """One section's day in other hands: its morning and its teacher's own signature."""

    section: Section
    has_power: bool
    """Whether the section's room can be tapped in again after the morning."""

    def morning(self) -> None:
        """Let the students tap in."""

    def certify(self) -> None:
        """Let the teacher sign, after class."""


class History:
    """Plays days one after another; the clock of every program moves with them."""

    def __init__(self, school: School, premises: Premises, config: CentralConfig) -> None:
        self._school = school
        self._premises = premises
        self._config = config
        self._dice = random.Random(SEED)
        self._players: dict[str, RoomPlayer] = {}

    @contextmanager
    def open(self) -> Iterator["History"]:
        """Take over every room's journal for as long as the block lasts."""
        with ExitStack() as stack:
            stack.callback(self._close)
            for section in self._school.sections:
                self._players[section.code] = RoomPlayer(self._premises.room(section))
            yield self

    def live(self, on: date, visit: "Visit | None" = None) -> None:
        """Play one date; a visit plays one section's morning and signature itself."""
        year = self._school.year
        for track in year.tracks:
            sections = [section for section in self._school.sections if section.track is track]
            if on in year.days_taught(track):
                self._play(track, on, sections, visit if visit and visit.section in sections else None)

    def tap(self, section: Section, student: Student) -> None:
        """Let one student tap now, outside of class, and bring it to central."""
        player = self._players[section.code]
        player.tap([(0, student)])
        player.sync()

    def _play(self, track: Track, on: date, sections: Sequence[Section], visit: "Visit | None") -> None:
        """Play one track's day: in at the bell, out at the end, then the signatures."""
        ours = [section for section in sections if visit is None or section is not visit.section]
        self._premises.move_clock(at(on, track.starts, minutes=-12))
        for section in ours:
            self._players[section.code].tap(self._arrivals(section, on))
        with ExitStack() as lent:
            if visit:
                lent.enter_context(self._lent(visit.section))
                visit.morning()
                if visit.has_power:
                    lent.close()
            self._afternoon(track, on, sections if visit is None or visit.has_power else ours)
            for section in ours:
                self._certify(section, on, at(on, track.ends, minutes=7))
            if visit:
                visit.certify()

    def _afternoon(self, track: Track, on: date, lit: Sequence[Section]) -> None:
        """Let students of the rooms that have power tap out, and bring all to central."""
        self._premises.move_clock(at(on, track.ends, minutes=-3))
        for section in lit:
            self._players[section.code].tap(self._departures(section, on))
        over = at(on, track.ends, minutes=6)
        self._premises.move_clock(over)
        for section in lit:
            self._players[section.code].sync()
        catch_up(self._config, over, only_new=True)

    @contextmanager
    def _lent(self, section: Section) -> Iterator[None]:
        """Leave a room to its real station for as long as the block lasts."""
        self._players.pop(section.code).close()
        yield
        self._players[section.code] = RoomPlayer(self._premises.room(section))

    def _close(self) -> None:
        """Sign off in every room."""
        while self._players:
            self._players.popitem()[1].close()

    def _arrivals(self, section: Section, on: date) -> list[tuple[int, Student]]:
        """Return who comes when, in milliseconds after 12 minutes before the bell; a few come late."""
        come = self._present(section, on)
        return [(self._minutes_in() * _MINUTE_MS // 10, student) for student in come]

    def _minutes_in(self) -> int:
        """Return an arrival in tenths of minutes: most before the bell, one in thirty tardy."""
        if self._dice.randrange(30) == 0:
            return self._dice.randrange(290, 600)
        return self._dice.randrange(5, 250)

    def _departures(self, section: Section, on: date) -> list[tuple[int, Student]]:
        """Return who taps out when, in milliseconds after 3 minutes before the end; some forget."""
        come = [student for student in self._present(section, on) if self._dice.randrange(12)]
        return [(self._dice.randrange(6 * _MINUTE_MS), student) for student in come]

    def _present(self, section: Section, on: date) -> list[Student]:
        """Return the students of a section who come on a date."""
        numbers = self._school.present[section.code, on]
        return [student for student in section.students if student.number in numbers]

    def _certify(self, section: Section, on: date, signing: datetime) -> None:
        """Sign as the section's teacher: whoever has no record was absent."""
        row = models.Section.objects.get(code=section.code)
        teacher = models.Staff.objects.get(number=section.teacher.number)
        absent = [Change(student.pk, Action.ABSENT) for student in review.needed(row, on)]
        signature = Signature(by=teacher, at=signing, signed_with="practice")
        certify_session(row, on, signature, absent)
