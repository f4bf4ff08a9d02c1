"""A room whose journal central cannot date: taps in a boot that was never in touch while it lasted."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from central.store.evidence import Evidence
from central.store.models import Station, Tap
from central.work.project import project, retime
from central.work.resolve import resolve
from station.tap import Kind
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, SmallSchool, at

FRIDAY = MONDAY.replace(day=6)
EVENING = at(MONDAY, "18:00")


@dataclass
class UntimedRoom:
    """In touch on Friday, then without a network over two reboots until Monday noon.

    Ana tapped on Monday at 08:25 in the middle boot, which nothing dates better than from Friday to
    Monday.
    """

    small: SmallSchool
    file: EvidenceFile
    station: JournallingStation
    ana_at: int
    """The sequence of Ana's tap."""

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.file.path)

    @property
    def tap(self) -> Tap:
        return Tap.objects.select_related("station__room", "school").get(sequence=self.ana_at)

    def retime(self, station: Station, epoch: int) -> None:
        """Find the times of one journal anew."""
        retime(self.evidence, SERVER_KEY.verify_key, station.pk, epoch)

    def bring_up(self) -> None:
        """Do what the projector does."""
        project(self.evidence, SERVER_KEY.verify_key)
        resolve(EVENING, evidence=self.evidence)


def build(folder: Path) -> UntimedRoom:
    """Let it happen, and central know of it."""
    small = schools.build()
    file = EvidenceFile(folder)
    station = JournallingStation(small.station_101.code, at(FRIDAY, "07:00"))
    file.receive(station.exchange(at(FRIDAY, "08:00")))
    station.tap(at(FRIDAY, "08:30"), small.token(small.ben))
    file.receive(station.exchange(at(FRIDAY, "15:00")))
    station.reboot(at(MONDAY, "07:30"))
    station.write(at(MONDAY, "07:45"), Kind.ALIVE, {})
    ana_at = station.tap(at(MONDAY, "08:25"), small.token(small.ana))
    station.write(at(MONDAY, "08:26"), Kind.ERR, {"what": "the network is down"})
    station.reboot(at(MONDAY, "11:00"))
    file.receive(station.exchange(at(MONDAY, "12:00")), station.exchange(at(MONDAY, "12:01")))
    room = UntimedRoom(small, file, station, ana_at)
    room.bring_up()
    return room


def alive_through(code: str, since: str, until: str) -> JournallingStation:
    """Return a station that says on Monday, every quarter of an hour, that it is alive."""
    station = JournallingStation(code, at(MONDAY, since))
    now = at(MONDAY, since)
    while now <= at(MONDAY, until):
        station.write(now, Kind.ALIVE, {})
        now += timedelta(minutes=15)
    return station
