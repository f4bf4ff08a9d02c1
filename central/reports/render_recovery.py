"""The recovery report in one form, with its proof sheet and findings beside it."""

from central.reports import render_recovery_csv, render_recovery_json, render_recovery_text
from central.reports.recovery import RecoveryReport

_RENDER = {
    "text": (".txt", render_recovery_text.render),
    "json": (".json", render_recovery_json.render),
    "csv": (".csv", render_recovery_csv.render),
}


def render(report: RecoveryReport, form: str) -> dict[str, str]:
    """Return file name suffixes and texts; the report itself comes first."""
    suffix, write = _RENDER[form]
    return {
        suffix: write(report),
        "_proof.csv": render_recovery_csv.render_proof(report),
        "_findings.csv": render_recovery_csv.render_findings(report),
    }
