"""A period's report as plain text, for a terminal and for a printer."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from central.domain.enrolment import Modality
from central.domain.finding import Finding, Severity
from central.reports.period import CapRow, PeriodReport, PeriodRow, TrackMonths

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
        yield from wrapped(_months(track), "  ")
    yield from _held_against(report)
    yield from findings(f"FINDINGS ({len(report.findings)})", report.findings)
    yield from findings(f"WHAT THE LAW LEAVES OPEN ({len(report.caveats)})", report.caveats)
    yield ""
    yield from _footer(report)


def _heading(report: PeriodReport) -> Iterator[str]:
    title = f"{report.kind.value}  {report.year}"
    yield "=" * WIDTH
    yield f"{report.school}, {report.school_code}"[: WIDTH - len(title) - 2].ljust(WIDTH - len(title)) + title
    yield "Average daily attendance by track and grade span; IS is independent study"
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
        yield _row([row.track, _span(row), f"{row.numerator:,}", f"{row.divisor}", row.exact, f"{row.ada:,}"])
    if not report.rows:
        yield "  (no track has a full school month in this period)"
    for cap in report.caps:
        what = f"over 1 ADA ({cap.students})"
        yield _row(["all tracks", _span(cap), "", "", what, f"{cap.ada:,}"])
    yield _row(["-" * (width - 2) for _, width in _COLUMNS])
    for found in report.span_totals():
        days, ada = f"{found.pupil_days:,}", f"{found.ada:,}"
        yield _row(["all tracks", found.span.value, days, "", "", ada])
        if found.classroom != found.ada:
            yield _row(["", "", "", "", "classroom-based", f"{found.classroom:,}"])
    pupil_days = sum(row.numerator for row in report.rows)
    yield _row(["TOTAL", "", f"{pupil_days:,}", "", "sum of cells above", f"{report.total:,}"])
    yield from _recovered(report)


def _span(row: PeriodRow | CapRow) -> str:
    return row.span.value + (" IS" if row.modality is Modality.INDEPENDENT_STUDY else "")


def _recovered(report: PeriodReport) -> Iterator[str]:
    if report.recovered:
        yield ""
        yield "Attendance recovery, a line of its own: in no total above, and never in a divisor"
    for row in report.recovered:
        yield _row([row.track, row.span.value, "", "", str(row.exact), f"{row.ada:,}"])
        yield f"  earned for {row.school}"
    if report.recovered:
        yield _row(["RECOVERED", "", "", "", "sum of cells above", f"{report.recovered_total:,}"])


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
    yield from wrapped(
        f"Closed as revision {closed.revision} ({closed.edition}) as of {closed.as_of} "
        f"with {closed.total}: {says}.",
        "  ",
    )


def findings(title: str, found_ones: Iterable[Finding]) -> Iterator[str]:
    """Yield a heading and the findings under it, the weightiest first."""
    ordered = sorted(found_ones, key=lambda found: _ORDER[found.severity])
    yield ""
    yield title
    if not ordered:
        yield "  none"
    for found in ordered:
        on = f" on {found.on}" if found.on else ""
        yield from wrapped(
            f"{found.severity.value.upper()}: {found.says} [{found.subject}{on}]", "    ", first="  "
        )
        yield from wrapped(f"-> {found.remedy}. ({found.rule}; {found.citation})", "       ", first="    ")


def _footer(report: PeriodReport) -> Iterator[str]:
    yield "-" * WIDTH
    yield f"Proof      {len(report.proof):,} pupil-days, each with its record, teacher and time of signature"
    yield f"Rule set   {report.rule_set}"
    yield f"Digest     {report.digest}"
    yield ""
    yield "Teacher in charge   ______________________________   Date ______________"
    yield "Administrator       ______________________________   Date ______________"


def wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    """Break a text into lines of a terminal's width."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
