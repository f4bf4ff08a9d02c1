"""No benchmark regresses silently: a short form, held to what is recorded."""

import subprocess
import sys

import pytest

from benchmarks.guard import Figures, regressions
from tests.health import source

RECORDED: Figures = {"counts": {"statements": 12}, "ratios": {"tap": 2.0}}


def test_nothing_counts_more_or_costs_twice_what_is_recorded() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--guard"],
        cwd=source.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "guard: tap : insert" in done.stdout


@pytest.mark.parametrize(
    "found",
    [
        {"counts": {"statements": 13}, "ratios": {"tap": 2.0}},
        {"counts": {"statements": 11}, "ratios": {"tap": 2.0}},
        {"counts": {"statements": 12}, "ratios": {"tap": 4.1}},
        {"counts": {"statements": 12}, "ratios": {}},
        {"counts": {"statements": 12}, "ratios": {"tap": 2.0, "new": 1.0}},
    ],
)
def test_what_got_worse_or_went_missing_is_named(found: Figures) -> None:
    assert len(regressions(RECORDED, found)) == 1


def test_what_the_machine_does_is_no_regression() -> None:
    assert regressions(RECORDED, {"counts": {"statements": 12}, "ratios": {"tap": 3.9}}) == []
