"""A program service belongs to its record, is of one type, and its figures have one author."""

from datetime import date

import pytest

from central.domain.recovery import ServiceKind
from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, Enrollment, RecoveryRecord, RecoveryService
from central.work import recovery_services
from central.work.recovery_faults import Dates, ServiceWish
from central.work.recovery_figures import update_services
from central.work.recovery_services import Edit
from tests.fakes import recovery_school
from tests.fakes.recovery_school import CODE, FIRST_DAY, JUNE_30, OTHER_CODE, RecoverySchool

pytestmark = pytest.mark.django_db

EARNED, USED = ServiceKind.EARNED, ServiceKind.USED
OCTOBER, NOVEMBER, DECEMBER = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build()


@pytest.fixture
def record(school: RecoverySchool) -> RecoveryRecord:
    return school.record("ana", OCTOBER, DECEMBER)


def add(school: RecoverySchool, record: RecoveryRecord, wish: ServiceWish) -> RecoveryService:
    return recovery_services.add(record, wish, school.act())


def problems(school: RecoverySchool, record: RecoveryRecord, wish: ServiceWish) -> str:
    """Return why a service is refused; nothing may be written then."""
    before = list(RecoveryService.objects.values())
    with pytest.raises(InputError) as refused:
        add(school, record, wish)
    assert list(RecoveryService.objects.values()) == before
    return str(refused.value)


def test_a_service_says_all_the_source_says(school: RecoverySchool, record: RecoveryRecord) -> None:
    wish = ServiceWish(EARNED, Dates(OCTOBER, NOVEMBER), CODE, "Saturdays", minutes_earned=240)
    service = add(school, record, wish)
    assert (service.record, service.kind, service.school) == (record, "Earned", school.school)
    assert (service.since, service.until, service.comments) == (OCTOBER, NOVEMBER, "Saturdays")
    assert (service.minutes_earned, service.days_used, service.is_calendar) == (240, None, False)
    assert service.created_by == "Calaveras Unified 0561564"


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (ServiceWish(USED, Dates(OCTOBER), CODE, "x" * 256), "comments: 256 characters"),
        (ServiceWish(EARNED, Dates(OCTOBER), CODE, days_used=1), "daysUsed: stands on Used services only"),
        (ServiceWish(USED, Dates(OCTOBER), CODE, minutes_earned=60), "timeEarned: stands on Earned services"),
        (ServiceWish(USED, Dates(OCTOBER), CODE, is_calendar=True, days_used=1), "written by the ledger"),
        (ServiceWish(USED, Dates(date(2025, 9, 30)), CODE), "startDate: 2025-09-30 is outside its record"),
        (ServiceWish(USED, Dates(OCTOBER, date(2025, 12, 2)), CODE), "endDate: 2025-12-02 is outside"),
        (ServiceWish(USED, Dates(NOVEMBER, OCTOBER), CODE), "ends on 2025-10-01, before it starts"),
        (ServiceWish(USED, Dates(OCTOBER), CODE, days_used=367), "daysUsed: 367 is more than a school year"),
        (ServiceWish(USED, Dates(OCTOBER), CODE, days_used=-1), "daysUsed: -1 is no count"),
    ],
)
def test_a_service_with_a_fault_is_not_kept(
    school: RecoverySchool, record: RecoveryRecord, wish: ServiceWish, says: str
) -> None:
    assert says in problems(school, record, wish)


def test_a_service_lies_in_one_school_year(school: RecoverySchool) -> None:
    record = school.record()
    said = problems(school, record, ServiceWish(USED, Dates(FIRST_DAY, date(2026, 7, 1)), CODE))
    assert "2026-07-01 is after 2025-26; give the next school year its own service" in said
    add(school, record, ServiceWish(USED, Dates(FIRST_DAY, JUNE_30), CODE))


def test_an_unknown_school_is_refused(school: RecoverySchool, record: RecoveryRecord) -> None:
    with pytest.raises(RefusedError, match="there is no school '99'"):
        add(school, record, ServiceWish(USED, Dates(OCTOBER), "99"))
    assert not RecoveryService.objects.exists()


def test_a_school_may_be_named_by_the_end_of_its_cds_code(
    school: RecoverySchool, record: RecoveryRecord
) -> None:
    service = add(school, record, ServiceWish(USED, Dates(OCTOBER), OTHER_CODE[7:]))
    assert service.school == school.other


def test_a_service_is_tied_to_no_enrollment(school: RecoverySchool, record: RecoveryRecord) -> None:
    Enrollment.objects.filter(student=school.students["ana"]).update(until=date(2025, 10, 5))
    add(school, record, ServiceWish(USED, Dates(NOVEMBER), OTHER_CODE))


def test_two_services_of_a_kind_with_the_flag_never_share_a_day(
    school: RecoverySchool, record: RecoveryRecord
) -> None:
    school.service(record, USED, dates=Dates(OCTOBER, NOVEMBER))
    wish = ServiceWish(USED, Dates(NOVEMBER), OTHER_CODE, is_calendar=True)
    assert "isCalendar: 2025-11-01 to 2025-12-01 overlaps the Used service" in problems(school, record, wish)
    school.service(record, EARNED, dates=Dates(OCTOBER))
    add(school, record, ServiceWish(USED, Dates(NOVEMBER), OTHER_CODE, days_used=1))
    school.service(record, USED, dates=Dates(date(2025, 11, 2)))


def test_an_open_service_ends_with_its_record(school: RecoverySchool, record: RecoveryRecord) -> None:
    school.service(record, USED, dates=Dates(OCTOBER))
    later = school.record("ana", date(2025, 12, 2))
    school.service(later, USED)


def test_the_same_service_twice_is_refused(school: RecoverySchool, record: RecoveryRecord) -> None:
    wish = ServiceWish(USED, Dates(OCTOBER), CODE, days_used=1)
    add(school, record, wish)
    assert "of that start and school is there already" in problems(school, record, wish)


def test_a_change_keeps_what_stood_before(school: RecoverySchool, record: RecoveryRecord) -> None:
    service = add(school, record, ServiceWish(USED, Dates(OCTOBER), CODE, days_used=2))
    with pytest.raises(RefusedError, match="needs a reason"):
        recovery_services.edit(service, Edit(days_used=1), school.act())
    act = school.act(reason="miscounted")
    changed = recovery_services.edit(service, Edit(days_used=1, school=OTHER_CODE), act)
    assert (changed.days_used, changed.school, changed.until) == (1, school.other, None)
    line = AuditEvent.objects.get(verb="edit-recovery-service")
    assert (line.detail["before"]["days_used"], line.detail["after"]["days_used"]) == (2, 1)
    assert (line.detail["before"]["school"], line.detail["reason"]) == (CODE, "miscounted")


def test_no_hand_writes_into_what_the_ledger_writes(school: RecoverySchool, record: RecoveryRecord) -> None:
    service = school.service(record, USED)
    with pytest.raises(InputError, match="written by the ledger"):
        recovery_services.edit(service, Edit(days_used=1), school.act(reason="more"))


def test_whoever_takes_the_flag_away_answers_for_the_figure(
    school: RecoverySchool, record: RecoveryRecord
) -> None:
    service = school.service(record, USED)
    update_services(school.year, DECEMBER, school.act(on=JUNE_30))
    off = recovery_services.edit(service, Edit(is_calendar=False), school.act(reason="by hand"))
    assert (off.is_calendar, off.days_used) == (False, 0)
    on = recovery_services.edit(off, Edit(is_calendar=True), school.act(reason="by the ledger"))
    assert (on.is_calendar, on.days_used) == (True, None)


def test_what_the_ledger_wrote_waits_anew_when_the_dates_change(
    school: RecoverySchool, record: RecoveryRecord
) -> None:
    service = school.service(record, USED)
    update_services(school.year, DECEMBER, school.act(on=JUNE_30))
    act = school.act(reason="a better word")
    assert recovery_services.edit(service, Edit(comments="x"), act).days_used == 0
    assert recovery_services.edit(service, Edit(until=NOVEMBER), act).days_used is None


def test_a_service_the_ledger_never_wrote_into_can_be_deleted(
    school: RecoverySchool, record: RecoveryRecord
) -> None:
    leader = school.act("leader", reason="entered twice")
    kept = school.service(record, USED)
    update_services(school.year, DECEMBER, school.act(on=JUNE_30))
    with pytest.raises(RefusedError, match="written figures into"):
        recovery_services.delete(kept, leader)
    gone = add(school, record, ServiceWish(EARNED, Dates(OCTOBER), CODE))
    recovery_services.delete(gone, leader)
    assert list(RecoveryService.objects.all()) == [kept]
    assert AuditEvent.objects.get(verb="delete-recovery-service").detail["before"]["kind"] == "Earned"


def test_services_are_listed_newest_first(school: RecoverySchool, record: RecoveryRecord) -> None:
    first = add(school, record, ServiceWish(USED, Dates(OCTOBER, NOVEMBER), CODE))
    second = add(school, record, ServiceWish(USED, Dates(NOVEMBER), CODE))
    assert recovery_services.listed(school.students["ana"]) == [second, first]
    assert recovery_services.listed(None, since=NOVEMBER) == [second]
    assert recovery_services.listed(None, until=NOVEMBER) == [first]
    with pytest.raises(RefusedError, match="no recovery service 99"):
        recovery_services.find(99)
