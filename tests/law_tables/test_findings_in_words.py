"""What the law tells people while it answers a scenario stands word for word in findings.txt beside it.

A finding is read by somebody who has to act on it: its citation, subject and remedy are part of the result.
"""

import pytest

from tests.law_tables.given import Given
from tests.law_tables.heard import WORDS, heard, known_words
from tests.law_tables.test_law_tables import ALL, QUESTIONS

KNOWN = known_words()


@pytest.mark.parametrize("scenario", ALL)
def test_the_law_says_nothing_else(scenario: dict[str, object]) -> None:
    given = scenario["given"]
    assert isinstance(given, dict)
    said = heard(lambda: QUESTIONS[str(scenario["question"])](Given(given)))
    assert said <= KNOWN, f"if these words are meant: python -m tests.law_tables.heard > {WORDS.name}"
