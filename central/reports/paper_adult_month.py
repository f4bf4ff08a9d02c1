"""Published: the report of adult classes as papers: every month, newest first, then the year so far."""

from collections.abc import Iterable
from typing import Final

from central.exchange.workbook import Cell
from central.law.adult_month import ClassMonth
from central.reports.adult_month_report import AdultMonths
from central.reports.board_papers import Papers, Printed
from central.reports.paper_parts import head
from central.reports.rounding import half_up, total

_HOW: Final = (
    "Adult classes report to the supervising administrator at least once each school month. Present and "
    "absent are certified records, one for each student and day; open ones nobody has certified. Minutes "
    "and hours are those the class was scheduled for, of each of those present. Hours proven lie between a "
    "student's first and last tap, where there are both, and are never more than that."
)
_COUNTS: Final = (
    *("Days held", "Students", "Present", "Absent", "Open", "Minutes", "Hours", "Both taps", "Hours proven"),
)


def papers(report: AdultMonths) -> Papers:
    """Return the papers; they name classes and employees, no student."""
    numbers = sorted({each.month for each in report.months}, reverse=True)
    return Papers(
        title="Adult classes, by school month",
        lines=[*head(report.of), _HOW],
        tables=[
            *(_month(report, number) for number in numbers),
            _year(report),
        ],
        signers=("Teacher", "Supervising administrator"),
    )


def _month(report: AdultMonths, number: int) -> Printed:
    here = [each for each in report.months if each.month == number]
    ends = [report.window(each) for each in here]
    since, until = min(month.starts_on for month in ends), max(month.ends_on for month in ends)
    rows: list[list[Cell]] = [
        [
            each.section,
            ", ".join(report.classes[each.section].teachers),
            *_counts(each),
        ]
        for each in here
    ]
    rows.append(["all", "", None, None, *_sums(here)])
    says = [f"{since:%m/%d/%Y} to {until:%m/%d/%Y}."]
    if until > report.of.as_of:
        says.append("The month is not over; these are the days so far.")
    heads = ("Class", "Employees", *_COUNTS)
    return Printed(f"School month {number}", heads, rows, says=says, short=f"Month {number}")


def _year(report: AdultMonths) -> Printed:
    rows: list[list[Cell]] = []
    for code, each in report.classes.items():
        here = [month for month in report.months if month.section == code]
        rows.append([code, each.title, len(here), *_sums(here)])
    rows.append(["all", "", None, *_sums(report.months)])
    heads = ("Class", "Title", "Months", *_COUNTS[2:])
    return Printed("The school year so far", heads, rows, short="Year")


def _counts(each: ClassMonth) -> list[Cell]:
    return [each.days, each.students, *_sums([each])]


def _sums(months: Iterable[ClassMonth]) -> list[Cell]:
    """Return what may be added up: days held and students may not, for they repeat from month to month."""
    here = list(months)
    return [
        sum(each.present for each in here),
        sum(each.absent for each in here),
        sum(each.uncertified for each in here),
        sum(each.minutes for each in here),
        total(half_up(each.hours) for each in here),
        sum(each.proven for each in here),
        total(half_up(each.proven_hours) for each in here),
    ]
