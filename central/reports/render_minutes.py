"""A report on days and minutes as text, JSON or CSV, with the minutes of every day beside it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from central.domain.closure import Views
from central.reports import indented, render_csv, render_json, render_text
from central.reports.minutes import MinutesReport, MinutesRow
from central.reports.render_csv import Cell
from central.reports.rounding import half_up, percent

_COLUMNS = (
    *("school_year", "as_of", "track", "grade", "days", "days_taught", "minutes_offered"),
    *("minutes_required", "credited_as_filed", "credited_if_approved"),
    *("shortfall_as_filed", "shortfall_if_approved", "dollars_per_ada", "ada_p2"),
    *("dollars_as_filed", "dollars_if_approved", "at_site", "at_site_not_said", "at_site_verdict"),
    *("required_at_site", "required_not_said", "least_required_at_site", "required_at_site_verdict", "mark"),
)
_PROOF = ("track", "date", "grade", "offered", "on_site", "required")


def render(report: MinutesReport, form: str) -> dict[str, str]:
    """Return file name suffixes and texts; the report itself comes first."""
    write = {"text": (".txt", _text), "json": (".json", _json), "csv": (".csv", _csv)}
    suffix, make = write[form]
    return {suffix: make(report), "_proof.csv": _proof(report)}


def _text(report: MinutesReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: MinutesReport) -> Iterator[str]:
    made = report.made_at.astimezone(ZoneInfo(report.zone))
    yield "=" * render_text.WIDTH
    yield f"{report.school}, {report.school_code}   Days and minutes  {report.year}"
    yield f"As known by the end of {report.as_of} ({report.zone}); made {made:%Y-%m-%d %H:%M}"
    yield "=" * render_text.WIDTH
    if report.is_practice:
        yield "PRACTICE: these numbers belong to a practice school and are never claimed."
    yield from _days(report)
    for row in report.rows:
        yield ""
        yield from _of_grade(row)
    if not report.rows:
        yield "No minutes are in the records, or nobody is enrolled."
    if report.conditions:
        yield ""
        yield "CLASSROOM-BASED INSTRUCTION, EC 47612.5(e)(1)"
    for condition in report.conditions:
        text = f"{condition.verdict.value.upper()}: {condition.what} ({condition.shown_by})"
        yield from render_text.wrapped(text, "    ", first="  ")
    yield from render_text.findings(f"FINDINGS ({len(report.findings)})", report.findings)
    yield from render_text.findings(f"WHAT THE LAW LEAVES OPEN ({len(report.caveats)})", report.caveats)
    yield ""
    yield f"Proof      {len(report.proof):,} lines, the minutes of each day, track and grade"
    yield f"Rule set   {report.rule_set}"
    yield f"Digest     {report.digest}"


def _days(report: MinutesReport) -> Iterator[str]:
    for row in report.days:
        yield from render_text.wrapped(
            f"Track {row.track}: {row.taught} days taught, {row.needed} needed. "
            f"As filed: {row.credited.as_filed} credited, {percent(row.shortfall.as_filed)}% lost. "
            f"If approved: {row.credited.if_approved} credited, {percent(row.shortfall.if_approved)}% lost.",
            "  ",
            first="",
        )


def _of_grade(row: MinutesRow) -> Iterator[str]:
    year = row.year
    yield (
        f"Track {row.track} grade {row.grade.value}: {year.offered:,} minutes on {year.days} days; "
        f"{row.required:,} required"
    )
    if row.shortfall is None:
        missing = row.days_taught - year.days
        yield f"    {missing} of {row.days_taught} days taught have no minutes in the records: not judged"
    else:
        for name, credited, lost, dollars in _views(row):
            yield f"    {name}: {year.offered + credited:,} with {credited:,} credited; {lost}% lost{dollars}"
    if row.at_site is not None:
        share = percent(Fraction(year.on_site, year.offered), 2) if year.offered else "0.00"
        known = f"{year.on_site:,} ({share}%){_unsaid(year.site_not_said)}"
        yield f"    At the site: {known}: {row.at_site.value}"
    if row.required_at_site is not None:
        yield (
            f"    Required at the site: {year.required:,}, least {row.least_at_site:,}"
            f"{_unsaid(year.requirement_not_said)}: {row.required_at_site.value}"
        )


def _views(row: MinutesRow) -> Iterator[tuple[str, int, str, str]]:
    if row.shortfall is None:
        return
    lost = row.dollars.lost if row.dollars else Views(None, None)
    for name, credited, share, dollars in (
        ("As filed", row.credited.as_filed, row.shortfall.as_filed, lost.as_filed),
        ("If approved", row.credited.if_approved, row.shortfall.if_approved, lost.if_approved),
    ):
        yield name, credited, str(percent(share)), "" if dollars is None else f", ${half_up(dollars):,}"


def _unsaid(minutes: int) -> str:
    return f", {minutes:,} not said" if minutes else ""


def _json(report: MinutesReport) -> str:
    return indented.text(_members(report))


def _members(report: MinutesReport) -> dict[str, Any]:  # Any: JSON of mixed shapes
    return {
        "version": 1,
        "report": "minutes",
        "school": {"name": report.school, "code": report.school_code, "is_practice": report.is_practice},
        "school_year": report.year,
        "as_of": report.as_of.isoformat(),
        "time_zone": report.zone,
        "made_at": report.made_at.isoformat(),
        "rule_set": report.rule_set,
        "digest": report.digest,
        "days": [
            {
                "track": row.track,
                "taught": row.taught,
                "needed": row.needed,
                "credited": {"as_filed": row.credited.as_filed, "if_approved": row.credited.if_approved},
                "shortfall": _both(row.shortfall),
            }
            for row in report.days
        ],
        "minutes": [dict(zip(_COLUMNS[2:-1], _cells(row), strict=True)) for row in report.rows],
        "conditions": [
            {"condition": found.what, "verdict": found.verdict.value, "shown_by": found.shown_by}
            for found in report.conditions
        ],
        "findings": [render_json.finding(found) for found in report.findings],
        "caveats": [render_json.finding(found) for found in report.caveats],
        "proof": [dict(zip(_PROOF, line, strict=True)) for line in _proof_lines(report)],
    }


def _csv(report: MinutesReport) -> str:
    mark = "PRACTICE" if report.is_practice else ""
    head = (report.year, report.as_of.isoformat())
    lines: list[Sequence[Cell]] = [_COLUMNS, *((*head, *_cells(row), mark) for row in report.rows)]
    return render_csv.table(lines)


def _cells(row: MinutesRow) -> tuple[Cell, ...]:
    year, money = row.year, row.dollars
    return (
        *(row.track, row.grade.value, year.days, row.days_taught, year.offered, row.required),
        *(row.credited.as_filed, row.credited.if_approved),
        *(("", "") if row.shortfall is None else _both(row.shortfall).values()),
        *(("", "") if money is None else (str(money.per_ada), _exact(money.ada))),
        *(("", "") if money is None else (_cents(money.lost.as_filed), _cents(money.lost.if_approved))),
        *(year.on_site, year.site_not_said, row.at_site.value if row.at_site else ""),
        *(year.required, year.requirement_not_said, row.least_at_site),
        row.required_at_site.value if row.required_at_site else "",
    )


def _both(views: Views[Fraction]) -> dict[str, str]:
    return {"as_filed": str(views.as_filed), "if_approved": str(views.if_approved)}


def _exact(part: Fraction | None) -> str:
    return "" if part is None else str(part)


def _cents(dollars: Fraction | None) -> str:
    return "" if dollars is None else str(half_up(dollars))


def _proof(report: MinutesReport) -> str:
    return render_csv.table([_PROOF, *_proof_lines(report)])


def _proof_lines(report: MinutesReport) -> Iterator[tuple[Cell, ...]]:
    for day in report.proof:
        yield (
            *(day.track, day.on.isoformat(), day.grade.value, day.offered),
            *("" if part is None else part for part in (day.on_site, day.required)),
        )
