"""Published: which days of a school year may be claimed, as the records stood at an instant."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan
from central.law import ada
from central.law.eligibility import findings_on_credential
from central.law.independent_study import with_study_days
from central.store.attended import EVERYTHING, Scope, Standing, standing_records
from central.store.models import SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.enrolments import enrolled_spans, teacher_credentials
from central.work.bars import bar_of
from central.work.study_claims import study_claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What may be claimed, and everything that was decided from.

    `calendars` are those of the tracks taught on some day; `claimable` the records whose signature
    and track hold, of which only present and certified ones count; `without_credential` employee
    numbers and dates of signatures no credential on file is valid for.
    """

    calendars: Mapping[str, TrackCalendar]
    spans: Sequence[EnrolledSpan]
    standing: Sequence[Standing]
    claimable: Sequence[Standing]
    claim: ada.Claim
    without_credential: Collection[tuple[str, date]]


def claimed(year: SchoolYear, before: datetime, until: date, scope: Scope = EVERYTHING) -> Claimed:
    """Return the days that may be claimed by decisions taken before an instant, up to a date.

    Reports and the projection of student years both ask here, so that they cannot differ. No
    calendar at all leaves nothing to claim. Calendars, enrollments and facts are those known now.
    """
    named = Year(year.name)
    every = track_calendars(year.school_id, named)
    calendars = {code: calendar for code, calendar in every.items() if calendar.days_taught}
    spans = enrolled_spans(year.school_id, named, scope.students)
    standing = standing_records(year, before, until, scope)
    without = _without_credential(year, standing)
    claimable = [
        record
        for record in standing
        if record.track in calendars and (record.certified_by, record.on) not in without
    ]
    marks = [record.recorded_mark() for record in claimable]
    bar = bar_of(year, before, scope.students)
    study = study_claim(year, before, until, bar, scope.students)
    studied = [day for day in study.days if scope.days is None or day.on in scope.days]
    return Claimed(
        calendars=calendars,
        spans=spans,
        standing=standing,
        claimable=claimable,
        claim=with_study_days(
            ada.attendance_days(marks, spans, calendars, bar), ada.Claim(frozenset(studied), study.findings)
        ),
        without_credential=without,
    )


def _without_credential(year: SchoolYear, standing: Iterable[Standing]) -> set[tuple[str, date]]:
    """Return who certified which day without a credential that is, by what is on file now, valid for it."""
    credentials = teacher_credentials(year.school_id)
    signed = {(record.certified_by, record.on) for record in standing if record.stage.counts}
    return {key for key in signed if findings_on_credential(key[0], credentials, key[1])}
