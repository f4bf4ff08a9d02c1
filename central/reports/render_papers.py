"""A report that has papers and no texts of its own as text, JSON or CSV, made from its papers."""

from collections.abc import Iterable

from central.domain.finding import Finding
from central.reports import indented, render_csv, render_json, render_text
from central.reports.board_papers import Papers


def render(
    papers: Papers, findings: Iterable[Finding], caveats: Iterable[Finding], form: str
) -> dict[str, str]:
    """Return file name suffixes and texts; the report itself comes first."""
    beside = {"_findings.csv": render_csv.findings_table(findings, caveats)}
    if form == "json":
        return {".json": _json(papers, findings, caveats), **beside}
    if form == "csv":
        return {".csv": papers.written("csv").decode(), **beside}
    return {".txt": _text(papers, findings, caveats), **beside}


def _text(papers: Papers, findings: Iterable[Finding], caveats: Iterable[Finding]) -> str:
    found, left = tuple(findings), tuple(caveats)
    lines = [*render_text.findings(f"FINDINGS ({len(found)})", found)]
    lines += render_text.findings(f"WHAT THE LAW LEAVES OPEN ({len(left)})", left) if left else []
    return papers.text() + "\n".join(lines) + "\n"


def _json(papers: Papers, findings: Iterable[Finding], caveats: Iterable[Finding]) -> str:
    members = {
        "version": render_json.VERSION,
        **papers.members(),
        "findings": [render_json.finding(found) for found in findings],
        "caveats": [render_json.finding(found) for found in caveats],
    }
    return indented.text(members)
