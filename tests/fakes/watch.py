"""A bench with a whole agent whose seconds are counted by hand."""

from __future__ import annotations

import json
from typing import Any

from station.inbox import Inbox as StationInbox
from station.roster import FILE_NAME as ROSTER_FILE
from sync_agent.agent import STATUS_FILE, Agent, Pacing, Parts
from sync_agent.beacon import Inbox, Sealer
from sync_agent.carry import Carrier
from sync_agent.config import TimingSettings
from sync_agent.config_way import ConfigWay
from sync_agent.downlink import Downlink
from sync_agent.roster_way import RosterWay
from tests.fakes.central_rules import CONFIG_KEY, STATION
from tests.fakes.sync_agent import STATION_KEY, Bench, DirectCourier


class Watch:
    """A bench with an agent whose seconds are counted by hand."""

    def __init__(
        self, bench: Bench, line: DirectCourier, poll_s: float | None = 30.0, first_s: float = 0.0
    ) -> None:
        self.bench, self.line = bench, line
        self.now = 1_000.0
        self.die = 0.5
        self.agent = self.begin(poll_s, first_s)

    def begin(self, poll_s: float | None = 30.0, first_s: float = 0.0) -> Agent:
        bench, inbox, downlink = self.bench, Inbox(self.bench.folder), self.downlink(poll_s)
        parts = Parts(
            exchange=bench.exchange,
            outbox=bench.outbox,
            memory=bench.memory,
            inbox=inbox,
            sealer=Sealer(STATION, STATION_KEY, bench.outbox, inbox),
            carrier=Carrier(bench.reader, bench.outbox, bench.memory, inbox),
            downlink=downlink,
            clock=bench.clock,
            state_dir=bench.folder,
            timing=downlink.timing,
        )
        pacing = Pacing.of(downlink.timing())
        self.agent = Agent(parts, pacing, lambda: self.now, lambda: self.die, first_s)
        return self.agent

    def downlink(self, poll_s: float | None) -> Downlink:
        folder, key, memory = self.bench.folder, CONFIG_KEY.verify_key, self.bench.memory
        return Downlink(
            RosterWay(STATION, folder / ROSTER_FILE, key, self.line, memory, lambda: self.now),
            ConfigWay(STATION, folder, key, self.line, memory, lambda: self.now),
            Inbox(folder),
            self.bench.clock,
            TimingSettings(poll_s),
        )

    def pass_time(self, seconds: float) -> int:
        """Let seconds pass, taking every turn when it is due; return how many messages were sent."""
        sent, until = len(self.line.carried), self.now + seconds
        while self.now < until:
            step_s = min(max(self.agent.turn(), 0.01), until - self.now)
            self.now += step_s
            self.bench.clock.advance(round(step_s * 1_000))
            StationInbox(self.bench.folder / "inbox").take(self.bench.journal, self.bench.clock.reading())
        return len(self.line.carried) - sent

    def status(self) -> dict[str, Any]:  # Any: JSON as it lies there
        told: dict[str, Any] = json.loads((self.bench.folder / STATUS_FILE).read_text())
        return told
