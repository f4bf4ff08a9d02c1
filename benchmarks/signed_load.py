"""Registrations and signed batches of many stations as whole HTTP requests, made before anything is timed."""

import multiprocessing
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.fakes.virtual_station import Message, VirtualStation

PROCESSES: Final = 2
_APART_MS: Final = 700
"""From one student at a door to the next."""
_CREDENTIALS: Final = 4_000
_AT_ONCE: Final = 250


@dataclass(frozen=True, slots=True)
class SignedStation:
    """One station that sends once: what keyring.json says of it, and its two requests in their order.

    Its only batch has the entries 1 to `entries` of its journal, the first of which is the genesis.
    """

    name: str
    epoch: int
    entries: int
    keyring_entry: Mapping[str, object]
    registration: bytes
    batch: bytes


def make(stations: int, entries: int, first: int = 0) -> list[SignedStation]:
    """Make stations of the numbers from `first` on; equal numbers give equal bytes.

    The ratchet is in what is signed, so that a batch made beforehand can only be a station's first.
    """
    numbers = range(first, first + stations)
    if stations <= _AT_ONCE:
        return [_station(number, entries) for number in numbers]
    # Whatever threads the caller has, a new interpreter has none of them.
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return pool.map(partial(_station, entries=entries), numbers, chunksize=_AT_ONCE)


def keyring(stations: Sequence[SignedStation]) -> dict[str, object]:
    """Return keyring.json's content with these stations."""
    return {"v": 1, "stations": {station.name: station.keyring_entry for station in stations}}


def request(message: Message) -> bytes:
    """Return a message as one HTTP/1.1 request."""
    head = "".join(f"{name}: {value}\r\n" for name, value in message.headers.items())
    start = f"POST {message.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {len(message.body)}"
    return f"{start}\r\n\r\n".encode() + message.body


def _station(number: int, entries: int) -> SignedStation:
    station = VirtualStation(f"st-{number:06}")
    dice = random.Random(number)  # noqa: S311  made-up taps that repeat themselves
    for _ in range(entries - 1):
        station.clock.advance(_APART_MS)
        station.tap(f"{dice.randrange(_CREDENTIALS):014x}")
    return SignedStation(
        name=station.name,
        epoch=station.epoch,
        entries=entries,
        keyring_entry=station.keyring_entry(),
        registration=request(station.registration()),
        batch=request(station.batch()),
    )
