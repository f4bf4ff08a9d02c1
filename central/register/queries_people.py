"""The questions of the register to the facts about students."""

from collections.abc import Callable, Iterable
from datetime import date

from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan, Programme
from central.domain.student import FactKind, StudentFacts
from central.law.provision import number
from central.register.records import Records, some
from central.register.standing import Answer, broken, met
from central.store.queries.facts import programme_agreements

_ADMITTED_AT = 22
"""The school's own admission rule; no provision of law says so."""


def residents(records: Records) -> Answer:
    """Ask for a proof of residency on each school day of each enrollment."""
    return _of_each_day(
        records,
        lambda _span, known, on: any(proof.holds(on) for proof in known.residency),
        "without a proof of residency",
    )


def no_diplomas(records: Records) -> Answer:
    """Ask for students enrolled after a diploma was awarded to them."""
    return _of_each_day(
        records,
        lambda _span, known, on: known.diploma_on is None or on < known.diploma_on,
        "enrolled with a diploma",
    )


def old_enough(records: Records) -> Answer:
    """Ask for students admitted younger than the school admits them, or without a birth date."""
    young = [
        span.student
        for span in records.enrolled
        if (records.people[span.student].age_on(span.since) or 0) < _ADMITTED_AT
    ]
    return _verdict(young, f"under {_ADMITTED_AT} at enrollment, or without a birth date", records)


def ages_allowed(records: Records) -> Answer:
    """Ask for partnership students without an exclusive agreement, and for others over the oldest age."""
    exclusive = [held.valid for held in programme_agreements(records.year.school_id) if held.is_exclusive]
    oldest = number("oldest_age_in_an_ordinary_charter", records.span.starts_on)

    def allowed(span: EnrolledSpan, known: StudentFacts, on: date) -> bool:
        if span.programme is Programme.PARTNERSHIP:
            return any(valid.holds(on) for valid in exclusive)
        age = known.age_on(on)
        return age is not None and age <= oldest

    return _of_each_day(records, allowed, "outside an exclusive agreement and too old")


def enrolled_without_break(records: Records) -> Answer:
    """Ask for older students outside a partnership whose way through public school was broken."""

    def unbroken(known: StudentFacts, on: date) -> bool:
        turned = known.turns(_conditions_from(on))
        if turned is None:
            return False
        years = DateSpan(turned, known.turns(_conditions_from(on) + 1))
        pursued = any(_meet(course, years) for course in known.diploma_courses)
        return pursued and any(stretch.holds(turned) and stretch.holds(on) for stretch in known.public_school)

    return _of_older_students(records, unbroken, "over 19 without proof of continuous enrollment")


def progress_made(records: Records) -> Answer:
    """Ask for older students outside a partnership nobody judged to be progressing."""
    return _of_older_students(
        records,
        lambda known, on: any(judged.holds(on) for judged in known.progress),
        "over 19 without a judgement of progress in force",
    )


def unduplicated_countable(records: Records) -> Answer:
    """Ask for students whose entitlement to meals is unknown, and count each student once."""
    unknown = records.without(FactKind.FREE_OR_REDUCED_MEALS, records.enrolled)
    if unknown:
        return broken(f"{len(unknown)} students with no word on meals: {some(unknown)}")
    kinds = (FactKind.FREE_OR_REDUCED_MEALS, FactKind.ENGLISH_LEARNER, FactKind.FOSTER)
    enrolled = {span.student for span in records.enrolled}
    counted = {
        fact.student
        for fact in records.facts
        if fact.kind in kinds and fact.value != "no" and fact.valid.since <= records.as_of
    }
    return met(f"{len(counted & enrolled)} of {len(enrolled)} students count")


def english_learners_identified(records: Records) -> Answer:
    """Ask for students whose language status is unknown."""
    unknown = records.without(FactKind.ENGLISH_LEARNER, records.enrolled)
    return _verdict(unknown, "with no language status", records)


def aebg_determined(records: Records) -> Answer:
    """Ask for students whose eligibility for the block grant nobody determined."""
    unknown = records.without(FactKind.AEBG, records.enrolled)
    return _verdict(unknown, "with no determination for the block grant", records)


def wioa_determined(records: Records) -> Answer:
    """Ask for partnership students without a determination of the workforce programme."""
    partners = [span for span in records.enrolled if span.programme is Programme.PARTNERSHIP]
    return _verdict(
        records.without(FactKind.WIOA, partners), "of a partnership with no determination", records
    )


def _conditions_from(on: date) -> int:
    return number("age_without_conditions", on)


def _meet(one: DateSpan, other: DateSpan) -> bool:
    return one.holds(other.since) or other.holds(one.since)


def _of_each_day(
    records: Records, holds: Callable[[EnrolledSpan, StudentFacts, date], bool], what: str
) -> Answer:
    """Ask something of each school day of each enrollment; the first day it fails on is named."""
    failed = {
        span.student: on
        for span in records.enrolled
        if (
            on := next(
                (on for on in records.school_days(span) if not holds(span, records.people[span.student], on)),
                None,
            )
        )
    }
    if failed:
        first = min(failed.values())
        return broken(f"{len(failed)} students {what}, the first on {first}: {some(failed)}")
    return _verdict((), what, records)


def _of_older_students(records: Records, holds: Callable[[StudentFacts, date], bool], what: str) -> Answer:
    """Ask something only of students over the age without conditions, outside a partnership."""

    def asked(span: EnrolledSpan, known: StudentFacts, on: date) -> bool:
        if span.programme is Programme.PARTNERSHIP:
            return True
        age = known.age_on(on)
        return age is not None and (age <= _conditions_from(on) or holds(known, on))

    return _of_each_day(records, asked, what)


def _verdict(students: Iterable[str], what: str, records: Records) -> Answer:
    found = sorted(set(students))
    if found:
        return broken(f"{len(found)} students {what}: {some(found)}")
    return met(f"none of {len({span.student for span in records.enrolled})} students is {what}")
