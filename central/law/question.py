"""What the law leaves open or our sources did not show, as findings a report must carry."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from central.domain.finding import Finding, Severity
from central.law.provision import in_force, provisions


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question somebody has to settle in writing before money is claimed on its answer.

    `rules` are the numbers of the rules whose results rest on it; `default` is what the program
    does meanwhile, on the safe side.
    """

    number: int
    asks: str
    default: str
    citation: str
    rules: tuple[str, ...]


OPEN_QUESTIONS = (
    OpenQuestion(
        1,
        "What does EC 46211 say of instructional minutes since SB 147 of 2025 amended it?",
        "the minutes of the minimum day, kept as dated data for each year",
        "EC 46211 as amended by SB 147 (2025)",
        ("R-AR-04", "R-AR-07", "R-AR-08", "R-AR-09"),
    ),
    OpenQuestion(
        2,
        "May a charter programme under EC 47612.1 run attendance recovery at all?",
        "no, until the department confirms it in writing",
        "EC 46211(g)",
        ("R-AR-01",),
    ),
    OpenQuestion(
        3,
        "Is recovery time kept in whole hours a session, or to the minute?",
        "a whole minimum day on one date, otherwise whole hours session by session",
        "EC 46211(d)",
        ("R-AR-07",),
    ),
    OpenQuestion(
        4,
        "How is average daily attendance rounded? Only its two decimals are published.",
        "each cell half up to two decimals once; a total is the sum of its printed cells",
        "entry screens of the attendance data collection; EC 46303 rounds halves up to whole units",
        ("R-ADA-09",),
    ),
    OpenQuestion(
        5,
        "Which bill of 2024 amended EC 46210 and 46211: the department cites SB 176, chapter 998.",
        "AB 176 (chapter 998, Statutes of 2024) is cited",
        "AB 176 (2024); credit line of EC 46010",
        ("R-AR-01",),
    ),
    OpenQuestion(
        6,
        "What makes a student a California resident on a given day, and which proof is enough?",
        "a day counts only inside the dates of a proof on file",
        "EC 47612(b)",
        ("R-AGE-01",),
    ),
    OpenQuestion(
        7,
        "Which absence from public school breaks continuous enrolment after the age of 19?",
        "any break a person has not cleared",
        "EC 47612(b); 5 CCR 11960(c)(1)",
        ("R-AGE-02",),
    ),
    OpenQuestion(
        8,
        "Do a week's regular school days count against the five days a student may be credited with?",
        "recovered days alone are held to five a week",
        "EC 46211",
        ("R-AR-09",),
    ),
)


def caveats(rules: Collection[str], on: date) -> tuple[Finding, ...]:
    """Return what a report resting on the given rules must say about itself.

    One finding for every open question behind them, and one for every provision of theirs that
    was recalled rather than read. `rules` are numbers such as "R-AR-07".
    """
    asked = [question for question in OPEN_QUESTIONS if not set(rules).isdisjoint(question.rules)]
    recalled = [name for name in provisions() if _is_recalled(name, rules, on)]
    return (
        *(_about_question(question, rules) for question in asked),
        *(_about_provision(name, rules, on) for name in recalled),
    )


def _is_recalled(name: str, rules: Collection[str], on: date) -> bool:
    if provisions()[name].wordings[0].since > on:
        return False
    wording = in_force(name, on)
    return wording.evidence == "recalled" and _named_in(wording.cite, rules) is not None


def _named_in(cite: str, rules: Collection[str]) -> str | None:
    return next((rule for rule in sorted(rules) if f"({rule})" in cite), None)


def _about_question(question: OpenQuestion, rules: Collection[str]) -> Finding:
    return Finding(
        rule=next(rule for rule in question.rules if rule in rules),
        citation=question.citation,
        subject=f"open question {question.number}",
        on=None,
        says=f"{question.asks} Until it is settled: {question.default}.",
        remedy="have counsel or the department answer in writing, and file the answer",
        severity=Severity.WARNING,
    )


def _about_provision(name: str, rules: Collection[str], on: date) -> Finding:
    wording = in_force(name, on)
    return Finding(
        rule=_named_in(wording.cite, rules) or "",
        citation=wording.cite,
        subject=name,
        on=None,
        says=f"{provisions()[name].means}: {wording.value}, from general knowledge; the text was not read",
        remedy="have counsel compare the provision with its text",
        severity=Severity.WARNING,
    )
