"""Bring what central sets a station to down to it: whole, proven, and only ever upwards."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from station import told
from station.clock import instant
from station.logs import Log
from sync_agent.asking import Asking
from sync_agent.errors import AgentError, SignatureError, WireError
from sync_agent.folder import place
from sync_agent.memory import Memory
from sync_agent.ports import Courier, Reply
from sync_agent.settable import PURPOSE, Config
from sync_agent.signing import VerifyKey, open_text
from sync_agent.standing import Standing
from sync_agent.wire import decode_object

log = Log(__name__)

SIGNED_FILE: Final = "config-signed.json"
"""What central signed, as it came: proven again whenever the agent begins."""
STATION_FILE: Final = told.FILE_NAME
"""The part of it the station reads, which cannot verify a signature."""

_OK, _NOT_MODIFIED = 200, 304
_MOST_BYTES = 16 * 1024


class ConfigWay:
    """The configuration's way from central to the two files of it."""

    def __init__(
        self,
        station: str,
        folder: Path,
        config_key: VerifyKey,
        courier: Courier,
        memory: Memory,
        monotonic: Callable[[], float],
    ) -> None:
        self._station = station
        self._folder = folder
        self._config_key = config_key
        self._courier = courier
        self._memory = memory
        self._asking = Asking(monotonic)
        self._said: datetime | None = None
        self.in_force = self._read(memory.standing())

    def follow(self, offered: int | None) -> int | None:
        """Fetch the configuration when central offers a newer one than is in force.

        Returns the version in force then. Never raises for what central or the line does wrong: what
        is in force stays in force. Raises MemoryFileError.
        """
        standing = self._memory.standing()
        have = self.in_force.version if self.in_force else None
        if have is not None and have != standing.config_version:
            # Power went between the file and this note of it.
            standing = self._memory.stand(config_version=have, config_etag=None)
        if self._asking.may(offered, have):
            try:
                reply = self._courier.fetch_config(standing.config_etag if have is not None else None)
                if reply.status != _NOT_MODIFIED:
                    self._take(reply, standing)
                self._asking.done()
            except AgentError as error:
                self._asking.pause()
                log.warning("config.refused", offered=offered, have=have, why=error)
        if self.in_force is None:
            return None
        self._lay_for_the_station(self.in_force)
        self._say_when_expired(self.in_force, instant(standing.time_floor_ms))
        return self.in_force.version

    def proven_at(self) -> datetime:
        """Return the latest time central has proven; raises MemoryFileError."""
        return instant(self._memory.standing().time_floor_ms)

    def _take(self, reply: Reply, standing: Standing) -> None:
        if reply.status != _OK or len(reply.body) > _MOST_BYTES:
            msg = f"the answer to a request for the configuration was {reply.status}, {len(reply.body)} bytes"
            raise WireError(msg)
        config = self._opened(reply.body)
        self._require_no_older(config, standing)
        # Central's own clock decides: this machine's may be decades off either way.
        if config.expires_at <= instant(standing.time_floor_ms):
            msg = f"the configuration has version {config.version} and expired before it came"
            raise SignatureError(msg)
        place(self._folder / SIGNED_FILE, reply.body.decode("utf-8"), is_durable=True)
        self._memory.stand(config_version=config.version, config_etag=reply.etag)
        self.in_force = config
        values = " ".join(f"{name}={value}" for name, value in sorted(config.values.items()))
        log.info("config.placed", version=config.version, values=values or "none")

    def _opened(self, body: bytes) -> Config:
        config = Config.of(open_text(PURPOSE, decode_object(body, PURPOSE).members, self._config_key))
        if config.station != self._station:
            msg = "the configuration was signed for another station"
            raise SignatureError(msg)
        return config

    def _require_no_older(self, config: Config, standing: Standing) -> None:
        if standing.config_version is not None and config.version < standing.config_version:
            msg = (
                f"the configuration has version {config.version}, but {standing.config_version} was in force"
            )
            raise SignatureError(msg)

    def _read(self, standing: Standing) -> Config | None:
        try:
            config = self._opened((self._folder / SIGNED_FILE).read_bytes())
            self._require_no_older(config, standing)
        except FileNotFoundError:
            return None
        except (OSError, AgentError) as error:
            # Never half of it: the settings of sync.toml hold until central has signed anew.
            log.warning("config.unusable", file=SIGNED_FILE, why=error)
            return None
        return config

    def _lay_for_the_station(self, config: Config) -> None:
        """Write what the station reads, unless it lies there already."""
        values = {"alive_s": config.values.get("alive_s", told.DEFAULTS.alive_s)}
        text = json.dumps({"version": config.version, "values": values}, separators=(",", ":"))
        file = self._folder / STATION_FILE
        try:
            is_there = file.read_bytes() == text.encode()
        except OSError:
            is_there = False
        if not is_there:
            place(file, text, is_durable=True)

    def _say_when_expired(self, config: Config, proven_at: datetime) -> None:
        """Say once that the configuration was meant to be replaced by now; it stays in force."""
        if config.expires_at <= proven_at and self._said != config.expires_at:
            self._said = config.expires_at
            log.warning(
                "config.expired",
                version=config.version,
                since=config.expires_at.isoformat(timespec="seconds"),
            )
