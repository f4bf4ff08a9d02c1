"""A supposition beside the real report, as text, JSON or CSV, marked so that nobody can file it."""

from collections.abc import Iterator, Sequence

from central.reports import indented
from central.reports.render_csv import Cell, table
from central.reports.render_text import WIDTH, wrapped
from central.reports.what_if import SupposedRow, WhatIf

MARK = "WHAT-IF"
_COLUMNS = ("mark", "report", "school_year", "as_of", "track", "line", "days", "days_taught", "ada")


def render(found: WhatIf, form: str) -> dict[str, str]:
    """Return file name suffixes and texts; every line of every form is marked."""
    if form == "json":
        return {"_WHAT-IF.json": indented.text(_members(found))}
    if form == "csv":
        return {"_WHAT-IF.csv": _csv(found)}
    return {"_WHAT-IF.txt": "\n".join(_lines(found)) + "\n"}


def _members(found: WhatIf) -> dict[str, object]:
    real = found.real
    return {
        "what_if": list(found.supposed.asked),
        "report": real.kind.value,
        "school_year": real.year,
        "as_of": real.as_of.isoformat(),
        "is_practice": real.is_practice,
        "months": {track: list(months) for track, months in found.months},
        "rows": [
            {
                "track": row.track,
                "line": _line(row),
                "pupil_days": str(row.days),
                "days_taught": row.divisor,
                "ada": str(row.ada),
            }
            for row in found.rows
        ],
        "over_one_ada": str(found.cap),
        "credited": [
            {"track": track, "days": days, "minutes": minutes} for track, days, minutes in found.credits
        ],
        "ada": str(found.total),
        "real": {"ada": str(real.total), "digest": real.digest},
        "difference": str(found.difference),
        "dollars": None if found.dollars is None else str(found.dollars),
    }


def _csv(found: WhatIf) -> str:
    real = found.real
    head = (MARK, real.kind.value, real.year, real.as_of.isoformat())
    lines: list[Sequence[Cell]] = [
        (*head, row.track, _line(row), str(row.days), row.divisor, str(row.ada)) for row in found.rows
    ]
    lines.append((*head, "all", "total", "", "", str(found.total)))
    lines.append((*head, "all", "real total", "", "", str(real.total)))
    lines.append((*head, "all", "difference", "", "", str(found.difference)))
    if found.dollars is not None:
        lines.append((*head, "all", "dollars", "", "", str(found.dollars)))
    return table([_COLUMNS, *lines])


def _lines(found: WhatIf) -> Iterator[str]:
    real = found.real
    yield f"{MARK} ".ljust(WIDTH, "*")
    yield f"{real.kind.value} {real.year} as of {real.as_of}, {real.school}: supposed, never to be filed"
    yield from wrapped(f"if {' and '.join(found.supposed.asked)}", "   ")
    yield "*" * WIDTH
    before = {track.track: track.months for track in real.tracks}
    for track, months in found.months:
        moved = "" if months == before.get(track) else f" (really {_months(before.get(track, ()))})"
        yield f"Track {track}: school months {_months(months)}{moved}"
    for row in found.rows:
        yield f"  {row.track:8} {_line(row):28} {row.days!s:>14}/{row.divisor:<6} {row.ada:>12,}"
    if found.cap:
        yield f"  {'all':8} {'over one ADA':28} {'':21} {found.cap:>12,}"
    for track, days, minutes in found.credits:
        yield f"Track {track}: {days} closed days with {minutes} minutes would be credited"
    yield f"{'Supposed':60} {found.total:>12,}"
    yield f"{'The real report':60} {real.total:>12,}"
    yield f"{'Difference':60} {found.difference:>+12,}"
    if found.dollars is not None:
        yield f"{'Worth, in dollars':60} {found.dollars:>+12,}"


def _months(months: tuple[int, ...]) -> str:
    return f"{months[0]} to {months[-1]}" if months else "none"


def _line(row: SupposedRow) -> str:
    return f"{row.span.value}, {row.modality.value}" if row.span else "credited by the state"
