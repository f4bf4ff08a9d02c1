"""What a later roster changes is dated, and what it no longer names has ended."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from central.errors import RefusedError
from central.store.models import AuditEvent, Enrollment, Placement, Student
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE, sample

Dump = Callable[[], str]


def spans(number: str) -> list[tuple[str, str, date, date | None]]:
    rows = Enrollment.objects.filter(student__number=number).order_by("since")
    return [(row.grade, row.programme, row.since, row.until) for row in rows]


def seats(number: str) -> list[tuple[date, date | None]]:
    rows = Placement.objects.filter(student__number=number).order_by("since")
    return [(row.since, row.until) for row in rows]


def test_a_changed_grade_is_dated_and_the_time_before_keeps_its_own(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE)
    roster = sample()
    roster["users"].set(3, grades="11", **{"metadata.programme": "47612.1"})
    with_calendar.at = datetime(2026, 10, 5, 16, tzinfo=UTC)
    with_calendar.run("import-roster", with_calendar.zip(roster))
    assert spans("0012345") == [
        ("12", "47612", date(2026, 8, 17), date(2026, 10, 4)),
        ("11", "47612.1", date(2026, 10, 5), None),
    ]
    with_calendar.run("import-roster", with_calendar.zip(roster), "--as-of", "2026-07-01")
    assert spans("0012345") == [("11", "47612.1", date(2026, 8, 17), None)]


def test_the_day_of_an_import_is_the_school_s_own(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE)
    roster = sample()
    roster["users"].set(3, grades="11")
    # Four in the morning in London is the evening before in California.
    with_calendar.at = datetime(2026, 10, 5, 4, tzinfo=UTC)
    with_calendar.run("import-roster", with_calendar.zip(roster))
    assert spans("0012345")[1][2] == date(2026, 10, 4)


def test_an_enrollment_a_bulk_file_no_longer_names_has_ended(with_calendar: Central, content: Dump) -> None:
    with_calendar.run("import-roster", SAMPLE)
    roster = sample()
    roster["enrollments"].drop(3)
    with_calendar.at = datetime(2026, 10, 5, 16, tzinfo=UTC)
    assert "1 placements ended" in with_calendar.run("import-roster", with_calendar.zip(roster))
    assert seats("0012345") == [(date(2026, 8, 17), date(2026, 10, 4))]
    assert spans("0012345") == [("12", "47612", date(2026, 8, 17), date(2026, 10, 4))]
    before = content()
    with_calendar.at = datetime(2026, 11, 5, 16, tzinfo=UTC)
    with_calendar.run("import-roster", with_calendar.zip(roster))
    assert content() == before
    with pytest.raises(RefusedError, match=r"older than the records.*force-with-reason"):
        with_calendar.run("import-roster", SAMPLE)
    assert content() == before
    forced = ("--force-with-reason", "she never left")
    printed = with_calendar.run("import-roster", SAMPLE, *forced)
    assert "1 seats begun again after a gap" in printed
    assert seats("0012345") == [(date(2026, 8, 17), date(2026, 10, 4)), (date(2026, 11, 5), None)]
    assert AuditEvent.objects.get(verb="insist-on-roster").detail["reason"] == "she never left"
    with_calendar.run("import-roster", SAMPLE, "--as-of", "2026-10-05", *forced)
    assert seats("0012345") == [(date(2026, 8, 17), None)]


def test_an_enrollment_that_never_began_is_withdrawn(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE, "--as-of", "2026-08-01")
    roster = sample()
    roster["enrollments"].drop(3)
    with_calendar.run("import-roster", with_calendar.zip(roster), "--as-of", "2026-08-01")
    assert seats("0012345") == []
    assert spans("0012345") == []
    assert Student.objects.filter(number="0012345").exists()


def test_a_file_cut_short_does_not_empty_the_school(with_calendar: Central, content: Dump) -> None:
    roster = sample()
    for n in range(12):
        number = f"88{n:05}"
        roster["users"].add(
            sourcedId=f"x{n}",
            orgSourcedIds="s1",
            role="student",
            givenName="G",
            familyName="F",
            identifier=number,
            grades="9",
        )
        roster["enrollments"].add(
            sourcedId=f"ex{n}",
            classSourcedId="k1",
            schoolSourcedId="s1",
            userSourcedId=f"x{n}",
            role="student",
            beginDate="2026-08-17",
        )
    with_calendar.run("import-roster", with_calendar.zip(roster))
    before = content()
    with pytest.raises(RefusedError, match="ends 12 of 20 seats"):
        with_calendar.run("import-roster", SAMPLE)
    assert content() == before
    with_calendar.run("import-roster", SAMPLE, "--accept-ends")
    assert Placement.objects.filter(until=None).count() == 8


def test_a_delta_adds_ends_and_leaves_the_rest_alone(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE)
    roster = sample()
    roster.is_delta("users", "enrollments")
    roster["users"].rows = [
        {
            "sourcedId": "u0",
            "status": "active",
            "dateLastModified": "2026-10-01T00:00:00.000Z",
            "orgSourcedIds": "s1",
            "role": "student",
            "givenName": "José María",
            "familyName": "Nuñez",
            "identifier": "0012345",
            "grades": "12",
        }
    ]
    roster["enrollments"].rows = [
        {
            "sourcedId": "e2",
            "status": "tobedeleted",
            "dateLastModified": "2026-10-01T00:00:00.000Z",
            "classSourcedId": "k1",
            "userSourcedId": "u1",
            "role": "student",
        }
    ]
    with_calendar.at = datetime(2026, 10, 5, 16, tzinfo=UTC)
    with_calendar.run("import-roster", with_calendar.zip(roster))
    assert Student.objects.get(number="0012345").given_name == "José María"
    # The file's newest change is of the last of September at the school; it came in days later.
    assert seats("0098765") == [(date(2026, 8, 17), date(2026, 9, 29))]
    assert Placement.objects.filter(until=None).count() == 7
    assert spans("0098765") == [("12", "47612", date(2026, 8, 17), date(2026, 9, 29))]


def test_enrollment_follows_the_classes_and_weekends_are_no_gap(with_calendar: Central) -> None:
    roster = sample()
    roster["enrollments"].set(3, endDate="2026-09-18")
    common = {"classSourcedId": "k1", "schoolSourcedId": "s1", "userSourcedId": "u0", "role": "student"}
    roster["enrollments"].add(sourcedId="e20", beginDate="2026-09-21", endDate="2026-10-02", **common)
    roster["enrollments"].add(sourcedId="e21", beginDate="2026-10-06", **common)
    with_calendar.run("import-roster", with_calendar.zip(roster))
    assert [span[2:] for span in spans("0012345")] == [
        (date(2026, 8, 17), date(2026, 10, 2)),
        (date(2026, 10, 6), None),
    ]


def test_a_programme_said_once_stays_when_the_file_says_nothing(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE, "--programme", "47612.1")
    with_calendar.run("import-roster", SAMPLE)
    assert spans("0012345") == [("12", "47612.1", date(2026, 8, 17), None)]


def test_a_preferred_name_stands_beside_the_legal_one_and_outlives_files_without_it(
    with_calendar: Central,
) -> None:
    roster = sample()
    roster["users"].set(3, preferredFirstName="Pepe")
    with_calendar.run("import-roster", with_calendar.zip(roster))
    with_calendar.run("import-roster", SAMPLE)
    student = Student.objects.get(number="0012345")
    assert (student.given_name, student.preferred_name) == ("José", "Pepe")
