"""Reports are written into an allowed folder on their days, once each, and a missed run is made up once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.errors import CentralError, RefusedError
from central.reports.scheduled import run_due
from central.serving.background import Projector
from central.store.models import ReportSchedule, ScheduledReport, School
from central.work.report_schedule_days import last_due, next_due
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.register import Register

pytestmark = pytest.mark.django_db
Add = Callable[..., str]
WHY = ("--reason", "the board reads it", "--as", "E007")
# 10:00 on Monday 10/07/2024 in Los Angeles.
MONDAY_10 = datetime(2024, 10, 7, 17, tzinfo=UTC)


@pytest.fixture
def office(central: Central) -> Central:
    """A central with the small school, a folder that is allowed, and a clock on a Monday in October."""
    School.objects.all().delete()
    small = schools.build()
    Register(small).certified(small.algebra, small.ana, schools.taught("A")[:20])
    shared = central.folder / "shared"
    shared.mkdir()
    central.config = replace(central.config, report_folders=(str(shared),))
    central.at = MONDAY_10
    return central


@pytest.fixture
def add(office: Central) -> Add:
    def add(kind: str, *more: str, folder: Path | None = None) -> str:
        where = str(folder or office.folder / "shared")
        return office.run("schedule-reports", "add", kind, "--folder", where, *more, *WHY)

    return add


def files(office: Central) -> list[str]:
    return sorted(path.name for path in (office.folder / "shared").iterdir())


def test_a_daily_report_is_written_once_a_day_and_missed_days_are_made_up_once(
    office: Central, add: Add
) -> None:
    told = add("p1", "--rhythm", "daily", "--at", "17:30")
    assert "p1 as pdf, daily at 17:30" in told
    assert "first 2024-10-07 17:30" in told
    assert office.run("schedule-reports", "--run-due") == ""
    office.at = MONDAY_10 + timedelta(hours=8)
    assert "wrote " in office.run("schedule-reports", "--run-due")
    assert files(office) == ["P-1_2024-25_as-of_2024-10-07.pdf"]
    assert office.run("schedule-reports", "--run-due") == ""
    # The server sleeps from Tuesday to Friday morning: of the three missed days the last is written.
    office.at = MONDAY_10 + timedelta(days=4)
    assert "due since 2024-10-10" in office.run("schedule-reports", "list")
    assert office.code == 1
    office.run("schedule-reports", "--run-due")
    office.run("schedule-reports", "--run-due")
    assert files(office) == ["P-1_2024-25_as-of_2024-10-07.pdf", "P-1_2024-25_as-of_2024-10-10.pdf"]
    assert list(ScheduledReport.objects.values_list("due_on", "name")) == [
        (date(2024, 10, 7), "P-1_2024-25_as-of_2024-10-07.pdf"),
        (date(2024, 10, 10), "P-1_2024-25_as-of_2024-10-10.pdf"),
    ]
    told = office.run("schedule-reports", "list")
    assert "written for 2024-10-10; next 2024-10-11 17:30; by employee E007" in told
    assert office.code == 0
    file = office.folder / "shared" / files(office)[1]
    assert file.stat().st_mode & 0o777 == 0o640
    assert "byte for byte" in office.run("report", "p1", "--year", "2024-25", "--verify", file)


def test_only_a_folder_of_the_configuration_is_written_to(office: Central, add: Add) -> None:
    daily = ("--rhythm", "daily", "--at", "06:00")
    for wrong in (office.folder, office.folder / "shared" / "..", Path("/")):
        with pytest.raises(RefusedError, match="is no folder for reports"):
            add("p1", *daily, folder=wrong)
    add("p1", *daily)
    with pytest.raises(RefusedError, match="one file a day is enough"):
        add("p1", *daily)
    with pytest.raises(RefusedError, match=r"from 1 \(Monday\) to 7"):
        add("p2", "--rhythm", "weekly", "--at", "06:00")
    with pytest.raises(RefusedError, match="has no day"):
        add("p2", *daily, "--day", "3")
    office.at += timedelta(days=1)
    # IT takes the folder away from the list afterwards: nothing is written there any more.
    allowed, office.config = office.config, replace(office.config, report_folders=())
    assert "is no folder for reports" in office.run("schedule-reports", "--run-due")
    assert (office.code, files(office)) == (1, [])
    office.config = allowed
    (office.folder / "shared").rmdir()
    assert "have IT mount or make it" in office.run("schedule-reports", "--run-due")
    (office.folder / "shared").mkdir()
    office.run("schedule-reports", "--run-due")
    assert files(office) == ["P-1_2024-25_as-of_2024-10-08.pdf"]


def test_who_may_not_close_reports_may_not_schedule_them_and_an_ended_one_is_silent(
    office: Central, add: Add
) -> None:
    add("monthly", "--rhythm", "monthly", "--day", "31", "--at", "12:00", "--form", "csv")
    number = str(ReportSchedule.objects.get().pk)
    end = ("schedule-reports", "remove", number, "--reason", "nobody reads it", "--as")
    with pytest.raises(RefusedError, match="may not add reports"):
        office.run(*end, "E001")
    with pytest.raises(RefusedError, match="say why"):
        office.run(*end[:4], " ", "--as", "E007")
    assert "has ended" in office.run(*end, "E007")
    with pytest.raises(RefusedError, match=f"no schedule {number} stands"):
        office.run(*end, "E007")
    office.at += timedelta(days=60)
    assert office.run("schedule-reports", "--run-due") == ""
    assert office.run("schedule-reports", "list") == ""
    with pytest.raises(CentralError, match="say what to do"):
        office.run("schedule-reports")


def test_serving_writes_what_is_due_one_a_round_and_goes_on_past_what_fails(
    office: Central, add: Add
) -> None:
    add("recovery", "--rhythm", "daily", "--at", "10:30")
    add("p1", "--rhythm", "weekly", "--day", "1", "--at", "10:30", "--form", "json")
    add("chronic", "--rhythm", "daily", "--at", "10:30", "--form", "csv")
    projector = Projector(office.config, lambda: office.at)
    office.at += timedelta(hours=1)
    projector.work()
    assert files(office)[0] == "P-1_2024-25_as-of_2024-10-07.json"
    projector.work()
    assert "chronic_2024-25_as-of_2024-10-07.csv" in files(office)
    # Recovery had not begun in 2024-25, so its schedule stays due and says why.
    done = list(run_due(office.config, office.at))
    assert [each.file for each in done] == [None]
    assert "attendance recovery began" in done[0].problem


@given(
    st.sampled_from(ReportSchedule.Rhythm.values),
    st.integers(1, 31),
    st.integers(0, 23),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  given zones
)
@settings(max_examples=80)
def test_the_next_day_a_report_is_due_is_the_last_one_a_moment_later(
    rhythm: str, day: int, hour: int, now: datetime
) -> None:
    day = min(day, 7) if rhythm == "weekly" else day
    schedule = ReportSchedule(
        school=School(time_zone="America/Los_Angeles"),
        rhythm=rhythm,
        day=day,
        at_time=datetime(2024, 1, 1, hour).time(),  # noqa: DTZ001  a time of day
        at=datetime(2023, 1, 1, tzinfo=UTC),
    )
    coming = next_due(schedule, now)
    assert coming > now
    assert last_due(schedule, coming) == coming.date()
    before = last_due(schedule, now)
    assert before is not None
    assert before < coming.date()


def test_the_thirty_first_of_a_short_month_is_its_last_day() -> None:
    schedule = ReportSchedule(
        school=School(time_zone="America/Los_Angeles"),
        rhythm="monthly",
        day=31,
        at_time=datetime(2024, 1, 1, 18).time(),  # noqa: DTZ001  a time of day
        at=datetime(2023, 1, 1, tzinfo=UTC),
    )
    assert last_due(schedule, datetime(2025, 3, 5, tzinfo=UTC)) == date(2025, 2, 28)
    assert next_due(schedule, datetime(2024, 2, 5, tzinfo=UTC)).date() == date(2024, 2, 29)
