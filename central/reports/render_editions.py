"""The closed editions of a period as text, JSON or CSV, side by side."""

from collections.abc import Iterator, Sequence

from central.reports import indented
from central.reports.editions import ClosedEdition
from central.reports.render_csv import Cell, table
from central.reports.render_text import WIDTH, wrapped

_COLUMNS = (
    *("report", "school_year", "revision", "edition", "as_of", "signed_by", "closed_at", "digest"),
    *("cell", "before", "after", "difference", "total", "reason"),
)


def render(title: tuple[str, str], editions: Sequence[ClosedEdition], form: str) -> str:
    """Return the editions of a period; `title` is the kind of report and the school year."""
    if form == "json":
        return _json(title, editions)
    if form == "csv":
        return table([_COLUMNS, *_rows(title, editions)])
    return "\n".join(_lines(title, editions)) + "\n"


def _json(title: tuple[str, str], editions: Sequence[ClosedEdition]) -> str:
    told = [
        {
            "revision": one.revision,
            "edition": one.edition.value,
            "as_of": one.as_of.isoformat(),
            "signed_by": one.signed_by,
            "closed_at": one.made_at.isoformat(),
            "digest": one.digest,
            "rule_set": one.rule_set,
            "ada": str(one.total),
            "difference": str(one.difference),
            "changes": [
                {
                    "cell": change.cell,
                    "before": str(change.before),
                    "after": str(change.after),
                    "difference": str(change.difference),
                }
                for change in one.changes
            ],
            "reason": one.reason,
        }
        for one in editions
    ]
    whole = {"report": title[0], "school_year": title[1], "editions": told}
    return indented.text(whole)


def _rows(title: tuple[str, str], editions: Sequence[ClosedEdition]) -> Iterator[Sequence[Cell]]:
    for one in editions:
        head = (*title, one.revision, one.edition.value, one.as_of.isoformat(), one.signed_by)
        start = (*head, one.made_at.isoformat(), one.digest)
        for change in one.changes:
            figures = (str(change.before), str(change.after), str(change.difference))
            yield (*start, change.cell, *figures, "", one.reason)
        yield (*start, "total", "", "", str(one.difference), str(one.total), one.reason)


def _lines(title: tuple[str, str], editions: Sequence[ClosedEdition]) -> Iterator[str]:
    yield f"{title[0]}  {title[1]}: closed editions, each as it was filed"
    yield "=" * WIDTH
    if not editions:
        yield "none is closed"
    for one in editions:
        yield (
            f"{one.revision:3}  {one.edition.value:9} {one.total:>12,} ADA  as of {one.as_of}  "
            f"signed by {one.signed_by} {one.made_at:%Y-%m-%d %H:%M}Z"
        )
        yield f"     digest {one.digest}"
        if one.reason:
            yield from wrapped(f"because: {one.reason}", "     ")
        for change in one.changes:
            yield f"     {change.cell}: {change.before:,} {change.difference:+,} = {change.after:,}"
        if one.changes:
            yield f"     total {one.difference:+,}"
