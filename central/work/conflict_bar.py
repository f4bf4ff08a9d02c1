"""Published: what other evidence says against claiming a day: absences said, presence from afar."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from central.domain.attendance import Mark
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.finding import Finding
from central.law.absence import is_credited
from central.law.ada import Bar
from central.law.conflict import AbsenceSaid, findings_on_absence_said, findings_on_presence_from_afar
from central.store.attended import Scope, Standing, standing_records
from central.store.models import AttendanceRecord, CheckIn, SchoolYear, Tap
from central.store.queries.absences import noted_reasons
from central.store.queries.notices import days_said_absent
from central.work.paper_waiting import contradicted

FROM_AFAR: Final = frozenset({CheckIn.Way.REMOTE, CheckIn.Way.ONLINE_SESSION, CheckIn.Way.PHONE_CALL})
_EVER: Final = datetime.max.replace(tzinfo=UTC)
_Days = set[tuple[str, date]]


def bar_of(year: SchoolYear, before: datetime | None = None, students: Collection[int] | None = None) -> Bar:
    """Return a bar for the days of classroom attendance other evidence speaks against.

    Independent study passes: it is claimed by its work, not by presence. With `before`, only what was
    written before that instant is known; `students` are primary keys, None is everybody.
    """
    known = before or _EVER
    said = _said_absent(year, known, students)
    afar = _only_from_afar(year, known, students)

    def bar(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        if span.modality is Modality.INDEPENDENT_STUDY:
            return ()
        key = (span.student, on)
        found = findings_on_absence_said(*key, said[key]) if key in said else ()
        return (*found, *findings_on_presence_from_afar(*key)) if key in afar else found

    return bar


def _said_absent(
    year: SchoolYear, before: datetime, students: Collection[int] | None
) -> dict[tuple[str, date], AbsenceSaid]:
    said = {
        key: AbsenceSaid.NOTED
        for key, reason in noted_reasons(year, before, students).items()
        if not is_credited(reason, key[1])
    }
    named = Year(year.name)
    span = (named.starts_on, named.ends_on)
    for key, was_present in days_said_absent(year.school_id, span, before, students).items():
        if was_present is None:
            said[key] = AbsenceSaid.NOTICE
        elif not was_present:
            said[key] = AbsenceSaid.SETTLED_ABSENT
    return dict.fromkeys(_only_against_paper(year, before, students), AbsenceSaid.PAPER) | said


def _only_against_paper(year: SchoolYear, before: datetime, students: Collection[int] | None) -> _Days:
    """Return the days on which no class is signed as attended but such as paper says the opposite of."""
    records = contradicted(year, before, students)
    if not records:
        return set()
    against = {record.pk for record in records}
    days = {record.on for record in records}
    scope = Scope(students={record.student_id for record in records}, days=days)
    present = [
        record
        for record in standing_records(year, before, max(days) + timedelta(days=1), scope)
        if record.mark is Mark.PRESENT and record.stage.counts
    ]
    sound = {(record.student, record.on) for record in present if record.record not in against}
    return {(record.student, record.on) for record in present} - sound


def _only_from_afar(year: SchoolYear, before: datetime, students: Collection[int] | None) -> _Days:
    """Return the days on which a check-in from afar is all there is for a student's presence."""
    rows = CheckIn.objects.filter(section__school_year=year, at__lt=before)
    if students is not None:
        rows = rows.filter(student__in=students)
    said = list(rows.values_list("student_id", "student__number", "section__code", "on", "way"))
    remote = [row for row in said if row[4] in FROM_AFAR]
    if not remote:
        return set()
    days = {row[3] for row in remote}
    scope = Scope(students={row[0] for row in remote}, days=days)
    present = standing_records(year, before, max(days) + timedelta(days=1), scope)
    seen = {(number, section, on) for _, number, section, on, way in said if way not in FROM_AFAR}
    shown = _shown_in_person(present, seen)
    return {(number, on) for _, number, _, on, _ in remote} - shown


def _shown_in_person(standing: Iterable[Standing], seen: set[tuple[str, str, date]]) -> _Days:
    """Return the days a signed record shows by a tap, a sheet, a teacher, or somebody who saw the student."""
    present = [record for record in standing if record.mark is Mark.PRESENT and record.stage.counts]
    keys = [record.record for record in present]
    tapped = set(Tap.objects.filter(record__in=keys).values_list("record_id", flat=True))
    return {
        (record.student, record.on)
        for record in present
        if record.source != AttendanceRecord.Source.CHECK_IN
        or record.record in tapped
        or (record.student, record.section, record.on) in seen
    }
