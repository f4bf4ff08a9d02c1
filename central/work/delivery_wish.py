"""What a run of deliveries is asked for, how it reaches the other side, and what it tells afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from central.config import PowerSchoolConfig
from central.exchange.powerschool.session import PowerSchool
from central.store.models import AttendanceRecord, Staff


@dataclass(frozen=True, slots=True)
class Wish:
    """Which days are looked at, and how far the run goes.

    `again` also sends what was reopened and waits for a person; `sends` and `writes` false only look.
    """

    since: date
    until: date
    again: bool = False
    sends: bool = True
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """One record that could not be sent, by its number here, and why."""

    record: int
    on: date
    section: str
    says: str


@dataclass(slots=True)
class Delivered:
    """What one run did, in rows there; `stopped` says why it sent no more, if it did not finish.

    `to_send` is what is still to be sent, `resting` what has no clear answer yet.
    """

    sent: int = 0
    confirmed: int = 0
    to_send: int = 0
    resting: int = 0
    reopened: list[Trouble] = field(default_factory=list)
    problems: list[Trouble] = field(default_factory=list)
    stopped: str = ""

    def told(self) -> Mapping[str, object]:
        """Return the figures for the log of what people did."""
        counts = {"reopened": len(self.reopened), "problems": len(self.problems), "stopped": self.stopped}
        done = {"sent": self.sent, "confirmed": self.confirmed}
        return {**done, "to_send": self.to_send, "resting": self.resting, **counts}


@dataclass(frozen=True, slots=True)
class Courier:
    """How a run reaches the other side, by whose word, and by which clock."""

    sis: PowerSchool
    config: PowerSchoolConfig
    by: Staff
    clock: Callable[[], datetime]


def trouble(record: AttendanceRecord, says: str) -> Trouble:
    """Return what is wrong with a record, naming nobody."""
    return Trouble(record.pk, record.on, record.section.code, says)
