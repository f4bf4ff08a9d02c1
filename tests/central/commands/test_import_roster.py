"""A roster goes in whole or not at all, and the same file twice changes nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from central.errors import InputError
from central.store.models import (
    Assignment,
    AuditEvent,
    Enrollment,
    ImportedFile,
    Room,
    School,
    Section,
    Staff,
    Student,
    TeachingCredential,
)
from tests.central.commands.conftest import CALENDAR, Central
from tests.fakes.oneroster import SAMPLE, RosterZip, sample

Dump = Callable[[], str]


def spans(number: str) -> list[tuple[str, str, date, date | None]]:
    rows = Enrollment.objects.filter(student__number=number).order_by("since")
    return [(row.grade, row.programme, row.since, row.until) for row in rows]


def refused(central: Central, roster: RosterZip, *arguments: str) -> list[str]:
    with pytest.raises(InputError) as error:
        central.run("import-roster", central.zip(roster), *arguments)
    return list(error.value.problems)


def test_the_sample_goes_in_with_names_of_every_script(with_calendar: Central) -> None:
    printed = with_calendar.run("import-roster", SAMPLE)
    assert with_calendar.code == 0
    assert "8 students added" in printed
    assert str(Student.objects.get(number="1234567890")) == "Коваленко, Олена"
    assert str(Student.objects.get(number="0450001")) == "محمدی, زهرا"
    section = Section.objects.get()
    assert (section.code, section.title, section.periods) == ("ESL1-12A", "ESL 1 Room 12 AM", "1,2")
    assert section.room == Room.objects.get(name="Room 12")
    assert section.track is not None
    assert section.track.code == "A"
    assert School.objects.get().source_id == "s1"
    assert Staff.objects.get().role == Staff.Role.TEACHER
    assert Assignment.objects.get().until == date(2026, 12, 18)
    assert spans("0012345") == [("12", "47612", date(2026, 8, 17), None)]
    assert Student.objects.get(number="0012345").birth_on == date(1990, 1, 1)


def test_the_same_file_again_changes_nothing_at_all(with_calendar: Central, content: Dump) -> None:
    with_calendar.run("import-roster", SAMPLE)
    before = content()
    with_calendar.at = datetime(2026, 10, 5, 16, tzinfo=UTC)
    assert "nothing changed" in with_calendar.run("import-roster", SAMPLE)
    assert content() == before
    assert ImportedFile.objects.filter(kind="roster").count() == 1


def test_what_came_in_is_remembered_with_its_digest_and_author(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE)
    taken = ImportedFile.objects.get(kind="roster")
    assert len(taken.sha256) == 64
    assert taken.counts["students added"] == 8
    event = AuditEvent.objects.get(verb="import-roster")
    assert event.by.endswith("at the command line")
    assert event.at == with_calendar.at


def test_a_roster_without_a_calendar_says_what_to_do_first(central: Central, content: Dump) -> None:
    before = content()
    assert refused(central, sample()) == [
        (
            "classes.csv row 2 column termSourcedIds: "
            "there is no calendar of 2026-27 yet; take it in first with import-calendar --year 2026-27"
        )
    ]
    assert content() == before


def test_problems_of_the_file_and_of_the_records_leave_everything_as_it_was(
    with_calendar: Central, content: Dump
) -> None:
    with_calendar.run("import-roster", SAMPLE)
    before = content()
    broken = sample()
    broken["users"].set(5, grades="twelve")
    broken["users"].set(3, givenName="Josef")
    assert len(refused(with_calendar, broken)) == 1
    assert content() == before


def test_new_ids_with_known_numbers_are_the_same_people(with_calendar: Central) -> None:
    with_calendar.run("import-roster", SAMPLE)
    renamed = sample()
    renamed["users"].set(3, sourcedId="new", identifier="0098765")
    renamed["users"].drop(4)
    renamed["enrollments"].set(3, userSourcedId="new")
    renamed["enrollments"].drop(4)
    with_calendar.run("import-roster", with_calendar.zip(renamed))
    assert Student.objects.get(number="0098765").source_id == "new"
    assert Student.objects.count() == 8


def test_a_number_cannot_pass_from_one_known_student_to_another(
    with_calendar: Central, content: Dump
) -> None:
    with_calendar.run("import-roster", SAMPLE)
    before = content()
    roster = sample()
    roster["users"].set(3, identifier="0098765")
    roster["users"].set(4, identifier="5550000")
    assert refused(with_calendar, roster) == [
        (
            "users.csv row 3 column identifier: "
            "somebody else in the records has this number; correct the number or the sourcedId"
        )
    ]
    assert content() == before


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 not a zip", b"sourcedId\n"], ids=["empty", "torn", "a csv file"]
)
def test_files_that_are_no_rosters_change_nothing(data: bytes, with_calendar: Central, content: Dump) -> None:
    before = content()
    with pytest.raises(InputError):
        with_calendar.run("import-roster", with_calendar.file("x.zip", data))
    assert content() == before


def test_a_student_with_a_class_needs_a_grade(with_calendar: Central) -> None:
    roster = sample()
    roster["users"].set(3, grades="")
    assert refused(with_calendar, roster) == [
        "users.csv row 3 column grades: a student with a class needs a grade: TK, KG or 01 to 12"
    ]


def test_several_tracks_make_a_class_say_which_is_its(central: Central) -> None:
    two = CALENDAR + CALENDAR.split("\n", 1)[1].replace("A,", "B,")
    central.run("import-calendar", central.file("c.csv", two), "--year", "2026-27", "--decided-by", "Board")
    roster = sample()
    assert refused(central, roster) == [
        "classes.csv row 2 column metadata.track: the class needs a track, since the school has 2: A, B"
    ]
    roster["enrollments"].set(3, **{"metadata.track": "B"})
    roster["enrollments"].set(4, **{"metadata.track": "A"})
    roster["enrollments"].set(5, **{"metadata.track": "C"})
    assert refused(central, roster) == [
        "enrollments.csv row 4 column metadata.track: its class keeps the calendar of track B, not A",
        "enrollments.csv row 5 column metadata.track: track 'C' has no calendar; there are A, B",
    ]
    roster["enrollments"].set(4, **{"metadata.track": "B"})
    roster["enrollments"].set(5, **{"metadata.track": ""})
    central.run("import-roster", central.zip(roster))
    section = Section.objects.get()
    assert section.track is not None
    assert section.track.code == "B"


def test_staff_bring_their_documents_and_a_renewal_stands_beside_the_old_one(with_calendar: Central) -> None:
    roster = sample()
    document = {
        "metadata.credential": "Clear",
        "metadata.credentialBegin": "2021-07-01",
        "metadata.credentialEnd": "2026-06-30",
    }
    roster["users"].set(2, **document)
    assert "1 teachers have no document valid" in with_calendar.run(
        "import-roster", with_calendar.zip(roster)
    )
    renewal = {"metadata.credentialBegin": "2026-07-01", "metadata.credentialEnd": "2031-06-30"}
    roster["users"].set(2, **renewal)
    assert "have no document" not in with_calendar.run("import-roster", with_calendar.zip(roster))
    assert TeachingCredential.objects.filter(document="Clear").count() == 2
    assert str(Staff.objects.get()) == "Baker, Ada"
