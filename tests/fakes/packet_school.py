"""A school with something of all an audit packet holds: taps, a sheet, a check-in, a change, a closed P-1."""

from datetime import UTC, date, datetime
from pathlib import Path

from central.config import CentralConfig
from central.domain.period import PeriodKind
from central.exchange.named_file import NamedFile
from central.reports.packet.packet import Made, Wish, write
from central.reports.periods import period_report
from central.reports.snapshots import close
from central.store.models import (
    AttendanceRecord,
    CheckIn,
    Decision,
    Delivery,
    PaperLine,
    PaperSheet,
    StateRequest,
    StateRequestDay,
    StateRequestStep,
)
from central.work import student_years
from central.work.certify import Signature, certify_session
from central.work.paper_scans import Paper, attach
from tests.fakes.one_class import absent
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at, taught
from tests.fakes.witnessed_school import TUESDAY, WitnessedSchool

AS_OF = date(2025, 6, 30)
NOW = datetime(2025, 7, 1, 18, tzinfo=UTC)
SHEET = "K7Q4"
PICTURE = b"\x89PNG a picture of the sheet"
YEAR_WISH = Wish(AS_OF, size=100, seed=4711)
"""More than there are: every certified record is in the sample."""


class PacketSchool:
    """Build it inside a WitnessedSchool: its Monday is the one with real taps."""

    def __init__(self, school: WitnessedSchool) -> None:
        self.config: CentralConfig = school.config
        self.small: SmallSchool = school.small
        school.a_closed_monday()
        register = Register(self.small)
        self._monday()
        first = taught("B")[:8]
        register.certified(self.small.english, self.small.dan, first)
        register.certified(self.small.english, self.small.eva, first, mark="absent")
        register.provisional(self.small.english, self.small.dan, taught("B")[8])
        register.correct(self.small.eva, first[2], "present", at(first[3], "12:00"))
        self._paper(first[0])
        CheckIn.objects.create(
            student=self.small.dan,
            section=self.small.english,
            on=first[1],
            at=at(first[1], "10:31"),
            way=CheckIn.Way.TOLD_STAFF,
            taken_by=self.small.other_teacher,
            says="=HYPERLINK came without a card",
        )
        self._request(first[4])
        self._deliver(first[5])
        student_years.rebuild(self.small.year)
        made = period_report(self.small.year, PeriodKind.P1, AS_OF, at(AS_OF, "12:00"))
        close(made, self.small.year, self.small.admin, at(AS_OF, "12:00"))

    def packet(self, out: Path, wish: Wish = YEAR_WISH) -> Made:
        """Write a packet as the auditor."""
        return write(self.config, self.small.year, wish, self.small.auditor, NOW, out)

    def key(self, folder: Path) -> Path:
        """Write the server's public key as an auditor has it, and return its file."""
        path = folder / "central.pub"
        path.write_text((self.config.keys / "server-ack.pub").read_text())
        return path

    def _monday(self) -> None:
        late = Signature(self.small.teacher, at(TUESDAY, "08:00"), late_reason="the network was out")
        certify_session(self.small.algebra, MONDAY, late, absent(self.small.ben, self.small.chloe))

    def _paper(self, on: date) -> None:
        sheet = PaperSheet.objects.create(
            section=self.small.english,
            on=on,
            sheet=SHEET,
            file_sha256="ab" * 32,
            imported_by=self.small.clerk,
            imported_at=at(on, "16:00"),
        )
        for number, student in enumerate((self.small.dan, self.small.eva), 2):
            record = AttendanceRecord.objects.get(student=student, on=on)
            PaperLine.objects.create(
                sheet=sheet, line=number, record=record, mark=record.mark, outcome="corroborates"
            )
        paper = Paper("R. Clerk", on, picture=NamedFile("Sheet K7Q4.PNG", PICTURE))
        attach([sheet], paper, self.small.clerk, at(on, "17:00"), self.config.data)

    def _deliver(self, on: date) -> None:
        record = AttendanceRecord.objects.get(student=self.small.dan, on=on)
        for since, to, clock in (("certified", "submitted", "17:00"), ("submitted", "confirmed", "18:00")):
            Decision.objects.create(
                record=record,
                stage_from=since,
                stage_to=to,
                mark=record.mark,
                by=self.small.other_teacher,
                at=at(on, clock),
                is_same_day=True,
            )
        AttendanceRecord.objects.filter(pk=record.pk).update(stage="confirmed")
        Delivery.objects.create(
            record=record,
            key="one",
            mark=record.mark,
            sent_by=self.small.other_teacher,
            sent_at=at(on, "17:00"),
            confirmed_at=at(on, "18:00"),
            state=Delivery.State.CONFIRMED,
            channel=Delivery.Channel.POWERSCHOOL,
        )

    def _request(self, on: date) -> None:
        asked = StateRequest.objects.create(
            school_year=self.small.year, code="J1", kind="closure", cause="smoke", by="E1", at=at(on, "12:00")
        )
        StateRequestDay.objects.create(request=asked, track=self.small.track_b, on=on, minutes=360)
        StateRequestStep.objects.create(request=asked, state="filed", on=on, by="E1", at=at(on, "12:00"))
