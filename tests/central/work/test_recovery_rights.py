"""Read, write, add and delete are rights of their own for each tool of recovery."""

from datetime import date

import pytest

from central.domain.recovery import ServiceKind
from central.errors import RefusedError
from central.store.models import AuditEvent, RecoveryRecord, RecoveryService, RecoverySession, Staff
from central.work import recovery_records, recovery_services, recovery_sessions
from central.work.recovery_faults import Dates, RecordWish, ServiceWish
from central.work.recovery_figures import update_services
from central.work.recovery_import import export_recovery, import_recovery
from central.work.recovery_session_faults import SessionEdit
from central.work.tool_rights import RIGHTS, Right, Tool, may, require
from tests.fakes import recovery_school
from tests.fakes.recovery_school import CODE, FIRST_DAY, RecoverySchool

SATURDAY = date(2025, 10, 4)
OFFICE = {"clerk", "leader", "admin"}
PAPERS = {
    Right.READ: OFFICE | {"teacher", "auditor"},
    Right.WRITE: OFFICE,
    Right.ADD: OFFICE,
    Right.DELETE: {"leader", "admin"},
}
SESSIONS = {
    Right.READ: OFFICE | {"teacher", "auditor", "paraeducator"},
    Right.WRITE: OFFICE | {"teacher"},
    Right.ADD: OFFICE | {"teacher"},
    Right.DELETE: {"leader", "admin"},
}


def test_the_clerk_adds_and_changes_the_leader_deletes_and_the_auditor_reads() -> None:
    wanted = {Tool.RECORDS: PAPERS, Tool.SERVICES: PAPERS, Tool.SESSIONS: SESSIONS}
    assert {
        tool: {right: {role.value for role in roles} for right, roles in rights.items()}
        for tool, rights in RIGHTS.items()
        if tool in wanted
    } == wanted


@pytest.mark.parametrize("tool", Tool)
@pytest.mark.parametrize("right", Right)
def test_who_has_not_the_right_is_told_whom_to_ask(tool: Tool, right: Right) -> None:
    for role in Staff.Role:
        person = Staff(number="E1", role=role)
        if may(person, tool, right):
            require(person, tool, right)
        else:
            with pytest.raises(RefusedError, match=f"may not {right} {tool}; ask "):
                require(person, tool, right)


@pytest.fixture
def school(db: None) -> RecoverySchool:
    del db
    return recovery_school.build()


@pytest.mark.parametrize("who", ["teacher", "auditor", "it", "paraeducator"])
def test_who_does_not_keep_records_and_services_changes_none(school: RecoverySchool, who: str) -> None:
    record = school.record()
    service = school.service(record, ServiceKind.USED)
    lines = AuditEvent.objects.count()
    act = school.act(who, reason="wants to")
    wish = ServiceWish(ServiceKind.EARNED, Dates(FIRST_DAY), CODE)
    for attempt in (
        lambda: recovery_records.add(school.students["ben"], RecordWish(Dates(FIRST_DAY)), act),
        lambda: recovery_records.edit(record, recovery_records.Edit(comment="x"), act),
        lambda: recovery_records.delete(record, act),
        lambda: recovery_services.add(record, wish, act),
        lambda: recovery_services.edit(service, recovery_services.Edit(comments="x"), act),
        lambda: recovery_services.delete(service, act),
        lambda: update_services(school.year, FIRST_DAY, act),
        lambda: import_recovery(school.school, None, None, act),
    ):
        with pytest.raises(RefusedError, match="may not"):
            attempt()
    assert (RecoveryRecord.objects.get(), RecoveryService.objects.get()) == (record, service)
    assert AuditEvent.objects.count() == lines


def test_the_clerk_adds_and_changes_and_only_the_school_leader_deletes(school: RecoverySchool) -> None:
    record = school.record()
    clerk, leader = (school.act(who, reason="asked to") for who in ("clerk", "leader"))
    recovery_records.edit(record, recovery_records.Edit(comment="x"), clerk)
    with pytest.raises(
        RefusedError, match="may not delete recovery records; ask the administrator or the school leader"
    ):
        recovery_records.delete(record, clerk)
    recovery_records.delete(record, leader)
    assert not RecoveryRecord.objects.exists()


def test_the_auditor_takes_everything_out_and_changes_no_session(school: RecoverySchool) -> None:
    session = school.session(SATURDAY)
    act = school.act("auditor", reason="looked")
    assert "001001" not in export_recovery(school.year, act).records
    for attempt in (
        lambda: recovery_sessions.edit(session, SessionEdit(standards="x"), act),
        lambda: recovery_sessions.delete(session, act),
    ):
        with pytest.raises(RefusedError, match="may not"):
            attempt()
    assert RecoverySession.objects.get().standards == "HSA-REI.4"


def test_what_is_given_out_stands_in_the_log(school: RecoverySchool) -> None:
    school.record()
    export_recovery(school.year, school.act("auditor"))
    line = AuditEvent.objects.get(verb="export-recovery")
    assert (line.by, line.detail["records"]) == (school.staff["auditor"].number, 1)
