"""Print class sheets from a kit, under the numbers reserved for it."""

from collections.abc import Collection, Sequence
from datetime import date

from central.domain.class_sheet import ClassSheet, Printing
from central.domain.sheet_number import number_of, serial_of
from central.errors import RefusedError
from central.exchange.kit.contents import KitClass
from central.kit.kit import Kit
from central.kit.work import Hand

_BOUND = "teacher"


def print_sheets(
    kit: Kit, codes: Collection[str], span: tuple[date, date], hand: Hand
) -> Sequence[ClassSheet]:
    """Return a sheet for each class held in a span, of those named or of all, and keep that it was printed.

    A teacher prints the own classes. Raises RefusedError once the kit has ended, where there is nothing
    to print, for days the kit does not know, and when its numbers are used up.
    """
    first, last = span
    terms = kit.contents.terms
    if hand.at >= terms.expires_at:
        msg = (
            f"this kit ended after {terms.last_on}; its lists of names are too old to print, take a newer kit"
        )
        raise RefusedError(msg)
    if not terms.made_at.astimezone(kit.zone).date() <= first or first > terms.last_on:
        msg = f"this kit knows the days to {terms.last_on}; choose one of them, or take a newer kit"
        raise RefusedError(msg)
    chosen = [kit.class_of(code) for code in codes] or _all(kit, hand)
    held = [each for each in chosen if each.plan.held(first, last)]
    for each in held:
        _require_own(kit, each, hand)
    if not held:
        msg = f"no class chosen is held from {first} to {last}; nothing was printed"
        raise RefusedError(msg)
    used = [serial_of(number) for number in kit.work.printed]
    start = max([terms.first_serial - 1, *used]) + 1
    if start + len(held) - 1 > terms.last_serial:
        left = terms.last_serial - start + 1
        msg = f"only {left} sheet numbers are left in this kit; print fewer, or take a newer kit"
        raise RefusedError(msg)
    at = hand.at.astimezone(kit.zone)
    printing = Printing(kit.contents.school.code, first, last, at, f"kit {terms.kit}", is_week=first != last)
    sheets = [printing.sheet(each.plan, number_of(start + place)) for place, each in enumerate(held)]
    kit.work.print(sheets, hand)
    return sheets


def _all(kit: Kit, hand: Hand) -> list[KitClass]:
    is_bound = kit.person(hand.by).role == _BOUND
    return [each for each in kit.contents.classes if not is_bound or hand.by in each.staff]


def _require_own(kit: Kit, each: KitClass, hand: Hand) -> None:
    if kit.person(hand.by).role == _BOUND and hand.by not in each.staff:
        msg = f"class {each.plan.of.code} is not of employee {hand.by}; ask the attendance clerk"
        raise RefusedError(msg)
