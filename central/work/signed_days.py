"""Published: bring student years in step where evidence beside a signed record came, was decided or went."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from central.store.models import AttendanceRecord, SchoolYear, Section
from central.work import student_years

_Stage = AttendanceRecord.Stage
_SIGNED = {_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED}


def refresh_signed(records: Iterable[AttendanceRecord]) -> None:
    """Refresh the years of the students whose signed records these are; others count nothing yet.

    Call it in the transaction that changed what is known of them.
    """
    signed = [record for record in records if record.stage in _SIGNED]
    if not signed:
        return
    sections = Section.objects.filter(pk__in={record.section_id for record in signed})
    year_of = dict(sections.values_list("pk", "school_year_id"))
    touched: dict[int, tuple[set[int], set[date]]] = defaultdict(lambda: (set(), set()))
    for record in signed:
        students, days = touched[year_of[record.section_id]]
        students.add(record.student_id)
        days.add(record.on)
    for year in SchoolYear.objects.filter(pk__in=touched).select_related("school"):
        student_years.refresh(year, *touched[year.pk])
