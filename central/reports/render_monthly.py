"""The monthly report as text, JSON or CSV, with its proof sheet and corrections beside it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from central.domain.absence import AbsenceReason
from central.law.monthly import MonthCell
from central.reports import indented, render_csv, render_json
from central.reports.monthly import MonthLine, MonthlyReport, ada_of
from central.reports.render_csv import Cell
from central.reports.render_text import WIDTH, findings, wrapped
from central.store.queries.corrections import Correction

_COLUMNS = (
    *("school_year", "as_of", "school_month", "since", "until", "track", "grade_span", "modality"),
    *("at_start", "entries", "exits", "at_end", "days_taught", "days_possible", "days_attended"),
    *(f"absent_{reason.value.replace(' ', '_').replace('-', '_')}" for reason in AbsenceReason),
    *("not_apportionment", "reasons", "weekend_classes", "ada", "ada_to_date"),
    *("recovery_earned", "recovery_used", "unresolved", "mark"),
)
_CORRECTED = ("student_number", "date", "section", "track", "before", "after", "by", "at", "reason")
_SUSPENSIONS = (AbsenceReason.SUSPENSION, AbsenceReason.IN_SCHOOL_SUSPENSION)


def render(report: MonthlyReport, form: str) -> dict[str, str]:
    """Return file name suffixes and texts; the report itself comes first."""
    forms: dict[str, tuple[str, Callable[[MonthlyReport], str]]] = {
        "text": (".txt", _text),
        "json": (".json", _json),
        "csv": (".csv", _csv),
    }
    suffix, write = forms[form]
    return {
        suffix: write(report),
        "_proof.csv": render_csv.proof_table(report.proof),
        "_corrections.csv": _corrections(report),
        "_findings.csv": render_csv.findings_table(report.findings, report.caveats),
    }


def members(report: MonthlyReport) -> dict[str, Any]:  # Any: JSON of mixed shapes
    """Return the report as a JSON object; numbers that must stay exact are text."""
    return {
        "version": render_json.VERSION,
        "report": "Monthly",
        "school": {"name": report.school, "code": report.school_code, "is_practice": report.is_practice},
        "school_year": report.year,
        "as_of": report.as_of.isoformat(),
        "time_zone": report.zone,
        "made_at": report.made_at.isoformat(),
        "rule_set": report.rule_set,
        "digest": report.digest,
        "lines": [_line(line) for line in report.lines],
        "since": report.since and report.since.isoformat(),
        "corrections": [_correction(one) for one in report.corrections],
        "signers": list(report.signers),
        "findings": [render_json.finding(found) for found in report.findings],
        "caveats": [render_json.finding(found) for found in report.caveats],
    }


def _json(report: MonthlyReport) -> str:
    return indented.text(members(report))


def _line(line: MonthLine) -> dict[str, Any]:  # Any: as above
    cell = line.cell
    return {
        "school_month": cell.key.month,
        "since": cell.since.isoformat(),
        "until": cell.until.isoformat(),
        "track": cell.key.track,
        "grade_span": cell.key.span.value,
        "modality": cell.key.modality.value,
        "enrollment": {
            "start": cell.at_start,
            "entries": cell.entries,
            "exits": cell.exits,
            "end": cell.at_end,
        },
        "days_taught": cell.days_taught,
        "days_possible": cell.possible,
        "days_attended": cell.attended,
        "days_absent": {reason.value: cell.absent.get(reason, 0) for reason in AbsenceReason},
        "days_not_apportionment": dict(cell.lost),
        "weekend_classes": cell.on_weekends,
        "exact": f"{cell.earned}/{cell.days_taught}",
        "ada": str(line.ada),
        "exact_to_date": f"{line.to_date[0]}/{line.to_date[1]}",
        "ada_to_date": str(line.ada_to_date),
        "recovery": {"earned": line.recovery_earned, "used": line.recovery_used},
        "unresolved": line.unresolved,
    }


def _correction(one: Correction) -> dict[str, str]:
    row = (*_place(one), one.before, one.after, one.by, one.at.isoformat(), one.reason)
    return dict(zip(_CORRECTED, row, strict=True))


def _place(one: Correction) -> tuple[str, str, str, str]:
    return one.student, one.on.isoformat(), one.section, one.track


def _corrections(report: MonthlyReport) -> str:
    return render_csv.table([_CORRECTED, *(tuple(_correction(one).values()) for one in report.corrections)])


def _csv(report: MonthlyReport) -> str:
    mark = "PRACTICE" if report.is_practice else ""
    lines: list[Sequence[Cell]] = [_COLUMNS]
    for line in report.lines:
        cell = line.cell
        key = cell.key
        where = (key.month, str(cell.since), str(cell.until), key.track, key.span.value, key.modality.value)
        counts = (cell.at_start, cell.entries, cell.exits, cell.at_end, cell.days_taught, cell.possible)
        absent = (cell.absent.get(reason, 0) for reason in AbsenceReason)
        lost = (sum(cell.lost.values()), _reasons(cell), cell.on_weekends)
        ada = (str(line.ada), str(line.ada_to_date))
        rest = (line.recovery_earned, line.recovery_used, line.unresolved, mark)
        head = (report.year, report.as_of.isoformat())
        lines.append((*head, *where, *counts, cell.attended, *absent, *lost, *ada, *rest))
    return render_csv.table(lines)


def _reasons(cell: MonthCell) -> str:
    return "; ".join(f"{reason}: {count}" for reason, count in cell.lost.items())


def _text(report: MonthlyReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: MonthlyReport) -> Iterator[str]:
    title = f"Monthly  {report.year}"
    yield "=" * WIDTH
    yield f"{report.school}, {report.school_code}"[: WIDTH - len(title) - 2].ljust(WIDTH - len(title)) + title
    made = report.made_at.astimezone(ZoneInfo(report.zone))
    yield f"As certified by the end of {report.as_of} ({report.zone}); made {made:%Y-%m-%d %H:%M}"
    yield "=" * WIDTH
    if report.is_practice:
        yield "PRACTICE: these numbers belong to a practice school and are never claimed."
    for number in report.months:
        lines = report.of_month(number)
        yield ""
        yield f"SCHOOL MONTH {number}   average daily attendance {ada_of(lines):,}"
        for line in lines:
            yield from _cell(line)
    yield ""
    yield f"CORRECTIONS ({len(report.corrections)}) {_since(report)}"
    for one in report.corrections:
        says = f"{one.student} on {one.on}, {one.section}: {one.before} to {one.after} by {one.by}"
        yield from wrapped(f"{says}, {one.reason or 'no reason given'}", "    ", first="  ")
    yield from findings(f"FINDINGS ({len(report.findings)})", report.findings)
    yield from findings(f"WHAT THE LAW LEAVES OPEN ({len(report.caveats)})", report.caveats)
    yield from _footer(report)


def _since(report: MonthlyReport) -> str:
    return f"since the last monthly report ({report.since:%Y-%m-%d})" if report.since else "of this year"


def _cell(line: MonthLine) -> Iterator[str]:
    cell, key = line.cell, line.cell.key
    absent = cell.absent.get
    yield f"  Track {key.track}, {key.span.value}, {key.modality.value}: {cell.since} to {cell.until}"
    yield (
        f"    enrolled {cell.at_start} + {cell.entries} entries - {cell.exits} exits = {cell.at_end}; "
        f"{cell.days_taught} days taught"
    )
    suspended = sum(absent(reason, 0) for reason in _SUSPENSIONS)
    other = sum(cell.absent.values()) - suspended
    other -= absent(AbsenceReason.EXCUSED, 0) + absent(AbsenceReason.UNEXCUSED, 0)
    yield from wrapped(
        f"{cell.possible:,} days possible = {cell.attended:,} attended + "
        f"{sum(cell.absent.values()):,} absent ({absent(AbsenceReason.EXCUSED, 0)} excused, "
        f"{absent(AbsenceReason.UNEXCUSED, 0)} unexcused, {suspended} suspended, {other} other) + "
        f"{sum(cell.lost.values()):,} not claimable{f' ({_reasons(cell)})' if cell.lost else ''}",
        "      ",
        first="    ",
    )
    yield (
        f"    ADA {line.ada} of the month, {line.ada_to_date} to date; weekend classes {cell.on_weekends}; "
        f"unresolved {line.unresolved}"
    )
    if line.recovery_earned or line.recovery_used:
        yield f"    attendance recovery: {line.recovery_earned} earned, {line.recovery_used} used"


def _footer(report: MonthlyReport) -> Iterator[str]:
    yield "-" * WIDTH
    yield f"Proof      {len(report.proof):,} pupil-days, each with its record, teacher and time of signature"
    yield f"Rule set   {report.rule_set}"
    yield f"Digest     {report.digest}"
    yield ""
    for signer in report.signers or ("",):
        yield f"Teacher {signer:12}   ______________________________   Date ______________"
    yield "Administrator          ______________________________   Date ______________"
