"""Published: what there is of each class on each day of an emergency, taught or closed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    CheckIn,
    CheckInVerdict,
    Emergency,
    Placement,
    Section,
)
from central.work.emergency_scope import Scope, check_ins_of, parts_of, scope_of, verdicts_of

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage


@dataclass(slots=True)
class DayOfClass:
    """What there is of one class on one day of an emergency."""

    section: Section
    on: date
    is_closed: bool
    placed: int = 0
    present: int = 0
    absent: int = 0
    certified: int = 0
    checked_in: int = 0
    verified: int = 0
    took_part: int = 0


def day_by_class(emergency: Emergency, now: datetime) -> list[DayOfClass]:
    """Return every class of the emergency on each day it meets, taught or closed, by date and code."""
    scope = scope_of(emergency, now)
    found = {(each.section.pk, each.on): each for each in _meetings(scope)}
    for (section, on), count in _placed(found.values()).items():
        found[section, on].placed = count
    records = AttendanceRecord.objects.filter(
        section__in=scope.sections, on__range=(scope.since, scope.until)
    ).exclude(stage=_Stage.REMOVED)
    for section, on, mark, stage in records.values_list("section", "on", "mark", "stage"):
        if (line := found.get((section, on))) is not None:
            line.present += mark == _Mark.PRESENT
            line.absent += mark == _Mark.ABSENT
            line.certified += stage != _Stage.PROVISIONAL
    _count_check_ins(scope, found)
    _count_parts(emergency, found)
    return sorted(found.values(), key=lambda line: (line.on, line.section.code))


def _meetings(scope: Scope) -> Iterable[DayOfClass]:
    days = CalendarDay.objects.filter(
        track__school_year=scope.emergency.school_year_id, on__range=(scope.since, scope.until)
    )
    taught = {(track, on) for track, on, is_so in days.values_list("track", "on", "is_taught") if is_so}
    dates = sorted({on for _, on in taught} | {on for _, on in scope.closed})
    for section in scope.sections.values():
        weekdays = set(section.meetings.values_list("weekday", flat=True))
        for on in dates:
            is_closed = (section.pk, on) in scope.closed
            is_taught = (section.track_id, on) in taught or (
                section.track_id is None and any(day == on for _, day in taught)
            )
            if (is_closed or is_taught) and on.weekday() in weekdays and section.since <= on <= section.until:
                yield DayOfClass(section, on, is_closed)


def _placed(lines: Iterable[DayOfClass]) -> Counter[tuple[int, date]]:
    kept = list(lines)
    spans: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Placement.objects.filter(section__in={line.section.pk for line in kept})
    for section, since, until in rows.values_list("section", "since", "until"):
        spans[section].append((since, until))
    return Counter(
        {
            (line.section.pk, line.on): sum(
                since <= line.on <= (until or line.on) for since, until in spans[line.section.pk]
            )
            for line in kept
        }
    )


def _count_parts(emergency: Emergency, found: dict[tuple[int, date], DayOfClass]) -> None:
    """Count who took part in the classes they are placed in; the day is the student's, the class is shown."""
    parts = parts_of(emergency)
    sections: dict[int, set[int]] = defaultdict(set)
    rows = Placement.objects.filter(student__in={student for student, _ in parts})
    for student, section in rows.values_list("student", "section"):
        sections[student].add(section)
    for student, on in parts:
        for section in sections[student]:
            if (line := found.get((section, on))) is not None:
                line.took_part += 1


def _count_check_ins(scope: Scope, found: dict[tuple[int, date], DayOfClass]) -> None:
    rows = check_ins_of(scope)
    verdicts = verdicts_of(rows)
    for section, on, is_verified in _by_student(rows, verdicts):
        if (line := found.get((section, on))) is not None:
            line.checked_in += 1
            line.verified += is_verified


def _by_student(
    rows: Iterable[CheckIn], verdicts: dict[int, CheckInVerdict]
) -> Iterator[tuple[int, date, bool]]:
    """Yield each student's check-in of a class and day once, and whether one of them is verified."""
    verified: dict[tuple[int, date, int], bool] = {}
    for row in rows:
        key = (row.section_id, row.on, row.student_id)
        is_verified = row.pk in verdicts and verdicts[row.pk].is_verified
        verified[key] = verified.get(key, False) or is_verified
    for (section, on, _), is_verified in verified.items():
        yield section, on, is_verified
