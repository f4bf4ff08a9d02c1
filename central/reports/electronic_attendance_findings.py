"""What of the six points on electronic attendance is not as the state asks, each with what to do."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from central.domain.finding import Finding, Severity
from central.law.entry_day import Entered
from central.reports.electronic_attendance import ElectronicAttendanceReport

RULE: Final = "R-REC-03"
CITES: Final = "CDE letter of August 3, 2009 on electronic attendance"
_SHOWN: Final = 5


def find(made: ElectronicAttendanceReport) -> Iterator[Finding]:
    """Yield what an auditor would object to, point by point."""
    yield from _late(made)
    yield from _changes(made)
    yield from _sight(made)
    yield from _logins(made)
    if made.letter is None:
        yield _finding(
            6,
            "the school",
            "no letter of an independent auditor is on file that the system's integrity is acceptable",
            "have the auditor write it, then file it: rollbook-central register evidence "
            "duty-electronic-approval; until then print the week and have it signed by hand "
            "(report weekly-printout)",
            Severity.WARNING,
        )


def _late(made: ElectronicAttendanceReport) -> Iterator[Finding]:
    counts = Counter(each.entered for each in made.late)
    if counts[Entered.LATE]:
        yield _finding(
            2,
            _many(counts[Entered.LATE], "record"),
            "first entered by hand on a later day than the one they are about, without paper of an outage",
            "note the outage there was and take its paper in, or remove what cannot be proven; "
            "the list below names each",
            Severity.WARNING,
        )
    if counts[Entered.UNPROVEN]:
        yield _finding(
            2,
            _many(counts[Entered.UNPROVEN], "record"),
            "made of a tap that was judged otherwise since, so no entry of its day stands behind them",
            "look at each with rollbook-central trace, and have its teacher certify or remove it",
            Severity.WARNING,
        )


def _changes(made: ElectronicAttendanceReport) -> Iterator[Finding]:
    silent = [each for each in made.changes if each.change.is_after_certification and not each.change.reason]
    if silent:
        yield _finding(
            3,
            _many(len(silent), "change"),
            "changed after certification without a reason on record",
            "have whoever changed them say why, and keep the answer with this report",
            Severity.WARNING,
        )


def _sight(made: ElectronicAttendanceReport) -> Iterator[Finding]:
    blind = [each.role for each in made.sight if each.signs and not each.sees_reports]
    if blind:
        yield _finding(
            4,
            ", ".join(blind),
            "cannot open this report; they see the entry and the changes of their own classes' records",
            "hand it to them on paper or as a file, as often as they ask",
            Severity.NOTICE,
        )


def _logins(made: ElectronicAttendanceReport) -> Iterator[Finding]:
    logins = made.logins
    if logins.shared:
        yield _finding(
            5,
            _some("employee", logins.shared),
            "the same seed or passkey opens the logins of more than one person",
            "reset the second factor of each on the Logins page, and look at what they signed",
            Severity.WARNING,
        )
    if logins.without_factor:
        yield _finding(
            5,
            _some("employee", logins.without_factor),
            "can sign in by a password alone",
            "give each a one-time code or a passkey on the Logins page, or take the login out of use",
            Severity.WARNING,
        )
    practice = logins.signatures.get("practice", 0)
    if practice:
        yield _finding(
            5,
            _many(practice, "signature"),
            "given without any code, as only a practice school may",
            "claim nothing of it; a school that claims signs with a code or a passkey",
            Severity.NOTICE if made.of.is_practice else Severity.BLOCKING,
        )


def _finding(point: int, subject: str, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding(RULE, f"{CITES}, point {point}", subject, None, says, remedy, severity)


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _some(what: str, numbers: tuple[str, ...]) -> str:
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"{what} {', '.join(numbers[:_SHOWN])}{more}"
