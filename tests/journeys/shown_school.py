"""Fill a central with a school that has something on every page, and say where and whose each page is."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from central.store import readiness

if TYPE_CHECKING:
    from central.store.models import Staff, Student

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
ANSWERS_WITH_A_FILE: Final = {
    *("audit-packet-file", "download", "chart-file", "exported-file", "recovery-file"),
    "requirement-document",
}
"""Addresses with nothing to look at."""
_READERS: Final = ("teacher", "clerk", "admin", "leader", "it", "auditor")
"""Who opens a page: the first of these who may."""


def fill() -> Mapping[str, object]:
    """Write five weeks of the school of recovery; return what stands for each part of an address."""
    from central.domain.recovery import ServiceKind
    from central.store.models import AttendanceRecord, School, Tap
    from tests.fakes import recovery_school
    from tests.fakes.recovery_school import at, taught
    from tests.journeys import shown_emergency, shown_exchange, shown_follow_up, shown_paper

    School.objects.all().delete()
    of = recovery_school.build(has_begun=True)
    of.other.delete()
    days = taught()
    today = date(2025, 9, 15)
    for number, on in enumerate(days[1:20]):
        of.certify(on, ["ben"] if number % 4 == 0 else ["chloe"] if number % 7 == 0 else [])
    for student, clock in (("ana", "08:29"), ("ben", "08:52")):
        tap = of.tap(student, today, clock)
        AttendanceRecord.objects.create(
            school=of.school,
            student=of.students[student],
            section=of.algebra,
            on=today,
            mark="present",
            stage="provisional",
            source="tap",
            first_in_at=tap.earliest_at,
            is_tardy=student == "ben",
        )
    of.tap("chloe", today, "08:40")
    unsure = {"outcome": Tap.Outcome.TIME_REVIEW, "time_quality": "R", "on": None}
    Tap.objects.filter(sequence=3).update(latest_at=at(today, "09:40"), **unsure)
    record = of.record("ben", days[5], comment="Saturday school")
    of.service(record, ServiceKind.EARNED)
    of.service(record, ServiceKind.USED)
    session = of.signed(date(2025, 9, 6), {"ben": 240}, hours=("08:00", "13:00"))
    return {
        "code": of.algebra.code,
        "on": today.isoformat(),
        "year": of.year.name,
        "kind": "p1",
        "number": of.students["ben"].number,
        "session": session.code,
        **shown_exchange.write(today),
        **shown_follow_up.write(today),
        **shown_paper.write(today),
        **shown_emergency.write(today, days[0]),
        "station": "st-r101",
        "epoch": 1,
        "sequence": 3,
    }


def listed(arguments: Mapping[str, object]) -> list[dict[str, str]]:
    """Return every page: its name, its address here, and the session cookie of somebody who may open it."""
    from django.urls import reverse

    from central.store.models import Staff, Student
    from central.web import pages
    from central.web.pages.page import StaffPage, StudentPage
    from tests.journeys import shown_paper

    people = {role: Staff.objects.filter(role=role).order_by("pk")[0] for role in _READERS}
    cookies = {role: cookie(person) for role, person in people.items()}
    student = cookie(Student.objects.get(number=arguments["number"]))
    asks = shown_paper.asks(date.fromisoformat(str(arguments["on"])))
    found = []
    every: tuple[StaffPage | StudentPage, ...] = (*pages.STAFF, *pages.STUDENTS)
    for page in every:
        if page.name in ANSWERS_WITH_A_FILE:
            continue
        names = _PARAMETER.findall(page.route)
        if unknown := [name for name in names if name not in arguments]:
            sys.exit(f"{page.name}: say in {__file__} what stands for {unknown}")
        address = reverse(page.name, kwargs={name: arguments[name] for name in names})
        address += asks.get(page.name, "")
        whose = student
        if isinstance(page, StaffPage):
            whose = cookies[next(role for role in _READERS if page.may_open(people[role]))]
        found.append({"name": page.name, "address": address, "cookie": whose})
    return found


def cookie(person: "Staff | Student") -> str:
    """Return the session cookie of somebody who gets a login by it."""
    from django.contrib.auth.models import User
    from django.test import Client

    user = User.objects.create_user(f"login-{person.number}")
    person.user = user
    person.save()
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    readiness.set_up()
    json.dump(listed(fill()), sys.stdout)
