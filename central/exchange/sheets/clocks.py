"""Times of day as people and spreadsheets write them."""

import re
from datetime import time
from typing import Final

_CLOCK: Final = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}[ T])?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(a|p|am|pm)?", re.IGNORECASE
)
_BARE: Final = re.compile(r"(\d{3,4})\s*(a|p|am|pm)?|(\d{1,2})\s*(a|p|am|pm)", re.IGNORECASE)
_FRACTION: Final = re.compile(r"(?:0|\d{5})?[.,]\d+(?:e-\d+)?", re.IGNORECASE)
_MINUTES_A_DAY: Final = 24 * 60
_HALF_DAY: Final = 12


def read(text: str) -> time | None:
    """Return the time of day a text means, to the minute; None for one that means none."""
    plain = re.sub(r"\b([ap])\s*\.?\s*m\b\.?", r"\1m", text.strip(), flags=re.IGNORECASE).strip()
    if _FRACTION.fullmatch(plain):
        # A spreadsheet keeps a time as a part of a day, after the days where it has a date as well.
        minutes = round(float(plain.replace(",", ".")) % 1 * _MINUTES_A_DAY)
        return time(*divmod(minutes, 60)) if minutes < _MINUTES_A_DAY else None
    if found := _CLOCK.fullmatch(plain):
        return _of(int(found[1]), int(found[2]), found[4])
    if found := _BARE.fullmatch(plain):
        if found[1]:
            return _of(int(found[1][:-2]), int(found[1][-2:]), found[2])
        return _of(int(found[3]), 0, found[4])
    return time(0) if plain == "0" else None


def _of(hour: int, minute: int, half: str | None) -> time | None:
    if half:
        if not 1 <= hour <= _HALF_DAY:
            return None
        hour = hour % _HALF_DAY + (_HALF_DAY if half.casefold().startswith("p") else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None
