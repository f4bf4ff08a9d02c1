"""Published: unduplicated counts as papers: the school, its groups, and the students behind the numbers."""

from typing import Final

from central.exchange.workbook import Cell
from central.law.unduplicated import HeadCount
from central.reports.board_papers import Papers, Printed
from central.reports.paper_parts import head
from central.reports.unduplicated import Grouping, UnduplicatedReport

_COUNTS: Final = (*("Enrolled", "Attended a day", "Claimed a day", "Never attended", "Counted here alone"),)
_HOW: Final = (
    "Enrolled: on some day up to the day as of which. Attended: certified present, or at work in "
    "independent study, on at least one day while enrolled. Claimed: at least one of those days may be "
    "claimed for apportionment. A student of two groups is counted once in each; counted here alone puts "
    "each student into one group, so that column adds up to the school."
)
_MOST_PRINTED: Final = 300


def papers(report: UnduplicatedReport) -> Papers:
    """Return the papers; students stand in them by number alone."""
    return Papers(
        title="Unduplicated counts of students",
        lines=[*head(report.of), _HOW],
        tables=[
            Printed("The school", ("", *_COUNTS), [_row("each student once", report.whole)], short="School"),
            *(_grouping(each, report.whole) for each in report.groupings),
            _students(report),
        ],
        signers=("School leader",),
    )


def _grouping(grouping: Grouping, whole: HeadCount) -> Printed:
    last = "first month enrolled" if grouping.name == "school month" else "last enrollment"
    rows = [_row(name, count) for name, count in grouping.groups.items()]
    # Only the last column may be added: in the others a student may stand twice.
    rows.append(["adds up to", None, None, None, None, grouping.counted])
    says = [f"Counted here alone: by the {last}. The school counts {whole.enrolled}."]
    title = f"By {grouping.name}"
    return Printed(title, (grouping.name.capitalize(), *_COUNTS), rows, says=says, short=title)


def _row(name: str, count: HeadCount) -> list[Cell]:
    counts = (count.enrolled, count.attended, count.claimed, count.never_attended, count.counted_here)
    return [name, *counts]


def _students(report: UnduplicatedReport) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(student, tally.last.track, tally.last.grade.value, f"EC {tally.last.programme.value}"),
            *(tally.first_day, tally.last.until, tally.days_attended, tally.days_claimed),
        ]
        for student, tally in report.students.items()
    ]
    heads = ("Student", "Track", "Grade", "Programme", "Since", "Until", "Days attended", "Days claimed")
    return Printed(
        "Every student behind the counts",
        heads,
        rows,
        says=["Track, grade and programme are those of the last enrollment."],
        short="Students",
        in_print=len(rows) <= _MOST_PRINTED,
    )
