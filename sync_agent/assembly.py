"""Put the agent together from its settings: keys, clock, journal, memory, courier."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

import sync_agent as package
from station.boot import UNNUMBERED, boot_as_journalled, boot_id_of
from station.clock import Clock, clock_for
from station.journal import FILE_NAME as JOURNAL_FILE
from station.journal import JournalReader
from station.roster import FILE_NAME as ROSTER_FILE
from sync_agent.agent import Agent, Pacing, Parts
from sync_agent.beacon import Inbox, Sealer
from sync_agent.boot_clock import BootClock
from sync_agent.carry import Carrier
from sync_agent.composing import Identity
from sync_agent.config import KEYS_FOLDER, Keys, SyncSettings, read_keys
from sync_agent.config_way import ConfigWay
from sync_agent.countersign import Countersigner
from sync_agent.courier import HttpCourier
from sync_agent.downlink import Downlink
from sync_agent.exchange import Exchange
from sync_agent.health import Health, Sources
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.order_way import OrderWay, acts
from sync_agent.outbox import Outbox
from sync_agent.release_way import ReleaseWay
from sync_agent.roster_way import RosterWay
from sync_agent.rotation import KeyRotation
from sync_agent.standing import Standing

FRESH_MS = 120_000
"""After a talk this recent nobody needs to be spread over the reconnect window."""

_NONCE_BYTES = 16
_dice = secrets.SystemRandom().random


def _stay() -> None:
    """End nothing: whoever talks once ends by itself."""


def clock_of(settings: SyncSettings) -> Clock:
    """Return the clock entries of this boot are recorded with, numbered as the station numbers it."""
    practice = None if settings.practice is None else settings.practice.clock
    journal = JournalReader(settings.state_dir / JOURNAL_FILE)
    return BootClock(clock_for(UNNUMBERED, practice), partial(boot_as_journalled, journal, boot_id_of()))


@contextmanager
def assembled(settings: SyncSettings, restart: Callable[[], None] = _stay) -> Iterator[Agent]:
    """Open everything and give the agent; close everything at the end.

    `restart` ends this process in an orderly way, for somebody to start it anew.

    Raises SettingsError, ConfigError, SchemaError, MemoryBusyError, MemoryFileError, JournalError.
    """
    keys = read_keys(settings)
    clock = clock_of(settings)
    courier = HttpCourier(settings.server, settings.station, package.__version__, settings.ca_file)
    with closing(courier), closing(Memory.open(settings.state_dir / MEMORY_FILE)) as memory:
        parts = _parts(settings, keys, clock, courier, memory, restart)
        timing = settings.timing if parts.timing is None else parts.timing()
        yield Agent(
            parts=parts,
            pacing=Pacing.of(timing),
            monotonic=time.monotonic,
            dice=_dice,
            first_s=first_delay_s(replace(settings, timing=timing), memory.standing(), clock, _dice()),
        )


def _parts(
    settings: SyncSettings,
    keys: Keys,
    clock: Clock,
    courier: HttpCourier,
    memory: Memory,
    restart: Callable[[], None],
) -> Parts:
    folder, station = settings.state_dir, settings.station
    journal = JournalReader(folder / JOURNAL_FILE)
    outbox = Outbox(journal, memory)
    identity = Identity(station, keys.signing, keys.server, package.__version__)
    exchange = Exchange(identity, courier, outbox, memory, clock, partial(secrets.token_bytes, _NONCE_BYTES))
    rotation = KeyRotation(identity, folder / KEYS_FOLDER, courier, restart)
    orders = OrderWay(folder, acts(folder, restart) | {"rotate-key": rotation.begin})
    is_practice = settings.practice is not None
    exchange.health = Health(
        Sources(folder, clock, journal, outbox, memory, orders.told, time.monotonic, is_practice)
    )
    inbox = Inbox(folder)
    downlink = Downlink(
        RosterWay(station, folder / ROSTER_FILE, keys.config, courier, memory, time.monotonic),
        ConfigWay(station, folder, keys.config, courier, memory, time.monotonic),
        inbox,
        clock,
        settings.timing,
        orders,
        ReleaseWay(folder, courier, package.__version__, time.monotonic),
    )
    return Parts(
        exchange=exchange,
        outbox=outbox,
        memory=memory,
        inbox=inbox,
        sealer=Sealer(station, keys.signing, outbox, inbox),
        carrier=Carrier(journal, outbox, memory, inbox),
        downlink=downlink,
        clock=clock,
        state_dir=folder,
        timing=downlink.timing,
        countersigner=Countersigner(identity, folder, courier, journal, time.monotonic),
        rotation=rotation,
    )


def first_delay_s(settings: SyncSettings, standing: Standing, clock: Clock, die: float) -> float:
    """Return how long to wait before the first talk, `die` in [0, 1).

    All stations of a district come back from a power cut at one moment; each waits its own part of
    the window central published. A station never heard of, one that was just heard, and a rehearsal
    begin at once.
    """
    if settings.practice is not None or standing.success_raw_ms is None:
        return 0.0
    reading = clock.reading()
    if standing.is_of_boot(reading) and reading.raw_ms - standing.success_raw_ms < FRESH_MS:
        return 0.0
    return die * min(float(standing.window_s), settings.timing.reconnect_s)
