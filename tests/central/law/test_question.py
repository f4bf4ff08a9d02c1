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


def test_an_answer_in_writing_is_shown_and_changes_no_default() -> None:
    (minutes, hours) = caveats(["R-AR-07"], ON, {3: "whole hours (letter of the department)"})
    assert minutes.severity is Severity.WARNING
    assert hours.severity is Severity.NOTICE
    assert hours.says == (
        "Is recovery time kept in whole hours a session, or to the minute? Answered: whole hours (letter of "
        "the department). What is computed: a whole minimum day on one date, otherwise whole hours session "
        "by session."
    )
    assert hours.remedy == "see that the provisions say what the answer says"
    assert minutes.remedy == "have counsel or the department answer in writing, and file the answer"
    assert (hours.rule, hours.citation, hours.on) == ("R-AR-07", "EC 46211(d)", None)


def test_the_first_rule_of_a_question_that_a_report_rests_on_is_named() -> None:
    (found,) = [row for row in caveats(["R-AR-09", "R-AR-08"], ON) if row.subject == "open question 1"]
    assert found.rule == "R-AR-08"


def test_every_question_has_a_key_of_its_own() -> None:
    assert len({question.key for question in OPEN_QUESTIONS}) == len(OPEN_QUESTIONS)
