"""Who was enrolled where, in which grade and under which body of law, on which dates."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.domain.calendar import DateSpan


class GradeSpan(StrEnum):
    """The groups of grades average daily attendance is reported in."""

    TK_3 = "TK/K-3"
    G4_6 = "4-6"
    G7_8 = "7-8"
    G9_12 = "9-12"


class Grade(StrEnum):
    """A student's grade; its value is what a person writes."""

    TK = "TK"
    K = "K"
    G1 = "1"
    G2 = "2"
    G3 = "3"
    G4 = "4"
    G5 = "5"
    G6 = "6"
    G7 = "7"
    G8 = "8"
    G9 = "9"
    G10 = "10"
    G11 = "11"
    G12 = "12"

    @property
    def is_kindergarten(self) -> bool:
        """Tell whether this is transitional kindergarten or kindergarten."""
        return self in {Grade.TK, Grade.K}

    @property
    def level(self) -> int:
        """The number of the grade; both kindergartens are 0."""
        return 0 if self.is_kindergarten else int(self.value)

    @property
    def place(self) -> int:
        """Where the grade stands among all, in the order of school: TK is 0."""
        return list(Grade).index(self)

    @property
    def span(self) -> GradeSpan:
        """The group of grades this one is reported in."""
        ends = ((3, GradeSpan.TK_3), (6, GradeSpan.G4_6), (8, GradeSpan.G7_8))
        return next((span for last, span in ends if self.level <= last), GradeSpan.G9_12)


class Programme(StrEnum):
    """The body of law an enrolment stands under, named by its section of the Education Code."""

    ORDINARY_CHARTER = "47612"
    PARTNERSHIP = "47612.1"
    """Instruction exclusively in partnership with a workforce programme; adults attend these."""


class Modality(StrEnum):
    """How a student is taught under an enrolment."""

    CLASSROOM = "classroom"
    INDEPENDENT_STUDY = "independent study"


class Partner(StrEnum):
    """The partners that set a charter programme free of the age rules (EC 47612.1(a))."""

    WIOA = "WIOA"
    YOUTHBUILD = "YouthBuild"
    JOB_CORPS = "Job Corps"
    CONSERVATION_CORPS = "conservation corps"


@dataclass(frozen=True, slots=True)
class PartnerAgreement:
    """A written agreement with a partner, and whether the programme teaches with it alone."""

    partner: Partner
    valid: DateSpan
    is_exclusive: bool


@dataclass(frozen=True, slots=True)
class EnrolledSpan:
    """One student enrolled in one track, grade and programme; `until` is the last day or None."""

    student: str
    track: str
    grade: Grade
    programme: Programme
    since: date
    until: date | None = None
    modality: Modality = Modality.CLASSROOM

    def __post_init__(self) -> None:
        DateSpan(self.since, self.until)

    def holds(self, on: date) -> bool:
        """Tell whether the student was enrolled here on a date, both ends included."""
        return self.since <= on and (self.until is None or on <= self.until)
