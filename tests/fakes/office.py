"""A school with one of everything an operation of the staff API can name, so that something real is asked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from types import MappingProxyType

from central.domain.calendar import DateSpan
from central.domain.recovery import ServiceKind
from central.domain.student import FactKind
from central.register.table import rows
from central.store.models import (
    AttendanceRecord,
    Decision,
    Delivery,
    Occurrence,
    RecoverySession,
    RecoveryTeacher,
    StudentFact,
)
from central.work import (
    appeals,
    audit_samples,
    exceptions,
    faults,
    notices,
    recovery_records,
    recovery_services,
)
from central.work.fact_entry import FactWish, keep_fact
from central.work.recovery_act import Act
from central.work.recovery_faults import Dates, RecordWish, ServiceWish
from station.tap import Kind
from tests.fakes import school as schools
from tests.fakes.office_upsets import upset
from tests.fakes.school import MONDAY, SmallSchool
from tests.fakes.untimed import EVENING, UntimedRoom

TUESDAY = MONDAY + timedelta(1)
STAFF_FILE = b"employee_number,family_name,given_name,role\nE050,Soto,Robin,clerk\n"
_CLOSED_DAYS = {"name": "days.csv", "text": "track,date,minutes\nA,2024-09-02,360\n"}
_CALENDAR = {"name": "days.csv", "text": "track,date,taught\nA,2024-09-09,yes\nA,2024-09-10,yes\n"}
_AN_HOUR = 60
_REPORTS = ("report", "reportWhole", "reportEditions", "closeReport", "whatIf", "proof")


@dataclass(frozen=True)
class Office:
    """The room whose taps nobody can date, and what is there for operations to name."""

    room: UntimedRoom
    of: Mapping[str, Mapping[str, object]]
    """By the name of an operation what its parameters and members are called there."""

    def known(self, operation: str) -> dict[str, object]:
        """Return what there is, by the names an operation asks for it with: nothing is found by guessing."""
        small = self.room.small
        station = small.station_101.code
        return {
            "number": small.ana.number,
            "student": small.ana.number,
            "station": station,
            "code": station,
            "year": small.year.name,
            "part": "proof",
            "as_of": str(MONDAY),
            **dict.fromkeys(("evaluated_on", "due_on", "handed_in_on"), str(MONDAY)),
            "epoch": str(self.room.tap.epoch),
            "sequence": str(self.room.tap.sequence),
            "gap": f"st-r102/unheard/{MONDAY}/0/0",
            "since": str(MONDAY),
            "until": str(TUESDAY),
            "code_of_class": small.algebra.code,
            "on": str(MONDAY),
            "session": "AR-1",
            "name": "ada",
            "suppose": ["project=yes"],
            **self.of.get(operation, {}),
        }


def fill(room: UntimedRoom) -> Office:
    """Do a little of everything, and tell what it is called."""
    small, act = room.small, Act(room.small.leader, EVENING)
    notice = notices.give(small.ana, DateSpan(MONDAY, TUESDAY), "ill", small.clerk, EVENING)
    appeal = appeals.appeal(small.ana, small.algebra, MONDAY, "I was there", EVENING)
    fault = faults.report(faults.Fault("the light stays red"), small.clerk, EVENING)
    lease = FactWish(FactKind.RESIDENCY, MONDAY, None, "", "lease, seen in the office")
    keep_fact(small.ana, lease, small.clerk, EVENING)
    signed = _certified(small)
    sample = audit_samples.draw(audit_samples.Draw(MONDAY, MONDAY, 1, 7), small.leader, EVENING)
    card = small.ana.credentials.get()
    # All at once: what the records take back between two operations, the rows in hand would go on naming.
    logins = {name: schools.give_login(staff) for name, staff in small.staff.items()}
    line = exceptions.queue(small.school, EVENING).lines[0]
    said_here = Occurrence.objects.create(
        station=small.station_101, epoch=room.tap.epoch, sequence=1, kind=Kind.ANCHOR, payload={}
    )
    minutes = {"since": f"{MONDAY}T08:20:00-07:00", "until": f"{MONDAY}T08:35:00-07:00"}
    needy = next(key for key, row in rows().items() if row.needs)
    ids = {
        "settleNotice": notice,
        "answerAppeal": appeal,
        "stepFault": fault,
        "withdrawFact": StudentFact.objects.latest("pk"),
        "sample": sample,
        "record": signed,
        **dict.fromkeys(("loseCard", "replaceCard", "returnCard"), card),
        **dict.fromkeys(("switchLogin", "resetSecondFactor"), logins["other_teacher"]),
    }
    return Office(
        room,
        {
            **{operation: {"identity": str(row.pk)} for operation, row in ids.items()},
            **_recovery(small, act),
            **_files(small),
            **upset(small),
            **dict.fromkeys(_REPORTS, MappingProxyType({"kind": "p1"})),
            "decideTime": minutes,
            "attestTime": {**minutes, "identity": str(said_here.pk)},
            "delivery": {"identity": str(_sent(signed, small).pk)},
            "checkSample": {"identity": str(sample.pk), "record": str(signed.pk)},
            "settleException": {"kind": line.kind, "key": line.key},
            "chooseSetting": {"name": "tardy_after_minutes", "value": "5"},
            "settingChoices": {"name": "tardy_after_minutes"},
            "addAgreement": {"agreement": "IS-1", "until": str(TUESDAY)},
            "withdrawAgreement": {"agreement": "IS-1"},
            "addWork": {"evaluated_by": small.teacher.number},
            "turnStudy": {"modality": "independent study"},
            "keepFact": {"kind": "foster"},
            "proofMonths": {"kind": "p1", "track": "A", "span": "9-12", "modality": "classroom"},
            "proofDays": {"kind": "p1", "track": "A", "span": "9-12", "modality": "classroom", "month": 2},
            "keepColumnMapping": {"columns": {"number": "ID"}},
            "evidence": {"key": needy},
            "bringEvidence": {"key": needy},
            "withdrawEvidence": {"key": needy},
            "auditLog": {"log": "acts", "about": ""},
            **dict.fromkeys(("exportCheck", "exportGive"), MappingProxyType({"kind": "ic-recovery"})),
            "learnCard": {"handle": "0"},
            "reportFault": {"station": small.station_101.code},
            "enlistStations": {"stations": [{"station": "st-r301", "room": "Room 101"}]},
        },
    )


def _recovery(small: SmallSchool, act: Act) -> Mapping[str, Mapping[str, object]]:
    record = recovery_records.add(small.ana, RecordWish(Dates(MONDAY, None), ""), act)
    wish = ServiceWish(ServiceKind.EARNED, Dates(MONDAY, MONDAY), small.school.code, minutes_earned=_AN_HOUR)
    service = recovery_services.add(record, wish, act)
    # Attendance recovery began a year later: what is asked of this session, rules refuse.
    session = RecoverySession.objects.create(
        school=small.school,
        code="AR-1",
        on=MONDAY,
        starts=time(15),
        ends=time(16),
        created_by="employee E005",
        created_at=EVENING,
    )
    RecoveryTeacher.objects.create(session=session, staff=small.teacher)
    teachers = [small.teacher.number]
    return {
        "editRecoveryRecord": {"identity": str(record.pk)},
        "deleteRecoveryRecord": {"identity": str(record.pk)},
        "editRecoveryService": {"identity": str(service.pk)},
        "deleteRecoveryService": {"identity": str(service.pk)},
        "addRecoveryService": {
            "kind": ServiceKind.EARNED.value,
            "record": str(record.pk),
            "school": small.school.code,
        },
        "addRecoverySession": {"session": "AR-2", "teachers": teachers, "room": ""},
        "editRecoverySession": {"teachers": teachers, "room": ""},
        "documentMinutes": {"minutes": [{"student": small.ana.number, "minutes": _AN_HOUR}]},
    }


def _files(small: SmallSchool) -> Mapping[str, Mapping[str, object]]:
    calendar = {"year": small.year.name, "days": _CALENDAR, "teaching": None, "months": None, "bells": None}
    roster = {"kind": "staff", "name": "staff.csv", "sha256": hashlib.sha256(STAFF_FILE).hexdigest()}
    return {
        "rehearseCalendar": calendar,
        "takeCalendar": calendar,
        "rehearseRoster": roster,
        "acceptRoster": roster,
        "draftRequest": {"kind": "closure", "code": "J-1", "days": _CLOSED_DAYS},
        "replaceRequestDays": {"code": "J-1", "days": _CLOSED_DAYS},
        "stepRequest": {"code": "J-1"},
    }


def _sent(record: AttendanceRecord, small: SmallSchool) -> AttendanceRecord:
    """Put a record on its way to the other system."""
    Delivery.objects.create(record=record, key="k", mark=record.mark, sent_by=small.clerk, sent_at=EVENING)
    return record


def _certified(small: SmallSchool) -> AttendanceRecord:
    """Return a record of Ben's that its teacher signed."""
    record = AttendanceRecord.objects.create(
        school=small.school,
        student=small.ben,
        section=small.algebra,
        on=MONDAY,
        mark=AttendanceRecord.Mark.PRESENT,
        stage=AttendanceRecord.Stage.CERTIFIED,
        source=AttendanceRecord.Source.STAFF,
    )
    Decision.objects.create(
        record=record,
        stage_to=record.stage,
        mark=record.mark,
        by=small.teacher,
        at=EVENING,
        is_same_day=True,
    )
    return record
