"""A school's numbers of a year as small rows, and the exact sum of many schools', wherever they are added."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

from central.errors import CentralError, UnavailableError
from central.law.counting import Counts, Measure
from central.law.day_planes import PERIODS, TrackMasks
from central.store.rollup_row import Row

_VERSION: Final = 1
_CDS_DIGITS, _LEA_DIGITS = 14, 7


class Group(NamedTuple):
    """What sums are kept apart by; tracks are a school's own and are added together."""

    year: str
    span: str
    modality: str
    period: str


@dataclass(slots=True)
class Sum:
    """What the schools of a group come to; `ada` is exact, each track's days over its own divisor."""

    measures: Counter[str] = field(default_factory=Counter)
    ada: Fraction = Fraction(0)


def lea_of(school_code: str) -> str:
    """Return county and district of a CDS code, and what else a school is called by as it is."""
    is_cds = len(school_code) == _CDS_DIGITS and school_code.isdigit()
    return school_code[:_LEA_DIGITS] if is_cds else school_code


def rows(lea: str, school: str, year: str, counts: Counts, masks: Mapping[str, TrackMasks]) -> list[Row]:
    """Return a school's counts of a year as rows, in order."""
    divisors = {
        (code, kind): days.bit_count()
        for code, track in masks.items()
        for kind, days in zip(PERIODS, track.divisors, strict=True)
    }
    return sorted(
        Row(lea, school, year, *cell, kind.value, measure.value, divisors[cell.track, kind], number)
        for (cell, measure, kind), number in counts.items()
    )


def added(found: Iterable[Row]) -> dict[Group, Sum]:
    """Add schools up, in order of their groups.

    A school that stands in several shards is an error of whoever gathered them: raises CentralError. A
    student enrolled in two schools is counted in each, as each school claims.
    """
    sums: defaultdict[Group, Sum] = defaultdict(Sum)
    seen = set[tuple[object, ...]]()
    for row in found:
        key = row[:8]
        if key in seen:
            msg = f"school {row.school} is there twice for {row.year}; name each shard's file once"
            raise CentralError(msg)
        seen.add(key)
        here = sums[Group(row.year, row.span, row.modality, row.period)]
        here.measures[row.measure] += row.number
        if row.measure == Measure.ATTENDED and row.divisor:
            here.ada += Fraction(row.number, row.divisor)
    return dict(sorted(sums.items()))


def write(path: Path, found: Sequence[Row]) -> None:
    """Write rows for others to add; raises UnavailableError."""
    text = json.dumps({"v": _VERSION, "columns": Row._fields, "rows": found}, ensure_ascii=False)
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); name another file"
        raise UnavailableError(msg) from error


def read(path: Path) -> list[Row]:
    """Read rows another central wrote; raises UnavailableError and CentralError."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if (told["v"], tuple(told["columns"])) != (_VERSION, Row._fields):
            msg = f"{path} is of another version; write it with this rollbook"
            raise CentralError(msg)
        return [_row(values) for values in told["rows"]]
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})"
        raise UnavailableError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no file of rollup --write; name one that is"
        raise CentralError(msg) from error


def _row(values: Sequence[object]) -> Row:
    *words, divisor, number = values
    if not (isinstance(divisor, int) and isinstance(number, int) and divisor >= 0 and number >= 0):
        raise TypeError
    lea, school, year, track, span, modality, period, measure = map(str, words)
    return Row(lea, school, year, track, span, modality, period, measure, divisor, number)
