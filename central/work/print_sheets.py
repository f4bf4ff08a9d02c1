"""Print class sheets: number them, remember who stood on them, and note that their names were looked at."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from central.domain.class_sheet import ClassSheet, Printing
from central.domain.sheet_number import number_of
from central.errors import RefusedError
from central.store.models import PrintedSheet, Section, Staff, Viewing
from central.store.queries.class_plans import class_plans
from central.work.classes_of import require_class
from central.work.sheet_serials import reserve
from central.work.tool_rights import Right, Tool, require

ORIGIN = "the server"
MOST = 400
"""Sheets printed at once: more than a large school has classes in a day."""


def print_sheets(
    sections: QuerySet[Section], span: tuple[date, date], by: Staff, now: datetime
) -> Sequence[ClassSheet]:
    """Return the sheets of the sections held in a span, one a section, each under a number of its own.

    A class held on none of the days has no sheet. Raises RefusedError for somebody who may not print
    these, and where no class at all is held.
    """
    require(by, Tool.SHEETS, Right.ADD)
    first, last = span
    planned = [each for each in class_plans(sections, first, last) if each.plan.held(first, last)]
    for each in planned:
        require_class(by, each.section, max(first, each.section.since))
    if not planned:
        when = f"on {first}" if first == last else f"from {first} to {last}"
        msg = f"no class chosen is held {when}; look at the calendar and the bell schedule"
        raise RefusedError(msg)
    if len(planned) > MOST:
        msg = f"{len(planned)} sheets are too many at once; choose at most {MOST} classes"
        raise RefusedError(msg)
    printed_at = now.astimezone(ZoneInfo(by.school.time_zone))
    printing = Printing(by.school.code, first, last, printed_at, ORIGIN, is_week=first != last)
    with transaction.atomic():
        serials = reserve(len(planned))
        sheets = [
            printing.sheet(each.plan, number_of(serial))
            for each, serial in zip(planned, serials, strict=True)
        ]
        sections_of = [each.section for each in planned]
        _keep(sheets, sections_of, serials, by, now)
    return sheets


def _keep(
    sheets: Sequence[ClassSheet], of: Sequence[Section], serials: Sequence[int], by: Staff, now: datetime
) -> None:
    lines = list(zip(sheets, of, serials, strict=True))
    PrintedSheet.objects.bulk_create(
        PrintedSheet(
            section=section,
            number=sheet.code.number,
            serial=serial,
            on_first=sheet.code.on_first,
            on_last=sheet.code.on_last,
            students=[each.number for each in sheet.students],
            printed_at=now,
            printed_by=by,
        )
        for sheet, section, serial in lines
    )
    Viewing.objects.bulk_create(
        Viewing(at=now, page="paper-print", section=section, on=sheet.code.on_first, by=by)
        for sheet, section, _ in lines
    )
