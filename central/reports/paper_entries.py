"""The tables of points 2 and 3 on electronic attendance: how records were entered, and how changed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from central.exchange.workbook import Cell
from central.law.entry_day import Entered
from central.reports.board_papers import Printed
from central.reports.electronic_attendance import ChangedRecord, ElectronicAttendanceReport, EntryDay
from central.reports.paper_parts import clock, hour, month_of, share

_ENTERED: Final = (
    "Certified records standing at the end of the day as of which. A tap enters a record at the moment of "
    "the tap; its time comes from the station's signed journal. Entered as asked: on its day, or later "
    "from paper on which it was recorded that day while something was out. Late: entered by hand on a later "
    "day without such paper. Unproven: the tap it was made of was judged otherwise since."
)
_MOST_PRINTED: Final = 400
_HOW: Final = {
    Entered.TAP: "Tap",
    Entered.HAND: "By hand",
    Entered.PAPER: "Paper",
    Entered.LATE: "Late",
    Entered.UNPROVEN: "Unproven",
}


def months(days: Iterable[EntryDay]) -> Printed:
    """Return the months of point 2: how each record was first entered."""
    by_month: dict[str, Counter[Entered]] = {}
    held: Counter[str] = Counter()
    for day in days:
        month = f"{day.on:%Y-%m}"
        by_month.setdefault(month, Counter()).update(day.records)
        held[month] += 1
    rows = [_entered(month, held[month], counts) for month, counts in sorted(by_month.items())]
    if rows:
        every = sum(by_month.values(), start=Counter[Entered]())
        rows.append(_entered("all", sum(held.values()), every))
    return Printed(
        "Point 2: entered on the calendar day it records, by month",
        ("Month", "Days", "Records", *_HOW.values(), "As asked (%)"),
        rows,
        says=[_ENTERED],
        short="2 months",
    )


def _entered(name: str, days: int, counts: Counter[Entered]) -> list[Cell]:
    total = sum(counts.values())
    as_asked = sum(count for how, count in counts.items() if how.is_as_asked)
    return [name, days, total, *(counts[how] for how in _HOW), share(as_asked, total)]


def days(report: ElectronicAttendanceReport) -> Printed:
    """Return every certified day of point 2."""
    rows: list[list[Cell]] = [
        [
            day.on,
            day.classes,
            day.total,
            *(day.records.get(how, 0) for how in _HOW),
            hour(day.first_at, report.of),
            hour(day.last_at, report.of),
        ]
        for day in report.days
    ]
    heads = ("Date", "Classes", "Records", *_HOW.values(), "First entry", "Last entry")
    says = ["First and last entry made on the day itself, by the school's clock."]
    return Printed("Point 2: every certified day", heads, rows, says=says, short="2 days")


def late(report: ElectronicAttendanceReport) -> Printed:
    """Return the records of point 2 that were not entered on their day."""
    rows: list[list[Cell]] = [
        [
            each.entry.student,
            each.entry.section,
            each.entry.on,
            each.entered.value,
            clock(each.entry.entered_at, report.of),
            each.entry.entered_by,
            ", ".join(each.sheets),
        ]
        for each in report.late
    ]
    heads = ("Student", "Class", "Date", "How entered", "Entered at", "By employee", "Paper sheets")
    title = "Point 2: records not entered on their day"
    return Printed(title, heads, rows, short="2 late", in_print=len(rows) <= _MOST_PRINTED)


def changed(report: ElectronicAttendanceReport) -> Printed:
    """Return the months of point 3: how many changes were made in each."""
    after: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for each in report.changes:
        counts = after if each.change.is_after_certification else people
        counts[month_of(each.change.at, report.of)] += 1
    months = sorted({*after, *people, *report.program_changes})
    rows: list[list[Cell]] = [
        [month, people[month], after[month], report.program_changes.get(month, 0)] for month in months
    ]
    by_program = list(report.program_changes.values())
    rows.append(["all", people.total(), after.total(), sum(by_program)])
    return Printed(
        "Point 3: changes, by the month they were made in",
        ("Month", "By a person before certification", "After certification", "By the program"),
        rows,
        says=[
            (
                "A change is a record that says something else than before: present, absent or removed. The "
                "program changes only what nobody has certified, when more taps come in."
            )
        ],
        short="3 months",
    )


def changes(report: ElectronicAttendanceReport) -> Printed:
    """Return every change of point 3 with both dates and both employees."""
    heads = (
        *("Student", "Class", "Date", "Entered at", "Entered by", "Changed at", "Changed by employee"),
        *("Before", "After", "Certified before", "Reason"),
    )
    rows = list(_change_rows(report, report.changes))
    title = "Point 3: every change made by a person, or after certification"
    return Printed(title, heads, rows, short="3 changes", in_print=len(rows) <= _MOST_PRINTED)


def _change_rows(
    report: ElectronicAttendanceReport, changes: Iterable[ChangedRecord]
) -> Iterator[list[Cell]]:
    for each in changes:
        entry, change = each.entry, each.change
        yield [
            *(entry.student, entry.section, entry.on),
            *(clock(entry.entered_at, report.of), entry.entered_by),
            *(clock(change.at, report.of), change.by, change.before, change.after),
            *("yes" if change.is_after_certification else "no", change.reason),
        ]
