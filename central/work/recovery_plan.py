"""What students' recovery will say once files are taken in: the rows there are, with the files over them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

from central.domain.recovery import ServiceKind
from central.exchange.recovery_csv import STUDENT, RecordLine, ServiceLine
from central.exchange.table import Row
from central.store.models import RecoveryRecord, RecoveryService, School, Student
from central.work import recovery_records, recovery_services
from central.work.recovery_act import Act
from central.work.recovery_faults import (
    Dates,
    Fault,
    HeldService,
    RecordWish,
    ServiceWish,
    lasts,
    record_faults,
    service_faults,
    services_outside,
)

RecordKey: TypeAlias = tuple[str, date]
"""A record is known by its student's number and its first day."""
ServiceKey: TypeAlias = tuple[RecordKey, ServiceKind, date, str]
"""A service is known by its record, its type, its own first day and its school."""


class Plan:
    """Made inside a transaction; nobody else changes these students' recovery until it ends."""

    def __init__(self, school: School, numbers: Iterable[str]) -> None:
        students = Student.objects.select_for_update().filter(school=school, number__in=set(numbers))
        self._students = {student.number: student for student in students.order_by("pk")}
        self._schools = {
            number: held
            for held in School.objects.all()
            for number in recovery_services.school_numbers(held.code)
        }
        here = list(self._students.values())
        records = RecoveryRecord.objects.filter(student__in=here).select_related("student__school")
        self._records = {(row.student.number, row.since): row for row in records}
        services = RecoveryService.objects.filter(record__student__in=here).order_by("pk")
        self._services = {
            _key(row): row for row in services.select_related("record__student__school", "school")
        }
        self._dates = {key: Dates(row.since, row.until) for key, row in self._records.items()}
        self._held = {key: recovery_services.as_held(row) for key, row in self._services.items()}
        self._record_wishes: dict[RecordKey, RecordWish] = {}
        self._service_wishes: dict[ServiceKey, ServiceWish] = {}

    def wish_records(self, lines: Sequence[RecordLine]) -> None:
        """Lay the records of a file over those there are; each row learns what is wrong with it."""
        kept = [line for line in lines if self._knows(line.row, line.student)]
        for line in kept:
            wish = RecordWish(Dates(line.since, line.until), line.comment.strip())
            self._record_wishes[line.student, line.since] = wish
            self._dates[line.student, line.since] = wish.dates
        for line in kept:
            key = (line.student, line.since)
            others = [
                dates
                for (student, since), dates in self._dates.items()
                if (student, since) != key and student == line.student
            ]
            enrolled = recovery_records.enrolled(self._students[line.student])
            _tell(line.row, record_faults(self._record_wishes[key], others, enrolled))

    def wish_services(self, lines: Sequence[ServiceLine]) -> None:
        """Lay the services of a file over those there are; each row learns what is wrong with it."""
        kept: list[tuple[ServiceLine, ServiceKey]] = []
        first: dict[ServiceKey, Row] = {}
        for line in lines:
            if self._knows(line.row, line.student) and self._belongs(line):
                key = self._key_of(line)
                before = first.setdefault(key, line.row)
                if before is not line.row:
                    line.row.problem(f"row {before.where.row} has this service already", "startDate")
                    continue
                kept.append((line, key))
                wish = self._wish(line, key)
                self._service_wishes[key] = wish
                record = self._dates[key[0]]
                self._held[key] = HeldService(
                    record.since, wish.kind, lasts(wish.dates, record), wish.school, wish.is_calendar
                )
        for line, key in kept:
            others = [
                held for other, held in self._held.items() if other != key and other[0][0] == line.student
            ]
            _tell(line.row, service_faults(self._service_wishes[key], self._dates[key[0]], others))

    def look_back(self, lines: Sequence[RecordLine]) -> None:
        """Let each record's row learn of services there are, in no file, that its new dates would lose."""
        for line in lines:
            key = (line.student, line.since)
            if key in self._record_wishes:
                left = [
                    Dates(row.since, row.until)
                    for known, row in self._services.items()
                    if known[0] == key and known not in self._service_wishes
                ]
                _tell(line.row, services_outside(left, self._dates[key]))

    def write(self, act: Act, changes: Counter[str]) -> None:
        """Write what differs; rows that say it already are not touched."""
        for key, wish in self._record_wishes.items():
            record = self._records.get(key)
            if record is None:
                self._records[key] = recovery_records.create(self._students[key[0]], wish, act)
                changes["recovery records added"] += 1
            elif (record.until, record.comment) != (wish.dates.until, wish.comment):
                recovery_records.write(record, wish, act)
                changes["recovery records changed"] += 1
        for known, service_wish in self._service_wishes.items():
            self._write_service(known, service_wish, act, changes)

    def _write_service(self, key: ServiceKey, wish: ServiceWish, act: Act, changes: Counter[str]) -> None:
        service = self._services.get(key)
        school = self._schools[wish.school]
        if service is None:
            recovery_services.create(self._records[key[0]], wish, school, act)
            changes["recovery services added"] += 1
        elif _differs(service, wish):
            recovery_services.write(service, wish, school, act)
            changes["recovery services changed"] += 1

    def _knows(self, row: Row, number: str) -> bool:
        if number not in self._students:
            row.problem("there is no student of this number; leading zeros count", STUDENT)
        return number in self._students

    def _belongs(self, line: ServiceLine) -> bool:
        """Tell whether a service's school and record are there; what is not, its row learns."""
        since, until = line.record
        found = self._dates.get((line.student, since))
        if line.school not in self._schools:
            line.row.problem(f"there is no school {line.school!r} in these records", "schoolNumber")
        if found is None or found.until != until:
            line.row.problem(
                f"the student has no recovery record of {Dates(since, until)}; a service needs its record",
                "associatedRecordDates",
            )
            return False
        return line.school in self._schools

    def _key_of(self, line: ServiceLine) -> ServiceKey:
        return (line.student, line.record[0]), line.kind, line.since, self._schools[line.school].code

    def _wish(self, line: ServiceLine, key: ServiceKey) -> ServiceWish:
        days, minutes = line.days_used, line.minutes_earned
        row = self._services.get(key)
        if row is not None and row.is_calendar and line.is_calendar:
            # The ledger's own figures, come back as they were given out, are nobody's wish.
            days = None if days == row.days_used else days
            minutes = None if minutes == row.minutes_earned else minutes
        return ServiceWish(
            line.kind,
            Dates(line.since, line.until),
            key[3],
            line.comments.strip(),
            line.is_calendar,
            days,
            minutes,
        )


def _key(row: RecoveryService) -> ServiceKey:
    record = row.record
    return (record.student.number, record.since), ServiceKind(row.kind), row.since, row.school.code


def _differs(service: RecoveryService, wish: ServiceWish) -> bool:
    """Tell whether a service has to be changed to say what is wished."""
    now = (service.until, service.comments, service.is_calendar)
    if now != (wish.dates.until, wish.comments, wish.is_calendar):
        return True
    by_hand = (service.days_used, service.minutes_earned) != (wish.days_used, wish.minutes_earned)
    return by_hand and not wish.is_calendar


def _tell(row: Row, faults: Iterable[Fault]) -> None:
    for fault in faults:
        row.problem(fault.text, fault.field)
