"""Published: the evidence on electronic attendance as papers, point by point, with room for the rest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from central.exchange.workbook import Cell
from central.law.entry_day import Entered
from central.reports.board_papers import Papers, Printed
from central.reports.electronic_attendance import ChangedRecord, ElectronicAttendanceReport, EntryDay
from central.reports.paper_parts import clock, head, hour, month_of, share

_SIGNERS: Final = ("School leader", "Independent auditor")
_ASKED: Final = (
    "The Department's letter of August 3, 2009 asks six things of a school that certifies attendance "
    "electronically instead of signing a weekly printout. Points 2 to 5 are computed here from the "
    "records; what points 1 and 6 need is written down by the school and its auditor."
)
_FOLLOW: Final = (
    "Every figure can be followed: the records of a class and day on the page of records, one record down "
    "to its tap and its signed bytes with rollbook-central trace, every change on the audit page."
)
_ENTERED: Final = (
    "Certified records standing at the end of the day as of which. A tap enters a record at the moment of "
    "the tap; its time comes from the station's signed journal. Entered as asked: on its day, or later "
    "from paper on which it was recorded that day while something was out. Late: entered by hand on a later "
    "day without such paper. Unproven: the tap it was made of was judged otherwise since."
)
_SEEN: Final = (
    "Everybody who may open attendance sees each record's entry and changes with the employee's number on "
    "the page of its records, teachers those of their own classes. Looks are lines of the access log from "
    "July 1 on. Who may not open this report is handed it on paper."
)
_HOW: Final = {
    Entered.TAP: "Tap",
    Entered.HAND: "By hand",
    Entered.PAPER: "Paper",
    Entered.LATE: "Late",
    Entered.UNPROVEN: "Unproven",
}
_SIGNED: Final = {
    "totp": "by a one-time code",
    "passkey": "by a passkey",
    "practice": "without code (practice)",
}


def papers(report: ElectronicAttendanceReport) -> Papers:
    """Return the papers; students stand in them by number alone."""
    return Papers(
        title="Electronic attendance: evidence for the six points",
        lines=[
            *head(report.of),
            _ASKED,
            _FOLLOW,
        ],
        tables=[
            _first(),
            _months(report.days),
            _days(report),
            _late(report),
            _changed(report),
            _changes(report),
            _sight(report),
            _pages(report),
            _logins(report),
            _letter(report),
        ],
        signers=_SIGNERS,
    )


def _first() -> Printed:
    rows = (
        ("How attendance was signed by hand before (the form's name)", ""),
        ("Approved by, on, under which number (attach the approval)", ""),
        ("First day on which attendance is certified electronically", ""),
        ("Who keeps the signed sheets from before, and where", ""),
    )
    return Printed(
        "Point 1: a system of manual signatures was approved before",
        ("To be filled in by the school", "Answer"),
        rows,
        says=["Not in the records of this program: the school writes it down and attaches the approval."],
        short="1 approval (fill in)",
    )


def _months(days: Iterable[EntryDay]) -> Printed:
    months: dict[str, Counter[Entered]] = {}
    held: Counter[str] = Counter()
    for day in days:
        month = f"{day.on:%Y-%m}"
        months.setdefault(month, Counter()).update(day.records)
        held[month] += 1
    rows = [_entered(month, held[month], counts) for month, counts in sorted(months.items())]
    if rows:
        every = sum(months.values(), start=Counter[Entered]())
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


def _days(report: ElectronicAttendanceReport) -> Printed:
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


def _late(report: ElectronicAttendanceReport) -> Printed:
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
    return Printed(title, heads, rows, short="2 late")


def _changed(report: ElectronicAttendanceReport) -> Printed:
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


def _changes(report: ElectronicAttendanceReport) -> Printed:
    heads = (
        *("Student", "Class", "Date", "Entered at", "Entered by", "Changed at", "Changed by employee"),
        *("Before", "After", "Certified before", "Reason"),
    )
    rows = list(_change_rows(report, report.changes))
    return Printed("Point 3: every change made by a person", heads, rows, short="3 changes")


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


def _sight(report: ElectronicAttendanceReport) -> Printed:
    rows: list[list[Cell]] = [
        [
            each.role,
            "yes" if each.sees_histories else "no",
            "yes" if each.sees_reports else "no",
            each.people,
            each.looks.people,
            each.looks.looks,
        ]
        for each in report.sight
    ]
    return Printed(
        "Point 4: the report is at hand, and was looked at",
        ("Role", "Histories of records", "This report", "Can sign in", "Looked", "Looks"),
        rows,
        says=[_SEEN],
        short="4 roles",
    )


def _pages(report: ElectronicAttendanceReport) -> Printed:
    rows: list[list[Cell]] = [
        [page, looks.people, looks.looks] for page, looks in report.looks_by_page.items()
    ]
    title = "Point 4: what was looked at"
    return Printed(title, ("Page or command", "People", "Looks"), rows, short="4 pages")


def _logins(report: ElectronicAttendanceReport) -> Printed:
    logins = report.logins
    rows: list[list[Cell]] = [
        ["logins of staff in use", logins.in_use],
        ["logins taken out of use", logins.disabled],
        ["in use, with one-time codes", logins.with_code],
        ["in use, with a passkey", logins.with_passkey],
        ["passkeys in all", logins.passkeys],
        ["in use, by a password alone", len(logins.without_factor)],
        ["whose seed or passkey is another's too", len(logins.shared)],
        *_signed(logins.signatures),
        ["one-time codes used up, none a second time", logins.spent_codes],
        ["answers of passkeys used up, none a second time", logins.spent_challenges],
        ["signatures refused for a wrong code or passkey", logins.refused],
    ]
    return Printed(
        "Point 5: a credential is its employee's alone",
        ("What", "How many"),
        rows,
        says=[
            (
                "Logins as they are at the time this was made; signatures, codes and refusals of the school "
                "year. One login belongs to one employee. A signature asks for the password's session and a "
                "code or passkey given at that moment; the database refuses a code a second time."
            )
        ],
        short="5 logins",
    )


def _signed(signatures: Mapping[str, int]) -> Iterator[list[Cell]]:
    for how, count in signatures.items():
        yield [f"classes signed {_SIGNED.get(how, how)}", count]


def _letter(report: ElectronicAttendanceReport) -> Printed:
    letter = report.letter
    rows: list[list[Cell]] = (
        [
            ["in force since", letter.since],
            ["until", letter.until],
            ["says", letter.says],
            ["kept at", letter.document],
            ["SHA-256 of the file", letter.sha256],
            ["filed by employee", letter.by],
        ]
        if letter
        else [
            ["Auditor's firm and licence number", ""],
            ["Date of the letter that the system's integrity is acceptable (attach it)", ""],
            ["What the auditor tested, and when", ""],
        ]
    )
    said = "As filed in the requirements register." if letter else "None is on file; to be filled in."
    title = "Point 6: the independent auditor's letter"
    return Printed(title, ("What", "Answer"), rows, says=[said], short="6 letter")
