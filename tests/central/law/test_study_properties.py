"""What holds of independent study whatever was agreed, signed, worked and handed in."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import Grade
from central.domain.independent_study import Signer, StudyAgreement, StudyCase, StudyWork
from central.domain.operator import TeacherCredential
from central.domain.school import LeaKind
from central.law import independent_study
from central.law.independent_study import study_days
from central.law.study_agreement import days_agreed
from tests.fakes.school_days import some_weekdays

YEAR = SchoolYear("2025-26")
TAUGHT = some_weekdays(30, date(2025, 9, 8))
GRADES = dict.fromkeys(TAUGHT, Grade.G9)
HELD = [TeacherCredential("T1", DateSpan(date(2020, 7, 1), date(2030, 6, 30)))]
kinds = st.sampled_from(list(LeaKind))
any_day = st.integers(0, 29).map(TAUGHT.__getitem__)


@st.composite
def agreements(draw: st.DrawFn) -> StudyAgreement:
    first, last = sorted((draw(st.integers(0, 29)), draw(st.integers(0, 29))))
    signed = tuple(
        (signer, draw(st.dates(date(2025, 9, 1), date(2026, 7, 31))))
        for signer in draw(st.sampled_from([(Signer.STUDENT, Signer.SUPERVISOR), (Signer.STUDENT,)]))
    )
    missing = draw(st.sampled_from([(), (), (), ("course credits",)]))
    name = f"A{first}-{last}"
    return StudyAgreement(
        agreement=name,
        student="S1",
        since=TAUGHT[first],
        until=TAUGHT[last],
        signed_on=signed,
        missing=missing,
    )


@st.composite
def work(draw: st.DrawFn, on: date) -> StudyWork:
    due_on = on + timedelta(days=4 - on.weekday())
    return StudyWork(
        student="S1",
        on=on,
        work_minutes=draw(st.sampled_from([0, 100, 239, 240, 480, 1440])),
        synchronous_minutes=draw(st.sampled_from([0, 1, 240])),
        is_engaged=draw(st.booleans()),
        evaluated_by=draw(st.sampled_from(["T1", "T1", "T1", "T2"])),
        evaluated_on=due_on,
        due_on=due_on,
        handed_in_on=due_on + timedelta(days=draw(st.sampled_from([0, 0, 0, 1]))),
    )


@st.composite
def cases(draw: st.DrawFn) -> StudyCase:
    dates = draw(st.sets(any_day, max_size=20))
    return StudyCase(
        student="S1",
        born_on=date(1990, 1, 1),
        agreements=tuple(draw(st.lists(agreements(), min_size=1, max_size=3))),
        work=tuple(draw(work(on)) for on in sorted(dates)),
    )


def claimed(case: StudyCase, kind: LeaKind) -> frozenset[date]:
    return study_days(case, GRADES, days_agreed(case, TAUGHT, YEAR), kind, HELD).days


@settings(max_examples=50)
@given(case=cases(), kind=kinds)
def test_a_day_is_claimed_once_and_only_where_taught_agreed_and_worked(
    case: StudyCase, kind: LeaKind
) -> None:
    agreed = days_agreed(case, TAUGHT, YEAR)
    found = study_days(case, GRADES, agreed, kind, HELD)
    assert found.days <= agreed.days <= set(TAUGHT)
    assert found.days <= {row.on for row in case.work}
    lost = [finding.on for finding in found.findings]
    assert sorted([*found.days, *(on for on in lost if on)]) == TAUGHT


@settings(max_examples=50)
@given(case=cases(), kind=kinds)
def test_no_assignment_period_brings_more_days_than_it_has_or_its_work_is_worth(
    case: StudyCase, kind: LeaKind
) -> None:
    found = claimed(case, kind)
    for due_on in {row.due_on for row in case.work}:
        rows = [row for row in case.work if row.due_on == due_on]
        minutes = sum(row.synchronous_minutes + row.work_minutes for row in rows if not row.is_late)
        minutes += sum(row.synchronous_minutes for row in rows if row.is_late)
        here = sum(1 for row in rows if row.on in found)
        assert here <= len(rows)
        assert here * 240 <= minutes


@settings(max_examples=50)
@given(case=cases(), kind=kinds, data=st.data())
def test_work_handed_in_late_never_raises_what_may_be_claimed(
    case: StudyCase, kind: LeaKind, data: st.DataObject
) -> None:
    late = data.draw(st.sets(st.sampled_from([row.on for row in case.work] or TAUGHT)))
    changed = tuple(
        replace(row, handed_in_on=row.due_on + timedelta(days=1)) if row.on in late else row
        for row in case.work
    )
    assert len(claimed(replace(case, work=changed), kind)) <= len(claimed(case, kind))


@settings(max_examples=50)
@given(case=cases(), kind=kinds, later=st.integers(0, 400))
def test_signing_later_never_adds_a_day(case: StudyCase, kind: LeaKind, later: int) -> None:
    moved = tuple(
        replace(one, signed_on=tuple((signer, on + timedelta(days=later)) for signer, on in one.signed_on))
        for one in case.agreements
    )
    changed = replace(case, agreements=moved)
    assert days_agreed(changed, TAUGHT, YEAR).days <= days_agreed(case, TAUGHT, YEAR).days
    assert len(claimed(changed, kind)) <= len(claimed(case, kind))


@settings(max_examples=50)
@given(case=cases(), kind=kinds, data=st.data())
def test_the_order_of_rows_and_agreements_does_not_matter(
    case: StudyCase, kind: LeaKind, data: st.DataObject
) -> None:
    shuffled = replace(
        case,
        agreements=tuple(data.draw(st.permutations(case.agreements))),
        work=tuple(data.draw(st.permutations(case.work))),
    )
    assert claimed(shuffled, kind) == claimed(case, kind)


@settings(max_examples=50)
@given(case=cases())
def test_a_charter_student_is_claimed_only_for_days_of_engagement(case: StudyCase) -> None:
    engaged = {row.on for row in case.work if row.is_engaged}
    assert claimed(case, LeaKind.CHARTER) <= engaged


def test_were_any_minute_enough_a_charters_every_day_of_engagement_would_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    days = TAUGHT[:5]
    whole = StudyAgreement(
        agreement="A1",
        student="S1",
        since=TAUGHT[0],
        until=TAUGHT[4],
        signed_on=((Signer.STUDENT, TAUGHT[0]), (Signer.SUPERVISOR, TAUGHT[0])),
    )
    row = StudyWork(
        student="S1",
        on=days[0],
        work_minutes=1,
        synchronous_minutes=0,
        is_engaged=True,
        evaluated_by="T1",
        evaluated_on=days[4],
        due_on=days[4],
        handed_in_on=days[4],
    )
    idle = replace(row, on=days[4], work_minutes=0)
    work = (*(replace(row, on=on) for on in days[:4]), idle)
    case = StudyCase(student="S1", born_on=date(1990, 1, 1), agreements=(whole,), work=work)
    assert claimed(case, LeaKind.CHARTER) == frozenset()
    monkeypatch.setattr(independent_study, "choice", lambda _name, _on: "any_minute")
    assert claimed(case, LeaKind.CHARTER) == frozenset(days[:4])
