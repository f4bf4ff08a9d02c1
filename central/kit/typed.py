"""What somebody typed of one line of a sheet: who, which mark, which times; or why it is not clear."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from central.domain.class_sheet import Held, Listed
from central.errors import RefusedError
from central.exchange.kit.hand_over import Row

_MARKS: Final = frozenset("PAT")
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})\s*([ap])?m?", re.IGNORECASE)
_MOST_TIMES: Final = 2
_NOON: Final = 12
_LAST_HOUR, _LAST_MINUTE = 23, 59
_BY_DAY: Final = (time(7), time(18, 59))


@dataclass(frozen=True, slots=True)
class Roll:
    """The sheet in front of somebody: its students in the order of its lines, and the day being keyed."""

    students: Sequence[Listed]
    held: Held

    @property
    def on(self) -> date:
        """The day being keyed."""
        return self.held.on


def row(text: str, roll: Roll, current: Listed | None) -> tuple[Listed, Row]:
    """Return whom a typed line is about and what it says.

    A line is `[who] mark [in [out]]`. Who is the place on the sheet, the student number, or the first
    letters of the name; without it the line is about `current`. The mark is P, A or T; times are like
    8:31, 831 or 1:05p. Raises RefusedError saying what is unclear; nothing is guessed between two students.
    """
    words = text.split()
    at = next((place for place, word in enumerate(words) if _is_mark(words, place, word)), None)
    if at is None:
        msg = "type P, A or T, with the times the sheet shows: p 8:31 10:00"
        raise RefusedError(msg)
    student = find(" ".join(words[:at]), roll) if at else current
    if student is None:
        msg = "everybody has a line: say who is meant by place, number or first letters, or type done"
        raise RefusedError(msg)
    clocks = [clock(word, roll.held) for word in words[at + 1 :]]
    mark = words[at].upper()
    return student, checked(Row(student.number, roll.on, mark, *clocks[:_MOST_TIMES]), len(clocks))


def _is_mark(words: Sequence[str], place: int, word: str) -> bool:
    """Tell whether a word is the mark: a family name may be one letter too, but no time follows it."""
    after = words[place + 1 :]
    return word.upper() in _MARKS and all(_CLOCK.fullmatch(each) for each in after)


def checked(said: Row, times: int = 0) -> Row:
    """Return a row that can be true; raises RefusedError for one that cannot."""
    if times > _MOST_TIMES:
        msg = "there are two times on a line, in and out; type no more"
        raise RefusedError(msg)
    if said.mark == "A" and (said.came or said.left):
        msg = "an absent student has no times; type P or T, or leave the times out"
        raise RefusedError(msg)
    if said.mark == "T" and said.came is None:
        msg = "T needs the time in; type it as the sheet shows it, or ask whoever signed the sheet"
        raise RefusedError(msg)
    if said.came and said.left and said.left <= said.came:
        msg = "the time out is not after the time in; look at the sheet again"
        raise RefusedError(msg)
    return said


def find(who: str, roll: Roll) -> Listed:
    """Return the one student meant; raises RefusedError for nobody, and naming the places of several."""
    places = dict(enumerate(roll.students, start=1))
    by_number = [each for each in roll.students if each.number == who]
    by_place = [places[int(who)]] if who.isascii() and who.isdigit() and int(who) in places else []
    letters = plain(who)
    by_name = [each for each in roll.students if plain(each.name).startswith(letters)]
    found = list({each.number: each for each in (*by_number, *by_place)}.values()) or by_name
    if len(found) == 1:
        return found[0]
    if not found:
        msg = f"nobody on this sheet is meant by {who!r}; to add somebody type: add NUMBER p 8:31"
        raise RefusedError(msg)
    which = ", ".join(f"{place} {each.name} {each.number}" for place, each in places.items() if each in found)
    msg = f"{who!r} could be {which}; type the place or more letters"
    raise RefusedError(msg)


def clock(text: str, held: Held) -> time:
    """Return a time as somebody wrote it on paper, in the half of the day that fits the class."""
    match = _CLOCK.fullmatch(text)
    hour, minute, half = (int(match[1]), int(match[2]), (match[3] or "").lower()) if match else (24, 0, "")
    if hour > _LAST_HOUR or minute > _LAST_MINUTE or (half and not 1 <= hour <= _NOON):
        msg = f"{text!r} is no time of day; type it like 8:31 or 1:05p"
        raise RefusedError(msg)
    if half:
        return time(hour % _NOON + (_NOON if half == "p" else 0), minute)
    if hour > _NOON or text.startswith("0"):
        return time(hour, minute)
    return min(
        (time(hour % _NOON, minute), time(hour % _NOON + _NOON, minute)), key=lambda at: _far(at, held)
    )


def _far(at: time, held: Held) -> int:
    """Return how many minutes a time is from the class; a class without hours is held by day."""
    starts, ends = held.starts or _BY_DAY[0], held.ends or _BY_DAY[1]
    minutes, first, last = (each.hour * 60 + each.minute for each in (at, starts, ends))
    return max(first - minutes, minutes - last, 0)


def plain(text: str) -> str:
    """Return letters as people type them in a hurry: no case, no marks, no commas."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("đ", "d"))
    return "".join(each for each in parts if each.isalnum())
