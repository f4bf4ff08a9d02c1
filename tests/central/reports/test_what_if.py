"""What would be if: months moved, requests approved, days projected; never a report, never kept."""

import json
from datetime import date
from fractions import Fraction

import pytest

from central.domain.period import PeriodKind
from central.errors import CentralError
from central.law.errors import LawError
from central.reports import render_what_if
from central.reports.what_if import Supposition, WhatIf
from central.reports.what_if_report import what_if
from central.store.models import (
    ExcludedWeek,
    ReportSnapshot,
    StateRequest,
    StateRequestDay,
    StateRequestStep,
    Track,
)
from tests.fakes import school as schools
from tests.fakes.register import P1_DAYS_A, SUMMER, Register
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db

OCTOBER = date(2024, 10, 1)


def suppose(
    small: SmallSchool, *wishes: str, kind: PeriodKind = PeriodKind.P1, as_of: date = SUMMER
) -> WhatIf:
    return what_if(small.year, kind, as_of, at(SUMMER, "12:00"), Supposition.of(wishes))


def request(track: Track, kind: str, on: date, normal_hundredths: int | None = None) -> None:
    asked = StateRequest.objects.create(
        school_year=track.school_year, code="FIRE-1", kind=kind, cause="fire", by="E006", at=at(on, "20:00")
    )
    StateRequestDay.objects.create(
        request=asked,
        track=track,
        on=on,
        minutes=300,
        normal_hundredths=normal_hundredths,
        attended=None if normal_hundredths is None else 0,
    )
    StateRequestStep.objects.create(request=asked, state="filed", on=on, by="E006", at=at(on, "20:00"))


def test_a_vacation_week_kept_out_moves_a_month_into_the_period(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A"))
    winter = ("exclude-week=2024-12-23", "exclude-week=2024-12-30")
    made = suppose(small, *winter, kind=PeriodKind.P2)
    moved = dict(made.months)["A"]
    really = next(track.months for track in made.real.tracks if track.track == "A")
    assert moved != really or made.rows[0].divisor != made.real.rows[0].divisor
    assert not ExcludedWeek.objects.exists()


def test_a_week_in_which_school_is_taught_cannot_be_kept_out(small: SmallSchool) -> None:
    with pytest.raises(LawError, match="in a week kept out of its school months"):
        suppose(small, "exclude-week=2024-09-09")


def test_weeks_taken_in_again_are_as_if_nobody_had_kept_them_out(small: SmallSchool) -> None:
    for track in (small.track_a, small.track_b):
        for monday in (date(2024, 12, 23), date(2024, 12, 30)):
            ExcludedWeek.objects.create(
                track=track, monday=monday, decided_by="board", decided_at=at(SUMMER, "09:00")
            )
    back = suppose(small, "include-week=2024-12-23", "include-week=2024-12-30", kind=PeriodKind.P2)
    ExcludedWeek.objects.all().delete()
    assert dict(back.months)["A"] == suppose(small, "project=no", kind=PeriodKind.P2).real.tracks[0].months


def test_a_request_supposed_approved_takes_the_closed_day_off_the_divisor(
    small: SmallSchool, register: Register
) -> None:
    days = schools.taught("A")
    register.certified(small.algebra, small.ana, days[1:41])
    request(small.track_a, "closure", days[0])
    made = suppose(small, "j13a=FIRE-1")
    row = next(row for row in made.rows if row.track == "A")
    assert (row.days, row.divisor) == (Fraction(40), P1_DAYS_A - 1)
    assert made.credits == (("A", 1, 300),)
    assert made.real.rows[0].divisor == P1_DAYS_A


def test_a_material_decrease_supposed_approved_is_credited_on_a_line_of_its_own(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[1:41])
    request(small.track_a, "material decrease", schools.taught("A")[0], normal_hundredths=250)
    made = suppose(small, "j13a=FIRE-1")
    credited = made.rows[-1]
    assert (credited.span, credited.days, credited.divisor) == (None, Fraction(5, 2), P1_DAYS_A)
    assert str(made.difference) == "0.03"


def test_days_to_come_are_attended_at_the_present_rate(small: SmallSchool, register: Register) -> None:
    past = [on for on in schools.taught("A") if on <= OCTOBER]
    register.certified(small.algebra, small.ana, past[::2])
    made = suppose(small, "project=yes", as_of=OCTOBER)
    row = next(row for row in made.rows if row.track == "A")
    assert row.days / row.divisor == Fraction(len(past[::2]), len(past))
    assert made.real.rows[0].numerator == len(past[::2])


def test_provisional_presence_supposed_certified_counts_and_a_dropped_track_does_not(
    small: SmallSchool, register: Register
) -> None:
    days = schools.taught("A")[:10]
    register.certified(small.algebra, small.ana, days)
    register.certified(small.english, small.dan, days)
    for on in days[:5]:
        register.provisional(small.algebra, small.ben, on)
    assert str(suppose(small, "certify=A", "value=10000").dollars) == "500.00"
    assert str(suppose(small, "certify=B").difference) == "0.00"
    dropped = suppose(small, "drop-track=B")
    assert {row.track for row in dropped.rows} == {"A"}
    assert str(dropped.difference) == "-0.11"
    with pytest.raises(CentralError, match="nothing is left to suppose"):
        suppose(small, "drop-track=A", "drop-track=B")


def test_every_form_is_marked_and_nothing_is_kept(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:10])
    made = suppose(small, "project=yes", "value=14000.50", as_of=OCTOBER)
    for form, suffix in (("text", ".txt"), ("json", ".json"), ("csv", ".csv")):
        ((name, text),) = render_what_if.render(made, form).items()
        assert name == f"_WHAT-IF{suffix}"
        assert "what_if" in text if form == "json" else "WHAT-IF" in text
    told = json.loads(render_what_if.render(made, "json")["_WHAT-IF.json"])
    assert (told["real"]["ada"], told["what_if"]) == (str(made.real.total), ["project=yes", "value=14000.50"])
    assert not ReportSnapshot.objects.exists()


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ("snow=yes", "it takes exclude-week="),
        ("project", "is not understood"),
        ("project=maybe", "write project=yes"),
        ("exclude-week=2024-12-24", "is no Monday"),
        ("exclude-week=soon", "is no date"),
        ("value=much", "is no amount"),
        ("j13a=FLOOD", "there is no request FLOOD in 2024-25; there is: none"),
        ("drop-track=Z", "there is no track Z; there is: A, B"),
        ("drop-track=all", "there is no track all"),
    ],
)
def test_what_cannot_be_supposed_is_refused(small: SmallSchool, wish: str, says: str) -> None:
    with pytest.raises(CentralError, match=says):
        suppose(small, wish)
