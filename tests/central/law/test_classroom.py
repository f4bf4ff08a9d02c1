"""Findings on the site's share name grades alike together, and days by their first."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from central.domain.enrolment import Grade
from central.domain.errors import DomainError
from central.domain.finding import Severity
from central.domain.minutes import DayMinutes, SeatTime, YearMinutes
from central.law.classroom import (
    findings_on_days_at_the_site,
    findings_on_time_offered,
    findings_on_time_required,
)
from central.law.seat_time import Seat, SeatTimePolicy, findings_on_seat_time, seat_of

ON = date(2024, 7, 1)
MONDAY = date(2024, 9, 9)
LAW = ("R-NCB-02", "EC 47612.5(e)(1)")


def year(grade: Grade, track: str = "A", **minutes: int) -> YearMinutes:
    given = {"offered": 64_800, "on_site": 0, "required": 0} | minutes
    return YearMinutes(
        track,
        grade,
        180,
        given["offered"],
        given["on_site"],
        given["required"],
        given.get("site_not_said", 0),
        given.get("requirement_not_said", 0),
    )


def test_grades_alike_in_what_is_wrong_are_one_finding_and_others_another() -> None:
    years = [
        year(Grade.G9, on_site=10),
        year(Grade.G10, on_site=10),
        year(Grade.G11, on_site=11),
        year(Grade.G12, on_site=64_800),
        year(Grade.G9, track="B", on_site=10),
        year(Grade.G9, track="C", offered=0),
    ]
    found = findings_on_time_offered(years, ON)
    assert [row.subject for row in found] == ["track A grades 9, 10", "track A grade 11", "track B grade 9"]
    assert {(row.rule, row.citation) for row in found} == {LAW}
    assert {row.severity for row in found} == {Severity.BLOCKING}
    assert found[0].says == "10 of 64800 minutes are offered at the site; 80 percent must be"
    assert found[0].remedy == "offer more of the time at the site, or claim it as nonclassroom-based"
    assert found[0].on is None


def test_what_nobody_said_is_asked_for_and_blocks_nothing() -> None:
    years = [year(Grade.G9, site_not_said=64_000, requirement_not_said=60_000)]
    (offered,) = findings_on_time_offered(years, ON)
    assert offered.says == "of 64000 of 64800 minutes offered nobody said whether at the site"
    (required,) = findings_on_time_required(years, ON)
    assert required.says == (
        "of 60000 of 64800 minutes offered nobody said whether students must be at the site"
    )
    for found in (offered, required):
        assert (found.severity, found.remedy) == (
            Severity.WARNING,
            "enter on_site and required for each day",
        )


def test_the_least_required_is_that_of_the_grade() -> None:
    years = [
        year(Grade.G8, required=43_199),
        year(Grade.G9, required=43_199),
        year(Grade.G4, required=43_200),
    ]
    found = findings_on_time_required([*years, year(Grade.K, offered=0)], ON)
    assert [(row.subject, row.says) for row in found] == [
        (
            "track A grade 8",
            "students must be at the site for 43199 minutes of the year; 43200 are the least",
        ),
        (
            "track A grade 9",
            "students must be at the site for 43199 minutes of the year; 51840 are the least",
        ),
    ]
    assert {row.remedy for row in found} == {
        "require attendance for longer, or claim it as nonclassroom-based"
    }


def days(grade: Grade, *on_site: int | None, track: str = "A") -> list[DayMinutes]:
    return [
        DayMinutes(track, MONDAY + timedelta(days=index), grade, 360, minutes)
        for index, minutes in reversed(list(enumerate(on_site)))
    ]


def test_single_days_short_at_the_site_are_counted_with_the_first_of_them() -> None:
    found = findings_on_days_at_the_site(
        [
            *days(Grade.G9, 288, 287, None, 100),
            *days(Grade.G10, 360, 287, None, 100),
            *days(Grade.G11, 288, 288),
            *days(Grade.G9, 0, track="B"),
        ],
        ON,
    )
    assert [(row.subject, row.on, row.says) for row in found] == [
        (
            "track A grades 9, 10",
            MONDAY + timedelta(days=1),
            (
                "on 2 of 4 days too little of the time was offered at the site "
                "(first 2024-09-10: 287 of 360 minutes)"
            ),
        ),
        (
            "track B grade 9",
            MONDAY,
            (
                "on 1 of 1 days too little of the time was offered at the site "
                "(first 2024-09-09: 0 of 360 minutes)"
            ),
        ),
    ]
    assert {(row.rule, row.citation, row.severity) for row in found} == {(*LAW, Severity.WARNING)}
    assert "bell schedule" in found[0].remedy


def test_more_at_the_site_than_is_offered_cannot_be() -> None:
    with pytest.raises(DomainError, match="361 of 360 minutes offered on 2024-09-09 cannot be"):
        DayMinutes("A", MONDAY, Grade.G9, 360, 361)
    with pytest.raises(DomainError, match="-1 of 360"):
        DayMinutes("A", MONDAY, Grade.G9, 360, 360, -1)


def seats(section: str, *proven: int | None, day: int = 0) -> list[SeatTime]:
    on = MONDAY + timedelta(days=day)
    return [SeatTime(f"S{index}", on, section, 60, minutes) for index, minutes in enumerate(proven)]


def test_seat_time_is_told_class_by_class_with_the_days_that_have_most() -> None:
    times = [
        *seats("B", 5, 60, None),
        *seats("A", 29, day=4),
        *(time for day in range(5) for time in seats("A", 0, *([1] if day == 3 else []), day=day)),
    ]
    found = findings_on_seat_time(times)
    assert [(row.subject, row.on, row.says) for row in found] == [
        (
            "class A",
            MONDAY,
            (
                "6 of 7 presences with two taps end within 10 minutes of signing in "
                "(2024-09-12: 2, 2024-09-09: 1, 2024-09-10: 1 and 2 more days)"
            ),
        ),
        (
            "class A",
            MONDAY + timedelta(days=4),
            "1 of 7 presences with two taps prove less than 1/2 of the scheduled time (2024-09-13: 1)",
        ),
        (
            "class B",
            MONDAY,
            "1 of 2 presences with two taps end within 10 minutes of signing in (2024-09-09: 1)",
        ),
    ]
    assert {(row.rule, row.citation, row.severity) for row in found} == {(*LAW, Severity.WARNING)}
    assert "ask the teacher who certified them" in found[0].remedy


def test_a_school_may_ask_sooner_or_later() -> None:
    strict = SeatTimePolicy(minutes_of_a_sign_in=20, least_share=Fraction(3, 4))
    (time,) = seats("A", 44)
    assert (seat_of(time), seat_of(time, strict)) == (Seat.STAYED, Seat.SHORT)
    (time,) = seats("A", 20)
    assert (seat_of(time), seat_of(time, strict)) == (Seat.SHORT, Seat.SIGNED_IN)
    assert "3/4 of the scheduled" in findings_on_seat_time(seats("A", 44), strict)[0].says
