"""Charts are drawn from values alone: every number stands in the table, every shade has a pattern."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.reports.chart_figures import added_up, count_at
from central.reports.charts import arrivals, calendar_heat, cumulative, funnel, station_hours, student_strip
from central.reports.charts.calendar_heat import DayCount
from central.reports.charts.chart import Chart
from central.reports.charts.cumulative import AdaToDate
from central.reports.charts.funnel import Funnel
from central.reports.charts.station_hours import StationDay
from central.reports.charts.student_strip import Seen, StudentLine
from central.reports.charts.svg import SHADES, element, picture, shaded

MONDAY = date(2024, 9, 9)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'Soto <b>"Ana" & Co'


def same(text: str) -> str:
    """Leave English as it is."""
    return text


def days(*shares: tuple[int, int]) -> list[DayCount]:
    return [
        DayCount(MONDAY + timedelta(n), enrolled, attended) for n, (enrolled, attended) in enumerate(shares)
    ]


EVERY = [
    calendar_heat.calendar_heat(days((10, 10), (10, 7), (10, 9)), same),
    calendar_heat.calendar_heat([], same),
    student_strip.student_strip([MONDAY], [StudentLine(HOSTILE, "001", {MONDAY: Seen.ABSENT})], same),
    arrivals.arrivals([-3, 0, 4, 400], 15, same),
    arrivals.arrivals([], 15, same),
    cumulative.cumulative([AdaToDate(MONDAY, Decimal("2.00"))], [("P-1", MONDAY)], same),
    cumulative.cumulative([], [], same),
    funnel.funnel(Funnel(60, 39, 37, 37), same),
    funnel.funnel(Funnel(0, 0, 0, 0), same),
    station_hours.station_hours([StationDay("st-1", HOSTILE, {8: 3}, {8, 9})], same),
    station_hours.station_hours([], same),
]


@pytest.mark.parametrize("chart", EVERY)
def test_a_chart_is_sound_markup_that_says_what_it_is_without_styles_or_scripts(chart: Chart) -> None:
    root = ET.fromstring(chart.svg)  # noqa: S314  our own markup
    named = {each.get("id"): each.text for each in root if each.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert [named[word] for word in (root.get("aria-labelledby") or "").split()] == [chart.title, chart.about]
    assert not re.search(r'\bstyle=|<script|\bon[a-z]+="|href=|#[0-9a-f]{3}\b', chart.svg)
    x, y, width, height = map(int, (root.get("viewBox") or "").split())
    assert (x, y) == (0, 0)
    for text in root.iter(f"{SVG}text"):
        assert -1 <= float(text.get("x") or 0) <= width
        assert 0 <= float(text.get("y") or 0) <= height
    assert all(len(row) == len(chart.columns) for row in chart.rows)


@pytest.mark.parametrize("chart", EVERY)
def test_every_pattern_that_is_used_is_there(chart: Chart) -> None:
    ids = set(re.findall(r'id="([^"]+)"', chart.svg))
    assert set(re.findall(r"url\(#([^)]+)\)", chart.svg)) <= ids


def test_shades_are_told_apart_without_colour() -> None:
    box = (0, 0, 14, 14)
    fills = [re.findall(r'fill="([^"]*)"', shaded("x", shade, box)) for shade in range(SHADES)]
    assert fills == [["none"], ["url(#x-1)"], ["url(#x-2)"], ["url(#x-3)"], []]


def test_the_builder_writes_what_it_is_told() -> None:
    drawn = picture("x", (10, 5), ("T & U", "D"), [element("rect", x=0.25, class_="a", text_anchor='"')])
    assert '<title id="x-title">T &amp; U</title><desc id="x-desc">D</desc>' in drawn
    assert '<rect x="0.2" class="a" text-anchor="&quot;"/>' in drawn
    assert drawn.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart x" viewBox="0 0 10 5" role="img"'
    )


def test_a_day_is_shaded_by_who_came() -> None:
    counts = days((100, 79), (100, 80), (100, 90), (100, 95), (0, 0))
    assert [calendar_heat.shade_of(day) for day in counts] == [1, 2, 3, 4, 0]
    chart = calendar_heat.calendar_heat(counts, same)
    assert chart.rows[1] == ("2024-09-10", 100, 80, "80.0")
    assert "09/10/2024: 80/100, 80.0 %" in chart.svg
    assert chart.csv().splitlines()[2] == "2024-09-10,100,80,80.0"


def test_an_absence_is_a_cross_and_no_record_an_empty_place() -> None:
    week = [MONDAY + timedelta(n) for n in range(5)]
    seen = dict(zip(week, [Seen.PRESENT, Seen.TARDY, Seen.PROVISIONAL, Seen.ABSENT], strict=False))
    chart = student_strip.student_strip(week, [StudentLine("Soto, Ana", "001001", seen)], same)
    assert chart.rows == [("001001", "Soto, Ana", 1, 1, 1, 1, 1)]
    # One more of each stands in the legend.
    assert chart.svg.count('class="cross"') == 2
    assert chart.svg.count('class="frame faint"') == 2


def test_arrivals_fall_into_five_minutes_and_the_ends_hold_the_rest() -> None:
    assert [arrivals.bin_of(at) for at in (-400, -30, -1, 0, 4, 5, 400)] == [-30, -30, -5, 0, 0, 5, 55]
    chart = arrivals.arrivals([-1, -5, 0, 59, 600], 15, same)
    assert [row for row in chart.rows if row[2]] == [(-5, 0, 2), (0, 5, 1), (55, 60, 2)]


def test_the_ends_of_the_periods_stand_on_the_curve() -> None:
    points = [AdaToDate(MONDAY + timedelta(n), Decimal(n)) for n in range(10)]
    ends = [("P-1", MONDAY + timedelta(4)), ("P-2", MONDAY + timedelta(40))]
    chart = cumulative.cumulative(points, ends, same)
    assert "P-1 09/13" in chart.svg
    assert "P-2" not in chart.svg.replace(chart.about, "")
    assert chart.rows[4] == ("2024-09-13", "4", "P-1")


def test_the_funnel_says_what_each_step_lost() -> None:
    assert funnel.funnel(Funnel(60, 39, 37, 36), same).rows == [
        ("enrolled", 60, "100.0", 0),
        ("present", 39, "65.0", 21),
        ("certified", 37, "61.7", 2),
        ("claimed", 36, "60.0", 1),
    ]


def test_an_hour_with_a_class_and_a_silent_station_is_crossed_out_and_one_without_a_tap_is_not() -> None:
    day = StationDay("st-1", "R1", {8: 30, 14: 1}, {8, 9, 10}, silent_hours={8, 9})
    chart = station_hours.station_hours([day], same)
    assert chart.svg.count('class="cross"') == chart.svg.count('class="bar"') == 2, "one and its legend"
    assert chart.rows == [
        ("st-1", "R1", "8 AM", 30, ""),
        ("st-1", "R1", "9 AM", 0, "yes"),
        ("st-1", "R1", "10 AM", 0, ""),
        ("st-1", "R1", "2 PM", 1, ""),
    ]
    assert [station_hours.shade_of(taps) for taps in (0, 1, 5, 15, 30)] == [0, 1, 2, 3, 4]


@given(st.lists(st.integers(0, 2**12 - 1), max_size=40))
def test_days_added_up_all_at_once_are_those_added_one_by_one(planes: list[int]) -> None:
    sums = added_up(planes)
    assert [count_at(sums, bit) for bit in range(12)] == [
        sum(p >> bit & 1 for p in planes) for bit in range(12)
    ]


GOLDEN = {
    "strip": student_strip.student_strip(
        [MONDAY], [StudentLine("Soto, Ana", "001001", {MONDAY: Seen.PRESENT})], same
    ),
    "funnel": funnel.funnel(Funnel(60, 39, 37, 36), same),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_chart_is_drawn_as_it_was_looked_at(name: str) -> None:
    kept = (Path(__file__).parent / "golden" / f"{name}.svg").read_text(encoding="utf-8")
    assert GOLDEN[name].svg.replace("><", ">\n<") == kept.rstrip("\n")
