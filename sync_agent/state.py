"""Where the agent stands in its talks with central, and what its status file tells of it."""

import json
from dataclasses import dataclass
from enum import StrEnum

from station.tap import Reading
from sync_agent.outbox import Backlog
from sync_agent.standing import Standing

STATUS_FILE = "sync-status.json"


class State(StrEnum):
    """The states of the protocol's agent; whatever they are, taps are recorded."""

    OFFLINE = "OFFLINE"
    """Nothing proven came back; the next attempt waits its time."""
    HELLO = "HELLO"
    """Central is spoken to, and has not acknowledged anything yet."""
    TIME_BOOTSTRAP = "TIME_BOOTSTRAP"
    """Central's signed time has shown that this machine's clock is wrong, not the certificate."""
    DRAIN = "DRAIN"
    """Entries that wait are being sent."""
    IDLE = "IDLE"
    """Central has everything; it is greeted again at the next poll."""
    REENROL = "REENROL"
    """The newest epoch is sent no more; the station is to begin the next."""
    SPOOL = "SPOOL"
    """Nothing is sent until a person has looked; entries can still be exported."""


class ClockTrust(StrEnum):
    """How far this machine's wall clock is believed."""

    UNKNOWN = "unknown"
    """It claims a time before one that central has proven, or none was ever proven."""
    SOFT = "soft"
    """It could be right; nothing in this boot has shown it."""
    ANCHORED = "anchored"
    """Central has told its time in this boot."""


def clock_trust(standing: Standing, reading: Reading) -> ClockTrust:
    """Return how far the wall clock is believed; it never decides anything but what people are told."""
    if standing.is_of_boot(reading):
        return ClockTrust.ANCHORED
    is_possible = 0 < standing.time_floor_ms <= reading.wall_ms
    return ClockTrust.SOFT if is_possible else ClockTrust.UNKNOWN


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken: by the agent a certificate, by the station files from its inbox."""

    certificate: str | None
    files: int


def refused_files(count: int) -> str | None:
    """Say that the station took some files not, in one sentence; None where there are none."""
    if not count:
        return None
    return (
        f"the station refused {count} of the agent's files, so entries may never reach central; "
        "look into inbox/refused and at inbox.refused in the log of rollbook-station"
    )


def status(state: State, standing: Standing, backlog: Backlog, reading: Reading, refused: Refused) -> str:
    """Return the text of the status file."""
    told = {
        "state": State.SPOOL if standing.halted else state,
        "halted": standing.halted,
        "clock": clock_trust(standing, reading),
        "attempt": standing.attempt,
        "epoch": backlog.epoch,
        "head": backlog.head.seq,
        "waiting": backlog.entries,
        "last_success_at": standing.success_at,
        "roster": standing.roster_version,
        "config": standing.config_version,
        "certificate_refused": refused.certificate,
        "inbox_refused": refused_files(refused.files),
    }
    return json.dumps(told)
