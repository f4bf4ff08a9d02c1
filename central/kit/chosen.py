"""Find the sheet somebody holds by its number and, where the kit did not print it, by its top."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.sheet_number import tidy
from central.errors import RefusedError
from central.kit.kit import Kit
from central.kit.work import Hand, Keying


@dataclass(frozen=True, slots=True)
class Talk:
    """How somebody is asked and told, and who that is at this moment."""

    ask: Callable[[str], str]
    """Returns a typed line; raises EOFError where nobody types any more."""
    say: Callable[[str], None]
    hand: Callable[[], Hand]


def sheet_of(kit: Kit, talk: Talk, asked: str) -> Keying:
    """Return the sheet of a number, begun now where it is new; raises RefusedError."""
    number = tidy(asked)
    begun = kit.work.sheets.get(number)
    if begun is not None:
        return begun
    printed = kit.work.printed.get(number)
    if printed is not None:
        return kit.work.begin(number, printed.section, printed.on_first, printed.on_last, talk.hand())
    talk.say("  not printed from this kit; say what stands at its top")
    each = kit.class_of(talk.ask("  class: "))
    first = _day(talk.ask("  date, or first day of a week, like 09/09/2024: "))
    last = _day(talk.ask("  last day (Enter: the same): ").strip() or f"{first:%m/%d/%Y}")
    if not each.plan.held(first, last):
        msg = f"class {each.plan.of.code} is not held from {first} to {last}; look at the sheet again"
        raise RefusedError(msg)
    return kit.work.begin(number, each.plan.of.code, first, last, talk.hand())


def _day(text: str) -> date:
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a date has no zone
        except ValueError:
            continue
    msg = f"{text.strip()!r} is no date; type it like 09/09/2024"
    raise RefusedError(msg)
