"""Published: independent study on a desk: who is in it, which agreements hold, days, and the ratio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding
from central.domain.independent_study import Signer, StudyAgreement, StudyCase, StudyStaffing, StudyWork
from central.domain.school import LeaKind
from central.law.errors import LawError
from central.law.periods import divisor_days
from central.law.study_agreement import complete_on, findings_on_split_agreements, is_long, signers_needed
from central.law.study_engagement import weeks_to_act_on
from central.law.study_ratio import ineligible_ada, is_held_to_ratio, ratio_allowed
from central.store.models import SchoolYear
from central.store.queries.calendars import track_calendars
from central.store.queries.study import study_staffing
from central.work.study_claims import StudentsStudy, StudyClaim, study_claim


class State(StrEnum):
    """How an agreement stands."""

    HOLDS = "holds"
    LATER = "holds from its last signature on"
    UNSIGNED = "not signed by everybody"
    INCOMPLETE = "lacks a required element"
    TOO_LATE = "signed after its school year"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementState:
    """One agreement: its state, who still has to sign, and the last day on which that helps it all.

    A long agreement loses every day before its last signature; a short one may be signed until the
    school year is over.
    """

    agreement: StudyAgreement
    state: State
    is_long: bool
    unsigned: tuple[Signer, ...]
    signed_on: date | None
    sign_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDay:
    """One day of study: the work evaluated for it, whether it counts, else why not."""

    on: date
    work: StudyWork | None
    counts: bool
    against: Finding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentDesk:
    """One student's independent study up to a date."""

    student: str
    days: int
    counting: int
    agreements: tuple[AgreementState, ...]
    to_act_on: date | None
    """The Monday of the first four weeks that brought too little; None where none did (EC 51747(d))."""
    study: StudentsStudy
    split: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Attendance held to the ratio so far, and what the staff may carry; None where nobody said."""

    ada: Fraction
    staffing: StudyStaffing | None
    allowed: Fraction | None
    excess: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDesk:
    """Everybody in independent study, by number, and the ratio."""

    students: tuple[StudentDesk, ...]
    ratio: Ratio


def study_desk(year: SchoolYear, on: date) -> StudyDesk:
    """Return independent study of a school year up to a date, by what is known now."""
    claim = study_claim(year, None, on)
    return StudyDesk(
        students=tuple(_student(study, on) for study in claim.studies.values()), ratio=_ratio(year, claim, on)
    )


def of_one(year: SchoolYear, student: int, on: date) -> StudentDesk | None:
    """Return one student's independent study; None for who is not in it. `student` is a primary key."""
    studies = study_claim(year, None, on, students=[student]).studies
    return next((_student(study, on) for study in studies.values()), None)


def days_of(desk: StudentDesk) -> list[StudyDay]:
    """Return a student's days of study, newest first."""
    work = {row.on: row for row in desk.study.case.work}
    against = {found.on: found for found in desk.study.result.findings}
    counting = desk.study.result.days
    return [
        StudyDay(on=on, work=work.get(on), counts=on in counting, against=against.get(on))
        for on in sorted(desk.study.places, reverse=True)
    ]


def _student(study: StudentsStudy, on: date) -> StudentDesk:
    grades = {day: span.grade for day, span in study.places.items()}
    weeks: Sequence[date] = weeks_to_act_on(grades, study.result.days, on)
    return StudentDesk(
        student=study.case.student,
        days=len(study.places),
        counting=len(study.result.days),
        agreements=tuple(_agreements(study)),
        to_act_on=weeks[0] if weeks else None,
        study=study,
        split=findings_on_split_agreements(study.case, study.taught),
    )


def _agreements(study: StudentsStudy) -> Iterator[AgreementState]:
    for agreement in study.case.agreements:
        needed = signers_needed(study.case, agreement)
        signed_on = complete_on(agreement, needed)
        long = is_long(agreement, study.taught)
        ends_on = Year.of(agreement.since).ends_on
        yield AgreementState(
            agreement=agreement,
            state=_state(agreement, signed_on, ends_on, long=long),
            is_long=long,
            unsigned=tuple(sorted(needed - {signer for signer, _ in agreement.signed_on})),
            signed_on=signed_on,
            sign_by=agreement.since if long else ends_on,
        )


def _state(agreement: StudyAgreement, signed_on: date | None, ends_on: date, *, long: bool) -> State:
    if agreement.missing:
        return State.INCOMPLETE
    if signed_on is None:
        return State.UNSIGNED
    if long and signed_on > agreement.since:
        return State.LATER
    return State.TOO_LATE if not long and signed_on > ends_on else State.HOLDS


def _ratio(year: SchoolYear, claim: StudyClaim, on: date) -> Ratio:
    ada = _ada(year, claim, on)
    staffing = study_staffing(year)
    try:
        allowed = ratio_allowed(LeaKind(year.school.kind), staffing.other_ratio if staffing else None, on)
    except LawError:
        allowed = None
    excess = None
    if staffing is not None and allowed is not None:
        excess = ineligible_ada(ada, staffing.full_time_equivalents, allowed)
    return Ratio(ada=ada, staffing=staffing, allowed=allowed, excess=excess)


def _ada(year: SchoolYear, claim: StudyClaim, on: date) -> Fraction:
    """Add up attendance so far over the days taught so far, of students held to the ratio."""
    calendars = track_calendars(year.school_id, Year(year.name))
    taught = {code: sum(day <= on for day in divisor_days(calendar)) for code, calendar in calendars.items()}
    ada = Fraction(0)
    for study in claim.studies.values():
        for day in study.attendance_days():
            if taught.get(day.track) and _is_held(study.case, day.on):
                ada += Fraction(1, taught[day.track])
    return ada


def _is_held(case: StudyCase, on: date) -> bool:
    return is_held_to_ratio(case.age_on(on), on)
