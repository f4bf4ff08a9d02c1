"""Changes day by day come to what the whole of the last day says, and never touch the days before."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.errors import InputError, RefusedError
from central.exchange.named_file import NamedFile
from central.store.models import (
    AttendanceRecord,
    Enrollment,
    ImportedFile,
    Placement,
    School,
    Section,
    Student,
    Track,
)
from central.work.rosters import Outcome, Wishes, import_roster
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import RosterZip
from tests.fakes.oneroster_writer import ExportingSystem

FIRST = date(2026, 8, 17)
DAY = timedelta(days=1)
NUMBERS = ("0100001", "0100002", "0100003")
STEPS = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from(NUMBERS),
        st.sampled_from(("c1", "c2")),
        st.sampled_from(("come", "leave", "return", "9", "10")),
    ),
    min_size=1,
    max_size=5,
)


def taken(roster: RosterZip, on: date, wishes: Wishes | None = None) -> Outcome:
    """Take a file in at noon of a day."""
    at = datetime.combine(on, time(19), UTC)
    wishes = wishes or Wishes(accepts_many_ends=True)
    return import_roster(NamedFile("r.zip", roster.data()), wishes, at, "somebody")


def on_day(on: date) -> set[tuple[str, ...]]:
    """Return who is in which class, and enrolled in which grade, on a day."""
    seats = Placement.objects.filter(since__lte=on).exclude(until__lt=on)
    grades = Enrollment.objects.filter(since__lte=on).exclude(until__lt=on)
    return {
        *seats.values_list("student__number", "section__code"),
        *grades.values_list("student__number", "grade", "programme"),
    }


def stepped(system: ExportingSystem, step: tuple[int, str, str, str], on: date) -> None:
    """Let something happen in the exporting system."""
    _, number, key, what = step
    if what == "leave":
        system.seats.pop((number, key), None)
    elif what == "return":
        # As some systems do it: the old row comes back, with its old first day.
        system.seats.setdefault((number, key), FIRST)
    elif what == "come":
        system.grades.setdefault(number, "9")
        system.seats.setdefault((number, key), on)
    elif number in system.grades:
        system.grades[number] = what
    if (number, key) in system.seats:
        system.grades.setdefault(number, "9")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_changes_come_to_the_whole_and_the_days_before_stay(
    with_calendar: Central, version: str, steps: list[tuple[int, str, str, str]]
) -> None:
    del with_calendar
    system = ExportingSystem(version, {NUMBERS[0]: "9"}, {(NUMBERS[0], "c1"): FIRST})
    start = system.whole()
    with transaction.atomic():
        taken(start, FIRST)
        on, told = FIRST, system.files()
        for step in steps:
            on += step[0] * DAY
            stepped(system, step, on)
            days = [FIRST + n * DAY for n in range((on - FIRST).days)]
            before = {day: on_day(day) for day in days}
            if told != system.files():
                taken(system.changes(told, on), on)
            lost = {day: before[day] - on_day(day) for day in days}
            assert {day: gone for day, gone in lost.items() if gone} == {}
            told = system.files()
        by_changes = on_day(on)
        transaction.set_rollback(True)
    with transaction.atomic():
        taken(system.whole(), on)
        assert by_changes == on_day(on)
        transaction.set_rollback(True)


def test_a_student_who_left_and_came_back_was_not_there_between(with_calendar: Central) -> None:
    del with_calendar
    system = ExportingSystem("1.1", dict.fromkeys(NUMBERS, "9"), {(n, "c1"): FIRST for n in NUMBERS})
    taken(system.whole(), FIRST)
    told = system.files()
    del system.seats[NUMBERS[0], "c1"]
    gone = system.changes(told, date(2026, 9, 14))
    taken(gone, date(2026, 9, 15))
    told = system.files()
    system.seats[NUMBERS[0], "c1"] = FIRST
    back = taken(system.changes(told, date(2026, 10, 5)), date(2026, 10, 5))
    assert back.changes["seats begun again after a gap"] == 1
    rows = Placement.objects.filter(student__number=NUMBERS[0]).order_by("since")
    assert list(rows.values_list("since", "until")) == [
        (FIRST, date(2026, 9, 13)),
        (date(2026, 10, 5), None),
    ]
    again = taken(system.whole(), date(2026, 11, 2))
    assert again.changed_nothing
    with pytest.raises(RefusedError, match="newest changes"):
        taken(gone, date(2026, 11, 3))


def test_a_newer_file_that_says_nothing_new_needs_no_reason_and_an_older_one_does(
    with_calendar: Central,
) -> None:
    del with_calendar
    system = ExportingSystem("1.2", {NUMBERS[0]: "9"}, {(NUMBERS[0], "c1"): FIRST})
    taken(system.whole(), FIRST)
    told = system.files()
    system.grades[NUMBERS[0]] = "10"
    newer = system.changes(told, date(2026, 9, 14))
    system.grades[NUMBERS[0]] = "11"
    older = system.changes(told, date(2026, 9, 7))
    taken(newer, date(2026, 9, 14))
    assert taken(newer, date(2026, 9, 15)).changed_nothing
    with pytest.raises(RefusedError, match="older than the records"):
        taken(older, date(2026, 9, 16))
    taken(older, date(2026, 9, 16), Wishes(why_older="the newer one was of a test system"))
    # Wrong or right, it is true from its own day on, and the days before keep what they had.
    rows = Enrollment.objects.order_by("since").values_list("grade", "since")
    assert list(rows) == [("9", FIRST), ("11", date(2026, 9, 7))]
    assert ImportedFile.objects.filter(kind="roster", newest_change_at=None).count() == 1


def test_a_rehearsal_tells_everything_and_writes_nothing(with_calendar: Central) -> None:
    system = ExportingSystem("1.1", dict.fromkeys(NUMBERS[:2], "9"), {(n, "c1"): FIRST for n in NUMBERS[:2]})
    with_calendar.run("import-roster", with_calendar.zip(system.whole()))
    with_calendar.at = datetime(2026, 10, 5, 19, tzinfo=UTC)
    system.grades[NUMBERS[0]] = "10"
    system.grades[NUMBERS[2]] = "11"
    system.seats[NUMBERS[2], "c2"] = date(2026, 10, 5)
    del system.seats[NUMBERS[1], "c1"]
    before = set(Placement.objects.values_list("pk", "until")), Student.objects.count()
    printed = with_calendar.run("import-roster", with_calendar.zip(system.whole()), "--dry-run")
    for line in (
        "added      student 0100003: family name, given name\n",
        "added      seat 0100003: class C2, from 2026-10-05",
        "ended      seat 0100002: to None -> 2026-10-04",
        "added      enrollment 0100001: track A, grade 10, program 47612, from 2026-10-05",
        "ended      enrollment 0100001: to 2026-10-04",
        "this was a rehearsal: nothing was written",
    ):
        assert line.replace("None -> ", "") in printed, (line, printed)
    assert (set(Placement.objects.values_list("pk", "until")), Student.objects.count()) == before
    with_calendar.run("import-roster", with_calendar.zip(system.whole()))
    assert Student.objects.count() == 3


def test_a_zip_without_a_manifest_is_read_whole_and_said_so(with_calendar: Central) -> None:
    system = ExportingSystem("1.2", {NUMBERS[0]: "9"}, {(NUMBERS[0], "c1"): FIRST})
    roster = system.whole()
    del roster.sheets["manifest"]
    printed = with_calendar.run("import-roster", with_calendar.zip(roster))
    assert "note: the zip has no manifest.csv, so it is read as OneRoster 1.2" in printed
    told = system.files()
    system.seats[NUMBERS[0], "c2"] = date(2026, 9, 14)
    changes = system.changes(told, date(2026, 9, 14))
    del changes.sheets["manifest"]
    with pytest.raises(InputError, match="--files-are delta"):
        with_calendar.run("import-roster", with_calendar.zip(changes))
    with_calendar.run("import-roster", with_calendar.zip(changes), "--files-are", "delta")
    assert Placement.objects.filter(until=None).count() == 2


def test_a_class_with_records_keeps_its_track(with_calendar: Central) -> None:
    system = ExportingSystem("1.1", {NUMBERS[0]: "9"}, {(NUMBERS[0], "c1"): FIRST}, classes=("c1",))
    roster = system.whole()
    roster["classes"].set(2, **{"metadata.track": "A"})
    with_calendar.run("import-roster", with_calendar.zip(roster))
    year = Track.objects.get().school_year
    Track.objects.create(school_year=year, code="B")
    roster["classes"].set(2, **{"metadata.track": "B"})
    AttendanceRecord.objects.create(
        school=School.objects.get(),
        student=Student.objects.get(),
        section=Section.objects.get(),
        on=FIRST,
        mark="present",
        stage="provisional",
        source="staff",
    )
    with pytest.raises(InputError, match="has kept the calendar of track A"):
        with_calendar.run("import-roster", with_calendar.zip(roster))
    AttendanceRecord.objects.all().delete()
    with_calendar.run("import-roster", with_calendar.zip(roster))
