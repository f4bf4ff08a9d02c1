"""The monthly report counts every school month cell by cell, and its months make the periods."""

import csv
import io
import json
from datetime import date, timedelta

import pytest

from central.domain.absence import AbsenceReason
from central.domain.enrolment import Modality
from central.domain.period import PeriodKind
from central.errors import RefusedError
from central.reports import monthly_report, render_monthly
from central.reports.closing import close_any
from central.reports.monthly import MonthLine, MonthlyReport
from central.reports.render_text import WIDTH
from central.reports.snapshots import Filing
from central.store.models import AbsenceNote, CalendarDay, Enrollment, ReportSnapshot
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register, report
from tests.fakes.school import FIRST_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db

FIRST_MONTH = [on for on in schools.taught("A") if on <= date(2024, 8, 30)]
"""The days of school month 1, August 5 to 30: four whole weeks."""


def months(small: SmallSchool, as_of: date = SUMMER) -> MonthlyReport:
    return monthly_report.report(small.year, as_of, at(SUMMER, "12:00"))


def line(of: MonthlyReport, track: str = "A", month: int = 1, modality: str = "classroom") -> MonthLine:
    (found,) = (
        line
        for line in of.lines
        if (line.cell.key.track, line.cell.key.month, line.cell.key.modality) == (track, month, modality)
    )
    return found


def test_a_month_parts_every_possible_day_into_attended_absent_and_not_claimable(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, FIRST_MONTH[:10])
    register.certified(small.algebra, small.ben, FIRST_MONTH[:2], mark="absent")
    register.provisional(small.algebra, small.chloe, FIRST_MONTH[0])
    AbsenceNote.objects.create(
        student=small.ben, on=FIRST_MONTH[0], code="excused", by="clerk", at=at(FIRST_MONTH[0], "16:00")
    )
    first = line(months(small))
    cell = first.cell
    assert (cell.at_start, cell.entries, cell.exits, cell.at_end) == (0, 3, 0, 3)
    assert (cell.days_taught, cell.possible, cell.attended) == (20, 60, 10)
    assert cell.absent == {AbsenceReason.EXCUSED: 1, AbsenceReason.UNEXCUSED: 1}
    assert cell.lost == {"not certified": 48}
    assert (str(first.ada), first.unresolved) == ("0.50", 1)


def test_the_months_of_a_period_come_to_its_rows(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A"))
    register.certified(small.english, small.dan, schools.taught("B")[::3])
    found = months(small)
    for kind in PeriodKind:
        made = report(small, kind)
        for track, row in zip(made.tracks, made.rows, strict=True):
            mine = [one.cell for one in found.lines if one.cell.key.track == track.track]
            inside = [cell for cell in mine if cell.key.month in track.months]
            assert sum(cell.earned for cell in inside) == row.numerator
            assert sum(cell.days_taught for cell in inside) == row.divisor
        assert not [each for each in made.findings if each.rule == "R-MON-01" and each.blocks]
    last = line(found, "A", max(found.months))
    assert last.to_date == (report(small, PeriodKind.ANNUAL).rows[0].numerator, 195)


def test_a_month_that_is_not_over_counts_only_the_days_that_are(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, FIRST_MONTH[:3])
    found = monthly_report.report(small.year, FIRST_MONTH[2], at(FIRST_MONTH[2], "20:00"))
    assert found.months == (1,)
    assert (line(found).cell.days_taught, str(line(found).ada)) == (3, "1.00")


def test_who_goes_over_to_independent_study_leaves_one_line_and_enters_another(small: SmallSchool) -> None:
    enrolled = Enrollment.objects.get(student=small.ana)
    enrolled.until = FIRST_MONTH[9]
    enrolled.save()
    Enrollment.objects.create(
        student=small.ana,
        track=small.track_a,
        grade="9",
        modality=Modality.INDEPENDENT_STUDY.value,
        since=FIRST_MONTH[9] + timedelta(days=1),
    )
    found = months(small)
    assert (line(found).cell.exits, line(found).cell.at_end) == (1, 2)
    study = line(found, modality="independent study").cell
    assert (study.entries, study.at_end, study.possible) == (1, 1, 10)


def test_a_saturday_class_is_attended_beside_what_is_possible(small: SmallSchool, register: Register) -> None:
    saturday = date(2024, 8, 31)
    CalendarDay.objects.create(track=small.track_a, on=saturday, is_taught=True, kind="make-up")
    register.certified(small.algebra, small.ana, [*FIRST_MONTH[:18], saturday])
    found = line(months(small))
    assert (found.cell.attended, found.cell.on_weekends, found.cell.days_taught) == (18, 1, 20)
    assert str(found.ada) == "0.95"
    assert report(small, PeriodKind.P1).rows[0].numerator == 19
    assert len(report(small, PeriodKind.P1).proof) == 19


def test_corrections_are_told_with_their_reason_until_a_report_was_closed_after_them(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, FIRST_MONTH)
    register.correct(small.ana, FIRST_MONTH[0], "absent", at(MONDAY, "09:00"))
    early = monthly_report.report(small.year, MONDAY, at(SUMMER, "12:00"))
    assert [(one.before, one.after, one.reason) for one in early.corrections] == [
        ("present", "absent", "corrected")
    ]
    close_any(early, small.year, small.leader, at(SUMMER, "12:00"), Filing())
    assert months(small).corrections == ()
    register.correct(small.ana, FIRST_MONTH[3], "absent", at(date(2024, 10, 1), "09:00"))
    register.correct(small.ana, FIRST_MONTH[0], "present", at(date(2024, 10, 2), "09:00"))
    told = [(one.on, one.before, one.after) for one in months(small).corrections]
    assert told == [(FIRST_MONTH[3], "present", "absent"), (FIRST_MONTH[0], "absent", "present")]


def test_a_monthly_report_is_closed_once_a_day_and_again_only_with_a_reason(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, FIRST_MONTH)
    now = at(SUMMER, "12:00")
    close_any(months(small), small.year, small.leader, now, Filing())
    with pytest.raises(RefusedError, match="these very numbers"):
        close_any(months(small), small.year, small.leader, now, Filing(reason="again"))
    register.correct(small.ana, FIRST_MONTH[0], "absent", at(SUMMER, "11:00"))
    with pytest.raises(RefusedError, match="say why again with --reason"):
        close_any(months(small), small.year, small.leader, now, Filing())
    close_any(months(small), small.year, small.leader, now, Filing(reason="a lent card"))
    assert [row.edition for row in ReportSnapshot.objects.order_by("pk")] == ["original", "revised"]
    with pytest.raises(RefusedError, match="may not close"):
        close_any(months(small), small.year, small.teacher, now, Filing())


def test_the_three_forms_say_the_same_and_every_day_has_its_proof(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, FIRST_MONTH[:10])
    found = months(small, FIRST_MONTH[-1])
    texts = {
        form: next(iter(render_monthly.render(found, form).values())) for form in ("text", "json", "csv")
    }
    told = json.loads(texts["json"])["lines"][0]
    (row, *_) = csv.DictReader(io.StringIO(texts["csv"]))
    assert (told["days_possible"], told["days_attended"], told["ada"]) == (60, 10, "0.50")
    assert (row["days_possible"], row["days_attended"], row["ada"]) == ("60", "10", "0.50")
    assert "60 days possible = 10 attended + 0 absent" in texts["text"]
    assert "Teacher E001" in texts["text"]
    assert max(map(len, texts["text"].splitlines())) <= WIDTH
    proof = list(csv.DictReader(io.StringIO(render_monthly.render(found, "csv")["_proof.csv"])))
    assert len(proof) == 10
    assert FIRST_MONTH[0] == FIRST_DAY
