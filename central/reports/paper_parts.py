"""Published: what the papers of most reports have in common: their head, their findings, clock times."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.finding import Finding
from central.reports.board_papers import Printed
from central.reports.occasion import Occasion
from central.reports.rounding import percent

_FINDINGS: Final = ("weight", "rule", "about", "date", "what was found", "what to do", "law")


def head(of: Occasion) -> list[str]:
    """Return the lines under the title: whose, which year, as of which day."""
    lines = [
        f"{of.school} (school code {of.school_code}), school year {of.year}.",
        f"As of {of.as_of:%m/%d/%Y}: what was written after that day's end is not counted.",
    ]
    return ["PRACTICE: a made-up school; nothing here may be claimed.", *lines] if of.is_practice else lines


def found(findings: Iterable[Finding]) -> Printed:
    """Return the findings as a table, the heaviest first."""
    order = {"blocking": 0, "warning": 1, "notice": 2}
    rows = [
        [each.severity.value, each.rule, each.subject, each.on, each.says, each.remedy, each.citation]
        for each in sorted(findings, key=lambda each: order[each.severity.value])
    ]
    return Printed("Findings: what asks for attention", _FINDINGS, rows, short="findings")


def clock(at: datetime | None, of: Occasion) -> str:
    """Return an instant by the school's own clock, nothing where there is none."""
    return f"{at.astimezone(ZoneInfo(of.zone)):%m/%d/%Y %H:%M:%S}" if at else ""


def hour(at: datetime | None, of: Occasion) -> str:
    """Return the time of day of an instant by the school's own clock."""
    return f"{at.astimezone(ZoneInfo(of.zone)):%H:%M:%S}" if at else ""


def month_of(at: datetime, of: Occasion) -> str:
    """Return the calendar month of an instant by the school's own clock, as "2024-09"."""
    return f"{at.astimezone(ZoneInfo(of.zone)):%Y-%m}"


def share(part: int, whole: int) -> Decimal | None:
    """Return a part as a percentage with two decimals, None of nothing."""
    return percent(Fraction(part, whole), places=2) if whole else None
