"""A recovery record is kept as student information systems keep it, with its limits and its history."""

from datetime import date, timedelta

import pytest

from central.domain.recovery import ServiceKind
from central.errors import CentralError, InputError, RefusedError
from central.store.models import AuditEvent, RecoveryRecord
from central.work import recovery_records
from central.work.recovery_faults import Dates, RecordWish
from central.work.recovery_records import Edit
from tests.fakes import recovery_school
from tests.fakes.recovery_school import FIRST_DAY, RecoverySchool, at

pytestmark = pytest.mark.django_db

OCTOBER = date(2025, 10, 1)
DECEMBER = date(2025, 12, 1)


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build()


def problems(school: RecoverySchool, since: date, until: date | None = None, comment: str = "") -> str:
    """Return why a record of Ana is refused; nothing may be written then."""
    before = list(RecoveryRecord.objects.values())
    with pytest.raises(InputError) as refused:
        school.record("ana", since, until, comment)
    assert list(RecoveryRecord.objects.values()) == before
    return str(refused.value)


def test_a_record_says_who_made_it_and_who_saved_it_last(school: RecoverySchool) -> None:
    record = school.record(comment="after school")
    assert record.created_by == "Calaveras Unified 0561564"
    assert (record.created_at, record.modified_by) == (at(FIRST_DAY, "17:00"), school.staff["clerk"])
    act = school.act("leader", OCTOBER, "the student left the programme")
    changed = recovery_records.edit(record, Edit(until=OCTOBER), act)
    assert (changed.until, changed.modified_by) == (OCTOBER, school.staff["leader"])
    assert (changed.created_by, changed.modified_at) == ("Calaveras Unified 0561564", at(OCTOBER, "17:00"))


def test_a_school_of_no_district_says_its_own_name_and_number(school: RecoverySchool) -> None:
    school.school.lea_name = school.school.lea_code = ""
    school.school.save()
    assert school.record().created_by == "Cedar Charter 34674390123456"


def test_the_newest_record_comes_first_and_filters_keep_those_in_between(school: RecoverySchool) -> None:
    first = school.record("ana", OCTOBER, date(2025, 10, 31))
    second = school.record("ana", date(2025, 11, 1), date(2025, 11, 30))
    third = school.record("ana", DECEMBER)
    listed = recovery_records.listed
    assert listed(school.students["ana"]) == [third, second, first]
    assert listed(None, since=date(2025, 11, 1)) == [third, second]
    assert listed(None, until=date(2025, 11, 30)) == [second, first]
    assert listed(school.students["ben"]) == []


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (OCTOBER, None),
        (date(2025, 9, 1), OCTOBER),
        (date(2025, 10, 31), date(2025, 11, 30)),
        (date(2025, 9, 1), date(2025, 12, 31)),
        (date(2025, 10, 10), date(2025, 10, 12)),
    ],
)
def test_records_of_a_student_never_share_a_day(
    school: RecoverySchool, since: date, until: date | None
) -> None:
    school.record("ana", OCTOBER, date(2025, 10, 31))
    said = problems(school, since, until)
    assert "overlaps the student's record of 2025-10-01 to 2025-10-31" in said
    school.record("ben", since, until)


def test_an_open_record_overlaps_everything_after_its_start(school: RecoverySchool) -> None:
    school.record("ana", OCTOBER)
    assert "overlaps the student's record of 2025-10-01 without an end" in problems(school, DECEMBER)
    school.record("ana", date(2025, 9, 1), OCTOBER - timedelta(days=1))


def test_a_comment_of_255_characters_is_kept_and_one_of_256_is_not(school: RecoverySchool) -> None:
    said = problems(school, FIRST_DAY, comment="x" * 256)
    assert "comment: 256 characters are more than the 255 there is room for" in said
    assert school.record(comment="x" * 255).comment == "x" * 255


def test_a_record_without_an_enrollment_beside_it_is_refused(school: RecoverySchool) -> None:
    assert "meets no enrollment" in problems(school, date(2025, 7, 1), date(2025, 8, 10))
    assert "meets no enrollment" in problems(school, date(2026, 7, 1))
    school.record("ana", date(2025, 7, 1), FIRST_DAY)


def test_every_fault_is_told_at_once(school: RecoverySchool) -> None:
    school.record("ana", OCTOBER)
    said = problems(school, date(2026, 9, 1), date(2026, 9, 30), comment="a\nb")
    assert all(part in said for part in ("control character", "overlaps", "meets no enrollment"))


def test_an_end_before_the_start_is_refused(school: RecoverySchool) -> None:
    assert "ends on 2025-10-01, before it starts" in problems(school, DECEMBER, OCTOBER)


def test_changing_a_record_asks_for_the_reason_and_keeps_what_stood_before(school: RecoverySchool) -> None:
    record = school.record(comment="truant")
    with pytest.raises(RefusedError, match="needs a reason"):
        recovery_records.edit(record, Edit(comment=""), school.act())
    act = school.act("clerk", OCTOBER, "not a fair word")
    recovery_records.edit(record, Edit(comment="", until=DECEMBER), act)
    line = AuditEvent.objects.get(verb="edit-recovery-record")
    assert line.by == school.staff["clerk"].number
    assert line.detail["before"] == {
        "student": "001001",
        "since": str(FIRST_DAY),
        "until": None,
        "comment": "truant",
    }
    assert (line.detail["after"]["comment"], line.detail["after"]["until"]) == ("", str(DECEMBER))
    assert line.detail["reason"] == "not a fair word"


def test_a_record_can_be_opened_again(school: RecoverySchool) -> None:
    record = school.record(until=DECEMBER)
    act = school.act(reason="goes on")
    assert recovery_records.edit(record, Edit(reopens=True), act).until is None


def test_a_record_cannot_be_shortened_over_its_services(school: RecoverySchool) -> None:
    record = school.record()
    school.service(record, ServiceKind.USED, dates=Dates(DECEMBER))
    with pytest.raises(InputError, match="1 service lies outside"):
        recovery_records.edit(record, Edit(until=OCTOBER), school.act(reason="left"))
    record.refresh_from_db()
    assert record.until is None


def test_a_record_is_deleted_only_without_services_and_stays_in_the_log(school: RecoverySchool) -> None:
    kept = school.record("ana")
    school.service(kept, ServiceKind.USED)
    act = school.act("leader", reason="entered twice")
    with pytest.raises(RefusedError, match=r"services on the recovery record of .*: 1; delete them first"):
        recovery_records.delete(kept, act)
    gone = school.record("ben", comment="wrong student")
    with pytest.raises(RefusedError, match="needs a reason"):
        recovery_records.delete(gone, school.act("leader"))
    recovery_records.delete(gone, act)
    assert list(RecoveryRecord.objects.all()) == [kept]
    line = AuditEvent.objects.get(verb="delete-recovery-record")
    assert (line.detail["before"]["comment"], line.detail["after"]) == ("wrong student", None)


def test_a_record_is_found_by_its_student_and_start(school: RecoverySchool) -> None:
    record = school.record()
    assert recovery_records.find(school.students["ana"], FIRST_DAY) == record
    with pytest.raises(CentralError, match="no recovery record that starts on 2025-10-01"):
        recovery_records.find(school.students["ana"], OCTOBER)


def test_words_of_an_error_name_no_student(school: RecoverySchool) -> None:
    school.record("ana", OCTOBER)
    said = problems(school, OCTOBER)
    assert "001001" not in said
    assert "Soto" not in said


def test_a_comment_keeps_no_space_around_it(school: RecoverySchool) -> None:
    wish = RecordWish(Dates(FIRST_DAY), "  lesson  ")
    assert recovery_records.add(school.students["ana"], wish, school.act()).comment == "lesson"
