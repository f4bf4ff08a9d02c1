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


class Keyring:
    """The file keyring.json, followed while the intake runs."""

    def __init__(self, path: Path) -> None:
        nobody: dict[str, Keys] = {}
        self._stations = Published(path, _read, nobody)

    def station(self, station: str) -> Keys | None:
        """Return the keys of a station, None for one that was never commissioned."""
        return self._stations.current().get(station)

    def owner(self, kid: str) -> str | None:
        """Return the station a key belongs to, None for a key nobody has."""
        return next((name for name, keys in self._stations.current().items() if kid in keys), None)

    def __len__(self) -> int:
        return len(self._stations.current())


def _read(data: bytes) -> dict[str, Keys]:
    ring = json.loads(data)
    if ring["v"] != 1:
        msg = "the keyring is of another version"
        raise ValueError(msg)
    return {
        station: {key["kid"]: _key(key) for key in entry["keys"]}
        for station, entry in ring["stations"].items()
    }


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
