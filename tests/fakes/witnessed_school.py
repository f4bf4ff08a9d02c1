"""A school with one real station: journal, agent and intake are the product's own, time is moved by hand."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from central.config import CentralConfig
from central.intake.app import build
from central.store.evidence import Evidence
from central.store.models import StationKey
from central.work import keys
from central.work.certificates import certify_days
from central.work.project import project
from central.work.resolve import resolve
from station.journal import Journal
from station.tap import Kind, Tap
from sync_agent.composing import Identity
from sync_agent.countersign import Countersigner
from sync_agent.exchange import Acked
from sync_agent.signing import sign_seal
from tests.fakes import school as schools
from tests.fakes.asgi import AsgiCaller
from tests.fakes.asgi_courier import AsgiCourier
from tests.fakes.central_rules import ACK_KEY, STATION
from tests.fakes.data_folder import lay_out
from tests.fakes.evidence_file import ms
from tests.fakes.school import KEY_ID, MONDAY, SmallSchool, at
from tests.fakes.sync_agent import STATION_KEY, Bench

TUESDAY = MONDAY + timedelta(days=1)


class _Monday(Bench):
    """A bench whose station was switched on that Monday morning."""

    def open_journal(self) -> Journal:
        self.clock.set_wall(ms(at(MONDAY, "06:55")))
        return super().open_journal()


class WitnessedSchool:
    """Use it as a context: it is one start of the intake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: CentralConfig = lay_out(folder / "central")
        (self.config.keys / "server-ack.pub").write_text(ACK_KEY.verify_key.public.hex())
        self.small: SmallSchool = schools.build()
        StationKey.objects.all().delete()
        self.small.station_102.delete()
        self.small.station_101.commissioned_at = at(MONDAY, "05:00")
        self.small.station_101.save()
        public = STATION_KEY.verify_key.public.hex()
        StationKey.objects.create(
            station=self.small.station_101,
            kid=STATION_KEY.kid,
            public_key=public,
            since_at=at(MONDAY, "05:00"),
        )
        entry = {"kid": STATION_KEY.kid, "public": public, "revoked": False}
        ring = {"v": 1, "stations": {STATION: {"school": schools.CODE, "keys": [entry]}}}
        (self.config.data / "keyring.json").write_text(json.dumps(ring))
        self.state = folder / "station"
        self.state.mkdir()

    def __enter__(self) -> Self:
        self.caller = AsgiCaller(build(self.config, self._now))
        courier = AsgiCourier(self.caller, STATION)
        self.bench = _Monday(self.state, courier)
        self.caller.__enter__()
        identity = Identity(STATION, STATION_KEY, ACK_KEY.verify_key, "0.1.0")
        self.signer = Countersigner(
            identity, self.state, courier, self.bench.reader, lambda: self.bench.clock.raw_ms / 1000
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.caller.__exit__(None, None, None)
        self.bench.close()

    def live(self, on: date, since: str, until: str, taps: Iterable[str] = ()) -> None:
        """Let the station journal signs of life and Ana's taps, and talk to central at 7, 11 and 15."""
        now, end, left = at(on, since), at(on, until), [at(on, clock) for clock in taps]
        while now <= end:
            while left and left[0] <= now:
                self._tap(left.pop(0))
            self._move(now)
            self.bench.journal.append(Kind.ALIVE, {}, self.bench.clock.reading())
            # In UTC, as everything here.
            if now.minute == 0 and now.hour in {14, 18, 22}:
                self.talk()
            now += timedelta(minutes=15)

    def talk(self) -> None:
        """Send what is unsent; follow the beacon and the certificate that is offered as the agent does."""
        outcome = self.bench.exchange.round()
        while not isinstance(outcome, Acked) or outcome.more:
            outcome = self.bench.exchange.round()
        if outcome.beacon is not None:
            beacon = json.loads(json.dumps(dict(outcome.beacon)))
            self.bench.journal.append(Kind.BEACON, beacon, self.bench.clock.reading())
        self.signer.follow(outcome.certificate)

    def seal(self) -> None:
        """Sign the journal's head, as the agent does out of central's reach."""
        head = self.bench.journal.head
        payload = sign_seal(STATION, head.epoch, head.seq, head.h, STATION_KEY)
        self.bench.journal.append(Kind.SEAL, json.loads(json.dumps(payload)), self.bench.clock.reading())

    def certify(self) -> None:
        """Bring central's records up to the evidence and certify what is over."""
        now = self.bench.clock.now()
        project(Evidence(self.config.evidence), ACK_KEY.verify_key)
        resolve(now)
        certify_days(self.config, now)

    def a_closed_monday(self, taps: Iterable[str] = ("08:25", "09:55")) -> None:
        """Live through the Monday, certify it on Tuesday, and let the station sign it."""
        self.live(MONDAY, "07:00", "15:00", taps)
        self.seal()
        # At night nothing was heard of the station since: the first revision leaves the day open.
        self._move(at(TUESDAY, "00:05"))
        self.certify()
        self.live(TUESDAY, "06:30", "07:15")
        self.certify()
        self.talk()
        self.certify()

    def keys(self) -> list[str]:
        """Write the public keys as files and return the arguments that name them."""
        server, station = self.folder / "server.pub", self.folder / "station.pub"
        server.write_text(keys.public(self.config.keys, keys.ACK) + "\n")
        station.write_text(STATION_KEY.verify_key.public.hex() + "\n")
        return ["--server-key", str(server), "--station-key", str(station)]

    def _now(self) -> datetime:
        return self.bench.clock.now()

    def _tap(self, now: datetime) -> None:
        self._move(now)
        token = self.small.token(self.small.ana)
        self.bench.journal.append(Kind.TAP, Tap(token, KEY_ID, "nfc").payload(), self.bench.clock.reading())

    def _move(self, now: datetime) -> None:
        self.bench.clock.advance(max(0, ms(now) - self.bench.clock.wall_ms))
