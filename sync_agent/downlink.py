"""Bring central's signed roster down to the station; a bad one never takes a good one's place."""

from collections.abc import Callable
from pathlib import Path

from station.errors import StationError
from station.logs import Log
from station.roster import Roster, parse
from sync_agent.errors import AgentError, SignatureError, WireError
from sync_agent.folder import place
from sync_agent.memory import Memory
from sync_agent.ports import Courier, Reply
from sync_agent.signing import VerifyKey, open_text
from sync_agent.standing import Standing
from sync_agent.wire import decode_object

log = Log(__name__)

_OK, _NOT_MODIFIED = 200, 304
PAUSE_S = 300.0
"""How long nothing is asked for after an answer that could not be used."""


class Downlink:
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
        self._monotonic = monotonic
        self._not_before: float | None = None

    def follow(self, offered: int | None) -> None:
        """Fetch the roster when central offers a newer one than lies here, or none lies here.

        Never raises for what central or the line does wrong: the roster in force stays in force.
        Raises MemoryFileError.
        """
        standing = self._memory.standing()
        have = standing.roster_version if self._file.exists() else None
        if offered is None or (have is not None and offered <= have):
            return
        if self._not_before is not None and self._monotonic() < self._not_before:
            return
        try:
            reply = self._courier.fetch_roster(standing.roster_etag if have is not None else None)
            if reply.status != _NOT_MODIFIED:
                self._take(reply, standing)
            self._not_before = None
        except (AgentError, StationError) as error:
            self._not_before = self._monotonic() + PAUSE_S
            log.warning("roster.refused", offered=offered, have=have, why=error)

    def _take(self, reply: Reply, standing: Standing) -> None:
        if reply.status != _OK:
            msg = f"the answer to a request for the roster was {reply.status}"
            raise WireError(msg)
        text = open_text("roster", decode_object(reply.body, "roster").members, self._config_key)
        roster = self._checked(text, standing)
        place(self._file, text, is_durable=True)
        self._memory.stand(roster_version=roster.version, roster_etag=reply.etag)
        log.info("roster.placed", version=roster.version, tokens=len(roster))

    def _checked(self, text: str, standing: Standing) -> Roster:
        roster = parse(text)
        if roster.station != self._station:
            msg = "the roster was signed for another station"
            raise SignatureError(msg)
        if standing.roster_version is not None and roster.version < standing.roster_version:
            msg = f"the roster has version {roster.version}, but {standing.roster_version} was in force"
            raise SignatureError(msg)
        return roster
