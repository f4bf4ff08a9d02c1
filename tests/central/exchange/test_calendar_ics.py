"""An iCalendar file makes days of its all-day events, or is refused with everything unclear in it."""

from datetime import date

from central.domain.calendar import SchoolYear
from central.exchange.calendar_ics import IcsDays, Teaching, read_days
from central.exchange.problem import Problem

YEAR = SchoolYear("2024-25")
TWO_WEEKS = Teaching(("A",), date(2024, 11, 18), date(2024, 11, 29))


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


def all_day(summary: str, since: str, ends: str | None = None, *more: str) -> str:
    last = () if ends is None else (f"DTEND;VALUE=DATE:{ends}",)
    return event(f"SUMMARY:{summary}", f"DTSTART;VALUE=DATE:{since}", *last, *more)


def read(
    *events: str, teaching: Teaching = TWO_WEEKS, passes_over_others: bool = False
) -> tuple[IcsDays, list[str]]:
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n" + "".join(events) + "END:VCALENDAR\r\n"
    return read_bytes(text.encode(), teaching, passes_over_others=passes_over_others)


def read_bytes(
    data: bytes, teaching: Teaching = TWO_WEEKS, *, passes_over_others: bool = False
) -> tuple[IcsDays, list[str]]:
    problems: list[Problem] = []
    found = read_days("cal.ics", data, YEAR, teaching, problems, passes_over_others=passes_over_others)
    return found, [str(problem) for problem in problems]


def kinds(found: IcsDays, track: str = "A") -> dict[str, str]:
    return {f"{day.on:%m-%d}": day.kind for day in found.days if day.track == track}


def test_weekdays_no_event_names_are_taught_and_an_event_ends_on_the_day_before_its_end() -> None:
    found, problems = read(all_day("Thanksgiving break", "20241127", "20241130"))
    assert problems == []
    assert kinds(found) == {
        **{f"11-{day}": "regular" for day in (18, 19, 20, 21, 22, 25, 26)},
        **{f"11-{day}": "holiday" for day in (27, 28, 29)},
    }
    assert [day.is_taught for day in found.days] == [True] * 7 + [False] * 3


def test_every_kind_of_day_is_known_by_its_words_and_an_event_without_an_end_is_one_day() -> None:
    found, problems = read(
        all_day("Staff day", "20241118"),
        all_day("Early release", "20241119"),
        all_day("Smoke: school closed", "20241120"),
        all_day("Saturday School", "20241123"),
        all_day("No school", "20241125"),
    )
    assert problems == []
    of_days = kinds(found)
    assert [of_days[f"11-{day}"] for day in (18, 19, 20, 23, 25)] == [
        "staff",
        "minimum",
        "closure",
        "make-up",
        "holiday",
    ]
    taught = {f"{day.on:%m-%d}" for day in found.days if day.is_taught}
    assert "11-19" in taught
    assert "11-23" in taught
    assert taught.isdisjoint({"11-18", "11-20", "11-24", "11-25"})


def test_categories_go_before_words_and_settle_what_the_words_leave_open() -> None:
    two_words = all_day("Minimum day before the break", "20241126")
    _, problems = read(two_words)
    assert problems == [
        (
            "cal.ics: event 1 on 2024-11-26: its words are of holiday and minimum; "
            "name one of them in its CATEGORIES"
        )
    ]
    found, problems = read(
        all_day("Minimum day before the break", "20241126", None, "CATEGORIES:School,Minimum")
    )
    assert problems == []
    assert kinds(found)["11-26"] == "minimum"


def test_a_word_inside_another_word_means_nothing() -> None:
    _, problems = read(all_day("Breakfast with the principal", "20241126"))
    assert "no word of a kind of day" in problems[0]


def test_a_file_is_for_every_track_it_was_handed_in_for() -> None:
    found, _ = read(
        all_day("Holiday", "20241128"), teaching=Teaching(("A", "B"), TWO_WEEKS.first, TWO_WEEKS.last)
    )
    assert kinds(found, "A") == kinds(found, "B")
    assert len(found.days) == 20


def test_everything_unclear_is_named_at_once_without_the_words_of_an_event() -> None:
    found, problems = read(
        all_day("Ana's birthday", "20241118"),
        all_day("Minimum day", "20241120", None, "RRULE:FREQ=WEEKLY;BYDAY=WE"),
        event("SUMMARY:Minimum day", "DTSTART:20241121T120000Z"),
        all_day("Holiday", "20241122", "20241122"),
        all_day("Staff day", "20241128"),
        all_day("Holiday", "20241128"),
        all_day("Minimum day", "20241123"),
        all_day("Minimum day", "20241202"),
        event("SUMMARY:Holiday"),
        all_day("Holiday", "2024"),
    )
    assert found.days == []
    assert [problem.removeprefix("cal.ics: ") for problem in problems] == [
        (
            "event 1 on 2024-11-18: no word of a kind of day (holiday, staff, minimum, closure, make-up); "
            "give it one, or pass such events over with --pass-over-others"
        ),
        "event 2 on 2024-11-20: it repeats; write out each of its days, or name them in a CSV file",
        "event 3 on 2024-11-21: it has a time; make it an all-day event",
        (
            "event 4 on 2024-11-22: it cannot last until 2024-11-22; "
            "an all-day event ends on the day after its last"
        ),
        "event 6 on 2024-11-28: 2024-11-28 is a holiday day here and a staff day in event 5 on 2024-11-28",
        "event 7 on 2024-11-23: a weekend; a day taught then is a make-up day (EC 37223)",
        (
            "event 8 on 2024-12-02: a minimum day on 2024-12-02, when nobody is taught; "
            "correct the first or last day"
        ),
        "event 9: it has no date that can be read",
        "event 10: it has no date that can be read",
    ]
    assert "Ana" not in "".join(problems)


def test_other_events_are_passed_over_only_when_somebody_says_so_and_are_counted() -> None:
    others = (all_day("Science fair", "20241118"), all_day("Picture day", "20241119"))
    found, problems = read(*others, passes_over_others=True)
    assert (problems, found.unnamed, kinds(found)["11-18"]) == ([], 2, "regular")


def test_events_with_a_time_and_cancelled_ones_change_nothing() -> None:
    found, problems = read(
        event("SUMMARY:Board meeting", "DTSTART:20241118T190000Z"),
        all_day("Holiday", "20241119", None, "STATUS:CANCELLED"),
    )
    assert problems == []
    assert set(kinds(found).values()) == {"regular"}


def test_days_off_outside_the_days_of_teaching_change_nothing() -> None:
    found, problems = read(all_day("Summer vacation", "20240701", "20240801"))
    assert problems == []
    assert len(found.days) == 10


def test_teaching_must_lie_in_the_school_year_and_have_a_track() -> None:
    _, problems = read(
        all_day("Holiday", "20241128"), teaching=Teaching((), date(2025, 7, 1), date(2024, 6, 30))
    )
    assert problems == [
        "cal.ics: --track: name the track, or the tracks, this calendar is for",
        "cal.ics: --first-day: 2025-07-01 is not in 2024-25 (2024-07-01 to 2025-06-30)",
        "cal.ics: --last-day: 2024-06-30 is not in 2024-25 (2024-07-01 to 2025-06-30)",
        "cal.ics: --last-day: teaching ends (2024-06-30) before it begins (2025-07-01)",
    ]


def test_what_is_no_calendar_is_refused_without_its_words() -> None:
    for data in (b"", b"Ana,Soto", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"):
        _, problems = read_bytes(data)
        assert problems == ["cal.ics: this is no iCalendar file, or a damaged one; export it again"]
    assert read()[1] == ["cal.ics: there is no event in this file"]
