"""Bring a class of a founded school to a size, and give another one a paraeducator with a login."""

import sys

from central.store import readiness


def fill(code: str, size: int) -> None:
    """Enrol and place made-up students in a class until it has so many."""
    from central.store.models import Enrollment, Placement, Section, Student

    section = Section.objects.get(code=code)
    assert section.track is not None
    here = Placement.objects.filter(section=section, since__lte=section.since).count()
    for number in range(size - here):
        student = Student.objects.create(
            school=section.school,
            number=f"7{number:05d}",
            family_name="Zamora",
            given_name=f"Luz {number:02d}",
        )
        Enrollment.objects.create(
            student=student, track=section.track, grade="12", programme="47612.1", since=section.since
        )
        Placement.objects.create(student=student, section=section, since=section.since)


def give_paraeducator(code: str, number: str) -> None:
    """Assign a new paraeducator who can sign in to a class."""
    from django.contrib.auth.models import User

    from central.store.models import Assignment, Section, Staff

    section = Section.objects.get(code=code)
    staff = Staff.objects.create(
        school=section.school,
        number=number,
        family_name="Vega",
        given_name="Sol",
        role=Staff.Role.PARAEDUCATOR,
        user=User.objects.create_user(number),
    )
    Assignment.objects.create(staff=staff, section=section, since=section.since)


if __name__ == "__main__":
    readiness.set_up()
    fill(sys.argv[1], int(sys.argv[2]))
    give_paraeducator(sys.argv[3], sys.argv[4])
