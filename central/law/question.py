"""What the law leaves open or our sources did not show, as findings a report must carry."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from central.domain.finding import Finding, Severity
from central.law.provision import in_force, provisions


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question somebody has to settle in writing before money is claimed on its answer.

    `rules` are the numbers of the rules whose results rest on it; `default` is what the program
    does meanwhile, on the safe side.
    """

    number: int
    key: str
    asks: str
    default: str
    citation: str
    rules: tuple[str, ...]


OPEN_QUESTIONS = (
    OpenQuestion(
        1,
        "recovery-minutes",
        "What does EC 46211 say of instructional minutes since SB 147 of 2025 amended it?",
        "the minutes of the minimum day, kept as dated data for each year",
        "EC 46211 as amended by SB 147 (2025)",
        ("R-AR-04", "R-AR-07", "R-AR-08", "R-AR-09"),
    ),
    OpenQuestion(
        2,
        "recovery-allowed",
        "May a charter programme under EC 47612.1 run attendance recovery at all?",
        "no, until the department confirms it in writing",
        "EC 46211(g)",
        ("R-AR-01",),
    ),
    OpenQuestion(
        3,
        "recovery-hours",
        "Is recovery time kept in whole hours a session, or to the minute?",
        "a whole minimum day on one date, otherwise whole hours session by session",
        "EC 46211(d)",
        ("R-AR-07",),
    ),
    OpenQuestion(
        4,
        "rounding",
        "How is average daily attendance rounded? Only its two decimals are published.",
        "each cell half up to two decimals once; a total is the sum of its printed cells",
        "entry screens of the attendance data collection; EC 46303 rounds halves up to whole units",
        ("R-ADA-09",),
    ),
    OpenQuestion(
        5,
        "bill",
        "Which bill of 2024 amended EC 46210 and 46211: the department cites SB 176, chapter 998.",
        "AB 176 (chapter 998, Statutes of 2024) is cited",
        "AB 176 (2024); credit line of EC 46010",
        ("R-AR-01",),
    ),
    OpenQuestion(
        6,
        "reside",
        "What makes a student a California resident on a given day, and which proof is enough?",
        "a day counts only inside the dates of a proof on file",
        "EC 47612(b)",
        ("R-AGE-01",),
    ),
    OpenQuestion(
        7,
        "continuously",
        "Which absence from public school breaks continuous enrolment after the age of 19?",
        "any break a person has not cleared",
        "EC 47612(b); 5 CCR 11960(c)(1)",
        ("R-AGE-02",),
    ),
    OpenQuestion(
        8,
        "week",
        "Do a week's regular school days count against the five days a student may be credited with?",
        "recovered days alone are held to five a week",
        "EC 46211",
        ("R-AR-09",),
    ),
    OpenQuestion(
        9,
        "diploma",
        "On which statute does a diploma end the claim of a student in a programme under EC 47612.1?",
        "no day is claimed after a diploma unless the school decided otherwise",
        "the school's admission policy; EC 47612(b)",
        ("R-AGE-04",),
    ),
    OpenQuestion(
        10,
        "recovery-divisor",
        "Are recovered days divided by the days taught of the regular period?",
        "they are, on a line of their own; sessions are never added to the days taught",
        "EC 46211; EC 41601(a)",
        ("R-AR-12",),
    ),
    OpenQuestion(
        11,
        "study-days",
        "How many days does an assignment period of independent study in a charter school earn?",
        "the fewer of the days engaged and the days the work was worth",
        "EC 51747.5(b); CDE letter of December 2004",
        ("R-IS-05",),
    ),
    OpenQuestion(
        12,
        "recovery-transfer",
        "Do days a student recovered at another agency count against the ten of the year?",
        "they count, where they are known",
        "EC 46211",
        ("R-AR-15",),
    ),
)


def caveats(
    rules: Collection[str], on: date, answers: Mapping[int, str] = MappingProxyType({})
) -> tuple[Finding, ...]:
    """Return what a report resting on the given rules must say about itself.

    One finding for every open question behind them, and one for every provision of theirs that
    was recalled rather than read. `rules` are numbers such as "R-AR-07". `answers` are what the
    school has in writing, by the question's number: it is shown and changes no number, for a rule
    changes by a dated provision alone.
    """
    asked = [question for question in OPEN_QUESTIONS if not set(rules).isdisjoint(question.rules)]
    recalled = [name for name in provisions() if _is_recalled(name, rules, on)]
    return (
        *(_about_question(question, rules, answers.get(question.number)) for question in asked),
        *(_about_provision(name, rules, on) for name in recalled),
    )


def _is_recalled(name: str, rules: Collection[str], on: date) -> bool:
    if provisions()[name].wordings[0].since > on:
        return False
    wording = in_force(name, on)
    return wording.evidence == "recalled" and _named_in(wording.cite, rules) is not None


def _named_in(cite: str, rules: Collection[str]) -> str | None:
    return next((rule for rule in sorted(rules) if f"({rule})" in cite), None)


def _about_question(question: OpenQuestion, rules: Collection[str], answer: str | None) -> Finding:
    settled = f"Answered: {answer}. What is computed" if answer else "Until it is settled"
    return Finding(
        rule=next(rule for rule in question.rules if rule in rules),
        citation=question.citation,
        subject=f"open question {question.number}",
        on=None,
        says=f"{question.asks} {settled}: {question.default}.",
        remedy="see that the provisions say what the answer says"
        if answer
        else "have counsel or the department answer in writing, and file the answer",
        severity=Severity.NOTICE if answer else Severity.WARNING,
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
