"""From the command line: how requirements stand, what is filed for them, open questions answered."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from central.errors import CentralError
from central.store.models import Staff
from tests.central.commands.conftest import Central


@pytest.fixture
def office(with_calendar: Central) -> Central:
    """Return a central that has a calendar and a school leader."""
    from central.store.models import School

    Staff.objects.create(
        school=School.objects.get(), number="E9", family_name="Lee", given_name="Kim", role="leader"
    )
    return with_calendar


def test_every_row_is_listed_under_its_table_with_its_state(office: Central) -> None:
    told = office.run("register", "list")
    assert office.code == 1
    assert told.startswith("requirements of Example Adult Charter, 2026-27, as of 2026-09-01")
    assert "\nReading list: What somebody" in told
    assert "needs evidence  question-reside" in told
    assert told.count("\n") > 90


def test_the_list_narrows_to_a_table_and_a_state(office: Central) -> None:
    told = office.run("register", "list", "--table", "funding", "--state", "needs evidence")
    assert told.count("needs evidence  funding-") == 4
    assert "school-lcap" not in told
    assert office.run("register", "list", "--table", "funding", "--state", "met").count("funding-") == 0
    assert office.code == 0


def test_an_open_question_is_answered_with_who_and_when_and_the_answer_is_withdrawn(office: Central) -> None:
    filed = office.run("register", "evidence", "question-reside", "--says", "domicile", "--as", "E9")
    assert (office.code, filed) == (0, "filed for question-reside since 2026-09-01 by employee E9\n")
    shown = office.run("register", "show", "question-reside")
    assert office.code == 0
    assert "question-reside: met\n    domicile, since 2026-09-01, by employee E9" in shown
    assert "blocks: R-AGE-01" in shown
    office.at = datetime(2026, 9, 2, 16, tzinfo=UTC)
    office.run("register", "withdraw", "question-reside", "--reason", "counsel changed it", "--as", "E9")
    assert "needs evidence\n    withdrawn by employee E9" in office.run("register", "show", "question-reside")
    assert office.code == 1


def test_the_register_is_exported_with_the_columns_of_every_table(office: Central) -> None:
    found = list(csv.DictReader(io.StringIO(office.run("register", "export"))))
    keys = {row["key"]: row for row in found}
    assert keys["school-lcap"]["governing agency"] == "CDE"
    assert keys["rule-age"]["same_as"] == "student-age"
    assert keys["school-lcap"]["due"] == "2026-07-01"
    told = json.loads(office.run("register", "export", "--format", "json", "--table", "rules"))
    assert (told["as_of"], len(told["rows"])) == ("2026-09-01", 12)
    assert told["rows"][0]["columns"]["topic"] == "Residence"


def test_what_is_not_there_is_named(office: Central) -> None:
    with pytest.raises(CentralError, match="no row 'moon'"):
        office.run("register", "show", "moon")
    with pytest.raises(CentralError, match="has not come yet"):
        office.run("register", "list", "--as-of", "2026-09-02")
    with pytest.raises(CentralError, match="no school year 2020-21"):
        office.run("register", "list", "--year", "2020-21")
    with pytest.raises(CentralError, match="no employee E0"):
        office.run("register", "evidence", "school-lcap", "--says", "x", "--as", "E0")


def test_a_year_without_records_needs_evidence_for_everything(office: Central) -> None:
    told = office.run("register", "list", "--as-of", "2025-09-01", "--table", "items")
    assert "no school year" in told
    assert told.count("needs evidence  item-") == 10
