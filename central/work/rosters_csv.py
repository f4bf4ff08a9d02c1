"""Take students, classes and seats in from any CSV with a column mapping, as from a OneRoster zip."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Max, Min, QuerySet

from central.domain.calendar import SchoolYear as Year
from central.exchange import roster_csv
from central.exchange.named_file import NamedFile
from central.exchange.oneroster.roster import Known, Roster
from central.exchange.roster_csv import Recorded
from central.store.models import CalendarDay, Placement, School, Section, Student
from central.work.local_days import local_date
from central.work.rosters import Outcome, Reading, Wishes, take_in

WHOLE = "bulk"


def import_csv(
    file: NamedFile, mapping: Mapping[str, str], wishes: Wishes, now: datetime, by: str
) -> Outcome:
    """Take a CSV in; it names changes unless the wishes say that it names everybody.

    Raises as `import_roster`.
    """

    def read(school: School, known: Known) -> Roster:
        del known
        on = wishes.as_of or local_date(school, now)
        is_whole = wishes.files_are == WHOLE
        return roster_csv.read(file.name, file.data, mapping, recorded(school, on), is_whole=is_whole)

    return take_in(file, Reading("roster-csv", read), wishes, now, by)


def recorded(school: School, on: date) -> Recorded:
    """Return what the records know of a school on a day, as a CSV needs it; four queries."""
    year = Year.of(on).name
    sections = Section.objects.filter(school=school, school_year__name=year)
    days = CalendarDay.objects.filter(
        track__school_year__school=school, track__school_year__name=year, is_taught=True
    )
    tracks = days.values_list("track__code").annotate(first=Min("on"), last=Max("on"))
    return Recorded(
        on=on,
        students=dict(Student.objects.filter(school=school).values_list("number", "source_id")),
        classes={row.code: (row.source_id, (row.since, row.until)) for row in sections},
        seats=_seats(sections),
        tracks={code: (first, last) for code, first, last in tracks},
    )


def _seats(sections: QuerySet[Section]) -> dict[tuple[str, str], tuple[date, date | None]]:
    """Return by student and class the first day ever and the last day known."""
    found: dict[tuple[str, str], tuple[date, date | None]] = {}
    columns = ("student__number", "section__code", "since", "until")
    rows = Placement.objects.filter(section__in=sections).order_by("since")
    for number, code, since, until in rows.values_list(*columns):
        first, _ = found.get((number, code), (since, None))
        found[number, code] = first, until
    return found
