"""The lines of a sheet as they lie in front of somebody, and a row as it is said back."""

from collections.abc import Sequence

from central.domain.class_sheet import Listed
from central.exchange.kit.hand_over import Row
from central.kit.kit import Kit
from central.kit.work import Keying


def listed(kit: Kit, sheet: Keying) -> Sequence[Listed]:
    """Return the students printed on a sheet, in the order of its lines."""
    printed = kit.work.printed.get(sheet.number)
    if printed is not None:
        return [Listed(number, name_of(kit, number)) for number in printed.students]
    plan = kit.class_of(sheet.section).plan
    return plan.listed(plan.held(sheet.first, sheet.last))


def roll_of(kit: Kit, sheet: Keying) -> Sequence[Listed]:
    """Return the students of a sheet, and after them those written in."""
    there = listed(kit, sheet)
    known = {each.number for each in there}
    added = dict.fromkeys(number for number, _ in sheet.rows if number not in known)
    return [*there, *(Listed(number, name_of(kit, number)) for number in added)]


def name_of(kit: Kit, number: str) -> str:
    """Return a student's name as the kit knows it in any class, or that it does not."""
    places = (place for each in kit.contents.classes for place in each.plan.places)
    return next((place.name for place in places if place.number == number), "(not in this kit)")


def told(row: Row) -> str:
    """Return a row as it is said back: the mark, and the times with their half of the day."""
    times = [
        f"{word} {at:%I:%M %p}".replace(" 0", " ") for word, at in (("in", row.came), ("out", row.left)) if at
    ]
    return " ".join((row.mark, *times))
