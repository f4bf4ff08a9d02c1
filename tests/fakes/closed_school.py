"""A school closed by a fire: the small school, a leader with a credential, and what people do then."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from central.domain.emergency import Channel, Language
from central.store.models import (
    CalendarDay,
    CheckIn,
    Emergency,
    Section,
    Staff,
    Student,
    TeachingCredential,
)
from central.work import announcements, check_in, emergencies, emergency_days
from central.work.announcements import Sent, Wording
from central.work.check_in import Said
from central.work.emergencies import Declared
from central.work.policies import Choice, choose
from central.work.recovery_act import Act
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

FOUR = tuple(MONDAY + timedelta(n) for n in range(4))
"""Monday to Thursday."""
EIGHT = (*(MONDAY + timedelta(n) for n in range(5)), *(MONDAY + timedelta(7 + n) for n in range(3)))
"""A week and three days."""
WORDING = Wording(
    Language.ENGLISH,
    "Cedar Charter is closed from 09/09/2024 because smoke fills the valley.",
    "We expect to open again on 09/13/2024.",
    "No attendance is taken; online sessions are at 8:30.",
)
EN_ESPANOL = Wording(
    Language.SPANISH,
    "Cedar Charter está cerrada desde el 09/09/2024 por el humo en el valle.",
    "Esperamos abrir de nuevo el 13/09/2024.",
    "No se toma asistencia; hay sesiones en línea a las 8:30.",
)


@dataclass
class ClosedSchool:
    """The small school and its people in an emergency; `now` is the instant at which they act."""

    small: SmallSchool = field(default_factory=schools.build)
    now: datetime = field(default_factory=lambda: at(MONDAY, "07:00"))

    def __post_init__(self) -> None:
        TeachingCredential.objects.create(
            staff=self.small.leader, document="DOC-leader", since=date(2020, 7, 1), until=date(2027, 6, 30)
        )
        CalendarDay.objects.filter(is_taught=True).update(
            minutes_offered=370, minutes_on_site=350, minutes_required=350
        )

    def act(self, by: Staff | None = None, reason: str = "") -> Act:
        """Return an act of this instant, by the school leader unless another is named."""
        return Act(by or self.small.leader, self.now, reason)

    def declare(self, days: tuple[date, ...] = FOUR, **more: object) -> Emergency:
        """Document smoke over some days."""
        wish = {
            "code": "E1",
            "cause": "a",
            "nature": "Smoke of the Cedar fire",
            "first_day": days[0],
            "expected_end": days[-1],
        }
        return emergencies.declare(self.small.year, Declared(**(wish | more)), self.act())  # type: ignore[arg-type]  # as a test names them

    def close(self, emergency: Emergency, days: tuple[date, ...] = FOUR) -> int:
        """Close the days in the calendar."""
        return emergency_days.close(emergency, days, self.act())

    def announce_all(self, emergency: Emergency) -> None:
        """Write and prove every channel in both languages."""
        for wording in (WORDING, EN_ESPANOL):
            announcements.announce(emergency, wording, list(Channel), self.act())
            for channel in Channel:
                sent = Sent(self.now, "Robin Leader", f"screenshots/{channel}")
                announcements.note_sent(emergency, (channel, wording.language), sent, self.act())

    def open_from_afar(self) -> None:
        """Let students check in on closed days."""
        wish = Choice("check_in_on_closures", "yes", MONDAY, "smoke in the valley")
        choose(wish, self.small.leader, self.now)

    def checks_in(self, student: Student, on: date, way: CheckIn.Way = CheckIn.Way.ONLINE_SESSION) -> CheckIn:
        """Let a student check in to the own class from home."""
        return check_in.check_in(student, Said(self.section_of(student), on, way), at(on, "08:31"))

    def calls(self, student: Student, on: date) -> CheckIn:
        """Let a student call the attendance office."""
        said = Said(self.section_of(student), on, CheckIn.Way.PHONE_CALL, "called from a neighbour's phone")
        return check_in.take(student, said, self.small.clerk, at(on, "09:10"))

    def section_of(self, student: Student) -> Section:
        """Return the one class of a student."""
        return Section.objects.get(placements__student=student)
