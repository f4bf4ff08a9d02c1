"""Find the rows people name by the numbers and codes they know."""

from datetime import date

from central.domain.calendar import SchoolYear as Year
from central.errors import CentralError
from central.store.models import School, SchoolYear, Section, Staff, Station, Student


def the_school() -> School:
    """Return the one school of this installation; raises CentralError before `init`."""
    school = School.objects.first()
    if school is None:
        msg = "there is no school in these records; run rollbook-central init"
        raise CentralError(msg)
    return school


def staff(number: str) -> Staff:
    """Return a member of staff by employee number; raises CentralError."""
    found = Staff.objects.filter(number=number).select_related("school", "user").first()
    if found is None:
        msg = f"there is no employee {number}; import the roster, or check the number"
        raise CentralError(msg)
    return found


def section(code: str, on: date) -> Section:
    """Return the section that bears a code on a date; raises CentralError."""
    found = (
        Section.objects.filter(code=code, since__lte=on, until__gte=on)
        .select_related("school", "track", "room")
        .first()
    )
    if found is None:
        msg = f"there is no section {code} on {on}; check the code and the date, or import the roster"
        raise CentralError(msg)
    return found


def station(code: str) -> Station:
    """Return a station by its code, also one out of use; raises CentralError."""
    found = Station.objects.filter(code=code).select_related("school", "room").first()
    if found is None:
        msg = f"there is no station {code}; rollbook-central check --stations lists them"
        raise CentralError(msg)
    return found


def student(number: str) -> Student:
    """Return a student by number; raises CentralError."""
    found = Student.objects.filter(number=number).select_related("school").first()
    if found is None:
        msg = "there is no student of that number; leading zeros count"
        raise CentralError(msg)
    return found


def school_year(name: str) -> SchoolYear:
    """Return a school year by its name, like 2024-25; raises CentralError."""
    found = SchoolYear.objects.filter(name=name).select_related("school").first()
    if found is None:
        have = ", ".join(SchoolYear.objects.order_by("name").values_list("name", flat=True)) or "none"
        msg = f"there is no school year {name} in the records (there is {have}); import its calendar"
        raise CentralError(msg)
    return found


def year_of(school: School, on: date) -> SchoolYear | None:
    """Return the school year a date lies in, if the records have it."""
    return SchoolYear.objects.filter(school=school, name=Year.of(on).name).select_related("school").first()
