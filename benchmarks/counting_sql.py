"""The DuckDB query that counts from student-days what counting by bitmap counts from bits."""

from typing import Final

from central.law.counting import Counts, Measure
from central.law.day_planes import PERIODS, Cell

TABLES: Final = """
CREATE TABLE until (track UTINYINT, p1 SMALLINT, p2 SMALLINT);
CREATE TABLE student_day (
    student INTEGER, track UTINYINT, span UTINYINT, day SMALLINT, attended BOOLEAN, absent BOOLEAN);
CREATE TABLE earned (student INTEGER, day SMALLINT);
"""

# The large table is read twice, once to see when each student came first, and becomes at most three rows a
# student and cell: the days of P-1, those P-2 adds, and those after. All else is made of these few rows.
COUNTS: Final = """
WITH seen AS (
    SELECT student, min(day) AS since FROM student_day WHERE attended GROUP BY student
), parts AS MATERIALIZED (
    SELECT student, track, span, (day > p1)::UTINYINT + (day > p2)::UTINYINT AS part,
        count(*) AS possible, count_if(attended) AS attended, count_if(absent) AS absent,
        count_if(day >= since) AS expected, count_if(absent AND day >= since) AS missed, max(day) AS last
    FROM student_day JOIN until USING (track) LEFT JOIN seen USING (student)
    GROUP BY ALL
), periods(period) AS (VALUES (0), (1), (2)
), students AS (
    SELECT period, arg_max(track, last) AS track, arg_max(span, last) AS span,
        sum(expected) AS expected, sum(missed) AS missed
    FROM parts JOIN periods ON part <= period GROUP BY period, student
), credit AS (
    SELECT student, count_if(day <= p1) AS earned1, count_if(day <= p2) AS earned2, count(*) AS earned3
    FROM earned JOIN (SELECT DISTINCT student, track FROM parts) USING (student) JOIN until USING (track)
    GROUP BY student
), made_up AS (
    SELECT student, track, span, day, row_number() OVER (PARTITION BY student ORDER BY day) AS place
    FROM student_day WHERE absent AND student IN (SELECT student FROM credit)
)
SELECT 'days', track, span, period, sum(possible), sum(attended), sum(absent)
FROM parts JOIN periods ON part <= period GROUP BY ALL
UNION ALL
SELECT 'students', track, span, period, count(*), count_if(10 * missed >= expected), 0
FROM students WHERE expected > 0 GROUP BY ALL
UNION ALL
SELECT 'recovered', track, span, -1,
    count_if(day <= p1 AND place <= least(earned1, 10)), count_if(day <= p2 AND place <= least(earned2, 10)),
    count_if(place <= least(earned3, 10))
FROM made_up JOIN credit USING (student) JOIN until USING (track) GROUP BY track, span
"""

Row = tuple[str, int, int, int, int, int, int]

_MEASURES: Final = {
    "days": (Measure.POSSIBLE, Measure.ATTENDED, Measure.ABSENT),
    "students": (Measure.STUDENTS, Measure.CHRONIC),
}


def counts_of(rows: list[Row], tracks: str, spans: tuple[str, ...]) -> Counts:
    """Bring what the query returned into the form counting by bitmap returns."""
    counts = Counts()
    for what, track, span, period, *numbers in rows:
        cell = Cell(tracks[track], spans[span], "classroom")
        if what == "recovered":
            for kind, number in zip(PERIODS, numbers, strict=True):
                counts[cell, Measure.RECOVERED, kind] = number
        else:
            for measure, number in zip(_MEASURES[what], numbers, strict=False):
                counts[cell, measure, PERIODS[period]] = int(number)
    return +counts
