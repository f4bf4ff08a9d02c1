"""The questions of the register to attendance records, their signatures and their delivery."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from central.domain.attendance import Stage
from central.domain.calendar import DateSpan
from central.domain.enrolment import Modality
from central.law.eligibility import findings_on_credential
from central.law.provision import share
from central.register.records import Records, some
from central.register.standing import Answer, broken, met, needs_evidence
from central.store.attended import SessionKey, held_sessions
from central.store.models import Delivery, Placement, StudyWork
from central.store.queries.enrolments import teacher_credentials

_CONFIRMED_WITHIN = timedelta(days=10)


def teachers_certificated(records: Records) -> Answer:
    """Ask for signatures of people without a credential valid that day."""
    held = teacher_credentials(records.year.school_id)
    signed = {(record.certified_by, record.on) for record in records.standing if record.stage.counts}
    bare = sorted(key for key in signed if findings_on_credential(key[0], held, key[1]))
    if bare:
        return broken(
            f"{len(bare)} days signed without a credential, by employee {some(by for by, _ in bare)}"
        )
    return met(f"{len(signed)} signatures, each under a credential")


def sessions_signed(records: Records) -> Answer:
    """Ask for sessions that were held and nobody signed."""
    held = held_sessions(records.year, records.as_of)
    if not held:
        return needs_evidence("no session is known; bring the bell schedule with the calendar")
    missing = held - records.signed.keys()
    if missing:
        return broken(f"{len(missing)} of {len(held)} sessions have no signature: {_sessions(missing)}")
    return met(f"all {len(held)} sessions are signed")


def recorded_the_same_day(records: Records) -> Answer:
    """Ask for sessions signed after their day without a paper sheet of it."""
    late = {key for key, found in records.signed.items() if found.is_late and not found.has_paper}
    late = {key for key in late if key.on <= records.as_of}
    if late:
        return broken(f"{len(late)} sessions were signed later, without a paper sheet: {_sessions(late)}")
    return met("every signature is of its own day, or stands on paper")


def only_days_taught(records: Records) -> Answer:
    """Ask for students certified present on a day their track was not taught."""
    amiss = [
        record
        for record in records.present
        if (calendar := records.calendars.get(record.track)) and record.on not in calendar.days_taught
    ]
    if amiss:
        days = some(f"{record.on} of track {record.track}" for record in amiss)
        return broken(f"{len(amiss)} records say present on days not taught: {days}")
    return met(f"all {len(records.present)} records of presence are of days taught")


def one_day_a_date(records: Records) -> Answer:
    """Ask for students certified present in more than one track on a date."""
    seen: dict[tuple[str, date], set[str]] = defaultdict(set)
    for record in records.present:
        seen[record.student, record.on].add(record.track)
    twice = [student for (student, _), found in seen.items() if len(found) > 1]
    if twice:
        return broken(f"{len(twice)} days with presence in two tracks, of students {some(twice)}")
    return met(f"{len(seen)} days of attendance, each counted once")


def attendance_is_positive(records: Records) -> Answer:
    """Ask for students with a place in a signed session and no mark in it."""
    marked: dict[SessionKey, set[str]] = defaultdict(set)
    for record in records.standing:
        if record.stage is not Stage.REMOVED:
            marked[SessionKey(record.on, record.section)].add(record.student)
    enrolled: dict[str, list[DateSpan]] = defaultdict(list)
    for span in records.enrolled:
        enrolled[span.student].append(DateSpan(span.since, span.until))
    placed = _places(records)
    unmarked = [
        (key, student)
        for key in records.signed
        for student, place in placed[key.section]
        if place.holds(key.on)
        and student not in marked[key]
        and any(span.holds(key.on) for span in enrolled[student])
    ]
    if unmarked:
        return broken(
            f"{len(unmarked)} students unmarked in signed sessions: {_sessions({k for k, _ in unmarked})}"
        )
    return met("in every signed session each student is marked")


def mostly_in_classrooms(records: Records) -> Answer:
    """Ask whether classroom attendance is a large enough share of all attendance."""
    in_class = len({(record.student, record.on) for record in records.present})
    studies = {span.student for span in records.enrolled if span.modality is Modality.INDEPENDENT_STUDY}
    days = (records.span.starts_on, min(records.as_of, records.span.ends_on))
    works = StudyWork.objects.filter(student__school=records.year.school_id, on__range=days)
    studied = {key for key in works.values_list("student__number", "on") if key[0] in studies}
    least = share("share_of_attendance_in_classrooms", records.span.starts_on)
    total = in_class + len(studied)
    if total and Fraction(in_class, total) < least:
        return broken(
            f"{in_class} of {total} days are in classrooms; below {least} a determination is needed"
        )
    return met(f"{in_class} of {total} days are in classrooms")


def submissions_confirmed(records: Records) -> Answer:
    """Ask for records sent to the student information system and not read back."""
    waiting = Delivery.objects.filter(
        record__section__school_year=records.year,
        record__stage=Stage.SUBMITTED.value,
        confirmed_at=None,
        sent_at__lt=records.before - _CONFIRMED_WITHIN,
    )
    sections = [f"{code} {on}" for code, on in waiting.values_list("record__section__code", "record__on")]
    if sections:
        return broken(f"{len(sections)} records wait to be confirmed: {some(sections)}")
    return met("nothing sent waits to be confirmed")


def _places(records: Records) -> dict[str, list[tuple[str, DateSpan]]]:
    found: dict[str, list[tuple[str, DateSpan]]] = defaultdict(list)
    rows = Placement.objects.filter(section__school_year=records.year)
    for section, student, since, until in rows.values_list(
        "section__code", "student__number", "since", "until"
    ):
        if until is None or until >= since:
            found[section].append((student, DateSpan(since, until)))
    return found


def _sessions(keys: set[SessionKey]) -> str:
    return some(f"{key.on} {key.section}" for key in keys)
