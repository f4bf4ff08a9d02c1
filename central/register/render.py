"""The register as text for a person, and as CSV and JSON for other programs."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from central.law.question import OPEN_QUESTIONS
from central.register.register import Register
from central.register.standing import Standing, State
from central.register.table import Row, tables
from central.reports.render_csv import table as csv_table

FIELDS = (
    "table",
    "key",
    "state",
    "reason",
    "due",
    "who",
    "what",
    "asks",
    "same_as",
    "blocks",
    "citation",
    "finding",
)


def lines(found: Register, rows: Iterable[Standing]) -> Iterator[str]:
    """Yield the rows asked for under the headings of their tables, and how many stand how."""
    yield f"requirements of {found.school}, {found.year or 'no school year'}, as of {found.as_of}"
    shown = list(rows)
    for listed in tables():
        of_table = [standing for standing in shown if standing.row.table == listed.name]
        if of_table:
            yield f"\n{listed.title}: {listed.about}"
        for standing in of_table:
            yield f"{standing.answer.state.value:14}  {standing.row.key:28} {_headline(standing.row)}"
            if standing.answer.state is not State.MET:
                yield f"{'':16}{standing.answer.reason}"
    counts = Counter(standing.answer.state for standing in shown)
    yield "\n" + ", ".join(f"{counts[state]} {state.value}" for state in State)


def one(standing: Standing) -> Iterator[str]:
    """Yield everything the register knows of one row."""
    row = standing.row
    yield f"{row.key}: {standing.answer.state.value}"
    yield f"    {standing.answer.reason}"
    for column, cell in row.cells.items():
        yield f"{column}: {cell}"
    for name, value in _sources(standing).items():
        if value:
            yield f"{name}: {value}"


def csv(found: Register, rows: Iterable[Standing]) -> str:
    """Return the rows as CSV: the columns every row has, and the school's own columns last."""
    own = list(dict.fromkeys(column for listed in tables() for column in listed.columns))
    head = ["as_of", *FIELDS, *own]
    body = [
        [str(found.as_of), *_members(standing).values(), *(standing.row.cells.get(name, "") for name in own)]
        for standing in rows
    ]
    return csv_table([head, *body])


def as_json(found: Register, rows: Iterable[Standing]) -> str:
    """Return the rows as one JSON document."""
    return json.dumps(
        {
            "school": found.school,
            "year": found.year,
            "as_of": str(found.as_of),
            "rows": [{**_members(standing), "columns": dict(standing.row.cells)} for standing in rows],
        },
        indent=2,
        ensure_ascii=False,
    )


def _headline(row: Row) -> str:
    """Return what of a row's own columns says what it is about."""
    first = [cell for name, cell in row.cells.items() if cell and name not in {"responsible party", "party"}]
    return ": ".join(first[:2])


def _members(standing: Standing) -> dict[str, str]:
    row = standing.row
    return {
        "table": row.table,
        "key": row.key,
        "state": standing.answer.state.value,
        "reason": standing.answer.reason,
        **_sources(standing),
    }


def _sources(standing: Standing) -> Mapping[str, str]:
    row = standing.row
    blocked = next((found.rules for found in OPEN_QUESTIONS if found.number == row.number), ())
    return {
        "due": str(standing.due or ""),
        "who": row.needs.who if row.needs else "",
        "what": row.needs.what if row.needs else "",
        "asks": row.asks,
        "same_as": row.same_as or "",
        "blocks": ", ".join(blocked),
        "citation": row.citation,
        "finding": row.finding,
    }
