"""Published: the instructional minutes a school offers each grade of each track, day by day."""

from collections import defaultdict

from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade
from central.domain.minutes import DayMinutes
from central.store.models import CalendarDay, Enrollment, GradeMinutes

_KNOWN = frozenset(Grade)
_FIGURES = ("minutes_offered", "minutes_on_site", "minutes_required")


def day_minutes(school_id: int, year: SchoolYear) -> list[DayMinutes]:
    """Return the minutes of every day taught, by track, date and grade.

    The grades are those in which somebody is enrolled in the track at some time of the year. What is
    kept of one grade wins over what is kept of the whole day. A day taught without a number of
    minutes is not among them: nothing can be shown for it.
    """
    grades = _grades_enrolled(school_id, year)
    of_grade = _of_grade(school_id, year)
    days = CalendarDay.objects.filter(
        track__school_year__school=school_id, track__school_year__name=year.name, is_taught=True
    )
    found = []
    for day, track, on, *own in days.order_by("track__code", "on").values_list(
        "pk", "track__code", "on", *_FIGURES
    ):
        for grade in grades[track]:
            offered, on_site, required = of_grade.get((day, grade), tuple(own))
            if offered is not None:
                found.append(DayMinutes(track, on, grade, offered, on_site, required))
    return found


def _grades_enrolled(school_id: int, year: SchoolYear) -> defaultdict[str, list[Grade]]:
    """Return each track's grades from the lowest to the highest."""
    rows = Enrollment.objects.filter(track__school_year__school=school_id, track__school_year__name=year.name)
    grades: defaultdict[str, list[Grade]] = defaultdict(list)
    pairs = set(rows.values_list("track__code", "grade"))
    for grade in Grade:
        for track, _ in sorted(pair for pair in pairs if pair[1] == grade):
            grades[track].append(grade)
    return grades


def _of_grade(
    school_id: int, year: SchoolYear
) -> dict[tuple[int, Grade], tuple[int | None, int | None, int | None]]:
    rows = GradeMinutes.objects.filter(
        day__track__school_year__school=school_id, day__track__school_year__name=year.name
    )
    return {
        (day, Grade(grade)): (offered, on_site, required)
        for day, grade, offered, on_site, required in rows.values_list("day_id", "grade", *_FIGURES)
        if grade in _KNOWN
    }
