"""A period's report as JSON with stable keys; numbers that must stay exact are text."""

from typing import Any

from central.domain.finding import Finding
from central.reports import indented
from central.reports.period import PeriodReport, ProofLine

VERSION = 1


def render(report: PeriodReport) -> str:
    """Return the report as indented JSON, keys in a fixed order."""
    return indented.text(members(report))


def members(report: PeriodReport) -> dict[str, Any]:  # Any: JSON of mixed shapes
    """Return the report as a JSON object."""
    return {
        "version": VERSION,
        "report": report.kind.value,
        "school": {"name": report.school, "code": report.school_code, "is_practice": report.is_practice},
        "school_year": report.year,
        "as_of": report.as_of.isoformat(),
        "time_zone": report.zone,
        "made_at": report.made_at.isoformat(),
        "rule_set": report.rule_set,
        "digest": report.digest,
        **_numbers(report),
        "findings": [finding(found) for found in report.findings],
        "caveats": [finding(found) for found in report.caveats],
        "closed": report.closed
        and {
            "revision": report.closed.revision,
            "edition": report.closed.edition.value,
            "as_of": report.closed.as_of.isoformat(),
            "ada": report.closed.total,
            "digest": report.closed.sha256,
        },
        "proof": [_proof(line) for line in report.proof],
    }


def _numbers(report: PeriodReport) -> dict[str, Any]:  # Any: as above
    return {
        "tracks": [
            {
                "track": track.track,
                "months": list(track.months),
                "since": track.since.isoformat(),
                "until": track.until.isoformat(),
                "days_taught": len(track.days_taught),
            }
            for track in report.tracks
        ],
        "rows": [
            {
                "track": row.track,
                "grade_span": row.span.value,
                "modality": row.modality.value,
                "line": row.line.value,
                "pupil_days": row.numerator,
                "days_taught": row.divisor,
                "exact": row.exact,
                "ada": str(row.ada),
            }
            for row in report.rows
        ],
        "over_one_ada": [
            {
                "grade_span": cap.span.value,
                "modality": cap.modality.value,
                "students": cap.students,
                "excess": str(cap.excess),
                "ada": str(cap.ada),
            }
            for cap in report.caps
        ],
        "recovered": [
            {
                "school": row.school,
                "track": row.track,
                "grade_span": row.span.value,
                "exact": str(row.exact),
                "ada": str(row.ada),
            }
            for row in report.recovered
        ],
        "grade_spans": [
            {
                "grade_span": found.span.value,
                "pupil_days": found.pupil_days,
                "ada": str(found.ada),
                "classroom_ada": str(found.classroom),
            }
            for found in report.span_totals()
        ],
        "classroom_based": {"ada": str(report.classroom)},
        "recovered_total": {"ada": str(report.recovered_total)},
        "total": {"pupil_days": sum(row.numerator for row in report.rows), "ada": str(report.total)},
    }


def _proof(line: ProofLine) -> dict[str, Any]:  # Any: as above
    return {
        "student": line.student,
        "date": line.on.isoformat(),
        "track": line.track,
        "grade": line.grade,
        "section": line.section,
        "record": line.record,
        "source": line.source,
        "stage": line.stage,
        "certified_by": line.certified_by,
        "certified_at": line.certified_at.isoformat(),
    }


def finding(found: Finding) -> dict[str, Any]:  # Any: JSON of mixed shapes
    """Return a finding as a JSON object."""
    return {
        "severity": found.severity.value,
        "rule": found.rule,
        "citation": found.citation,
        "subject": found.subject,
        "on": found.on and found.on.isoformat(),
        "says": found.says,
        "remedy": found.remedy,
    }
