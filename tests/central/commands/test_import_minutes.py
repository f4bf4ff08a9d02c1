"""Minutes of grades go in whole, one date before a range, and the law says what it finds in them."""

import pytest

from central.config import CentralConfig
from central.errors import CentralError, InputError
from central.store.models import (
    AuditEvent,
    CalendarDay,
    GradeMinutes,
    ImportedFile,
    StateRequest,
    StateRequestDay,
    StateRequestStep,
)
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.every_row import content
from tests.fakes.school import SmallSchool

HEADER = "track,grade,date,from,to,kind,offered,on_site,required\n"
YEAR = ",,2024-08-05,2025-05-30,"


@pytest.fixture
def small(db: None) -> SmallSchool:
    del db
    return schools.build()


@pytest.fixture
def central(
    small: SmallSchool, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> Central:
    del small
    folder = tmp_path_factory.mktemp("central")
    return Central(CentralConfig(data_dir=str(folder)), folder, capsys)


def take_in(central: Central, text: str) -> str:
    path = central.file("minutes.csv", HEADER + text)
    return central.run("import-minutes", path, "--year", "2024-25", "--decided-by", "Board")


def test_a_year_of_minutes_goes_in_and_a_date_goes_before_a_range(
    central: Central, small: SmallSchool
) -> None:
    printed = take_in(central, f"A,9,2024-09-09,,,,240,240,240\nA,9-12{YEAR},360,360,320\n")
    days = small.track_a.days.filter(is_taught=True).count()
    assert f"{days * 4:7} " in printed
    row = GradeMinutes.objects.get(day__on=schools.MONDAY, day__track=small.track_a, grade="9")
    assert (row.minutes_offered, row.minutes_on_site, row.minutes_required) == (240, 240, 240)
    assert GradeMinutes.objects.filter(minutes_offered=360).count() == days * 4 - 1
    assert not GradeMinutes.objects.filter(day__track=small.track_b).exists()
    assert ImportedFile.objects.get(kind="minutes").by.endswith("for Board")
    assert AuditEvent.objects.filter(verb="import-minutes").count() == 1
    before = content()
    assert "nothing changed" in take_in(central, f"A,9,2024-09-09,,,,240,240,240\nA,9-12{YEAR},360,360,320\n")
    assert content() == before


def test_days_of_a_kind_are_chosen_and_other_days_keep_their_minutes(
    central: Central, small: SmallSchool
) -> None:
    CalendarDay.objects.filter(track=small.track_a, on=schools.MONDAY).update(kind="minimum")
    take_in(central, f"A,9{YEAR},360,360,360\n")
    take_in(central, "A,9,,2024-08-05,2025-05-30,minimum,200,200,200\n")
    assert GradeMinutes.objects.get(minutes_offered=200).day.on == schools.MONDAY


def test_every_fault_is_named_and_nothing_is_written(central: Central) -> None:
    before = content()
    with pytest.raises(InputError) as refused:
        take_in(
            central,
            "A,9,2024-09-09,,,,360,,\n"
            "A,9-10,2024-09-09,,,,350,,\n"
            "Z,9,2024-09-09,,,,360,,\n"
            "A,9,2024-09-02,,,,360,,\n"
            "A,9,,2024-08-05,2025-05-30,make-up,360,,\n",
        )
    assert [str(problem) for problem in refused.value.problems] == [
        "minutes.csv row 3: row 2 says the minutes of grade 9 on 2024-09-09 already",
        "minutes.csv row 4 column track: track 'Z' is taught on no day; take in its calendar first",
        (
            "minutes.csv row 5 column track: the track has no day that is taught on 2024-09-02; "
            "correct the dates, or the calendar"
        ),
        (
            "minutes.csv row 6 column track: the track has no make-up day that is taught from 2024-08-05 "
            "to 2025-05-30; correct the dates, or the calendar"
        ),
    ]
    with pytest.raises(InputError):
        take_in(central, "A,9,2024-09-09,,,,many,,\n")
    with pytest.raises(CentralError, match="2023-24"):
        central.run(
            "import-minutes", central.file("m.csv", HEADER), "--year", "2023-24", "--decided-by", "Board"
        )
    assert content() == before


def test_a_lawful_year_has_no_finding(central: Central) -> None:
    printed = take_in(central, f"A,9{YEAR},380,380,380\nB,9{YEAR},380,380,380\n")
    assert central.code == 0, printed


def test_minutes_too_few_at_the_site_and_too_few_required_are_found(
    central: Central, small: SmallSchool
) -> None:
    days = small.track_a.days.filter(is_taught=True).count()
    printed = take_in(central, f"A,9{YEAR},360,180,180\nB,9{YEAR},300,300,300\n")
    assert central.code == 1
    assert f"track A grade 9: {180 * days} of {360 * days} minutes are offered at the site" in printed
    assert (
        f"students must be at the site for {180 * days} minutes of the year; 51840 are the least" in printed
    )
    short = 300 * small.track_b.days.filter(is_taught=True).count()
    assert f"finding R-MIN-01 (EC 47612.5(a)(1)): track B grade 9: {short} minutes are offered" in printed
    assert "finding R-TRK-06 (EC 47612(d)(4)): B: the track does not offer the annual minutes" in printed
    assert "or claim it as nonclassroom-based" in printed


def test_minutes_of_some_days_alone_are_not_judged(central: Central) -> None:
    printed = take_in(central, "A,9,2024-09-09,,,,10,0,0\n")
    assert [line for line in printed.splitlines() if line.startswith("finding")] == [
        line for line in printed.splitlines() if "R-MIN-01" in line and "were examined" in line
    ]


def test_minutes_approved_for_closed_days_count_as_offered(central: Central, small: SmallSchool) -> None:
    days = small.track_a.days.filter(is_taught=True).count()
    per_day = 64_800 // days
    missing = 64_800 - per_day * days
    both = f"A,9{YEAR},{per_day},{per_day},{per_day}\nB,9{YEAR},380,380,380\n"
    assert missing > 0
    assert "R-MIN-01" in take_in(central, both)
    asked = StateRequest.objects.create(
        school_year=small.year, code="J1", kind="closure", cause="smoke", by="x", at="2024-10-01T00:00:00Z"
    )
    StateRequestDay.objects.create(request=asked, track=small.track_a, on=schools.LABOR_DAY, minutes=missing)
    for state, is_found in (("filed", True), ("approved", False)):
        StateRequestStep.objects.create(
            request=asked, state=state, on="2024-10-01", by="x", at="2024-10-01T00:00:00Z"
        )
        assert ("R-MIN-01" in take_in(central, both)) is is_found


def test_a_district_is_not_asked_about_its_site(central: Central, small: SmallSchool) -> None:
    small.school.kind = "district"
    small.school.save()
    assert "R-NCB" not in take_in(central, f"A,9{YEAR},380,10,10\nB,9{YEAR},380,10,10\n")
