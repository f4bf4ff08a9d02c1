"""Keep each student's dated enrollment in tracks in step with the classes they sit in."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from central.domain.enrolment import Programme
from central.exchange.oneroster.roster import Person, Roster
from central.exchange.problem import Problem
from central.store.models import Enrollment, Placement, School
from central.work.enrolled_spans import Enrolled, Facts, Span, enrolled
from central.work.upsert import remove, upsert

Place = tuple[int, int]
"""A student's and a track's primary key."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a roster states about its students, by source id, and what stands where it says nothing."""

    people: Mapping[str, Person]
    programme: str
    as_of: date

    def facts(self, source_id: str, last: Facts | None) -> Facts:
        """Return a student's facts: the roster's words, else what was recorded last."""
        person = self.people.get(source_id)
        grade = (person.grade if person else "") or (last.grade if last else "")
        programme = (person.programme if person else "") or (last.programme if last else "")
        return Facts(grade, programme or self.programme or Programme.ORDINARY_CHARTER.value)


def problems(school: School, roster: Roster) -> list[Problem]:
    """Return the students with a class and without a grade, of whom none is recorded either."""
    people = {person.source_id: person for person in roster.people}
    graded = set(
        Enrollment.objects.filter(student__school=school).values_list("student__source_id", flat=True)
    ) | {person.source_id for person in roster.people if person.grade}
    found: dict[str, Problem] = {}
    for seat in roster.seats:
        if seat.is_student and seat.person_id not in graded:
            person = people.get(seat.person_id)
            where = person.where if person else seat.where
            text = "a student with a class needs a grade: TK, KG or 01 to 12"
            found.setdefault(seat.person_id, Problem(where, text, "grades"))
    return list(found.values())


def write(years: Collection[int], stated: Stated, changes: Counter[str]) -> None:
    """Bring the enrollments of some school years to what the students' seats say."""
    seats: dict[Place, list[Span]] = defaultdict(list)
    names: dict[int, str] = {}
    placements = Placement.objects.filter(section__school_year__in=years, section__track__isnull=False)
    columns = ("student_id", "section__track_id", "since", "until", "student__source_id")
    for student, track, since, until, source_id in placements.values_list(*columns):
        seats[(student, track or 0)].append(Span(since, until))
        names[student] = source_id
    recorded: dict[Place, list[Enrollment]] = defaultdict(list)
    for old in Enrollment.objects.filter(track__school_year__in=years).order_by("since"):
        recorded[(old.student_id, old.track_id)].append(old)
    wanted: dict[str, dict[str, object]] = {}
    for place in sorted(seats.keys() | recorded.keys()):
        before = [_enrolled(row) for row in recorded[place]]
        facts = stated.facts(names.get(place[0], ""), before[-1].facts if before else None)
        for item in enrolled(seats[place], before, facts, stated.as_of):
            wanted[_key(place, item.span.since)] = _fields(place, item)
    _store(recorded.values(), wanted, changes)


def _store(
    recorded: Iterable[Iterable[Enrollment]], wanted: Mapping[str, dict[str, object]], changes: Counter[str]
) -> None:
    present = {_key((row.student_id, row.track_id), row.since): row for rows in recorded for row in rows}
    over = [row.pk for key, row in present.items() if key not in wanted]
    remove(Enrollment, over, changes, "taken back")
    upsert(Enrollment, present, wanted, changes)


def _enrolled(row: Enrollment) -> Enrolled:
    return Enrolled(Span(row.since, row.until), Facts(row.grade, row.programme, row.modality))


def _key(place: Place, since: date) -> str:
    return f"{place[0]} {place[1]} {since}"


def _fields(place: Place, item: Enrolled) -> dict[str, object]:
    return {
        "student_id": place[0],
        "track_id": place[1],
        "grade": item.facts.grade,
        "programme": item.facts.programme,
        "modality": item.facts.modality,
        "since": item.span.since,
        "until": item.span.until,
    }
