"""Everything the staff side remembers, one module an aggregate."""

from central.store.models.attendance import AttendanceRecord, Decision, SessionCertification, SpentCode
from central.store.models.calendar import CalendarDay, ExcludedWeek, SchoolYear, Track
from central.store.models.certificate import SchoolCertificate, StationCertificate, StationConfig
from central.store.models.credential import Credential
from central.store.models.delivery import Delivery, PaperLine, PaperSheet, ReportSnapshot
from central.store.models.doubt import GapExplanation, StationDoubt, TimeDecision
from central.store.models.evidence import Occurrence, ProjectorPosition, StationTimeline, Tap
from central.store.models.oversight import AuditEvent, ImportedFile
from central.store.models.people import Assignment, Enrollment, Placement, Staff, Student, TeachingCredential
from central.store.models.school import Meeting, Room, School, Section
from central.store.models.station import Station, StationKey

__all__ = [
    "Assignment",
    "AttendanceRecord",
    "AuditEvent",
    "CalendarDay",
    "Credential",
    "Decision",
    "Delivery",
    "Enrollment",
    "ExcludedWeek",
    "GapExplanation",
    "ImportedFile",
    "Meeting",
    "Occurrence",
    "PaperLine",
    "PaperSheet",
    "Placement",
    "ProjectorPosition",
    "ReportSnapshot",
    "Room",
    "School",
    "SchoolCertificate",
    "SchoolYear",
    "Section",
    "SessionCertification",
    "SpentCode",
    "Staff",
    "Station",
    "StationCertificate",
    "StationConfig",
    "StationDoubt",
    "StationKey",
    "StationTimeline",
    "Student",
    "Tap",
    "TeachingCredential",
    "TimeDecision",
    "Track",
]
