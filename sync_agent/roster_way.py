"""Bring central's signed roster down to the station; a bad one never takes a good one's place."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from station.clock import instant
from station.errors import RosterError, StationError
from station.logs import Log
from station.roster import Roster, parse
from sync_agent.asking import Asking
from sync_agent.errors import AgentError, SignatureError, WireError
from sync_agent.folder import place
from sync_agent.memory import Memory
from sync_agent.ports import Courier, Reply
from sync_agent.signing import VerifyKey, open_text
from sync_agent.standing import Standing
from sync_agent.wire import decode_object

log = Log(__name__)

_OK, _NOT_MODIFIED = 200, 304


class RosterWay:
    """The roster's way from central to `roster.json`."""

    def __init__(
        self,
        station: str,
        file: Path,
        config_key: VerifyKey,
        courier: Courier,
        memory: Memory,
        monotonic: Callable[[], float],
    ) -> None:
        self._station = station
        self._file = file
        self._config_key = config_key
        self._courier = courier
        self._memory = memory
        self._asking = Asking(monotonic)
        self._ends_at: datetime | None = None
        self._is_known = False
        self._said: datetime | None = None

    def follow(self, offered: int | None) -> int | None:
        """Fetch the roster when central offers a newer one than lies here, or none lies here.

        Returns the version that lies here then. Never raises for what central or the line does wrong:
        the roster in force stays in force. Raises MemoryFileError.
        """
        standing = self._memory.standing()
        have = standing.roster_version if self._file.exists() else None
        if self._asking.may(offered, have):
            try:
                reply = self._courier.fetch_roster(standing.roster_etag if have is not None else None)
                if reply.status != _NOT_MODIFIED:
                    have = self._take(reply, standing)
                self._asking.done()
            except (AgentError, StationError) as error:
                self._asking.pause()
                log.warning("roster.refused", offered=offered, have=have, why=error)
        if have is not None:
            self._say_when_expired(have, standing)
        return have

    def _take(self, reply: Reply, standing: Standing) -> int:
        if reply.status != _OK:
            msg = f"the answer to a request for the roster was {reply.status}"
            raise WireError(msg)
        text = open_text("roster", decode_object(reply.body, "roster").members, self._config_key)
        roster = self._checked(text, standing)
        place(self._file, text, is_durable=True)
        self._memory.stand(roster_version=roster.version, roster_etag=reply.etag)
        self._ends_at, self._is_known = roster.expires_at, True
        log.info("roster.placed", version=roster.version, tokens=len(roster))
        return roster.version

    def _checked(self, text: str, standing: Standing) -> Roster:
        roster = parse(text)
        if roster.station != self._station:
            msg = "the roster was signed for another station"
            raise SignatureError(msg)
        if standing.roster_version is not None and roster.version < standing.roster_version:
            msg = f"the roster has version {roster.version}, but {standing.roster_version} was in force"
            raise SignatureError(msg)
        # Central's own clock decides: this machine's may be decades off either way.
        if roster.is_stale(instant(standing.time_floor_ms)):
            msg = f"the roster has version {roster.version} and expired before it came"
            raise SignatureError(msg)
        return roster

    def _say_when_expired(self, version: int, standing: Standing) -> None:
        """Say once that the roster in force was meant to be replaced by now; it stays in force."""
        if not self._is_known:
            self._ends_at, self._is_known = self._read_end(), True
        if self._ends_at is None or self._ends_at > instant(standing.time_floor_ms):
            return
        if self._said != self._ends_at:
            self._said = self._ends_at
            log.warning("roster.expired", version=version, since=self._ends_at.isoformat(timespec="seconds"))

    def _read_end(self) -> datetime | None:
        try:
            return parse(self._file.read_text(encoding="utf-8")).expires_at
        except (OSError, UnicodeDecodeError, RosterError):
            # The station says itself that it cannot use the file.
            return None
