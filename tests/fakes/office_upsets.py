"""What goes wrong at a school, for operations to name: an outage, an emergency, paper that waits."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from central.domain.emergency import Channel, Language
from central.exchange.named_file import NamedFile
from central.store.models import Outage, PaperLine, TeachingCredential
from central.work import after_action, announcements, emergencies, emergency_loans, outages, paper_import
from central.work.announcements import Wording
from central.work.emergencies import Declared
from central.work.emergency_loans import Told
from central.work.paper_preview import Wish
from central.work.recovery_act import Act
from tests.fakes.school import MONDAY, SmallSchool, at
from tests.fakes.untimed import EVENING

_SHEET = b"student number,date,mark\n001001,2024-09-09,absent\n"
_TEXT = "student number,date,mark\n001002,2024-09-09,present\n"
_OF_A_CLASS = ("classFromAfar", "verifyCheckIns", "takePart", "takePartBack", "paperWaiting", "decidePaper")


def upset(small: SmallSchool) -> Mapping[str, Mapping[str, object]]:
    """Let a little of everything go wrong, and tell by operation what it is called."""
    act = Act(small.leader, EVENING)
    TeachingCredential.objects.create(
        staff=small.leader, document="DOC-leader", since=date(2020, 7, 1), until=date(2027, 6, 30)
    )
    out = outages.note(
        outages.Word(
            since_at=at(MONDAY, "08:00"), cause=Outage.Cause.POWER, says="dark", scope=Outage.Scope.SCHOOL
        ),
        small.clerk,
        EVENING,
    )
    declared = Declared(
        code="E1",
        cause="a",
        nature="smoke",
        first_day=MONDAY,
        expected_end=MONDAY + timedelta(3),
        scope="school",
    )
    emergency = emergencies.declare(small.year, declared, act)
    english = Wording(Language.ENGLISH, "It is closed.", "Until Friday.", "No attendance is taken.")
    announcements.announce(emergency, english, [Channel.EMAIL], act)
    change = emergency_loans.tell_partner(emergency, Told("Board", "weekly", MONDAY, "mail 4"), act)
    emergency_loans.lend(emergency, small.ana, "HS-07", MONDAY, act)
    action = after_action.add(emergency, "a second line", small.leader, MONDAY + timedelta(30), act)
    wish = Wish(NamedFile("s.csv", _SHEET), section=small.algebra, sheet="S-1")
    paper_import.accept(wish, small.clerk, EVENING)
    line = PaperLine.objects.latest("pk")
    batch = {"identity": str(line.sheet.batch_id)}
    named = MappingProxyType({"emergency": "E1"})
    of_class = MappingProxyType({"emergency": "E1", "code": small.algebra.code, "on": str(MONDAY)})
    sheet = {"file": {"name": "t.csv", "text": _TEXT}, "section": "", "mapping": "", "told": {}}
    hours = {"since": f"{MONDAY}T08:20:00-07:00", "until": f"{MONDAY}T08:35:00-07:00"}
    return {
        "outage": {"identity": str(out.pk)},
        "stepOutage": {"identity": str(out.pk), **hours},
        "noteOutage": {"scope": "school", "station": "", "found": "", **hours},
        **dict.fromkeys(("paperBatch", "withdrawPaper"), MappingProxyType(batch)),
        "keepPaper": {**batch, "sheets": []},
        **dict.fromkeys(("lookAtPaper", "takePaper"), MappingProxyType(sheet)),
        **dict.fromkeys(_OF_THE_EMERGENCY, named),
        **dict.fromkeys(_OF_A_CLASS, of_class),
        "decidePaper": {"code": small.algebra.code, "on": str(line.sheet.on), "line": str(line.pk)},
        "takePart": {**of_class, "students": [small.ana.number]},
        "giveHotspotBack": {**named, "device": "HS-07"},
        "partnerAnswer": {**named, "change": str(change.pk)},
        "stepAction": {**named, "identity": str(action.pk)},
        "addAction": {**named, "owner": small.leader.number},
        "noteAnnouncementSent": {**named, "channel": "email", "language": "en"},
    }


_OF_THE_EMERGENCY = (
    "emergency",
    "stepEmergency",
    "emergencyDays",
    "announceEmergency",
    "proveDuty",
    "lentAndTold",
    "lendHotspot",
    "tellPartner",
    "emergencyAudit",
    "settleDiscrepancies",
    "reviewEmergency",
)
