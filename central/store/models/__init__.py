"""Everything the staff side remembers, one module an aggregate."""

from central.store.models.access import ApiToken, Viewing
from central.store.models.attendance import (
    AttendanceRecord,
    Decision,
    SessionCertification,
    SpentChallenge,
    SpentCode,
)
from central.store.models.calendar import CalendarDay, ExcludedWeek, GradeMinutes, SchoolYear, Track
from central.store.models.certificate import SchoolCertificate, StationCertificate, StationConfig
from central.store.models.closure import StateRequest, StateRequestDay, StateRequestStep
from central.store.models.counting import StudentYear
from central.store.models.credential import Credential, CredentialEvent
from central.store.models.delivery import Delivery, ReportSnapshot
from central.store.models.distance import (
    CheckInVerdict,
    HotspotLoan,
    HotspotReturn,
    Participation,
    PartnerAnswer,
    PartnerChange,
)
from central.store.models.doubt import GapExplanation, StationDoubt, TimeDecision
from central.store.models.emergency import (
    AfterAction,
    AfterActionStep,
    Announcement,
    AnnouncementSending,
    ContinuityProof,
    DiscrepancyStep,
    Emergency,
    EmergencyDay,
    EmergencyStep,
)
from central.store.models.enrolment import EnrolmentRefusal, EnrolmentToken
from central.store.models.evidence import Occurrence, ProjectorPosition, StationTimeline, Tap
from central.store.models.export import ExportedFile, ExportedLine
from central.store.models.fact import AbsenceNote, ProgrammeAgreement, StudentFact
from central.store.models.fleet import AlertSilence, HealthSample, StationHealth, StationOrder
from central.store.models.follow_up import (
    AuditSample,
    AuditSampleCheck,
    ExceptionStep,
    FaultReport,
    FaultStep,
    InterventionStep,
)
from central.store.models.notice import AbsenceNotice, Appeal, AppealStep, CheckIn, NoticeDecision
from central.store.models.outage import Outage, OutageStep, PaperRuling
from central.store.models.oversight import AuditEvent, ImportedFile
from central.store.models.paper import PaperBatch, PaperLine, PaperScan, PaperSheet, PaperWithdrawal
from central.store.models.people import Assignment, Enrollment, Placement, Staff, Student, TeachingCredential
from central.store.models.policy import ColumnMapping, SchoolPolicy
from central.store.models.printed import KitHandOver, PaperKit, PrintedSheet
from central.store.models.recovery import (
    RecoveryAttendance,
    RecoveryRecord,
    RecoveryService,
    RecoveryServiceFigure,
    RecoverySession,
    RecoverySignature,
    RecoveryTeacher,
)
from central.store.models.register import LegalHold, RequirementEvidence
from central.store.models.rollout import Rollout
from central.store.models.schedule import ReportSchedule, ReportScheduleEnd, ScheduledReport
from central.store.models.school import Meeting, Room, School, Section
from central.store.models.station import Station, StationKey
from central.store.models.study import StudyAgreement, StudySignature, StudyStaffing, StudyWork

__all__ = [
    "AbsenceNote",
    "AbsenceNotice",
    "AfterAction",
    "AfterActionStep",
    "AlertSilence",
    "Announcement",
    "AnnouncementSending",
    "ApiToken",
    "Appeal",
    "AppealStep",
    "Assignment",
    "AttendanceRecord",
    "AuditEvent",
    "AuditSample",
    "AuditSampleCheck",
    "CalendarDay",
    "CheckIn",
    "CheckInVerdict",
    "ColumnMapping",
    "ContinuityProof",
    "Credential",
    "CredentialEvent",
    "Decision",
    "Delivery",
    "DiscrepancyStep",
    "Emergency",
    "EmergencyDay",
    "EmergencyStep",
    "Enrollment",
    "EnrolmentRefusal",
    "EnrolmentToken",
    "ExceptionStep",
    "ExcludedWeek",
    "ExportedFile",
    "ExportedLine",
    "FaultReport",
    "FaultStep",
    "GapExplanation",
    "GradeMinutes",
    "HealthSample",
    "HotspotLoan",
    "HotspotReturn",
    "ImportedFile",
    "InterventionStep",
    "KitHandOver",
    "LegalHold",
    "Meeting",
    "NoticeDecision",
    "Occurrence",
    "Outage",
    "OutageStep",
    "PaperBatch",
    "PaperKit",
    "PaperLine",
    "PaperRuling",
    "PaperScan",
    "PaperSheet",
    "PaperWithdrawal",
    "Participation",
    "PartnerAnswer",
    "PartnerChange",
    "Placement",
    "PrintedSheet",
    "ProgrammeAgreement",
    "ProjectorPosition",
    "RecoveryAttendance",
    "RecoveryRecord",
    "RecoveryService",
    "RecoveryServiceFigure",
    "RecoverySession",
    "RecoverySignature",
    "RecoveryTeacher",
    "ReportSchedule",
    "ReportScheduleEnd",
    "ReportSnapshot",
    "RequirementEvidence",
    "Rollout",
    "Room",
    "ScheduledReport",
    "School",
    "SchoolCertificate",
    "SchoolPolicy",
    "SchoolYear",
    "Section",
    "SessionCertification",
    "SpentChallenge",
    "SpentCode",
    "Staff",
    "StateRequest",
    "StateRequestDay",
    "StateRequestStep",
    "Station",
    "StationCertificate",
    "StationConfig",
    "StationDoubt",
    "StationHealth",
    "StationKey",
    "StationOrder",
    "StationTimeline",
    "Student",
    "StudentFact",
    "StudentYear",
    "StudyAgreement",
    "StudySignature",
    "StudyStaffing",
    "StudyWork",
    "Tap",
    "TeachingCredential",
    "TimeDecision",
    "Track",
    "Viewing",
]
