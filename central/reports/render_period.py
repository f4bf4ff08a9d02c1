"""A period's report in one form, with its proof sheet and findings beside it."""

from central.reports import render_csv, render_json, render_text
from central.reports.period import PeriodReport

_RENDER = {
    "text": (".txt", render_text.render),
    "json": (".json", render_json.render),
    "csv": (".csv", render_csv.render),
}


def render(report: PeriodReport, form: str) -> dict[str, str]:
    """Return file name suffixes and texts; the report itself comes first."""
    suffix, write = _RENDER[form]
    return {
        suffix: write(report),
        "_proof.csv": render_csv.render_proof(report),
        "_findings.csv": render_csv.render_findings(report),
    }
