"""Which stations are in use, and by which keys each of them is believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from central.intake.published import Published
from sync_agent.signing import SignatureError, VerifyKey


@dataclass(frozen=True, slots=True)
class StationKey:
    """A station's public key; a revoked one still proves who sent something, and is not believed."""

    verify_key: VerifyKey
    is_revoked: bool


Keys = Mapping[str, StationKey]
"""A station's keys by their kid."""


@dataclass(frozen=True, slots=True)
class _Ring:
    stations: Mapping[str, Keys]
    owners: Mapping[str, str]
    keys: Mapping[tuple[str, str, bool], StationKey]


class Keyring:
    """The file keyring.json, followed while the intake runs."""

    def __init__(self, path: Path) -> None:
        self._ring = Published(path, self._read, _Ring({}, {}, {}))

    def station(self, station: str) -> Keys | None:
        """Return the keys of a station, None for one that was never commissioned."""
        return self._ring.current().stations.get(station)

    def knows(self, station: str) -> bool:
        """Return whether a station was commissioned; one known at the last look is not looked up again."""
        return station in self._ring.last.stations or self.station(station) is not None

    def owner(self, kid: str) -> str | None:
        """Return the station a key belongs to, None for a key nobody has."""
        return self._ring.current().owners.get(kid)

    @property
    def size(self) -> int:
        """How many stations there were at the last look."""
        return len(self._ring.last.stations)

    def __len__(self) -> int:
        return len(self._ring.current().stations)

    def _read(self, data: bytes) -> _Ring:
        ring = json.loads(data)
        if ring["v"] != 1:
            msg = "the keyring is of another version"
            raise ValueError(msg)
        # With each station that is commissioned all are read again: a key that was there is not made anew.
        before, keys = self._ring.last.keys, dict[tuple[str, str, bool], StationKey]()
        stations, owners = dict[str, Keys](), dict[str, str]()
        for station, entry in ring["stations"].items():
            own = {}
            for said in entry["keys"]:
                name = (str(said["kid"]), str(said["public"]), bool(said["revoked"]))
                own[name[0]] = keys[name] = before.get(name) or _key(said)
                owners.setdefault(name[0], station)
            stations[station] = own
        return _Ring(stations, owners, keys)


def _key(entry: Mapping[str, object]) -> StationKey:
    try:
        key = VerifyKey.from_hex(str(entry["public"]))
    except SignatureError as error:
        msg = "a key of the keyring is unusable"
        raise ValueError(msg) from error
    if key.kid != entry["kid"]:
        msg = "a key of the keyring goes by another key's name"
        raise ValueError(msg)
    return StationKey(key, bool(entry["revoked"]))
