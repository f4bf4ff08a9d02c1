"""A calendar goes in whole, with the decisions behind it, or is refused with every contradiction."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from central.domain.calendar import SchoolYear as Year
from central.errors import CentralError, InputError
from central.law.months import school_months
from central.store.models import (
    CalendarDay,
    ExcludedWeek,
    ImportedFile,
    Meeting,
    School,
    SchoolYear,
    Section,
    Track,
)
from central.store.queries.calendars import track_calendars
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE

Dump = Callable[[], str]
WINTER = ("2024-12-23", "2024-12-30", "2025-01-06")


def ech_year(*tracks: str) -> str:
    """Return a year like a real early college high school's: Aug 7 to May 29, three weeks of winter."""
    lines = ["track,date,taught,kind,minutes,note"]
    off = {date(2024, 9, 2), date(2024, 11, 11), date(2024, 11, 28), date(2024, 11, 29), date(2025, 5, 26)}
    for track in tracks:
        on = date(2024, 8, 7)
        while on <= date(2025, 5, 29):
            is_winter = date(2024, 12, 21) <= on <= date(2025, 1, 12)
            if on.weekday() < 5:
                taught = on not in off and not is_winter
                lines.append(f"{track},{on},{'yes' if taught else 'no'},,{'300' if taught else ''},")
            on += timedelta(days=1)
    return "\n".join(lines) + "\n"


def import_year(central: Central, *arguments: str, text: str | None = None) -> str:
    path = central.file("cal.csv", ech_year("A") if text is None else text)
    return central.run("import-calendar", path, "--year", "2024-25", "--decided-by", "Board", *arguments)


def excluding(*weeks: str) -> list[str]:
    return [part for week in weeks for part in ("--exclude-week", week)]


def problems(central: Central, *arguments: str, text: str | None = None) -> list[str]:
    with pytest.raises(InputError) as refused:
        import_year(central, *arguments, text=text)
    return list(refused.value.problems)


def test_a_year_goes_in_and_gives_the_school_months_the_district_published(central: Central) -> None:
    import_year(central, *excluding(*WINTER))
    assert central.code == 0
    calendar = track_calendars(SchoolYear.objects.get().school_id, Year("2024-25"))["A"]
    ends = [str(month.ends_on) for month in school_months(calendar)]
    assert ends == [
        "2024-08-30",
        "2024-09-27",
        "2024-10-25",
        "2024-11-22",
        "2024-12-20",
        "2025-02-07",
        "2025-03-07",
        "2025-04-04",
        "2025-05-02",
        "2025-05-30",
    ]


def test_a_decision_to_leave_a_week_out_has_an_author_and_stays_until_taken_back(central: Central) -> None:
    import_year(central, *excluding(*WINTER))
    import_year(central)
    assert ExcludedWeek.objects.count() == 3
    week = ExcludedWeek.objects.get(monday=date(2024, 12, 23))
    assert (week.decided_by, week.decided_at) == ("Board", central.at)
    central.run(
        "import-calendar", "--year", "2024-25", "--decided-by", "Board", "--include-week", "A:2025-01-06"
    )
    assert ExcludedWeek.objects.count() == 2


def test_the_same_calendar_again_changes_nothing(central: Central, content: Dump) -> None:
    import_year(central, *excluding(*WINTER))
    before = content()
    assert "nothing changed" in import_year(central, *excluding(*WINTER))
    assert content() == before
    assert ImportedFile.objects.filter(kind="calendar").count() == 1


def test_a_changed_day_changes_that_day_and_a_missing_one_goes(central: Central) -> None:
    import_year(central)
    text = ech_year("A").replace("A,2025-05-29,yes,,300,", "A,2025-05-29,no,closure,,smoke")
    text = text.replace("A,2024-09-02,no,,,\n", "")
    printed = import_year(central, text=text)
    assert "1 calendar days changed" in printed
    assert "1 calendar days taken out" in printed
    day = CalendarDay.objects.get(on=date(2025, 5, 29))
    assert (day.is_taught, day.kind, day.note) == (False, "closure", "smoke")


def test_every_problem_of_a_calendar_leaves_the_records_as_they_were(central: Central, content: Dump) -> None:
    import_year(central)
    before = content()
    text = (
        ech_year("A") + "A,2024-08-07,no,holiday,,\nA,2024-08-10,yes,regular,300,\nA,2025-08-01,yes,,300,\n"
    )
    assert len(problems(central, text=text)) == 3
    assert content() == before


def test_a_week_with_a_school_day_cannot_be_left_out(central: Central, content: Dump) -> None:
    before = content()
    found = problems(
        central, *excluding("2024-12-23", "2024-12-16", "2024-12-25", "2026-01-05", "Z:2024-12-30")
    )
    assert found == [
        "--exclude-week: track 'Z' has no calendar",
        "--exclude-week: 2024-12-25 is no Monday; name a week by its Monday",
        "--exclude-week: 2026-01-05 is not in 2024-25",
        (
            "calendar: track A is taught on 2024-12-16, in a week kept out of its school months "
            "(EC 37201, EC 41601); correct its days, or the weeks left out (--include-week)"
        ),
    ]
    assert content() == before


def test_month_windows_of_the_school_must_be_those_the_law_makes(central: Central, content: Dump) -> None:
    windows = "track,number,start,end\n"
    starts = [
        "2024-08-07",
        "2024-09-02",
        "2024-09-30",
        "2024-10-28",
        "2024-11-25",
        "2025-01-13",
        "2025-02-10",
    ]
    starts += ["2025-03-10", "2025-04-07", "2025-05-05"]
    ends = ["2024-08-30", "2024-09-27", "2024-10-25", "2024-11-22", "2024-12-20", "2025-02-07", "2025-03-07"]
    ends += ["2025-04-04", "2025-05-02", "2025-05-29"]
    windows += "".join(f"A,{n},{a},{b}\n" for n, (a, b) in enumerate(zip(starts, ends, strict=True), start=1))
    months = str(central.file("months.csv", windows))
    before = content()
    found = problems(central, "--months", months)
    assert found[0] == "months.csv: track A also has school months 11, which the file leaves out"
    assert found[1].startswith("months.csv row 7 column start: four kept weeks a month make it 2024-12-23")
    assert content() == before
    import_year(central, "--months", months, *excluding(*WINTER))
    short = str(central.file("short.csv", windows.replace("A,10,2025-05-05,2025-05-29\n", "")))
    assert problems(central, "--months", short) == [
        "short.csv: track A also has school months 10, which the file leaves out"
    ]


def test_bell_times_need_the_roster_first_and_replace_those_of_their_sections(
    with_calendar: Central, content: Dump
) -> None:
    def ring(text: str) -> str:
        path = with_calendar.file("bells.csv", f"section,weekdays,start,end\n{text}")
        return with_calendar.run(
            "import-calendar", "--year", "2026-27", "--decided-by", "Board", "--bells", path
        )

    before = content()
    with pytest.raises(
        InputError, match="there is no section 'ESL1-12A' in 2026-27; take in the roster first"
    ):
        ring("ESL1-12A,MTWRF,08:30,09:40\n")
    assert content() == before
    with_calendar.run("import-roster", SAMPLE)
    ring("ESL1-12A,MTWRF,08:30,09:40\n")
    assert Meeting.objects.count() == 5
    ring("k1,MTWR,08:30,09:40\nk1,F,08:30,09:00\n")
    meetings = Meeting.objects.filter(section=Section.objects.get()).order_by("weekday")
    assert [meeting.ends for meeting in meetings] == [time(9, 40)] * 4 + [time(9)]
    ring("k1,MTWR,08:30,09:40\n")
    assert Meeting.objects.count() == 4


def test_a_track_too_short_is_taken_in_and_found_against_the_law(central: Central) -> None:
    printed = import_year(central, text="track,date,taught\nA,2024-08-19,yes\n")
    assert central.code == 1
    assert "finding R-TRK-03" in printed
    assert Track.objects.get().code == "A"


def test_a_track_taught_on_no_day_is_refused_with_the_section_and_what_to_do(
    central: Central, content: Dump
) -> None:
    before = content()
    assert problems(central, text="track,date,taught\nA,2024-08-19,no\n") == [
        (
            "calendar: track A is taught on no weekday of 2024-25 (EC 37201, EC 41601); "
            "correct its days, or the weeks left out (--include-week)"
        )
    ]
    assert content() == before


def test_a_sixth_track_is_taken_in_and_found_against_the_law(central: Central) -> None:
    printed = import_year(central, text=ech_year(*"ABCDEF"))
    assert central.code == 1
    assert "finding R-TRK-02 (EC 47612(d)(2)): track A, B, C, D, E, F: 6 tracks are operated" in printed
    assert "    merge tracks before the school year begins" in printed


def test_the_tracks_of_a_conversion_school_may_be_shorter(central: Central) -> None:
    School.objects.update(is_conversion=True)
    text = "\n".join(ech_year("A").splitlines()[:-30]) + "\n"
    assert "R-TRK-03" not in import_year(central, text=text)
    School.objects.update(is_conversion=False)
    assert "R-TRK-03" in import_year(central, text=text)


def test_a_district_owes_180_days_and_knows_no_law_of_tracks(central: Central) -> None:
    School.objects.update(kind="district")
    printed = import_year(central, text=ech_year(*"ABCDEF"))
    assert "R-TRK" not in printed
    assert "R-DAY-02" not in printed
    printed = import_year(central, text="\n".join(ech_year("A").splitlines()[:-15]) + "\n")
    assert "finding R-DAY-02" in printed


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
SUMMARY:Labor Day holiday
DTSTART;VALUE=DATE:20240902
END:VEVENT
BEGIN:VEVENT
SUMMARY:Winter break
DTSTART;VALUE=DATE:20241223
DTEND;VALUE=DATE:20250113
END:VEVENT
BEGIN:VEVENT
SUMMARY:Picture day
DTSTART;VALUE=DATE:20240910
END:VEVENT
END:VCALENDAR
"""


def import_ics(central: Central, *arguments: str, text: str = ICS) -> str:
    path = central.file("cal.ics", text.replace("\n", "\r\n"))
    decided = ("--year", "2024-25", "--decided-by", "Board")
    return central.run("import-calendar", path, *decided, *arguments)


TEACHING = ("--track", "A", "--first-day", "2024-08-07", "--last-day", "2025-05-29")


def test_an_icalendar_file_makes_the_days_of_the_tracks_it_is_for(central: Central) -> None:
    printed = import_ics(central, *TEACHING, "--track", "B", "--pass-over-others")
    assert "1 all-day events of no kind of day were passed over" in printed
    year = SchoolYear.objects.get()
    calendars = track_calendars(year.school_id, Year("2024-25"))
    assert calendars["A"].days_taught == calendars["B"].days_taught
    assert date(2024, 9, 2) not in calendars["A"].days_taught
    assert date(2025, 1, 10) not in calendars["A"].days_taught
    assert date(2025, 1, 13) in calendars["A"].days_taught
    assert CalendarDay.objects.filter(track__code="A", kind="holiday").count() == 16


def test_an_icalendar_file_that_is_not_clear_leaves_the_records_as_they_were(
    central: Central, content: Dump
) -> None:
    import_ics(central, *TEACHING, "--pass-over-others")
    before = content()
    with pytest.raises(InputError, match="event 3 on 2024-09-10: no word of a kind of day"):
        import_ics(central, *TEACHING)
    with pytest.raises(CentralError, match="add --track, --first-day and --last-day"):
        import_ics(central, *TEACHING[:4])
    with pytest.raises(CentralError, match=r"go with an \.ics file"):
        import_year(central, "--track", "A")
    assert content() == before


def test_nothing_to_take_in_is_said(central: Central) -> None:
    with pytest.raises(CentralError, match="nothing to take in"):
        central.run("import-calendar", "--year", "2024-25", "--decided-by", "Board")
    with pytest.raises(CentralError, match="cannot be read"):
        central.run(
            "import-calendar", central.folder / "no.csv", "--year", "2024-25", "--decided-by", "Board"
        )
    with pytest.raises(CentralError, match="no school year"):
        central.run(
            "import-calendar", central.file("c.csv", ""), "--year", "2024-26", "--decided-by", "Board"
        )
