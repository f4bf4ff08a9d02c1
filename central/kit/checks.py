"""What a kit knows of every keyed row: what central will make of it, and every problem at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from central.domain.class_sheet import ClassPlan
from central.errors import RefusedError
from central.exchange.kit.hand_over import Row
from central.kit.kit import Kit
from central.kit.roll import roll_of
from central.kit.typed import checked
from central.kit.work import Keying


@dataclass(frozen=True, slots=True)
class Checked:
    """A sheet with the number of rows that can be taken in, and everything that must be seen to."""

    number: str
    section: str
    is_done: bool
    good: int
    problems: tuple[str, ...]
    open_lines: int
    """Students and days without a mark: they stay without a record."""


def check(kit: Kit) -> list[Checked]:
    """Judge every row keyed so far; no name is in what is said, only numbers."""
    return [_check(kit, sheet) for sheet in kit.work.sheets.values()]


def _check(kit: Kit, sheet: Keying) -> Checked:
    plan = kit.class_of(sheet.section).plan
    students = [each.number for each in roll_of(kit, sheet)]
    problems = []
    good = 0
    for row in sheet.rows.values():
        found = list(_problems(kit, plan, sheet, row))
        good += not found
        problems += [f"{row.on} student {row.student}: {text}" for text in found]
    held = plan.held(sheet.first, sheet.last)
    open_lines = sum((number, day.on) not in sheet.rows for number in students for day in held)
    return Checked(sheet.number, sheet.section, sheet.done is not None, good, tuple(problems), open_lines)


def _problems(kit: Kit, plan: ClassPlan, sheet: Keying, row: Row) -> Iterator[str]:
    held = {day.on for day in plan.held(sheet.first, sheet.last)}
    if row.on not in held:
        yield f"class {plan.of.code} is not held then"
    if not _is_known(kit, row.student):
        yield "the kit knows no such student; leading zeros count"
    elif not _has_place(plan, row.student, row.on):
        yield f"has no place in {plan.of.code} on that day; the office must give one before this is taken in"
    try:
        checked(row)
    except RefusedError as error:
        yield str(error)


def _is_known(kit: Kit, number: str) -> bool:
    return any(place.number == number for each in kit.contents.classes for place in each.plan.places)


def _has_place(plan: ClassPlan, number: str, on: date) -> bool:
    return any(place.number == number and place.holds(on) for place in plan.places)
