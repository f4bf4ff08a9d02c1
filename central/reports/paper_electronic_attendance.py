"""Published: the evidence on electronic attendance as papers, point by point, with room for the rest."""

from collections.abc import Iterator, Mapping
from typing import Final

from central.exchange.workbook import Cell
from central.reports import paper_entries
from central.reports.board_papers import Papers, Printed
from central.reports.electronic_attendance import ElectronicAttendanceReport
from central.reports.paper_parts import head

_SIGNERS: Final = ("School leader",)
_ASKED: Final = (
    "The Department's letter of August 3, 2009 asks six things of a school that certifies attendance "
    "electronically instead of signing a weekly printout. Points 2 to 5 are computed here from the "
    "records; what points 1 and 6 need is written down by the school and its auditor."
)
_FOLLOW: Final = (
    "Every figure can be followed: the records of a class and day on the page of records, one record down "
    "to its tap and its signed bytes with rollbook-central trace, every change on the audit page."
)
_SEEN: Final = (
    "Everybody who may open attendance sees each record's entry and changes with the employee's number on "
    "the page of its records, teachers those of their own classes. Looks are lines of the access log from "
    "July 1 on. Who may not open this report is handed it on paper."
)
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
            paper_entries.months(report.days),
            paper_entries.days(report),
            paper_entries.late(report),
            paper_entries.changed(report),
            paper_entries.changes(report),
            _sight(report),
            *([_pages(report)] if report.looks_by_page else []),
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
