"""What is kept of independent study, what of it counts, and that bad input leaves nothing behind."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from central.domain.enrolment import Modality
from central.errors import InputError, RefusedError
from central.store.models import Enrollment, StudyAgreement, StudySignature, StudyWork, TeachingCredential
from central.store.queries.study import study_staffing
from central.work.study_claims import study_claim
from tests.fakes.every_row import content
from tests.fakes.school import FIRST_DAY, LAST_DAY, MONDAY, at, taught
from tests.fakes.study_school import FRIDAY, StudySchool, week, work_file

JUNE_30 = date(2025, 6, 30)


@pytest.fixture
def school(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> StudySchool:
    del db
    return StudySchool(tmp_path, capsys)


def counted(school: StudySchool, until: date = JUNE_30) -> list[date]:
    """Return the dates Ana may be claimed for by independent study."""
    claim = study_claim(school.small.year, None, until)
    return sorted(day.on for day in claim.days if day.student == school.small.ana.number)


def test_a_week_of_evaluated_work_under_a_signed_agreement_is_five_days(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    school.agree(school.small.ana, week(), FRIDAY)
    assert counted(school) == []
    school.works(school.small.ana, week())
    assert counted(school) == week()


def test_nobody_else_and_no_other_day_is_touched_by_it(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    spans = Enrollment.objects.order_by("student__number", "since")
    assert [(span.since, span.until) for span in spans.filter(student=school.small.ana)] == [
        (FIRST_DAY, MONDAY - timedelta(days=1)),
        (MONDAY, FRIDAY),
        (FRIDAY + timedelta(days=1), None),
    ]
    in_study = spans.filter(modality=Modality.INDEPENDENT_STUDY)
    assert [(span.student, span.since) for span in in_study] == [(school.small.ana, MONDAY)]
    (event,) = school.audit("study-enroll")
    assert event.detail["reason"] == "asked for by the family"


def test_back_to_class_is_the_same_step_the_other_way(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY)
    ways = ("--how", "classroom", "--reason", "returned")
    school.study("enroll", school.small.ana.number, "--since", "2024-09-12", *ways)
    last = Enrollment.objects.filter(student=school.small.ana).order_by("since").last()
    assert last is not None
    assert (last.since, last.until, last.modality) == (date(2024, 9, 12), None, "classroom")


def test_who_is_not_enrolled_for_study_brings_no_day_by_work(school: StudySchool) -> None:
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    assert counted(school) == []


def test_a_long_agreement_signed_on_its_third_day_loses_the_first_two(school: StudySchool) -> None:
    days = [on for on in taught("A") if on >= MONDAY][:16]
    school.enroll(school.small.ana, MONDAY, days[-1])
    school.agree(school.small.ana, days, days[2])
    school.works(school.small.ana, days)
    assert counted(school) == days[2:]


def test_missing_course_credits_cost_every_day_until_the_agreement_is_corrected(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    named = (school.small.ana.number, "--since", str(MONDAY), "--until", str(FRIDAY), "--code", "A1")
    lacks = ("--evidence", "drawer 7", "--missing", "course credits")
    with pytest.raises(InputError, match="say why it changes with --reason"):
        school.study("add-agreement", *named, *lacks)
    assert counted(school) == week()
    school.study("add-agreement", *named, *lacks, "--reason", "found by the auditor")
    assert counted(school) == []
    (event,) = school.audit("study-agreement")
    assert (event.by, event.detail["before"]["missing"]) == (school.small.clerk.number, "")
    assert event.detail["after"]["missing"] == "course credits"


def test_a_minor_needs_a_parent_and_a_later_signature_counts_from_its_entry(school: StudySchool) -> None:
    ana = school.small.ana
    ana.birth_on = date(2009, 1, 1)
    ana.save()
    school.enroll(ana, MONDAY, FRIDAY)
    school.study("import-agreements", school.file("a.csv", AGREEMENT.format(number=ana.number)))
    school.works(ana, week())
    assert counted(school) == []
    before = school.at
    school.at += timedelta(hours=1)
    school.study("sign", ana.number, "--code", "A1", "--signer", "parent", "--on", "2024-09-20")
    assert counted(school) == week()
    assert not study_claim(school.small.year, before + timedelta(minutes=1), JUNE_30).days


AGREEMENT = """student,agreement,since,until,evidence,studentSigned,supervisorSigned
{number},A1,2024-09-09,2024-09-13,drawer 7,2024-09-06,2024-09-06
"""


def test_a_correction_of_work_is_a_row_of_its_own_and_the_last_one_counts(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    first = school.at
    school.at += timedelta(hours=1)
    school.works(school.small.ana, [FRIDAY], minutes=239)
    assert StudyWork.objects.filter(student=school.small.ana, on=FRIDAY).count() == 2
    assert counted(school) == week()[:4]
    assert len(study_claim(school.small.year, first + timedelta(seconds=1), JUNE_30).days) == 5


def test_the_same_file_again_changes_nothing(school: StudySchool) -> None:
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    before = content()
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    assert content() == before


def test_a_teacher_without_a_credential_evaluates_for_nothing(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    TeachingCredential.objects.filter(staff=school.small.teacher).update(until=FRIDAY)
    assert counted(school) == []


def test_a_contractor_evaluates_for_nothing(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    school.small.teacher.is_employee = False
    school.small.teacher.save()
    assert counted(school) == []


def test_every_problem_of_a_file_of_work_is_told_and_nothing_written(school: StudySchool) -> None:
    before = content()
    text = work_file(school.small.ana, [MONDAY]) + (
        "009999,2024-09-10,240,0,yes,E001,2024-09-17,2024-09-13,2024-09-13,\n"
        "001001,2024-09-10,240,0,yes,E099,2024-09-17,2024-09-13,2024-09-13,\n"
        "001001,2024-09-11,1440,1,perhaps,E001,2024-09-12,2024-09-10,2024-09-13,\n"
        "001001,2024-09-09,-5,0,yes,E001,2024-09-17,2024-09-13,2024-09-13,\n"
        "001001,2025-07-02,240,0,yes,E001,2025-07-09,2025-07-02,2025-07-02,\n"
    )
    with pytest.raises(InputError) as refused:
        school.study("import-work", school.file("bad.csv", text))
    assert list(refused.value.problems) == [
        "bad.csv row 3 column student: no student has this number; leading zeros count",
        "bad.csv row 4 column evaluatedBy: there is no employee E099",
        "bad.csv row 5 column engaged: 'perhaps' is neither yes nor no",
        "bad.csv row 5 column due: the work is due (2024-09-10) before its date (2024-09-11)",
        "bad.csv row 5 column evaluatedOn: evaluated (2024-09-12) before handed in (2024-09-13)",
        "bad.csv row 5 column workMinutes: 1440 and 1 minutes are more than a day has",
        "bad.csv row 6 column workMinutes: '-5' is no number of minutes",
        "bad.csv row 6 column date: row 2 says this of the student already",
        "bad.csv row 7 column evaluatedOn: a day named here has not come yet",
    ]
    assert content() == before


PAST_THE_YEAR = "the agreement runs past 2025-06-30, the end of its school year; make one for each year"


def test_every_problem_of_a_file_of_agreements_is_told_and_nothing_written(school: StudySchool) -> None:
    before = content()
    text = "student,agreement,since,until,evidence,parentSigned\n"
    text += "001001,A1,2024-09-13,2024-09-09,drawer,\n001001,A2,2025-06-02,2025-07-04,drawer,\n"
    text += "009999,A3,2024-09-09,2024-09-13,,2024-09-31\n001002,A1,2024-09-09,2024-09-13,drawer,2025-07-01\n"
    text += "001002,A1,2024-09-09,2024-09-13,drawer,2025-06-30\n"
    with pytest.raises(InputError) as refused:
        school.study("import-agreements", school.file("bad.csv", text))
    assert list(refused.value.problems) == [
        "bad.csv row 2 column until: the agreement ends (2024-09-09) before it begins (2024-09-13)",
        f"bad.csv row 3 column until: {PAST_THE_YEAR}",
        "bad.csv row 4 column evidence: this cell is empty",
        "bad.csv row 4 column parentSigned: '2024-09-31' is no date; write it like 2024-08-19",
        "bad.csv row 4 column student: no student has this number; leading zeros count",
        "bad.csv row 5 column parentSigned: 2025-07-01 has not come yet; sign first",
        "bad.csv row 6 column agreement: row 5 says this of the student already",
    ]
    assert content() == before


def test_the_date_of_a_signature_changes_with_a_reason_and_by_a_row_of_its_own(
    school: StudySchool,
) -> None:
    school.agree(school.small.ana, week(), FRIDAY)
    moved = (school.small.ana.number, "--code", "A1", "--signer", "parent", "--on", "2024-09-20")
    with pytest.raises(InputError, match="the signature of parent is on record otherwise"):
        school.study("sign", *moved)
    school.study("sign", *moved, "--reason", "misread")
    signed = StudySignature.objects.filter(signer="parent").order_by("pk")
    assert [row.signed_on for row in signed] == [FRIDAY, date(2024, 9, 20)]


def test_an_unknown_agreement_is_not_signed(school: StudySchool) -> None:
    with pytest.raises(InputError, match="the student has no agreement of this code"):
        school.study("sign", "001001", "--code", "A9", "--signer", "student", "--on", "2024-09-20")


@pytest.mark.parametrize("role", ["paraeducator", "auditor", "it"])
def test_who_does_not_teach_or_keep_the_office_keeps_no_study(school: StudySchool, role: str) -> None:
    before = content()
    who = school.small.staff[role].number
    path = school.file("work.csv", work_file(school.small.ana, week()))
    with pytest.raises(RefusedError, match="ask a teacher or the attendance clerk"):
        school.run("study", "import-work", path, "--as", who)
    assert content() == before


def test_how_a_student_is_taught_changes_only_with_a_reason_and_while_enrolled(school: StudySchool) -> None:
    before = content()
    number = school.small.ana.number
    with pytest.raises(RefusedError, match="needs a reason"):
        school.study("enroll", number, "--since", str(MONDAY))
    with pytest.raises(RefusedError, match="is enrolled on no day"):
        school.study("enroll", number, "--since", "2024-07-01", "--until", "2024-07-31", "--reason", "x")
    with pytest.raises(RefusedError, match="before it begins"):
        school.study("enroll", number, "--since", "2024-09-13", "--until", "2024-09-09", "--reason", "x")
    assert content() == before


def test_the_last_word_on_staffing_counts(school: StudySchool) -> None:
    assert study_staffing(school.small.year) is None
    school.study("staffing", "--year", "2024-25", "--fte", "4.5")
    school.study("staffing", "--year", "2024-25", "--fte", "4.25", "--other-ratio", "27")
    found = study_staffing(school.small.year)
    assert found is not None
    assert (str(found.full_time_equivalents), str(found.other_ratio)) == ("17/4", "27")
    assert school.audit("study-staffing")[0].detail["before"] is None


def test_the_list_says_which_agreement_does_not_hold_and_why(school: StudySchool) -> None:
    ana = school.small.ana
    school.enroll(ana, MONDAY, FRIDAY)
    school.study("import-agreements", school.file("a.csv", AGREEMENT.format(number=ana.number)))
    shown = school.run("study", "list", "--year", "2024-25")
    assert school.code == 1
    assert "A1  2024-09-09 to 2024-09-13  short  not signed by parent" in shown
    school.study("sign", ana.number, "--code", "A1", "--signer", "parent", "--on", "2024-09-20")
    shown = school.run("study", "list", "--year", "2024-25")
    assert school.code == 0
    assert "short  signed 2024-09-20" in shown


def test_work_of_a_day_not_taught_is_kept_and_counts_for_nothing(school: StudySchool) -> None:
    saturday = FRIDAY + timedelta(days=1)
    school.enroll(school.small.ana)
    school.agree(school.small.ana, [MONDAY, saturday], FRIDAY)
    school.works(school.small.ana, [saturday])
    assert StudyWork.objects.count() == 1
    assert counted(school, LAST_DAY) == []


def test_nothing_is_claimed_past_the_day_asked_for(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY, FRIDAY)
    school.agree(school.small.ana, week(), FRIDAY)
    school.works(school.small.ana, week())
    assert counted(school, MONDAY + timedelta(days=1)) == week()[:2]
    assert StudyAgreement.objects.get().at == school.at == at(JUNE_30, "16:00")
