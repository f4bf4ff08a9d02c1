"""Whether a charter school is classroom-based by its attendance, and how it is funded where it is not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from central.domain.enrolment import GradeSpan
from central.domain.finding import Finding, Severity
from central.law.errors import LawError
from central.law.provision import number, share


@dataclass(frozen=True, slots=True)
class SpanAda:
    """One grade span's average daily attendance: what is classroom-based, and all of it."""

    span: GradeSpan
    classroom: Fraction
    total: Fraction


@dataclass(frozen=True, slots=True)
class Determination:
    """What share of its apportionment a school is funded at; None where a person must decide."""

    funded: Fraction | None
    findings: tuple[Finding, ...] = ()


def classroom_share(
    classroom: int | Decimal | Fraction, total: int | Decimal | Fraction, school: str = "the school"
) -> Fraction:
    """Return the classroom-based share of a school's average daily attendance, exactly.

    Raises LawError for a total of nothing, and for more of it in classrooms than there is.

    Cites: EC 47612.5(e) (R-NCB-01).
    """
    if not total:
        msg = f"{school} has no attendance, so no share of it is classroom-based"
        raise LawError(msg)
    if not 0 <= classroom <= total:
        msg = f"{classroom} of {total} average daily attendance of {school} cannot be classroom-based"
        raise LawError(msg)
    return Fraction(classroom) / Fraction(total)


def is_classroom_based(
    classroom: int | Decimal | Fraction, total: int | Decimal | Fraction, on: date
) -> bool:
    """Tell whether a charter school is classroom-based; exactly 80 percent is.

    Raises LawError as `classroom_share` does.

    Cites: EC 47612.5(d), (e) (R-NCB-01).
    """
    return classroom_share(classroom, total) >= share("share_of_attendance_in_classrooms", on)


def findings_on_classroom_share(school: str, spans: Iterable[SpanAda], on: date) -> tuple[Finding, ...]:
    """Report a charter school too little of whose attendance is classroom-based.

    Cites: EC 47612.5(d), (e) (R-NCB-01).
    """
    kept = list(spans)
    total = sum((span.total for span in kept), start=Fraction(0))
    classroom = sum((span.classroom for span in kept), start=Fraction(0))
    if not total or is_classroom_based(classroom, total, on):
        return ()
    part = classroom_share(classroom, total, school)
    return (
        Finding(
            rule="R-NCB-01",
            citation="EC 47612.5(d), (e)",
            subject=school,
            on=None,
            says=f"{part.numerator}/{part.denominator} of the attendance is classroom-based; "
            f"{share('share_of_attendance_in_classrooms', on)} must be",
            remedy="ask the State Board for a funding determination before claiming, or teach more in class",
            severity=Severity.BLOCKING,
        ),
    )


def attendance_by_span(
    classroom: Mapping[GradeSpan, Fraction], elsewhere: Mapping[GradeSpan, Fraction]
) -> tuple[SpanAda, ...]:
    """Return for each grade span with attendance what is classroom-based of it, and all of it.

    The data collection asks for both of every span, also of a school that teaches at its site and has
    a little independent study.

    Cites: EC 47612.5(e); entry screens of the attendance data collection (R-NCB-04).
    """
    none = Fraction(0)
    return tuple(
        SpanAda(span, classroom.get(span, none), classroom.get(span, none) + elsewhere.get(span, none))
        for span in GradeSpan
        if span in classroom or span in elsewhere
    )


def funding_determination(
    certificated: Fraction, instruction: Fraction, pupils_a_teacher: Fraction, on: date
) -> Determination:
    """Return what a nonclassroom-based charter school is funded at by the literal bands of its spending.

    `certificated` is the share of public revenue spent on certificated staff, `instruction` the share
    of all revenue spent on instruction. Below either least share it is denied. A combination no band
    names, such as 39.99 percent with 85, is a finding and no number: the Board decides.

    Raises LawError for shares below nothing and for teachers without pupils.

    Cites: 5 CCR 11963.4(a) (R-NCB-03).
    """
    if certificated < 0 or instruction < 0 or pupils_a_teacher <= 0:
        msg = f"shares of {certificated} and {instruction} with {pupils_a_teacher} pupils a teacher cannot be"
        raise LawError(msg)
    least_c = share("certificated_share_for_some_funding", on)
    least_i = share("instruction_share_for_some_funding", on)
    more_c = share("certificated_share_for_more_funding", on)
    more_i = share("instruction_share_for_more_funding", on)
    full_i = share("instruction_share_for_full_funding", on)
    if certificated < least_c or instruction < least_i:
        return Determination(Fraction(0))
    if certificated < more_c and instruction < more_i:
        return Determination(share("funding_at_the_lowest_band", on))
    if certificated >= more_c and more_i <= instruction < full_i:
        return Determination(share("funding_at_the_middle_band", on))
    is_small = pupils_a_teacher <= number("pupils_a_teacher_for_full_funding", on)
    if certificated >= more_c and instruction >= full_i and is_small:
        return Determination(Fraction(1))
    return Determination(None, (_left_to_the_board(certificated, instruction, pupils_a_teacher),))


def _left_to_the_board(certificated: Fraction, instruction: Fraction, pupils_a_teacher: Fraction) -> Finding:
    return Finding(
        rule="R-NCB-03",
        citation="5 CCR 11963.4(a)",
        subject="funding determination",
        on=None,
        says=f"no band of the regulation holds {certificated} on certificated staff with {instruction} "
        f"on instruction and {pupils_a_teacher} pupils a teacher",
        remedy="ask the department; the State Board decides, and its decision is what counts",
        severity=Severity.BLOCKING,
    )
