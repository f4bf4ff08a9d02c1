"""Agreements for independent study: for which days one holds, and whose signatures it needs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from central.domain.calendar import SchoolYear
from central.domain.finding import Finding, Severity
from central.domain.independent_study import Signer, StudyAgreement, StudyCase
from central.law.provision import number

_ACT = "EC 51747 as amended by SB 153 (2024)"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The schooldays agreements hold for, and for every other day what stands against it."""

    days: frozenset[date]
    against: dict[date, Finding]


def is_long(agreement: StudyAgreement, taught: Collection[date]) -> bool:
    """Tell whether an agreement is for so many schooldays that it is signed before it begins.

    Cites: EC 51747 as amended by SB 153 (2024) (R-IS-02).
    """
    return _is_long(agreement.since, agreement.until, taught)


def signers_needed(case: StudyCase, agreement: StudyAgreement) -> frozenset[Signer]:
    """Return whose signatures an agreement needs, by what is known of the student on its first day.

    Without a birth date on file a parent's is needed; special education's where the student is an
    individual with exceptional needs on any day of the agreement.

    Cites: EC 51747 (R-IS-03).
    """
    needed = {Signer.STUDENT, Signer.SUPERVISOR}
    age = case.age_on(agreement.since)
    if age is None or age < number("age_signing_alone", agreement.since):
        needed.add(Signer.PARENT)
    for span in case.special_education:
        if span.since <= agreement.until and (span.until is None or agreement.since <= span.until):
            needed.add(Signer.SPECIAL_EDUCATION)
    return frozenset(needed)


def complete_on(agreement: StudyAgreement, needed: Collection[Signer]) -> date | None:
    """Return the day the last signature needed was given, or None while one is missing.

    Of two dates for one signer the later one counts.

    Cites: EC 51747 (R-IS-02, R-IS-03).
    """
    given = [on for signer, on in agreement.signed_on if signer in needed]
    signed = {signer for signer, _ in agreement.signed_on}
    return max(given, default=None) if signed.issuperset(needed) else None


def days_agreed(case: StudyCase, taught: Collection[date], year: SchoolYear) -> Agreed:
    """Return for which days taught the student's agreements hold.

    A short agreement holds wholly once signed by the last day of the school year, however late; a
    long one from the day it is signed on. One that lacks a required element or a signature holds
    for no day. Where several agreements reach a day, one that holds is enough.

    Cites: EC 51747 as amended by SB 153 (2024) (R-IS-02, R-IS-03).
    """
    days: set[date] = set()
    against: dict[date, Finding] = {}
    for agreement in sorted(case.agreements, key=lambda one: (one.since, one.agreement)):
        word = _word(case, agreement, taught, year)
        for on in taught:
            if not agreement.holds(on):
                continue
            if word.holds_from is not None and word.holds_from <= on:
                days.add(on)
            else:
                against.setdefault(on, _finding(word.rule, case, on, word.says, word.remedy))
    for on in set(taught) - days:
        against.setdefault(on, _finding("R-IS-02", case, on, "no agreement reaches this day of study", _FILE))
    return Agreed(frozenset(days), {on: found for on, found in against.items() if on not in days})


def findings_on_split_agreements(case: StudyCase, taught: Collection[date]) -> tuple[Finding, ...]:
    """Report short agreements that follow each other without a schoolday between and are long together.

    Cites: EC 51747 as amended by SB 153 (2024) (R-IS-02).
    """
    return tuple(
        Finding(
            rule="R-IS-02",
            citation=_ACT,
            subject=case.student,
            on=run[0].since,
            says=f"agreements {', '.join(one.agreement for one in run)} follow on and make a long one",
            remedy="have the long agreement signed before it begins, or be ready to show why these are apart",
            severity=Severity.WARNING,
        )
        for run in _runs(case, taught)
        if run and _is_long(run[0].since, max(one.until for one in run), taught)
    )


_FILE = "file the agreement with its dates, or do not claim the day"


@dataclass(frozen=True, slots=True)
class _Word:
    """From which day on an agreement holds, if at all, and what is said of its other days."""

    holds_from: date | None
    rule: str = "R-IS-02"
    says: str = ""
    remedy: str = ""


def _word(case: StudyCase, agreement: StudyAgreement, taught: Collection[date], year: SchoolYear) -> _Word:
    if agreement.missing:
        says = f"the agreement lacks {', '.join(agreement.missing)}"
        return _Word(None, says=says, remedy="do not claim its days; make a complete agreement")
    needed = signers_needed(case, agreement)
    signed_on = complete_on(agreement, needed)
    if signed_on is None:
        missing = sorted(needed - {signer for signer, _ in agreement.signed_on})
        says = f"the agreement is not signed by: {', '.join(missing)}"
        return _Word(None, "R-IS-03", says, "file the signatures with their dates")
    if is_long(agreement, taught):
        says = "the agreement is a long one and was not yet signed on this day"
        return _Word(signed_on, says=says, remedy="do not claim days before the last signature")
    if signed_on > year.ends_on:
        says = "the agreement was signed after its school year was over"
        return _Word(None, says=says, remedy="do not claim its days")
    return _Word(agreement.since)


def _runs(case: StudyCase, taught: Collection[date]) -> Iterator[list[StudyAgreement]]:
    """Yield the short agreements in stretches without a schoolday between one and the next."""
    short = sorted((one for one in case.agreements if not is_long(one, taught)), key=lambda one: one.since)
    run: list[StudyAgreement] = short[:1]
    for before, after in pairwise(short):
        if any(before.until < on < after.since for on in taught):
            yield run
            run = []
        run.append(after)
    yield run


def _is_long(since: date, until: date, taught: Collection[date]) -> bool:
    schooldays = sum(1 for on in taught if since <= on <= until)
    return schooldays > number("short_study_schooldays", since)


def _finding(rule: str, case: StudyCase, on: date, says: str, remedy: str) -> Finding:
    return Finding(rule, _ACT, case.student, on, says, remedy, Severity.BLOCKING)
