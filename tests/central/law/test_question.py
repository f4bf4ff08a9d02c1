from datetime import date

from central.domain.finding import Severity
from central.law.question import OPEN_QUESTIONS, caveats

ON = date(2025, 9, 2)


def test_open_questions_are_numbered_and_each_blocks_some_rule() -> None:
    assert [question.number for question in OPEN_QUESTIONS] == list(range(1, len(OPEN_QUESTIONS) + 1))
    assert all(question.rules for question in OPEN_QUESTIONS)


def test_a_report_on_recovery_says_what_is_not_settled_about_it() -> None:
    subjects = [finding.subject for finding in caveats(["R-AR-07"], ON)]
    assert subjects == ["open question 1", "open question 3"]


def test_a_report_resting_on_a_recalled_provision_says_so() -> None:
    findings = caveats(["R-AGE-02"], ON)
    assert [finding.subject for finding in findings] == [
        "open question 7",
        "oldest_age_in_an_ordinary_charter",
    ]
    assert findings[1].says.endswith("from general knowledge; the text was not read")
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def test_a_provision_not_yet_in_force_is_no_caveat() -> None:
    later = {finding.subject for finding in caveats(["R-AR-01"], ON)}
    before = {finding.subject for finding in caveats(["R-AR-01"], date(2024, 9, 2))}
    assert later - before == {"recovery_in_partnership_programmes"}


def test_a_report_on_settled_law_carries_no_caveat() -> None:
    assert caveats(["R-CAL-02", "R-ADA-01"], ON) == ()
