"""Unduplicated counts of students: each student once in every group, and once in all."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from central.domain.attendance import AttendanceDay
from central.domain.enrolment import EnrolledSpan

StudentDay = tuple[str, date]


@dataclass(frozen=True, slots=True)
class HeadCount:
    """Students of one group, each counted once.

    `enrolled`, `attended` and `claimed` count who ever was in the group; a student of two groups is in
    both. `counted_here` counts each student in one group alone, so these add up to the whole school.
    """

    enrolled: int = 0
    attended: int = 0
    claimed: int = 0
    counted_here: int = 0

    @property
    def never_attended(self) -> int:
        """Students enrolled in the group and never there: no-shows among them."""
        return self.enrolled - self.attended


@dataclass(frozen=True, slots=True)
class Rolls:
    """Who was enrolled, who was present on which day, and which days may be claimed."""

    spans: Sequence[EnrolledSpan]
    present: Collection[StudentDay]
    claimed: Collection[AttendanceDay]


@dataclass(frozen=True, slots=True)
class StudentTally:
    """What is known of one student: the last enrollment, and the days attended and claimed."""

    last: EnrolledSpan
    first_day: date
    days_attended: int
    days_claimed: int


def head_counts(rolls: Rolls, group: Callable[[EnrolledSpan], str]) -> dict[str, HeadCount]:
    """Count the students of each group an enrollment belongs to, and count each in the last one.

    A day of independent study is attended too. A day on which a student was not enrolled counts in
    no group. Of enrollments that begin on one day the one of the later track is the last.

    Cites: attendance reports to the authorizer; CALPADS enrollment, each student once (R-MON-01).
    """
    enrolled: defaultdict[str, set[str]] = defaultdict(set)
    for span in rolls.spans:
        enrolled[group(span)].add(span.student)
    attended, claimed = _by_group(rolls, group)
    here: defaultdict[str, int] = defaultdict(int)
    for tally in student_tallies(rolls).values():
        here[group(tally.last)] += 1
    return {
        name: HeadCount(len(students), len(attended[name]), len(claimed[name]), here[name])
        for name, students in sorted(enrolled.items())
    }


def student_tallies(rolls: Rolls) -> dict[str, StudentTally]:
    """Return what the counts rest on, student by student.

    Cites: attendance reports to the authorizer; CALPADS enrollment, each student once (R-MON-01).
    """
    spans = _spans_of(rolls)
    claimed: defaultdict[str, set[date]] = defaultdict(set)
    for day in rolls.claimed:
        claimed[day.student].add(day.on)
    attended: defaultdict[str, set[date]] = defaultdict(set)
    for student, on in _attended(rolls):
        if any(span.holds(on) for span in spans.get(student, ())):
            attended[student].add(on)
    return {
        student: StudentTally(
            last=max(theirs, key=lambda span: (span.since, span.track, span.grade.level)),
            first_day=min(span.since for span in theirs),
            days_attended=len(attended[student]),
            days_claimed=len(claimed[student] & attended[student]),
        )
        for student, theirs in sorted(spans.items())
    }


def _attended(rolls: Rolls) -> set[StudentDay]:
    return {*rolls.present, *((day.student, day.on) for day in rolls.claimed)}


def _by_group(
    rolls: Rolls, group: Callable[[EnrolledSpan], str]
) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """Return who attended and who may be claimed in each group, by the enrollments of the day."""
    spans = _spans_of(rolls)
    attended: defaultdict[str, set[str]] = defaultdict(set)
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    for student, on in _attended(rolls):
        for span in spans.get(student, ()):
            if span.holds(on):
                attended[group(span)].add(student)
    for day in rolls.claimed:
        for span in spans.get(day.student, ()):
            if span.track == day.track and span.holds(day.on):
                claimed[group(span)].add(day.student)
    return attended, claimed


def _spans_of(rolls: Rolls) -> Mapping[str, list[EnrolledSpan]]:
    found: defaultdict[str, list[EnrolledSpan]] = defaultdict(list)
    for span in rolls.spans:
        found[span.student].append(span)
    return found


def month_counts(rolls: Rolls, months: Mapping[tuple[str, date], int]) -> dict[int, HeadCount]:
    """Count the students of each school month; each is counted in the first month enrolled.

    `months` are the number of the month by track and date taught. Who was enrolled on no day taught
    is in no month, told under 0.

    Cites: EC 37201; attendance reports to the authorizer (R-CAL-02, R-MON-01).
    """
    enrolled = _enrolled_in_months(rolls.spans, months)
    spans = _spans_of(rolls)
    attended, claimed = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
    for student, on in _attended(rolls):
        for span in spans.get(student, ()):
            if span.holds(on) and (span.track, on) in months:
                attended[months[span.track, on]].add(student)
    for day in rolls.claimed:
        held = any(span.track == day.track and span.holds(day.on) for span in spans.get(day.student, ()))
        if held and (day.track, day.on) in months:
            claimed[months[day.track, day.on]].add(day.student)
    here: defaultdict[int, int] = defaultdict(int)
    for student in spans:
        here[min((month for month, students in enrolled.items() if student in students), default=0)] += 1
    numbers = sorted({*months.values(), *here})
    return {
        month: HeadCount(
            len(enrolled[month]) if month else here[0], len(attended[month]), len(claimed[month]), here[month]
        )
        for month in numbers
    }


def _enrolled_in_months(
    spans: Iterable[EnrolledSpan], months: Mapping[tuple[str, date], int]
) -> defaultdict[int, set[str]]:
    days: defaultdict[tuple[str, int], list[date]] = defaultdict(list)
    for (track, on), month in months.items():
        days[track, month].append(on)
    found: defaultdict[int, set[str]] = defaultdict(set)
    for span in spans:
        for (track, month), taught in days.items():
            if track == span.track and any(span.holds(on) for on in taught):
                found[month].add(span.student)
    return found
