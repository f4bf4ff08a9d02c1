"""The small school with a data folder, evidence as the intake leaves it, and its days certified."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from central.config import CentralConfig
from central.store.evidence import Evidence
from central.work import keys
from central.work.certificates import Certified, certify_days, newest
from central.work.project import project
from central.work.resolve import resolve
from sync_agent.certificate import Certificate
from tests.fakes import school as schools
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.evidence_file import EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, SmallSchool, at

TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)


class CertifiedSchool:
    """Only the first station is in use, from the Monday on."""

    def __init__(self, folder: Path) -> None:
        self.config = CentralConfig(data_dir=str(folder))
        self.config.keys.mkdir(parents=True)
        keys.write_secret(self.config.keys / "server-ack.key", b"central acknowledges with this..".hex())
        self.small: SmallSchool = schools.build()
        self.small.station_102.retired_at = at(date(2024, 8, 1), "12:00")
        self.small.station_102.save()
        self.small.station_101.commissioned_at = at(MONDAY, "05:00")
        self.small.station_101.save()
        self.evidence = EvidenceFile(folder)
        self.room = JournallingStation("st-r101", at(MONDAY, "06:00"), server_key=ACK_KEY)

    def live(
        self,
        on: date = MONDAY,
        *,
        since: str = "06:00",
        until: str = "16:00",
        taps: Iterable[str] = ("08:25",),
    ) -> None:
        """Let the station write signs of life and Ana's taps, and exchange every other hour."""
        now, end = at(on, since), at(on, until)
        left = sorted(at(on, clock) for clock in taps)
        minute = 0
        while now <= end:
            while left and left[0] <= now:
                self.room.tap(left.pop(0), self.small.token(self.small.ana))
            self.room.write(now, "alive", {})
            if minute % 120 == 0:
                self.evidence.receive(self.room.exchange(now + timedelta(seconds=5)))
            now += timedelta(minutes=15)
            minute += 15

    def catch_up(self, now: datetime) -> None:
        """Read and judge what came in."""
        project(Evidence(self.config.evidence), ACK_KEY.verify_key)
        resolve(now)

    def certify(self, now: datetime) -> Certified:
        """Read, judge and certify."""
        self.catch_up(now)
        return certify_days(self.config, now)

    def certificate(self, on: date = MONDAY, station: str = "st-r101") -> Certificate:
        """Return the newest certificate of a day."""
        return newest(station)[on].certificate
