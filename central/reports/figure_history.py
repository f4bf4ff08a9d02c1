"""Published: the versions of figures the ledger wrote into a service, and why each differs from the last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from central.store.models import RecoveryService, RecoveryServiceFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One dated figure as it was written; `why` says what changed since the one before of that date."""

    as_of: date
    version: int
    days_used: int | None
    minutes_earned: int | None
    at: datetime
    rule_set: str
    why: tuple[str, ...]


def versions(service: RecoveryService) -> list[Version]:
    """Return what the ledger wrote into a service: newest date first, and of a date the newest version."""
    by_date: dict[date, list[RecoveryServiceFigure]] = {}
    for row in service.figures.order_by("pk"):
        by_date.setdefault(row.as_of, []).append(row)
    return [
        found for as_of in sorted(by_date, reverse=True) for found in reversed(list(_of_date(by_date[as_of])))
    ]


def _of_date(rows: Sequence[RecoveryServiceFigure]) -> Iterator[Version]:
    before: RecoveryServiceFigure | None = None
    for number, row in enumerate(rows, start=1):
        yield Version(
            as_of=row.as_of,
            version=number,
            days_used=row.days_used,
            minutes_earned=row.minutes_earned,
            at=row.at,
            rule_set=row.rule_set,
            why=tuple(_why(before.basis if before else None, row.basis)),
        )
        before = row


def _why(before: Mapping[str, object] | None, now: Mapping[str, object]) -> Iterator[str]:
    """Yield what a figure rests on, for the first of a date, or what is different from the one before."""
    if before is None:
        yield f"{len(_keys(now, 'sessions'))} sessions that count"
        yield f"{len(_keys(now, 'absences'))} absences that may be made up"
        yield f"{now.get('days_allowed')} days allowed"
        return
    for name, gone, new in (
        (
            "sessions",
            "session {} no longer counts with the minutes it had",
            "session {} counts with its minutes",
        ),
        (
            "absences",
            "{} is no longer an absence that may be made up",
            "{} is an absence that may be made up",
        ),
    ):
        was, has = _keys(before, name), _keys(now, name)
        yield from (gone.format(key) for key in sorted(was - has))
        yield from (new.format(key) for key in sorted(has - was))
    if before.get("days_allowed") != now.get("days_allowed"):
        yield f"the year allows {now.get('days_allowed')} days instead of {before.get('days_allowed')}"


def _keys(basis: Mapping[str, object], name: str) -> set[str]:
    """Return the things of one kind a figure rests on, a session with its date and minutes."""
    held = basis.get(name)
    return {_key(one) for one in held} if isinstance(held, Iterable) else set()


def _key(one: object) -> str:
    if isinstance(one, list):
        session, on, minutes = one
        return f"{session} of {on} ({minutes} minutes)"
    return str(one)
