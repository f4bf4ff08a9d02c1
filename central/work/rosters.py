"""Take a roster file into the records: all of it or nothing, and the same file twice changes nothing."""

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from central.errors import RefusedError
from central.exchange.named_file import NamedFile
from central.exchange.oneroster import reading
from central.exchange.oneroster.people import STUDENT
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
from central.work import (
    roster_age,
    roster_classes,
    roster_enrollments,
    roster_people,
    roster_preview,
    roster_seats,
    staff_documents,
    years_in_step,
)
from central.work.imported import remember
from central.work.roster_enrollments import Stated
from central.work.roster_preview import Difference
from central.work.roster_seats import Gone

_FEW = 10
_SHARE = 4


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person importing decides that the file leaves open.

    `as_of` is the day from which changed grades and programmes are true, and before which seats
    the file no longer names have ended; without it, the local date of the newest change in a file of
    changes, else that of the import. `why_older` lets a file in that is older than one taken in before.
    A rehearsal writes nothing and tells everything.
    """

    school_source_id: str = ""
    end_dates: EndDates | None = None
    files_are: str = ""
    as_of: date | None = None
    programme: str = ""
    accepts_many_ends: bool = False
    why_older: str = ""
    is_rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, by noun, and what a person should know besides.

    `differences` are told by a rehearsal alone.
    """

    changes: dict[str, int]
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        """Tell whether the records already said all of it."""
        return not self.changes


@dataclass(frozen=True, slots=True)
class Reading:
    """Makes of a file what it says of the school, given what is known; raises InputError.

    Only files of one `kind` are older or newer than one another.
    """

    kind: str
    read: Callable[[School, Known], Roster]


def import_roster(file: NamedFile, wishes: Wishes, now: datetime, by: str) -> Outcome:
    """Take a OneRoster zip in.

    Raises InputError with every problem of the file, and RefusedError when it is older than one taken
    in before, or would end a large part of the school's seats; nothing is written then.
    """

    def read(school: School, known: Known) -> Roster:
        sought = SchoolSought(school.code, wishes.school_source_id or school.source_id)
        asked = reading.Asked(wishes.end_dates, wishes.files_are)
        return reading.read(file.name, file.data, sought, known, asked)

    return take_in(file, Reading("roster", read), wishes, now, by)


def take_in(file: NamedFile, reads: Reading, wishes: Wishes, now: datetime, by: str) -> Outcome:
    """Take in what a reading makes of a file; the rest is as `import_roster`."""
    with transaction.atomic():
        school = School.objects.get()
        roster = reads.read(school, _known(school))
        as_of = wishes.as_of or roster_age.as_of(roster, now, school)
        before = roster_preview.snapshot(school) if wishes.is_rehearsal else {}
        with nullcontext() if wishes.is_rehearsal else years_in_step.in_step(school):
            changes = _write(file, school, roster, wishes, as_of)
        if any(changes.values()) and not wishes.why_older.strip():
            roster_age.require_newest(reads.kind, file, roster.newest_change_at)
        notes = _notes(school, roster, as_of)
        if wishes.is_rehearsal:
            told = roster_preview.differences(before, roster_preview.snapshot(school))
            done = {noun: count for noun, count in sorted(changes.items()) if count}
            transaction.set_rollback(True)
            return Outcome(done, notes, told)
        done = remember(reads.kind, (file,), changes, now, by, roster.newest_change_at)
        roster_age.note_reason(file, wishes.why_older, now, by)
        return Outcome(done, notes)


def _known(school: School) -> Known:
    sections = Section.objects.filter(school=school)
    students = Student.objects.filter(school=school).exclude(source_id="")
    staff = Staff.objects.filter(school=school).exclude(source_id="")
    return Known(
        dict(staff.values_list("source_id", "role"))
        | dict.fromkeys(students.values_list("source_id", flat=True), STUDENT),
        {section.source_id: (section.since, section.until) for section in sections},
    )


def _write(file: NamedFile, school: School, roster: Roster, wishes: Wishes, as_of: date) -> Counter[str]:
    problems = roster_people.problems(school, roster.people)
    problems += roster_seats.problems(school, roster)
    problems += roster_enrollments.problems(school, roster)
    placed = roster_classes.place(school, roster, problems)
    refuse(f"{file.name} is not taken in; nothing was written:", problems)
    changes: Counter[str] = Counter()
    if roster.school_source_id and school.source_id != roster.school_source_id:
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
    notes = list(roster.notes)
    if roster.end_dates_because:
        notes.append(f"end dates are read as the {roster.end_dates}: {roster.end_dates_because}")
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
    return [*notes, *(finding.says for finding in staff_documents.ending_soon(school, on))]
