"""Follow what central offers a station: have the journal say what is in force, be paced by it, and obey."""

from dataclasses import dataclass, field, replace

from station.clock import Clock
from station.tap import Kind
from sync_agent.beacon import Inbox
from sync_agent.config import TimingSettings
from sync_agent.config_way import ConfigWay
from sync_agent.order_way import OrderWay
from sync_agent.release_way import ReleaseWay
from sync_agent.roster_way import RosterWay
from sync_agent.settable import OF_THE_STATION


@dataclass(slots=True)
class Downlink:
    """All ways down; `here` is how sync.toml paces the agent where central sets nothing else."""

    roster: RosterWay
    config: ConfigWay
    inbox: Inbox
    clock: Clock
    here: TimingSettings
    orders: OrderWay | None = None
    release: ReleaseWay | None = None
    _told: tuple[int | None, int | None] = field(default=(None, None), init=False)

    def follow(self, roster: int | None, config: int | None) -> None:
        """Fetch the roster and the configuration of these versions, where they are not here yet.

        Never raises for what central or the line does wrong. Raises MemoryFileError.
        """
        in_force = self.roster.follow(roster), self.config.follow(config)
        if in_force != self._told:
            # Said once more by each process that follows: nothing is kept of what was said before.
            payload = {"roster": in_force[0], "config": in_force[1]}
            self.inbox.put(Kind.CFG, payload, self.clock.reading())
            self._told = in_force
        self._obey()
        if self.release is not None and self.config.in_force is not None:
            self.release.follow(self.config.in_force.release)

    def _obey(self) -> None:
        """Carry out what is ordered; whatever it comes to, nothing of the talk is undone."""
        set_afar = self.config.in_force
        if set_afar is None or self.orders is None:
            return
        self.orders.follow(set_afar.orders, self.config.proven_at())

    def timing(self) -> TimingSettings:
        """Return how the agent is to pace itself now."""
        set_afar = self.config.in_force
        if set_afar is None:
            return self.here
        values = {name: float(value) for name, value in set_afar.values.items() if name not in OF_THE_STATION}
        return replace(self.here, **values)
