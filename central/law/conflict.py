"""Evidence against a presence: somebody said the student was absent, or was present only from afar."""

from datetime import date
from enum import StrEnum

from central.domain.finding import Finding, Severity


class AbsenceSaid(StrEnum):
    """How an absence is said of a day a record calls attended."""

    NOTICE = "notice"
    SETTLED_ABSENT = "settled as absent"
    NOTED = "noted by the office"
    PAPER = "said on paper"


_SAYS = {
    AbsenceSaid.NOTICE: "a notice of absence stands against it and nobody has settled which is right",
    AbsenceSaid.SETTLED_ABSENT: "a notice of absence was settled as an absence, and the record says present",
    AbsenceSaid.NOTED: "the office noted an absence that day",
    AbsenceSaid.PAPER: "a sheet on paper says absent and nobody has decided which is right",
}
_REMEDY = {
    AbsenceSaid.NOTICE: "ask the student and the teacher, and settle the notice with the reason",
    AbsenceSaid.SETTLED_ABSENT: "have its teacher correct the record, or settle the notice again",
    AbsenceSaid.NOTED: "have its teacher correct the record, or withdraw the note",
    AbsenceSaid.PAPER: "have its teacher decide about the sheet, with the reason",
}


def findings_on_absence_said(student: str, on: date, said: AbsenceSaid) -> tuple[Finding, ...]:
    """Report a day that may not be claimed because other evidence says the student was absent.

    One such day in a sample of 25 is a finding of a real audit.

    Cites: EC 47612.5(a)(2) (R-REC-07).
    """
    return (
        Finding(
            rule="R-REC-07",
            citation="EC 47612.5(a)(2)",
            subject=student,
            on=on,
            says=_SAYS[said],
            remedy=_REMEDY[said],
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_presence_from_afar(student: str, on: date) -> tuple[Finding, ...]:
    """Report a day of classroom attendance that rests on checking in from afar alone.

    Distance learning as its own kind of attendance ended with June 30, 2021. What a student does from
    afar counts as independent study: under a written agreement, by the time value of the work.

    Cites: EC 47612.5(e)(1); EC 51747.5(b) (R-NCB-02, R-IS-01).
    """
    return (
        Finding(
            rule="R-IS-01",
            citation="EC 47612.5(e)(1), 51747.5(b)",
            subject=student,
            on=on,
            says="present by a check-in from afar alone, which is no attendance in a classroom",
            remedy="claim it as independent study, with a signed agreement and evaluated work, or not at all",
            severity=Severity.BLOCKING,
        ),
    )
