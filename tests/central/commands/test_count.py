"""Counting from bits: the same figures as the reports, made anew on demand, and held against the records."""

import argparse
from datetime import date, datetime
from pathlib import Path

import pytest

from central.commands import count, rollup
from central.config import CentralConfig
from central.domain.period import PeriodKind
from central.errors import CentralError, ConfigError
from central.law.counting import Measure
from central.store.models import StudentYear
from tests.fakes import school as schools
from tests.fakes.register import Register, report
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallSchool:
    small = schools.build()
    taught = schools.taught("A")
    Register(small).certified(small.algebra, small.ana, taught[:100])
    Register(small).certified(small.algebra, small.ben, taught[:20], mark="absent")
    Register(small).certified(small.algebra, small.ben, taught[20:40])
    return small


def run(*options: str) -> int:
    parser = argparse.ArgumentParser()
    count.arguments(parser)
    args = parser.parse_args(["--year", schools.YEAR, *options])
    return count.run(args, CentralConfig(), _noon)


def _noon() -> datetime:
    return at(date(2025, 6, 30), "12:00")


def test_years_never_made_are_asked_for_by_name(small: SmallSchool) -> None:
    assert not small.year.student_years.exists()
    with pytest.raises(CentralError, match="5 enrolled students of 2024-25 have no bits yet; add --rebuild"):
        run()


def test_the_numerators_are_those_of_the_reports(
    small: SmallSchool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--rebuild") == 0
    printed = capsys.readouterr().out
    assert "rebuilt: 5 rows" in printed
    for kind in PeriodKind:
        row = next(row for row in report(small, kind).rows if row.track == "A")
        assert f"  {kind:7} {row.numerator}/{row.divisor} days attended; " in printed
    # Ben came on the 21st day first: the days before are no absences of somebody expected.
    assert "20 full-day absences, 2 students expected, 0 chronic absentees" in printed


def test_differences_from_the_records_are_told_and_end_with_1(
    small: SmallSchool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--rebuild", "--compare") == 0
    assert "0 differences from the records" in capsys.readouterr().out
    StudentYear.objects.filter(student=small.ana).update(attended=bytes(46))
    assert run("--compare") == 1
    printed = capsys.readouterr().out
    assert "is wrong of 100 days attended, the first of them 2024-08-05" in printed
    assert "1 differences from the records" in printed
    assert run("--rebuild", "--compare") == 0


def test_what_is_written_for_others_to_add_is_what_is_counted(
    small: SmallSchool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.json"
    assert run_rollup("--year", schools.YEAR, "--rebuild", "--write", str(file)) == 0
    counted = capsys.readouterr().out
    assert f"20 {Measure.ABSENT}, 2 {Measure.STUDENTS}" in counted
    days = report(small, PeriodKind.P2).rows[0]
    assert f"P-2: ADA {days.numerator / days.divisor:.4f}; " in counted
    assert run_rollup("--add", str(file)) == 0
    assert capsys.readouterr().out == counted
    for alone in (["--year", schools.YEAR, "--rebuild"], ["--sum", "state"]):
        with pytest.raises(ConfigError, match=r"names no \[postgres\]"):
            run_rollup(*alone)


def run_rollup(*options: str) -> int:
    parser = argparse.ArgumentParser()
    rollup.arguments(parser)
    return rollup.run(parser.parse_args(options), CentralConfig(), _noon)
