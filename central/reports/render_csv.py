"""Reports as CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from central.domain.finding import Finding
from central.domain.period import Line
from central.reports.period import PeriodReport, ProofLine

_COLUMNS = (
    *("report", "school_year", "as_of", "track", "grade_span", "modality", "line"),
    *("pupil_days", "days_taught", "exact", "ada", "mark"),
)
Cell: TypeAlias = "str | int"
# A cell that begins with one of these is a formula to some spreadsheet, also behind white
# space; the last four are their full-width forms.
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(report: PeriodReport) -> str:
    """Return the lines of the report: one a track, grade span and modality, then the totals.

    Recovered attendance stands in lines of its own, before the last one, and in no total.
    """
    head = [report.kind.value, report.year, report.as_of.isoformat()]
    mark = "PRACTICE" if report.is_practice else ""
    lines: list[Sequence[Cell]] = [_COLUMNS]
    lines += [
        (
            *(*head, row.track, row.span.value, row.modality.value, row.line.value),
            *(row.numerator, row.divisor, row.exact, str(row.ada), mark),
        )
        for row in report.rows
    ]
    lines += [
        (
            *(*head, "all", cap.span.value, cap.modality.value, "over one ADA on several tracks"),
            *("", "", str(-cap.excess), str(cap.ada), mark),
        )
        for cap in report.caps
    ]
    for total in report.span_totals():
        start = (*head, "all", total.span.value)
        lines.append((*start, "all", "all", total.pupil_days, "", "", str(total.ada), mark))
        lines.append((*start, "classroom", "classroom-based", "", "", "", str(total.classroom), mark))
    lines += [
        (
            *(*head, row.track, row.span.value, "", f"{Line.RECOVERED.value} {row.school}"),
            *("", "", str(row.exact), str(row.ada), mark),
        )
        for row in report.recovered
    ]
    days = sum(row.numerator for row in report.rows)
    lines.append((*head, "all", "all", "all", "all", days, "", "", str(report.total), mark))
    return table(lines)


def render_proof(report: PeriodReport) -> str:
    """Return the proof sheet: a line for every pupil-day, with the record and signature behind it."""
    return proof_table(report.proof)


def proof_table(proof: Iterable[ProofLine]) -> str:
    """Return pupil-days as a table, a line each."""
    lines: list[Sequence[Cell]] = [
        (
            *("student_number", "date", "track", "grade", "section", "record", "source", "stage"),
            *("certified_by", "certified_at"),
        )
    ]
    lines += [
        (
            line.student,
            line.on.isoformat(),
            line.track,
            line.grade,
            line.section,
            line.record,
            line.source,
            line.stage,
            line.certified_by,
            line.certified_at.isoformat(),
        )
        for line in proof
    ]
    return table(lines)


def render_findings(report: PeriodReport) -> str:
    """Return the findings and caveats, a line each."""
    return findings_table(report.findings, report.caveats)


def findings_table(findings: Iterable[Finding], caveats: Iterable[Finding]) -> str:
    """Return what is said about the data and about the law as a table, a line each."""
    lines: list[Sequence[Cell]] = [
        ("about", "severity", "rule", "citation", "subject", "on", "says", "remedy")
    ]
    for about, found_ones in (("data", findings), ("law", caveats)):
        lines += [
            (
                about,
                found.severity.value,
                found.rule,
                found.citation,
                found.subject,
                found.on.isoformat() if found.on else "",
                found.says,
                found.remedy,
            )
            for found in found_ones
        ]
    return table(lines)


def table(lines: Iterable[Sequence[Cell]]) -> str:
    """Return lines as CSV with CR LF; text that could run as a formula is written behind an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([neutral(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return out.getvalue()


def neutral(text: str) -> str:
    """Return text no spreadsheet takes for a formula; anything else is returned unchanged."""
    return f"'{text}" if text.startswith(_TRIGGERS) or text.lstrip().startswith(_TRIGGERS) else text
