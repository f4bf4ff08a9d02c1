"""Recovery data go in whole or not at all, each row's faults told, and come out to go in again unchanged."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.domain.recovery import ServiceKind
from central.errors import InputError
from central.exchange.named_file import NamedFile
from central.store.models import AuditEvent, ImportedFile, RecoveryRecord, RecoveryService
from central.work import recovery_services
from central.work.recovery_faults import Dates, ServiceWish
from central.work.recovery_figures import update_services
from central.work.recovery_import import Export, export_recovery, import_recovery
from tests.fakes import recovery_school
from tests.fakes.recovery_school import CODE, FIRST_DAY, JUNE_30, OTHER_CODE, RecoverySchool

pytestmark = pytest.mark.django_db

RECORDS = "studentNumber,AttendanceRecovery.startDate,AttendanceRecovery.endDate,AttendanceRecovery.comment\n"
SERVICES = (
    "studentNumber,startDate,endDate,associatedRecordDates,serviceType,comments,schoolNumber,isCalendar,"
    "daysUsed,timeEarned\n"
)
OCTOBER, DECEMBER = date(2025, 10, 1), date(2025, 12, 1)


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build()


def take_in(school: RecoverySchool, records: str = "", services: str = "") -> dict[str, int]:
    def named(name: str, text: str) -> NamedFile | None:
        return NamedFile(name, text.encode()) if text else None

    files = named("records.csv", records), named("services.csv", services)
    return import_recovery(school.school, *files, school.act(on=OCTOBER))


def everything() -> list[Any]:  # Any: rows of several tables
    """Return every row an import could touch."""
    tables = (RecoveryRecord, RecoveryService, AuditEvent, ImportedFile)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


def problems(school: RecoverySchool, records: str = "", services: str = "") -> list[str]:
    """Return why files are refused; nothing may be written then."""
    before = everything()
    with pytest.raises(InputError, match="nothing was written") as refused:
        take_in(school, records, services)
    assert everything() == before
    return list(refused.value.problems)


def exported(school: RecoverySchool) -> Export:
    return export_recovery(school.year, school.act("auditor"))


def test_records_and_services_go_in_together(school: RecoverySchool) -> None:
    records = f"{RECORDS}001001,2025-10-01,2025-12-01,Saturdays\n001002,10/01/2025,,\n"
    services = f"{SERVICES}001001,2025-10-01,,2025-10-01/2025-12-01,Used,,{CODE},1,,\n"
    services += f"001002,2025-10-01,,10/01/2025 - ,Earned,by hand,{OTHER_CODE[7:]},0,,240\n"
    assert take_in(school, records, services) == {"recovery records added": 2, "recovery services added": 2}
    used, earned = RecoveryService.objects.order_by("pk")
    assert (used.record.comment, used.is_calendar, used.school) == ("Saturdays", True, school.school)
    assert (earned.minutes_earned, earned.comments, earned.school) == (240, "by hand", school.other)
    assert earned.created_by == "Calaveras Unified 0561564"
    assert AuditEvent.objects.filter(verb="add-recovery-service").count() == 2
    assert ImportedFile.objects.count() == 2


def test_every_problem_of_every_row_is_told_at_once_and_nothing_is_stored(school: RecoverySchool) -> None:
    school.record("chloe", OCTOBER)
    records = f"{RECORDS}001001,2025-10-01,2025-10-31,\n001001,2025-10-15,,\n001002,2025-10-01,,{'x' * 256}\n"
    records += "009999,2025-10-01,,\n001003,2025-11-01,,\n001002,2026-08-01,2026-08-31,\n"
    services = f"{SERVICES}001002,2025-10-01,,2025-09-01/,Used,,{CODE},0,,\n"
    services += f"001002,2025-10-01,,2025-10-01/,Used,,99,0,,\n001002,2025-10-01,,,Used,,{CODE},0,,\n"
    said = problems(school, records, services)
    wanted = [
        "records.csv row 2 column startDate: 2025-10-01 to 2025-10-31 overlaps the student's record",
        "records.csv row 3 column startDate: 2025-10-15 without an end overlaps the student's record of",
        "records.csv row 4 column comment: 256 characters are more than the 255",
        "records.csv row 5 column studentNumber: there is no student of this number",
        "records.csv row 6 column startDate: 2025-11-01 without an end overlaps the student's record",
        "records.csv row 7 column startDate: 2026-08-01 to 2026-08-31 meets no enrollment",
        "services.csv row 2 column associatedRecordDates: the student has no recovery record of 2025-09-01",
        "services.csv row 3 column schoolNumber: there is no school '99'",
        "services.csv row 4 column associatedRecordDates: this cell is empty",
    ]
    for one in wanted:
        assert any(line.startswith(one) for line in said), one


def test_a_service_without_its_record_is_refused(school: RecoverySchool) -> None:
    school.record("ana", OCTOBER, DECEMBER)
    row = f"001001,2025-10-01,,2025-10-01/2025-12-02,Used,,{CODE},0,,\n"
    (said,) = problems(school, services=SERVICES + row)
    assert (
        "the student has no recovery record of 2025-10-01 to 2025-12-02; a service needs its record" in said
    )
    (other,) = problems(school, services=SERVICES + row.replace("001001", "001002"))
    assert "a service needs its record" in other


def test_services_of_a_file_contradict_each_other_and_those_there(school: RecoverySchool) -> None:
    record = school.record("ana", OCTOBER, DECEMBER)
    school.service(record, ServiceKind.USED, dates=Dates(OCTOBER, date(2025, 10, 31)))
    row = f"001001,{{}},,2025-10-01/2025-12-01,{{}},,{CODE},1,{{}},\n"
    said = problems(
        school,
        services=SERVICES
        + row.format("2025-10-15", "Used", "")
        + row.format("2025-10-01", "Earned", "2")
        + row.format("2025-10-01", "Earned", ""),
    )
    assert [line.split(": ")[0] for line in said] == [
        "services.csv row 2 column isCalendar",
        "services.csv row 3 column daysUsed",
        "services.csv row 4 column startDate",
    ]


def test_what_is_given_out_is_taken_in_again_without_a_change(school: RecoverySchool) -> None:
    record = school.record("ana", OCTOBER, DECEMBER, "=1+1")
    school.record("ben", OCTOBER, comment="'=" + "x" * 253)
    school.service(record, ServiceKind.USED)
    by_hand = ServiceWish(ServiceKind.EARNED, Dates(OCTOBER), OTHER_CODE, "-60, +60", minutes_earned=240)
    recovery_services.add(record, by_hand, school.act())
    update_services(school.year, JUNE_30, school.act(on=JUNE_30))
    out = exported(school)
    assert ",'=1+1\r\n" in out.records
    assert ',"\'-60, +60",' in out.services
    before = everything()
    assert take_in(school, out.records, out.services) == {}
    assert everything() == before


def test_what_was_given_out_fills_empty_records_the_same(school: RecoverySchool) -> None:
    record = school.record("ana", FIRST_DAY, comment="after school")
    school.service(record, ServiceKind.EARNED)
    school.service(record, ServiceKind.USED, OTHER_CODE, Dates(OCTOBER))
    out = exported(school)
    RecoveryService.objects.all().delete()
    RecoveryRecord.objects.all().delete()
    take_in(school, out.records, out.services)
    again = exported(school)
    assert (again.records, again.services) == (out.records, out.services)


def test_a_file_changes_rows_that_are_there(school: RecoverySchool) -> None:
    record = school.record("ana", OCTOBER)
    service = recovery_services.add(
        record, ServiceWish(ServiceKind.USED, Dates(OCTOBER), CODE, days_used=1), school.act()
    )
    changed = take_in(
        school,
        f"{RECORDS}001001,2025-10-01,2025-12-01,ended\n",
        f"{SERVICES}001001,2025-10-01,2025-11-30,2025-10-01/2025-12-01,Used,,{CODE},0,2,\n",
    )
    assert changed == {"recovery records changed": 1, "recovery services changed": 1}
    record.refresh_from_db()
    service.refresh_from_db()
    assert (record.until, service.until, service.days_used) == (DECEMBER, date(2025, 11, 30), 2)
    line = AuditEvent.objects.get(verb="edit-recovery-record")
    assert line.detail["reason"] == "import of records.csv, services.csv"


def test_a_file_cannot_shorten_a_record_over_services_it_does_not_name(school: RecoverySchool) -> None:
    record = school.record("ana", OCTOBER)
    school.service(record, ServiceKind.USED, dates=Dates(DECEMBER))
    (said,) = problems(school, f"{RECORDS}001001,2025-10-01,2025-11-01,\n")
    assert "1 service lies outside 2025-10-01 to 2025-11-01" in said


def test_the_ledgers_figure_is_nobodys_to_bring(school: RecoverySchool) -> None:
    record = school.record("ana", OCTOBER)
    school.service(record, ServiceKind.USED)
    update_services(school.year, JUNE_30, school.act(on=JUNE_30))
    row = f"001001,2025-10-01,,2025-10-01/,Used,,{CODE},1,{{}},\n"
    (said,) = problems(school, services=SERVICES + row.format(7))
    assert "daysUsed: is written by the ledger while the calendar flag is on" in said
    for same in ("0", ""):
        assert take_in(school, services=SERVICES + row.format(same)) == {}


def test_a_text_of_255_characters_is_kept_and_one_of_256_refused(school: RecoverySchool) -> None:
    longest = "\u00f1" * 255
    assert take_in(school, f"{RECORDS}001001,2025-10-01,2025-12-01,{longest}\n") == {
        "recovery records added": 1
    }
    assert RecoveryRecord.objects.get().comment == longest
    row = f"001001,2025-10-01,,2025-10-01/2025-12-01,Used,{{}},{CODE},0,1,\n"
    assert take_in(school, services=SERVICES + row.format(longest)) == {"recovery services added": 1}
    assert RecoveryService.objects.get().comments == longest
    out = exported(school)
    assert take_in(school, out.records, out.services) == {}
    (said,) = problems(school, f"{RECORDS}001001,2025-10-01,2025-12-01,{longest}x\n")
    assert said == (
        "records.csv row 2 column comment: 256 characters are more than the 255 there is room for"
    )
    (said,) = problems(school, services=SERVICES + row.format(f"{longest}x"))
    assert said.startswith("services.csv row 2 column comments: 256 characters")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("=+-@'\",;"), max_size=20
).map(str.strip)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ana", "ben", "chloe"]), st.booleans(), TEXTS, TEXTS, st.integers(0, 300)),
        min_size=1,
        max_size=3,
        unique_by=lambda line: line[0],
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_given_out_fills_empty_records_with_the_same_bytes(
    school: RecoverySchool, lines: list[tuple[str, bool, str, str, int]]
) -> None:
    with transaction.atomic():
        for student, is_open, comment, comments, figure in lines:
            record = school.record(student, OCTOBER, None if is_open else DECEMBER, comment)
            used = ServiceWish(ServiceKind.USED, Dates(OCTOBER), CODE, comments, days_used=figure % 11)
            earned = ServiceWish(ServiceKind.EARNED, Dates(OCTOBER), OTHER_CODE, minutes_earned=figure)
            for wish in (used, earned):
                recovery_services.add(record, wish, school.act())
        out = exported(school)
        RecoveryService.objects.all().delete()
        RecoveryRecord.objects.all().delete()
        take_in(school, out.records, out.services)
        assert exported(school) == out
        transaction.set_rollback(True)
