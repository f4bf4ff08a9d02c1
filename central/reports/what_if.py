"""What a period would come to if something were otherwise: a supposition, never a report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from central.domain.enrolment import GradeSpan, Modality
from central.errors import CentralError
from central.reports.period import PeriodReport
from central.reports.rounding import half_up, total

KEYS = {
    "exclude-week": "a Monday: keep that vacation week out of the school months",
    "include-week": "a Monday: take that week into the school months again",
    "j13a": "the code of a request to the state: treat it as approved",
    "project": "yes: the days still to come are attended at the present rate",
    "certify": "a track, or all: every provisional presence is certified",
    "drop-track": "a track: leave it out altogether",
    "value": "dollars one unit of ADA is worth, like 14000.50",
}


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed; everything not named is as it is."""

    excluded: frozenset[date] = frozenset()
    included: frozenset[date] = frozenset()
    approved: frozenset[str] = frozenset()
    is_projected: bool = False
    certified: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    value: Fraction | None = None
    asked: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, wishes: Iterable[str]) -> "Supposition":
        """Read wishes such as "exclude-week=2024-12-23"; raises CentralError naming the keys there are."""
        by_key: dict[str, list[str]] = {key: [] for key in KEYS}
        asked = tuple(wishes)
        for wish in asked:
            key, _, value = wish.partition("=")
            if key not in KEYS or not value:
                known = "; ".join(f"{name}={means}" for name, means in KEYS.items())
                msg = f"--what-if {wish} is not understood; it takes {known}"
                raise CentralError(msg)
            by_key[key].append(value)
        return cls(
            excluded=frozenset(map(_monday, by_key["exclude-week"])),
            included=frozenset(map(_monday, by_key["include-week"])),
            approved=frozenset(by_key["j13a"]),
            is_projected=_yes(by_key["project"]),
            certified=frozenset(by_key["certify"]),
            dropped=frozenset(by_key["drop-track"]),
            value=_value(by_key["value"]),
            asked=asked,
        )


@dataclass(frozen=True, slots=True)
class SupposedRow:
    """One cell as it would be; a projection or a credit can make its pupil-days a fraction."""

    track: str
    span: GradeSpan | None
    modality: Modality
    days: Fraction
    divisor: int

    @property
    def ada(self) -> Decimal:
        """The printed cell."""
        return half_up(self.days / self.divisor)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The supposed cells beside the real report."""

    real: PeriodReport
    supposed: Supposition
    months: tuple[tuple[str, tuple[int, ...]], ...]
    """Each track's school months that would make the period."""
    rows: tuple[SupposedRow, ...]
    cap: Decimal
    credits: tuple[tuple[str, int, int], ...]
    """Each track's closed days and their minutes that would be credited."""

    @property
    def total(self) -> Decimal:
        """The sum of the supposed cells."""
        return total([*(row.ada for row in self.rows), self.cap])

    @property
    def difference(self) -> Decimal:
        """The supposed total less the real one."""
        return self.total - self.real.total

    @property
    def dollars(self) -> Decimal | None:
        """What the difference is worth, where a value per ADA was given."""
        worth = self.supposed.value
        return None if worth is None else half_up(Fraction(self.difference) * worth)


def _monday(text: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no date; write the Monday of the week like 2024-12-23"
        raise CentralError(msg) from error
    if on.weekday():
        msg = f"{on} is no Monday; name a week by its Monday"
        raise CentralError(msg)
    return on


def _yes(values: list[str]) -> bool:
    if set(values) - {"yes", "no"}:
        msg = f"project={values[-1]} is not understood; write project=yes"
        raise CentralError(msg)
    return "yes" in values[-1:]


def _value(values: list[str]) -> Fraction | None:
    try:
        return Fraction(values[-1]) if values else None
    except (ValueError, ZeroDivisionError) as error:
        msg = f"value={values[-1]} is no amount; write dollars like 14000.50"
        raise CentralError(msg) from error
