"""Choose how bytes become a table: by the encoding, delimiter or worksheet that fits the roster."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from central.exchange.sheets import delimited, encodings, workbook_in
from central.exchange.sheets.delimited import DELIMITERS, NAMED
from central.exchange.sheets.encodings import Decoded
from central.exchange.sheets.guess import Choices
from central.exchange.sheets.known import Known
from central.exchange.sheets.layout import Layout, find
from central.exchange.sheets.line import Line, Table, UnreadableError
from central.exchange.sheets.names import Agreement, Person, Written, agreement
from central.exchange.sheets.said import said
from central.exchange.sheets.students import cleaned

_HEAD: Final = 200
_ODD: Final = 400
_FITS: Final = "{} names and {} student numbers of the roster can be read so"
_NOT_READ: Final = said("this is neither text nor a workbook; save it as CSV or XLSX")


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """How well a table fits the roster: names that agree, known numbers, names to the letter, columns."""

    names: int
    numbers: int
    letters: int
    columns: int


def table(data: bytes, known: Known, choices: Choices) -> Table:
    """Return the table of a file; raises UnreadableError where there is none.

    Notes the guesses `encoding` and `delimiter` of a text, and `worksheet` of a workbook with several.
    """
    return _worksheet(data, known, choices) if workbook_in.is_workbook(data) else _text(data, known, choices)


def written(line: Line, layout: Layout) -> Written:
    """Return the name that stands on a line."""
    at = layout.columns.get
    return Written(line.cell(at("family")), line.cell(at("given")), line.cell(at("name")))


def _worksheet(data: bytes, known: Known, choices: Choices) -> Table:
    sheets = workbook_in.worksheets(data)
    if not sheets:
        return Table(())
    fits = {name: _fit(sheet, known) for name, sheet in sheets.items()}
    best = max(sheets, key=lambda name: fits[name])
    if len(sheets) > 1:
        why = said(_FITS, fits[best].names, fits[best].numbers)
        best = choices.decide("worksheet", best, why, tuple(sheets))
    return sheets[best]


def _text(data: bytes, known: Known, choices: Choices) -> Table:
    texts = {each.encoding: each for each in encodings.texts(data)}
    if not texts:
        raise UnreadableError(_NOT_READ)
    asked = [texts[choices.said["encoding"]]] if choices.said.get("encoding") in texts else texts.values()
    fits: dict[tuple[str, str], Fit] = {}
    for text in asked:
        for delimiter in _delimiters(text, choices):
            fits.setdefault((text.encoding, delimiter), _fit(_sample(text, delimiter), known))
    # Of equals the first stays: what is likelier without the roster.
    encoding, delimiter = max(fits, key=lambda each: fits[each])
    best = fits[encoding, delimiter]
    why = said(_FITS, best.names, best.numbers)
    encoding = choices.decide("encoding", encoding, why, tuple(texts))
    named = choices.decide("delimiter", DELIMITERS[delimiter], why, tuple(NAMED))
    return delimited.rows(texts[encoding].text, NAMED[named])


def _delimiters(text: Decoded, choices: Choices) -> Iterator[str]:
    told = NAMED.get(choices.said.get("delimiter", ""))
    if told:
        yield told
    else:
        yield from delimited.likely(text.text)


def _sample(text: Decoded, delimiter: str) -> Table:
    """Return the first lines, and those whose letters an encoding makes a difference to."""
    lines = text.text.splitlines()
    odd = [line for line in lines[_HEAD:] if not line.isascii()]
    return delimited.rows("\n".join([*lines[:_HEAD], *odd[:_ODD]]), delimiter)


def _fit(sample: Table, known: Known) -> Fit:
    layout = find(sample, known)
    number, names, numbers, letters = layout.columns.get("number"), 0, 0, 0
    for line in sample.lines[: _HEAD + _ODD]:
        bare = cleaned(line.cell(number))
        person = known.people.get(bare)
        fitting = [person] if person else list(known.bare(bare)) if bare else []
        numbers += bool(fitting)
        name = written(line, layout)
        names += any(agreement(name, each) is Agreement.AGREES for each in fitting)
        letters += any(_to_the_letter(name) == _to_the_letter(each) for each in fitting)
    return Fit(names, numbers, letters, len(layout.columns) + len(layout.days))


def _to_the_letter(name: Written | Person) -> Counter[str]:
    whole = name.whole if isinstance(name, Written) else ""
    text = unicodedata.normalize("NFC", f"{name.family} {name.given} {whole}")
    return Counter(text.replace(",", " ").split())
