"""The six points on electronic attendance: what was entered when, and who changed, saw and signed it."""

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.law.entry_day import Entered, FirstEntry, how_entered
from central.reports.electronic_attendance import ElectronicAttendanceReport
from central.reports.electronic_attendance_report import LETTER_ROW, report
from central.reports.paper_electronic_attendance import papers
from central.store.models import AttendanceRecord, RequirementEvidence, Tap
from central.work import paper
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.outages import Word, note
from central.work.viewings import Seen
from central.work.viewings import note as look
from tests.fakes import school as schools
from tests.fakes.paper import EVENING, shown
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import MONDAY, SmallSchool, at

TUESDAY = MONDAY + timedelta(days=1)
NEXT_DAY = at(TUESDAY, "09:00")


def made(small: SmallSchool, as_of: date = SUMMER) -> ElectronicAttendanceReport:
    return report(small.year, as_of, at(SUMMER, "12:00"))


def says(of: ElectronicAttendanceReport, point: int) -> list[str]:
    return [found.says for found in of.findings if found.citation.endswith(f"point {point}")]


@pytest.mark.django_db
def test_each_record_of_a_late_signed_class_is_told_by_how_it_was_entered(small: SmallSchool) -> None:
    rows = "student number,date,mark\n001001,2024-09-09,present"
    paper.accept(paper.read(NamedFile("s.csv", rows.encode()), small.algebra, "S-1"), small.clerk, NEXT_DAY)
    word = Word(
        since_at=at(MONDAY, "08:00"),
        until_at=at(MONDAY, "12:00"),
        cause="power",
        says="the wing was dark",
        station=small.station_101,
    )
    note(word, small.clerk, NEXT_DAY)
    shown(small, small.ben, "08:25")
    rest = [Change(small.chloe.pk, Action.ABSENT, "the class says so")]
    certify_session(
        small.algebra, MONDAY, Signature(small.teacher, NEXT_DAY, late_reason="no power in the wing"), rest
    )
    of = made(small)
    (day,) = of.days
    assert day.on == MONDAY
    assert day.records == {Entered.PAPER: 1, Entered.TAP: 1, Entered.LATE: 1}
    assert day.first_at == at(MONDAY, "08:25")
    assert {(each.entry.student, each.entered, each.sheets) for each in of.late} == {
        ("001001", Entered.PAPER, ("S-1",)),
        ("001003", Entered.LATE, ()),
    }
    (late,) = says(of, 2)
    assert "without paper" in late
    assert [found.subject for found in of.findings if found.says == late] == ["1 record"]
    # Before the teacher signed nothing was certified, and the report as of that day says so.
    assert made(small, MONDAY).days == ()


@pytest.mark.django_db
def test_a_class_signed_on_its_day_leaves_nothing_to_say_of_entry(small: SmallSchool) -> None:
    shown(small, small.ben, "08:25")
    rest = [Change(each.pk, Action.ABSENT) for each in (small.ana, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest)
    of = made(small)
    assert of.days[0].records == {Entered.TAP: 1, Entered.HAND: 2}
    assert (of.late, says(of, 2)) == ((), [])


@pytest.mark.django_db
def test_a_change_after_certification_stands_with_both_dates_and_both_employees(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY, TUESDAY])
    register.correct(small.ana, MONDAY, "absent", at(SUMMER, "10:00"))
    of = made(small)
    (changed,) = of.changes
    assert (changed.entry.student, changed.entry.on, changed.entry.section) == ("001001", MONDAY, "ALG1-01")
    assert (changed.entry.entered_by, changed.entry.entered_at) == ("resolve", at(MONDAY, "09:00"))
    assert (changed.change.by, changed.change.before, changed.change.after) == ("E001", "present", "absent")
    assert (changed.change.is_after_certification, changed.change.reason) == (True, "corrected")
    assert made(small, TUESDAY).changes == ()
    table = next(each for each in papers(of).tables if each.short == "3 changes")
    assert list(table.rows) == [
        [
            *("001001", "ALG1-01", MONDAY, "09/09/2024 09:00:00", "resolve", "06/30/2025 10:00:00", "E001"),
            *("present", "absent", "yes", "corrected"),
        ]
    ]


@pytest.mark.django_db
def test_a_record_removed_after_it_was_certified_is_a_change_and_no_entry(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    record = AttendanceRecord.objects.get()
    last = record.decisions.latest("pk")
    record.decisions.create(
        stage_from="certified", stage_to="removed", mark="present", by=last.by, at=NEXT_DAY, is_same_day=False
    )
    of = made(small)
    assert of.days == ()
    assert [(each.change.after, each.change.reason) for each in of.changes] == [("removed", "")]
    assert says(of, 3) == ["changed after certification without a reason on record"]


@pytest.mark.django_db
def test_logins_with_one_seed_are_shared_and_one_without_any_is_named(small: SmallSchool) -> None:
    schools.give_login(small.teacher)
    schools.give_login(small.other_teacher)
    schools.give_login(small.clerk, secret="KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")  # noqa: S106  made up
    Authenticator.objects.filter(user=schools.give_login(small.admin).pk).delete()
    gone = schools.give_login(small.leader)
    gone.is_active = False
    gone.save()
    logins = made(small).logins
    assert (logins.in_use, logins.disabled, logins.with_code) == (4, 1, 3)
    assert logins.shared == (small.teacher.number, small.other_teacher.number)
    assert logins.without_factor == (small.admin.number,)
    assert len(says(made(small), 5)) == 2


@pytest.mark.django_db
def test_looks_are_counted_by_role_within_the_year(small: SmallSchool) -> None:
    schools.give_login(small.teacher)
    look(small.teacher, Seen("records", section=small.algebra, on=MONDAY), at(MONDAY, "12:00"))
    look(small.teacher, Seen("records", section=small.algebra, on=MONDAY), at(MONDAY, "13:00"))
    look(small.auditor, Seen("trace", student=small.ana), at(date(2024, 6, 30), "12:00"))
    of = made(small)
    teacher = next(each for each in of.sight if each.role == "Certificated staffer")
    assert (teacher.people, teacher.looks.people, teacher.looks.looks) == (1, 1, 2)
    assert teacher.sees_histories
    assert [(page, looks.looks) for page, looks in of.looks_by_page.items()] == [("records", 2)]


@pytest.mark.django_db
def test_the_auditors_letter_counts_while_it_is_in_force_and_not_withdrawn(small: SmallSchool) -> None:
    assert len(says(made(small), 6)) == 1
    filed = {"school": small.school, "row": LETTER_ROW, "since": MONDAY, "by": small.leader}
    RequirementEvidence.objects.create(**filed, says="the letter of May", at=at(MONDAY, "12:00"))
    assert says(made(small), 6) == []
    assert made(small).letter is not None
    RequirementEvidence.objects.create(**filed, says="wrong one", at=at(TUESDAY, "12:00"), is_withdrawn=True)
    assert len(says(made(small), 6)) == 1


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_school(
    small: SmallSchool, register: Register, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:60])
    with django_assert_max_num_queries(18):
        of = made(small)
    assert len(of.days) == 60
    empty = papers(made(small, date(2024, 7, 1)))
    assert all(empty.written(form) for form in ("pdf", "xlsx", "csv"))


@pytest.mark.django_db
def test_a_day_to_come_or_before_the_year_is_refused(small: SmallSchool) -> None:
    for as_of in (SUMMER + timedelta(days=1), date(2024, 6, 30)):
        with pytest.raises(CentralError, match="report as of"):
            made(small, as_of)


@pytest.mark.django_db
def test_a_record_of_a_tap_that_stands_no_more_is_unproven_also_on_its_day(small: SmallSchool) -> None:
    shown(small, small.ben, "08:25")
    rest = [Change(each.pk, Action.ABSENT) for each in (small.ana, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest)
    Tap.objects.update(outcome=Tap.Outcome.REFUTED)
    of = made(small)
    assert of.days[0].records == {Entered.UNPROVEN: 1, Entered.HAND: 2}
    assert [(each.entry.student, each.entered) for each in of.late] == [("001002", Entered.UNPROVEN)]
    assert says(of, 2) == [
        "made of a tap that was judged otherwise since, so no entry of its day stands behind them"
    ]


TAPPED = st.sampled_from([None, MONDAY, TUESDAY])


@given(st.builds(FirstEntry, st.just(MONDAY), TAPPED, st.booleans(), st.booleans(), st.booleans()))
def test_nothing_but_a_tap_a_word_of_the_day_or_paper_of_an_outage_is_as_asked(first: FirstEntry) -> None:
    entered = how_entered(first)
    is_word_of_the_day = first.is_same_day and not first.is_of_taps
    allowed = (first.tapped_on == MONDAY, is_word_of_the_day, first.has_paper_of_outage)
    assert entered.is_as_asked == any(allowed)
    assert (entered is Entered.TAP) == (first.tapped_on == MONDAY)
    assert (entered is Entered.LATE) == (not any(allowed) and not first.is_of_taps)
