"""Dates as people and spreadsheets write them, each read in every order it may have."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ORDERS: Final = ("mdy", "dmy", "ymd")
EPOCHS: Final = ("1900", "1904")
_EPOCH: Final = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
_SERIAL: Final = re.compile(r"([2-6]\d{4})(?:[.,]\d+)?")
_NUMERIC: Final = re.compile(r"(\d{1,4})[/.\-](\d{1,2})(?:[/.\-](\d{1,4}))?")
_DIGITS: Final = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_CLOCK: Final = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?(\s*[ap]\.?m\.?)?Z?$", re.IGNORECASE)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "january jan enero ene|february feb febrero|march mar marzo|april apr abril abr|may mayo|"
        "june jun junio|july jul julio|august aug agosto ago|september sep sept septiembre setiembre|"
        "october oct octubre|november nov noviembre|december dec diciembre dic".split("|"),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        "monday mon lunes lun|tuesday tue tues martes mar|wednesday wed miercoles mie|"
        "thursday thu thur thurs jueves jue|friday fri viernes vie|saturday sat sabado sab|"
        "sunday sun domingo dom".split("|")
    )
    for name in names.split()
}
_CENTURY: Final = 2000
_SHORT: Final = 100


@dataclass(frozen=True, slots=True)
class Style:
    """One way to read dates: the order of figures, a spreadsheet's first day, the year that is left out."""

    order: str = "mdy"
    epoch: str = "1900"
    year: int | None = None


def read(text: str, style: Style) -> date | None:
    """Return the date a text means in a style; None where it means none, or names another weekday."""
    plain = _CLOCK.sub("", _plain(text)).strip(" ,.")
    weekday, plain = _without_weekday(plain)
    try:
        found = _serial(plain, style) or _numeric(plain, style) or _in_words(plain, style)
    except (ValueError, OverflowError):
        return None
    return found if found and weekday in (None, found.weekday()) else None


def lacks_year(text: str) -> bool:
    """Tell whether a date is written without its year."""
    plain = _without_weekday(_CLOCK.sub("", _plain(text)).strip(" ,."))[1]
    found = _NUMERIC.fullmatch(plain)
    if found:
        return found[3] is None and len(found[1]) < len("2024")
    words = _words(plain)
    return any(word in _MONTHS for word in words) and sum(word.isdigit() for word in words) == 1


def is_serial(text: str) -> bool:
    """Tell whether a date is written as a spreadsheet's count of days."""
    return _SERIAL.fullmatch(text.strip()) is not None


def _serial(plain: str, style: Style) -> date | None:
    if found := _SERIAL.fullmatch(plain):
        return _EPOCH[style.epoch] + timedelta(days=int(found[1]))
    if found := _DIGITS.fullmatch(plain):
        return date(int(found[1]), int(found[2]), int(found[3]))
    return None


def _numeric(plain: str, style: Style) -> date | None:
    found = _NUMERIC.fullmatch(plain)
    if not found:
        return None
    first, second, third = found.groups()
    if len(first) == len("2024"):
        return date(int(first), int(second), int(third)) if third else None
    if third is None:
        if style.year is None or style.order == "ymd":
            return None
        return _ordered(style.order, int(first), int(second), style.year)
    if style.order == "ymd":
        return date(_full(first), int(second), int(third))
    return _ordered(style.order, int(first), int(second), _full(third))


def _ordered(order: str, first: int, second: int, year: int) -> date:
    month, day = (first, second) if order == "mdy" else (second, first)
    return date(year, month, day)


def _in_words(plain: str, style: Style) -> date | None:
    words = [word for word in _words(plain) if word not in {"de", "del", "of", "the", "st", "nd", "rd", "th"}]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    figures = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(words) != len(figures) + 1 or not 1 <= len(figures) <= len(("day", "year")):
        return None
    if len(figures) == 1:
        return date(style.year, months[0], int(figures[0])) if style.year else None
    if len(figures[0]) == len("2024"):
        figures.reverse()
    return date(_full(figures[1]), months[0], int(figures[0]))


def _words(plain: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", plain)


def _without_weekday(plain: str) -> tuple[int | None, str]:
    found = re.match(r"([a-z]+)\.?,?\s+(?=\S)", plain)
    if not found or found[1] not in _WEEKDAYS:
        return None, plain
    rest = plain[found.end() :]
    # Spanish has one short form for a weekday and a month: `mar 3` is in March, `mar 3/3` a Tuesday.
    if found[1] == "mar" and not re.search(r"[/.\-]|[a-z]", rest):
        return None, plain
    return _WEEKDAYS[found[1]], rest


def _full(year: str) -> int:
    return int(year) + _CENTURY if int(year) < _SHORT else int(year)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.strip())
    return "".join(char for char in parts if not unicodedata.combining(char)).casefold()
