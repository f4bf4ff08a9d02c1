"""What the program takes the law to say can be read by anybody, and so can how well it is known."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from central.commands import law
from central.config import CentralConfig
from central.errors import CentralError
from central.law.provision import provisions


def run(*arguments: str, on: datetime) -> int:
    parser = argparse.ArgumentParser()
    law.arguments(parser)
    return law.run(parser.parse_args(arguments), CentralConfig(), lambda: on)


SPRING = datetime(2027, 3, 1, tzinfo=UTC)


def test_every_provision_is_listed_with_its_value_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", on=SPRING) == 0
    told = capsys.readouterr().out
    assert "weeks_in_a_school_month" in told
    assert "EC 37201(a)" in told


def test_a_provision_is_not_known_before_its_first_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--on", "1900-01-01", on=SPRING) == 0
    assert "not known before" in capsys.readouterr().out


def test_one_provision_is_shown_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "weeks_in_a_school_month", on=SPRING) == 0
    assert "A school month is 20 days or four weeks" in capsys.readouterr().out
    with pytest.raises(CentralError, match="no provision is called 'moon'"):
        run("show", "moon", on=SPRING)


def test_what_was_compared_too_long_ago_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", on=datetime(2099, 1, 1, tzinfo=UTC)) == 1
    assert "was last compared on" in capsys.readouterr().out


def test_the_reference_page_is_written_to_a_file(tmp_path: Path) -> None:
    assert run("markdown", "--out", str(tmp_path / "law.md"), on=SPRING) == 0
    assert (tmp_path / "law.md").read_text(encoding="utf-8").startswith("# The law")


def test_what_is_not_settled_is_listed_with_what_is_done_meanwhile(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("questions", on=SPRING) == 0
    told = capsys.readouterr().out
    assert "question-reside: What makes a student a California resident" in told
    assert "meanwhile: a day counts only inside the dates of a proof on file" in told
    assert "register list --table questions" in told


def test_what_was_compared_within_thirteen_months_is_not_stale(capsys: pytest.CaptureFixture[str]) -> None:
    newest = max(word.verified for found in provisions().values() for word in found.wordings)
    month_later = datetime(newest.year, newest.month, newest.day, tzinfo=UTC) + timedelta(days=390)
    run("check", on=month_later)
    assert "was last compared on" not in capsys.readouterr().out
    run("check", on=month_later + timedelta(days=30))
    assert "was last compared on" in capsys.readouterr().out
