"""What a period's report must say about independent study."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from central.domain.enrolment import Modality
from central.domain.finding import Finding, Severity
from central.domain.independent_study import StudyCase
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.errors import LawError
from central.law.periods import divisor_days
from central.law.study_agreement import findings_on_split_agreements
from central.law.study_engagement import weeks_to_act_on
from central.law.study_ratio import ineligible_ada, is_held_to_ratio, ratio_allowed
from central.reports.ground import Ground
from central.reports.rounding import half_up
from central.store.queries.study import study_cases, study_staffing
from central.work.study_claims import StudentsStudy, study_claim

_RATIO = "EC 51745.6(a)(1); 5 CCR 11704"


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what stands against independent study; days lost one by one are in the claim already."""
    cases = study_cases(ground.year, ground.before)
    studies = study_claim(ground.year, ground.before, ground.as_of).studies
    if not cases and not studies:
        return
    yield from _ratio(ground, cases)
    for study in studies.values():
        yield from findings_on_split_agreements(study.case, study.taught)
    yield from _without_sample(studies)
    yield from _to_engage_again(studies, ground.as_of)
    yield from _outside(cases, studies, ground.as_of)


def _ratio(ground: Ground, cases: Mapping[str, StudyCase]) -> Iterator[Finding]:
    """Hold the attendance of students of 18 and younger against the staff, at P-2."""
    ada = _ada_held_to_ratio(ground, cases)
    if ground.kind is not PeriodKind.P2 or not ada:
        return
    staffing = study_staffing(ground.year, ground.before)
    kind, school = LeaKind(ground.year.school.kind), ground.year.school.code
    try:
        ratio = ratio_allowed(kind, staffing.other_ratio if staffing else None, ground.as_of)
    except LawError as unknown:
        yield _about_ratio(
            school, str(unknown), "write it down: study staffing --other-ratio", Severity.WARNING
        )
        return
    if staffing is None:
        says = f"{half_up(ada)} ADA of independent study is held to a ratio, and no staffing is written down"
        remedy = "write it down with rollbook-central study staffing --fte"
        yield _about_ratio(school, says, remedy, Severity.WARNING)
        return
    excess = ineligible_ada(ada, staffing.full_time_equivalents, ratio)
    if excess:
        says = (
            f"{half_up(ada)} ADA of independent study is {half_up(excess)} more "
            f"than the {half_up(ratio * staffing.full_time_equivalents)} its staff may carry"
        )
        yield _about_ratio(school, says, "take it off what is claimed", Severity.BLOCKING)


def _ada_held_to_ratio(ground: Ground, cases: Mapping[str, StudyCase]) -> Fraction:
    ada = Fraction(0)
    for day in ground.counted:
        case = cases.get(day.student)
        if (
            day.modality is Modality.INDEPENDENT_STUDY
            and case
            and is_held_to_ratio(case.age_on(day.on), day.on)
        ):
            ada += Fraction(1, len(divisor_days(ground.in_period[day.track])))
    return ada


def _about_ratio(school: str, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding("R-IS-06", _RATIO, school, None, says, remedy, severity)


def _without_sample(studies: Mapping[str, StudentsStudy]) -> Iterator[Finding]:
    bare = [
        (row.on, student)
        for student, study in studies.items()
        for row in study.case.work
        if row.on in study.result.days and not row.has_sample
    ]
    if bare:
        yield Finding(
            "R-IS-08",
            "5 CCR 11703",
            f"{len({student for _, student in bare})} students",
            min(bare)[0],
            f"{len(bare)} days of independent study that count name no work sample",
            "enter where the samples with evaluator and date are kept",
            Severity.WARNING,
        )


def _to_engage_again(studies: Mapping[str, StudentsStudy], as_of: date) -> Iterator[Finding]:
    for student, study in studies.items():
        grades = {on: span.grade for on, span in study.places.items()}
        if weeks := weeks_to_act_on(grades, study.result.days, as_of):
            yield Finding(
                "R-IS-07",
                "EC 51747(d)",
                f"student {student}",
                weeks[0],
                "more than a tenth of four weeks' required time brought no attendance",
                "notify the parent within a schoolday; offer the way back to class within five",
                Severity.WARNING,
            )


def _outside(
    cases: Mapping[str, StudyCase], studies: Mapping[str, StudentsStudy], as_of: date
) -> Iterator[Finding]:
    astray = [
        (row.on, student)
        for student, case in cases.items()
        for row in case.work
        if row.on <= as_of and row.on not in (studies[student].places if student in studies else ())
    ]
    if astray:
        yield Finding(
            "R-IS-01",
            "EC 51747.5(b)",
            f"{len({student for _, student in astray})} students",
            min(astray)[0],
            f"work of {len(astray)} days is on record that were not taught, or not enrolled for study",
            "enroll the students for independent study (study enroll), or correct the dates",
            Severity.WARNING,
        )
