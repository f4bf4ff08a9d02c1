"""Published: whose line it is, by number and name together; never by one that contradicts the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from central.exchange.sheets.known import Known
from central.exchange.sheets.names import Agreement, Person, Written, agreement
from central.exchange.sheets.said import Said, said

_SCIENTIFIC: Final = re.compile(r"(\d(?:[.,]\d+)?)[eE]\+?(\d{1,2})")
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"')
_WHOLE: Final = re.compile(r"(\d+)[.,]0+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_LEGIBLE: Final = {Agreement.AGREES}

NO_NUMBER: Final = said("no student number on this line; write it and try again")
NOBODY: Final = said("no student has this number; look at the sheet, leading zeros count")
OTHER_NAME: Final = said("the number and the name are not of the same student; look which one is wrong")
SEVERAL: Final = said("more than one student's number may have been this one; write it in full, as text")
ZEROS: Final = said("leading zeros were lost; one student alone has this number with them")
ROUNDED: Final = said("the spreadsheet had rounded the number; one student alone fits, and the name agrees")
ROUNDED_OF_SEVERAL: Final = said(
    "the spreadsheet had rounded the number; of those it may have been one has this name: look once more"
)
UNPROVEN: Final = said(
    "the spreadsheet rounded the number away and no name proves it; write it in full, as text"
)
NO_NAME: Final = said("no name stands on this line to check the number by")
HALF_NAME: Final = said("the name is not written as the roster has it, or can be read only in part")
ALIKE: Final = said("another student has this number but for leading zeros; look at the number once more")
NAMESAKE: Final = said("another student has this very name: look at the number once more")


@dataclass(frozen=True, slots=True)
class Match:
    """Whose line it is, with what a person should look at; or nobody's, and what to do."""

    person: Person | None
    problem: Said | None = None
    notes: tuple[Said, ...] = ()
    is_repaired: bool = False


def cleaned(number: str) -> str:
    """Return a student number without what spreadsheets put around one."""
    if found := _FORMULA_TEXT.fullmatch(number):
        number = found[1]
    number = number.strip().removeprefix("'").strip()
    found = _WHOLE.fullmatch(number)
    return found[1] if found else number


def match(number: str, written: Written, known: Known) -> Match:
    """Find the student of a line; a number and a name that contradict each other are nobody's."""
    number = cleaned(number)
    if not number:
        return Match(None, NO_NUMBER)
    if (rounded := _SCIENTIFIC.fullmatch(number)) and number not in known.people:
        return _rounded(rounded, written, known)
    if _GROUPED.fullmatch(number) and number not in known.people:
        number = number.replace(",", "")
    # With its zeros lost, another's number may look exactly like this one.
    may_have_lost = number == "0" or not number.startswith("0")
    fitting = list(known.bare(number.lstrip("0"))) if may_have_lost else []
    exact = known.people.get(number)
    if exact is not None and exact not in fitting:
        fitting.append(exact)
    if not fitting:
        return Match(None, NOBODY)
    return _of(fitting, exact, written, known)


def _of(fitting: Sequence[Person], exact: Person | None, written: Written, known: Known) -> Match:
    named = [person for person in fitting if agreement(written, person) is not Agreement.DISAGREES]
    if not named:
        return Match(None, OTHER_NAME)
    if len(named) > 1:
        sure = [person for person in named if agreement(written, person) in _LEGIBLE]
        if len(sure) != 1:
            return Match(None, SEVERAL)
        named = sure
    person = named[0]
    if agreement(written, person) is Agreement.PARTLY and known.bearing(written):
        # In part it is this student's name, and wholly another's.
        return Match(None, OTHER_NAME)
    notes = [] if person == exact else [ZEROS]
    if len(fitting) > 1:
        notes.append(ALIKE)
    return Match(person, notes=(*notes, *_doubts(person, written, known)), is_repaired=person != exact)


def _rounded(found: re.Match[str], written: Written, known: Known) -> Match:
    """Take a number the spreadsheet rounded only where one student fits, and the name proves it."""
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        digits = Decimal(found[1].replace(",", "."))
        half = Decimal(5).scaleb(int(digits.as_tuple().exponent) - 1)
        power = int(found[2])
        low, high = (digits - half).scaleb(power), (digits + half).scaleb(power)
    fitting = known.between(int(low), int(high))
    if not fitting:
        return Match(None, NOBODY)
    if not written.text:
        return Match(None, UNPROVEN)
    named = [person for person in fitting if agreement(written, person) in _LEGIBLE]
    if not named:
        return Match(None, OTHER_NAME)
    if len(named) > 1:
        return Match(None, SEVERAL)
    # Half of one name may be another's whole one, so a person looks where the number tells less than that.
    told = ROUNDED if len(fitting) == 1 else ROUNDED_OF_SEVERAL
    return Match(named[0], notes=(told, *_doubts(named[0], written, known)), is_repaired=True)


def _doubts(person: Person, written: Written, known: Known) -> list[Said]:
    """Return what cannot be checked on this line though nothing contradicts."""
    match agreement(written, person):
        case Agreement.NOTHING_WRITTEN:
            return [NO_NAME]
        case Agreement.PARTLY:
            return [HALF_NAME]
        case _:
            return [NAMESAKE] if len(known.bearing(written)) > 1 else []
