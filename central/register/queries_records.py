"""The questions of the register to attendance records, their signatures and their delivery."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from central.domain.attendance import Stage
from central.domain.enrolment import Modality
from central.law.eligibility import findings_on_credential
from central.law.provision import share
from central.register.records import Records, some
from central.register.standing import Answer, broken, met, needs_evidence
from central.store.attended import SessionKey, held_sessions
from central.store.models import Delivery, StudyWork
from central.store.queries.enrolments import teacher_credentials

_CONFIRMED_WITHIN = timedelta(days=10)


def teachers_certificated(records: Records) -> Answer:
    """Ask for signatures of people without a credential valid that day."""
    held = teacher_credentials(records.year.school_id)
    signed = records.gathered.signed_by
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
    amiss = records.gathered.not_taught
    if amiss:
        days = some(f"{on} of track {track}" for on, track in amiss)
        return broken(f"{amiss.total()} records say present on days not taught: {days}")
    return met(f"all {records.gathered.presences} records of presence are of days taught")


def one_day_a_date(records: Records) -> Answer:
    """Ask for students certified present in more than one track on a date."""
    twice = records.gathered.twice
    if twice:
        return broken(f"{len(twice)} days with presence in two tracks, of students {some(twice)}")
    return met(f"{records.gathered.student_days} days of attendance, each counted once")


def attendance_is_positive(records: Records) -> Answer:
    """Ask for students with a place in a signed session and no mark in it."""
    unmarked = records.gathered.unmarked
    if unmarked:
        return broken(
            f"{unmarked.total()} students unmarked in signed sessions: {_sessions(unmarked.keys())}"
        )
    return met("in every signed session each student is marked")


def mostly_in_classrooms(records: Records) -> Answer:
    """Ask whether classroom attendance is a large enough share of all attendance."""
    in_class = records.gathered.student_days
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
        confirmed_at=None,
        sent_at__lt=records.before - _CONFIRMED_WITHIN,
    )
    # Few wait; asked for the stage as well, a store would look at every record of the year.
    rows = waiting.values_list("record__section__code", "record__on", "record__stage")
    sections = [f"{code} {on}" for code, on, stage in rows if stage == Stage.SUBMITTED.value]
    if sections:
        return broken(f"{len(sections)} records wait to be confirmed: {some(sections)}")
    return met("nothing sent waits to be confirmed")


def _sessions(keys: Iterable[SessionKey]) -> str:
    return some(f"{key.on} {key.section}" for key in keys)
