"""Work out when somebody sat in a class, from what a file says today and what was recorded before; pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from central.work.enrolled_spans import Span

_DAY: Final = timedelta(days=1)


def spans(wanted: Span, recorded: Iterable[Span], as_of: date) -> list[Span]:
    """Return the days of a seat a file names, in order; days on which it was recorded as over stay so.

    A seat that ended and lasts again has begun anew: before `as_of` the gap stays, from then on the
    file counts. Days before the first recorded one, and an end put right in the past, are the file's.
    """
    if wanted.last < as_of:
        return [wanted]
    found, since = list[Span](), wanted.since
    for gap in _gaps(wanted, recorded, as_of):
        if since < gap.since:
            found.append(Span(since, gap.since - _DAY))
        since = gap.last + _DAY
    if since <= wanted.last:
        found.append(Span(since, wanted.until))
    return found


def _gaps(wanted: Span, recorded: Iterable[Span], as_of: date) -> list[Span]:
    """Return the days of a seat after a recorded end, before the next recorded day, and before `as_of`."""
    kept = sorted((span for span in recorded if span.last >= wanted.since), key=lambda span: span.since)
    gaps = list[Span]()
    for number, span in enumerate(kept):
        if span.last == date.max:
            break
        nexts = [later.since for later in kept[number + 1 :]]
        since, until = span.last + _DAY, min([*nexts, as_of]) - _DAY
        reached = max(earlier.last for earlier in kept[: number + 1])
        if since > wanted.since and reached < since <= until:
            gaps.append(Span(since, until))
    return gaps
