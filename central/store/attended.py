"""What the records said at an instant, as values of the domain: marks, stages and sessions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.calendar import DateSpan
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan
from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Decision,
    Meeting,
    PaperSheet,
    Placement,
    SchoolYear,
    SessionCertification,
)
from central.store.queries.enrolments import enrolled_spans

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records of which days are looked at, students by primary key; None is all of them."""

    students: Collection[int] | None = None
    days: Collection[date] | None = None

    def filters(self, record: str = "") -> dict[str, Collection[int] | Collection[date]]:
        """Return the conditions of a query whose path to the attendance record is `record`."""
        wanted = {f"{record}student__in": self.students, f"{record}on__in": self.days}
        return {path: values for path, values in wanted.items() if values is not None}

    def within(self, since: date, until: date) -> tuple[date, date]:
        """Return the first and the last of some days that can be looked at: what an index finds at once."""
        if not self.days:
            return since, until
        return max(since, min(self.days)), min(until, max(self.days))


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Standing:
    """One record as it stood: its mark and stage, and who certified it when, by employee number."""

    record: int
    student: str
    on: date
    section: str
    track: str
    mark: Mark
    stage: Stage
    source: str
    certified_by: str
    certified_at: datetime | None

    def recorded_mark(self) -> RecordedMark:
        """Return what the law looks at."""
        return RecordedMark(self.student, self.on, self.track, self.mark, self.stage)


@dataclass(frozen=True, slots=True, order=True)
class SessionKey:
    """One section's day."""

    on: date
    section: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The signatures under one session."""

    revisions: int
    is_late: bool
    """Whether it was first signed, or somebody's presence certified, after its calendar day."""
    has_paper: bool


def standing_records(
    year: SchoolYear, before: datetime, until: date, scope: Scope = EVERYTHING
) -> list[Standing]:
    """Return the records of a school year up to a date as decisions taken before an instant left them.

    Four queries, however many records. A record of a section without a track stands on the track
    the student was enrolled in that day.
    """
    span = Year(year.name)
    on = scope.within(span.starts_on, min(span.ends_on, until))
    last, signed = _last_decisions(year, before, on, scope)
    signatures = _signatures(year, scope)
    enrolled = _Tracks(enrolled_spans(year.school_id, span, scope.students))
    records = AttendanceRecord.objects.filter(
        section__school_year=year, on__range=on, **scope.filters()
    ).order_by("pk")
    found = []
    for record, student, day, section, track, source in records.values_list(
        "pk", "student__number", "on", "section__code", "section__track__code", "source"
    ).iterator(chunk_size=_AT_ONCE):
        if record not in last:
            continue
        stage, mark = last[record]
        by, at = signatures[signed[record]] if record in signed else ("", None)
        track_then = track or enrolled.of(student, day)
        found.append(
            Standing(record, student, day, section, track_then, Mark(mark), Stage(stage), source, by, at)
        )
    return found


def _last_decisions(
    year: SchoolYear, before: datetime, on: tuple[date, date], scope: Scope
) -> tuple[dict[int, tuple[str, str]], dict[int, int]]:
    """Return each record's stage and mark after its last decision, and the certification it last stood in."""
    last: dict[int, tuple[str, str]] = {}
    signed: dict[int, int] = {}
    decisions = Decision.objects.filter(
        record__section__school_year=year,
        record__on__range=on,
        at__lt=before,
        **scope.filters("record__"),
    ).order_by("pk")
    for record, stage, mark, certification in decisions.values_list(
        "record_id", "stage_to", "mark", "certification_id"
    ).iterator(chunk_size=_AT_ONCE):
        last[record] = (stage, mark)
        if certification is not None:
            signed[record] = certification
    return last, signed


def _signatures(year: SchoolYear, scope: Scope) -> dict[int, tuple[str, datetime | None]]:
    """Return who signed each certification, and when."""
    rows = SessionCertification.objects.filter(section__school_year=year, **Scope(days=scope.days).filters())
    return {key: (by, at) for key, by, at in rows.values_list("pk", "by__number", "at")}


def held_sessions(year: SchoolYear, until: date) -> set[SessionKey]:
    """Return every session that was to be held up to a date: taught, met, with students placed."""
    taught: dict[int, set[date]] = defaultdict(set)
    days = CalendarDay.objects.filter(track__school_year=year, is_taught=True, on__lte=until)
    for track, on in days.values_list("track_id", "on"):
        taught[track].add(on)
    anywhere = set().union(*taught.values()) if taught else set()
    places: dict[int, list[DateSpan]] = defaultdict(list)
    placements = Placement.objects.filter(section__school_year=year)
    for section, since, last in placements.values_list("section_id", "since", "until"):
        if last is None or last >= since:
            places[section].append(DateSpan(since, last))
    found: set[SessionKey] = set()
    meetings = Meeting.objects.filter(section__school_year=year).select_related("section")
    for meeting in meetings:
        section_row = meeting.section
        dates = taught[section_row.track_id] if section_row.track_id else anywhere
        found.update(
            SessionKey(on, section_row.code)
            for on in dates
            if on.weekday() == meeting.weekday
            and section_row.since <= on <= section_row.until
            and any(span.holds(on) for span in places[section_row.pk])
        )
    return found


def signed_sessions(year: SchoolYear, before: datetime) -> dict[SessionKey, Signed]:
    """Return the sessions signed before an instant."""
    sheets = set(PaperSheet.objects.filter(section__school_year=year).values_list("section__code", "on"))
    late = _late_presence(year, before)
    found: dict[SessionKey, Signed] = {}
    rows = SessionCertification.objects.filter(section__school_year=year, at__lt=before)
    for section, on, revision, late_reason in rows.order_by("revision").values_list(
        "section__code", "on", "revision", "late_reason"
    ):
        key = SessionKey(on, section)
        is_first_late = found[key].is_late if key in found else bool(late_reason)
        is_late = is_first_late or key in late
        found[key] = Signed(revision, is_late, (section, on) in sheets)
    return found


def _late_presence(year: SchoolYear, before: datetime) -> set[SessionKey]:
    """Return the sessions in which somebody's presence was certified after their calendar day."""
    late = Decision.objects.filter(
        certification__section__school_year=year,
        at__lt=before,
        is_same_day=False,
        mark=AttendanceRecord.Mark.PRESENT,
        stage_to=AttendanceRecord.Stage.CERTIFIED,
    )
    sessions = late.values_list("certification__on", "certification__section__code")
    return {SessionKey(on, section) for on, section in sessions.distinct()}


class _Tracks:
    """Finds the track a student was enrolled in on a date."""

    def __init__(self, spans: Iterable[EnrolledSpan]) -> None:
        self._spans: dict[str, list[EnrolledSpan]] = defaultdict(list)
        for span in spans:
            self._spans[span.student].append(span)

    def of(self, student: str, on: date) -> str:
        """Return the track, or nothing where the student was in none."""
        return next((span.track for span in self._spans.get(student, ()) if span.holds(on)), "")
