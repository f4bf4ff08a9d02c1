"""A report on absence as text, JSON or CSV, with the days missed beside it."""

from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from central.domain.absence import AbsenceReason
from central.law.chronic import absence_category
from central.reports import indented, render_csv, render_json, render_text
from central.reports.chronic import ChronicReport, StudentAbsence

_REASONS: Final = tuple(AbsenceReason)
_COLUMNS: Final = (
    *("school_year", "as_of", "student_number", "grade_span", "expected", "missed", "rate", "chronic"),
    *("recovered", "alternate_rate", "unrecorded", "counted_in_rates", "exempt"),
    *(reason.value.replace(" ", "_").replace("-", "_") for reason in _REASONS),
    *("occasions", "truant", "chronic_truant", "mark"),
)
_PROOF: Final = (
    "student_number",
    "date",
    "reason",
    "category",
    "missed",
    "sections",
    "records",
    "certified_by",
)


def render(report: ChronicReport, form: str) -> dict[str, str]:
    """Return file name suffixes and texts; the report itself comes first."""
    write = {"text": (".txt", _text), "json": (".json", _json), "csv": (".csv", _csv)}
    suffix, make = write[form]
    return {suffix: make(report), "_rates.csv": _rates(report), "_proof.csv": _proof(report)}


def _text(report: ChronicReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ChronicReport) -> Iterator[str]:
    made = report.made_at.astimezone(ZoneInfo(report.zone))
    yield "=" * render_text.WIDTH
    yield f"{report.school}, {report.school_code}   Absence  {report.year}"
    yield f"As certified and noted by the end of {report.as_of} ({report.zone}); made {made:%Y-%m-%d %H:%M}"
    yield "=" * render_text.WIDTH
    if report.is_practice:
        yield "PRACTICE: these numbers belong to a practice school and are about nobody."
    yield f"{'Grades':10}{'Counted':>10}{'Chronic':>10}{'Rate %':>10}"
    for rate in report.rates:
        counted, absent, share = rate.cells
        yield f"{rate.name:10}{counted:>10}{absent:>10}{share:>10}"
    if any(rate.rate is None for rate in report.rates):
        yield "*  kept back: ten students or fewer, or a group that would betray one such"
    yield ""
    yield from _students(report)
    yield from render_text.findings(f"FINDINGS ({len(report.findings)})", report.findings)
    yield from render_text.findings(f"WHAT THE LAW LEAVES OPEN ({len(report.caveats)})", report.caveats)
    yield ""
    yield f"Proof      {len(report.proof):,} days away, each with its reason, records and teachers"
    yield f"Rule set   {report.rule_set}"
    yield f"Digest     {report.digest}"


def _students(report: ChronicReport) -> Iterator[str]:
    """Yield the students somebody has to see about, those who missed the greatest share first."""
    concerned = [row for row in report.students if row.is_chronic or _is_truant(row)]
    yield f"CHRONIC OR TRUANT ({len(concerned)} of {len(report.students)} students expected)"
    for row in sorted(concerned, key=lambda row: (-row.rate, row.student)):
        reasons = ", ".join(
            f"{row.days[reason]} {reason.value}" for reason in _REASONS if row.days.get(reason)
        )
        text = f"student {row.student}: {row.exact} = {row.rate}%"
        text += ", chronically absent" if row.is_chronic else ""
        text += f"; {row.recovered} recovered, alternate {row.alternate}%" if row.recovered else ""
        text += f" ({reasons})" if reasons else ""
        yield from render_text.wrapped(text + _truancy(row), "    ", first="  ")
    if not concerned:
        yield "  nobody"


def _truancy(row: StudentAbsence) -> str:
    if row.truancy is None or not row.truancy.is_truant:
        return ""
    kind = "chronic truant" if row.truancy.is_chronic else "truant"
    return f"; {kind}: {row.truancy.unexcused} days and {row.truancy.occasions} occasions without an excuse"


def _is_truant(row: StudentAbsence) -> bool:
    return row.truancy is not None and row.truancy.is_truant


def _csv(report: ChronicReport) -> str:
    mark = "PRACTICE" if report.is_practice else ""
    lines: list[tuple[render_csv.Cell, ...]] = [_COLUMNS]
    for row in report.students:
        due = row.truancy
        lines.append(
            (
                *(report.year, report.as_of.isoformat(), row.student, row.span.value),
                *(row.expected, row.missed, str(row.rate), _yes(row.is_chronic)),
                *(row.recovered, str(row.alternate), row.unrecorded),
                *(_yes(row.is_counted), _yes(row.is_exempt)),
                *(row.days.get(reason, 0) for reason in _REASONS),
                *((due.occasions, _yes(due.is_truant), _yes(due.is_chronic)) if due else ("", "", "")),
                mark,
            )
        )
    return render_csv.table(lines)


def _rates(report: ChronicReport) -> str:
    head = ("school_year", "as_of", "grade_span", "counted", "chronic", "rate")
    on = report.as_of.isoformat()
    return render_csv.table([head, *((report.year, on, rate.name, *rate.cells) for rate in report.rates)])


def _proof(report: ChronicReport) -> str:
    lines: list[tuple[render_csv.Cell, ...]] = [_PROOF]
    for line in report.proof:
        category = absence_category(line.reason)
        lines.append(
            (
                *(line.student, line.on.isoformat(), line.reason.value, category.value if category else ""),
                *(_yes(line.is_missed), " ".join(line.sections)),
                *(" ".join(map(str, line.records)), " ".join(line.certified_by)),
            )
        )
    return render_csv.table(lines)


def _json(report: ChronicReport) -> str:
    return indented.text(_members(report))


def _members(report: ChronicReport) -> dict[str, Any]:  # Any: JSON of mixed shapes
    return {
        "version": 1,
        "report": "chronic",
        "school": {"name": report.school, "code": report.school_code, "is_practice": report.is_practice},
        "school_year": report.year,
        "as_of": report.as_of.isoformat(),
        "time_zone": report.zone,
        "made_at": report.made_at.isoformat(),
        "rule_set": report.rule_set,
        "digest": report.digest,
        "rates": [
            dict(zip(("grade_span", "counted", "chronic", "rate"), (rate.name, *rate.cells), strict=True))
            for rate in report.rates
        ],
        "students": [_member(row) for row in report.students],
        "findings": [render_json.finding(found) for found in report.findings],
        "caveats": [render_json.finding(found) for found in report.caveats],
        "proof": [
            {
                "student": line.student,
                "date": line.on.isoformat(),
                "reason": line.reason.value,
                "is_missed": line.is_missed,
                "records": list(line.records),
            }
            for line in report.proof
        ],
    }


def _member(row: StudentAbsence) -> dict[str, Any]:  # Any: as above
    return {
        "student": row.student,
        "grade_span": row.span.value,
        "expected": row.expected,
        "missed": row.missed,
        "exact": row.exact,
        "rate": str(row.rate),
        "is_chronic": row.is_chronic,
        "recovered": row.recovered,
        "alternate_rate": str(row.alternate),
        "unrecorded": row.unrecorded,
        "is_counted": row.is_counted,
        "is_exempt": row.is_exempt,
        "days": {reason.value: row.days[reason] for reason in _REASONS if row.days.get(reason)},
        "truancy": row.truancy
        and {
            "unexcused": row.truancy.unexcused,
            "occasions": row.truancy.occasions,
            "is_truant": row.truancy.is_truant,
            "is_chronic": row.truancy.is_chronic,
        },
    }


def _yes(truth: bool) -> str:  # noqa: FBT001  a value to write, not a switch
    return "yes" if truth else "no"
