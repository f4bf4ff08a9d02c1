"""A period's report as plain text, for a terminal and for a printer."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from central.domain.finding import Finding, Severity
from central.reports.period import PeriodReport, TrackMonths

WIDTH = 92
_ORDER = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
_COLUMNS = (
    ("Track", 12),
    ("Grade span", 12),
    ("Pupil-days", 12),
    ("Days taught", 13),
    ("Exact", 18),
    ("ADA", 12),
)


def render(report: PeriodReport) -> str:
    """Return the report as lines of at most 92 characters; nothing but text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: PeriodReport) -> Iterator[str]:
    yield from _heading(report)
    yield ""
    yield from _table(report)
    yield ""
    for track in report.tracks:
        yield from _wrapped(_months(track), "  ")
    yield from _held_against(report)
    yield from _findings(f"FINDINGS ({len(report.findings)})", report.findings)
    yield from _findings(f"WHAT THE LAW LEAVES OPEN ({len(report.caveats)})", report.caveats)
    yield ""
    yield from _footer(report)


def _heading(report: PeriodReport) -> Iterator[str]:
    title = f"{report.kind.value}  {report.year}"
    yield "=" * WIDTH
    yield f"{report.school}, {report.school_code}"[: WIDTH - len(title) - 2].ljust(WIDTH - len(title)) + title
    yield "Average daily attendance, classroom-based, by track and grade span"
    made = report.made_at.astimezone(ZoneInfo(report.zone))
    yield f"As certified by the end of {report.as_of} ({report.zone}); made {made:%Y-%m-%d %H:%M}"
    yield "=" * WIDTH
    if report.is_practice:
        yield "PRACTICE ".ljust(WIDTH, "*")
        yield "These numbers belong to a practice school and are never claimed."
        yield "*" * WIDTH


def _table(report: PeriodReport) -> Iterator[str]:
    yield _row([name for name, _ in _COLUMNS])
    yield _row(["-" * (width - 2) for _, width in _COLUMNS])
    for row in report.rows:
        yield _row(
            [row.track, row.span.value, f"{row.numerator:,}", f"{row.divisor}", row.exact, f"{row.ada:,}"]
        )
    if not report.rows:
        yield "  (no track has a full school month in this period)"
    yield _row(["-" * (width - 2) for _, width in _COLUMNS])
    for span, days, ada in report.span_totals():
        yield _row(["all tracks", span.value, f"{days:,}", "", "", f"{ada:,}"])
    pupil_days = sum(row.numerator for row in report.rows)
    yield _row(["TOTAL", "", f"{pupil_days:,}", "", "sum of cells above", f"{report.total:,}"])


def _row(cells: Sequence[str]) -> str:
    """Align text to the left and figures to the right."""
    shown = []
    for (_, width), place, cell in zip(_COLUMNS, range(len(cells)), cells, strict=True):
        room = width - 2
        shown.append(cell.ljust(room) if place in {0, 1} else cell.rjust(room))
    return "  ".join(shown).rstrip()


def _months(track: TrackMonths) -> str:
    if not track.months:
        return f"Track {track.track}: no full school month in this period."
    first, last = track.months[0], track.months[-1]
    months = f"school month {first}" if first == last else f"school months {first} to {last}"
    return (
        f"Track {track.track}: {months}, {track.since} to {track.until}, "
        f"{len(track.days_taught)} days taught."
    )


def _held_against(report: PeriodReport) -> Iterator[str]:
    closed = report.closed
    if closed is None:
        return
    same = closed.sha256 == report.digest
    says = "nothing has changed since" if same else f"now {report.total}; a revision can be closed beside it"
    yield ""
    yield from _wrapped(
        f"Closed as revision {closed.revision} as of {closed.as_of} with {closed.total}: {says}.", "  "
    )


def _findings(title: str, findings: Iterable[Finding]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda found: _ORDER[found.severity])
    yield ""
    yield title
    if not ordered:
        yield "  none"
    for found in ordered:
        on = f" on {found.on}" if found.on else ""
        yield from _wrapped(
            f"{found.severity.value.upper()}: {found.says} [{found.subject}{on}]", "    ", first="  "
        )
        yield from _wrapped(f"-> {found.remedy}. ({found.rule}; {found.citation})", "       ", first="    ")


def _footer(report: PeriodReport) -> Iterator[str]:
    yield "-" * WIDTH
    yield f"Proof      {len(report.proof):,} pupil-days, each with its record, teacher and time of signature"
    yield f"Rule set   {report.rule_set}"
    yield f"Digest     {report.digest}"
    yield ""
    yield "Teacher in charge   ______________________________   Date ______________"
    yield "Administrator       ______________________________   Date ______________"


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
