"""Unduplicated counts of students: each student once in every group, and once in all."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from central.domain.attendance import AttendanceDay
from central.domain.enrolment import EnrolledSpan


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
class StudentRoll:
    """One student: the enrollments, the days there, and of these the ones to be claimed, by track."""

    spans: list[EnrolledSpan] = field(default_factory=list)
    attended: set[date] = field(default_factory=set)
    claimed: defaultdict[str, set[date]] = field(default_factory=lambda: defaultdict(set))

    @property
    def last(self) -> EnrolledSpan:
        """The latest enrollment; of those that begin on one day the one of the later track."""
        return max(self.spans, key=lambda span: (span.since, span.track, span.grade.level))


Rolls = Mapping[str, StudentRoll]
"""Every student with an enrollment, by number."""


@dataclass(frozen=True, slots=True)
class StudentTally:
    """What is known of one student: the last enrollment, and the days attended and claimed."""

    last: EnrolledSpan
    first_day: date
    days_attended: int
    days_claimed: int


@dataclass(slots=True)
class _Group:
    enrolled: int = 0
    attended: int = 0
    claimed: int = 0
    here: int = 0

    def count(self) -> HeadCount:
        return HeadCount(self.enrolled, self.attended, self.claimed, self.here)


def rolls_of(
    spans: Sequence[EnrolledSpan], present: Iterable[tuple[str, date]], claimed: Iterable[AttendanceDay]
) -> Rolls:
    """Return each enrolled student with the days there and the days that may be claimed.

    A day of independent study that may be claimed is attended too. A day of nobody enrolled is left
    out.

    Cites: attendance reports to the authorizer; CALPADS enrollment, each student once (R-MON-01).
    """
    found: defaultdict[str, StudentRoll] = defaultdict(StudentRoll)
    for span in spans:
        found[span.student].spans.append(span)
    for student, on in present:
        if student in found:
            found[student].attended.add(on)
    for day in claimed:
        if day.student in found:
            found[day.student].attended.add(day.on)
            found[day.student].claimed[day.track].add(day.on)
    return dict(sorted(found.items()))


def head_counts(rolls: Rolls, group: Callable[[EnrolledSpan], str]) -> dict[str, HeadCount]:
    """Count the students of each group an enrollment belongs to, and count each in the last one.

    A day on which a student was not enrolled in a group counts in it for nothing.

    Cites: attendance reports to the authorizer; CALPADS enrollment, each student once (R-MON-01).
    """
    found: defaultdict[str, _Group] = defaultdict(_Group)
    for roll in rolls.values():
        named = {span: group(span) for span in roll.spans}
        for name in set(named.values()):
            theirs = [span for span in roll.spans if named[span] == name]
            here = found[name]
            here.enrolled += 1
            here.attended += any(_is_within(span, roll.attended) for span in theirs)
            here.claimed += any(_is_within(span, roll.claimed.get(span.track, ())) for span in theirs)
        found[named[roll.last]].here += 1
    return {name: here.count() for name, here in sorted(found.items())}


def student_tallies(rolls: Rolls) -> dict[str, StudentTally]:
    """Return what the counts rest on, student by student.

    Cites: attendance reports to the authorizer; CALPADS enrollment, each student once (R-MON-01).
    """
    return {
        student: StudentTally(
            last=roll.last,
            first_day=min(span.since for span in roll.spans),
            days_attended=_days(roll.spans, roll.attended),
            days_claimed=_days(roll.spans, set().union(*roll.claimed.values())),
        )
        for student, roll in rolls.items()
    }


def month_counts(rolls: Rolls, months: Mapping[str, Mapping[date, int]]) -> dict[int, HeadCount]:
    """Count the students of each school month; each is counted in the first month enrolled.

    `months` are the number of the month of each day taught, by track. Who was enrolled on no day
    taught is in no month, told under 0.

    Cites: EC 37201; attendance reports to the authorizer (R-CAL-02, R-MON-01).
    """
    found: defaultdict[int, _Group] = defaultdict(_Group)
    windows = {track: _windows(taught) for track, taught in months.items()}
    for number in {number for taught in months.values() for number in taught.values()}:
        found[number].here += 0
    for roll in rolls.values():
        enrolled, attended, claimed = set[int](), set[int](), set[int]()
        for span in roll.spans:
            held = windows.get(span.track, {})
            enrolled |= {number for number, days in held.items() if _is_within(span, days)}
            attended |= _months_of(span, roll.attended, months)
            claimed |= _months_of(span, roll.claimed.get(span.track, ()), months)
        for number in enrolled or {0}:
            found[number].enrolled += 1
            found[number].attended += number in attended
            found[number].claimed += number in claimed
        found[min(enrolled, default=0)].here += 1
    return {number: here.count() for number, here in sorted(found.items())}


def _is_within(span: EnrolledSpan, days: Collection[date]) -> bool:
    return any(span.holds(on) for on in days)


def _days(spans: Sequence[EnrolledSpan], days: Collection[date]) -> int:
    bounds = [(span.since, span.until or date.max) for span in spans]
    return sum(any(since <= on <= until for since, until in bounds) for on in days)


def _windows(taught: Mapping[date, int]) -> dict[int, list[date]]:
    found: defaultdict[int, list[date]] = defaultdict(list)
    for on, number in taught.items():
        found[number].append(on)
    return found


def _months_of(
    span: EnrolledSpan, days: Collection[date], months: Mapping[str, Mapping[date, int]]
) -> set[int]:
    taught = months.get(span.track, {})
    return {taught[on] for on in days if on in taught and span.holds(on)}
