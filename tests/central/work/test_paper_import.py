"""Files of many classes and days: what each line amounts to, asked where it must be, and taken back again."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import pytest

from central.errors import InputError, RefusedError
from central.exchange.named_file import NamedFile
from central.store.models import AttendanceRecord, Decision, PaperBatch, PaperLine, PaperSheet, Student
from central.work.paper_import import Taken, accept, look
from central.work.paper_preview import Wish
from central.work.paper_verdict import Verdict
from central.work.paper_withdrawal import left_of, withdraw
from central.work.record_moves import move, person
from tests.fakes import paper_school
from tests.fakes.paper_school import NOW, PaperSchool

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
Stage = AttendanceRecord.Stage


@pytest.fixture
def school() -> PaperSchool:
    return paper_school.build()


def keyed(*rows: str, headings: str = "Student Number,Name,Date,Time In,Class") -> Wish:
    return Wish(NamedFile("sheets.csv", "\n".join([headings, *rows]).encode()))


JOSE = '0012345,"Nuñez, José"'
ZOE = '0098765,"O\'Brien, Zoë"'


def refusals(wish: Wish, school: PaperSchool) -> list[str]:
    """Return what is said of the lines that cannot be taken in."""
    with pytest.raises(InputError) as caught:
        accept(wish, school.clerk, NOW)
    assert not PaperSheet.objects.exists()
    return [problem.removeprefix("sheets.csv ") for problem in caught.value.problems]


def take_in(school: PaperSchool, *rows: str) -> Taken:
    return accept(keyed(*rows), school.clerk, NOW)


def verdicts(wish: Wish, school: PaperSchool) -> Sequence[Verdict]:
    return [row.verdict for row in look(wish, school.clerk, NOW).rows]


def test_each_line_goes_to_the_class_its_student_had(school: PaperSchool) -> None:
    math = paper_school.section_of(school.track, "MATH-1", range(5), (time(13), time(15)))
    paper_school.place(school.students["0012345"], math)
    taken = take_in(
        school,
        f"{JOSE},2026-09-03,8:05,",
        f"{JOSE},2026-09-03,1:10 PM,",
        f"{JOSE},2026-09-04,,math-1",
        f"{ZOE},2026-09-04,8:00,",
    )
    # A line that names a class but no time and no mark says nothing.
    assert [row.verdict for row in taken.preview.rows].count(Verdict.NOTHING) == 1
    found = AttendanceRecord.objects.values_list("student__number", "section__code", "on").order_by("pk")
    assert sorted(found) == [
        ("0012345", "ESL-1", date(2026, 9, 3)),
        ("0012345", "MATH-1", date(2026, 9, 3)),
        ("0098765", "ESL-1", date(2026, 9, 4)),
    ]
    assert PaperSheet.objects.filter(batch=taken.batch).count() == 3
    unsure = keyed(f"{JOSE},2026-09-08,7:00,")
    assert verdicts(unsure, school) == [Verdict.REFUSED]
    said = Wish(unsure.file, section=math)
    assert verdicts(said, school) == [Verdict.FALLBACK]


def test_what_is_wrong_with_every_line_is_said_at_once(school: PaperSchool) -> None:
    stranger = Student.objects.create(school=school.school, number="555", family_name="New", given_name="Eva")
    late = paper_school.section_of(school.track, "LATE-1", range(5), (time(13), time(15)))
    paper_school.place(stranger, late)
    found = refusals(
        keyed(
            f"{JOSE},2026-09-05,8:00,",
            f"{JOSE},2026-12-01,8:00,",
            f"{JOSE},2026-09-03,8:00,NOPE",
            f"{JOSE},2026-09-03,8:00,LATE-1",
            f"{JOSE},2026-09-03,noon,",
            '0012345,"Smith, John",2026-09-03,8:00,',
            '9,"Smith, John",2026-09-03,8:00,',
            ',"Smith, John",2026-09-03,8:00,',
            f"{JOSE},soon,8:00,",
            f"{JOSE},2026-09-03,8:00,,,surplus",
        ),
        school,
    )
    assert found == [
        "line 2: the student had no class on this day; look at the date and at the calendar",
        "line 3: this day is still to come",
        "line 4: no class has this code on this day",
        "line 5: the student has no place in this class on this day",
        "line 6: no time of day can be read here; write it like 8:30 AM",
        "line 7: the number and the name are not of the same student; look which one is wrong",
        "line 8: no student has this number; look at the sheet, leading zeros count",
        "line 9: no student number on this line; write it and try again",
        "line 10: no date can be read here; write it like 2024-08-19",
        "line 11: something stands beyond the last column; look for a missing quote or one comma too many",
    ]
    assert "Smith" not in " ".join(found)


def test_a_date_that_fits_both_ways_is_asked_for_and_never_guessed(school: PaperSchool) -> None:
    year_before = paper_school.track_of(school.school, "2025-26", date(2025, 8, 11), date(2026, 5, 29))
    then = paper_school.section_of(year_before, "ESL-0", range(5), (time(8), time(12)))
    paper_school.place(school.students["0012345"], then)
    wish = keyed(f"{JOSE},03/09/2026,8:05,")
    assert [guess.key for guess in look(wish, school.clerk, NOW).asks] == ["dates"]
    with pytest.raises(InputError, match="dates: the dates may be read in more than one way"):
        accept(wish, school.clerk, NOW, leaves_refused=True)
    assert not PaperBatch.objects.exists()
    told = Wish(wish.file, {"dates": "dmy"})
    assert accept(told, school.clerk, NOW).records == 1
    assert AttendanceRecord.objects.get().on == date(2026, 9, 3)
    # One more line that fits in one way alone settles it for all.
    both = keyed(f"{JOSE},03/09/2026,8:05,", f"{JOSE},03/23/2026,8:05,")
    preview = look(both, school.clerk, NOW)
    assert (preview.choices["dates"], [str(row.on) for row in preview.rows]) == (
        "mdy",
        ["2026-03-09", "2026-03-23"],
    )


def test_a_time_that_stood_on_the_clock_twice_is_not_guessed(school: PaperSchool) -> None:
    nights = paper_school.track_of(school.school, "2025-26", date(2025, 8, 11), date(2026, 5, 29))
    sunday = paper_school.section_of(nights, "NIGHT", range(7), (time(0, 30), time(4)))
    paper_school.place(school.students["0012345"], sunday)
    twice, never = date(2025, 11, 2), date(2026, 3, 8)
    nights.days.bulk_create(
        nights.days.model(track=nights, on=on, is_taught=True, kind="regular") for on in (twice, never)
    )
    assert refusals(
        keyed(f"{JOSE},{twice},1:30,", f"{JOSE},{never},2:30,", f"{JOSE},{twice},3:30,"), school
    ) == [
        "line 2: this time stood on the clock twice that night; leave the cell empty",
        "line 3: this time never stood on the clock that night; leave the cell empty",
    ]


def test_zeros_are_given_back_only_where_one_student_alone_fits(school: PaperSchool) -> None:
    other = Student.objects.create(school=school.school, number="12345", family_name="Ruiz", given_name="Ana")
    paper_school.place(other, school.english)
    bare = keyed("12345,2026-09-03,8:00", headings="Student Number,Date,Time In")
    assert refusals(bare, school) == [
        "line 2: more than one student's number may have been this one; write it in full, as text"
    ]
    named = take_in(school, '12345,"Nuñez, José",2026-09-03,8:05,', '12345,"Ruiz, Ana",2026-09-03,8:06,')
    found = [(row.student.number if row.student else "", row.came_at) for row in named.preview.rows]
    assert [number for number, _ in found] == ["0012345", "12345"]
    notes = [[str(note) for note in row.notes] for row in named.preview.rows]
    lost = "leading zeros were lost; one student alone has this number with them"
    alike = "another student has this number but for leading zeros; look at the number once more"
    assert notes == [[lost, alike], [alike]]


def test_a_rounded_number_needs_a_name_that_proves_it(school: PaperSchool) -> None:
    assert refusals(keyed("1.23457E+09,,2026-09-03,8:00,"), school) == [
        "line 2: the spreadsheet rounded the number away and no name proves it; write it in full, as text"
    ]
    assert refusals(keyed("1.23457E+09,Smith John,2026-09-03,8:00,"), school) == [
        "line 2: the number and the name are not of the same student; look which one is wrong"
    ]


def test_a_teacher_writes_for_the_own_classes_alone(school: PaperSchool) -> None:
    other = paper_school.section_of(school.track, "MATH-1", range(5), (time(13), time(15)))
    paper_school.place(school.students["0098765"], other)
    wish = keyed(f"{JOSE},2026-09-03,8:05,", f"{ZOE},2026-09-03,1:10 PM,")
    with pytest.raises(InputError, match="line 3: this is not one of your classes"):
        accept(wish, school.teacher, NOW)
    assert accept(wish, school.clerk, NOW).records == 2
    school.clerk.role = "auditor"
    with pytest.raises(RefusedError, match="may not add paper sheets"):
        accept(wish, school.clerk, NOW)


def test_what_would_be_read_otherwise_than_it_was_shown_is_shown_again(school: PaperSchool) -> None:
    wish = keyed(f"{JOSE},03/09/2026,8:05,")
    shown = look(wish, school.clerk, NOW).choices
    with pytest.raises(RefusedError, match="look again"):
        accept(wish, school.clerk, NOW, seen=shown | {"dates": "mdy"})
    assert accept(wish, school.clerk, NOW, seen=shown).records == 1


def test_a_line_left_out_comes_in_later_and_the_others_only_once(school: PaperSchool) -> None:
    wish = keyed(f"{JOSE},2026-09-03,8:05,", '31,"Soto, Ana",2026-09-03,8:06,')
    first = accept(wish, school.clerk, NOW, leaves_refused=True)
    ana = Student.objects.create(school=school.school, number="31", family_name="Soto", given_name="Ana")
    paper_school.place(ana, school.english)
    second = accept(wish, school.clerk, LATER)
    assert (first.records, second.records) == (1, 1)
    assert list(PaperSheet.objects.values_list("times_taken", flat=True)) == [1, 2]
    assert next(row.verdict for row in second.preview.rows) is Verdict.KNOWN


def test_a_sheets_number_used_for_another_file_is_refused(school: PaperSchool) -> None:
    first, second = keyed(f"{JOSE},2026-09-03,8:05,"), keyed(f"{ZOE},2026-09-03,8:05,")
    accept(Wish(first.file, sheet="S-1"), school.clerk, NOW)
    with pytest.raises(InputError, match="a sheet of this number came in from another file"):
        accept(Wish(second.file, sheet="S-1"), school.clerk, NOW)


def test_a_withdrawn_file_leaves_no_record_and_all_of_its_history(school: PaperSchool) -> None:
    taken = take_in(school, f"{JOSE},2026-09-03,8:05,", f"{ZOE},2026-09-03,8:06,")
    assert taken.batch is not None
    with pytest.raises(RefusedError, match="needs a reason"):
        withdraw(taken.batch, school.clerk, " ", LATER)
    with pytest.raises(RefusedError, match="may not delete paper sheets"):
        withdraw(taken.batch, school.teacher, "the wrong week", LATER)
    done = withdraw(taken.batch, school.clerk, "the wrong week", LATER)
    assert (done.removed, done.left) == (2, [])
    assert set(AttendanceRecord.objects.values_list("stage", flat=True)) == {Stage.REMOVED}
    steps = Decision.objects.order_by("pk").values_list("stage_to", "reason")
    assert list(steps[2:]) == [("removed", "the wrong week")] * 2
    assert (PaperLine.objects.count(), PaperLine.kept.count()) == (0, 2)
    with pytest.raises(RefusedError, match="was withdrawn before"):
        withdraw(taken.batch, school.clerk, "again", LATER)
    again = take_in(school, f"{JOSE},2026-09-03,8:05,", f"{ZOE},2026-09-03,8:06,")
    assert again.records == 2
    assert set(AttendanceRecord.objects.values_list("stage", flat=True)) == {Stage.PROVISIONAL}


def test_what_is_signed_or_changed_or_says_another_sheet_too_stays_and_is_listed(school: PaperSchool) -> None:
    rows = [f"{number},,2026-09-03,8:05," for number in ("0012345", "0098765", "000123", "4411223")]
    taken = take_in(school, *rows)
    assert taken.batch is not None
    records = {row.student.number: row for row in AttendanceRecord.objects.select_related("student")}
    signed, changed = records["0012345"], records["0098765"]
    AttendanceRecord.objects.filter(pk=signed.pk).update(stage=Stage.CERTIFIED)
    move(changed, Stage.PROVISIONAL, "absent", person(school.clerk, LATER), "she called in sick").save()
    changed.save()
    accept(keyed("000123,,2026-09-03,8:05,"), school.clerk, NOW)
    done = withdraw(taken.batch, school.clerk, "the wrong week", LATER)
    assert done.removed == 1
    assert {each.record: each.why for each in left_of(done)} == {
        signed.pk: "certified: its teacher corrects it and signs again",
        changed.pk: "it was changed since, by somebody or by taps",
        records["000123"].pk: "taps or another sheet say it too",
    }
    signed.refresh_from_db()
    assert signed.stage == Stage.CERTIFIED
    assert PaperLine.objects.filter(record=signed).exists(), "what was signed rests on its line still"
