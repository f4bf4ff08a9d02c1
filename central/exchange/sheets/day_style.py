"""Decide how the dates of a file are read: the way that alone makes them days the students had class."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from typing import Final

from central.exchange.sheets.dates import EPOCHS, ORDERS, Style, is_serial, lacks_year, read
from central.exchange.sheets.guess import Choices
from central.exchange.sheets.known import Known
from central.exchange.sheets.said import Said, said

_ONLY: Final = said("the dates can be read in no other way")
_FITS: Final = (
    "read so, {} of {} dates are days on which the students beside them had class; read otherwise fewer are"
)
_TWO_WAYS: Final = said(
    "the dates may be read in more than one way, and the calendar does not tell which is right"
)
_NO_WAY: Final = said(
    "read in no way are these days on which the students had class; look at the dates themselves"
)
_ENOUGH: Final = 30


def decide(texts: Mapping[str, Sequence[str]], known: Known, choices: Choices) -> Style | None:
    """Return the style of a file's dates, given the student numbers beside each; None where it must be asked.

    Notes its guesses: `dates` for the order, and `serials` and `year` where the file has such dates.
    """
    epochs = EPOCHS if any(map(is_serial, texts)) else EPOCHS[:1]
    years: Sequence[int | None] = known.years if any(map(lacks_year, texts)) else (None,)
    styles = [Style(*parts) for parts in product(ORDERS, epochs, years)]
    styles = [style for style in styles if _is_as_said(style, choices)] or styles
    chosen, why = _contest(styles, texts, known)
    orders = _orders_that_differ(texts, styles)
    said_so: dict[str, str] = {}
    if orders:
        said_so["dates"] = choices.decide("dates", chosen.order if chosen else "", why, orders)
    if len(epochs) > 1:
        said_so["serials"] = choices.decide("serials", chosen.epoch if chosen else "", why, EPOCHS)
    if len(years) > 1:
        options = tuple(map(str, years))
        said_so["year"] = choices.decide("year", str(chosen.year) if chosen else "", why, options)
    return chosen if all(said_so.values()) else None


def _is_as_said(style: Style, choices: Choices) -> bool:
    told = choices.said
    return (
        told.get("dates", style.order) == style.order
        and told.get("serials", style.epoch) == style.epoch
        and told.get("year", str(style.year)) == str(style.year)
    )


def _orders_that_differ(texts: Mapping[str, Sequence[str]], styles: Sequence[Style]) -> tuple[str, ...]:
    """Return the orders a person may choose of: those that read anything, if they read it differently."""
    rest = {(style.epoch, style.year) for style in styles}
    found: dict[str, list[date | None]] = {
        order: [read(text, Style(order, *each)) for each in sorted(rest, key=str) for text in texts]
        for order in ORDERS
    }
    reading = {order: dates for order, dates in found.items() if any(dates)}
    return tuple(reading) if len({tuple(dates) for dates in reading.values()}) > 1 else ()


def _contest(
    styles: Sequence[Style], texts: Mapping[str, Sequence[str]], known: Known
) -> tuple[Style | None, Said]:
    """Let styles compete: one wins that fits wherever another does, and somewhere where that does not."""
    readings: dict[tuple[date | None, ...], Style] = {}
    for style in styles:
        dates = tuple(read(text, style) for text in texts)
        if any(dates):
            readings.setdefault(dates, style)
    if not readings:
        return styles[0], _NO_WAY
    if len(readings) == 1:
        return next(iter(readings.values())), _ONLY
    fits = {
        style: {text for text, on in zip(texts, dates, strict=True) if on and _fits(on, texts[text], known)}
        for dates, style in readings.items()
    }
    for style, fitting in fits.items():
        if all(fitting > other for rival, other in fits.items() if rival is not style):
            return style, said(_FITS, len(fitting), len(texts))
    return None, _TWO_WAYS if any(fits.values()) else _NO_WAY


def _fits(on: date, numbers: Sequence[str], known: Known) -> bool:
    """Tell whether at least half of the students beside a date had class on it."""
    asked = numbers[:_ENOUGH]
    if not asked:
        return known.met("", on)
    return 2 * sum(known.met(number, on) for number in asked) >= len(asked)
