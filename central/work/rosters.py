"""Take a roster file into the records: all of it or nothing, and the same file twice changes nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from central.errors import RefusedError
from central.exchange.named_file import NamedFile
from central.exchange.oneroster import reading
from central.exchange.oneroster.roster import EndDates, Known, Roster, SchoolSought
from central.exchange.problem import refuse
from central.store.models import (
    Placement,
    School,
    Section,
    Staff,
    Student,
    TeachingCredential,
)
from central.work import roster_classes, roster_enrollments, roster_people, roster_seats, years_in_step
from central.work.imported import remember
from central.work.roster_enrollments import Stated
from central.work.roster_seats import Gone

_FEW = 10
_SHARE = 4


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person importing decides that the file leaves open.

    `as_of` is the day from which changed grades and programmes are true, and before which seats
    the file no longer names have ended; without it, the school's local date of the import.
    """

    school_source_id: str = ""
    end_dates: EndDates | None = None
    as_of: date | None = None
    programme: str = ""
    accepts_many_ends: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, by noun, and what a person should know besides."""

    changes: dict[str, int]
    notes: list[str] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        """Tell whether the records already said all of it."""
        return not self.changes


def import_roster(file: NamedFile, wishes: Wishes, now: datetime, by: str) -> Outcome:
    """Take a OneRoster zip in.

    Raises InputError with every problem of the file, and RefusedError when it would end a large
    part of the school's seats; nothing is written then.
    """
    with transaction.atomic():
        school = School.objects.get()
        sought = SchoolSought(school.code, wishes.school_source_id or school.source_id)
        roster = reading.read(file.name, file.data, sought, _known(school), wishes.end_dates)
        as_of = wishes.as_of or now.astimezone(ZoneInfo(school.time_zone)).date()
        with years_in_step.in_step(school):
            changes = _write(file, school, roster, wishes, as_of)
        done = remember("roster", (file,), changes, now, by)
        return Outcome(done, _notes(school, roster, as_of))


def _known(school: School) -> Known:
    sections = Section.objects.filter(school=school)
    students = Student.objects.filter(school=school).values_list("source_id", flat=True)
    staff = Staff.objects.filter(school=school).values_list("source_id", flat=True)
    return Known(
        frozenset(source_id for source_id in (*students, *staff) if source_id),
        {section.source_id: (section.since, section.until) for section in sections},
    )


def _write(file: NamedFile, school: School, roster: Roster, wishes: Wishes, as_of: date) -> Counter[str]:
    problems = roster_people.problems(school, roster.people)
    problems += roster_seats.problems(school, roster)
    problems += roster_enrollments.problems(school, roster)
    placed = roster_classes.place(school, roster, problems)
    refuse(f"{file.name} is not taken in; nothing was written:", problems)
    changes: Counter[str] = Counter()
    if school.source_id != roster.school_source_id:
        school.source_id = roster.school_source_id
        school.save(update_fields=["source_id"])
        changes["schools recognised"] += 1
    people = roster_people.write(school, roster.people, changes)
    sections = roster_classes.write(school, placed, changes)
    gone = Gone.of(roster, people, sections, as_of)
    lasting = Placement.objects.filter(section__school=school).exclude(until__lt=as_of).count()
    roster_seats.write_placements(roster, people, sections, gone, changes)
    roster_seats.write_assignments(roster, people, sections, gone, changes)
    _require_few_ends(lasting, changes, wishes)
    stated = Stated({person.source_id: person for person in roster.people}, wishes.programme, as_of)
    # A year that is over keeps the grades it had.
    current = {section.school_year_id for section in sections.values() if section.until >= as_of}
    roster_enrollments.write(current | gone.years, stated, changes)
    return changes


def _require_few_ends(lasting: int, changes: Counter[str], wishes: Wishes) -> None:
    """Refuse to end many seats unasked: a file cut short looks like a school most students left."""
    ended = changes["placements ended"] + changes["placements withdrawn before they began"]
    if ended > _FEW and ended * _SHARE > lasting and not wishes.accepts_many_ends:
        msg = (
            f"the file ends {ended} of {lasting} seats, as a file cut short would; nothing was written. "
            "Export it again, or say --accept-ends if they did end"
        )
        raise RefusedError(msg)


def _notes(school: School, roster: Roster, on: date) -> list[str]:
    notes = [f"end dates are read as the {roster.end_dates}: {roster.end_dates_because}"]
    notes += [f"{count} {what} passed over" for what, count in sorted(roster.passed_over.items())]
    sections = Section.objects.filter(school=school, until__gte=on)
    silent = sections.filter(meetings=None).count()
    if silent:
        notes.append(
            f"{silent} sections have no bell times yet: rollbook-central import-calendar --bells FILE"
        )
    roomless = sections.filter(room=None).count()
    if roomless:
        notes.append(f"{roomless} sections have no room: no station's taps can be theirs")
    teachers = Staff.objects.filter(
        school=school, role=Staff.Role.TEACHER, assignments__isnull=False
    ).distinct()
    valid = TeachingCredential.objects.filter(since__lte=on, until__gte=on).values("staff")
    bare = teachers.exclude(pk__in=valid).count()
    if bare:
        notes.append(f"{bare} teachers have no document valid on {on} and cannot certify (EC 47605(l))")
    return notes
