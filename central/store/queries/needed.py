"""Published: every student who has no record yet in a class of a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Exists, OuterRef

from central.store.models import AttendanceRecord, Placement, Section, Student
from central.store.queries.day_classes import is_enrolled


def needed_in(sections: Sequence[Section], on: date) -> Mapping[int, list[Student]]:
    """Return by section, in the order of a register, the students placed that day without a standing record.

    `sections` are those held that day. One query however many.
    """
    standing = AttendanceRecord.objects.filter(
        student=OuterRef("student"), section=OuterRef("section"), on=on
    ).exclude(stage=AttendanceRecord.Stage.REMOVED)
    places = Placement.objects.filter(section__in=[each.pk for each in sections], since__lte=on)
    places = places.exclude(until__lt=on).filter(is_enrolled(on), ~Exists(standing))
    found: dict[int, dict[int, Student]] = defaultdict(dict)
    names = ("student__family_name", "student__given_name", "student__number")
    for place in places.select_related("student").order_by(*names):
        found[place.section_id][place.student_id] = place.student
    return {section: list(students.values()) for section, students in found.items()}
