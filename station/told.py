"""Published: what central may set at a running station: how often it says that it is alive, and no more."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from station.logs import Log

FILE_NAME: Final = "config.json"
BLINK_FILE: Final = "blink"
"""Whoever lays this down beside it has the panel show which station this is."""
LEAST_ALIVE_S: Final = 60
MOST_ALIVE_S: Final = 900
"""Central calls a station silent that wrote nothing for 20 minutes."""
MOST_BYTES: Final = 4_096

log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What is in force; `version` is None while nobody told the station anything it understands."""

    version: int | None = None
    alive_s: int = 900


DEFAULTS: Final = Told()


def parse(text: bytes) -> Told:
    """Return what `{"version":int,"values":{"alive_s":int}}` says; raises ValueError for anything else.

    No member can be left out and none added, so that what this station does not know is not half obeyed.
    """
    try:
        whole = json.loads(text)
    except RecursionError as error:
        msg = "nested beyond reason"
        raise ValueError(msg) from error
    if not isinstance(whole, dict) or whole.keys() != {"version", "values"}:
        _refuse("it has other members than version and values")
    version, values = whole["version"], whole["values"]
    if not _is_whole(version, 0, 2**63 - 1):
        _refuse("its version is no whole number")
    if not isinstance(values, dict) or values.keys() != {"alive_s"}:
        _refuse("its values are others than alive_s")
    if not _is_whole(values["alive_s"], LEAST_ALIVE_S, MOST_ALIVE_S):
        _refuse(f"alive_s is no whole number from {LEAST_ALIVE_S} to {MOST_ALIVE_S}")
    return Told(version, values["alive_s"])


class ToldFile:
    """What is in force at a station, read again whenever its file was replaced; it never raises.

    A file that is missing, broken or too large leaves the station as nobody had ever told it anything.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._told = DEFAULTS

    def current(self) -> Told:
        """Return what is in force."""
        try:
            found = self._path.lstat()
        except OSError:
            self._seen, self._told = None, DEFAULTS
            return self._told
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            self._seen, self._told = seen, self._read()
        return self._told

    def _read(self) -> Told:
        try:
            told = parse(_content(self._path))
        except (OSError, ValueError) as error:
            log.warning("config.refused", file=self._path.name, why=error)
            return DEFAULTS
        log.info("config.taken", version=told.version, alive_s=told.alive_s)
        return told


def _content(file: Path) -> bytes:
    # Opening a pipe may never end, and reading a device neither.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            _refuse("it is no file")
        text = os.read(descriptor, MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(text) > MOST_BYTES:
        _refuse(f"it is larger than {MOST_BYTES} bytes")
    return text


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)
